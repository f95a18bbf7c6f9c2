//! Shared parts of the vochi-crm connectors: phone numbers, the call model, limits, retries,
//! errors, secrets, state.
//!
//! The crate contains nothing specific to one CRM.
//!
//! Most hosts depend on the facade `vochi-crm`, which re-exports everything here. The modules:
//!
//! - [`config`], [`account`]: configuration keys, their checks, profiles, accounts;
//! - [`phone`]: phone numbers, parsed at the boundary and held as E.164;
//! - [`call`]: the call model, [`CallEvent`] and [`CallRecord`];
//! - [`connector`]: the common interface of all CRMs, [`CrmConnector`];
//! - [`spi`]: the traits for authors of connectors, and the flows all connectors share;
//! - [`http`]: operations as values and the pipeline that sends every request;
//! - [`limit`], [`retry`]: rate limits and retries, the only places that wait;
//! - [`pending`], [`follow_up`]: work that is still due after a call;
//! - [`state`]: the stored state of calls between events;
//! - [`cache`], [`page`], [`wire`]: cached responses, paged lists, lenient deserializers;
//! - [`inbound`]: requests that CRMs send to the host.

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
