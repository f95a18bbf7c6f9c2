//! Telephony events and call records into CRMs: one call model, one truthful record per call.
//!
//! A host makes one [`Hub`] (connections, limiters, call store) and a connector for each account, and
//! speaks to all of them through [`CrmConnector`]. A live call has a handle, from the first ring to the
//! record:
//!
//! ```
//! use vochi_crm::prelude::*;
//! use vochi_crm::{Direction, Hub, Receipt, Result, retailcrm};
//!
//! async fn one_call() -> Result<Receipt> {
//!     let crm = retailcrm::Connector::builder("shop", "https://demo.retailcrm.ru")
//!         .api_key("invented-key")
//!         .timezone("Europe/Minsk")
//!         .default_region("BY")
//!         .extension("151", "18")
//!         .line("0001363", "+375171234567")
//!         .build(&Hub::new()?)?;
//!     let call = crm.call("1757843474.185")?;
//!     call.ringing(Direction::Inbound, "8 029 111-22-33").to(["151"]).on_line("0001363").await?;
//!     call.answered_by("151").await?;
//!     call.recording("https://pbx.example.test/rec/1.mp3").await?;
//!     call.ended().record().await
//! }
//! ```
//!
//! A host that has its accounts in configuration opens each from a [`Profile`] with [`open`], whatever
//! its CRM. A host that has its own events sends [`CallEvent`]s and [`CallRecord`]s. A host that wants
//! everything of one CRM uses that CRM's typed client.
//!
//! # Features
//! All but `testing` are on by default. `default-features = false` leaves them out, and no call of this
//! crate changes.
//!
//! - `asterisk`: Asterisk's events become call events and call records.
//! - `bitrix24`: Bitrix24.
//! - `kontur`: Kontur.CRM.
//! - `retailcrm`: RetailCRM.
//! - `uon`: U-ON.Travel.
//! - `transport`: the default transport, reqwest. Without it [`Hub::new`] fails with a `config` error,
//!   and a host calls [`HubBuilder::transport`] with its own.
//! - `tls` (with `transport`): TLS (rustls, aws-lc) and HTTP/2 of the default transport. Without it an
//!   `https` address is a `config` error, so CRMs are reached through a proxy of the host.
//! - `cache`: a concurrent [`cache`](spi::cache) for many accounts (moka). Without it a map of 1,024 CRM
//!   responses behind one lock takes its place.
//! - `metrics`: counters and histograms through the facade [`metrics`](https://docs.rs/metrics). Without
//!   it nothing is counted, and [`metric::describe`] does nothing.
//! - `testing`: a scripted transport and checks for tests of hosts.
//!
//! # Where to look
//! - [`open`]: from a [`Profile`] to a connector; [`config`]: its keys and their checks.
//! - [`call`]: the call model; [`connector`]: the common trait; [`phone`]: numbers.
//! - [`Error`]: kinds and effects of failures; [`limit`]: the CRMs' limits; [`pending`]: what is due.
//! - [`inbound`]: the CRMs' requests to a host.
//! - [`http`]: transports and raw requests.
//! - [`spi`]: for authors of connectors.

mod crm;

pub use crm::{Crm, open, raw};
pub use vochi_crm_core::{
    Account, AccountConfig, AccountName, CallEvent, CallId, CallRecord, CallState, Capabilities,
    Capability, Clock, CrmCallId, CrmConnector, CrmName, CrmUser, CrmUserId, Cx, Direction,
    Directory, Effect, Error, ErrorKind, EventKind, Extension, Extra, HealthReport, Hub,
    HubBuilder, Leg, LegEnd, LegId, LegRecord, Line, LocalTime, OpenCall, Outcome, Party,
    PhoneNumber, PhoneReader, Profile, Reason, Receipt, Recorded, Recording, Redactor, Responsible,
    Result, Seconds, Secret, SecretUrl, SystemClock, Text, Timestamp, Transfer, TransferMode,
    TransferResult, TryAgain, UserList, Warning, WarningKind, Zone, key_like_parts,
};
pub use vochi_crm_core::{
    account, call, config, connector, inbound, limit, metric, pending, phone, retry, state, time,
};

/// Transports, raw requests and what an operation is.
pub mod http {
    pub use vochi_crm_core::http::{
        ApiRequest, CertificateFault, FileSource, HttpRequest, Operation, Origin, Output, Payload,
        Plan, PlannedPart, PlannedRequest, RawBody, RawRequest, Repeat, Response, Source,
        SourceReader, Stage, Transport, TransportError,
    };

    #[cfg(feature = "transport")]
    pub use vochi_crm_core::http::ReqwestTransport;
}

/// What a host imports to call methods of connectors.
pub mod prelude {
    pub use vochi_crm_core::CrmConnector;
    pub use vochi_crm_core::connector::LiveCalls;
}

/// What authors of connectors use. It may change in any release.
pub mod spi {
    pub use vochi_crm_core::spi::*;
    pub use vochi_crm_core::{
        Id, Unique, cache, choice, connector_builder, follow_up, http, keys, page, setters, wire,
    };
}

#[cfg(feature = "testing")]
pub use vochi_crm_core::testing;

#[cfg(feature = "asterisk")]
#[doc(inline)]
pub use vochi_crm_asterisk as asterisk;

#[cfg(feature = "bitrix24")]
#[doc(inline)]
pub use vochi_crm_bitrix24 as bitrix24;

#[cfg(feature = "kontur")]
#[doc(inline)]
pub use vochi_crm_kontur as kontur;

#[cfg(feature = "retailcrm")]
#[doc(inline)]
pub use vochi_crm_retailcrm as retailcrm;

#[cfg(feature = "uon")]
#[doc(inline)]
pub use vochi_crm_uon as uon;

/// The README's examples, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
