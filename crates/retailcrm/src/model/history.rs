//! Histories of changes in the CRM.

use std::fmt;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use vochi_crm_core::wire::{self, Items};
use vochi_crm_core::{Error, LocalTime, Result};

use super::{CustomerId, OrderId, Pagination, UserId};

/// A position in a history: the id of the last read record. It can be stored, and used in another
/// process.
///
/// ```
/// use vochi_crm_retailcrm::model::HistoryCursor;
/// let cursor = HistoryCursor::new(2699);
/// assert_eq!(cursor.to_string().parse::<HistoryCursor>()?, cursor);
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HistoryCursor(u64);

impl HistoryCursor {
    /// Creates the position after the record with this id.
    pub const fn new(id: u64) -> Self {
        Self(id)
    }

    /// The record's id.
    pub const fn get(self) -> u64 {
        self.0
    }

    fn of(record: &Value) -> Option<Self> {
        let id = wire::id_or_none(record.get("id")?).ok()??;
        id.parse().ok().map(Self)
    }
}

impl fmt::Display for HistoryCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for HistoryCursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        text.trim()
            .parse()
            .map(Self)
            .map_err(|_| Error::input(format!("invalid history cursor {text:?}: must be a number")))
    }
}

vochi_crm_core::open_word! {
    /// The source of a change (`source`).
    ChangeSource {
        /// A user of the CRM.
        User = "user",
        /// A program with an API key.
        Api = "api",
        /// The CRM itself.
        Code = "code",
    }
}

/// The kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HistoryEvent {
    /// The entity was created.
    Created,
    /// One field of the entity changed.
    Changed,
    /// The entity was deleted, or merged into another one.
    Deleted,
}

/// A customer or order in a record of a history.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct HistoryEntity<Id> {
    /// The CRM's id.
    pub id: Option<Id>,
    /// The shop's id.
    pub external_id: Option<String>,
    /// The shop.
    pub site: Option<String>,
    /// All fields, unchanged: complete for a created entity, else little more than the ids.
    pub fields: Map<String, Value>,
}

impl<'de, Id: DeserializeOwned> Deserialize<'de> for HistoryEntity<Id> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Map::deserialize(deserializer)?;
        let text = |name| fields.get(name).and_then(|value| wire::text_or_none(value).ok()?);
        Ok(Self {
            id: fields.get("id").and_then(|id| Id::deserialize(id).ok()),
            external_id: text("externalId"),
            site: text("site"),
            fields,
        })
    }
}

/// One change. `Id` is the kind of entity: [`CustomerId`] or [`OrderId`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct HistoryRecord<Id> {
    /// Its position in the history.
    pub cursor: HistoryCursor,
    /// When it happened, in the account's local time.
    pub created_at: Option<LocalTime>,
    /// The kind of change.
    pub event: HistoryEvent,
    /// The source of the change.
    pub source: Option<ChangeSource>,
    /// The user who made it.
    pub user: Option<UserId>,
    /// Whether it was made with this client's API key (`apiKey.current`).
    pub by_this_key: Option<bool>,
    /// The changed field, by the CRM's name in histories, as `phones`, `manager_id`.
    pub field: Option<String>,
    /// The old value: a text, a number, an object; `null` if there was none.
    pub old_value: Value,
    /// The new value.
    pub new_value: Value,
    /// The changed entity.
    pub entity: Option<HistoryEntity<Id>>,
    /// The order that this one was created from.
    pub ancestor: Option<HistoryEntity<Id>>,
    /// The changed item of the order; `null` for other changes.
    pub item: Value,
    /// The changed payment; `null` for other changes.
    pub payment: Value,
    /// The changed address; `null` for other changes.
    pub address: Value,
    /// The entity it was merged into.
    pub combined_to: Option<HistoryEntity<Id>>,
}

