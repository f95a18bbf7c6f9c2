//! Kontur.CRM: typed operations, data model, errors and connector.
//!
//! Every operation of [`api`] is a plain value for [`Client::send`]. The vendor's documentation is
//! the only source; the requests were never run against Kontur. What it leaves open is a switch in
//! [`Config`] or described at the operation.
//!
//! ```
//! use vochi_crm_core::Timestamp;
//! use vochi_crm_core::http::Operation;
//! use vochi_crm_kontur::api::CallStarted;
//! use vochi_crm_kontur::model::{CallDirection, ExternalId, PhoneText};
//!
//! # fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client: vochi_crm_core::PhoneNumber = "+375291112233".parse()?;
//! let call = ExternalId::new("1763631515.42")?;
//! let at: Timestamp = "2025-11-20T09:38:35Z".parse()?;
//! let start = CallStarted::new(at, call, CallDirection::Inbound)
//!     .client_phone(PhoneText::from(client));
//! assert_eq!(
//!     start.request()?.path(),
//!     "/communications/callbacks/telephony/call-started"
//! );
//! # Ok(())
//! # }
//! # run().unwrap();
//! ```

pub mod api;
pub mod inbound;
pub mod model;

mod auth;
mod builder;
mod client;
mod config;
mod connector;
mod error;
mod limits;

pub use builder::Builder;
pub use client::Client;
pub use config::{Config, ContinueBy, DEFAULT_URL, LostEvents, RedirectBy, RegisterLegs};
pub use connector::Connector;
pub use error::judge;
pub use limits::{GENERAL, quotas};

use vochi_crm_core::CrmName;

/// The CRM's name in configuration, logs and errors.
pub const CRM: CrmName = CrmName::new("kontur").with_title("Kontur");
