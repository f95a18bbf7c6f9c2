//! Outputs of the operations, and the parts that all operations share.

use std::marker::PhantomData;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use vochi_crm_core::http::{ApiRequest, Body, Output, Refusal, Response};
use vochi_crm_core::wire::Items;
use vochi_crm_core::{Error, ErrorKind, Id, Result};

use crate::model::{
    Company, Lead, LeadStatus, LoggedCall, Notification, Office, PaymentStatus, Reminder, Request,
    RequestAction, RequestStatus, Source, User, Webhook,
};

/// An entity of the CRM, with the fields of responses that hold it.
pub trait Entity: DeserializeOwned + Send + 'static {
    /// The fields of one entity or of a list, the most documented one first.
    const KEYS: &'static [&'static str];
}

macro_rules! entities {
    ($($entity:ident: $($key:literal),*;)*) => {
        $(impl Entity for $entity {
            const KEYS: &'static [&'static str] = &[$($key),*];
        })*
    };
}

entities! {
    Company: "records";
    Lead: "leads", "lead";
    LeadStatus: "records";
    LoggedCall: "records", "call_history";
    Notification: "notifications", "notification", "records";
    Office: "records";
    PaymentStatus: "records";
    Reminder: "reminder", "reminders", "records";
    Request: "requests", "request";
    RequestAction: "request-action", "records";
    RequestStatus: "records";
    Source: "records";
    User: "users", "user";
    Webhook: "records", "webhooks";
}

/// An output that has a value for "nothing found".
pub(super) trait Nothing: Output {
    /// The value.
    fn nothing() -> Self::Value;

    /// Turns "nothing found" into a result. An unknown path, an invalid parameter and a failure stay
    /// errors.
    fn recover(refusal: &Refusal) -> Option<Self::Value> {
        (refusal.kind() == ErrorKind::NotFound).then(Self::nothing)
    }
}

/// Accepts any JSON of a success: updates are answered by an object or by `[]`.
#[derive(Clone, Copy, Debug)]
pub struct Done;

impl Output for Done {
    type Value = ();

    fn decode(response: &Response) -> Result<()> {
        response.json::<IgnoredAny>().map(drop)
    }

    fn planned() -> Response {
        Response::ok_json(&json!({ "result": 200 }))
    }
}

/// Returns the id of a new `T` (`{"result": 200, "id": "7"}`), as `id` or `user_id`. U-ON sometimes
/// returns 0 or none: then the entity exists under an unknown id.
#[derive(Clone, Copy, Debug)]
pub struct Created<T>(PhantomData<fn() -> T>);

impl<T> Output for Created<T> {
    type Value = Option<Id<T>>;

    fn decode(response: &Response) -> Result<Self::Value> {
        let body: Value = response.json()?;
        let id = |name: &str| Id::deserialize(body.get(name)?).ok();
        Ok(id("id").or_else(|| id("user_id")))
    }

    fn planned() -> Response {
        Response::ok_json(&json!({ "result": 200, "id": "1" }))
    }
}

/// One entity, or `None`: in an object or a list of one, under a field or alone.
#[derive(Clone, Copy, Debug)]
pub struct One<T>(PhantomData<fn() -> T>);

impl<T: Entity> Output for One<T> {
    type Value = Option<T>;

    fn decode(response: &Response) -> Result<Option<T>> {
        let found = decode_list::<T>(response)?.items;
        let bare = response.body.trim_ascii_start().starts_with(b"[");
        if bare && found.good.is_empty() && !found.broken.is_empty() {
            return Err(response.unreadable("unexpected elements of a list"));
        }
        Ok(found.good.into_iter().next())
    }

    fn planned() -> Response {
        Done::planned()
    }
}

impl<T: Entity> Nothing for One<T> {
    fn nothing() -> Option<T> {
        None
    }
}

/// A list of `T`, or one page of it: under a field or alone.
#[derive(Clone, Copy, Debug)]
pub struct Many<T>(PhantomData<fn() -> T>);

/// The elements of a list, or of one page of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listed<T> {
    /// The entities; unreadable ones are listed separately.
    pub items: Items<T>,
    /// The number of pages, if U-ON sends it (`pages_all`).
    pub pages_all: Option<u64>,
}

impl<T: Entity> Output for Many<T> {
    type Value = Listed<T>;

    fn decode(response: &Response) -> Result<Listed<T>> {
        decode_list(response)
    }

    fn planned() -> Response {
        let list: [Value; 0] = [];
        Response::ok_json(&json!({ T::KEYS.first().copied().unwrap_or_default(): list }))
    }
}

