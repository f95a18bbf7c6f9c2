//! Complete calls over real sockets, with the stand-in server written from the reference.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vochi_crm_core::http::{ApiRequest, RawRequest, Repeat};
use vochi_crm_core::{
    AccountConfig, CallEvent, CallId, CallRecord, CrmConnector as _, Cx, Direction, Effect, Error,
    ErrorKind, Hub, Outcome, Reason, Seconds,
};
use vochi_crm_retailcrm::api::{FindManager, GetSettings, UserFilter};
use vochi_crm_retailcrm::{Config, Connector};
use vochi_crm_sandbox::{Crm, Ending, Fault, Lose, Sandbox};

use super::support::{at, ext, incoming, phone, record};

const EVENT: &str = "/api/v5/telephony/call/event";
const UPLOAD: &str = "/api/v5/telephony/calls/upload";

/// A connector with the stand-in's settings, some of them changed.
pub(crate) fn connect(sandbox: &Sandbox, changes: &Value) -> Connector {
    connect_with(&Hub::new().unwrap(), sandbox, changes).unwrap()
}

pub(crate) fn connect_with(
    hub: &Hub,
    sandbox: &Sandbox,
    changes: &Value,
) -> Result<Connector, Error> {
    let mut profile = sandbox.profiles()["retailcrm"].clone();
    for (key, value) in changes.as_object().into_iter().flatten() {
        profile[key] = value.clone();
    }
    let common: AccountConfig = serde_json::from_value(profile.clone()).unwrap();
    let config: Config = serde_json::from_value(profile).unwrap();
    Connector::open(hub, common.account("shop").unwrap(), &config)
}

pub(crate) async fn stand_in() -> (Sandbox, Connector) {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let connector = connect(&sandbox, &json!({}));
    (sandbox, connector)
}

async fn send_event(connector: &Connector, event: CallEvent) -> Result<u32, Error> {
    connector.handle_event(&Cx::live(), &event).await.map(|receipt| receipt.requests())
}

async fn log(connector: &Connector, record: CallRecord) -> Result<bool, Error> {
    let mut results = connector.log_calls(&Cx::history(), &[record]).await;
    results.remove(0).map(|receipt| receipt.recorded())
}

fn calls(sandbox: &Sandbox) -> Vec<Value> {
    sandbox.state()["retailcrm"]["calls"].as_array().unwrap().clone()
}

fn popups(sandbox: &Sandbox) -> usize {
    sandbox.state()["retailcrm"]["live"].as_array().unwrap().len()
}

#[tokio::test]
async fn every_outcome_is_accepted_and_read_back() {
    use Direction::{Inbound, Outbound};
    let (sandbox, connector) = stand_in().await;
    let cases = [
        (Inbound, Outcome::Missed, Some(Reason::CallerGaveUp), "missed"),
        (Inbound, Outcome::Missed, None, "missed"),
        (Outbound, Outcome::NoAnswer, None, "no-answer"),
        (Outbound, Outcome::Busy, None, "busy"),
        (Outbound, Outcome::Failed, None, "failed"),
        (Inbound, Outcome::Voicemail, None, "missed"),
    ];
    for (index, (direction, outcome, reason, history_outcome)) in cases.into_iter().enumerate() {
        let id = CallId::new(format!("c{index}")).unwrap();
        let client = phone("+375446370646");
        let mut record = CallRecord::new(id, direction, client, at(0), outcome)
            .with_rang(ext("151"))
            .with_wait(Seconds::new(9));
        if let Some(reason) = reason {
            record = record.with_reason(reason);
        }
        assert!(log(&connector, record).await.unwrap(), "{outcome:?}");
        let found = calls(&sandbox).into_iter().find(|call| call["call_id"] == format!("c{index}"));
        let found = found.unwrap();
        assert_eq!(found["outcome"], history_outcome, "{outcome:?}");
        assert_eq!(found["talk_seconds"], 0);
        assert_eq!(found["wait_seconds"], 9);
    }
    assert_eq!(sandbox.refused(Crm::RetailCrm), []);
}

#[tokio::test]
async fn lost_request_is_retried_if_safe() {
    for ending in [Ending::Close, Ending::Reset] {
        let (sandbox, connector) = stand_in().await;
        sandbox.fault(Fault::on(Crm::RetailCrm).path(UPLOAD).lose(Lose::Request).ending(ending));
        assert!(log(&connector, record("1")).await.unwrap());
        assert_eq!(calls(&sandbox).len(), 1);
    }
}

#[tokio::test]
async fn event_with_lost_response_is_maybe_and_not_retried() {
    for (lose, shown) in [(Lose::Request, 0), (Lose::Answer, 1)] {
        let (sandbox, connector) = stand_in().await;
        sandbox.fault(Fault::on(Crm::RetailCrm).path(EVENT).lose(lose));
        let error = send_event(&connector, incoming(0, &["151"])).await.unwrap_err();
        assert_eq!(error.effect(), Effect::Maybe, "{lose:?}");
        assert_eq!(sandbox.requests(Crm::RetailCrm).len(), 1, "{lose:?}");
        assert_eq!(popups(&sandbox), shown, "{lose:?}");
    }
}

#[tokio::test]
async fn timeout_after_the_request_is_maybe() {
    let (sandbox, connector) = stand_in().await;
    sandbox.fault(Fault::on(Crm::RetailCrm).path(EVENT).delay(Duration::from_secs(5)));
    let cx = Cx::live().with_timeout(Duration::from_millis(400));
    let error = connector.handle_event(&cx, &incoming(0, &["151"])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.effect(), Effect::Maybe);
}

