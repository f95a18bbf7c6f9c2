//! RetailCRM (API v5): a typed client and a telephony connector.
//!
//! [`Client`] sends the operations of [`api`], in the CRM's own terms. [`Connector`] implements the
//! common trait [`CrmConnector`](vochi_crm_core::CrmConnector).
//!
//! ```no_run
//! use vochi_crm_core::{Cx, Extension, Hub, PhoneNumber};
//! use vochi_crm_retailcrm::Client;
//! use vochi_crm_retailcrm::api::SendCallEvent;
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder("https://demo.retailcrm.ru")
//!     .api_key("invented-key")
//!     .build(&Hub::new()?)?;
//! let phone: PhoneNumber = "+375291112233".parse()?;
//! let popup = SendCallEvent::incoming(phone).codes([Extension::new("151")?]);
//! let shown = client.send(&Cx::live(), popup).await?;
//! for code in shown.unknown_codes {
//!     println!("RetailCRM knows no extension {code}");
//! }
//! # Ok(())
//! # }
//! ```

pub mod api;
pub mod inbound;
pub mod model;

mod builder;
mod client;
mod config;
mod connector;
mod error;
mod limits;

pub use builder::Builder;
pub use client::{
    Client, CorporateCustomers, Customers, CustomersByPhone, History, HistoryPager,
    IntegrationModules, Reference,
};
pub use config::{Config, DEFAULT_MODULE_CODE, DEFAULT_MODULE_NAME};
pub use connector::Connector;
pub use limits::{GENERAL, TELEPHONY};

use vochi_crm_core::CrmName;

/// The CRM's name in configuration, logs and errors.
pub const CRM: CrmName = CrmName::new("retailcrm").with_title("RetailCRM");
