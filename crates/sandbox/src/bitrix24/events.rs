//! Events: subscriptions, the offline queue, requests to handlers (§9).

use http::Method;
use serde_json::{Value, json};
use tokio::time::Instant;
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::click::{Click, ClickError};
use crate::outgoing::Outgoing;
use crate::php::{self, is_true, items};

use super::answer::{Failure, Outcome};
use super::checks::Order;
use super::dialect::EventForm;
use super::portal::{List, Portal, Record, id_of, number, text_in, text_of};
use super::rights::{ACCESS, ADMIN, APPLICATION_TOKEN, MEMBER_ID};
use super::system::is_admin;
use super::telephony::{APPLICATION, Client, NewCall, dialled, international};
use super::{query, seed};

/// Events that exist, besides those of entities.
const NAMES: &[&str] = &[
    "ONEXTERNALCALLSTART",
    "ONEXTERNALCALLBACKSTART",
    "ONVOXIMPLANTCALLINIT",
    "ONVOXIMPLANTCALLSTART",
    "ONVOXIMPLANTCALLEND",
    "ONAPPINSTALL",
    "ONAPPUNINSTALL",
    "ONAPPUPDATE",
    "ONAPPTEST",
    "ONOFFLINEEVENT",
];

/// Number of telephony's events, the first of [`NAMES`].
const OF_TELEPHONY: usize = 5;

/// Returns true for an event that can be bound, in any case of letters.
pub(super) fn is_event(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let of_entity = || {
        let entity = name.strip_prefix("ONCRM")?;
        let actions = ["ADD", "UPDATE", "DELETE"];
        let entity = actions.iter().find_map(|it| entity.strip_suffix(it))?;
        Some(List::of_entity(entity).is_some() || entity == "ACTIVITY")
    };
    NAMES.contains(&name.as_str()) || of_entity().unwrap_or(false)
}

/// An event to send, once: a failed one is not repeated (§9.1).
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) handler: String,
    handler_id: i64,
    data: Record,
    ts: i64,
    /// Whether it carries no tokens.
    bare: bool,
    /// Whether it carries a refresh token.
    with_refresh: bool,
}

impl Portal {
    pub(super) fn event_names(&mut self, order: &Order) -> Outcome {
        let all = order.text("SCOPE").is_none_or(|it| it == "telephony");
        let names = NAMES.iter().take(if all { OF_TELEPHONY } else { 0 });
        Ok(json!(names.collect::<Vec<_>>()).into())
    }

    pub(super) fn bind(&mut self, order: &Order) -> Outcome {
        let is_admin = is_admin(order.credential.user());
        let offline = is_offline(order);
        if offline && !is_admin {
            let text = "Access denied! Offline events binding requires administrator access rights";
            return Err(Failure::denied(text));
        }
        let auth_type = order.number("AUTH_TYPE").unwrap_or(0);
        if auth_type != 0 && auth_type != order.credential.user() && !is_admin {
            let text =
                "Access denied! Event binding with AUTH_TYPE requires administrator access rights";
            return Err(Failure::denied(text));
        }
        let handler = json!({
            "event": order.text("EVENT").unwrap_or_default().to_uppercase(),
            "handler": if offline { String::new() } else { order.text("HANDLER").unwrap_or_default() },
            "auth_type": auth_type.to_string(),
            "offline": i64::from(offline),
        });
        let handler = seed::object(handler);
        let is_bound = self.list(List::Handlers).iter().any(|it| shown(it) == handler);
        if is_bound {
            let text = "Unable to set event handler: Handler already binded";
            return Err(Failure::new(400, "ERROR_CORE", text));
        }
        self.push(List::Handlers, handler);
        Ok(json!(true).into())
    }

    pub(super) fn handlers(&mut self, _: &Order) -> Outcome {
        let handlers: Vec<Record> = self.list(List::Handlers).iter().map(shown).collect();
        Ok(json!(handlers).into())
    }

