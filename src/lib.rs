//! Telephony events and call records into CRMs: one call model, exactly one truthful record.
//!
//! A host makes one [`Hub`] (connections, limiters, call store), opens a connector for each account,
//! and speaks to all of them through [`CrmConnector`]: [`CallEvent`]s while a call lives, a
//! [`CallRecord`] when it is over. A host that wants everything of one CRM uses that CRM's typed
//! client.
//!
//! ```
//! use std::sync::Arc;
//! use vochi_crm::retailcrm::{Config, Connector};
//! use vochi_crm::{AccountConfig, CrmConnector, Hub};
//!
//! let hub = Hub::new()?;
//! let common: AccountConfig = serde_json::from_str(
//!     r#"{"timezone": "Europe/Minsk", "default_region": "BY", "extensions": {"151": "18"}}"#,
//! )?;
//! let config: Config = serde_json::from_str(
//!     r#"{"url": "https://demo.retailcrm.ru", "api_key": "invented-key"}"#,
//! )?;
//! let shop = Connector::open(&hub, common.account("shop")?, &config)?;
//! let crms: Vec<Arc<dyn CrmConnector>> = vec![Arc::new(shop)];
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//! - `asterisk` (on by default): Asterisk's events become call events and call records.
//! - `kontur` (on by default): Kontur.CRM.
//! - `retailcrm` (on by default): RetailCRM.
//!
//! # Where to look
//! - [`call`]: the call model; [`connector`]: the common face; [`phone`]: numbers.
//! - [`Error`]: what a failure tells; [`limit`]: how the CRMs' limits are kept.
//! - [`http`]: operations as values, and how to bring your own transport.

#[doc(inline)]
pub use vochi_crm_core::*;

#[cfg(feature = "asterisk")]
#[doc(inline)]
pub use vochi_crm_asterisk as asterisk;

#[cfg(feature = "kontur")]
#[doc(inline)]
pub use vochi_crm_kontur as kontur;

#[cfg(feature = "retailcrm")]
#[doc(inline)]
pub use vochi_crm_retailcrm as retailcrm;

/// The README's examples, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