#[tokio::test]
async fn timeout_before_the_request_is_maybe_too() {
    let (sandbox, _) = stand_in().await;
    let deaf = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", deaf.local_addr().unwrap());
    let connector = connect(&sandbox, &json!({"url": url}));
    let cx = Cx::live().with_timeout(Duration::from_millis(300));
    let ringing = incoming(0, &["151"]);
    let ringing_error = connector.handle_event(&cx, &ringing).await.unwrap_err();
    let cx = Cx::history().with_timeout(Duration::from_millis(300));
    let logged = connector.log_calls(&cx, &[record("1")]).await.remove(0);
    for error in [ringing_error, logged.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert_eq!(error.effect(), Effect::Maybe);
    }
}

#[tokio::test]
async fn raw_write_is_retried_only_if_allowed() {
    let event = json!({"phone": "+375291112233", "type": "in", "codes": ["151"]}).to_string();
    let raw = || RawRequest::new(ApiRequest::post(EVENT).form("event", event.clone()));
    for (request, worked, sent) in [(raw(), false, 1), (raw().with_repeat(Repeat::Keyed), true, 2)]
    {
        let (sandbox, connector) = stand_in().await;
        sandbox.fault(Fault::on(Crm::RetailCrm).path(EVENT).lose(Lose::Answer));
        match connector.client().raw(&Cx::history(), request).await {
            Ok(answer) => assert_eq!(answer["success"], worked),
            Err(error) => assert_eq!((error.effect(), worked), (Effect::Maybe, false)),
        }
        assert_eq!(sandbox.requests(Crm::RetailCrm).len(), sent);
    }
}

#[tokio::test]
async fn refused_connection_is_not_applied() {
    let (sandbox, _) = stand_in().await;
    let changes = json!({"url": "http://127.0.0.1:1", "retries": 1});
    let connector = connect(&sandbox, &changes);
    let error = send_event(&connector, incoming(0, &["151"])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(error.effect(), Effect::NotApplied);
    assert_eq!(error.attempts(), 2);
}

#[tokio::test]
async fn odd_bodies_are_errors_with_an_excerpt() {
    let (sandbox, connector) = stand_in().await;
    let huge = "x".repeat(10 * 1024 * 1024);
    for (body, kind, text) in [
        ("<html>maintenance</html>", ErrorKind::Decode, "<html>maintenance"),
        ("", ErrorKind::Decode, "the body is empty"),
        (r#"{"success":tru"#, ErrorKind::Decode, r#"{"success":tru"#),
        (huge.as_str(), ErrorKind::Decode, "longer than"),
    ] {
        sandbox.fault(Fault::on(Crm::RetailCrm).status(200).body(body.to_owned()).times(1));
        let error = send_event(&connector, incoming(0, &["151"])).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.effect(), Effect::Maybe);
        assert!(error.message().contains(text), "{error}");
    }
}

#[tokio::test]
async fn rate_limit_is_retried_after_its_delay() {
    let (sandbox, connector) = stand_in().await;
    sandbox.fault(Fault::on(Crm::RetailCrm).status(503).times(1));
    assert_eq!(send_event(&connector, incoming(0, &["151"])).await.unwrap(), 2);
    assert_eq!(popups(&sandbox), 1);
}

#[tokio::test]
async fn stand_in_supports_accounts_reads_and_health() {
    let (sandbox, connector) = stand_in().await;
    let users = connector.client().list(&Cx::history(), UserFilter::new()).all().await;
    assert!(users.unwrap().len() > 3);
    let asked = FindManager::new(phone("+375291112233")).details();
    let found = connector.client().send(&Cx::live(), &asked).await.unwrap();
    assert!(found.manager.is_some());
    assert!(found.customer.unwrap().phones.contains(&"+375291112233".to_owned()));
    let manager = connector.responsible(&Cx::live(), &phone("+375330000001")).await.unwrap();
    assert_eq!(manager, None);
    let report = connector.health(&Cx::history()).await.unwrap();
    assert!(report.is_healthy(), "{report:?}");
    let wrong = connect(&sandbox, &json!({"api_key": "INVENTED-WRONG-KEY"}));
    let report = wrong.health(&Cx::history()).await.unwrap();
    assert_eq!(report.checks()[0].failure(), Some(ErrorKind::Auth));
}

/// Sends `count` requests at once and returns the rate per second.
async fn rate<F, Fut>(count: u32, send: F) -> f64
where
    F: Fn(u32) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    let began = Instant::now();
    let tasks: Vec<_> = (0..count).map(|index| tokio::spawn(send(index))).collect();
    for task in tasks {
        task.await.unwrap();
    }
    f64::from(count) / began.elapsed().as_secs_f64()
}

#[tokio::test(flavor = "multi_thread")]
async fn load_uses_nine_tenths_of_the_limit() {
    let (sandbox, connector) = stand_in().await;
    let telephony = connector.clone();
    let telephony = rate(200, move |_| {
        let connector = telephony.clone();
        async move {
            let asked = FindManager::new(phone("+375291112233"));
            connector.client().send(&Cx::live(), &asked).await.unwrap();
        }
    });
    let general = rate(45, move |_| {
        let connector = connector.clone();
        async move {
            connector.client().send(&Cx::history(), GetSettings).await.unwrap();
        }
    });
    let (telephony, general) = tokio::join!(telephony, general);
    assert_eq!(sandbox.refused(Crm::RetailCrm), []);
    assert!(telephony >= 0.9 * 38.0, "telephony: {telephony:.1} a second");
    assert!(general >= 0.9 * 9.5, "general: {general:.1} a second");
}
