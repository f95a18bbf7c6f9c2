//! Telephony events and call records into CRMs: one call model, exactly one truthful record.
//!
//! A host makes one [`Hub`] (connections, limiters, call store), opens a connector for each account,
//! and speaks to all of them through [`CrmConnector`]: [`CallEvent`]s while a call lives, a
//! [`CallRecord`] when it is over. A host that wants everything of one CRM uses that CRM's typed
//! client.
//!
//! ```
//! use vochi_crm::{Hub, Profile};
//!
//! let hub = Hub::new()?;
//! let profile = Profile::new("retailcrm")
//!     .set("url", "https://demo.retailcrm.ru")
//!     .set("api_key", "invented-key")
//!     .set("timezone", "Europe/Minsk")
//!     .extension("151", "18");
//! let shop = vochi_crm::open(&hub, "shop", &profile)?;
//! # Ok::<(), vochi_crm::Error>(())
//! ```
//!
//! # Features
//! - `asterisk` (on by default): Asterisk's events become call events and call records.
//! - `kontur` (on by default): Kontur.CRM.
//! - `retailcrm` (on by default): RetailCRM.
//!
//! # Where to look
//! - [`open`]: from a [`Profile`] to a connector; [`config`]: its keys and their checks.
//! - [`call`]: the call model; [`connector`]: the common face; [`phone`]: numbers.
//! - [`Error`]: what a failure tells; [`limit`]: how the CRMs' limits are kept.
//! - [`http`]: operations as values, and how to bring your own transport.

mod crm;
mod planned;

pub use crm::{Crm, open, raw};
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
