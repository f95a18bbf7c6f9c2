//! The behaviour common to all connectors, each against its stand-in. A missing capability must be
//! reported as `unsupported`.

use std::sync::Arc;

use serde_json::Value;
use vochi_crm::{
    CallEvent, CallId, CallRecord, Capability, CrmConnector, Cx, Direction, ErrorKind, EventKind,
    Extension, Hub, Leg, Outcome, Party, PhoneNumber, Receipt, Recording, Seconds, Timestamp,
    TransferMode, WarningKind,
};
use vochi_crm_sandbox::{Crm, Sandbox};

/// A connector and the stand-in behind it.
struct Pair {
    crm: Arc<dyn CrmConnector>,
    sandbox: Sandbox,
    stand_in: Crm,
}

impl Pair {
    fn state(&self, list: &str) -> Vec<Value> {
        let state = self.sandbox.state();
        state[self.crm.crm().as_str()][list].as_array().cloned().unwrap_or_default()
    }

    fn assert_nothing_refused(&self) {
        let refused = self.sandbox.refused(self.stand_in);
        assert!(refused.is_empty(), "{}: {refused:?}", self.crm.crm());
    }
}

/// Opens every connector, each with its own stand-in.
async fn every_connector() -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (name, stand_in) in [("retailcrm", Crm::RetailCrm), ("kontur", Crm::Kontur)] {
        let sandbox = Sandbox::builder().start().await.unwrap();
        let profile = serde_json::from_value(sandbox.profiles()[name].clone()).unwrap();
        let crm = vochi_crm::open(&Hub::new().unwrap(), "account", &profile).unwrap();
        pairs.push(Pair { crm, sandbox, stand_in });
    }
    pairs
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_millis(1_772_438_400_000 + seconds * 1000)
}

fn ext(text: &str) -> Extension {
    Extension::new(text).unwrap()
}

fn client() -> PhoneNumber {
    "+375446370646".parse().unwrap()
}

fn event(seconds: i64, kind: EventKind) -> CallEvent {
    CallEvent::new(CallId::new("1757843474.185").unwrap(), at(seconds), kind)
}

fn ringing() -> CallEvent {
    event(0, EventKind::Ringing)
        .with_direction(Direction::Inbound)
        .with_client(client())
        .with_leg(Leg::to_employee(ext("151")))
        .with_leg(Leg::to_employee(ext("152")))
}

fn ended(seconds: i64) -> CallEvent {
    event(seconds, EventKind::Ended { outcome: None, reason: None, talk: None })
}

fn record(id: &str) -> CallRecord {
    CallRecord::new(
        CallId::new(id).unwrap(),
        Direction::Inbound,
        client(),
        at(0),
        Outcome::Answered,
    )
    .with_talked_with(ext("151"))
    .with_talk(Seconds::new(64))
    .with_wait(Seconds::new(6))
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_call_leaves_one_record() {
    for pair in every_connector().await {
        let cx = Cx::live();
        let answered = event(6, EventKind::Answered).with_leg(Leg::to_employee(ext("151")));
        for event in [ringing(), answered, ended(70)] {
            let _ = pair.crm.handle_event(&cx, &event).await.unwrap();
        }
        let results = pair.crm.log_calls(&Cx::history(), &[record("1757843474.185")]).await;
        assert!(results.into_iter().all(|result| result.unwrap().recorded()));
        pair.assert_nothing_refused();
        let calls = pair.state("calls");
        assert_eq!(calls.len(), 1, "{}", pair.crm.crm());
        assert_eq!(calls[0]["phone"], "+375446370646");
        assert_eq!(calls[0]["talk_seconds"], 64);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn live_event_writes_no_history() {
    for pair in every_connector().await {
        let _ = pair.crm.handle_event(&Cx::live(), &ringing()).await.unwrap();
        assert!(pair.state("calls").is_empty(), "{}", pair.crm.crm());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unsupported_event_sends_no_request() {
    for pair in every_connector().await {
        if pair.crm.capabilities().has(Capability::LegEvents) {
            continue;
        }
        let _ = pair.crm.handle_event(&Cx::live(), &ringing()).await.unwrap();
        let transfer = EventKind::Transferred {
            mode: TransferMode::Blind,
            from: Some(ext("151")),
            to: ext("152"),
        };
        for kind in [EventKind::Held, EventKind::Resumed, transfer] {
            let receipt = pair.crm.handle_event(&Cx::live(), &event(9, kind)).await.unwrap();
            assert_eq!(receipt.requests(), 0, "{}", pair.crm.crm());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn repeated_record_is_stored_once() {
    for pair in every_connector().await {
        for _ in 0..2 {
            let results = pair.crm.log_calls(&Cx::history(), &[record("1")]).await;
            assert!(results.into_iter().all(|result| result.unwrap().recorded()));
        }
        assert_eq!(pair.state("calls").len(), 1, "{}", pair.crm.crm());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn results_keep_the_order_of_records() {
    for pair in every_connector().await {
        let unknown_talk = CallRecord::new(
            CallId::new("b").unwrap(),
            Direction::Inbound,
            client(),
            at(0),
            Outcome::Answered,
        )
        .with_talked_with(ext("151"));
        let records = [record("c"), unknown_talk, record("a")];
        let results = pair.crm.log_calls(&Cx::history(), &records).await;
        let receipts: Vec<Receipt> = results.into_iter().map(Result::unwrap).collect();
        let of_talk = |receipt: &Receipt| {
            let mut warnings = receipt.warnings().iter();
            warnings.any(|warning| warning.kind() == WarningKind::TalkUnknown)
        };
        let warned: Vec<bool> = receipts.iter().map(of_talk).collect();
        assert_eq!(warned, [false, true, false], "{}", pair.crm.crm());
        assert!(receipts.iter().all(Receipt::recorded), "{receipts:?}");
        pair.assert_nothing_refused();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_caller_is_a_warning() {
    for pair in every_connector().await {
        let hidden = ringing().with_client(Party::Hidden);
        let receipt = pair.crm.handle_event(&Cx::live(), &hidden).await.unwrap();
        assert!(!receipt.warnings().is_empty(), "{}", pair.crm.crm());
        let _ = pair.crm.handle_event(&Cx::live(), &ended(9)).await.unwrap();
        pair.assert_nothing_refused();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_capability_is_unsupported() {
    for pair in every_connector().await {
        let cx = Cx::history();
        let has = |capability| pair.crm.capabilities().has(capability);
        let recording = Recording::File("/nonexistent/rec.mp3".into());
        let call = CallId::new("1").unwrap();
        let outcomes = [
            (Capability::Find, pair.crm.find(&cx, &[client()]).await.err()),
            (Capability::Responsible, pair.crm.responsible(&cx, &client()).await.err()),
            (Capability::Users, pair.crm.users(&cx).await.err()),
            (Capability::Changes, pair.crm.changes(&cx, None).await.err()),
            (
                Capability::RecordingUpload,
                pair.crm.attach_recording(&cx, &call, &recording).await.err(),
            ),
        ];
        for (capability, error) in outcomes {
            let unsupported = error.is_some_and(|error| error.kind() == ErrorKind::Unsupported);
            assert_eq!(unsupported, !has(capability), "{}: {capability:?}", pair.crm.crm());
        }
    }
}