    /// Removes the handlers that fit the parameters; without parameters all of them.
    pub(super) fn unbind(&mut self, order: &Order) -> Outcome {
        let event = order.text("EVENT").map(|it| it.to_uppercase());
        let handler = order.text("HANDLER");
        let kind = order.text("EVENT_TYPE").map(|it| i64::from(it == "offline"));
        let auth_type = order.text("AUTH_TYPE");
        let count = self.remove(List::Handlers, |it| {
            event.as_ref().is_none_or(|event| text_in(it, "event") == *event)
                && handler.as_ref().is_none_or(|handler| text_in(it, "handler") == *handler)
                && kind.is_none_or(|kind| it.get("offline").and_then(number) == Some(kind))
                && auth_type.as_ref().is_none_or(|auth| text_in(it, "auth_type") == *auth)
        });
        Ok(json!({"count": count}).into())
    }

    /// Sends a test event to the handlers of `ONAPPTEST`.
    pub(super) fn test_event(&mut self, order: &Order) -> Outcome {
        let mut query = order.parameters.clone();
        query.remove("start");
        self.happened("ONAPPTEST", &json!({"QUERY": query}), order.at);
        Ok(json!(1).into())
    }

    /// Adds an event for each handler, and one to the offline queue if it is bound.
    pub(super) fn happened(&mut self, name: &str, data: &Value, at: Instant) {
        let ts = self.time(at).as_second();
        let bound = self.list(List::Handlers).iter().filter(|it| text_in(it, "event") == name);
        let bound: Vec<Record> = bound.cloned().collect();
        for handler in bound {
            if handler.get("offline").and_then(number) == Some(1) {
                let event = json!({
                    "TIMESTAMP_X": self.date(at), "EVENT_NAME": name,
                    "EVENT_DATA": as_text(data), "EVENT_ADDITIONAL": false, "PROCESS_ID": "",
                    "ERROR": "0",
                });
                let id = self.push(List::Offline, seed::object(event));
                if let Some(event) = self.record_mut(List::Offline, id) {
                    event.insert("MESSAGE_ID".into(), json!(id.to_string()));
                }
            } else {
                self.events.push(Event {
                    name: name.to_owned(),
                    handler: text_in(&handler, "handler"),
                    handler_id: id_of(&handler).unwrap_or(0).saturating_add(1050),
                    data: seed::object(data.clone()),
                    ts,
                    bare: name == "ONAPPUNINSTALL",
                    with_refresh: false,
                });
            }
        }
    }

    pub(super) fn take_offline(&mut self, order: &Order) -> Outcome {
        self.only_admin(order)?;
        let clears = order.parameters.get("CLEAR").is_none_or(is_true);
        let limit = order.number("LIMIT").and_then(|it| usize::try_from(it).ok()).unwrap_or(50);
        let filter = order.parameters.get("FILTER").cloned().unwrap_or(Value::Null);
        let waiting = self.list(List::Offline).iter();
        let waiting =
            waiting.filter(|it| text_in(it, "PROCESS_ID").is_empty() && query::passes(it, &filter));
        let taken: Vec<Record> = waiting.take(limit).cloned().collect();
        let ids: Vec<i64> = taken.iter().filter_map(id_of).collect();
        let mut process = Value::Null;
        if clears {
            self.remove(List::Offline, |it| id_of(it).is_some_and(|id| ids.contains(&id)));
        } else if !ids.is_empty() {
            let id = format!("sampleprocess{:019}", self.next_serial());
            for event in &ids {
                if let Some(event) = self.record_mut(List::Offline, *event) {
                    event.insert("PROCESS_ID".into(), json!(id));
                }
            }
            process = json!(id);
        }
        let events = taken.into_iter().map(|mut event| {
            event.remove("PROCESS_ID");
            event.remove("ERROR");
            event
        });
        let events: Vec<Record> = events.collect();
        Ok(json!({"process_id": process, "events": events}).into())
    }

    pub(super) fn list_offline(&mut self, order: &Order) -> Outcome {
        self.only_admin(order)?;
        let names = ["FILTER", "ORDER", "SELECT"];
        Ok(query::listed(self.list(List::Offline), &order.parameters, names, &[]))
    }

