//! Subscriptions to events, and the queue of events.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use vochi_crm_core::{SecretUrl, open_word, wire};

use super::{OfflineEventId, UserId, entity};

open_word! {
    /// An event, by its name. Bitrix24 sends names in upper case, whatever was bound.
    EventName {
        /// An employee clicked on a number.
        CallStart = "OnExternalCallStart",
        /// A client asked for a callback.
        CallbackStart = "OnExternalCallBackStart",
        /// A call was registered.
        CallInit = "OnVoximplantCallInit",
        /// A call was registered too; it is not answered yet.
        CallAnswer = "OnVoximplantCallStart",
        /// A call was finished.
        CallEnd = "OnVoximplantCallEnd",
        /// The application was installed.
        AppInstall = "OnAppInstall",
        /// The application was updated; its handlers are gone.
        AppUpdate = "OnAppUpdate",
        /// The application was removed.
        AppUninstall = "OnAppUninstall",
        /// A test of our own.
        AppTest = "OnAppTest",
        /// There are events in the offline queue.
        OfflineEvent = "OnOfflineEvent",
    }
}

/// How an event is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    /// By a request to an address.
    Online,
    /// Through a queue that the application reads.
    Offline,
}

/// A subscription. Its address holds the secret of our inbound address.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BoundEvent {
    /// The event.
    pub event: EventName,
    /// The address; none for the offline queue.
    pub handler: Option<SecretUrl>,
    /// The user whose rights the handler gets; none for the user of the event.
    pub auth_user: Option<UserId>,
    /// Whether it goes to the offline queue.
    pub offline: Option<bool>,
}

impl<'de> Deserialize<'de> for BoundEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        entity! {
            Wire {
                event: own(EventName) = "event",
                handler: text = "handler",
                auth_user: value(UserId) = "auth_type",
                offline: flag = "offline",
            }
        }
        let Wire { event, handler, auth_user, offline } = wire::object(deserializer)?;
        Ok(Self { event, handler: handler.map(SecretUrl::new), auth_user, offline })
    }
}

/// An event in the offline queue.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct OfflineEvent {
    /// The id.
    #[serde(rename = "ID")]
    pub id: OfflineEventId,
    /// The event.
    #[serde(rename = "EVENT_NAME")]
    pub name: EventName,
    /// The id of the message.
    #[serde(default, rename = "MESSAGE_ID", deserialize_with = "wire::text_or_none")]
    pub message: Option<String>,
    /// When it was queued.
    #[serde(default, rename = "TIMESTAMP_X", deserialize_with = "wire::value_or_none")]
    pub at: Option<vochi_crm_core::Timestamp>,
    /// The parameters of the event, as a request has them under `data`.
    #[serde(default, rename = "EVENT_DATA", deserialize_with = "wire::object_or_default")]
    pub data: Map<String, Value>,
    /// The package that reserved it.
    #[serde(default, rename = "PROCESS_ID", deserialize_with = "wire::text_or_none")]
    pub process: Option<String>,
    /// Whether its handling failed.
    #[serde(default, rename = "ERROR", deserialize_with = "wire::bool_or_none")]
    pub failed: Option<bool>,
}

/// Prints no parameters: they may be personal data.
impl fmt::Debug for OfflineEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, name, message, at, process, failed, data: _ } = self;
        f.debug_struct("OfflineEvent")
            .field("id", id)
            .field("name", name)
            .field("message", message)
            .field("at", at)
            .field("process", process)
            .field("failed", failed)
            .finish_non_exhaustive()
    }
}
