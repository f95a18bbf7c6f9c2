//! U-ON.Travel: a typed client and a telephony connector.
//!
//! [`Client`] sends the operations of [`api`], in the CRM's own terms. [`Connector`] implements the
//! common trait [`CrmConnector`](vochi_crm_core::CrmConnector).
//!
//! ```no_run
//! use vochi_crm_core::{Cx, Hub};
//! use vochi_crm_uon::Client;
//! use vochi_crm_uon::api::CreateNotification;
//! use vochi_crm_uon::model::UserId;
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder("invented-key").build(&Hub::new()?)?;
//! let popup = CreateNotification::new("Входящий звонок +375291112233", UserId::new(2)?);
//! client.send(&Cx::live(), popup).await?;
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
pub use client::{Client, UsersByPhone};
pub use config::{BodyEncoding, Config, DEFAULT_URL};
pub use connector::Connector;

use vochi_crm_core::CrmName;

/// The CRM's name in configuration, logs and errors.
pub const CRM: CrmName = CrmName::new("uon").with_title("U-ON");
