//! Live events of calls: content and order.

use vochi_crm_asterisk::CallUpdate;
use vochi_crm_core::{CallEvent, EventKind, LegEnd, Seconds};

use crate::fixture::{self, Event, all, one, process, tracker};

/// Every live event of a stream as `time kind parties`.
fn live_events(folder: &str, name: &str) -> Vec<String> {
    let fixture = one(folder, name);
    let mut calls = tracker();
    let mut lines = Vec::new();
    for event in &fixture.events {
        for updates in process(&mut calls, event) {
            if let CallUpdate::Live(live) = updates {
                lines.push(format!("{:.1} {}", event.t, line(live.event())));
            }
        }
    }
    lines
}

fn end(end: &LegEnd) -> String {
    match end {
        LegEnd::Client => "client".to_owned(),
        LegEnd::Employee(who) => who.to_string(),
        other => format!("{other:?}"),
    }
}

fn line(event: &CallEvent) -> String {
    let legs: Vec<String> =
        event.legs().iter().map(|leg| format!("{}>{}", end(leg.from()), end(leg.to()))).collect();
    match event.kind() {
        EventKind::Transferred { mode, from, to } => {
            let from = from.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{mode} transfer {from}>{to}")
        }
        EventKind::Ended { outcome, talk, .. } => {
            let outcome = outcome.map(|outcome| outcome.to_string()).unwrap_or_default();
            let talk = talk.map(Seconds::get).unwrap_or_default();
            format!("hangup {outcome} {talk}")
        }
        kind => format!("{} {}", kind.as_str(), legs.join(" ")),
    }
}

#[test]
fn first_ring_starts_the_call_and_later_rings_extend_it() {
    assert_eq!(
        live_events("asterisk-ami", "in_hunt_second_stage_answered"),
        [
            "0.0 ringing client>150",
            "6.0 leave client>150",
            "6.0 ringing client>151",
            "6.0 ringing client>152",
            "9.5 leave client>151",
            "9.5 answered client>152",
            "17.5 hangup answered 8",
        ]
    );
    assert_eq!(
        live_events("asterisk", "in_hunt_one_then_two_answered"),
        [
            "0.8 ringing client>150",
            "10.8 ringing client>151",
            "26.4 leave client>150",
            "26.4 answered client>151",
            "39.1 hangup answered 12",
        ]
    );
}

#[test]
fn first_event_has_direction_client_and_line() {
    for (folder, lines) in [("asterisk", 5), ("asterisk-ami", 6)] {
        for fixture in all(folder) {
            let mut calls = tracker();
            let mut seen = Vec::new();
            for event in &fixture.events {
                for updates in process(&mut calls, event) {
                    let CallUpdate::Live(live) = updates else { continue };
                    let event = live.into_event();
                    if !seen.contains(event.call_id()) {
                        seen.push(event.call_id().clone());
                        assert!(event.direction().is_some(), "{}: {event:?}", fixture.name);
                        assert!(event.client().is_some(), "{}: {event:?}", fixture.name);
                        assert!(event.line().is_some(), "{}: {event:?}", fixture.name);
                        assert!(!event.legs().is_empty(), "{}: {event:?}", fixture.name);
                    }
                }
            }
            assert!(seen.len() <= lines);
        }
    }
}

#[test]
fn hold_and_resume_are_sent_at_once() {
    assert_eq!(
        live_events("asterisk-ami", "in_hold_and_resume"),
        [
            "0.0 ringing client>150",
            "2.0 answered client>150",
            "6.0 hold client>150",
            "11.0 resume client>150",
            "14.0 hold client>150",
            "17.0 resume client>150",
            "20.0 leave client>150",
            "20.0 hangup answered 18",
        ]
    );
}

