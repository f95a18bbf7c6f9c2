//! Calls with two outside numbers: which one is the client, and who placed the call.

use serde_json::json;
use vochi_crm_asterisk::FinishedCall;
use vochi_crm_core::{Direction, PhoneNumber, Seconds, TransferResult};

use crate::fixture::{Event, builder, finished, play_into, records};
use crate::stream::{Ami, Ch, ch, names, only, talk};

const CLIENT: &str = "375291110001";
const MOBILE: &str = "375291115555";

const PHONE: Ch = ch("1.1", "PJSIP/150-00000001", "1.1");
const FIRST: Ch = ch("2.3", "PJSIP/0001371-00000003", "2.1");
const SECOND: Ch = ch("2.4", "PJSIP/0001371-00000004", "2.1");

fn with_mobile(events: &[Event]) -> Vec<FinishedCall> {
    let mobile: PhoneNumber = format!("+{MOBILE}").parse().expect("a number");
    records(play_into(builder().employees([mobile]).build(), events))
}

/// The PBX calls a number; its channel then dials another one, and both talk 30 s.
fn callback(first: &str, second: &str) -> Vec<Event> {
    Ami::default()
        .originates(0.0, FIRST, &format!("{first}@0001371"))
        .event(5.0, "DialEnd", &[("Dest", FIRST)], json!({"DialStatus": "ANSWER"}))
        .rings(6.0, FIRST, SECOND, &format!("{second}@0001371"))
        .ends(10.0, FIRST, SECOND, "ANSWER")
        .talk(10.0, "b", SECOND, FIRST)
        .part(40.0, "b", SECOND, FIRST)
        .events()
}

fn assert_callback_to_client(call: &FinishedCall) {
    let record = call.record();
    assert_eq!(record.direction(), Direction::Outbound);
    assert_eq!(record.client().to_string(), format!("+{CLIENT}"));
    assert_eq!(names(record.talked_with()), [format!("+{MOBILE}")]);
    assert_eq!(talk(call), Some(30));
}

#[test]
fn number_called_first_is_the_employee() {
    let call = only(finished(&callback(MOBILE, CLIENT)));
    assert_callback_to_client(&call);
    assert_eq!(call.record().wait().map(Seconds::get), Some(4), "since the client was dialled");
}

#[test]
fn employee_mobile_is_the_employee_in_either_order() {
    for events in [callback(MOBILE, CLIENT), callback(CLIENT, MOBILE)] {
        assert_callback_to_client(&only(with_mobile(&events)));
    }
}

#[test]
fn callback_without_first_answer_is_one_call() {
    let events = Ami::default()
        .originates(0.0, FIRST, &format!("{CLIENT}@0001371"))
        .event(20.0, "DialEnd", &[("Dest", FIRST)], json!({"DialStatus": "NOANSWER"}))
        .hangs_up(20.0, FIRST)
        .events();
    let call = only(finished(&events));
    assert_eq!(call.record().client().to_string(), format!("+{CLIENT}"));
    assert_eq!(finished(&events).len(), 1);
    assert_eq!(with_mobile(&callback(MOBILE, CLIENT)[..3]).len(), 0, "a mobile alone is no call");
}

#[test]
fn disa_call_of_an_employee_mobile_is_outgoing() {
    let mobile = ch("2.1", "PJSIP/0001372-00000001", "2.1");
    let client = ch("2.2", "PJSIP/0001371-00000002", "2.1");
    let events = Ami::default()
        .calls_in(0.0, mobile, MOBILE, "375172000110")
        .rings(8.0, mobile, client, &format!("{CLIENT}@0001371"))
        .ends(12.0, mobile, client, "ANSWER")
        .talk(12.0, "b", client, mobile)
        .part(42.0, "b", client, mobile)
        .events();
    let call = only(with_mobile(&events));
    assert_callback_to_client(&call);
    assert_eq!(names(call.record().rang()), [format!("+{MOBILE}")], "the calling employee");
    let unknown = only(finished(&events));
    assert_eq!(unknown.record().direction(), Direction::Inbound, "without its configuration");
}

#[test]
fn employee_mobile_to_colleague_is_internal() {
    let mobile = ch("2.1", "PJSIP/0001372-00000001", "2.1");
    let phone = ch("2.2", "PJSIP/150-00000002", "2.1");
    let events = Ami::default()
        .calls_in(0.0, mobile, MOBILE, "375172000110")
        .rings(0.1, mobile, phone, "150")
        .ends(4.0, mobile, phone, "ANSWER")
        .talk(4.0, "b", phone, mobile)
        .part(24.0, "b", phone, mobile)
        .events();
    let [call] = &with_mobile(&events)[..] else { panic!("one call") };
    assert!(!call.is_external());
    assert_eq!(call.record().client().to_string(), format!("+{MOBILE}"));
    assert_eq!(names(call.record().talked_with()), ["150"]);
    assert_eq!(talk(call), Some(20));
}

