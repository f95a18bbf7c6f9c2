//! Elements of the universal lists (`crm.item.*`), whose fields are in camel case.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use vochi_crm_core::{Text, open_word, setters, wire};

use super::{EntityTypeId, ItemId, MultiFieldId, UserId, entity};

open_word! {
    /// The type of a multi-field. Bitrix24 ignores an element without it and reports success.
    MultiFieldType {
        /// A phone.
        Phone = "PHONE",
        /// An e-mail address.
        Email = "EMAIL",
        /// A web address.
        Web = "WEB",
        /// A messenger.
        Messenger = "IM",
    }
}

entity! {
    /// A phone or e-mail address of an element.
    ItemMultiField {
        /// The id.
        id: value(MultiFieldId) = "id",
        /// The type.
        type_id: value(MultiFieldType) = "typeId",
        /// The kind, as `WORK`.
        value_type: text = "valueType",
        /// The phone or address, as stored.
        value: text = "value",
    }
}

/// An element of a universal list. Lists differ in their fields: [`fields`](Self::fields) has all of
/// them as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Item {
    /// The id.
    pub id: ItemId,
    /// The list.
    pub entity_type: Option<EntityTypeId>,
    /// The responsible user.
    pub assigned_to: Option<UserId>,
    /// The phones and e-mail addresses.
    pub multi_fields: Vec<ItemMultiField>,
    /// Every field.
    pub fields: Map<String, Value>,
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        entity! {
            Known {
                id: own(ItemId) = "id",
                entity_type: value(EntityTypeId) = "entityTypeId",
                assigned_to: value(UserId) = "assignedById",
                multi_fields: list(ItemMultiField) = "fm",
            }
        }
        let fields: Map<String, Value> = wire::object(deserializer)?;
        let Known { id, entity_type, assigned_to, multi_fields } =
            Known::deserialize(&Value::Object(fields.clone())).map_err(serde::de::Error::custom)?;
        Ok(Self { id, entity_type, assigned_to, multi_fields, fields })
    }
}

setters! {
    /// A phone or e-mail address of a new element.
    pub payload NewItemMultiField {
        type_id: MultiFieldType,
        value: Text,
        /// The kind: `WORK` by default.
        value_type: String = "WORK".to_owned(),
    }
}

/// A change of the phones and e-mail addresses of an element. Those that are not named stay.
#[derive(Clone, Debug)]
pub enum MultiFieldChange {
    /// Adds one.
    Add(NewItemMultiField),
    /// Sets one that exists.
    Set(MultiFieldId, NewItemMultiField),
    /// Deletes one. The type is needed: without it Bitrix24 reports success and does nothing.
    Delete(MultiFieldId, MultiFieldType),
}

/// Writes changes as a map by id, new ones as `n0`, `n1`.
pub(crate) fn changes<S: Serializer>(
    changes: &[MultiFieldChange],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Written<'a> {
        Value(&'a NewItemMultiField),
        Deleted {
            #[serde(rename = "typeId")]
            type_id: &'a MultiFieldType,
            value: &'static str,
        },
    }
    let mut added = 0_usize;
    serializer.collect_map(changes.iter().map(|change| match change {
        MultiFieldChange::Add(new) => {
            added += 1;
            (format!("n{}", added - 1), Written::Value(new))
        }
        MultiFieldChange::Set(id, new) => (id.to_string(), Written::Value(new)),
        MultiFieldChange::Delete(id, type_id) => {
            (id.to_string(), Written::Deleted { type_id, value: "" })
        }
    }))
}

setters! {
    /// The fields of a new element.
    #[derive(Default)]
    pub payload ItemData {
        /// The responsible user.
        assigned_by_id: Option<UserId>,
        /// The phones and e-mail addresses.
        fm: Vec<NewItemMultiField>,
        /// Any other field, by its name.
        #[serde(flatten)]
        field: BTreeMap<String, Value>,
    }
}

setters! {
    /// The changed fields of an element.
    #[derive(Default)]
    pub payload ItemChange {
        /// The responsible user.
        assigned_by_id: Option<UserId>,
        /// The changed phones and e-mail addresses.
        #[serde(serialize_with = "changes")]
        fm: Vec<MultiFieldChange>,
        /// Any other field, by its name.
        #[serde(flatten)]
        field: BTreeMap<String, Value>,
    }
}
