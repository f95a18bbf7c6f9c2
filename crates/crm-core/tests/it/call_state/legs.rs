//! Legs: consultations, transfers, recordings.

use super::*;

#[test]
fn consultation_is_a_separate_leg() {
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
fn attended_transfer_changes_the_last_talker() {
    let transfer =
        EventKind::Transferred { mode: TransferMode::Attended, from: None, to: ext("152") };
    let state = after(&[ringing(0, &["151"]), answered(5, "151"), event(40, transfer), ended(100)]);
    let record = state.to_record(&call()).unwrap();
    assert_eq!(names(record.talked_with()), ["151", "152"]);
    assert_eq!(record.talk(), Some(Seconds::new(95)));
    assert_eq!(record.transfer().unwrap().mode, TransferMode::Attended);
    assert_eq!(state.legs()[0].ended_at, Some(at(40)), "the first employee's leg has ended");
}

#[test]
fn answer_ends_the_other_ringing_legs() {
    let mut state = after(&[ringing(0, &["151", "152"]), answered(6, "152")]);
    let phases: Vec<LegPhase> = state.legs().iter().map(|leg| leg.phase).collect();
    assert_eq!(phases, [LegPhase::Ended, LegPhase::Connected]);
    assert_eq!(state.legs()[0].ended_at, Some(at(6)));
    // Late reports of the PBX about it are ignored, and a phone that rings again is a new leg.
    state.apply(&event(7, EventKind::LegEnded).with_leg(Leg::to_employee(ext("151"))));
    assert_eq!(state.legs()[0].ended_at, Some(at(6)));
    state.apply(&ringing(8, &["151"]));
    assert_eq!(state.legs()[2].phase, LegPhase::Ringing);
}

#[test]
fn consultation_ends_no_ringing_leg() {
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
fn record_legs_get_the_ids_of_live_legs() {
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
    let record_legs = [
        leg("185.1", "151"),
        leg(live[1].as_str(), "152"),
        leg("185.3", "151"),
        leg("185.4", "160"),
    ];
    let record = state.to_record(&call()).unwrap().with_legs(record_legs.to_vec());
    let ids: Vec<LegId> = state.complete(record).legs().iter().map(|leg| leg.id.clone()).collect();
    let expected = [&live[0], &live[1], &live[2], &record_legs[3].id].map(Clone::clone);
    assert_eq!(ids, expected);
}

#[test]
fn blind_transfer_rings_before_it_connects() {
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
fn missing_leg_id_is_generated_without_slash() {
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
fn employee_who_rings_after_leaving_gets_a_new_leg() {
    let state = after(&[
        ringing(0, &["151"]),
        event(10, EventKind::LegEnded).with_leg(Leg::to_employee(ext("151"))),
        ringing(20, &["151"]),
    ]);
    assert_eq!(state.legs().len(), 2);
    assert_eq!(state.employees().len(), 1);
}

#[test]
fn attended_transfer_ends_the_consultation() {
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
fn transfer_event_may_name_the_new_leg() {
    let transfer = EventKind::Transferred { mode: TransferMode::Blind, from: None, to: ext("152") };
    let begins = Leg::to_employee(ext("152")).with_id(LegId::new("c-9").unwrap());
    let state =
        after(&[ringing(0, &["151"]), answered(5, "151"), event(40, transfer).with_leg(begins)]);
    assert_eq!(state.legs()[1].id.as_str(), "c-9");
}

#[test]
fn recording_may_belong_to_one_leg() {
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
