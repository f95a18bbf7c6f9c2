//! A connector with a scripted transport, and calls for tests.

use std::sync::Arc;

use serde_json::{Value, json};
use vochi_crm_core::http::Plan;
use vochi_crm_core::testing::{Played, ScriptedTransport, Step};
use vochi_crm_core::{
    AccountConfig, CallEvent, CallId, CallRecord, CrmConnector as _, Cx, Direction, EventKind,
    Extension, Hub, Leg, Outcome, PhoneNumber, Receipt, Result, Seconds, Text, Timestamp,
};
use vochi_crm_retailcrm::api::{Filter, List};
use vochi_crm_retailcrm::model::EntityRef;
use vochi_crm_retailcrm::{Config, Connector};

pub(crate) const KEY: &str = "canary-api-key-0001";

/// A connector with scripted responses.
pub(crate) struct Bench {
    pub(crate) connector: Connector,
    pub(crate) script: ScriptedTransport,
}

impl Bench {
    /// The default account: two mapped extensions, one line, a configured zone.
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self::with(steps, json!({}), json!({}))
    }

    /// The default account with some keys changed; `null` removes one.
    pub(crate) fn with(
        steps: impl IntoIterator<Item = Step>,
        common: Value,
        config: Value,
    ) -> Self {
        let script = ScriptedTransport::new(steps);
        let hub = Hub::builder().transport(Arc::new(script.clone())).build().unwrap();
        Self { connector: open(&hub, common, config).unwrap(), script }
    }

    pub(crate) async fn event(&self, event: CallEvent) -> Result<Receipt> {
        self.connector.handle_event(&Cx::live(), &event).await
    }

    pub(crate) async fn log(&self, records: &[CallRecord]) -> Vec<Result<Receipt>> {
        self.connector.log_calls(&Cx::history(), records).await
    }

    /// Logs one record.
    pub(crate) async fn log_one(&self, record: CallRecord) -> Result<Receipt> {
        self.log(&[record]).await.remove(0)
    }

    pub(crate) fn played(&self) -> Vec<Played> {
        self.script.played()
    }

    /// The JSON in form field `name` of request number `index`.
    pub(crate) fn sent(&self, index: usize, name: &str) -> Value {
        let played = self.played();
        let request = played.get(index).unwrap_or_else(|| panic!("only {} requests", played.len()));
        let field = form(&request.body).into_iter().find(|(field, _)| field == name);
        let (_, text) = field.unwrap_or_else(|| panic!("no field {name} in {}", request.body));
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("field {name} is not JSON: {text}"))
    }
}

/// The common keys of the default account.
pub(crate) fn common() -> Value {
    json!({
        "timezone": "Europe/Minsk",
        "default_region": "BY",
        "extensions": {"151": "18", "152": "16"},
        "lines": {"0001363": "+375171234567"},
    })
}

/// RetailCRM's keys of the default account.
pub(crate) fn own() -> Value {
    json!({"url": "https://demo.retailcrm.ru", "api_key": KEY})
}

pub(crate) fn open(hub: &Hub, common_changes: Value, changes: Value) -> Result<Connector> {
    let (mut all, mut own) = (common(), own());
    merge(&mut all, common_changes);
    merge(&mut own, changes);
    let common: AccountConfig = serde_json::from_value(all).unwrap();
    let config: Config = serde_json::from_value(own).unwrap();
    Connector::open(hub, common.account("shop")?, &config)
}

pub(crate) fn planned() -> (Hub, Plan) {
    let plan = Plan::new();
    (Hub::builder().plan(plan.clone()).build().unwrap(), plan)
}

fn merge(base: &mut Value, changes: Value) {
    let (Value::Object(base), Value::Object(changes)) = (base, changes) else {
        return;
    };
    for (key, value) in changes {
        if value.is_null() {
            base.remove(&key);
        } else {
            base.insert(key, value);
        }
    }
}

/// Decodes a form body.
pub(crate) fn form(body: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

pub(crate) fn success() -> Step {
    Step::json(200, &json!({"success": true}))
}

pub(crate) fn ext(text: &str) -> Extension {
    Extension::new(text).unwrap()
}

pub(crate) fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

pub(crate) fn external_id<T>(id: &str) -> EntityRef<T> {
    EntityRef::external_id(text(id))
}

pub(crate) fn list<F: Filter>(filter: F) -> List<F> {
    List::new(filter)
}

pub(crate) fn phone(text: &str) -> PhoneNumber {
    text.parse().unwrap()
}

/// 2026-03-02 11:00:00 in Minsk, plus some seconds.
pub(crate) fn at(seconds: i64) -> Timestamp {
    let begin: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
    Timestamp::from_unix_millis(begin.unix_millis() + seconds * 1000)
}

pub(crate) fn call() -> CallId {
    CallId::new("1757843474.185").unwrap()
}

pub(crate) fn event(seconds: i64, kind: EventKind) -> CallEvent {
    CallEvent::new(call(), at(seconds), kind)
}

/// The default client calls these extensions.
pub(crate) fn incoming(seconds: i64, extensions: &[&str]) -> CallEvent {
    let event = event(seconds, EventKind::Ringing)
        .with_direction(Direction::Inbound)
        .with_client(phone("+375446370646"));
    extensions.iter().fold(event, |event, one| event.with_leg(Leg::to_employee(ext(one))))
}

pub(crate) fn hangup(seconds: i64) -> CallEvent {
    event(seconds, EventKind::Ended { outcome: None, reason: None, talk: None })
}

/// An answered call of the default client with extension 151.
pub(crate) fn record(id: &str) -> CallRecord {
    CallRecord::new(
        CallId::new(id).unwrap(),
        Direction::Inbound,
        phone("+375446370646"),
        at(0),
        Outcome::Answered,
    )
    .with_talked_with(ext("151"))
    .with_talk(Seconds::new(64))
    .with_wait(Seconds::new(6))
}

pub(crate) fn warnings(receipt: &Receipt) -> Vec<String> {
    receipt.warnings().iter().map(ToString::to_string).collect()
}
