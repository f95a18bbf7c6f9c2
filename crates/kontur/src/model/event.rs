//! The feed of events: all changes in a workspace.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use vochi_crm_core::Timestamp;
use vochi_crm_core::wire::{self, Items};

use super::time::time_or_none;
use super::{
    ChangeType, CommunicationId, Company, CompanyId, Contact, ContactId, DealId, EventId,
    EventOffset, FeedEventType, User, UserId,
};

/// A change in the CRM: an element of the feed, or the body of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FeedEvent {
    /// The event id. Webhooks repeat and reorder events: a repeat has the same id.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub id: Option<EventId>,
    /// The position in the feed.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub offset: Option<EventOffset>,
    /// The kind of the event.
    #[serde(default, rename = "type", deserialize_with = "wire::value_or_none")]
    pub kind: Option<FeedEventType>,
    /// The affected entity, or the two that were linked or unlinked.
    #[serde(default)]
    pub entity_ids: EntityIds,
    /// The change.
    #[serde(default, rename = "changeData", deserialize_with = "wire::object_or_none")]
    pub change: Option<ChangeData>,
    /// Time, author and program.
    #[serde(default, rename = "createInfo", deserialize_with = "wire::object_or_default")]
    pub created: CreateInfo,
}

impl FeedEvent {
    /// Returns the kind of change, for a change of an entity.
    pub fn change_type(&self) -> Option<&ChangeType> {
        self.change.as_ref()?.kind.as_ref()
    }

    /// Returns the employee after the event.
    pub fn user(&self) -> Option<User> {
        self.entity_ids.user()?;
        self.change.as_ref()?.after()
    }

    /// Returns the contact after the event.
    pub fn contact(&self) -> Option<Contact> {
        self.entity_ids.contact()?;
        self.change.as_ref()?.after()
    }

    /// Returns the company after the event.
    pub fn company(&self) -> Option<Company> {
        self.entity_ids.company()?;
        self.change.as_ref()?.after()
    }
}

/// The ids of the affected entities, by field name (`contactId`, `taskId`, …).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntityIds(BTreeMap<String, String>);

impl EntityIds {
    /// Returns the id of a field, as `taskId`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Iterates over all fields and their ids.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, id)| (name.as_str(), id.as_str()))
    }

    /// Returns the employee.
    pub fn user(&self) -> Option<UserId> {
        UserId::new(self.get("userId")?).ok()
    }

    /// Returns the contact.
    pub fn contact(&self) -> Option<ContactId> {
        ContactId::new(self.get("contactId")?).ok()
    }

    /// Returns the company.
    pub fn company(&self) -> Option<CompanyId> {
        CompanyId::new(self.get("companyId")?).ok()
    }

    /// Returns the deal.
    pub fn deal(&self) -> Option<DealId> {
        DealId::new(self.get("dealId")?).ok()
    }

    /// Returns the call.
    pub fn communication(&self) -> Option<CommunicationId> {
        CommunicationId::new(self.get("communicationId")?).ok()
    }
}

impl<'de> Deserialize<'de> for EntityIds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values: BTreeMap<String, Value> = wire::map_or_empty(deserializer)?;
        let text = |value: Value| match value {
            Value::String(text) if !text.trim().is_empty() => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let ids = values.into_iter().filter_map(|(name, value)| Some((name, text(value)?)));
        Ok(Self(ids.collect()))
    }
}

/// A change with the whole entity before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChangeData {
    /// The kind of change.
    #[serde(rename = "type", deserialize_with = "wire::value_or_none")]
    pub kind: Option<ChangeType>,
    /// The entity before the change; absent for a creation.
    #[serde(deserialize_with = "wire::object_or_none")]
    pub old: Option<Value>,
    /// The entity after the change; absent for a deletion.
    #[serde(deserialize_with = "wire::object_or_none")]
    pub new: Option<Value>,
}

impl ChangeData {
    fn after<T: DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(self.new.as_ref()?).ok()
    }
}

/// The time, author and program of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreateInfo {
    /// The time.
    #[serde(deserialize_with = "time_or_none")]
    pub created_at: Option<Timestamp>,
    /// The user, if a person made the change.
    #[serde(deserialize_with = "wire::value_or_none")]
    pub created_by_user_id: Option<UserId>,
    /// The program, as `WebApp` or `Integration.vochi`. An integration's own changes are in the
    /// feed too.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub created_with: Option<String>,
}

/// A page of the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventsPage {
    /// The events, the oldest first; an unreadable one does not affect the others.
    pub events: Items<FeedEvent>,
    /// The offset of the next page; after an empty page, the unchanged offset.
    pub next: EventOffset,
    /// Set if more events are available now; otherwise wait about a minute.
    pub has_more: bool,
}
