//! What one event tells of a thing.

use serde::de::DeserializeOwned;
use serde_json::Value;
use vochi_crm_core::PhoneNumber;
use vochi_crm_core::phone::PhoneReader;
use vochi_crm_core::wire::Items;

use crate::model::{ChangeType, CompanyId, Element, FeedEvent};

/// The thing as an event leaves it; of one that is deleted, as it was before.
pub(super) struct Model<'a> {
    value: Option<&'a Value>,
    pub(super) gone: bool,
    /// Whether the event says that the thing came back.
    pub(super) back: bool,
}

impl<'a> Model<'a> {
    pub(super) fn of(event: &'a FeedEvent) -> Self {
        let change = event.change.as_ref();
        let gone = event.change_type() == Some(&ChangeType::Delete);
        let new = change.and_then(|change| change.new.as_ref());
        let old = change.and_then(|change| change.old.as_ref());
        Self {
            value: new.or(old.filter(|_| gone)),
            gone,
            back: event.change_type() == Some(&ChangeType::Restore),
        }
    }

    /// Reads it. Its id stands beside it too, so one that lacks it is read all the same.
    pub(super) fn read<T: DeserializeOwned>(&self, id: &str) -> Option<T> {
        let mut value = self.value?.clone();
        let fields = value.as_object_mut()?;
        fields.insert("id".to_owned(), Value::from(id));
        T::deserialize(value).ok()
    }
}

/// What an event tells of a card.
pub(super) struct Told {
    pub(super) name: Option<String>,
    pub(super) companies: Vec<CompanyId>,
    pub(super) numbers: Vec<PhoneNumber>,
    /// What stands where a number should and could not be read as one.
    pub(super) unread: Vec<String>,
}

impl Told {
    pub(super) fn new(
        name: Option<String>,
        companies: Vec<CompanyId>,
        phones: &Items<Element>,
        reader: PhoneReader,
    ) -> Self {
        let mut told = Self { name, companies, numbers: Vec::new(), unread: Vec::new() };
        let texts = phones.good.iter().filter_map(|it| it.value.as_deref());
        for text in texts {
            for reading in reader.read_many(text) {
                match reading {
                    Ok(reading) if told.numbers.contains(&reading.number()) => {}
                    Ok(reading) => told.numbers.push(reading.number()),
                    Err(error) => told.unread.push(error.raw().to_owned()),
                }
            }
        }
        told
    }
}
