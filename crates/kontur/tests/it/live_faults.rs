//! Live calls that cannot be told: what is lost, refused or forgotten, and what is done about it.

use serde_json::json;
use vochi_crm_core::http::TransportError;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Direction, Effect, ErrorKind, EventKind, Leg, LegEnd, WarningKind};

use super::live::{left, play};
use super::support::{
    Bench, answered, begun, comes_in, event, hangup, incoming, leg, phone, started, unknown_call,
    wire, yes,
};

fn lost() -> Step {
    Step::Fail(TransportError::Broken("reset".to_owned()))
}

fn down() -> Step {
    Step::Fail(TransportError::Connect("nobody there".to_owned()))
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_told_is_told_with_the_next_event_and_its_own_time() {
    let bench = Bench::new([started(), down(), yes(), yes()]);
    let error = bench.event(incoming(0, &["101"])).await.unwrap_err();
    assert_eq!(error.effect(), Effect::NotApplied);
    let _ = bench.event(incoming(4, &["101", "102"])).await.unwrap();
    assert_eq!(bench.told(), ["call-started", "43 appeared", "43 appeared", "44 appeared"]);
    assert_eq!(bench.sent()[2].1["timestamp"], wire(0));
    assert_eq!(bench.sent()[3].1["timestamp"], wire(4));
}

#[tokio::test(start_paused = true)]
async fn of_a_leg_that_went_on_only_the_present_is_told() {
    let bench = Bench::new([started(), down(), yes(), yes(), yes()]);
    bench.event(incoming(0, &["101", "102"])).await.unwrap_err();
    play(&bench, [answered(5, leg(44, "102"))]).await;
    assert_eq!(bench.told()[2..], ["44 connected"], "101 rang and stopped meanwhile");
}

#[tokio::test(start_paused = true)]
async fn an_event_whose_answer_was_lost_is_not_told_again_unless_configured() {
    for (switch, told) in [("drop", "44 appeared"), ("repeat", "43 appeared")] {
        let bench = Bench::with([started(), lost(), yes(), yes()], json!({"lost_events": switch}));
        let error = bench.event(incoming(0, &["101"])).await.unwrap_err();
        assert_eq!(error.effect(), Effect::Maybe);
        let _ = bench.event(incoming(1, &["101", "102"])).await.unwrap();
        assert_eq!(bench.told()[2], told);
    }
}

#[tokio::test(start_paused = true)]
async fn an_end_that_could_not_be_told_is_told_when_it_is_heard_again() {
    let bench = Bench::new([started(), yes(), down(), yes(), yes()]);
    play(&bench, [incoming(0, &["101"])]).await;
    bench.event(hangup(9)).await.unwrap_err();
    let receipt = bench.event(hangup(12)).await.unwrap();
    assert_eq!(receipt.warnings(), []);
    assert_eq!(bench.told()[3..], ["43 disconnected", "call-finished"]);
    assert_eq!(bench.sent()[4].1["timestamp"], wire(9), "it ended when it ended");
    assert_eq!(bench.event(hangup(13)).await.unwrap().requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_leg_kontur_refuses_keeps_no_other_out() {
    let refused = Step::json(409, &json!({"status": "notFound", "message": "User not found"}));
    let bench = Bench::new([started(), refused, yes()]);
    let error = bench.event(incoming(0, &["101", "102"])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(bench.told()[1..], ["43 appeared", "44 appeared"]);
}

#[tokio::test(start_paused = true)]
async fn a_call_kontur_does_not_know_is_begun_again_once() {
    let bench = Bench::new([started(), unknown_call(), started(), yes(), yes()]);
    play(&bench, [incoming(0, &["101", "102"])]).await;
    assert_eq!(
        bench.told(),
        ["call-started", "43 appeared", "call-started", "43 appeared", "44 appeared"]
    );
    let steps = [started(), unknown_call(), started(), unknown_call()];
    let bench = Bench::new(steps);
    let error = bench.event(incoming(0, &["101"])).await.unwrap_err();
    assert_eq!(error.code(), Some("communicationNotFound"));
    assert_eq!(bench.script.left(), 0);
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_beginning_the_next_event_begins_the_call() {
    let bench = Bench::new([lost(), started(), yes()]);
    bench.event(incoming(0, &["101"])).await.unwrap_err();
    play(&bench, [answered(5, leg(43, "101"))]).await;
    assert_eq!(bench.told(), ["call-started", "call-started", "43 connected"]);
    assert_eq!(bench.sent()[1].1["timestamp"], wire(0));
}

#[tokio::test(start_paused = true)]
async fn an_end_nobody_remembers_the_beginning_of_names_what_is_missing() {
    let bench = Bench::new([]);
    let receipt = bench.event(hangup(60)).await.unwrap();
    assert_eq!(receipt.requests(), 0);
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::OutOfOrder);
    let text = receipt.warnings()[0].text();
    assert!(text.contains("missing direction, client, line, start"), "{text}");
    assert!(text.contains("started_at"), "{text}");

    let bench = Bench::new(begun());
    let end = comes_in(hangup(60)).with_extra("started_at", "2025-11-20T09:38:35Z");
    let receipt = bench.event(end).await.unwrap();
    assert_eq!(receipt.warnings(), []);
    assert_eq!(bench.told(), ["call-started", "call-finished"]);
    assert_eq!(bench.sent()[0].1["timestamp"], wire(0));
}

#[tokio::test(start_paused = true)]
async fn an_answer_before_its_beginning_is_shown_with_it() {
    let bench = Bench::new([started(), yes()]);
    let early = event(5, EventKind::Answered).with_leg(leg(43, "101"));
    let receipt = bench.event(early).await.unwrap();
    assert_eq!(receipt.requests(), 0);
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::OutOfOrder);
    play(&bench, [incoming(0, &["101"])]).await;
    assert_eq!(bench.told(), ["call-started", "43 connected"]);
}

#[tokio::test(start_paused = true)]
async fn without_a_line_a_call_is_told_all_the_same() {
    let bench = Bench::new(begun());
    let ringing = event(0, EventKind::Ringing)
        .with_direction(Direction::Inbound)
        .with_client(phone())
        .with_leg(Leg::new(LegEnd::Client, LegEnd::UnknownEmployee));
    play(&bench, [ringing]).await;
    assert_eq!(bench.told(), ["call-started", "1 appeared"]);
}

#[tokio::test(start_paused = true)]
async fn events_of_a_call_nothing_is_known_of_send_nothing() {
    let bench = Bench::new([]);
    play(&bench, [event(3, EventKind::Held), left(4, leg(43, "101"))]).await;
    assert_eq!(bench.played().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_end_kontur_knows_no_beginning_of_is_told_after_a_new_one() {
    let bench = Bench::new([started(), yes(), yes(), unknown_call(), started(), yes()]);
    play(&bench, [incoming(0, &["101"]), hangup(9)]).await;
    assert_eq!(bench.told()[3..], ["call-finished", "call-started", "call-finished"]);
}
