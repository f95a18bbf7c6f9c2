//! What is remembered of a call, event by event.

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
fn an_answered_call_knows_who_talked_how_long_and_who_waited() {
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
fn a_call_whose_ringing_was_not_observed_waited_since_its_record() {
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
fn a_call_nobody_took_is_missed_and_only_waited() {
    let state = after(&[ringing(0, &["151"]), ringing(15, &["152"]), ended(26)]);
    let record = state.to_record(&call()).unwrap().settled();
    assert_eq!(record.outcome(), Outcome::Missed);
    assert_eq!(record.talk(), Some(Seconds::ZERO));
    assert_eq!(record.wait(), Some(Seconds::new(26)));
    assert_eq!(record.handled_by(), Some(&ext("152")), "the last who rang");
}

#[test]
fn an_outgoing_call_without_an_answer_is_no_answer() {
    let client: PhoneNumber = "+375448707099".parse().unwrap();
    let begin = event(0, EventKind::Ringing)
        .with_direction(Direction::Outbound)
        .with_client(client)
        .with_leg(Leg::to_client(ext("151")));
    let state = after(&[begin, ended(20)]);
    assert_eq!(state.outcome(), Some(Outcome::NoAnswer));
}

#[test]
fn in_a_click_to_call_the_talk_begins_when_the_client_answers() {
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
fn a_consultation_is_a_second_leg_and_no_talk_with_the_client() {
    let consult = Leg::new(LegEnd::Employee(ext("151")), LegEnd::Employee(ext("152")));
    let state = after(&[
        ringing(0, &["151"]),
        answered(5, "151"),
        event(30, EventKind::Held),
        event(31, EventKind::Ringing).with_leg(consult.clone()),
        event(35, EventKind::Answered).with_leg(consult.clone()),
        event(60, EventKind::LegEnded).with_leg(consult),
        event(61, EventKind::Resumed),
        ended(90),
    ]);
    assert_eq!(names(state.talked_with()), ["151"]);
    assert_eq!(state.legs().len(), 2);
    let record = state.to_record(&call()).unwrap();
    assert_eq!(record.talk(), Some(Seconds::new(85)), "hold and consultation are talk");
    let consultation: &LegRecord = &record.legs()[1];
    assert_eq!(consultation.answered_at, Some(at(35)));
    assert_eq!(consultation.ended_at, Some(at(60)));
}

#[test]
fn an_attended_transfer_makes_the_new_employee_the_last_who_talked() {
    let transfer =
        EventKind::Transferred { mode: TransferMode::Attended, from: None, to: ext("152") };
    let state = after(&[ringing(0, &["151"]), answered(5, "151"), event(40, transfer), ended(100)]);
    let record = state.to_record(&call()).unwrap();
    assert_eq!(names(record.talked_with()), ["151", "152"]);
    assert_eq!(record.talk(), Some(Seconds::new(95)));
    assert_eq!(record.transfer().unwrap().mode, TransferMode::Attended);
    assert_eq!(state.legs()[0].ended_at, Some(at(40)), "the first employee's leg is over");
}

#[test]
fn whoever_takes_the_call_stops_the_other_phones() {
    let mut state = after(&[ringing(0, &["151", "152"]), answered(6, "152")]);
    let phases: Vec<LegPhase> = state.legs().iter().map(|leg| leg.phase).collect();
    assert_eq!(phases, [LegPhase::Ended, LegPhase::Connected]);
    assert_eq!(state.legs()[0].ended_at, Some(at(6)));
    // What the PBX says of it afterwards is no news, and a phone that rings again is a new leg.
    state.apply(&event(7, EventKind::LegEnded).with_leg(Leg::to_employee(ext("151"))));
    assert_eq!(state.legs()[0].ended_at, Some(at(6)));
    state.apply(&ringing(8, &["151"]));
    assert_eq!(state.legs()[2].phase, LegPhase::Ringing);
}

#[test]
fn a_question_to_a_colleague_stops_no_phone() {
    let question = Leg::new(LegEnd::Employee(ext("152")), LegEnd::Employee(ext("153")));
    let state = after(&[
        ringing(0, &["152"]),
        answered(6, "152"),
        ringing(10, &["154"]),
        event(11, EventKind::Answered).with_leg(question),
    ]);
    let of_154 = state.legs().iter().find(|leg| leg.to == LegEnd::Employee(ext("154")));
    assert_eq!(of_154.map(|leg| leg.phase), Some(LegPhase::Ringing));
}

#[test]
fn a_records_legs_are_called_as_they_were_while_they_lived() {
    let state =
        after(&[ringing(0, &["151", "152"]), answered(6, "152"), ringing(20, &["151"]), ended(70)]);
    let live: Vec<LegId> = state.legs().iter().map(|leg| leg.id.clone()).collect();
    let leg = |id: &str, to: &str| LegRecord {
        id: LegId::new(id).unwrap(),
        from: LegEnd::Client,
        to: LegEnd::Employee(ext(to)),
        answered_at: None,
        ended_at: None,
        recording: None,
    };
    let told = [
        leg("185.1", "151"),
        leg(live[1].as_str(), "152"),
        leg("185.3", "151"),
        leg("185.4", "160"),
    ];
    let record = state.to_record(&call()).unwrap().with_legs(told.to_vec());
    let ids: Vec<LegId> = state.complete(record).legs().iter().map(|leg| leg.id.clone()).collect();
    let expected = [&live[0], &live[1], &live[2], &told[3].id].map(Clone::clone);
    assert_eq!(ids, expected);
}

#[test]
fn a_blind_transfer_rings_before_it_talks() {
    let transfer = EventKind::Transferred {
        mode: TransferMode::Blind,
        from: Some(ext("151")),
        to: ext("152"),
    };
    let mut state = after(&[ringing(0, &["151"]), answered(5, "151"), event(40, transfer)]);
    assert_eq!(state.legs()[1].phase, LegPhase::Ringing);
    assert!(state.apply(&answered(50, "152")).is_empty());
    assert_eq!(names(state.talked_with()), ["151", "152"]);
}

#[test]
fn legs_without_an_id_get_one_of_the_call_that_has_no_slash() {
    let slashed = CallId::new("pbx/1757843474.185").unwrap();
    let client: PhoneNumber = "+375446370646".parse().unwrap();
    let mut state = CallState::default();
    let begin = CallEvent::new(slashed, at(0), EventKind::Ringing)
        .with_direction(Direction::Inbound)
        .with_client(client)
        .with_leg(Leg::to_employee(ext("151")))
        .with_leg(Leg::to_employee(ext("152")).with_id(LegId::new("c-7").unwrap()));
    state.apply(&begin);
    let ids: Vec<&str> = state.legs().iter().map(|leg| leg.id.as_str()).collect();
    assert_eq!(ids, ["pbx-1757843474.185.1", "c-7"]);
}

#[test]
fn the_same_ringing_twice_is_once() {
    let state = after(&[ringing(0, &["151"]), ringing(1, &["151", "152"])]);
    assert_eq!(state.legs().len(), 2);
    assert_eq!(state.started_at(), Some(at(0)));
}

#[test]
fn an_employee_who_rings_again_after_leaving_gets_a_new_leg() {
    let state = after(&[
        ringing(0, &["151"]),
        event(10, EventKind::LegEnded).with_leg(Leg::to_employee(ext("151"))),
        ringing(20, &["151"]),
    ]);
    assert_eq!(state.legs().len(), 2);
    assert_eq!(state.employees().len(), 1);
}

#[test]
fn nothing_changes_after_the_end_and_that_is_said() {
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
fn the_order_of_arrival_does_not_change_a_call() {
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
fn events_that_come_twice_change_nothing_after_the_end() {
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
fn a_missing_beginning_is_taken_after_the_end() {
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
    assert!(warnings[0].text().contains("recorded already"), "{warnings:?}");
    assert!(state.apply(&answered(5, "151")).is_empty(), "a repeat changes nothing");
}

#[test]
fn the_later_time_wins_in_any_order() {
    let inbound = ringing(0, &["151"]);
    let outbound = event(1, EventKind::Ringing)
        .with_direction(Direction::Outbound)
        .with_line(Line::new("2").unwrap());
    for events in [[&inbound, &outbound], [&outbound, &inbound]] {
        let mut state = CallState::default();
        let warnings: Vec<_> = events.iter().flat_map(|event| state.apply(event)).collect();
        assert_eq!(state.direction(), Some(Direction::Outbound), "{events:?}");
        assert!(state.client().is_some(), "what only the earlier one reports is kept");
        assert_eq!(warnings.len(), usize::from(events[0] == &inbound), "{warnings:?}");
    }
}

#[test]
fn a_second_direction_wins_with_a_warning() {
    let mut state = after(&[ringing(0, &["151"])]);
    let turned = event(1, EventKind::Ringing).with_direction(Direction::Outbound);
    assert_eq!(state.apply(&turned)[0].kind(), WarningKind::OutOfOrder);
    assert_eq!(state.direction(), Some(Direction::Outbound));
}

#[test]
fn what_the_end_tells_goes_before_what_was_reckoned() {
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
fn a_record_takes_from_the_state_only_what_it_does_not_tell() {
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
fn after_lost_state_the_end_says_who_it_was() {
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

#[test]
fn options_of_the_events_go_into_the_record_unless_it_has_its_own() {
    let state = after(&[
        ringing(0, &["151"]).with_extra("site", "one").with_extra("colour", "green"),
        ended(9).with_extra("site", "two"),
    ]);
    let record = state.to_record(&call()).unwrap();
    assert_eq!(record.extra().get("site").unwrap(), "two");
    let told = record.clone().with_extra("colour", "red");
    assert_eq!(state.complete(told).extra().get("colour").unwrap(), "red");
}

#[test]
fn a_state_survives_its_own_storage_and_that_of_a_newer_version() {
    let state = after(&[ringing(0, &["151"]), answered(6, "151"), ended(70)]);
    let mut stored = serde_json::to_value(&state).unwrap();
    stored["a_field_of_tomorrow"] = serde_json::json!(1);
    let read: CallState = serde_json::from_value(stored).unwrap();
    assert_eq!(read, state);
}

#[test]
fn an_attended_transfer_ends_the_question_and_gives_the_client_to_who_was_asked() {
    let question = || Leg::new(LegEnd::Employee(ext("151")), LegEnd::Employee(ext("152")));
    let transfer =
        EventKind::Transferred { mode: TransferMode::Attended, from: None, to: ext("152") };
    let state = after(&[
        ringing(0, &["151"]),
        answered(5, "151"),
        event(20, EventKind::Held),
        event(21, EventKind::Ringing).with_leg(question()),
        event(25, EventKind::Answered).with_leg(question()),
        event(40, transfer),
    ]);
    let phases: Vec<LegPhase> = state.legs().iter().map(|leg| leg.phase).collect();
    assert_eq!(phases, [LegPhase::Ended, LegPhase::Ended, LegPhase::Connected]);
    assert_eq!(state.legs()[1].ended_at, Some(at(40)));
    assert_eq!(state.legs()[2].from, LegEnd::Client);
    assert_eq!(names(state.talked_with()), ["151", "152"]);
}

#[test]
fn a_transfer_may_name_the_leg_it_begins() {
    let transfer = EventKind::Transferred { mode: TransferMode::Blind, from: None, to: ext("152") };
    let begins = Leg::to_employee(ext("152")).with_id(LegId::new("c-9").unwrap());
    let state =
        after(&[ringing(0, &["151"]), answered(5, "151"), event(40, transfer).with_leg(begins)]);
    assert_eq!(state.legs()[1].id.as_str(), "c-9");
}

#[test]
fn a_recording_may_be_of_one_leg() {
    let file = |name: &str| Recording::File(name.into());
    let question = || Leg::new(LegEnd::Employee(ext("151")), LegEnd::Employee(ext("152")));
    let state = after(&[
        ringing(0, &["151"]),
        answered(5, "151"),
        event(21, EventKind::Answered).with_leg(question()),
        ended(100),
        event(101, EventKind::RecordingReady(file("1.mp3"))).with_leg(Leg::to_employee(ext("151"))),
        event(102, EventKind::RecordingReady(file("2.mp3"))).with_leg(question()),
    ]);
    let record = state.to_record(&call()).unwrap();
    assert_eq!(record.recording(), Some(&file("1.mp3")));
    let of_legs: Vec<_> = record.legs().iter().map(|leg| leg.recording.clone()).collect();
    assert_eq!(of_legs, [Some(file("1.mp3")), Some(file("2.mp3"))]);
}