#[test]
fn consultation_then_attended_transfer() {
    assert_eq!(
        live_events("asterisk-ami", "in_attended_transfer_feature_code_accepted"),
        [
            "0.0 ringing client>150",
            "3.0 answered client>150",
            "9.4 hold client>150",
            "10.8 ringing 150>151",
            "14.0 answered 150>151",
            "19.0 attended transfer 150>151",
            "28.0 leave client>151",
            "28.0 hangup answered 25",
        ]
    );
    assert_eq!(
        live_events("asterisk-ami", "in_attended_transfer_phone_accepted"),
        [
            "0.0 ringing client>150",
            "3.0 answered client>150",
            "9.0 hold client>150",
            "17.0 resume client>150",
            "17.0 attended transfer 150>152",
            "26.0 leave client>152",
            "26.0 hangup answered 23",
        ]
    );
    assert_eq!(
        live_events("asterisk", "in_group_attended_chain_a_b_c"),
        [
            "1.0 ringing client>150 client>151 client>152",
            "7.0 leave client>150 client>152",
            "7.0 answered client>151",
            "13.0 hold client>151",
            "24.0 attended transfer 151>152",
            "35.0 hold client>152",
            "45.0 attended transfer 152>150",
            "56.0 hangup answered 48",
        ]
    );
}

#[test]
fn refused_consultation_returns_the_client() {
    assert_eq!(
        live_events("asterisk-ami", "in_attended_transfer_feature_code_refused"),
        [
            "0.0 ringing client>150",
            "3.0 answered client>150",
            "9.4 hold client>150",
            "10.8 ringing 150>151",
            "14.0 answered 150>151",
            "19.0 leave client>151",
            "19.0 resume client>150",
            "26.0 hangup answered 23",
        ]
    );
}

#[test]
fn blind_transfer_is_sent_when_the_next_phone_rings() {
    assert_eq!(
        live_events("asterisk-ami", "out_blind_transfer_answered"),
        [
            "0.0 ringing 150>client",
            "4.0 answered 150>client",
            "10.0 leave client>150",
            "10.0 blind transfer 150>152",
            "13.0 answered client>152",
            "21.0 hangup answered 17",
        ]
    );
    assert_eq!(
        live_events("asterisk", "in_blind_followme_mobile_answered"),
        [
            "0.8 ringing client>151",
            "6.4 answered client>151",
            "19.2 blind transfer 151>150",
            "29.2 ringing client>+375294656797",
            "44.4 leave client>150",
            "44.4 answered client>+375294656797",
        ],
        "its hangup is lost: the record comes later"
    );
}

#[test]
fn click_to_call_is_outgoing_once_the_client_is_dialled() {
    assert_eq!(
        live_events("asterisk-ami", "out_click_to_call_answered"),
        ["3.0 ringing 150>client", "8.0 answered 150>client", "16.0 hangup answered 8",]
    );
    assert_eq!(
        live_events("asterisk", "out_click_to_call_answered"),
        ["10.3 ringing 151>client", "11.5 answered 151>client", "24.1 hangup answered 12",]
    );
}

#[test]
fn consultation_of_an_outside_party_has_no_popup() {
    let live_events = live_events("asterisk-ami", "in_attended_transfer_to_mobile_accepted");
    assert_eq!(
        live_events,
        [
            "0.0 ringing client>150",
            "3.0 answered client>150",
            "9.0 hold client>150",
            "18.0 resume client>150",
            "18.0 attended transfer 150>+375297770055",
            "27.0 hangup answered 24",
        ]
    );
}

#[test]
fn internal_calls_have_no_live_events() {
    for name in ["internal_answered", "internal_group_answered", "internal_no_answer"] {
        assert_eq!(live_events("asterisk-ami", name), Vec::<String>::new());
    }
}

/// In any order of events, every started call must end exactly once.
#[test]
fn started_calls_end_once_and_last() {
    for folder in ["asterisk", "asterisk-ami"] {
        for fixture in all(folder) {
            for seed in 0..5 {
                let events: Vec<Event> = crate::dialplan::shuffled(&fixture.events, seed);
                assert_consistent(&fixture.name, &fixture::play(&events));
            }
            assert_consistent(&fixture.name, &fixture::play(&fixture.events));
        }
    }
}

fn assert_consistent(name: &str, updates: &[CallUpdate]) {
    let mut open = Vec::new();
    let mut over = Vec::new();
    for updates in updates {
        let CallUpdate::Live(live) = updates else { continue };
        let event = live.event();
        let id = event.call_id();
        assert!(!over.contains(id), "{name}: {id} continues after its end: {event:?}");
        if matches!(event.kind(), EventKind::Ended { .. }) {
            assert!(open.contains(id), "{name}: {id} ends without a start");
            open.retain(|known| known != id);
            over.push(id.clone());
        } else if !open.contains(id) {
            open.push(id.clone());
        }
    }
    assert!(open.is_empty(), "{name}: {open:?} never ended");
}
