//! The feed of events: everything that changes in a workspace.

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

/// Something that changed in the CRM: an element of the feed, or the body of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FeedEvent {
    /// Its id. Webhooks repeat events and change their order: a repeat has the same id.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub id: Option<EventId>,
    /// Its place in the feed.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub offset: Option<EventOffset>,
    /// The kind of the event.
    #[serde(default, rename = "type", deserialize_with = "wire::value_or_none")]
    pub kind: Option<FeedEventType>,
    /// What it is about: one thing, or the two that were tied or untied.
    #[serde(default)]
    pub entity_ids: EntityIds,
    /// What changed.
    #[serde(default, rename = "changeData", deserialize_with = "wire::object_or_none")]
    pub change: Option<ChangeData>,
    /// Time, author and program.
    #[serde(default, rename = "createInfo", deserialize_with = "wire::object_or_default")]
    pub created: CreateInfo,
}

impl FeedEvent {
    /// How the thing was changed, if it was.
    pub fn change_type(&self) -> Option<&ChangeType> {
        self.change.as_ref()?.kind.as_ref()
    }

    /// The employee as the event leaves it.
    pub fn user(&self) -> Option<User> {
        self.entity_ids.user()?;
        self.change.as_ref()?.after()
    }

    /// The contact as the event leaves it.
    pub fn contact(&self) -> Option<Contact> {
        self.entity_ids.contact()?;
        self.change.as_ref()?.after()
    }

    /// The company as the event leaves it.
    pub fn company(&self) -> Option<Company> {
        self.entity_ids.company()?;
        self.change.as_ref()?.after()
    }
}

/// What an event is about, by the name of the id (`contactId`, `taskId`, …).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntityIds(BTreeMap<String, String>);

impl EntityIds {
    /// The id of this name, as `taskId`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Every id with its name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, id)| (name.as_str(), id.as_str()))
    }

    /// An employee.
    pub fn user(&self) -> Option<UserId> {
        UserId::new(self.get("userId")?).ok()
    }

    /// A contact.
    pub fn contact(&self) -> Option<ContactId> {
        ContactId::new(self.get("contactId")?).ok()
    }

    /// A company.
    pub fn company(&self) -> Option<CompanyId> {
        CompanyId::new(self.get("companyId")?).ok()
    }

    /// A deal.
    pub fn deal(&self) -> Option<DealId> {
        DealId::new(self.get("dealId")?).ok()
    }

    /// A call.
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

/// What changed. Before and after are whole models.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChangeData {
    /// How it was changed.
    #[serde(rename = "type", deserialize_with = "wire::value_or_none")]
    pub kind: Option<ChangeType>,
    /// The thing before; absent where it was made.
    #[serde(deserialize_with = "wire::object_or_none")]
    pub old: Option<Value>,
    /// The thing after; absent where it was deleted.
    #[serde(deserialize_with = "wire::object_or_none")]
    pub new: Option<Value>,
}

impl ChangeData {
    fn after<T: DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(self.new.as_ref()?).ok()
    }
}

/// The time of an event, its author and program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreateInfo {
    /// When.
    #[serde(deserialize_with = "time_or_none")]
    pub created_at: Option<Timestamp>,
    /// The user, if it was a person.
    #[serde(deserialize_with = "wire::value_or_none")]
    pub created_by_user_id: Option<UserId>,
    /// With what, as `WebApp` or `Integration.vochi`: an integration's own changes come back too.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub created_with: Option<String>,
}

/// One page of the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventsPage {
    /// The events, the oldest first; one that cannot be read does not cost the others.
    pub events: Items<FeedEvent>,
    /// Where to read on, once the page is done with. After an empty page, where one stood before.
    pub next: EventOffset,
    /// Whether there is more at once; otherwise wait about a minute.
    pub has_more: bool,
}
