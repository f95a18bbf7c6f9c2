//! Whole calls over real sockets, against the sandbox.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use vochi_crm_core::{
    CallEvent, CallRecord, CrmConnector as _, Cx, Direction, EventKind, Hub, Outcome, Recording,
    Result,
};
use vochi_crm_kontur::Connector;
use vochi_crm_sandbox::kontur::{Communication, Dialect, Stage, TextForm};
use vochi_crm_sandbox::{Crm, Fault, Sandbox};

use super::support::{
    CALL, answered, at, call, connect, event, ext, from_client, hangup, incoming, leg, log, merge,
    phone, record, recording, summary,
};

pub(crate) const BASE: &str = "/api/v1/vochi-demo";
pub(crate) const TELEPHONY: &str = "/api/v1/vochi-demo/communications/callbacks/telephony";

/// Returns the sandbox's settings with short limits and some changes.
pub(crate) fn profile(sandbox: &Sandbox, changes: Value) -> Value {
    let mut profile = sandbox.profiles()["kontur"].clone();
    merge(&mut profile, json!({"retries": 0, "requests_per_second": 1000, "burst": 100}));
    merge(&mut profile, changes);
    profile
}

pub(crate) async fn sandbox_account() -> (Sandbox, Connector) {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let connector = connect(&Hub::new().unwrap(), &profile(&sandbox, json!({})));
    (sandbox, connector)
}

pub(crate) async fn send_event(connector: &Connector, event: &CallEvent) -> Result<u32> {
    let receipt = connector.handle_event(&Cx::live(), event).await?;
    Ok(receipt.requests())
}

pub(crate) fn communication(sandbox: &Sandbox) -> Communication {
    let calls = sandbox.kontur().communications();
    assert_eq!(calls.len(), 1, "{calls:?}");
    calls.into_iter().next().unwrap()
}

/// Returns a summary of the telephony requests.
fn telephony_requests(sandbox: &Sandbox) -> Vec<String> {
    let requests = sandbox.requests(Crm::Kontur).into_iter();
    summary(requests.map(|request| {
        let name = request.path.rsplit('/').next().unwrap().to_owned();
        (name, request.json_body().unwrap_or_default())
    }))
}

fn authorizations(sandbox: &Sandbox) -> usize {
    let requests = sandbox.requests(Crm::Kontur);
    let asked = requests.iter().filter(|request| request.path.contains("/authorization/"));
    asked.count()
}

/// Returns the events of a ring group whose second phone answers.
pub(crate) fn events() -> Vec<CallEvent> {
    vec![
        incoming(0, &["101", "102"]),
        answered(9, leg(44, "102")),
        event(20, EventKind::Held),
        event(30, EventKind::Resumed),
        hangup(73),
    ]
}

pub(crate) fn call_record(file: &Recording) -> CallRecord {
    record(CALL).with_talked_with(ext("102")).with_recording(file.clone())
}

/// Asserts that the sandbox holds the call of these events.
pub(crate) fn assert_correct(sandbox: &Sandbox, what: &str) {
    let call = communication(sandbox);
    assert!(call.registered, "{what}");
    assert_eq!(call.external_id.as_deref(), Some(CALL), "{what}");
    assert_eq!(call.stage, Stage::Finished, "{what}");
    // The events are stored in order of arrival.
    let mut legs: Vec<_> = call
        .legs
        .iter()
        .map(|leg| (leg.id.as_str(), leg.started_at.is_some(), leg.recordings.len()))
        .collect();
    legs.sort_unstable();
    let wanted = [("1763631515.43", false, 0), ("1763631515.44", true, 1)];
    assert_eq!(legs, wanted, "{what}");
    let row = sandbox.kontur().call(CALL).unwrap();
    assert_eq!(row.outcome, Some("answered"), "{what}");
    assert_eq!(row.talk_seconds, Some(64), "{what}");
    // An error for a used file is expected, not a mistake.
    let refused = sandbox.refused(Crm::Kontur);
    let mut refused = refused.iter().filter(|one| !one.path.ends_with("/meta"));
    assert_eq!(refused.next(), None, "{what}");
}

