//! Outputs of the operations: the field `result` of a response in its different forms.

use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use vochi_crm_core::http::{ApiRequest, Output, Response};
use vochi_crm_core::wire::{self, Items};
use vochi_crm_core::{Id, Result};

use crate::model::{
    Activity, AppInfo, BoundEvent, Company, Contact, CrmStatus, Deal, FinishedCall, FoundEntity,
    Item, Lead, Line, MethodState, OfflineEvent, Profile, Registration, Statistic, UploadTarget,
    User,
};

/// An object of Bitrix24, with an example for dry runs.
pub trait Entity: DeserializeOwned + Send + 'static {
    /// The field of `result` with a list of it, if it is not `result` itself.
    const WITHIN: Option<&'static str> = None;

    /// The object in a dry run.
    fn planned() -> Value {
        json!({ "ID": 1 })
    }
}

macro_rules! entities {
    ($($entity:ty $(: $planned:tt)?;)*) => {
        $(impl Entity for $entity {
            $(fn planned() -> Value {
                json!($planned)
            })?
        })*
    };
}

entities! {
    Activity;
    AppInfo;
    BoundEvent;
    Company;
    Contact;
    CrmStatus;
    Deal;
    FinishedCall: {"CALL_ID": "<CALL_ID from register>"};
    FoundEntity;
    Lead;
    Line;
    OfflineEvent;
    MethodState: {"isExisting": true, "isAvailable": true};
    Profile;
    Registration: {"CALL_ID": "<CALL_ID from register>"};
    Statistic;
    UploadTarget: {"uploadUrl": "https://portal.example/rest/upload.json", "fieldName": "file"};
    User;
}

impl Entity for Item {
    const WITHIN: Option<&'static str> = Some("items");

    fn planned() -> Value {
        json!({ "id": 1 })
    }
}

/// Reads an object. A list would be read as fields by their order.
struct Object<T>(T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        wire::object(deserializer).map(Self)
    }
}

/// A success with any result.
#[derive(Clone, Copy, Debug)]
pub struct Done;

impl Output for Done {
    type Value = ();

    fn decode(response: &Response) -> Result<()> {
        response.field_or_default::<Option<IgnoredAny>>("result").map(drop)
    }

    fn planned() -> Response {
        Response::ok_json(&json!({ "result": true }))
    }
}

/// Returns whether it was done: `show` and `hide` answer `false` for an unknown or finished call.
#[derive(Clone, Copy, Debug)]
pub struct WasDone;

impl Output for WasDone {
    type Value = bool;

    fn decode(response: &Response) -> Result<bool> {
        let result = response.field_or_default::<Value>("result")?;
        Ok(wire::truthy(result).unwrap_or_default())
    }

    fn planned() -> Response {
        Done::planned()
    }
}

/// The id of a new `T`, as `result` or as its field; `None` if Bitrix24 names none.
#[derive(Clone, Copy, Debug)]
pub struct Created<T>(PhantomData<fn() -> T>);

/// The fields that hold an id.
const IDS: [&str; 3] = ["ID", "FILE_ID", "TRANSCRIPT_ID"];

impl<T> Output for Created<T> {
    type Value = Option<Id<T>>;

    fn decode(response: &Response) -> Result<Self::Value> {
        let result = response.field_or_default::<Value>("result")?;
        let id = IDS.iter().find_map(|name| result.get(name)).unwrap_or(&result);
        Ok(Id::deserialize(id).ok())
    }

    fn planned() -> Response {
        Response::ok_json(&json!({ "result": 1 }))
    }
}

/// The number of what was changed (`{"count": 1}`).
#[derive(Clone, Copy, Debug)]
pub struct Count;

impl Output for Count {
    type Value = Option<u64>;

    fn decode(response: &Response) -> Result<Self::Value> {
        let result = response.field_or_default::<Value>("result")?;
        let count = result.get("count").cloned().unwrap_or_default();
        let count = wire::integer_or_none(count).unwrap_or_default();
        Ok(count.and_then(|count| u64::try_from(count).ok()))
    }

    fn planned() -> Response {
        Response::ok_json(&json!({ "result": {"count": 1} }))
    }
}

/// One object as `result`.
#[derive(Clone, Copy, Debug)]
pub struct One<T>(PhantomData<fn() -> T>);

impl<T: Entity> Output for One<T> {
    type Value = T;

    fn decode(response: &Response) -> Result<T> {
        response.field::<Object<T>>("result").map(|Object(one)| one)
    }

    fn planned() -> Response {
        Response::ok_json(&json!({ "result": T::planned() }))
    }
}

