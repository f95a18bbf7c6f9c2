//! Kontur.CRM: its operations as typed values, its words, its errors.
//!
//! Every operation of [`api`] is a plain value that becomes a request and reads its answer. Paths
//! are relative to the workspace (`/api/v1/{workspace}`), save for the two authorisations, which
//! know no workspace yet and are relative to `/api/v1`.
//!
//! The vendor's documentation is the only source, and nobody outside has run these calls. What it
//! leaves open stands as a switch in [`Config`] or in the documentation of the operation.
//!
//! ```
//! use vochi_crm_core::http::Endpoint;
//! use vochi_crm_kontur::api::CallStarted;
//! use vochi_crm_kontur::model::{CallDirection, ExternalId};
//!
//! # fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client: vochi_crm_core::PhoneNumber = "+375291112233".parse()?;
//! let call = ExternalId::new("1763631515.42")?;
//! let start = CallStarted::new(call, CallDirection::Inbound, "2025-11-20T09:38:35Z".parse()?)
//!     .with_client_phone(client);
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
mod client;
mod config;
mod connector;
mod error;
mod limits;

pub use client::{Client, ClientBuilder, Clients, Events, Files, Integration, Telephony};
pub use config::{Config, ContinueBy, DEFAULT_URL, LostEvents, RedirectBy, RegisterLegs};
pub use connector::Connector;
pub use error::judge;
pub use limits::{GENERAL, quotas};

use vochi_crm_core::CrmName;

/// The CRM's name in configuration, logs and errors.
pub const CRM: CrmName = CrmName::new("kontur");