#[tokio::test]
async fn full_call_with_recording() {
    let folder = TempDir::new().unwrap();
    for saying in [TextForm::Quoted, TextForm::Bare, TextForm::Empty] {
        let (sandbox, connector) = sandbox_account().await;
        let mut dialect = Dialect::default();
        dialect.saying = saying;
        sandbox.kontur().set_dialect(dialect);
        for event in events() {
            send_event(&connector, &event).await.unwrap();
        }
        assert_eq!(communication(&sandbox).stage, Stage::Finished);
        let file = recording(&folder, "1.mp3");
        let receipt = log(&connector, call_record(&file)).await.unwrap();
        assert_eq!(receipt.warnings(), []);
        assert_correct(&sandbox, "without losses");
        assert_eq!(
            telephony_requests(&sandbox),
            [
                "authorize-private-integration",
                "call-started",
                "43 appeared",
                "44 appeared",
                "44 connected",
                "43 disconnected",
                "44 paused",
                "44 connected",
                "44 disconnected",
                "call-finished",
                "files",
                "register-call",
            ]
        );
        let client = communication(&sandbox).links["contactIds"].clone();
        assert!(!client.as_array().unwrap().is_empty(), "the client is linked");
    }
}

#[tokio::test]
async fn missed_call_has_no_answer() {
    let (sandbox, connector) = sandbox_account().await;
    send_event(&connector, &incoming(0, &["101", "102"])).await.unwrap();
    send_event(&connector, &hangup(30)).await.unwrap();
    let missed = CallRecord::new(call(), Direction::Inbound, phone(), at(0), Outcome::Missed);
    let _ = log(&connector, missed).await.unwrap();
    assert_eq!(sandbox.refused(Crm::Kontur), []);
    assert_eq!(sandbox.kontur().call(CALL).unwrap().outcome, Some("missed"));
    let call = communication(&sandbox);
    assert!(call.legs.iter().all(|leg| leg.started_at.is_none()));
}

#[tokio::test]
async fn expired_upload_is_repeated() {
    let folder = TempDir::new().unwrap();
    let file = recording(&folder, "1.mp3");
    let sandbox = Sandbox::builder().start().await.unwrap();
    let clock = super::clock::Clock::default();
    let hub = Hub::builder().clock(Arc::new(clock.clone())).build().unwrap();
    let connector = connect(&hub, &profile(&sandbox, json!({})));
    for event in events() {
        send_event(&connector, &event).await.unwrap();
    }
    let register = format!("{TELEPHONY}/register-call");
    sandbox.fault(Fault::on(Crm::Kontur).path(register).status(400).times(2));
    log(&connector, call_record(&file)).await.unwrap_err();
    pass(&clock, Duration::from_secs(25 * 3600)).await;
    let _ = log(&connector, call_record(&file)).await.unwrap();
    assert_correct(&sandbox, "a day later");
    assert_eq!(sandbox.kontur().files().len(), 2);
}

