//! Harness with a scripted or sandbox connector, and the calls of the tests.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use vochi_crm_core::http::Plan;
use vochi_crm_core::testing::{Played, ScriptedTransport, Step};
use vochi_crm_core::{
    AccountConfig, CallEvent, CallId, CallRecord, CrmConnector as _, Cx, Direction, EventKind,
    Extension, Hub, Leg, LegEnd, LegId, Line, Outcome, PhoneNumber, Receipt, Recording, Result,
    Seconds, Text, Timestamp,
};
use vochi_crm_kontur::{Config, Connector};

/// A ready access key, so that scripts need no authorization.
pub(crate) const KEY: &str = "canary-access-key-0001";

pub(crate) const CALL: &str = "1763631515.42";
pub(crate) const COMMUNICATION: &str = "3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01";
pub(crate) const CLICK: &str = "3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e02";

/// A connector with scripted responses.
pub(crate) struct Harness {
    pub(crate) connector: Connector,
    pub(crate) script: ScriptedTransport,
}

impl Harness {
    /// Creates the default account: three mapped extensions, one line.
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self::with(steps, json!({}))
    }

    /// Creates the default account with changed keys; `null` removes one.
    pub(crate) fn with(steps: impl IntoIterator<Item = Step>, changes: Value) -> Self {
        let script = ScriptedTransport::new(steps);
        let hub = Hub::builder().transport(Arc::new(script.clone())).build().unwrap();
        Self { connector: open(&hub, changes), script }
    }

    pub(crate) async fn event(&self, event: CallEvent) -> Result<Receipt> {
        self.connector.handle_event(&Cx::live(), &event).await
    }

    pub(crate) async fn log(&self, record: CallRecord) -> Result<Receipt> {
        log(&self.connector, record).await
    }

    pub(crate) fn played(&self) -> Vec<Played> {
        self.script.played()
    }

    /// Returns the last path segment and the body of every request.
    pub(crate) fn sent(&self) -> Vec<(String, Value)> {
        let played = self.played().into_iter();
        played
            .map(|request| {
                let name = request.line.rsplit('/').next().unwrap().to_owned();
                let body = serde_json::from_str(&request.body).unwrap_or(Value::Null);
                (name, body)
            })
            .collect()
    }

    /// Returns a summary of the requests; an event is its leg number and type.
    pub(crate) fn summary(&self) -> Vec<String> {
        summary(self.sent())
    }
}

/// Returns the body of the last registration.
pub(crate) fn registered(harness: &Harness) -> Value {
    let sent = harness.sent().into_iter().rev();
    let mut registrations = sent.filter(|(name, _)| name == "register-call");
    registrations.next().unwrap().1
}

/// Returns the legs of the last registration.
pub(crate) fn items(harness: &Harness) -> Vec<Value> {
    registered(harness)["items"].as_array().unwrap().clone()
}

/// Summarizes requests: `call-started`, `43 appeared`, `call-finished`.
pub(crate) fn summary(sent: impl IntoIterator<Item = (String, Value)>) -> Vec<String> {
    let short = |(name, body): (String, Value)| {
        if name != "call-event" {
            return name;
        }
        let leg = body["externalCallItemId"].as_str().unwrap();
        let leg = leg.rsplit('.').next().unwrap();
        format!("{leg} {}", body["type"].as_str().unwrap())
    };
    sent.into_iter().map(short).collect()
}

pub(crate) async fn log(connector: &Connector, record: CallRecord) -> Result<Receipt> {
    connector.log_calls(&Cx::history(), &[record]).await.remove(0)
}

pub(crate) fn user(extension: &str) -> String {
    format!("a1b2c3d4-1111-4a4a-8b8b-000000000{extension}")
}

pub(crate) fn open(hub: &Hub, changes: Value) -> Connector {
    let mut all = json!({
        "workspace": "vochi-demo",
        "access_key": KEY,
        "default_region": "BY",
        "retries": 0,
        "extensions": {"101": user("101"), "102": user("102"), "103": user("103")},
        "lines": {"375296254070": "+375296254070"},
    });
    merge(&mut all, changes);
    connect(hub, &all)
}

pub(crate) fn connect(hub: &Hub, profile: &Value) -> Connector {
    try_connect(hub, profile).unwrap()
}

pub(crate) fn try_connect(hub: &Hub, profile: &Value) -> Result<Connector> {
    let common: AccountConfig = serde_json::from_value(profile.clone()).unwrap();
    let config: Config = serde_json::from_value(profile.clone()).unwrap();
    Connector::open(hub, common.account("demo")?, &config)
}

