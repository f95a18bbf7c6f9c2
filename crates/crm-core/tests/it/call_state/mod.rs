//! The state of a call, event by event.

mod arrival;
mod legs;

use vochi_crm_core::call::{LegPhase, LegRecord};
use vochi_crm_core::{
    CallEvent, CallId, CallRecord, CallState, Direction, EventKind, Extension, Leg, LegEnd, LegId,
    Line, Outcome, PhoneNumber, Reason, Recorded, Recording, Seconds, Timestamp, TransferMode,
    WarningKind,
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_millis(1_772_438_400_000 + seconds * 1000)
}

fn ext(text: &str) -> Extension {
    Extension::new(text).unwrap()
}

fn call() -> CallId {
    CallId::new("1757843474.185").unwrap()
}

fn event(seconds: i64, kind: EventKind) -> CallEvent {
    CallEvent::new(call(), at(seconds), kind)
}

fn ringing(seconds: i64, extensions: &[&str]) -> CallEvent {
    let client: PhoneNumber = "+375446370646".parse().unwrap();
    let event =
        event(seconds, EventKind::Ringing).with_direction(Direction::Inbound).with_client(client);
    extensions.iter().fold(event, |event, one| event.with_leg(Leg::to_employee(ext(one))))
}

fn answered(seconds: i64, extension: &str) -> CallEvent {
    event(seconds, EventKind::Answered).with_leg(Leg::to_employee(ext(extension)))
}

fn ended(seconds: i64) -> CallEvent {
    event(seconds, EventKind::Ended { outcome: None, reason: None, talk: None })
}

fn after(events: &[CallEvent]) -> CallState {
    let mut state = CallState::default();
    for event in events {
        let warnings = state.apply(event);
        assert!(warnings.is_empty(), "{warnings:?}");
    }
    state
}

fn names(extensions: &[Extension]) -> Vec<&str> {
    extensions.iter().map(Extension::as_str).collect()
}

#[test]
fn answered_call_has_talker_talk_and_wait() {
    let state = after(&[ringing(0, &["151", "152"]), answered(6, "152"), ended(70)]);
    let record = state.to_record(&call()).unwrap();
    assert_eq!(record.outcome(), Outcome::Answered);
    assert_eq!(names(record.talked_with()), ["152"]);
    assert_eq!(names(record.rang()), ["151", "152"]);
    assert_eq!(record.talk(), Some(Seconds::new(64)));
    assert_eq!(record.wait(), Some(Seconds::new(6)));
    assert_eq!(record.handled_by(), Some(&ext("152")));
}

#[test]
fn unobserved_ringing_waits_from_the_record_start() {
    let client: PhoneNumber = "+375446370646".parse().unwrap();
    let record = CallRecord::new(call(), Direction::Inbound, client, at(0), Outcome::Answered)
        .with_talk(Seconds::new(30));
    for (events, wait) in [
        (vec![answered(5, "151")], 5),
        (vec![answered(5, "151"), ended(35)], 5),
        (vec![ringing(2, &["151"]), answered(5, "151")], 3),
    ] {
        let complete = after(&events).complete(record.clone());
        assert_eq!(complete.wait(), Some(Seconds::new(wait)), "{events:?}");
        let ended = if wait == 5 { 35 } else { 33 };
        assert_eq!(complete.ended_at(), at(ended), "{events:?}");
    }
}

#[test]
fn unanswered_call_is_missed_without_talk() {
    let state = after(&[ringing(0, &["151"]), ringing(15, &["152"]), ended(26)]);
    let record = state.to_record(&call()).unwrap().settled();
    assert_eq!(record.outcome(), Outcome::Missed);
    assert_eq!(record.talk(), Some(Seconds::ZERO));
    assert_eq!(record.wait(), Some(Seconds::new(26)));
    assert_eq!(record.handled_by(), Some(&ext("152")), "the last who rang");
}

#[test]
fn unanswered_outgoing_call_is_no_answer() {
    let client: PhoneNumber = "+375448707099".parse().unwrap();
    let begin = event(0, EventKind::Ringing)
        .with_direction(Direction::Outbound)
        .with_client(client)
        .with_leg(Leg::to_client(ext("151")));
    let state = after(&[begin, ended(20)]);
    assert_eq!(state.outcome(), Some(Outcome::NoAnswer));
}

#[test]
fn click_to_call_talk_starts_when_the_client_answers() {
    let client: PhoneNumber = "+375448707099".parse().unwrap();
    let to_employee = Leg::new(LegEnd::Pbx, LegEnd::Employee(ext("151")));
    let to_client = Leg::new(LegEnd::Pbx, LegEnd::Client);
    let state = after(&[
        event(0, EventKind::Ringing)
            .with_direction(Direction::Outbound)
            .with_client(client)
            .with_leg(to_employee.clone()),
        event(4, EventKind::Answered).with_leg(to_employee),
        event(5, EventKind::Ringing).with_leg(to_client.clone()),
        event(15, EventKind::Answered).with_leg(to_client),
        ended(45),
    ]);
    let record = state.to_record(&call()).unwrap();
    assert_eq!(record.talk(), Some(Seconds::new(30)));
    assert_eq!(names(record.talked_with()), ["151"]);
}

#[test]
fn changed_direction_wins_with_a_warning() {
    let mut state = after(&[ringing(0, &["151"])]);
    let turned = event(1, EventKind::Ringing).with_direction(Direction::Outbound);
    assert_eq!(state.apply(&turned)[0].kind(), WarningKind::OutOfOrder);
    assert_eq!(state.direction(), Some(Direction::Outbound));
}

#[test]
fn values_of_the_end_event_override_derived_ones() {
    let end = EventKind::Ended {
        outcome: Some(Outcome::Busy),
        reason: Some(Reason::Busy),
        talk: Some(Seconds::new(3)),
    };
    let state = after(&[ringing(0, &["151"]), answered(5, "151"), event(9, end)]);
    assert_eq!(state.outcome(), Some(Outcome::Busy));
    assert_eq!(state.reason(), Some(Reason::Busy));
}

#[test]
fn state_fills_only_missing_values_of_a_record() {
    let line = Line::new("0001363").unwrap();
    let state =
        after(&[ringing(0, &["151"]).with_line(line.clone()), answered(6, "151"), ended(70)]);
    let client: PhoneNumber = "+375446370646".parse().unwrap();
    let bare = CallRecord::new(call(), Direction::Inbound, client, at(0), Outcome::Answered);
    let record = state.complete(bare.with_talk(Seconds::new(12)));
    assert_eq!(record.talk(), Some(Seconds::new(12)));
    assert_eq!(record.wait(), Some(Seconds::new(6)));
    assert_eq!(record.line(), Some(&line));
}

#[test]
fn event_options_fill_missing_record_options() {
    let state = after(&[
        ringing(0, &["151"]).with_extra("site", "one").with_extra("colour", "green"),
        ended(9).with_extra("site", "two"),
    ]);
    let record = state.to_record(&call()).unwrap();
    assert_eq!(record.extra().get("site").unwrap(), "two");
    let given = record.clone().with_extra("colour", "red");
    assert_eq!(state.complete(given).extra().get("colour").unwrap(), "red");
}

#[test]
fn state_round_trips_also_from_a_newer_version() {
    let state = after(&[ringing(0, &["151"]), answered(6, "151"), ended(70)]);
    let mut stored = serde_json::to_value(&state).unwrap();
    stored["a_field_of_tomorrow"] = serde_json::json!(1);
    let read: CallState = serde_json::from_value(stored).unwrap();
    assert_eq!(read, state);
}
