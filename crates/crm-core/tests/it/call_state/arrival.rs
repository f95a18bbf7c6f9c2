//! Late, repeated, reordered and missing events.

use super::*;

#[test]
fn repeated_ringing_is_applied_once() {
    let state = after(&[ringing(0, &["151"]), ringing(1, &["151", "152"])]);
    assert_eq!(state.legs().len(), 2);
    assert_eq!(state.started_at(), Some(at(0)));
}

#[test]
fn event_after_the_end_is_ignored_with_a_warning() {
    let mut state = after(&[ringing(0, &["151"]), ended(26)]);
    let before = state.clone();
    let warnings = state.apply(&answered(30, "151"));
    assert_eq!(warnings[0].kind(), WarningKind::OutOfOrder);
    assert_eq!(state, before);
    let recording = Recording::url("https://pbx.example.test/rec/1.mp3").unwrap();
    assert!(state.apply(&event(40, EventKind::RecordingReady(recording))).is_empty());
    assert!(state.to_record(&call()).unwrap().recording().is_some());
}

#[test]
fn order_of_arrival_does_not_change_the_result() {
    let events =
        [ringing(0, &["151", "152"]), answered(5, "151"), event(20, EventKind::Held), ended(60)];
    let wanted = after(&events).to_record(&call()).unwrap();
    for order in [[3, 0, 1, 2], [1, 3, 0, 2], [3, 2, 1, 0], [0, 3, 1, 2], [1, 0, 3, 2]] {
        let mut state = CallState::default();
        for index in order {
            state.apply(&events[index]);
        }
        let record = state.to_record(&call()).unwrap();
        let facts = |record: &CallRecord| {
            let mut rang = record.rang().to_vec();
            rang.sort();
            let people = (rang, record.talked_with().to_vec());
            (record.outcome(), record.talk(), record.wait(), record.started_at(), people)
        };
        assert_eq!(facts(&record), facts(&wanted), "{order:?}");
    }
}

#[test]
fn repeated_events_after_the_end_change_nothing() {
    let events = [
        ringing(0, &["151", "152"]),
        answered(5, "151"),
        event(9, EventKind::LegEnded).with_leg(Leg::to_employee(ext("152"))),
        answered(30, "152"),
        ended(60),
    ];
    let mut state = after(&events);
    let before = state.clone();
    for event in &events {
        state.apply(event);
    }
    assert_eq!(state, before);
}

#[test]
fn missing_first_event_is_applied_after_the_end() {
    let mut state = after(&[ended(60)]);
    assert_eq!(state.to_record(&call()), None);
    assert!(state.apply(&ringing(61, &["151"])).is_empty());
    let record = state.to_record(&call()).unwrap();
    assert_eq!((record.outcome(), record.rang().len()), (Outcome::Missed, 1));
}

#[test]
fn late_answer_of_a_recorded_call_warns() {
    let mut state = after(&[ringing(0, &["151"]), ended(60)]);
    state.set_recorded(Recorded::Yes);
    let warnings = state.apply(&answered(5, "151"));
    assert_eq!(warnings[0].kind(), WarningKind::OutOfOrder, "{warnings:?}");
    assert!(warnings[0].text().contains("already recorded"), "{warnings:?}");
    assert!(state.apply(&answered(5, "151")).is_empty(), "a repeat changes nothing");
}

#[test]
fn value_of_the_later_event_wins_in_any_order() {
    let inbound = ringing(0, &["151"]);
    let outbound = event(1, EventKind::Ringing)
        .with_direction(Direction::Outbound)
        .with_line(Line::new("2").unwrap());
    for events in [[&inbound, &outbound], [&outbound, &inbound]] {
        let mut state = CallState::default();
        let warnings: Vec<_> = events.iter().flat_map(|event| state.apply(event)).collect();
        assert_eq!(state.direction(), Some(Direction::Outbound), "{events:?}");
        assert!(state.client().is_some(), "values of only the earlier event are kept");
        assert_eq!(warnings.len(), usize::from(events[0] == &inbound), "{warnings:?}");
    }
}

#[test]
fn end_event_names_the_employee_after_lost_state() {
    let client: PhoneNumber = "+375446370646".parse().unwrap();
    let end = |outcome| {
        event(
            70,
            EventKind::Ended { outcome: Some(outcome), reason: None, talk: Some(Seconds::new(64)) },
        )
        .with_direction(Direction::Inbound)
        .with_client(client)
        .with_leg(Leg::to_employee(ext("151")))
    };
    let record = after(&[end(Outcome::Answered)]).to_record(&call()).unwrap();
    assert_eq!(names(record.talked_with()), ["151"]);
    let record = after(&[end(Outcome::Missed)]).to_record(&call()).unwrap();
    assert_eq!(names(record.talked_with()), [""; 0]);
    assert_eq!(names(record.rang()), ["151"]);
}
