//! Conferences, parking lots and failing lines, written by hand after Asterisk's behaviour.

use serde_json::json;
use vochi_crm_asterisk::{CallUpdate, FinishedCall};
use vochi_crm_core::{
    Direction, EventKind, Extension, Line, Outcome, Seconds, TransferMode, TransferResult,
};

use crate::fixture::{Event, finished, play};
use crate::stream::{Ami, Ch, ch, names, talk};

const CLIENT: Ch = ch("1.1", "PJSIP/0001371-00000001", "1.1");
const PHONE: Ch = ch("1.2", "PJSIP/150-00000002", "1.1");
const OTHER: Ch = ch("2.1", "PJSIP/0001372-00000003", "2.1");
const OTHERS_PHONE: Ch = ch("2.2", "PJSIP/151-00000004", "2.1");

fn call<'a>(calls: &'a [FinishedCall], id: &str) -> &'a FinishedCall {
    let mut own = calls.iter().filter(|call| call.record().call_id().as_str() == id);
    let call = own.next().unwrap_or_else(|| panic!("missing call {id}"));
    assert!(own.next().is_none(), "call {id} occurs twice");
    call
}

#[test]
fn two_clients_in_one_conference_get_a_record_each() {
    let calls = finished(
        &Ami::default()
            .calls_in(0.0, CLIENT, "375291110001", "375172000110")
            .rings(0.1, CLIENT, PHONE, "150")
            .ends(3.0, CLIENT, PHONE, "ANSWER")
            .enters(3.0, "b1", PHONE)
            .enters(3.0, "b1", CLIENT)
            .calls_in(5.0, OTHER, "375291110002", "375172000111")
            .rings(5.1, OTHER, OTHERS_PHONE, "151")
            .ends(8.0, OTHER, OTHERS_PHONE, "CANCEL")
            .hangs_up(8.0, OTHERS_PHONE)
            // Both clients and 150 meet in a conference.
            .leaves(10.0, "b1", CLIENT)
            .leaves(10.0, "b1", PHONE)
            .joins(10.0, "room", "base", CLIENT)
            .joins(10.0, "room", "base", PHONE)
            .joins(15.0, "room", "base", OTHER)
            .quits(20.0, "room", "base", CLIENT)
            .hangs_up(20.0, CLIENT)
            .quits(30.0, "room", "base", PHONE)
            .hangs_up(30.0, PHONE)
            .quits(31.0, "room", "base", OTHER)
            .hangs_up(31.0, OTHER)
            .events(),
    );
    assert_eq!(calls.len(), 2);
    let first = call(&calls, "1.1");
    assert_eq!(talk(first), Some(17));
    assert_eq!(names(first.record().rang()), ["150"], "151 rang for the other client");
    assert_eq!(names(first.record().talked_with()), ["150"]);
    let second = call(&calls, "2.1");
    assert_eq!(talk(second), Some(16), "until it left the conference with an employee");
    assert_eq!(names(second.record().rang()), ["151"], "150 rang for the first client");
    assert_eq!(names(second.record().talked_with()), ["150"]);
    assert_eq!(second.record().wait().map(Seconds::get), Some(10));
}

#[test]
fn clients_in_one_parking_lot_are_unrelated() {
    let park = |t: f64, stream: Ami, client: Ch, phone: Ch, bridge: &str| {
        stream
            .rings(t, client, phone, "150")
            .ends(t + 3.0, client, phone, "ANSWER")
            .enters(t + 3.0, bridge, phone)
            .enters(t + 3.0, bridge, client)
            .leaves(t + 10.0, bridge, client)
            .joins(t + 10.0, "lot", "parking", client)
            .leaves(t + 10.0, bridge, phone)
            .hangs_up(t + 10.0, phone)
    };
    let stream = Ami::default().calls_in(0.0, CLIENT, "375291110001", "375172000110").calls_in(
        2.0,
        OTHER,
        "375291110002",
        "375172000111",
    );
    let stream = park(0.1, stream, CLIENT, PHONE, "b1");
    let stream = park(2.1, stream, OTHER, OTHERS_PHONE, "b2");
    let mut events = stream
        .quits(40.0, "lot", "parking", CLIENT)
        .hangs_up(40.0, CLIENT)
        .quits(50.0, "lot", "parking", OTHER)
        .hangs_up(50.0, OTHER)
        .events();
    events.sort_by(|one, other| one.t.total_cmp(&other.t));
    let calls = finished(&events);
    assert_eq!(calls.len(), 2);
    for (id, phone) in [("1.1", "150"), ("2.1", "151")] {
        let call = call(&calls, id);
        assert_eq!(talk(call), Some(7), "{id}: it was not retrieved from the lot");
        assert_eq!(names(call.record().rang()), [phone], "{id}");
        assert_eq!(call.transferred_to(), None, "{id}");
    }
}

