//! Outputs of the operations.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::json;
use vochi_crm_core::http::{Output, Response};
use vochi_crm_core::wire::{self, Items};
use vochi_crm_core::{Id, Result};

use crate::model::{
    Company, CorporateContact, CorporateCustomer, Customer, CustomerNote, IntegrationModule, Order,
    Pagination, StoredFile, Task, User, UserGroup,
};

/// An entity of the CRM, with its field names in responses.
pub trait Entity: DeserializeOwned + Send + 'static {
    /// The field of one entity.
    const ONE: &'static str;
    /// The field of a list.
    const MANY: &'static str;
}

macro_rules! entities {
    ($($entity:ident: $one:literal, $many:literal;)*) => {
        $(impl Entity for $entity {
            const ONE: &'static str = $one;
            const MANY: &'static str = $many;
        })*
    };
}

entities! {
    Company: "company", "companies";
    CorporateContact: "contact", "contacts";
    CorporateCustomer: "customerCorporate", "customersCorporate";
    Customer: "customer", "customers";
    CustomerNote: "note", "notes";
    IntegrationModule: "integrationModule", "integrationModules";
    Order: "order", "orders";
    StoredFile: "file", "files";
    Task: "task", "tasks";
    User: "user", "users";
    UserGroup: "group", "groups";
}

/// Accepts any success response.
#[derive(Clone, Copy, Debug)]
pub struct Done;

impl Output for Done {
    type Value = ();

    fn decode(response: &Response) -> Result<()> {
        response.json::<IgnoredAny>().map(drop)
    }

    fn planned() -> Response {
        Response::ok_json(&json!({ "success": true }))
    }
}

/// Returns the id of a new `T` (`{"id": 1}`).
#[derive(Clone, Copy, Debug)]
pub struct Created<T>(PhantomData<fn() -> T>);

impl<T> Output for Created<T> {
    type Value = Id<T>;

    fn decode(response: &Response) -> Result<Id<T>> {
        response.field("id")
    }

    fn planned() -> Response {
        Response::ok_json(&json!({ "success": true, "id": 1 }))
    }
}

/// Returns one `T` (`{"task": {…}}`).
#[derive(Clone, Copy, Debug)]
pub struct Field<T>(PhantomData<fn() -> T>);

impl<T: Entity> Field<T> {
    /// The response of a dry run to a request for the entity with this id.
    pub(super) fn planned_with(id: u64) -> Response {
        Response::ok_json(&json!({ "success": true, T::ONE: { "id": id } }))
    }
}

impl<T: Entity> Output for Field<T> {
    type Value = T;

    fn decode(response: &Response) -> Result<T> {
        #[derive(Deserialize)]
        #[serde(transparent, bound = "T: DeserializeOwned")]
        struct Object<T>(#[serde(deserialize_with = "wire::object")] T);
        response.field::<Object<T>>(T::ONE).map(|object| object.0)
    }

    fn planned() -> Response {
        Self::planned_with(1)
    }
}

/// Reads the body as an object; an empty list is PHP's empty object.
pub(super) fn object<T: DeserializeOwned>(response: &Response) -> Result<T> {
    let body = response.body.trim_ascii();
    let is_list = body.first() == Some(&b'[') && !body[1..].trim_ascii_start().starts_with(b"]");
    if is_list { Err(response.unreadable("must be an object")) } else { response.json() }
}

/// Returns the whole body as a `T`.
#[derive(Clone, Copy, Debug)]
pub struct Body<T>(PhantomData<fn() -> T>);

impl<T: DeserializeOwned + Send> Output for Body<T> {
    type Value = T;

    fn decode(response: &Response) -> Result<T> {
        object(response)
    }

    fn planned() -> Response {
        Done::planned()
    }
}

/// One page of a list of `T`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Page<T> {
    /// The entities; unreadable ones are listed separately.
    pub items: Items<T>,
    /// The position of the page in the list.
    pub pagination: Pagination,
}

impl<T: Entity> Output for Page<T> {
    type Value = Self;

    fn decode(response: &Response) -> Result<Self> {
        #[derive(Default, Deserialize)]
        #[serde(transparent)]
        struct Lenient(#[serde(deserialize_with = "wire::object_or_default")] Pagination);
        let items = response.field_or_default(T::MANY)?;
        let Lenient(pagination) = response.field_or_default("pagination")?;
        Ok(Self { items, pagination })
    }

    fn planned() -> Response {
        Response::ok_json(&json!({ "success": true, T::MANY: [] }))
    }
}
