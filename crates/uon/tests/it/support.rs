//! A connector with a scripted transport, and calls for tests.

use std::sync::Arc;

use serde_json::{Value, json};
use vochi_crm_core::testing::conformance::CrmUnderTest as _;
use vochi_crm_core::testing::{Fixture, Played, ScriptedTransport, Step};
use vochi_crm_core::{
    AccountConfig, CallEvent, CallId, CallRecord, CrmConnector as _, Cx, Direction, EventKind,
    Extension, Hub, Leg, Outcome, PhoneNumber, Receipt, Result, Seconds, Timestamp,
};
use vochi_crm_uon::{Config, Connector};

use super::conformance::UOn;

pub(crate) const KEY: &str = "canary-api-key-0001";
pub(crate) const INBOUND_SECRET: &str = "canary-inbound-secret";

/// The default client.
pub(crate) const CLIENT: &str = "+375291112233";

/// A connector with scripted responses.
pub(crate) struct Bench {
    pub(crate) connector: Connector,
    pub(crate) script: ScriptedTransport,
}

impl Bench {
    /// The default account: two mapped extensions and one line.
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self::with(steps, json!({}))
    }

    /// The default account with some keys changed; `null` removes one.
    #[expect(clippy::needless_pass_by_value, reason = "every caller has a literal")]
    pub(crate) fn with(steps: impl IntoIterator<Item = Step>, changes: Value) -> Self {
        let script = ScriptedTransport::new(steps);
        let hub = Hub::builder().transport(Arc::new(script.clone())).build().unwrap();
        Self { connector: open(&hub, &changes).unwrap(), script }
    }

    pub(crate) async fn event(&self, event: CallEvent) -> Result<Receipt> {
        self.connector.handle_event(&Cx::live(), &event).await
    }

    /// Logs one record.
    pub(crate) async fn log(&self, record: CallRecord) -> Result<Receipt> {
        self.connector.log_calls(&Cx::history(), &[record]).await.remove(0)
    }

    pub(crate) fn played(&self) -> Vec<Played> {
        self.script.played()
    }

    /// The requests so far, without the key: `POST user/create`.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |played: &Played| {
            let line = played.line.replace(&format!("/{KEY}/"), "");
            line.strip_suffix(".json").unwrap_or(&line).to_owned()
        };
        self.played().iter().map(line).collect()
    }

    /// The JSON body of request number `index`.
    pub(crate) fn body(&self, index: usize) -> Value {
        let played = self.played();
        let request = played.get(index).unwrap_or_else(|| panic!("only {} requests", played.len()));
        serde_json::from_str(&request.body)
            .unwrap_or_else(|_| panic!("{} has no JSON: {:?}", request.line, request.body))
    }
}

/// All keys of the default account.
pub(crate) fn settings() -> Value {
    json!({
        "api_key": KEY,
        "account_id": "12345",
        "inbound_secret": INBOUND_SECRET,
        "default_region": "BY",
        "extensions": {"151": "2", "152": "4"},
        "lines": {"0001363": "+375171234567"},
    })
}

pub(crate) fn open(hub: &Hub, changes: &Value) -> Result<Connector> {
    let mut all = settings();
    for (key, value) in changes.as_object().into_iter().flatten() {
        all[key] = value.clone();
    }
    if let Value::Object(all) = &mut all {
        all.retain(|_, value| !value.is_null());
    }
    let common: AccountConfig = serde_json::from_value(all.clone()).unwrap();
    let config: Config = serde_json::from_value(all).unwrap();
    Connector::open(hub, common.account("agency")?, &config)
}

pub(crate) fn fixture(name: &str) -> Fixture {
    Fixture::open(UOn::FIXTURES, name)
}

/// The response of a fixture, as a step of a script.
pub(crate) fn answer(fixture_name: &str, response: &str) -> Step {
    Step::Response(fixture(fixture_name).response(response))
}

/// A success without contents.
pub(crate) fn success() -> Step {
    Step::json(200, &json!({"result": 200}))
}

/// A success that creates the entity with this id.
pub(crate) fn created(id: u64) -> Step {
    Step::json(200, &json!({"result": 200, "id": id.to_string()}))
}

/// "Nothing found".
pub(crate) fn nothing() -> Step {
    Step::json(404, &json!({"result": 404}))
}

pub(crate) fn ext(text: &str) -> Extension {
    Extension::new(text).unwrap()
}

pub(crate) fn phone(text: &str) -> PhoneNumber {
    text.parse().unwrap()
}

/// 2026-03-02 11:00:00 in Moscow and Minsk, plus some seconds.
pub(crate) fn at(seconds: i64) -> Timestamp {
    let begin: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
    Timestamp::from_unix_millis(begin.unix_millis() + seconds * 1000)
}

pub(crate) fn event(seconds: i64, kind: EventKind) -> CallEvent {
    CallEvent::new(CallId::new("1757843474.185").unwrap(), at(seconds), kind)
}

/// The default client calls these extensions.
pub(crate) fn incoming(extensions: &[&str]) -> CallEvent {
    let event =
        event(0, EventKind::Ringing).with_direction(Direction::Inbound).with_client(phone(CLIENT));
    extensions.iter().fold(event, |event, one| event.with_leg(Leg::to_employee(ext(one))))
}

/// An answered call of the default client with extension 151.
pub(crate) fn record(id: &str) -> CallRecord {
    call(id, Outcome::Answered)
        .with_talked_with(ext("151"))
        .with_talk(Seconds::new(64))
        .with_wait(Seconds::new(6))
}

/// A missed call of the default client, for extension 151.
pub(crate) fn missed(id: &str) -> CallRecord {
    call(id, Outcome::Missed).with_rang(ext("151")).with_wait(Seconds::new(20))
}

/// An incoming call of the default client.
pub(crate) fn call(id: &str, outcome: Outcome) -> CallRecord {
    CallRecord::new(CallId::new(id).unwrap(), Direction::Inbound, phone(CLIENT), at(0), outcome)
}

pub(crate) fn warnings(receipt: &Receipt) -> Vec<String> {
    receipt.warnings().iter().map(ToString::to_string).collect()
}