#[test]
fn parked_employee_does_not_talk() {
    let calls = finished(
        &Ami::default()
            .calls_in(0.0, CLIENT, "375291110001", "375172000110")
            .rings(0.1, CLIENT, PHONE, "150")
            .ends(3.0, CLIENT, PHONE, "ANSWER")
            .joins(3.0, "lot", "parking", PHONE)
            .joins(3.0, "lot", "parking", CLIENT)
            .quits(20.0, "lot", "parking", CLIENT)
            .hangs_up(20.0, CLIENT)
            .hangs_up(20.0, PHONE)
            .events(),
    );
    assert_eq!(call(&calls, "1.1").record().outcome(), Outcome::Missed);
}

#[test]
fn lines_tried_in_turn_are_one_call_on_the_last() {
    let caller = ch("3.1", "PJSIP/150-00000005", "3.1");
    let first = ch("3.2", "PJSIP/0001371-00000006", "3.1");
    let second = ch("3.3", "PJSIP/0001372-00000007", "3.1");
    let calls = finished(
        &Ami::default()
            .picks_up(0.0, caller, "80291110003")
            .tries(0.1, caller, first, "375291110003@0001371", "CONGESTION")
            .rings(1.0, caller, second, "375291110003@0001372")
            .ends(6.0, caller, second, "ANSWER")
            .enters(6.0, "b1", second)
            .enters(6.0, "b1", caller)
            .leaves(16.0, "b1", second)
            .hangs_up(16.0, second)
            .leaves(16.0, "b1", caller)
            .hangs_up(16.0, caller)
            .events(),
    );
    assert_eq!(calls.len(), 1);
    let call = call(&calls, "3.1");
    let record = call.record();
    assert_eq!(record.direction(), Direction::Outbound);
    assert_eq!(record.client().to_string(), "+375291110003");
    assert_eq!(record.line().map(Line::as_str), Some("0001372"));
    assert_eq!(talk(call), Some(10));
    assert_eq!(record.wait().map(Seconds::get), Some(6), "from the first line on");
    assert_eq!(record.transfer(), None);
}

#[test]
fn blind_transfer_to_a_group_is_one_transfer() {
    let phones = [ch("1.5", "PJSIP/151-00000011", "1.1"), ch("1.6", "PJSIP/152-00000012", "1.1")];
    let mut stream = Ami::default()
        .calls_in(0.0, CLIENT, "375291110001", "375172000110")
        .rings(0.1, CLIENT, PHONE, "150")
        .ends(3.0, CLIENT, PHONE, "ANSWER")
        .enters(3.0, "b1", PHONE)
        .enters(3.0, "b1", CLIENT)
        .event(
            9.0,
            "BlindTransfer",
            &[("Transferer", PHONE), ("Transferee", CLIENT)],
            serde_json::json!({"Extension": "111", "Result": "Success"}),
        )
        .leaves(9.0, "b1", PHONE)
        .leaves(9.0, "b1", CLIENT)
        .hangs_up(9.0, PHONE);
    for phone in phones {
        stream = stream.rings(9.2, CLIENT, phone, "group");
    }
    let calls = finished(
        &stream
            .ends(14.0, CLIENT, phones[0], "CANCEL")
            .hangs_up(14.0, phones[0])
            .ends(14.0, CLIENT, phones[1], "ANSWER")
            .enters(14.0, "b2", phones[1])
            .enters(14.0, "b2", CLIENT)
            .leaves(20.0, "b2", CLIENT)
            .hangs_up(20.0, CLIENT)
            .leaves(20.0, "b2", phones[1])
            .hangs_up(20.0, phones[1])
            .events(),
    );
    let call = call(&calls, "1.1");
    let transfer = call.record().transfer().unwrap();
    assert_eq!(transfer.mode, TransferMode::Blind);
    assert_eq!(transfer.result, Some(TransferResult::Accepted));
    assert_eq!(call.transferred_to().map(Extension::as_str), Some("152"));
    assert_eq!(names(call.record().rang()), ["150", "151", "152"]);
    assert_eq!(talk(call), Some(17));
}

