//! A call as Kontur keeps it.

use serde::{Deserialize, Deserializer};
use vochi_crm_core::wire::{self, Items};
use vochi_crm_core::{LegId, Timestamp};

use super::ids::leg_id_or_none;
use super::time::time_or_none;
use super::{
    CallDirection, CommunicationId, CompanyId, ContactId, DealId, ExternalId, InstanceId,
    LegEventType, Participant, StoredFile, UpdateInfo, UserId,
};

/// A call as Kontur keeps it: the answer of call-started.
///
/// A call may be answered as it was before, or as it stands after more than this client knows: to
/// start a call a second time gives the same one, with everything that happened since.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Communication {
    /// Kontur's id. Every later request of the call carries it.
    pub id: CommunicationId,
    /// Our id, with the prefix Kontur gives it. Send it on as it is.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub external_id: Option<ExternalId>,
    /// When it began.
    #[serde(default, deserialize_with = "time_or_none")]
    pub external_created_at: Option<Timestamp>,
    /// The direction.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub direction: Option<CallDirection>,
    /// Its status. Only `sealed` was ever seen, of a call long over: nothing depends on it.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub status: Option<String>,
    /// The integration it came from.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub integration_id: Option<InstanceId>,
    /// What it was tied to: Kontur finds the client by the number itself.
    #[serde(default, deserialize_with = "wire::object_or_default")]
    pub links: Links,
    /// The call itself.
    #[serde(default, deserialize_with = "wire::object_or_default")]
    pub data: CommunicationData,
    /// Who made and changed it.
    #[serde(default, deserialize_with = "wire::object_or_default")]
    pub update_info: UpdateInfo,
}

impl Communication {
    /// Returns true if a leg was answered: an unanswered one has no beginning.
    pub fn was_answered(&self) -> bool {
        let legs = &self.data.call.items.good;
        legs.iter().any(|leg| leg.started_at.is_some())
    }
}

/// What a call, contact or the like is tied to.
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
    /// Returns true if it is linked to nothing: no client has the number.
    pub fn is_empty(&self) -> bool {
        self.company_ids.is_empty() && self.contact_ids.is_empty() && self.deal_ids.is_empty()
    }
}

/// What sort of communication it is. Calls are the only one that is documented.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CommunicationData {
    /// The call.
    #[serde(deserialize_with = "wire::object_or_default")]
    pub call: CallData,
}

/// A call: its numbers, its legs, what happened in it.
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
    /// What happened, in order.
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
    /// The side that called.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub from: Option<Participant>,
    /// The side that was called.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub to: Option<Participant>,
    /// When it was answered; absent if it never was.
    #[serde(default, deserialize_with = "time_or_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, deserialize_with = "time_or_none")]
    pub finished_at: Option<Timestamp>,
    /// Its recordings.
    #[serde(default)]
    pub recordings: Items<StoredFile>,
}

/// Something that happened to a leg.
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
    /// When.
    #[serde(default, deserialize_with = "time_or_none")]
    pub timestamp: Option<Timestamp>,
    /// What.
    #[serde(default, rename = "type", deserialize_with = "wire::value_or_none")]
    pub kind: Option<LegEventType>,
    /// The side that called.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub from: Option<Participant>,
    /// The side that was called.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub to: Option<Participant>,
}

/// The users responsible for a client (call-redirect).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ResponsibleUsers {
    /// The employees, in the order to ring them. Empty if no user is responsible, which is no error.
    #[serde(deserialize_with = "users")]
    pub user_ids: Vec<UserId>,
}

/// Reads ids of users; one alone is a list of one, what is no id is left out.
fn users<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<UserId>, D::Error> {
    let texts = wire::texts(deserializer)?;
    Ok(texts.iter().filter_map(|text| UserId::new(text).ok()).collect())
}
