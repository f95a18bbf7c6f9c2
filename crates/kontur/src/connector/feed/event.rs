//! The entity in one feed event.

use serde::de::DeserializeOwned;
use serde_json::Value;
use vochi_crm_core::PhoneNumber;
use vochi_crm_core::phone::PhoneReader;
use vochi_crm_core::wire::Items;

use crate::model::{ChangeType, CompanyId, Element, FeedEvent};

/// The entity after an event; for a deletion, before it.
pub(super) struct Model<'a> {
    value: Option<&'a Value>,
    pub(super) deleted: bool,
    /// Set if the event restores the entity.
    pub(super) restored: bool,
}

impl<'a> Model<'a> {
    pub(super) fn of(event: &'a FeedEvent) -> Self {
        let change = event.change.as_ref();
        let deleted = event.change_type() == Some(&ChangeType::Delete);
        let new = change.and_then(|change| change.new.as_ref());
        let old = change.and_then(|change| change.old.as_ref());
        Self {
            value: new.or(old.filter(|_| deleted)),
            deleted,
            restored: event.change_type() == Some(&ChangeType::Restore),
        }
    }

    /// Deserializes the entity. The id comes from the event, because the entity may omit it.
    pub(super) fn read<T: DeserializeOwned>(&self, id: &str) -> Option<T> {
        let mut value = self.value?.clone();
        let fields = value.as_object_mut()?;
        fields.insert("id".to_owned(), Value::from(id));
        T::deserialize(value).ok()
    }
}

/// The fields of a contact or company in an event.
pub(super) struct CardData {
    pub(super) name: Option<String>,
    pub(super) companies: Vec<CompanyId>,
    pub(super) numbers: Vec<PhoneNumber>,
    /// Phone texts that could not be parsed.
    pub(super) unparsed: Vec<String>,
}

impl CardData {
    pub(super) fn new(
        name: Option<String>,
        companies: Vec<CompanyId>,
        phones: &Items<Element>,
        reader: PhoneReader,
    ) -> Self {
        let mut data = Self { name, companies, numbers: Vec::new(), unparsed: Vec::new() };
        let texts = phones.good.iter().filter_map(|it| it.value.as_deref());
        for text in texts {
            for reading in reader.read_many(text) {
                match reading {
                    Ok(reading) if data.numbers.contains(&reading.number()) => {}
                    Ok(reading) => data.numbers.push(reading.number()),
                    Err(error) => data.unparsed.push(error.raw().to_owned()),
                }
            }
        }
        data
    }
}