/// 150 parks the client by a blind transfer to the parking extension; the slot rings 150 back.
fn parked_until_it_rings_back(answered: bool) -> Vec<Event> {
    let back = ch("1.3", "PJSIP/150-00000003", "1.1");
    let stream = Ami::default()
        .calls_in(0.0, CLIENT, "375291110001", "375172000110")
        .rings(0.1, CLIENT, PHONE, "150")
        .ends(4.0, CLIENT, PHONE, "ANSWER")
        .talk(4.0, "b1", PHONE, CLIENT)
        .event(
            14.0,
            "BlindTransfer",
            &[("Transferer", PHONE), ("Transferee", CLIENT)],
            json!({"Extension": "700", "Result": "Success"}),
        )
        .leaves(14.0, "b1", CLIENT)
        .leaves(14.0, "b1", PHONE)
        .hangs_up(14.0, PHONE)
        .event(14.1, "ParkedCall", &[("Parkee", CLIENT)], json!({"ParkingSpace": "701"}))
        .joins(14.1, "lot", "parking", CLIENT)
        .event(59.0, "ParkedCallTimeOut", &[("Parkee", CLIENT)], json!({"ParkingSpace": "701"}))
        .quits(59.0, "lot", "parking", CLIENT)
        .rings(59.1, CLIENT, back, "150");
    let stream = if answered {
        stream
            .ends(63.0, CLIENT, back, "ANSWER")
            .talk(63.0, "b2", back, CLIENT)
            .part(73.0, "b2", CLIENT, back)
    } else {
        stream.ends(80.0, CLIENT, back, "NOANSWER").hangs_up(80.0, back).hangs_up(80.0, CLIENT)
    };
    stream.events()
}

#[test]
fn parking_ring_back_is_no_transfer() {
    for answered in [true, false] {
        let events = parked_until_it_rings_back(answered);
        let updates = play(&events);
        let transferred = updates.iter().any(|update| {
            matches!(update, CallUpdate::Live(live)
                if matches!(live.event().kind(), EventKind::Transferred { .. }))
        });
        assert!(!transferred, "answered {answered}: {updates:?}");
        let calls = finished(&events);
        let call = call(&calls, "1.1");
        assert_eq!(call.record().transfer(), None, "answered {answered}");
        assert_eq!(call.transferred_to(), None, "answered {answered}");
        assert_eq!(names(call.record().talked_with()), ["150"], "answered {answered}");
        assert_eq!(talk(call), Some(if answered { 69 } else { 10 }), "answered {answered}");
    }
}

#[test]
fn parked_client_taken_by_a_colleague_is_transferred() {
    let taker = ch("3.1", "PJSIP/151-00000005", "3.1");
    let mut events = parked_until_it_rings_back(true);
    events.truncate(events.iter().position(|event| event.name == "ParkedCallTimeOut").expect("it"));
    let taken = Ami::default()
        .picks_up(30.0, taker, "701")
        .event(30.1, "UnParkedCall", &[("Parkee", CLIENT), ("Retriever", taker)], json!({}))
        .quits(30.1, "lot", "parking", CLIENT)
        .talk(30.2, "b3", CLIENT, taker)
        .part(50.2, "b3", CLIENT, taker);
    events.extend(taken.events());
    let calls = finished(&events);
    let call = call(&calls, "1.1");
    let transfer = call.record().transfer().expect("a transfer");
    assert_eq!(
        (transfer.mode, transfer.result),
        (TransferMode::Blind, Some(TransferResult::Accepted))
    );
    assert_eq!(call.transferred_to().map(Extension::as_str), Some("151"));
}