    pub(super) fn clear_offline(&mut self, order: &Order) -> Outcome {
        self.only_admin(order)?;
        let of_package = package(order);
        self.remove(List::Offline, |it| of_package(it));
        Ok(json!(true).into())
    }

    pub(super) fn fail_offline(&mut self, order: &Order) -> Outcome {
        self.only_admin(order)?;
        let of_package = package(order);
        let events = self.lists.entry(List::Offline).or_default().iter_mut();
        for event in events.filter(|it| of_package(it)) {
            event.insert("ERROR".into(), json!("1"));
        }
        Ok(json!(true).into())
    }

    fn only_admin(&self, order: &Order) -> Result<(), Failure> {
        let is_admin = is_admin(order.credential.user());
        if is_admin { Ok(()) } else { Err(Failure::denied("Access denied!")) }
    }

    /// Registers the call of a click on a number by an employee; returns its event (§9.2).
    fn clicked(&mut self, user: i64, phone: &str, at: Instant) -> Result<Record, String> {
        self.active_user(user).ok_or_else(|| format!("unknown user {user}"))?;
        let new = NewCall {
            user,
            phone: dialled(phone),
            kind: 1,
            line: String::new(),
            external_id: String::new(),
            application: APPLICATION.to_owned(),
            start: self.date(at),
            entity: Client::Searched,
            creates: None,
        };
        let call = self.register_call(new, at).call;
        self.show_card(&call.id, user);
        let (entity, id) = call.entity_shown();
        Ok(seed::object(json!({
            "PHONE_NUMBER": phone, "PHONE_NUMBER_INTERNATIONAL": international(phone),
            "EXTENSION": "", "USER_ID": user, "CALL_LIST_ID": 0, "LINE_NUMBER": "",
            "IS_MOBILE": 0, "CALL_ID": call.id, "CRM_ENTITY_TYPE": entity, "CRM_ENTITY_ID": id,
        })))
    }

    /// The request of a click to an address.
    pub(super) fn click_request(&mut self, click: &Click) -> Result<Outgoing, String> {
        let at = Instant::now();
        let user = click.user_id.parse().map_err(|_| format!("unknown user {}", click.user_id))?;
        let data = self.clicked(user, &click.phone, at)?;
        let call_id = text_in(&data, "CALL_ID");
        let event = self.event_to("ONEXTERNALCALLSTART", &click.to, data, at);
        let request = self.event_request(&event, at).map_err(|error| error.to_string())?;
        Ok(request.of_call(call_id))
    }

    /// A click that goes to the bound handlers and the offline queue.
    pub(super) fn click_bound(&mut self, user: i64, phone: &str) -> Result<String, String> {
        let at = Instant::now();
        let data = self.clicked(user, phone, at)?;
        let call_id = text_in(&data, "CALL_ID");
        self.happened("ONEXTERNALCALLSTART", &Value::Object(data), at);
        Ok(call_id)
    }

    /// Data of a request for a callback (§9.3).
    pub(super) fn callback_data(&self, phone: &str) -> Value {
        let found = self.with_phone(phone).into_iter().next();
        let (entity, id) = match found {
            Some((list, it)) => (json!(list.entity()), it.get("ID").cloned()),
            None => (Value::Null, None),
        };
        json!({
            "PHONE_NUMBER": phone, "TEXT": "Заказан обратный звонок с сайта, соединяю с клиентом",
            "VOICE": "ruinternalfemale", "CRM_ENTITY_TYPE": entity, "CRM_ENTITY_ID": id,
            "LINE_NUMBER": "",
        })
    }

    pub(super) fn event_to(&self, name: &str, to: &Url, data: Record, at: Instant) -> Event {
        Event {
            name: name.to_owned(),
            handler: to.to_string(),
            handler_id: 1055,
            data,
            ts: self.time(at).as_second(),
            bare: name == "ONAPPUNINSTALL",
            with_refresh: name == "ONAPPINSTALL",
        }
    }

