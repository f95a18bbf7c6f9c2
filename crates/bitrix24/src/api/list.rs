//! Lists of the CRM, and what all lists with pages have in common.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use vochi_crm_core::http::{ApiRequest, Operation, Repeat};
use vochi_crm_core::{Id, Result};

use super::response::{Created, Entity, Many, One, post};
use crate::model::{
    Activity, ActivityData, Company, CompanyData, Contact, ContactData, CrmStatus, Deal, DealData,
    Lead, LeadData,
};

/// The direction of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub enum Order {
    /// The smallest first.
    #[default]
    #[serde(rename = "ASC")]
    Ascending,
    /// The largest first.
    #[serde(rename = "DESC")]
    Descending,
}

/// A list with pages of 50 elements.
pub trait Paged: Operation<Output = Many<Self::Row>> + Clone + Send + Sync + 'static {
    /// An element.
    type Row: Entity;

    /// Returns the page that begins with this element.
    #[must_use]
    fn starting_at(self, start: u64) -> Self;

    /// Returns the page after an element, by ids: the elements are neither counted nor skipped, so
    /// that none is lost or repeated if others are added. Without an element, the first page. Inside
    /// a batch the id may be a reference.
    ///
    /// `None` if the list cannot be read so: it has an order of its own.
    fn after(self, last: Option<Value>) -> Option<Self> {
        let _ = last;
        None
    }

    /// The place of the id of a full page's last element, inside `result`.
    fn place_of_last_id() -> Vec<&'static str> {
        match Self::Row::WITHIN {
            Some(list) => vec![list, "49", "id"],
            None => vec!["49", "ID"],
        }
    }

    /// The id of an element, for [`after`](Self::after).
    fn id_of(row: &Self::Row) -> u64 {
        let _ = row;
        0
    }
}

/// An entity of the CRM with classic methods.
pub trait CrmEntity: Entity {
    /// The method that lists it.
    const LIST: &'static str;

    /// Whether the list can be read by ids, without counting.
    const BY_ID: bool = true;

    /// Its id, as a number.
    fn number(&self) -> u64;
}

/// An entity that is read by its id.
pub trait Readable: CrmEntity {
    /// The method that reads one.
    const GET: &'static str;
}

/// An entity that can be created.
pub trait Writable: CrmEntity {
    /// The method that creates one.
    const ADD: &'static str;

    /// The fields of a new one.
    type Data: Serialize + Clone + std::fmt::Debug + Send + Sync + 'static;
}

macro_rules! crm_entities {
    ($($entity:ident, $data:ident, $list:literal, $get:literal, $add:literal;)*) => {
        $(
            impl CrmEntity for $entity {
                const LIST: &'static str = $list;

                fn number(&self) -> u64 {
                    self.id.get()
                }
            }

            impl Readable for $entity {
                const GET: &'static str = $get;
            }

            impl Writable for $entity {
                const ADD: &'static str = $add;
                type Data = $data;
            }
        )*
    };
}

crm_entities! {
    Contact, ContactData, "crm.contact.list", "crm.contact.get", "crm.contact.add";
    Lead, LeadData, "crm.lead.list", "crm.lead.get", "crm.lead.add";
    Company, CompanyData, "crm.company.list", "crm.company.get", "crm.company.add";
    Deal, DealData, "crm.deal.list", "crm.deal.get", "crm.deal.add";
    Activity, ActivityData, "crm.activity.list", "crm.activity.get", "crm.activity.add";
}

impl CrmEntity for CrmStatus {
    const LIST: &'static str = "crm.status.list";
    const BY_ID: bool = false;

    fn number(&self) -> u64 {
        self.id.get()
    }
}

/// Lists entities of the CRM (`crm.contact.list`, `crm.lead.list`, …).
///
/// ```
/// use vochi_crm_bitrix24::api::ListEntities;
/// use vochi_crm_bitrix24::model::Contact;
/// let list = ListEntities::<Contact>::new()
///     .filter("PHONE", "+375291112233")
///     .select(["ID", "NAME", "LAST_NAME", "PHONE"]);
/// ```
#[derive(Serialize)]
pub struct ListEntities<E> {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    filter: BTreeMap<String, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    select: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "order")]
    order: Option<(String, Order)>,
    start: i64,
    #[serde(skip)]
    of: PhantomData<fn() -> E>,
}

#[expect(clippy::ref_option, reason = "serde passes the field by reference")]
fn order<S: Serializer>(order: &Option<(String, Order)>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(order.iter().map(|(field, order)| (field, order)))
}

impl<E> ListEntities<E> {
    /// Lists all entities, in no order.
    pub fn new() -> Self {
        let (filter, select) = (BTreeMap::new(), Vec::new());
        Self { filter, select, order: None, start: 0, of: PhantomData }
    }

    /// Adds a condition: a field, with a prefix such as `>=` or `!`, and its value.
    #[must_use]
    pub fn filter(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.filter.insert(field.into(), value.into());
        self
    }