#[test]
fn mobile_in_a_hunt_counts_as_its_employee() {
    let client = ch("2.1", "PJSIP/0001372-00000001", "2.1");
    let mobile = ch("2.2", "PJSIP/0001371-00000002", "2.1");
    let events = Ami::default()
        .calls_in(0.0, client, CLIENT, "375172000110")
        .rings(1.0, client, mobile, &format!("{MOBILE}@0001371"))
        .ends(5.0, client, mobile, "ANSWER")
        .talk(5.0, "b", mobile, client)
        .part(25.0, "b", client, mobile)
        .events();
    let call = only(with_mobile(&events));
    assert_eq!(names(call.record().rang()), [format!("+{MOBILE}")]);
    assert_eq!(names(call.record().talked_with()), [format!("+{MOBILE}")]);
    assert_eq!(call.answered_by().map(|who| who.as_str().to_owned()), Some(format!("+{MOBILE}")));
}

/// 150 is in a conference; the PBX calls two numbers into it, without Local channels.
#[test]
fn clients_called_into_a_conference_get_a_record_each() {
    let numbers = [(FIRST, CLIENT, 10.0), (SECOND, "375291110002", 30.0)];
    let mut stream = Ami::default().picks_up(0.0, PHONE, "8000").joins(0.2, "room", "base", PHONE);
    for (nth, (line, number, t)) in (0..).zip(numbers) {
        let linked = ["2.3", "2.4"][nth];
        let line = Ch { linked, ..line };
        stream = stream
            .originates(t, line, &format!("{number}@0001371"))
            .event(t + 5.0, "DialEnd", &[("Dest", line)], json!({"DialStatus": "ANSWER"}))
            .joins(t + 5.0, "room", "base", line);
    }
    let stream = stream
        .quits(95.0, "room", "base", FIRST)
        .hangs_up(95.0, FIRST)
        .quits(100.0, "room", "base", SECOND)
        .hangs_up(100.0, SECOND)
        .quits(110.0, "room", "base", PHONE)
        .hangs_up(110.0, PHONE);
    let mut calls = finished(&stream.events());
    calls.retain(FinishedCall::is_external);
    calls.sort_by_key(|call| call.record().started_at());
    let found_calls: Vec<_> =
        calls.iter().map(|call| (call.record().client().to_string(), talk(call))).collect();
    let wanted = [("+375291110001".to_owned(), Some(80)), ("+375291110002".to_owned(), Some(65))];
    assert_eq!(found_calls, wanted);
    for call in &calls {
        assert_eq!(call.record().direction(), Direction::Outbound);
        assert_eq!(names(call.record().talked_with()), ["150"]);
    }
}

/// 150 has a caller and calls a second client, then joins the two.
#[test]
fn caller_joined_with_a_called_client_is_transferred() {
    let caller = ch("1.1", "PJSIP/0001371-00000001", "1.1");
    let phone = ch("1.2", "PJSIP/150-00000002", "1.1");
    let second_line = ch("3.1", "PJSIP/150-00000003", "3.1");
    let called = ch("3.2", "PJSIP/0001371-00000004", "3.1");
    let joined = [
        ("OrigTransferer", phone),
        ("SecondTransferer", second_line),
        ("Transferee", caller),
        ("TransferTarget", called),
    ];
    let events = Ami::default()
        .calls_in(0.0, caller, CLIENT, "375172000110")
        .rings(0.1, caller, phone, "150")
        .ends(4.0, caller, phone, "ANSWER")
        .talk(4.0, "b", phone, caller)
        .event(10.0, "Hold", &[("", phone)], json!({}))
        .picks_up(11.0, second_line, "375291110002")
        .rings(11.1, second_line, called, "375291110002@0001371")
        .ends(15.0, second_line, called, "ANSWER")
        .talk(15.0, "c", called, second_line)
        .leaves(25.0, "c", second_line)
        .leaves(25.0, "b", caller)
        .enters(25.0, "c", caller)
        .event(25.1, "AttendedTransfer", &joined, json!({"Result": "Success"}))
        .leaves(25.1, "b", phone)
        .hangs_up(25.2, phone)
        .hangs_up(25.2, second_line)
        .part(60.0, "c", caller, called)
        .events();
    let call = finished(&events)
        .into_iter()
        .find(|call| call.record().call_id().as_str() == "1.1")
        .expect("the caller's call");
    let transfer = call.record().transfer().expect("a transfer");
    assert_eq!(transfer.result, Some(TransferResult::Accepted));
}
