//! Typed operations and connector of an invented CRM.

pub mod api;

mod client;
mod config;
mod connector;
mod error;

pub use client::Client;
pub use config::Config;
pub use connector::Connector;
pub use error::judge;

use vochi_crm_core::CrmName;

/// The CRM's name in configuration, logs and errors.
pub const CRM: CrmName = CrmName::new("example");