    /// The request of an event, with tokens of the installer.
    pub(super) fn event_request(
        &mut self,
        event: &Event,
        at: Instant,
    ) -> Result<Outgoing, ClickError> {
        let url = Url::parse(&event.handler)
            .map_err(|_| ClickError::Bad("handler with an invalid URL".into()))?;
        let mut auth = json!({
            "domain": self.domain(), "client_endpoint": format!("{}/rest/", self.address()),
            "server_endpoint": format!("{}/rest/", self.oauth_url), "member_id": MEMBER_ID,
            "application_token": APPLICATION_TOKEN,
        });
        let form = self.dialect.events;
        if !event.bare && form != EventForm::WithoutTokens {
            let token = self.rights.issue(ADMIN, at);
            auth["access_token"] = json!(token.access);
            auth["expires_in"] = json!(ACCESS.as_secs());
            auth["scope"] = json!(self.rights.scopes.join(","));
            auth["status"] = json!("L");
            if event.with_refresh {
                auth["refresh_token"] = json!(token.refresh);
            }
        }
        let mut fields = Record::new();
        fields.insert("data".into(), without_nulls(&event.data));
        fields.insert("auth".into(), auth);
        let head = [
            ("event".to_owned(), event.name.clone()),
            ("event_handler_id".to_owned(), event.handler_id.to_string()),
            ("ts".to_owned(), event.ts.to_string()),
        ];
        let pairs = head.into_iter().chain(php::flat(&fields));
        let body = if form == EventForm::RawBrackets {
            let raw = pairs.map(|(name, value)| {
                format!("{name}={}", byte_serialize(value.as_bytes()).collect::<String>())
            });
            raw.collect::<Vec<_>>().join("&")
        } else {
            Serializer::new(String::new()).extend_pairs(pairs).finish()
        };
        let request = Outgoing::new(Method::POST, url);
        Ok(request.with_body("application/x-www-form-urlencoded", body))
    }

    /// Host of the portal.
    pub(super) fn domain(&self) -> String {
        let url = self.address();
        url.split_once("://").map_or(url, |(_, host)| host).to_owned()
    }
}

impl super::telephony::Call {
    /// Entity type and id as events write them.
    fn entity_shown(&self) -> (Value, Value) {
        match self.entity {
            Some((list, id)) => (json!(list.entity()), json!(id)),
            None => (json!(""), Value::Null),
        }
    }
}

fn is_offline(order: &Order) -> bool {
    order.text("EVENT_TYPE").is_some_and(|it| it.eq_ignore_ascii_case("offline"))
}

/// A handler as `event.get` shows it.
fn shown(handler: &Record) -> Record {
    let mut handler = handler.clone();
    handler.remove("ID");
    handler
}

/// Events of the package of a request.
fn package(order: &Order) -> impl Fn(&Record) -> bool {
    let process = order.text("PROCESS_ID").unwrap_or_default();
    let ids = |name: &str| {
        let ids = order.parameters.get(name).map(items);
        ids.map(|ids| ids.iter().map(text_of).collect::<Vec<_>>())
    };
    let (ids, messages) = (ids("ID"), ids("MESSAGE_ID"));
    move |it| {
        let among = |list: &Option<Vec<String>>, name: &str| {
            list.as_ref().is_none_or(|list| list.contains(&text_in(it, name)))
        };
        text_in(it, "PROCESS_ID") == process && among(&ids, "ID") && among(&messages, "MESSAGE_ID")
    }
}

/// Scalars as text, as the offline queue shows them.
fn as_text(data: &Value) -> Value {
    match data {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), as_text(value))).collect()
        }
        Value::Number(number) => json!(number.to_string()),
        other => other.clone(),
    }
}

/// Nulls and empty lists vanish from a form (§9.1).
fn without_nulls(data: &Record) -> Value {
    let members = data.iter().filter(|(_, value)| !value.is_null() && **value != json!([]));
    members.map(|(name, value)| (name.clone(), value.clone())).collect()
}