pub(crate) fn merge(base: &mut Value, changes: Value) {
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

pub(crate) fn planned() -> (Hub, Plan) {
    let plan = Plan::new();
    (Hub::builder().plan(plan.clone()).build().unwrap(), plan)
}

/// Returns the response of call-started.
pub(crate) fn started() -> Step {
    Step::json(200, &json!({"id": COMMUNICATION, "externalId": format!("Vochi/{CALL}")}))
}

pub(crate) fn ok_response() -> Step {
    Step::json(200, &json!("OK"))
}

/// Returns the response of call-started and many success responses.
pub(crate) fn started_and_ok() -> Vec<Step> {
    let mut steps = vec![started()];
    steps.extend((0..30).map(|_| ok_response()));
    steps
}

pub(crate) fn unknown_call() -> Step {
    Step::json(
        409,
        &json!({"status": "communicationNotFound", "message": "Communication not found."}),
    )
}

pub(crate) fn ext(text: &str) -> Extension {
    Extension::new(text).unwrap()
}

pub(crate) fn phone() -> PhoneNumber {
    "+375291112233".parse().unwrap()
}

/// Returns 2025-11-20 09:38:35 UTC plus some seconds.
pub(crate) fn at(seconds: i64) -> Timestamp {
    let begin: Timestamp = "2025-11-20T09:38:35Z".parse().unwrap();
    Timestamp::from_unix_millis(begin.unix_millis() + seconds * 1000)
}

/// Returns that time in Kontur's format.
pub(crate) fn wire(seconds: i64) -> String {
    let text = at(seconds).to_string();
    format!("{}.0000000+00:00", text.trim_end_matches('Z'))
}

pub(crate) fn call() -> CallId {
    CallId::new(CALL).unwrap()
}

pub(crate) fn event(seconds: i64, kind: EventKind) -> CallEvent {
    CallEvent::new(call(), at(seconds), kind)
}

pub(crate) fn leg_id(number: u32) -> LegId {
    LegId::new(format!("1763631515.{number}")).unwrap()
}

/// Returns the client's leg to an employee.
pub(crate) fn leg(number: u32, extension: &str) -> Leg {
    Leg::to_employee(ext(extension)).with_id(leg_id(number))
}

/// Returns a leg between employees.
pub(crate) fn consultation(number: u32, from: &str, to: &str) -> Leg {
    let (from, to) = (LegEnd::Employee(ext(from)), LegEnd::Employee(ext(to)));
    Leg::new(from, to).with_id(leg_id(number))
}

/// Returns the leg on which the PBX rings the employee of a click-to-call.
pub(crate) fn pbx_rings(extension: &str) -> Leg {
    Leg::new(LegEnd::Pbx, LegEnd::Employee(ext(extension))).with_id(leg_id(40))
}

/// Adds the default client and line of an incoming call.
pub(crate) fn from_client(event: CallEvent) -> CallEvent {
    event
        .with_direction(Direction::Inbound)
        .with_client(phone())
        .with_line(Line::new("375296254070").unwrap())
}

/// Returns an incoming call to extension 101 on leg 43, others on the next ones.
pub(crate) fn incoming(seconds: i64, extensions: &[&str]) -> CallEvent {
    let begin = from_client(event(seconds, EventKind::Ringing));
    let legs = extensions.iter().zip(43..);
    legs.fold(begin, |event, (one, number)| event.with_leg(leg(number, one)))
}

/// Returns an outgoing call of an employee to the default client on leg 43.
pub(crate) fn outgoing(seconds: i64, extension: &str) -> CallEvent {
    from_client(event(seconds, EventKind::Ringing))
        .with_direction(Direction::Outbound)
        .with_leg(Leg::to_client(ext(extension)).with_id(leg_id(43)))
}

pub(crate) fn answered(seconds: i64, leg: Leg) -> CallEvent {
    event(seconds, EventKind::Answered).with_leg(leg)
}

pub(crate) fn hangup(seconds: i64) -> CallEvent {
    event(seconds, EventKind::Ended { outcome: None, reason: None, talk: None })
}

/// Returns an answered call of extension 101: rang 9 seconds, talked 64.
pub(crate) fn record(id: &str) -> CallRecord {
    CallRecord::new(CallId::new(id).unwrap(), Direction::Inbound, phone(), at(0), Outcome::Answered)
        .with_line(Line::new("375296254070").unwrap())
        .with_talked_with(ext("101"))
        .with_talk(Seconds::new(64))
        .with_wait(Seconds::new(9))
}

/// Returns a recording file that exists as long as the folder.
pub(crate) fn recording(folder: &tempfile::TempDir, name: &str) -> Recording {
    let path: PathBuf = folder.path().join(name);
    std::fs::write(&path, b"ID3 invented").unwrap();
    Recording::File(path)
}

pub(crate) fn warnings(receipt: &Receipt) -> Vec<String> {
    receipt.warnings().iter().map(ToString::to_string).collect()
}

/// Returns a non-blank text.
pub(crate) fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}
