//! A call as stored in Kontur.

use serde::{Deserialize, Deserializer};
use vochi_crm_core::wire::{self, Items};
use vochi_crm_core::{LegId, Timestamp};

use super::ids::leg_id_or_none;
use super::time::time_or_none;
use super::{
    CallDirection, CommunicationId, CompanyId, ContactId, DealId, ExternalId, InstanceId,
    LegEventType, Participant, StoredFile, UpdateInfo, UserId,
};

/// A call as stored in Kontur: the response of call-started.
///
/// A repeated start returns the same call with everything that happened since, including changes
/// unknown to this client.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Communication {
    /// Kontur's call id, sent in every later request.
    pub id: CommunicationId,
    /// The PBX's call id, with the prefix Kontur adds. Send it back unchanged.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub external_id: Option<ExternalId>,
    /// The start time.
    #[serde(default, deserialize_with = "time_or_none")]
    pub external_created_at: Option<Timestamp>,
    /// The direction.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub direction: Option<CallDirection>,
    /// The status. Only `sealed` is documented, for a finished call: nothing depends on it.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub status: Option<String>,
    /// The integration that started the call.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub integration_id: Option<InstanceId>,
    /// The linked clients and deals; Kontur finds the client by the number itself.
    #[serde(default, deserialize_with = "wire::object_or_default")]
    pub links: Links,
    /// The data of the call.
    #[serde(default, deserialize_with = "wire::object_or_default")]
    pub data: CommunicationData,
    /// Creation and last change.
    #[serde(default, deserialize_with = "wire::object_or_default")]
    pub update_info: UpdateInfo,
}

impl Communication {
    /// Returns true if a leg was answered, so has a start time.
    pub fn was_answered(&self) -> bool {
        let legs = &self.data.call.items.good;
        legs.iter().any(|leg| leg.started_at.is_some())
    }
}

/// Links of a call, contact or other entity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Links {
    /// Companies.
    #[serde(deserialize_with = "wire::list_or_values")]
    pub company_ids: Vec<CompanyId>,
    /// Contacts.
    #[serde(deserialize_with = "wire::list_or_values")]
    pub contact_ids: Vec<ContactId>,
    /// Deals.
    #[serde(deserialize_with = "wire::list_or_values")]
    pub deal_ids: Vec<DealId>,
}

impl Links {
    /// Returns true if there is no link: no client has the number.
    pub fn is_empty(&self) -> bool {
        self.company_ids.is_empty() && self.contact_ids.is_empty() && self.deal_ids.is_empty()
    }
}

/// The data by kind of communication. Only calls are documented.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CommunicationData {
    /// The call.
    #[serde(deserialize_with = "wire::object_or_default")]
    pub call: CallData,
}

/// The numbers, legs and events of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct CallData {
    /// The client's number.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub client_phone: Option<String>,
    /// The company's own number.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub external_vats_phone: Option<String>,
    /// The legs.
    pub items: Items<CallItem>,
    /// The events, in order.
    pub events: Items<CallItemEvent>,
}

/// A leg of a call.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CallItem {
    /// The PBX's id of the leg.
    #[serde(default, deserialize_with = "leg_id_or_none")]
    pub id: Option<LegId>,
    /// The calling side.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub from: Option<Participant>,
    /// The called side.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub to: Option<Participant>,
    /// The answer time; absent for an unanswered leg.
    #[serde(default, deserialize_with = "time_or_none")]
    pub started_at: Option<Timestamp>,
    /// The end time.
    #[serde(default, deserialize_with = "time_or_none")]
    pub finished_at: Option<Timestamp>,
    /// Its recordings.
    #[serde(default)]
    pub recordings: Items<StoredFile>,
}

/// An event of a leg.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CallItemEvent {
    /// The PBX's id of the leg.
    #[serde(default, deserialize_with = "leg_id_or_none")]
    pub external_call_item_id: Option<LegId>,
    /// The id of the leg while it was live.
    #[serde(default, deserialize_with = "leg_id_or_none")]
    pub realtime_call_item_id: Option<LegId>,
    /// The time.
    #[serde(default, deserialize_with = "time_or_none")]
    pub timestamp: Option<Timestamp>,
    /// The kind of event.
    #[serde(default, rename = "type", deserialize_with = "wire::value_or_none")]
    pub kind: Option<LegEventType>,
    /// The calling side.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub from: Option<Participant>,
    /// The called side.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub to: Option<Participant>,
}

/// The users responsible for a client (call-redirect).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ResponsibleUsers {
    /// The employees, in ring order. Empty if no user is responsible, which is not an error.
    #[serde(deserialize_with = "users")]
    pub user_ids: Vec<UserId>,
}

/// Deserializes user ids; a single one is a list of one, invalid ids are skipped.
fn users<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<UserId>, D::Error> {
    let texts = wire::texts(deserializer)?;
    Ok(texts.iter().filter_map(|text| UserId::new(text).ok()).collect())
}
