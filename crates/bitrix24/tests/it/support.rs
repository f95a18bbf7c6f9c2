//! A connector with a scripted transport, and calls for tests.

use std::sync::Arc;

use serde_json::{Value, json};
use vochi_crm_bitrix24::{Config, Connector};
use vochi_crm_core::http::TransportError;
use vochi_crm_core::testing::{Played, ScriptedTransport, Step};
use vochi_crm_core::{
    AccountConfig, CallEvent, CallId, CallRecord, CrmConnector as _, Cx, Direction, EventKind,
    Extension, Hub, Leg, Outcome, PhoneNumber, Reason, Receipt, Result, Seconds, Timestamp,
};

pub(crate) const WEBHOOK_SECRET: &str = "canary-webhook-secret-0001";
pub(crate) const INBOUND_SECRET: &str = "canary-inbound-secret";
pub(crate) const APPLICATION_TOKEN: &str = "canary-application-token";

/// The default client.
pub(crate) const CLIENT: &str = "+375291112233";

/// A `CALL_ID`.
pub(crate) const CALL_ID: &str = "externalCall.0a1b2c3d4e5f60718293a4b5c6d7e8f9.1778743592";

pub(crate) const REGISTER: &str = "telephony.externalCall.register";
pub(crate) const SHOW: &str = "telephony.externalCall.show";
pub(crate) const HIDE: &str = "telephony.externalCall.hide";
pub(crate) const FINISH: &str = "telephony.externalCall.finish";
pub(crate) const STATISTICS: &str = "voximplant.statistic.get";

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

    /// The methods of the requests so far.
    pub(crate) fn methods(&self) -> Vec<String> {
        let method = |played: &Played| {
            let path = played.line.split_whitespace().nth(1).unwrap();
            path.rsplit('/').next().unwrap().to_owned()
        };
        self.script.played().iter().map(method).collect()
    }

    /// The JSON body of request number `index`.
    pub(crate) fn body(&self, index: usize) -> Value {
        let played = self.script.played();
        let request = played.get(index).unwrap_or_else(|| panic!("only {} requests", played.len()));
        serde_json::from_str(&request.body)
            .unwrap_or_else(|_| panic!("{} has no JSON: {:?}", request.line, request.body))
    }
}

/// A success with this result.
#[expect(clippy::needless_pass_by_value, reason = "every caller has a literal")]
pub(crate) fn success(result: Value) -> Step {
    Step::json(200, &json!({"result": result}))
}

/// A registered call.
pub(crate) fn registered() -> Step {
    registered_as(CALL_ID)
}

/// The portal answers a finish.
pub(crate) fn finished() -> Step {
    finished_as(CALL_ID)
}

/// A registered call with another `CALL_ID`.
pub(crate) fn registered_as(id: &str) -> Step {
    success(json!({"CALL_ID": id}))
}

pub(crate) fn finished_as(id: &str) -> Step {
    success(json!({"CALL_ID": id, "ID": 7}))
}

/// The response is lost.
pub(crate) fn lost() -> Step {
    Step::Fail(TransportError::Broken("reset".into()))
}

/// A refusal of the telephony.
pub(crate) fn refusal(text: &str) -> Step {
    Step::json(400, &json!({"error": "", "error_description": text}))
}

pub(crate) fn ext(text: &str) -> Extension {
    Extension::new(text).unwrap()
}

pub(crate) fn phone(text: &str) -> PhoneNumber {
    text.parse().unwrap()
}

/// 2026-03-02 11:00:00 in Minsk, plus some seconds.
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

pub(crate) fn answered(by: &str) -> CallEvent {
    event(6, EventKind::Answered).with_leg(Leg::to_employee(ext(by)))
}

pub(crate) fn ended_with(seconds: i64, outcome: Outcome, reason: Option<Reason>) -> CallEvent {
    event(seconds, EventKind::Ended { outcome: Some(outcome), reason, talk: None })
}

pub(crate) fn ended(seconds: i64) -> CallEvent {
    event(seconds, EventKind::Ended { outcome: None, reason: None, talk: None })
}

/// An answered call of the default client with extension 151.
pub(crate) fn record(id: &str) -> CallRecord {
    call(id, Outcome::Answered)
        .with_talked_with(ext("151"))
        .with_talk(Seconds::new(64))
        .with_wait(Seconds::new(6))
}

/// An incoming call of the default client.
pub(crate) fn call(id: &str, outcome: Outcome) -> CallRecord {
    CallRecord::new(CallId::new(id).unwrap(), Direction::Inbound, phone(CLIENT), at(0), outcome)
}

pub(crate) fn warnings(receipt: &Receipt) -> Vec<String> {
    receipt.warnings().iter().map(ToString::to_string).collect()
}

/// All keys of the default account.
pub(crate) fn settings() -> Value {
    json!({
        "webhook_url": format!("https://b24-demo.example/rest/1/{WEBHOOK_SECRET}/"),
        "application_token": APPLICATION_TOKEN,
        "inbound_secret": INBOUND_SECRET,
        "default_region": "BY",
        "extensions": {"151": "17", "152": "18"},
        "lines": {"0001363": "+375171234567"},
    })
}

/// A connector with some keys of the default account changed; `null` removes one.
pub(crate) fn open(hub: &Hub, changes: &Value) -> Result<Connector> {
    let mut profile = settings();
    for (key, value) in changes.as_object().into_iter().flatten() {
        profile[key] = value.clone();
    }
    profile.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let common: AccountConfig = serde_json::from_value(profile.clone()).unwrap();
    let config: Config = serde_json::from_value(profile).unwrap();
    Connector::open(hub, common.account("portal")?, &config)
}
