//! Live calls with lost, rejected or missing requests.

use serde_json::json;
use vochi_crm_core::http::TransportError;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Direction, Effect, ErrorKind, EventKind, Leg, LegEnd, WarningKind};

use super::live::{left, play};
use super::support::{
    Harness, answered, event, from_client, hangup, incoming, leg, ok_response, phone, started,
    started_and_ok, unknown_call, wire,
};

fn lost() -> Step {
    Step::Fail(TransportError::Broken("reset".to_owned()))
}

fn down() -> Step {
    Step::Fail(TransportError::Connect("connection refused".to_owned()))
}

#[tokio::test(start_paused = true)]
async fn unsent_event_goes_with_next_at_own_time() {
    let harness = Harness::new([started(), down(), ok_response(), ok_response()]);
    let error = harness.event(incoming(0, &["101"])).await.unwrap_err();
    assert_eq!(error.effect(), Effect::NotApplied);
    let _ = harness.event(incoming(4, &["101", "102"])).await.unwrap();
    assert_eq!(harness.summary(), ["call-started", "43 appeared", "43 appeared", "44 appeared"]);
    assert_eq!(harness.sent()[2].1["timestamp"], wire(0));
    assert_eq!(harness.sent()[3].1["timestamp"], wire(4));
}

#[tokio::test(start_paused = true)]
async fn only_current_phase_of_leg_is_sent() {
    let harness = Harness::new([started(), down(), ok_response(), ok_response(), ok_response()]);
    harness.event(incoming(0, &["101", "102"])).await.unwrap_err();
    play(&harness, [answered(5, leg(44, "102"))]).await;
    assert_eq!(
        harness.summary()[2..],
        ["44 connected"],
        "extension 101 rang and stopped in between"
    );
}

#[tokio::test(start_paused = true)]
async fn lost_event_is_repeated_only_if_configured() {
    for (switch, expected) in [("drop", "44 appeared"), ("repeat", "43 appeared")] {
        let harness = Harness::with(
            [started(), lost(), ok_response(), ok_response()],
            json!({"lost_events": switch}),
        );
        let error = harness.event(incoming(0, &["101"])).await.unwrap_err();
        assert_eq!(error.effect(), Effect::Maybe);
        let _ = harness.event(incoming(1, &["101", "102"])).await.unwrap();
        assert_eq!(harness.summary()[2], expected);
    }
}

#[tokio::test(start_paused = true)]
async fn unsent_end_is_sent_when_repeated() {
    let harness = Harness::new([started(), ok_response(), down(), ok_response(), ok_response()]);
    play(&harness, [incoming(0, &["101"])]).await;
    harness.event(hangup(9)).await.unwrap_err();
    let receipt = harness.event(hangup(12)).await.unwrap();
    assert_eq!(receipt.warnings(), []);
    assert_eq!(harness.summary()[3..], ["43 disconnected", "call-finished"]);
    assert_eq!(harness.sent()[4].1["timestamp"], wire(9), "the end keeps its time");
    assert_eq!(harness.event(hangup(13)).await.unwrap().requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn rejected_leg_does_not_block_others() {
    let refused = Step::json(409, &json!({"status": "notFound", "message": "User not found"}));
    let harness = Harness::new([started(), refused, ok_response()]);
    let error = harness.event(incoming(0, &["101", "102"])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(harness.summary()[1..], ["43 appeared", "44 appeared"]);
}

#[tokio::test(start_paused = true)]
async fn unknown_call_is_restarted_once() {
    let harness =
        Harness::new([started(), unknown_call(), started(), ok_response(), ok_response()]);
    play(&harness, [incoming(0, &["101", "102"])]).await;
    assert_eq!(
        harness.summary(),
        ["call-started", "43 appeared", "call-started", "43 appeared", "44 appeared"]
    );
    let steps = [started(), unknown_call(), started(), unknown_call()];
    let harness = Harness::new(steps);
    let error = harness.event(incoming(0, &["101"])).await.unwrap_err();
    assert_eq!(error.code(), Some("communicationNotFound"));
    assert_eq!(harness.script.left(), 0);
}

#[tokio::test(start_paused = true)]
async fn next_event_starts_call_after_lost_start() {
    let harness = Harness::new([lost(), started(), ok_response()]);
    harness.event(incoming(0, &["101"])).await.unwrap_err();
    play(&harness, [answered(5, leg(43, "101"))]).await;
    assert_eq!(harness.summary(), ["call-started", "call-started", "43 connected"]);
    assert_eq!(harness.sent()[1].1["timestamp"], wire(0));
}

#[tokio::test(start_paused = true)]
async fn end_without_start_names_missing_fields() {
    let harness = Harness::new([]);
    let receipt = harness.event(hangup(60)).await.unwrap();
    assert_eq!(receipt.requests(), 0);
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::OutOfOrder);
    let text = receipt.warnings()[0].text();
    assert!(text.contains("missing direction, client, line, start"), "{text}");
    assert!(text.contains("started_at"), "{text}");

    let harness = Harness::new(started_and_ok());
    let end = from_client(hangup(60)).with_extra("started_at", "2025-11-20T09:38:35Z");
    let receipt = harness.event(end).await.unwrap();
    assert_eq!(receipt.warnings(), []);
    assert_eq!(harness.summary(), ["call-started", "call-finished"]);
    assert_eq!(harness.sent()[0].1["timestamp"], wire(0));
}

#[tokio::test(start_paused = true)]
async fn early_answer_is_sent_with_start() {
    let harness = Harness::new([started(), ok_response()]);
    let early = event(5, EventKind::Answered).with_leg(leg(43, "101"));
    let receipt = harness.event(early).await.unwrap();
    assert_eq!(receipt.requests(), 0);
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::OutOfOrder);
    play(&harness, [incoming(0, &["101"])]).await;
    assert_eq!(harness.summary(), ["call-started", "43 connected"]);
}

#[tokio::test(start_paused = true)]
async fn call_without_line_is_sent() {
    let harness = Harness::new(started_and_ok());
    let ringing = event(0, EventKind::Ringing)
        .with_direction(Direction::Inbound)
        .with_client(phone())
        .with_leg(Leg::new(LegEnd::Client, LegEnd::UnknownEmployee));
    play(&harness, [ringing]).await;
    assert_eq!(harness.summary(), ["call-started", "1 appeared"]);
}

#[tokio::test(start_paused = true)]
async fn events_of_unknown_call_send_nothing() {
    let harness = Harness::new([]);
    play(&harness, [event(3, EventKind::Held), left(4, leg(43, "101"))]).await;
    assert_eq!(harness.played().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn end_of_unknown_call_restarts_it() {
    let harness = Harness::new([
        started(),
        ok_response(),
        ok_response(),
        unknown_call(),
        started(),
        ok_response(),
    ]);
    play(&harness, [incoming(0, &["101"]), hangup(9)]).await;
    assert_eq!(harness.summary()[3..], ["call-finished", "call-started", "call-finished"]);
}