/// Advances every clock.
async fn pass(clock: &super::clock::Clock, time: Duration) {
    clock.advance(time);
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn late_recording_is_attached_to_last_leg() {
    let folder = TempDir::new().unwrap();
    let file = recording(&folder, "1.mp3");
    let (sandbox, connector) = sandbox_account().await;
    for event in events() {
        send_event(&connector, &event).await.unwrap();
    }
    let _ = log(&connector, record(CALL).with_talked_with(ext("102"))).await.unwrap();
    for requests in [2, 0] {
        let receipt = connector.attach_recording(&Cx::history(), &call(), &file).await.unwrap();
        assert_eq!(receipt.requests(), requests);
    }
    assert_correct(&sandbox, "late");
}

#[tokio::test]
async fn registered_call_accepts_late_recording() {
    let folder = TempDir::new().unwrap();
    let (sandbox, connector) = sandbox_account().await;
    let _ = log(&connector, record(CALL)).await.unwrap();
    let file = recording(&folder, "1.mp3");
    let _ = connector.attach_recording(&Cx::history(), &call(), &file).await.unwrap();
    assert_eq!(sandbox.refused(Crm::Kontur), []);
    assert_eq!(communication(&sandbox).legs[0].recordings.len(), 1);
}

#[tokio::test]
async fn key_is_renewed_before_expiry_or_if_refused() {
    let (sandbox, connector) = sandbox_account().await;
    let steps = events();
    send_event(&connector, &steps[0]).await.unwrap();
    assert_eq!(authorizations(&sandbox), 1);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(16 * 60)).await;
    tokio::time::resume();
    send_event(&connector, &steps[1]).await.unwrap();
    assert_eq!(authorizations(&sandbox), 2);
    assert_eq!(sandbox.refused(Crm::Kontur), [], "no request was refused");
    sandbox.kontur().expire_access_keys();
    send_event(&connector, &steps[2]).await.unwrap();
    assert_eq!(authorizations(&sandbox), 3);
    assert_eq!(sandbox.refused(Crm::Kontur).len(), 1);
    send_event(&connector, &steps[3]).await.unwrap();
    send_event(&connector, &steps[4]).await.unwrap();
    assert_eq!(authorizations(&sandbox), 3);
    assert_eq!(communication(&sandbox).events.len(), 7, "no event is repeated");
}

#[tokio::test]
async fn concurrent_calls_share_one_key() {
    let (sandbox, connector) = sandbox_account().await;
    let calls: Vec<_> = (0..25)
        .map(|number| {
            let connector = connector.clone();
            let id = vochi_crm_core::CallId::new(format!("c{number}")).unwrap();
            let event = from_client(CallEvent::new(id, at(0), EventKind::Ringing))
                .with_leg(vochi_crm_core::Leg::to_employee(ext("101")));
            tokio::spawn(async move { send_event(&connector, &event).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(authorizations(&sandbox), 1);
    assert_eq!(sandbox.kontur().communications().len(), 25);
    assert_eq!(sandbox.refused(Crm::Kontur), []);
}

#[tokio::test]
async fn missing_installation_has_hint() {
    let (sandbox, connector) = sandbox_account().await;
    sandbox.kontur().set_installed(false);
    let error = send_event(&connector, &events()[0]).await.unwrap_err();
    assert_eq!(error.kind(), vochi_crm_core::ErrorKind::Auth);
    assert!(error.hint().unwrap().contains("Install"), "{error}");
    // The event is sent once the integration is installed.
    sandbox.kontur().set_installed(true);
    send_event(&connector, &events()[1]).await.unwrap();
    assert_eq!(telephony_requests(&sandbox)[2..], ["call-started", "44 connected"]);
}

#[tokio::test]
async fn sandbox_click_becomes_call_or_fails() {
    use super::support::{CLICK, outgoing, pbx_rings};
    for reached in [true, false] {
        let (sandbox, connector) = sandbox_account().await;
        sandbox.kontur().put_click(CLICK, json!({"fromUserId": super::support::user("101")}));
        let id = vochi_crm_core::CrmCallId::new(CLICK).unwrap();
        let rings = from_client(event(0, EventKind::Ringing))
            .with_direction(Direction::Outbound)
            .with_crm_call_id(id)
            .with_leg(pbx_rings("101"));
        send_event(&connector, &rings).await.unwrap();
        if reached {
            send_event(&connector, &outgoing(5, "101")).await.unwrap();
        }
        send_event(&connector, &hangup(20)).await.unwrap();
        assert_eq!(sandbox.refused(Crm::Kontur), []);
        let call = communication(&sandbox);
        assert_eq!(call.id, CLICK);
        let stage = if reached { Stage::Finished } else { Stage::Failed };
        assert_eq!(call.stage, stage);
    }
}