/// One object as `result`; `None` for PHP's empty list.
#[derive(Clone, Copy, Debug)]
pub struct OneOrNone<T>(PhantomData<fn() -> T>);

impl<T: Entity> Output for OneOrNone<T> {
    type Value = Option<T>;

    fn decode(response: &Response) -> Result<Option<T>> {
        let result = response.field_or_default::<Value>("result")?;
        Ok(wire::object_or_none(result).unwrap_or_default())
    }

    fn planned() -> Response {
        One::<T>::planned()
    }
}

/// One element of a universal list (`{"item": {…}}`).
#[derive(Clone, Copy, Debug)]
pub struct OneItem;

impl Output for OneItem {
    type Value = Item;

    fn decode(response: &Response) -> Result<Item> {
        #[derive(Deserialize)]
        struct Wrapped {
            item: Item,
        }
        response.field::<Object<Wrapped>>("result").map(|Object(Wrapped { item })| item)
    }

    fn planned() -> Response {
        Response::ok_json(&json!({ "result": {"item": Item::planned()} }))
    }
}

/// The texts of a list, as the names of scopes.
#[derive(Clone, Copy, Debug)]
pub struct Texts;

impl Output for Texts {
    type Value = Vec<String>;

    fn decode(response: &Response) -> Result<Vec<String>> {
        match response.field::<Value>("result")? {
            list @ (Value::Array(_) | Value::Object(_)) => {
                Ok(wire::texts(list).unwrap_or_default())
            }
            _ => Err(response.unreadable("unexpected form of result")),
        }
    }

    fn planned() -> Response {
        Response::ok_json(&json!({ "result": [] }))
    }
}

/// A list of `T`, or one page of it.
#[derive(Clone, Copy, Debug)]
pub struct Many<T>(PhantomData<fn() -> T>);

/// The elements of a list, or of one page of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listed<T> {
    /// The elements; unreadable ones are listed separately.
    pub items: Items<T>,
    /// The `start` of the next page; `None` after the last.
    pub next: Option<u64>,
    /// The number of all elements; 0 if it was not counted.
    pub total: Option<u64>,
}

/// The list of a response, and its place in the whole.
struct Body<T>(Listed<T>);

impl<'de, T: Entity> Deserialize<'de> for Body<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(bound = "T: Entity")]
        struct Wire<T> {
            #[serde(deserialize_with = "list")]
            result: Items<T>,
            #[serde(default, deserialize_with = "wire::integer_or_none")]
            next: Option<i64>,
            #[serde(default, deserialize_with = "wire::integer_or_none")]
            total: Option<i64>,
        }
        let Wire { result, next, total } = wire::object(deserializer)?;
        let count = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
        Ok(Self(Listed { items: result, next: count(next), total: count(total) }))
    }
}

/// Reads a list: PHP writes one with gaps as a map. Anything else is no empty list: a number must not
/// become unknown by it.
fn list<'de, T: Entity, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Items<T>, D::Error> {
    let not_a_list = || D::Error::custom("expected a list");
    let mut result = Value::deserialize(deserializer)?;
    if let Some(field) = T::WITHIN {
        result = result.get_mut(field).ok_or_else(not_a_list)?.take();
    }
    if !result.is_array() && !result.is_object() {
        return Err(not_a_list());
    }
    Items::deserialize(result).map_err(D::Error::custom)
}

impl<T: Entity> Output for Many<T> {
    type Value = Listed<T>;

    fn decode(response: &Response) -> Result<Listed<T>> {
        response.json::<Body<T>>().map(|Body(listed)| listed)
    }

    fn planned() -> Response {
        let list: [Value; 0] = [];
        Response::ok_json(&match T::WITHIN {
            Some(field) => json!({ "result": {field: list} }),
            None => json!({ "result": list }),
        })
    }
}

/// The parts of an operation with a JSON body: output, method, repeat class.
macro_rules! call {
    ($output:ty, $name:literal, $repeat:ident) => {
        type Output = $output;
        const NAME: &'static str = $name;
        const REPEAT: vochi_crm_core::http::Repeat = vochi_crm_core::http::Repeat::$repeat;
    };
}

/// Makes `new` without parameters the default.
macro_rules! default_is_new {
    ($($type:ty),*) => {
        $(impl Default for $type {
            fn default() -> Self {
                Self::new()
            }
        })*
    };
}

pub(super) use {call, default_is_new};

/// Builds the request of a method.
pub(super) fn post(method: &'static str, body: &impl serde::Serialize) -> Result<ApiRequest> {
    ApiRequest::post(["/", method].concat()).json(body)
}
