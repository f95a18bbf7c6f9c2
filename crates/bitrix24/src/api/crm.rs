//! The search for duplicates, and universal lists (`crm.item.*`).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use vochi_crm_core::http::{ApiRequest, Operation, Output, Repeat, Response};
use vochi_crm_core::{Error, Result, Text, setters, wire};

use super::list::{Order, Paged, UNCOUNTED, beyond, by_id};
use super::response::{Many, OneItem, call, post};
use crate::model::{
    EntityId, EntityType, EntityTypeId, Item, ItemChange, ItemData, ItemId, MultiFieldChange,
};

/// The most values of one search for duplicates.
const MOST_VALUES: usize = 20;

/// What is searched for duplicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CommunicationType {
    /// A phone.
    Phone,
    /// An e-mail address.
    Email,
}

setters! {
    /// Finds entities with a phone or e-mail address (`crm.duplicate.findbycomm`), in the forms that
    /// were typed. Up to 20 of a type; if one reaches that, later types are left out, so a type is
    /// better named. Deals are never found.
    pub payload FindDuplicates {
        #[serde(rename = "type")]
        by: CommunicationType,
        /// The phones or addresses, up to 20.
        values: Vec<Text>,
        /// The only type to search.
        #[serde(rename = "entity_type")]
        entity_type: Option<EntityType>,
    }
}

/// The ids of duplicates by type.
#[derive(Clone, Copy, Debug)]
pub struct Duplicates;

impl Output for Duplicates {
    type Value = BTreeMap<String, Vec<EntityId>>;

    fn decode(response: &Response) -> Result<Self::Value> {
        let result = response.field::<Value>("result")?;
        if !result.is_object() && result.as_array().is_none_or(|list| !list.is_empty()) {
            return Err(response.unreadable("unexpected form of result"));
        }
        let types: BTreeMap<String, Value> = wire::map_or_empty(result).unwrap_or_default();
        let lists = types.into_iter().filter(|(_, ids)| ids.is_array() || ids.is_object());
        let ids = |ids: Value| wire::list_or_values(ids).unwrap_or_default();
        Ok(lists.map(|(kind, list)| (kind, ids(list))).collect())
    }

    fn planned() -> Response {
        let none: [u8; 0] = [];
        Response::ok_json(&json!({ "result": none }))
    }
}

impl Operation for FindDuplicates {
    call!(Duplicates, "crm.duplicate.findbycomm", Safe);

    fn request(&self) -> Result<ApiRequest> {
        if !(1..=MOST_VALUES).contains(&self.values.len()) {
            return Err(Error::input(format!(
                "cannot search duplicates: {} values, must be 1 to {MOST_VALUES}",
                self.values.len()
            )));
        }
        post(Self::NAME, self)
    }
}

setters! {
    /// Lists elements of a universal list (`crm.item.list`). Phones and e-mail addresses cannot be
    /// named in `filter` and `select`: `*` reads them.
    pub payload ListItems {
        entity_type_id: EntityTypeId,
        /// The fields to read; `*` is all.
        select: Vec<String>,
        /// A condition: a field, with a prefix such as `>=` or `!`, and its value.
        filter: BTreeMap<String, Value>,
        /// A field of the order, with its direction.
        order: BTreeMap<String, Order>,
        /// The first element, in steps of 50; -1 does not count.
        start: i64 = 0i64,
    }
}

impl Operation for ListItems {
    call!(Many<Item>, "crm.item.list", Safe);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, self)
    }
}

impl Paged for ListItems {
    type Row = Item;

    fn starting_at(self, start: u64) -> Self {
        self.start(i64::try_from(start).unwrap_or(i64::MAX))
    }

    fn after(mut self, last: Option<Value>) -> Option<Self> {
        if self.order.len() > 1 {
            return None;
        }
        let order = self.order.iter().next().map(|(field, order)| (&**field, *order));
        let by_id = by_id(order, "id")?;
        self.order = BTreeMap::from([("id".to_owned(), by_id)]);
        if let Some(last) = last {
            self.filter.insert(beyond(by_id, "id"), last);
        }
        Some(self.start(UNCOUNTED))
    }

    fn id_of(row: &Item) -> u64 {
        row.id.get()
    }
}

setters! {
    /// Reads an element of a universal list (`crm.item.get`).
    #[derive(Copy)]
    pub payload GetItem {
        entity_type_id: EntityTypeId,
        id: ItemId,
    }
}

impl Operation for GetItem {
    call!(OneItem, "crm.item.get", Safe);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, self)
    }
}

setters! {
    /// Creates an element of a universal list (`crm.item.add`). No idempotency key.
    pub payload AddItem {
        entity_type_id: EntityTypeId,
        fields: ItemData,
    }
}

impl Operation for AddItem {
    call!(OneItem, "crm.item.add", Unsafe);

    fn request(&self) -> Result<ApiRequest> {
        let ItemData { assigned_by_id, fm, field } = &self.fields;
        if assigned_by_id.is_none() && fm.is_empty() && field.is_empty() {
            return Err(Error::input("cannot create the element: no field is set"));
        }
        post(Self::NAME, self)
    }
}

setters! {
    /// Changes an element of a universal list (`crm.item.update`). A repeat that adds a phone adds it
    /// twice, so it is not sent again after a lost response.
    pub payload UpdateItem {
        entity_type_id: EntityTypeId,
        id: ItemId,
        fields: ItemChange,
    }
}

impl Operation for UpdateItem {
    call!(OneItem, "crm.item.update", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        let ItemChange { assigned_by_id, fm, field } = &self.fields;
        if assigned_by_id.is_none() && fm.is_empty() && field.is_empty() {
            return Err(Error::input("cannot change the element: no field is set"));
        }
        post(Self::NAME, self)
    }

    fn repeat(&self) -> Repeat {
        let adds = |change: &MultiFieldChange| matches!(change, MultiFieldChange::Add(_));
        if self.fields.fm.iter().any(adds) { Repeat::Unsafe } else { Repeat::Keyed }
    }
}
