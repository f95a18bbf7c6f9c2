//! Whole calls over real sockets, into the stand-in that was written from the reference.

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
    CALL, answered, at, call, comes_in, connect, event, ext, hangup, incoming, leg, log, merge,
    phone, record, recording, told,
};

pub(crate) const BASE: &str = "/api/v1/vochi-demo";
pub(crate) const TELEPHONY: &str = "/api/v1/vochi-demo/communications/callbacks/telephony";

/// The settings the stand-in hands out, quick ones, some of them changed.
pub(crate) fn profile(sandbox: &Sandbox, changes: Value) -> Value {
    let mut profile = sandbox.profiles()["kontur"].clone();
    merge(&mut profile, json!({"retries": 0, "requests_per_second": 1000, "burst": 100}));
    merge(&mut profile, changes);
    profile
}

pub(crate) async fn stand_in() -> (Sandbox, Connector) {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let connector = connect(&Hub::new().unwrap(), &profile(&sandbox, json!({})));
    (sandbox, connector)
}

pub(crate) async fn tell(connector: &Connector, event: &CallEvent) -> Result<u32> {
    let receipt = connector.handle_event(&Cx::live(), event).await?;
    Ok(receipt.requests())
}

pub(crate) fn communication(sandbox: &Sandbox) -> Communication {
    let calls = sandbox.kontur().communications();
    assert_eq!(calls.len(), 1, "{calls:?}");
    calls.into_iter().next().unwrap()
}

/// What was asked of the telephony, in short.
fn asked(sandbox: &Sandbox) -> Vec<String> {
    let requests = sandbox.requests(Crm::Kontur).into_iter();
    told(requests.map(|request| {
        let name = request.path.rsplit('/').next().unwrap().to_owned();
        (name, request.json_body().unwrap_or_default())
    }))
}

fn authorizations(sandbox: &Sandbox) -> usize {
    let requests = sandbox.requests(Crm::Kontur);
    let asked = requests.iter().filter(|request| request.path.contains("/authorization/"));
    asked.count()
}

/// A ring group whose second phone takes the call.
pub(crate) fn events() -> Vec<CallEvent> {
    vec![
        incoming(0, &["101", "102"]),
        answered(9, leg(44, "102")),
        event(20, EventKind::Held),
        event(30, EventKind::Resumed),
        hangup(73),
    ]
}

pub(crate) fn facts(file: &Recording) -> CallRecord {
    record(CALL).with_talked_with(ext("102")).with_recording(file.clone())
}

/// The call of these events as it has to stand there.
pub(crate) fn assert_truthful(sandbox: &Sandbox, what: &str) {
    let call = communication(sandbox);
    assert!(call.registered, "{what}");
    assert_eq!(call.external_id.as_deref(), Some(CALL), "{what}");
    assert_eq!(call.stage, Stage::Finished, "{what}");
    // They stand in the order Kontur heard of them.
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
    // That a spent file is gone is an answer, not a mistake.
    let refused = sandbox.refused(Crm::Kontur);
    let mut refused = refused.iter().filter(|one| !one.path.ends_with("/meta"));
    assert_eq!(refused.next(), None, "{what}");
}