    /// Adds fields to read. Phones and e-mail addresses are read only if they are named.
    #[must_use]
    pub fn select(mut self, fields: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.select.extend(fields.into_iter().map(Into::into));
        self
    }

    /// Sets the order.
    #[must_use]
    pub fn order(mut self, field: impl Into<String>, order: Order) -> Self {
        self.order = Some((field.into(), order));
        self
    }

    /// Sets the first element, in steps of 50.
    #[must_use]
    pub fn start(mut self, start: u32) -> Self {
        self.start = start.into();
        self
    }
}

impl<E> Default for ListEntities<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E> Clone for ListEntities<E> {
    fn clone(&self) -> Self {
        let Self { filter, select, order, start, of: _ } = self;
        let (filter, select, order) = (filter.clone(), select.clone(), order.clone());
        Self { filter, select, order, start: *start, of: PhantomData }
    }
}

impl<E: CrmEntity> std::fmt::Debug for ListEntities<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct(E::LIST).field("start", &self.start).finish_non_exhaustive()
    }
}

impl<E: CrmEntity> Operation for ListEntities<E> {
    type Output = Many<E>;
    const NAME: &'static str = E::LIST;
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        post(E::LIST, self)
    }
}

impl<E: CrmEntity> Paged for ListEntities<E> {
    type Row = E;

    fn starting_at(mut self, start: u64) -> Self {
        self.start = i64::try_from(start).unwrap_or(i64::MAX);
        self
    }

    fn after(mut self, last: Option<Value>) -> Option<Self> {
        if !E::BY_ID {
            return None;
        }
        if !self.select.is_empty() && !self.select.iter().any(|field| field == "ID") {
            self.select.push("ID".to_owned());
        }
        let by_id = by_id(self.order.as_ref().map(|(field, order)| (&**field, *order)), "ID")?;
        self.order = Some(("ID".to_owned(), by_id));
        self.start = UNCOUNTED;
        if let Some(last) = last {
            self.filter.insert(beyond(by_id, "ID"), last);
        }
        Some(self)
    }

    fn id_of(row: &E) -> u64 {
        row.number()
    }
}

/// The `start` of a list that is not counted.
pub(super) const UNCOUNTED: i64 = -1;

/// The order by id, if a list has no other one.
pub(super) fn by_id(order: Option<(&str, Order)>, id: &str) -> Option<Order> {
    match order {
        None => Some(Order::Ascending),
        Some((field, order)) => field.eq_ignore_ascii_case(id).then_some(order),
    }
}

/// The condition for elements beyond one: `>ID`, or `<ID` in descending order.
pub(super) fn beyond(order: Order, id: &str) -> String {
    match order {
        Order::Ascending => format!(">{id}"),
        Order::Descending => format!("<{id}"),
    }
}

/// Reads an entity of the CRM by its id (`crm.contact.get`, `crm.lead.get`, …).
pub struct GetEntity<E>(pub Id<E>);

impl<E> Clone for GetEntity<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for GetEntity<E> {}

impl<E> std::fmt::Debug for GetEntity<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("GetEntity").field(&self.0).finish()
    }
}

impl<E: Readable> Operation for GetEntity<E> {
    type Output = One<E>;
    const NAME: &'static str = E::GET;
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        post(E::GET, &json!({ "id": self.0 }))
    }
}

/// Creates an entity of the CRM (`crm.contact.add`, `crm.lead.add`, …). No idempotency key: a repeat
/// is a second one. Bitrix24 ignores unknown fields.
#[derive(Clone, Debug)]
pub struct AddEntity<E: Writable> {
    fields: E::Data,
    feed: bool,
}

impl<E: Writable> AddEntity<E> {
    /// Creates it from its fields, without a message in the portal's feed.
    pub fn new(fields: E::Data) -> Self {
        Self { fields, feed: false }
    }

    /// Writes a message in the portal's feed (`REGISTER_SONET_EVENT`).
    #[must_use]
    pub fn announced(mut self) -> Self {
        self.feed = true;
        self
    }
}

impl<E: Writable> Operation for AddEntity<E> {
    type Output = Created<E>;
    const NAME: &'static str = E::ADD;
    const REPEAT: Repeat = Repeat::Unsafe;

    fn request(&self) -> Result<ApiRequest> {
        let fields = serde_json::to_value(&self.fields).map_err(|error| {
            vochi_crm_core::Error::internal("cannot serialize the fields").with_source(error)
        })?;
        if fields.as_object().is_none_or(serde_json::Map::is_empty) {
            return Err(vochi_crm_core::Error::input("cannot create the entity: no field is set"));
        }
        let feed = if self.feed { "Y" } else { "N" };
        post(E::ADD, &json!({"fields": fields, "params": {"REGISTER_SONET_EVENT": feed}}))
    }
}