impl<T: Entity> Nothing for Many<T> {
    fn nothing() -> Listed<T> {
        Listed { items: Items::default(), pages_all: None }
    }
}

/// Reads the entities of a response: a bare list, else the documented field, else the only field
/// with a list.
fn decode_list<T: Entity>(response: &Response) -> Result<Listed<T>> {
    let body: Value = response.json()?;
    let (list, pages_all) = match body {
        Value::Array(list) => (Value::Array(list), None),
        Value::Object(mut fields) => {
            let pages_all = fields.get("pages_all").and_then(number);
            (field(&mut fields, T::KEYS), pages_all)
        }
        _ => return Err(response.unreadable("must be an object or a list")),
    };
    let list = match list {
        // One entity in place of a list of one.
        Value::Object(one) if !one.is_empty() && !one.values().all(Value::is_object) => {
            Value::Array(vec![Value::Object(one)])
        }
        other => other,
    };
    let items = Items::deserialize(list).map_err(|_| response.unreadable("not a list"))?;
    Ok(Listed { items, pages_all })
}

fn field(fields: &mut Map<String, Value>, keys: &[&str]) -> Value {
    if let Some(value) = keys.iter().find_map(|key| fields.remove(*key)) {
        return value;
    }
    let mut lists = fields.iter_mut().filter(|(_, value)| value.is_array());
    match (lists.next(), lists.next()) {
        (Some((_, list)), None) => list.take(),
        _ => Value::Null,
    }
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A list with pages, whose number is a part of the path or of the body.
pub trait Paged: Clone + Send + Sync + 'static {
    /// The page, from 1.
    fn page_number(&self) -> u32;

    /// Returns the same list at another page.
    #[must_use]
    fn on_page(self, page: u32) -> Self;
}

/// Implements [`Paged`] for a list with a field `page`.
macro_rules! paged {
    ($($list:ident),*) => {
        $(impl super::Paged for $list {
            fn page_number(&self) -> u32 {
                self.page
            }

            fn on_page(self, page: u32) -> Self {
                self.page(page)
            }
        })*
    };
}

/// The parts of a read.
macro_rules! reads {
    ($output:ty, $name:literal) => {
        type Output = $output;
        const NAME: &'static str = $name;
        const REPEAT: vochi_crm_core::http::Repeat = vochi_crm_core::http::Repeat::Safe;

        fn recover(
            &self,
            refusal: &vochi_crm_core::http::Refusal,
            _: &vochi_crm_core::http::Response,
        ) -> Option<<$output as vochi_crm_core::http::Output>::Value> {
            <$output as super::response::Nothing>::recover(refusal)
        }
    };
}

/// The parts of a write.
macro_rules! writes {
    ($output:ty, $name:literal, $repeat:ident) => {
        type Output = $output;
        const NAME: &'static str = $name;
        const REPEAT: vochi_crm_core::http::Repeat = vochi_crm_core::http::Repeat::$repeat;
    };
}

pub(super) use {paged, reads, writes};

/// The content type of written requests.
pub(crate) const JSON: &str = "application/json; charset=utf-8";

/// Builds a GET request to a path without its ending.
pub(super) fn get(path: &str) -> ApiRequest {
    ApiRequest::get(format!("/{path}.json"))
}

/// Builds a POST request without parameters.
pub(super) fn post_empty(path: &str) -> ApiRequest {
    ApiRequest::post(format!("/{path}.json"))
}

/// Builds a POST request with a JSON body.
pub(super) fn post(path: &str, body: &impl Serialize) -> Result<ApiRequest> {
    let request = post_empty(path).json(body)?;
    let bytes = request.body_ref().encode();
    Ok(request.body(Body::Bytes { content_type: JSON, bytes }))
}

/// Builds a POST request with a JSON body that must have a field.
pub(super) fn post_some(path: &str, body: &impl Serialize) -> Result<ApiRequest> {
    let request = post(path, body)?;
    if request.body_ref().encode() == "{}" {
        return Err(Error::input("cannot send the request: no field is set"));
    }
    Ok(request)
}

/// Checks the page of a list.
pub(super) fn page(page: u32) -> Result<u32> {
    if page == 0 {
        return Err(Error::input("invalid page 0: pages are counted from 1"));
    }
    Ok(page)
}

/// Builds a GET request to a page of a list whose first page has no number.
pub(super) fn get_page(path: &str, number: u32) -> Result<ApiRequest> {
    Ok(match page(number)? {
        1 => get(path),
        number => get(&format!("{path}/{number}")),
    })
}