#[tokio::test]
async fn a_call_from_the_first_ring_to_the_recording() {
    let folder = TempDir::new().unwrap();
    for saying in [TextForm::Quoted, TextForm::Bare, TextForm::Empty] {
        let (sandbox, connector) = stand_in().await;
        let mut dialect = Dialect::default();
        dialect.saying = saying;
        sandbox.kontur().set_dialect(dialect);
        for event in events() {
            tell(&connector, &event).await.unwrap();
        }
        assert_eq!(communication(&sandbox).stage, Stage::Finished);
        let file = recording(&folder, "1.mp3");
        let receipt = log(&connector, facts(&file)).await.unwrap();
        assert_eq!(receipt.warnings(), []);
        assert_truthful(&sandbox, "all went well");
        assert_eq!(
            asked(&sandbox),
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
        assert!(!client.as_array().unwrap().is_empty(), "Kontur found the client");
    }
}

#[tokio::test]
async fn a_missed_call_has_no_answer() {
    let (sandbox, connector) = stand_in().await;
    tell(&connector, &incoming(0, &["101", "102"])).await.unwrap();
    tell(&connector, &hangup(30)).await.unwrap();
    let missed = CallRecord::new(call(), Direction::Inbound, phone(), at(0), Outcome::Missed);
    let _ = log(&connector, missed).await.unwrap();
    assert_eq!(sandbox.refused(Crm::Kontur), []);
    assert_eq!(sandbox.kontur().call(CALL).unwrap().outcome, Some("missed"));
    let call = communication(&sandbox);
    assert!(call.legs.iter().all(|leg| leg.started_at.is_none()));
}

#[tokio::test]
async fn a_file_that_waited_too_long_is_uploaded_again() {
    let folder = TempDir::new().unwrap();
    let file = recording(&folder, "1.mp3");
    let sandbox = Sandbox::builder().start().await.unwrap();
    let clock = super::clock::Clock::default();
    let hub = Hub::builder().clock(Arc::new(clock.clone())).build().unwrap();
    let connector = connect(&hub, &profile(&sandbox, json!({})));
    for event in events() {
        tell(&connector, &event).await.unwrap();
    }
    let register = format!("{TELEPHONY}/register-call");
    sandbox.fault(Fault::on(Crm::Kontur).path(register).status(400).times(2));
    log(&connector, facts(&file)).await.unwrap_err();
    pass(&clock, Duration::from_hours(25)).await;
    let _ = log(&connector, facts(&file)).await.unwrap();
    assert_truthful(&sandbox, "a day later");
    assert_eq!(sandbox.kontur().files().len(), 2);
}

/// Lets time go by on every clock.
async fn pass(clock: &super::clock::Clock, time: Duration) {
    clock.advance(time);
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_recording_that_comes_later_is_attached_to_the_last_talk() {
    let folder = TempDir::new().unwrap();
    let file = recording(&folder, "1.mp3");
    let (sandbox, connector) = stand_in().await;
    for event in events() {
        tell(&connector, &event).await.unwrap();
    }
    let _ = log(&connector, record(CALL).with_talked_with(ext("102"))).await.unwrap();
    for requests in [2, 0] {
        let receipt = connector.attach_recording(&Cx::history(), &call(), &file).await.unwrap();
        assert_eq!(receipt.requests(), requests);
    }
    assert_truthful(&sandbox, "late");
}

#[tokio::test]
async fn a_call_that_was_only_registered_takes_a_recording_later() {
    let folder = TempDir::new().unwrap();
    let (sandbox, connector) = stand_in().await;
    let _ = log(&connector, record(CALL)).await.unwrap();
    let file = recording(&folder, "1.mp3");
    let _ = connector.attach_recording(&Cx::history(), &call(), &file).await.unwrap();
    assert_eq!(sandbox.refused(Crm::Kontur), []);
    assert_eq!(communication(&sandbox).legs[0].recordings.len(), 1);
}

#[tokio::test]
async fn a_key_is_renewed_before_it_ends_and_once_when_it_is_refused() {
    let (sandbox, connector) = stand_in().await;
    let told = events();
    tell(&connector, &told[0]).await.unwrap();
    assert_eq!(authorizations(&sandbox), 1);
    tokio::time::pause();
    tokio::time::advance(Duration::from_mins(16)).await;
    tokio::time::resume();
    tell(&connector, &told[1]).await.unwrap();
    assert_eq!(authorizations(&sandbox), 2);
    assert_eq!(sandbox.refused(Crm::Kontur), [], "it was not refused first");
    sandbox.kontur().expire_access_keys();
    tell(&connector, &told[2]).await.unwrap();
    assert_eq!(authorizations(&sandbox), 3);
    assert_eq!(sandbox.refused(Crm::Kontur).len(), 1);
    tell(&connector, &told[3]).await.unwrap();
    tell(&connector, &told[4]).await.unwrap();
    assert_eq!(authorizations(&sandbox), 3);
    assert_eq!(communication(&sandbox).events.len(), 7, "none is told twice");
}

#[tokio::test]
async fn many_calls_at_once_share_one_key() {
    let (sandbox, connector) = stand_in().await;
    let calls: Vec<_> = (0..25)
        .map(|number| {
            let connector = connector.clone();
            let id = vochi_crm_core::CallId::new(format!("c{number}")).unwrap();
            let event = comes_in(CallEvent::new(id, at(0), EventKind::Ringing))
                .with_leg(vochi_crm_core::Leg::to_employee(ext("101")));
            tokio::spawn(async move { tell(&connector, &event).await })
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
async fn an_integration_that_is_not_installed_says_what_to_do() {
    let (sandbox, connector) = stand_in().await;
    sandbox.kontur().set_installed(false);
    let error = tell(&connector, &events()[0]).await.unwrap_err();
    assert_eq!(error.kind(), vochi_crm_core::ErrorKind::Auth);
    assert!(error.hint().unwrap().contains("Install"), "{error}");
    // It is told when the integration is there.
    sandbox.kontur().set_installed(true);
    tell(&connector, &events()[1]).await.unwrap();
    assert_eq!(asked(&sandbox)[2..], ["call-started", "44 connected"]);
}

#[tokio::test]
async fn a_click_of_the_stand_in_becomes_its_call_or_fails() {
    use super::support::{CLICK, outgoing, pbx_rings};
    for reached in [true, false] {
        let (sandbox, connector) = stand_in().await;
        sandbox.kontur().put_click(CLICK, json!({"fromUserId": super::support::user("101")}));
        let id = vochi_crm_core::CrmCallId::new(CLICK).unwrap();
        let rings = comes_in(event(0, EventKind::Ringing))
            .with_direction(Direction::Outbound)
            .with_crm_call_id(id)
            .with_leg(pbx_rings("101"));
        tell(&connector, &rings).await.unwrap();
        if reached {
            tell(&connector, &outgoing(5, "101")).await.unwrap();
        }
        tell(&connector, &hangup(20)).await.unwrap();
        assert_eq!(sandbox.refused(Crm::Kontur), []);
        let call = communication(&sandbox);
        assert_eq!(call.id, CLICK);
        let stage = if reached { Stage::Finished } else { Stage::Failed };
        assert_eq!(call.stage, stage);
    }
}
