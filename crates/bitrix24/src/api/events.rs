//! Subscriptions to events, and the offline queue. All need an application; a webhook is refused.

use std::collections::BTreeMap;

use serde::{Deserialize as _, Serialize, Serializer};
use serde_json::{Value, json};
use vochi_crm_core::http::{ApiRequest, Operation, Output, Refusal, Response};
use vochi_crm_core::wire::{self, Items};
use vochi_crm_core::{Error, Result, SecretUrl, Text, setters};

use super::list::{Order, Paged};
use super::response::{Count, Done, Many, call, default_is_new, post};
use crate::error::ALREADY_BOUND;
use crate::model::{BoundEvent, Delivery, EventName, Flag, OfflineEvent, UserId};

setters! {
    /// Subscribes to an event (`event.bind`). A subscription that exists is a success.
    pub payload("snake_case") BindEvent {
        event: EventName,
        /// The public https address; none for the offline queue.
        #[serde(serialize_with = "exposed")]
        handler: Option<SecretUrl>,
        /// The delivery: to the address by default.
        event_type: Option<Delivery>,
        /// The user whose rights the handler gets; another than the client's needs an administrator.
        auth_type: Option<UserId>,
    }
}

#[expect(clippy::ref_option, reason = "serde passes the field by reference")]
fn exposed<S: Serializer>(url: &Option<SecretUrl>, serializer: S) -> Result<S::Ok, S::Error> {
    url.as_ref().map(SecretUrl::expose).serialize(serializer)
}

/// An online event has an address, an offline one has none.
fn check_handler(handler: Option<&SecretUrl>, delivery: Option<Delivery>) -> Result<()> {
    let url = handler.map(|handler| url::Url::parse(handler.expose()));
    match (url, delivery) {
        (None, Some(Delivery::Offline)) => Ok(()),
        (Some(_), Some(Delivery::Offline)) => {
            Err(Error::input("invalid subscription: an offline event has no address"))
        }
        (Some(Ok(url)), _) if matches!(url.scheme(), "https" | "http") => Ok(()),
        _ => Err(Error::input("invalid subscription: the handler must be a web address")),
    }
}

impl Operation for BindEvent {
    call!(Done, "event.bind", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        check_handler(self.handler.as_ref(), self.event_type)?;
        post(Self::NAME, self)
    }

    fn recover(&self, refusal: &Refusal, _: &Response) -> Option<()> {
        (refusal.code() == Some(ALREADY_BOUND)).then_some(())
    }
}

/// Lists the subscriptions (`event.get`); without an administrator only the client's own.
#[derive(Clone, Copy, Debug)]
pub struct ListBoundEvents;

impl Operation for ListBoundEvents {
    call!(Many<BoundEvent>, "event.get", Safe);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, &json!({}))
    }
}

setters! {
    /// Removes subscriptions to an event (`event.unbind`). The portal would remove all of them if
    /// nothing was named, so the event and its address, or the offline queue, are required.
    pub payload("snake_case") UnbindEvent {
        event: EventName,
        /// The address; none for the offline queue.
        #[serde(serialize_with = "exposed")]
        handler: Option<SecretUrl>,
        /// The delivery: to the address by default.
        event_type: Option<Delivery>,
        /// The user whose rights the handler has.
        auth_type: Option<UserId>,
    }
}

impl Operation for UnbindEvent {
    call!(Count, "event.unbind", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        check_handler(self.handler.as_ref(), self.event_type)?;
        post(Self::NAME, self)
    }
}

setters! {
    /// Takes events from the offline queue (`event.offline.get`). With `clear` off they are reserved
    /// as a package, until [`ClearOfflineEvents`]. It needs an administrator.
    pub payload("snake_case") TakeOfflineEvents {
        /// Whether the events are removed at once.
        clear: Flag = Flag::Off,
        /// The most events.
        limit: u32 = 50u32,
    }
}

/// Events that were taken from the offline queue.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OfflinePackage {
    /// The package that reserved them; `None` if they are removed already.
    pub process: Option<String>,
    /// The events; unreadable ones are listed separately.
    pub events: Items<OfflineEvent>,
}

/// A package of the offline queue.
#[derive(Clone, Copy, Debug)]
pub struct Package;

impl Output for Package {
    type Value = OfflinePackage;

    fn decode(response: &Response) -> Result<OfflinePackage> {
        let mut result = response.field::<Value>("result")?;
        let events = result.get_mut("events").map(Value::take).filter(Value::is_array);
        let events = events.and_then(|events| Items::deserialize(events).ok());
        let events = events.ok_or_else(|| response.unreadable("missing field result.events"))?;
        let process = result.get_mut("process_id").map(Value::take).unwrap_or_default();
        Ok(OfflinePackage { process: wire::text_or_none(process).unwrap_or_default(), events })
    }

    fn planned() -> Response {
        let none: [u8; 0] = [];
        Response::ok_json(&json!({ "result": {"events": none} }))
    }
}

impl Operation for TakeOfflineEvents {
    call!(Package, "event.offline.get", Unsafe);

    fn request(&self) -> Result<ApiRequest> {
        if self.limit == 0 {
            return Err(Error::input("invalid limit 0: must be positive"));
        }
        post(Self::NAME, self)
    }
}

setters! {
    /// Removes events of a package from the offline queue (`event.offline.clear`).
    pub payload("snake_case") ClearOfflineEvents {
        process_id: Text,
        /// The messages; by default, the whole package.
        message_id: Vec<String>,
    }
}

impl Operation for ClearOfflineEvents {
    call!(Done, "event.offline.clear", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, self)
    }
}

setters! {
    /// Marks events of a package as failed (`event.offline.error`).
    pub payload("snake_case") FailOfflineEvents {
        process_id: Text,
        /// The messages; at least one.
        message_id: Vec<String>,
    }
}

impl Operation for FailOfflineEvents {
    call!(Done, "event.offline.error", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        if self.message_id.is_empty() {
            return Err(Error::input("cannot mark events as failed: no message is named"));
        }
        post(Self::NAME, self)
    }
}

setters! {
    /// Lists events of the offline queue (`event.offline.list`), and leaves them there.
    pub payload("snake_case") ListOfflineEvents {
        /// A condition: a field and its value.
        filter: BTreeMap<String, Value>,
        /// A field of the order, with its direction.
        order: BTreeMap<String, Order>,
        /// The first element, in steps of 50.
        start: u64 = 0u64,
    }
}

impl Operation for ListOfflineEvents {
    call!(Many<OfflineEvent>, "event.offline.list", Safe);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, self)
    }
}

impl Paged for ListOfflineEvents {
    type Row = OfflineEvent;

    fn starting_at(self, start: u64) -> Self {
        self.start(start)
    }
}

default_is_new!(TakeOfflineEvents, ListOfflineEvents);
