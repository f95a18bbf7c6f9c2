//! Bitrix24: a typed client and a telephony connector.
//!
//! [`Client`] sends the operations of [`api`], in the CRM's own terms. [`Connector`] implements the
//! common trait [`CrmConnector`](vochi_crm_core::CrmConnector).

pub mod api;
pub mod inbound;
pub mod model;

mod access;
mod builder;
mod client;
mod config;
mod connector;
mod error;
mod limits;

pub use access::{Authorization, AuthorizationRedirect, InstalledTokens, MemberId, OAuth};
pub use builder::Builder;
pub use client::{
    Batch, Chained, ChainedBatch, Client, Gathering, Holds, Independent, ListCursor, Reference,
    reference,
};
pub use config::{Config, DEFAULT_OAUTH_URL, Tariff};
pub use connector::Connector;

pub use vochi_crm_core::http::BatchKey;

use vochi_crm_core::CrmName;

/// The CRM's name in configuration, logs and errors.
pub const CRM: CrmName = CrmName::new("bitrix24").with_title("Bitrix24");
