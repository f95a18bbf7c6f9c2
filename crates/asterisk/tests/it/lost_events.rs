//! Lost, late and repeated events.

use std::time::Duration;

use serde_json::json;
use vochi_crm_asterisk::{CallUpdate, FinishedCall};
use vochi_crm_core::{Direction, Extension, Outcome, Seconds};

use crate::dialplan::without;
use crate::fixture::{Event, all, at, differences, finished, one, process, records, tracker};

fn external(calls: &[FinishedCall]) -> Vec<&FinishedCall> {
    calls.iter().filter(|call| call.is_external()).collect()
}

/// A modification of a stream, with its name.
type Loss = (&'static str, fn(&[Event]) -> Vec<Event>);

fn assert_same_number_of_calls(folder: &str, losses: &[Loss], except: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for fixture in all(folder) {
        let Some(wanted) = fixture.expected["expected_crm_calls"].as_u64() else {
            continue;
        };
        for (what, lose) in losses {
            if except.contains(&(*what, fixture.name.as_str())) {
                continue;
            }
            let calls = finished(&lose(&fixture.events));
            let found = external(&calls).len() as u64;
            if found != wanted {
                wrong.push(format!(
                    "{} without {what}: {found} external calls instead of {wanted}",
                    fixture.name
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn dialplan_without_one_event_kind_keeps_one_call() {
    assert_same_number_of_calls(
        "asterisk",
        &[
            ("start", |events| without(events, &["start"])),
            ("dial", |events| without(events, &["dial"])),
            ("hangup", |events| without(events, &["hangup"])),
        ],
        &[
            // The hangup was the only event.
            ("hangup", "in_lost_all_but_hangup"),
        ],
    );
}

#[test]
fn ami_without_one_event_kind_keeps_one_call() {
    assert_same_number_of_calls(
        "asterisk-ami",
        &[
            ("Newchannel", |events| without(events, &["Newchannel"])),
            ("DialState", |events| without(events, &["DialState", "Newstate"])),
            ("DialEnd", |events| without(events, &["DialEnd"])),
            ("Hangup", |events| without(events, &["Hangup"])),
            ("BridgeLeave", |events| without(events, &["BridgeLeave"])),
            ("LocalBridge", |events| without(events, &["LocalBridge"])),
        ],
        &[],
    );
}

#[test]
fn call_without_start_or_dial_matches() {
    for lost in ["start", "dial"] {
        let fixture = one("asterisk", "in_group_answered");
        let mut calls = finished(&without(&fixture.events, &[lost]));
        let call = calls.remove(0);
        let record = call.record();
        assert_eq!(record.direction(), Direction::Inbound, "without {lost}");
        assert_eq!(record.client().to_string(), "+375446307423", "without {lost}");
        assert_eq!(record.outcome(), Outcome::Answered, "without {lost}");
        assert_eq!(record.talk().map(Seconds::get), Some(12), "without {lost}");
        assert_eq!(call.answered_by().map(Extension::as_str), Some("151"), "without {lost}");
    }
    let fixture = one("asterisk", "out_simple_answered");
    let call = finished(&without(&fixture.events, &["dial"])).remove(0);
    assert_eq!(call.record().direction(), Direction::Outbound);
    assert_eq!(call.record().client().to_string(), "+375447025641");
    assert_eq!(call.answered_by().map(Extension::as_str), Some("151"));
}

#[test]
fn lost_hangup_closes_after_the_client_left() {
    let fixture = one("asterisk", "out_attended_transfer_accepted");
    let mut calls = tracker();
    let mut updates = Vec::new();
    for event in &fixture.events {
        updates.extend(process(&mut calls, event));
    }
    let last = fixture.events.last().unwrap().t;
    updates.extend(calls.pass_time(at(last + 179.0)));
    assert_eq!(records(updates), [], "a transfer may still ring");
    let closed = records(calls.pass_time(at(last + 181.0)));
    assert_eq!(differences(&fixture, &closed), Vec::<String>::new());
    assert_eq!(calls.open_calls(), 0);
}

#[test]
fn unanswered_call_without_hangup_is_missed_after_an_hour() {
    let fixture = one("asterisk", "in_group_missed");
    let mut calls = tracker();
    for event in without(&fixture.events, &["hangup"]) {
        process(&mut calls, &event);
    }
    let quiet = calls.pass_time(at(3590.0));
    assert_eq!(quiet, [], "the caller may be waiting in a queue");
    let updates = calls.pass_time(at(3620.0));
    assert!(
        matches!(&updates[..], [CallUpdate::Live(_), CallUpdate::Finished(_)]),
        "its popup is closed too: {updates:?}"
    );
    assert_eq!(records(updates)[0].record().outcome(), Outcome::Missed);
}

#[test]
fn silent_talk_is_closed_by_age() {
    let fixture = one("asterisk-ami", "in_direct_answered_client_hangs_up");
    let mut calls = tracker();
    for event in without(
        &fixture.events,
        &[
            "Hangup",
            "BridgeLeave",
            "BridgeDestroy",
            "HangupRequest",
            "SoftHangupRequest",
            "Cdr",
            "CEL",
        ],
    ) {
        process(&mut calls, &event);
    }
    let eleven = Duration::from_secs(11 * 3600).as_secs_f64();
    assert_eq!(calls.pass_time(at(eleven)), [], "a talk may last for hours");
    let closed = records(calls.pass_time(at(eleven + 7200.0)));
    assert_eq!(closed.len(), 1);
    assert_eq!(closed[0].record().outcome(), Outcome::Answered);
}

#[test]
fn record_comes_once_ten_seconds_after_the_hangup() {
    let fixture = one("asterisk", "in_duplicate_dial_and_hangup");
    let mut calls = tracker();
    let mut times = Vec::new();
    for event in &fixture.events {
        for updates in process(&mut calls, event) {
            if matches!(updates, CallUpdate::Finished(_)) {
                times.push(event.t);
            }
        }
    }
    assert_eq!(times, [319.1], "the clock is moved by the repeated hangup, five minutes later");
    assert_eq!(calls.finish(), [], "the repeated hangup makes no second call");
    assert_eq!(calls.late_events(), 1);
}

#[test]
fn next_due_is_the_next_deadline() {
    let fixture = one("asterisk-ami", "out_busy");
    let mut calls = tracker();
    assert_eq!(calls.next_due(), None);
    for event in &fixture.events {
        process(&mut calls, event);
    }
    let due = calls.next_due().unwrap();
    let last = fixture.events.last().unwrap().t;
    assert!(due <= at(last + 10.1), "{due}");
    assert_eq!(records(calls.pass_time(due)).len(), 1);
    assert_eq!(calls.next_due(), None);
}

#[test]
fn unobserved_answer_has_no_talk_time() {
    let fixture = one("asterisk", "in_lost_all_but_hangup");
    let call = finished(&fixture.events).remove(0);
    let record = call.record();
    assert_eq!(record.outcome(), Outcome::Answered);
    assert_eq!(record.talk(), None, "end minus start would contain the ringing");
    assert_eq!(record.talked_with(), []);
    assert_eq!(record.started_at().to_string(), "2025-09-16T14:16:03Z", "the PBX's own clock");
    assert_eq!(record.ended_at().to_string(), "2025-09-16T14:16:22Z");
}

#[test]
fn unnamed_bridge_belongs_to_the_call() {
    for name in ["in_group_answered", "in_single_extension_answered", "out_simple_answered"] {
        let mut fixture = one("asterisk", name);
        for event in &mut fixture.events {
            event.body.remove("BridgeUniqueid");
        }
        let calls = finished(&fixture.events);
        assert_eq!(differences(&fixture, &calls), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn lists_and_numbers_in_one_text_are_parsed() {
    let mut fixture = one("asterisk", "in_group_answered");
    for event in &mut fixture.events {
        for key in ["CallType", "CallStatus", "BridgeNumChannels"] {
            if let Some(value) = event.body.get_mut(key) {
                *value = match value.as_str() {
                    Some(text) => serde_json::from_str(text).unwrap(),
                    None => value.to_string().into(),
                };
            }
        }
        if event.name == "dial" {
            event.body["Extensions"] = "150,151 152".into();
        }
    }
    let calls = finished(&fixture.events);
    assert_eq!(differences(&fixture, &calls), Vec::<String>::new());
}

#[test]
fn late_first_channel_makes_no_second_record() {
    let event = |t: f64, name: &str, body: serde_json::Value| Event {
        t,
        name: name.to_owned(),
        body: body.as_object().cloned().expect("a body is an object"),
    };
    let leg = json!({"DestChannel": "PJSIP/0001371-00000024", "DestLinkedid": "7.2",
                     "DestUniqueid": "7.6", "DialStatus": "RINGING"});
    let first = json!({"Channel": "PJSIP/0001371-00000022", "Uniqueid": "7.2"});
    let calls = finished(&[event(0.0, "DialState", leg), event(33_000.0, "BridgeEnter", first)]);
    let ids: Vec<&str> = calls.iter().map(|call| call.record().call_id().as_str()).collect();
    assert_eq!(ids, ["7.2"], "one call, one record");
}
