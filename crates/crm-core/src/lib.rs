//! What the vochi-crm connectors share: phone numbers, the call model, limits, retries, errors,
//! secrets, state. It knows no CRM.
//!
//! Most hosts depend on the facade `vochi-crm`, which re-exports all of it. The rooms:
//!
//! - [`config`], [`account`]: keys and their checks, profiles, what is made of them;
//! - [`phone`]: numbers, read once at the edge and E.164 inside;
//! - [`call`]: the one call model, [`CallEvent`] and [`CallRecord`];
//! - [`connector`]: one CRM behind a common face, [`CrmConnector`];
//! - [`http`]: operations as values and the one pipeline every request goes through;
//! - [`limit`], [`retry`]: the only places that wait;
//! - [`pending`], [`follow_up`]: what is due after a call and not done yet;
//! - [`state`]: what is remembered of a call between its events;
//! - [`cache`], [`page`], [`wire`]: answers kept, lists read, odd values understood;
//! - [`inbound`]: what CRMs send us.

pub mod account;
pub mod cache;
pub mod call;
pub mod config;
pub mod connector;
pub mod follow_up;
pub mod http;
pub mod inbound;
pub mod limit;
pub mod metric;
pub mod page;
pub mod pending;
pub mod phone;
pub mod retry;
pub mod spi;
pub mod state;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod time;
pub mod wire;

mod directory;
mod error;
mod fnv;
mod hub;
mod id;
mod name;
mod open_call;
mod redaction;
mod secret;
mod setters;
mod text;
mod unique;
mod warning;

pub use account::{Account, AccountConfig};
pub use call::{
    CallEvent, CallId, CallRecord, CallState, CrmCallId, CrmUserId, Direction, EventKind,
    Extension, Extra, Leg, LegEnd, LegId, LegRecord, Line, Outcome, Party, Reason, Recorded,
    Recording, Transfer, TransferMode, TransferResult,
};
pub use config::Profile;
pub use connector::{
    Capabilities, Capability, CrmConnector, CrmUser, Cx, HealthReport, Receipt, Responsible,
    UserList,
};
pub use directory::Directory;
pub use error::{Effect, Error, ErrorKind, Result, TryAgain};
pub use hub::{Hub, HubBuilder};
pub use id::Id;
pub use name::{AccountName, CrmName};
pub use open_call::OpenCall;
pub use phone::{PhoneNumber, PhoneReader};
pub use redaction::{Redactor, key_like_parts};
pub use secret::{Secret, SecretUrl};
pub use text::Text;
pub use time::{Clock, LocalTime, Seconds, SystemClock, Timestamp, Zone};
pub use unique::Unique;
pub use warning::{Warning, WarningKind};
