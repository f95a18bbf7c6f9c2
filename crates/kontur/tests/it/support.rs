//! A connector on a script or on the stand-in, and the calls the tests play.

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

/// A ready access key: a script has no authorisation then.
pub(crate) const KEY: &str = "canary-access-key-0001";

pub(crate) const CALL: &str = "1763631515.42";
pub(crate) const COMMUNICATION: &str = "3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01";
pub(crate) const CLICK: &str = "3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e02";

/// A connector whose answers are scripted.
pub(crate) struct Bench {
    pub(crate) connector: Connector,
    pub(crate) script: ScriptedTransport,
}

impl Bench {
    /// The usual account: three mapped extensions, one line.
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self::with(steps, json!({}))
    }

    /// The usual account with some keys changed; `null` takes one out.
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

    /// The last part of the path and the body of every request.
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

    /// What was told: the method, and of an event its leg's last number and what happened.
    pub(crate) fn told(&self) -> Vec<String> {
        told(self.sent())
    }
}

/// The body of the last registration.
pub(crate) fn registered(bench: &Bench) -> Value {
    let sent = bench.sent().into_iter().rev();
    let mut registrations = sent.filter(|(name, _)| name == "register-call");
    registrations.next().unwrap().1
}

/// The legs of the last registration.
pub(crate) fn items(bench: &Bench) -> Vec<Value> {
    registered(bench)["items"].as_array().unwrap().clone()
}

/// Requests in short: `call-started`, `43 appeared`, `call-finished`.
pub(crate) fn told(sent: impl IntoIterator<Item = (String, Value)>) -> Vec<String> {
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
    let common: AccountConfig = serde_json::from_value(profile.clone()).unwrap();
    let config: Config = serde_json::from_value(profile.clone()).unwrap();
    Connector::open(hub, common.account("demo").unwrap(), &config).unwrap()
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

/// The answer of call-started.
pub(crate) fn started() -> Step {
    Step::json(200, &json!({"id": COMMUNICATION, "externalId": format!("Vochi/{CALL}")}))
}

pub(crate) fn yes() -> Step {
    Step::json(200, &json!("OK"))
}

/// An answer to call-started, then as many others as needed.
pub(crate) fn begun() -> Vec<Step> {
    let mut steps = vec![started()];
    steps.extend((0..30).map(|_| yes()));
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

/// 2025-11-20 09:38:35 UTC, and some seconds.
pub(crate) fn at(seconds: i64) -> Timestamp {
    let begin: Timestamp = "2025-11-20T09:38:35Z".parse().unwrap();
    Timestamp::from_unix_millis(begin.unix_millis() + seconds * 1000)
}

/// That moment as it goes out.
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

/// The client's leg to an employee.
pub(crate) fn leg(number: u32, extension: &str) -> Leg {
    Leg::to_employee(ext(extension)).with_id(leg_id(number))
}

/// A leg among employees.
pub(crate) fn consultation(number: u32, from: &str, to: &str) -> Leg {
    let (from, to) = (LegEnd::Employee(ext(from)), LegEnd::Employee(ext(to)));
    Leg::new(from, to).with_id(leg_id(number))
}

/// In a click-to-call the PBX rings the employee first.
pub(crate) fn pbx_rings(extension: &str) -> Leg {
    Leg::new(LegEnd::Pbx, LegEnd::Employee(ext(extension))).with_id(leg_id(40))
}

/// The usual client calls, on the usual line.
pub(crate) fn comes_in(event: CallEvent) -> CallEvent {
    event
        .with_direction(Direction::Inbound)
        .with_client(phone())
        .with_line(Line::new("375296254070").unwrap())
}

/// The usual client calls extension 101 on leg 43, and others on the next ones.
pub(crate) fn incoming(seconds: i64, extensions: &[&str]) -> CallEvent {
    let begin = comes_in(event(seconds, EventKind::Ringing));
    let legs = extensions.iter().zip(43..);
    legs.fold(begin, |event, (one, number)| event.with_leg(leg(number, one)))
}

/// An employee calls the usual client on leg 43.
pub(crate) fn outgoing(seconds: i64, extension: &str) -> CallEvent {
    comes_in(event(seconds, EventKind::Ringing))
        .with_direction(Direction::Outbound)
        .with_leg(Leg::to_client(ext(extension)).with_id(leg_id(43)))
}

pub(crate) fn answered(seconds: i64, leg: Leg) -> CallEvent {
    event(seconds, EventKind::Answered).with_leg(leg)
}

pub(crate) fn hangup(seconds: i64) -> CallEvent {
    event(seconds, EventKind::Ended { outcome: None, reason: None, talk: None })
}

/// An answered call of the usual client with extension 101: rang 9 seconds, talked 64.
pub(crate) fn record(id: &str) -> CallRecord {
    CallRecord::new(CallId::new(id).unwrap(), Direction::Inbound, phone(), at(0), Outcome::Answered)
        .with_line(Line::new("375296254070").unwrap())
        .with_talked_with(ext("101"))
        .with_talk(Seconds::new(64))
        .with_wait(Seconds::new(9))
}

/// A recording on this machine; it is there as long as the folder.
pub(crate) fn recording(folder: &tempfile::TempDir, name: &str) -> Recording {
    let path: PathBuf = folder.path().join(name);
    std::fs::write(&path, b"ID3 invented").unwrap();
    Recording::File(path)
}

pub(crate) fn warnings(receipt: &Receipt) -> Vec<String> {
    receipt.warnings().iter().map(ToString::to_string).collect()
}

/// A text that is not blank.
pub(crate) fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}