impl<'de, Id: Historic> Deserialize<'de> for HistoryRecord<Id> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let cursor = HistoryCursor::of(&value)
            .ok_or_else(|| serde::de::Error::custom("missing record id"))?;
        let none = Value::Null;
        let at = |name| value.get(name).unwrap_or(&none);
        let says = |value| wire::bool_or_none(value).ok().flatten();
        let event = if says(at("deleted")) == Some(true) {
            HistoryEvent::Deleted
        } else if says(at("created")) == Some(true) {
            HistoryEvent::Created
        } else {
            HistoryEvent::Changed
        };
        Ok(Self {
            cursor,
            created_at: wire::local_time_or_none(at("createdAt")).ok().flatten(),
            event,
            source: wire::value_or_none(at("source")).ok().flatten(),
            user: at("user").get("id").and_then(|id| UserId::deserialize(id).ok()),
            by_this_key: at("apiKey").get("current").and_then(says),
            field: wire::text_or_none(at("field")).ok().flatten(),
            old_value: at("oldValue").clone(),
            new_value: at("newValue").clone(),
            entity: wire::object_or_none(at(Id::FIELD)).ok().flatten(),
            ancestor: wire::object_or_none(at("ancestor")).ok().flatten(),
            item: at("item").clone(),
            payment: at("payment").clone(),
            address: at("address").clone(),
            combined_to: wire::object_or_none(at("combinedTo")).ok().flatten(),
        })
    }
}

/// One page of a history.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct HistoryPage<Id> {
    /// When the CRM generated it, in the account's local time.
    pub generated_at: Option<LocalTime>,
    /// The changes; unreadable ones are listed separately.
    pub history: Items<HistoryRecord<Id>>,
    /// The number of remaining pages, this one included.
    pub pagination: Pagination,
    /// The greatest id of the page, including unreadable changes: the next page starts after it.
    pub last: Option<HistoryCursor>,
    /// True if the response has a list of changes.
    pub(crate) listed: bool,
}

impl<'de, Id: Historic> Deserialize<'de> for HistoryPage<Id> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire {
            #[serde(default, deserialize_with = "wire::local_time_or_none")]
            generated_at: Option<LocalTime>,
            #[serde(default)]
            history: Value,
            #[serde(default, deserialize_with = "wire::object_or_default")]
            pagination: Pagination,
        }
        let wire = Wire::deserialize(deserializer)?;
        let last = match &wire.history {
            Value::Array(list) => list.iter().filter_map(HistoryCursor::of).max(),
            Value::Object(map) => map.values().filter_map(HistoryCursor::of).max(),
            _ => None,
        };
        Ok(Self {
            generated_at: wire.generated_at,
            listed: wire.history.is_array() || wire.history.is_object(),
            history: Items::deserialize(wire.history).map_err(serde::de::Error::custom)?,
            pagination: wire.pagination,
            last,
        })
    }
}

impl<Id> HistoryPage<Id> {
    /// The number of changes, including unreadable ones.
    pub(crate) fn len(&self) -> usize {
        self.history.good.len() + self.history.broken.len()
    }

    /// Returns true if there are more pages. Without the CRM's count, a full page is not the last.
    pub(crate) fn has_more(&self, size: u32) -> bool {
        let full = u64::try_from(self.len()).is_ok_and(|len| len >= u64::from(size));
        self.len() > 0
            && self
                .pagination
                .total_page_count
                .map_or(full, |total| total > self.pagination.current_page.unwrap_or(1))
    }
}

/// An entity with a history. Only ids of this crate implement it.
pub trait Historic: sealed::Sealed + DeserializeOwned + Clone + Send + Sync + 'static {
    /// The CRM's own name of the operation.
    #[doc(hidden)]
    const OPERATION: &'static str;
    /// The path of the request.
    #[doc(hidden)]
    const PATH: &'static str;
    /// The field of a record with the entity.
    #[doc(hidden)]
    const FIELD: &'static str;
}

impl Historic for CustomerId {
    const OPERATION: &'static str = "customers/history";
    const PATH: &'static str = "/api/v5/customers/history";
    const FIELD: &'static str = "customer";
}

impl Historic for OrderId {
    const OPERATION: &'static str = "orders/history";
    const PATH: &'static str = "/api/v5/orders/history";
    const FIELD: &'static str = "order";
}

mod sealed {
    /// Restricts [`Historic`](super::Historic) to this crate.
    pub trait Sealed {}
    impl Sealed for super::CustomerId {}
    impl Sealed for super::OrderId {}
}
