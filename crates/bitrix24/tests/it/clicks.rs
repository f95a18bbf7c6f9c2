//! Calls that began with a click in the portal.

use serde_json::json;
use vochi_crm_core::{
    CallEvent, CallId, CrmCallId, Direction, EventKind, Leg, LegEnd, Outcome, TransferMode,
};

use super::support::{
    Bench, CALL_ID, CLIENT, FINISH, HIDE, REGISTER, SHOW, STATISTICS, at, ended_with, event, ext,
    finished, finished_as, phone, refusal, registered, registered_as, success, warnings,
};

/// The PBX rings the employee who clicked.
fn dialled(event: CallEvent) -> CallEvent {
    event
        .with_direction(Direction::Outbound)
        .with_client(phone(CLIENT))
        .with_crm_call_id(CrmCallId::new(CALL_ID).unwrap())
        .with_leg(Leg::new(LegEnd::Pbx, LegEnd::Employee(ext("151"))))
}

#[tokio::test]
async fn click_is_finished_and_never_registered_or_shown() {
    let bench = Bench::new([finished()]);
    let from_pbx = Leg::new(LegEnd::Pbx, LegEnd::Employee(ext("151")));
    let ring = event(0, EventKind::Ringing)
        .with_direction(Direction::Outbound)
        .with_client(phone(CLIENT))
        .with_crm_call_id(CrmCallId::new(CALL_ID).unwrap())
        .with_leg(from_pbx);
    assert_eq!(bench.event(ring).await.unwrap().requests(), 0);
    let _ = bench.event(ended_with(20, Outcome::NoAnswer, None)).await.unwrap();
    assert_eq!(bench.methods(), [FINISH]);
    assert_eq!(bench.body(0)["CALL_ID"], CALL_ID);
    assert_eq!(bench.body(0)["USER_ID"], 17);
}

#[tokio::test]
async fn transferred_click_moves_the_card() {
    let steps = [success(json!(true)), success(json!(true)), finished()];
    let bench = Bench::new(steps);
    let _ = bench.event(dialled(event(0, EventKind::Ringing))).await.unwrap();
    let by_client = event(6, EventKind::Answered).with_leg(Leg::to_client(ext("151")));
    assert_eq!(bench.event(by_client).await.unwrap().requests(), 0, "the portal shows its card");
    let to = ext("152");
    let transfer = EventKind::Transferred { mode: TransferMode::Blind, from: None, to };
    let _ = bench.event(event(30, transfer)).await.unwrap();
    let by_152 = event(31, EventKind::Answered).with_leg(Leg::to_employee(ext("152")));
    let _ = bench.event(by_152).await.unwrap();
    let _ = bench.event(ended_with(90, Outcome::Answered, None)).await.unwrap();
    assert_eq!(bench.methods(), [SHOW, HIDE, FINISH]);
    assert_eq!(bench.body(0), json!({"CALL_ID": CALL_ID, "USER_ID": [18]}));
    assert_eq!(bench.body(1), json!({"CALL_ID": CALL_ID, "USER_ID": [17]}), "who clicked");
    assert_eq!(bench.body(2)["USER_ID"], 18);
}

#[tokio::test]
async fn second_call_of_one_click_is_recorded_apart() {
    let bench =
        Bench::new([finished(), registered_as("externalCall.2"), finished_as("externalCall.2")]);
    let _ = bench.event(dialled(event(0, EventKind::Ringing))).await.unwrap();
    let _ = bench.event(ended_with(5, Outcome::Busy, None)).await.unwrap();
    let again = |seconds, kind| CallEvent::new(CallId::new("17.2").unwrap(), at(seconds), kind);
    let _ = bench.event(dialled(again(10, EventKind::Ringing))).await.unwrap();
    let answered = again(15, EventKind::Answered).with_leg(Leg::to_client(ext("151")));
    let _ = bench.event(answered).await.unwrap();
    let end = EventKind::Ended { outcome: Some(Outcome::Answered), reason: None, talk: None };
    let receipt = bench.event(again(60, end)).await.unwrap();
    assert_eq!(bench.methods(), [FINISH, REGISTER, FINISH]);
    assert_eq!(bench.body(1)["EXTERNAL_CALL_ID"], "17.2");
    assert_eq!(bench.body(2)["STATUS_CODE"], "200", "the answered one is not lost");
    assert!(warnings(&receipt).concat().contains("recorded apart"), "{receipt:?}");
}

#[tokio::test]
async fn click_that_the_portal_forgot_is_recorded_as_a_call_of_its_own() {
    let unknown = refusal("Call is not found (call should be registered prior to finishing)");
    let steps = [unknown, success(json!([])), registered(), finished()];
    let bench = Bench::new(steps);
    let _ = bench.event(dialled(event(0, EventKind::Ringing))).await.unwrap();
    let _ = bench.event(ended_with(20, Outcome::NoAnswer, None)).await.unwrap();
    assert_eq!(bench.methods(), [FINISH, STATISTICS, REGISTER, FINISH]);
}
