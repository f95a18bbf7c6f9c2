//! Calls without an observed end.

use serde_json::json;
use vochi_crm_asterisk::{CallUpdate, FinishedCall, SavedCalls};
use vochi_crm_core::{Outcome, Warning, WarningKind};

use crate::fixture::{Event, at, builder, end, finished, process, records, tracker};
use crate::stream::{Ami, Ch, ch, dialplan_event, only, talk};

const CLIENT: Ch = ch("1.1", "PJSIP/0001371-00000001", "1.1");
const PHONE: Ch = ch("1.2", "PJSIP/150-00000002", "1.1");
const LATER: Ch = ch("5.1", "PJSIP/0001371-00000009", "5.1");
const DAY: f64 = 86_400.0;

/// A client who is answered by 150 after three seconds.
fn answered() -> Ami {
    Ami::default()
        .calls_in(0.0, CLIENT, "375291110001", "375172000110")
        .rings(0.1, CLIENT, PHONE, "150")
        .ends(3.0, CLIENT, PHONE, "ANSWER")
        .talk(3.0, "b1", PHONE, CLIENT)
}

fn pbx(t: f64, name: &str, body: serde_json::Value) -> Event {
    let serde_json::Value::Object(body) = body else { panic!("a body is an object") };
    Event { t, name: name.to_owned(), body }
}

fn assert_talk_unknown(call: &FinishedCall, ended: f64) {
    let record = call.record();
    assert_eq!(record.outcome(), Outcome::Answered);
    assert_eq!(record.talk(), None, "the end was not observed");
    assert_eq!(record.ended_at(), at(ended), "the time of its last event");
    let kinds: Vec<_> = record.warnings().iter().map(Warning::kind).collect();
    assert_eq!(kinds, [WarningKind::TalkUnknown]);
}

#[test]
fn silent_call_has_unknown_talk_time() {
    assert_talk_unknown(&only(finished(&answered().events())), 3.0);
}

#[test]
fn end_of_stream_records_no_open_call() {
    let mut calls = tracker();
    for event in answered().events() {
        process(&mut calls, &event);
    }
    let ended = calls.finish();
    let [CallUpdate::Unfinished(call)] = &ended[..] else { panic!("{ended:?}") };
    assert_eq!(call.record().call_id().as_str(), "1.1");
    assert_eq!(call.record().talk(), None);
    assert_eq!(calls.open_calls(), 0);
}

#[test]
fn end_of_stream_records_finished_and_silent_calls() {
    let mut calls = tracker();
    let next = ch("5.2", "PJSIP/151-0000000a", "5.1");
    let stream = answered()
        .calls_in(3_700.0, LATER, "375291110002", "375172000110")
        .rings(3_700.0, LATER, next, "151")
        .hangs_up(3_710.0, next)
        .hangs_up(3_710.0, LATER);
    for event in stream.events() {
        assert_eq!(records(process(&mut calls, &event)), []);
    }
    let ended = records(calls.finish());
    assert_eq!(ended.len(), 2, "{ended:?}");
    assert_talk_unknown(&ended[0], 3.0);
    assert_eq!(ended[1].record().outcome(), Outcome::Missed);
}

#[test]
fn waiting_caller_is_unfinished_without_wait() {
    let waiting = Ami::default()
        .calls_in(0.0, CLIENT, "375291110001", "375172000110")
        .rings(0.1, CLIENT, PHONE, "150")
        .events();
    let mut calls = tracker();
    for event in &waiting {
        process(&mut calls, event);
    }
    assert!(matches!(&calls.finish()[..], [CallUpdate::Unfinished(_)]));
    let call = only(finished(&waiting));
    assert_eq!(call.record().outcome(), Outcome::Missed);
    assert_eq!(call.record().wait(), None, "the end was not observed");
}

#[test]
fn silent_internal_call_has_unknown_talk_time() {
    let caller = ch("1.1", "PJSIP/151-00000001", "1.1");
    let stream = Ami::default()
        .picks_up(0.0, caller, "150")
        .rings(0.1, caller, PHONE, "150")
        .ends(3.0, caller, PHONE, "ANSWER")
        .talk(3.0, "b1", PHONE, caller);
    let calls = finished(&stream.events());
    assert_eq!(calls.len(), 1);
    assert!(!calls[0].is_external());
    assert_talk_unknown(&calls[0], 3.0);
}

#[test]
fn dialplan_without_leave_and_hangup_has_no_talk_time() {
    let id = json!({"UniqueId": "6.1", "Phone": "375291110006", "CallType": 0, "Trunk": "0001363"});
    let bridge = json!({"UniqueId": "6.1", "Channel": "SIP/0001363-00000001",
                        "CallerIDNum": "375291110006", "BridgeUniqueid": "b"});
    let phone = json!({"UniqueId": "6.2", "Channel": "SIP/150-00000002",
                       "ConnectedLineNum": "375291110006", "BridgeUniqueid": "b"});
    let call = only(finished(&[
        dialplan_event(0.0, "start", id),
        dialplan_event(5.0, "bridge", bridge),
        dialplan_event(5.2, "bridge", phone),
    ]));
    assert_talk_unknown(&call, 5.2);
}

#[test]
fn call_open_for_a_day_ends_at_its_last_event() {
    let mut calls = tracker();
    for event in answered().events() {
        process(&mut calls, &event);
    }
    let text = serde_json::to_string(&calls.save()).expect("text");
    let saved: SavedCalls = serde_json::from_str(&text).expect("saved calls");
    let mut calls = builder().resume(saved);
    let next = Ami::default().calls_in(DAY, LATER, "375291110002", "375172000110").events();
    let mut updates: Vec<CallUpdate> =
        next.iter().flat_map(|event| process(&mut calls, event)).collect();
    updates.extend(end(&mut calls, &next));
    let closed = records(updates);
    assert_eq!(closed.len(), 2);
    assert_talk_unknown(&closed[0], 3.0);
}

#[test]
fn pbx_shutdown_ends_its_calls() {
    let mut events = answered().events();
    events.push(pbx(63.0, "Shutdown", json!({"Shutdown": "Cleanly", "Restart": "True"})));
    let call = only(finished(&events));
    assert_eq!(talk(&call), Some(60));
    assert_eq!(call.record().ended_at(), at(63.0));
}

#[test]
fn pbx_restart_closes_its_earlier_calls() {
    let mut calls = tracker();
    let mut updates = Vec::new();
    for event in answered().events() {
        updates.extend(process(&mut calls, &event));
    }
    let booted = pbx(120.0, "FullyBooted", json!({"Uptime": "12", "Status": "Fully Booted"}));
    let closed = records(process(&mut calls, &booted));
    assert_eq!(closed.len(), 1, "at once");
    assert_talk_unknown(&closed[0], 3.0);
}

#[test]
fn login_to_a_running_pbx_closes_no_call() {
    for body in [json!({"Uptime": "864000"}), json!({"Status": "Fully Booted"})] {
        let mut events = answered().events();
        events.push(pbx(60.0, "FullyBooted", body));
        events.extend(Ami::default().part(63.0, "b1", CLIENT, PHONE).events());
        assert_eq!(talk(&only(finished(&events))), Some(60));
    }
}

#[test]
fn shutdown_of_one_pbx_ends_no_call_of_another() {
    let mut events = answered().events();
    let down = json!({"Shutdown": "Cleanly", "SystemName": "brest"});
    events.push(pbx(30.0, "Shutdown", down));
    events.extend(Ami::default().part(63.0, "b1", CLIENT, PHONE).events());
    assert_eq!(talk(&only(finished(&events))), Some(60));
}
