//! Situations without a recording, written by hand after the behaviour of PBXs.

use serde_json::json;
use vochi_crm_asterisk::{CallUpdate, FinishedCall, PbxEvent, Reading};
use vochi_crm_core::{Direction, Extension, Line, Outcome, Seconds};

use crate::fixture::{Event, at, finished, one, play, process, tracker};
use crate::stream::{Ami, Ch, ch, dialplan_event, only, talk};

const CLIENT: Ch = ch("1.1", "PJSIP/0001371-00000001", "1.1");
const PHONE: Ch = ch("1.2", "PJSIP/150-00000002", "1.1");

/// A client who is answered by 150 after three seconds.
fn answered() -> Ami {
    Ami::default()
        .calls_in(0.0, CLIENT, "375291110001", "375172000110")
        .rings(0.1, CLIENT, PHONE, "150")
        .ends(3.0, CLIENT, PHONE, "ANSWER")
        .enters(3.0, "b1", PHONE)
        .enters(3.0, "b1", CLIENT)
}

#[test]
fn clock_of_one_pbx_closes_no_call_of_another() {
    let mut calls = tracker();
    let mut updates = Vec::new();
    let fixture = one("asterisk", "in_group_answered");
    for (place, event) in fixture.events.iter().enumerate() {
        updates.extend(process(&mut calls, event));
        // The other PBX is two hours ahead.
        let ahead = json!({"UniqueId": format!("9.{place}"), "Token": "other", "Phone": "375291110009", "Trunk": "1"});
        if let Ok(Reading::Event(other)) = PbxEvent::read("start", ahead.as_object().unwrap()) {
            calls.process(at(event.t + 7_200.0), &other);
        }
    }
    updates.extend(calls.finish());
    let own: Vec<FinishedCall> = updates
        .into_iter()
        .filter_map(|update| match update {
            CallUpdate::Finished(call) if call.tenant() != Some("other") => Some(*call),
            _ => None,
        })
        .collect();
    assert_eq!(talk(&only(own)), Some(12));
}

#[test]
fn internal_call_forwarded_outside_becomes_outgoing() {
    let caller = ch("5.1", "PJSIP/150-00000001", "5.1");
    let colleague = ch("5.2", "PJSIP/151-00000002", "5.1");
    let line = ch("5.3", "PJSIP/0001371-00000003", "5.1");
    let call = only(finished(
        &Ami::default()
            .picks_up(0.0, caller, "151")
            .rings(0.1, caller, colleague, "151")
            .ends(2.0, caller, colleague, "ANSWER")
            .enters(2.0, "b1", colleague)
            .enters(2.0, "b1", caller)
            .leaves(9.0, "b1", caller)
            .hangs_up(9.0, caller)
            .leaves(9.0, "b1", colleague)
            .rings(9.5, colleague, line, "375291110005@0001371")
            .ends(40.0, colleague, line, "ANSWER")
            .enters(40.0, "b2", line)
            .enters(40.0, "b2", colleague)
            .leaves(60.0, "b2", line)
            .hangs_up(60.0, line)
            .leaves(60.0, "b2", colleague)
            .hangs_up(60.0, colleague)
            .events(),
    ));
    assert_eq!(call.record().direction(), Direction::Outbound);
    assert_eq!(talk(&call), Some(20));
    assert_eq!(call.answered_by().map(Extension::as_str), Some("151"));
}

#[test]
fn dial_strings_of_other_channel_drivers_are_parsed() {
    for string in [
        "375291110005@0001371",
        "0001371/375291110005",
        "0001371/sip:375291110005@192.0.2.7",
        "i1/375291110005",
        "user1:pass2@branch/375291110005",
    ] {
        let caller = ch("5.1", "SIP/150-00000001", "5.1");
        let line = ch("5.3", "SIP/0001371-00000003", "5.1");
        let call = only(finished(
            &Ami::default()
                .picks_up(0.0, caller, "80291110005")
                .rings(0.1, caller, line, string)
                .ends(9.0, caller, line, "CANCEL")
                .hangs_up(9.0, line)
                .hangs_up(9.0, caller)
                .events(),
        ));
        assert_eq!(call.record().client().to_string(), "+375291110005", "{string}");
        assert_eq!(call.record().outcome(), Outcome::Cancelled, "{string}");
    }
}

#[test]
fn caller_without_number_has_a_record() {
    for number in ["", "<unknown>", "anonymous", "Restricted", "Unavailable"] {
        let call = only(finished(
            &Ami::default()
                .calls_in(0.0, CLIENT, number, "375172000110")
                .hangs_up(4.0, CLIENT)
                .events(),
        ));
        assert_eq!(call.record().client().to_string(), "hidden number", "{number:?}");
        assert_eq!(call.record().outcome(), Outcome::Missed);
        assert_eq!(call.record().wait().map(Seconds::get), Some(4));
    }
}

#[test]
fn client_back_from_parking_is_not_transferred() {
    let again = ch("1.3", "PJSIP/150-00000009", "1.1");
    let events = answered()
        .leaves(10.0, "b1", CLIENT)
        .joins(10.0, "lot", "parking", CLIENT)
        .leaves(10.0, "b1", PHONE)
        .hangs_up(10.0, PHONE)
        .quits(30.0, "lot", "parking", CLIENT)
        .rings(30.1, CLIENT, again, "150")
        .ends(33.0, CLIENT, again, "ANSWER")
        .enters(33.0, "b2", again)
        .enters(33.0, "b2", CLIENT)
        .leaves(40.0, "b2", CLIENT)
        .hangs_up(40.0, CLIENT)
        .hangs_up(40.0, again)
        .events();
    for updates in play(&events) {
        if let CallUpdate::Live(live) = updates {
            assert_ne!(live.event().kind().as_str(), "transfer", "{:?}", live.event());
        }
    }
    let call = only(finished(&events));
    assert_eq!(call.record().transfer(), None);
    assert_eq!(talk(&call), Some(37), "parking included, as an employee followed");
}

#[test]
fn one_lost_client_event_keeps_the_call_answered() {
    for name in ["in_single_extension_answered", "in_group_answered", "out_simple_answered"] {
        let fixture = one("asterisk", name);
        for lost in 0..fixture.events.len() {
            let mut events = fixture.events.clone();
            let gone = events.remove(lost);
            let call = only(finished(&events));
            assert_eq!(
                call.record().outcome(),
                Outcome::Answered,
                "{name} without its {} at {}",
                gone.name,
                gone.t
            );
        }
    }
}

#[test]
fn stream_from_the_middle_of_a_call_is_answered() {
    let call = only(finished(
        &Ami::default()
            .leaves(20.0, "b1", CLIENT)
            .leaves(20.0, "b1", PHONE)
            .hangs_up(20.0, PHONE)
            .hangs_up(20.0, CLIENT)
            .events(),
    ));
    assert_eq!(call.record().outcome(), Outcome::Answered);
    assert_eq!(call.record().talk(), None, "its start was not observed");
    assert_eq!(call.answered_by().map(Extension::as_str), Some("150"));
}

#[test]
fn agent_connected_all_day_records_each_client_once() {
    const IDS: usize = 700;
    let agent = ch("7.0", "PJSIP/150-00000001", "7.0");
    let names: Vec<(String, String, String)> = (1..=IDS)
        .map(|place| {
            (format!("8.{place}"), format!("PJSIP/0001371-{place:08x}"), format!("b{place}"))
        })
        .collect();
    let names: &'static [(String, String, String)] = Vec::leak(names);
    let mut stream = Ami::default().picks_up(0.0, agent, "*11");
    for (place, (id, name, bridge)) in (0_u32..).zip(names) {
        let t = 60.0 * f64::from(place) + 1.0;
        let client = ch(id, name, id);
        stream = stream
            .calls_in(t, client, "375291110001", "375172000110")
            .enters(t + 5.0, bridge, agent)
            .enters(t + 5.0, bridge, client)
            .leaves(t + 25.0, bridge, client)
            .leaves(t + 25.0, bridge, agent)
            .hangs_up(t + 25.0, client);
    }
    let mut calls = tracker();
    let mut updates = Vec::new();
    for event in stream.events() {
        updates.extend(process(&mut calls, &event));
    }
    let saved = serde_json::to_string(&calls.save()).unwrap();
    assert!(saved.len() < 200_000, "{} bytes are kept", saved.len());
    updates.extend(calls.finish());
    let talks: Vec<_> = updates
        .iter()
        .filter_map(|update| match update {
            CallUpdate::Finished(call) if call.is_external() => talk(call),
            _ => None,
        })
        .collect();
    assert_eq!(talks, vec![20; IDS]);
}

#[test]
fn employee_calls_others_after_a_transfer() {
    // 151 hands its client over to 152 and leaves; the client stays in its bridge.
    let fixture = one("asterisk", "out_attended_transfer_accepted");
    let mut events: Vec<Event> =
        fixture.events.iter().filter(|event| event.t < 45.0).cloned().collect();
    for event in &mut events {
        event.body.insert("Token".to_owned(), "tenant".into());
    }
    events.push(dialplan_event(50.0, "dial", json!({"UniqueId": "6.1", "Phone": "375291110006", "CallType": 1, "Extensions": ["151"], "Trunk": "0001363"})));
    events.push(dialplan_event(55.0, "bridge", json!({"UniqueId": "6.1", "BridgeUniqueid": "n1", "Channel": "SIP/151-00000099", "CallerIDNum": "151", "Exten": "375291110006"})));
    events.push(dialplan_event(55.0, "bridge", json!({"UniqueId": "6.2", "BridgeUniqueid": "n1", "Channel": "SIP/0001363-00000100", "CallerIDNum": "375291110006", "ConnectedLineNum": "151"})));
    events.push(dialplan_event(65.0, "bridge_leave", json!({"UniqueId": "6.2", "BridgeUniqueid": "n1", "Channel": "SIP/0001363-00000100", "BridgeNumChannels": "1"})));
    events.push(dialplan_event(65.5, "bridge_leave", json!({"UniqueId": "6.1", "BridgeUniqueid": "n1", "Channel": "SIP/151-00000099", "BridgeNumChannels": "0"})));
    events.push(dialplan_event(66.0, "hangup", json!({"UniqueId": "6.1", "Phone": "375291110006", "CallType": 1, "CallStatus": "2", "Extensions": ["151"], "Trunk": "0001363"})));
    let updates = play(&events);
    let has_live_event = updates.iter().any(
        |update| matches!(update, CallUpdate::Live(live) if live.event().call_id().as_str() == "6.1"),
    );
    assert!(has_live_event, "its start event is emitted");
    let mut calls = updates.iter().filter_map(|update| match update {
        CallUpdate::Finished(call) if call.record().call_id().as_str() == "6.1" => Some(call),
        _ => None,
    });
    let call = calls.next().expect("it has a record");
    assert_eq!(talk(call), Some(10));
    assert_eq!(call.record().client().to_string(), "+375291110006");
}

#[test]
fn next_call_of_an_employee_is_no_consultation() {
    let mut events = one("asterisk", "in_single_extension_answered").events;
    for event in &mut events {
        event.body.insert("Token".to_owned(), "tenant".into());
    }
    // 158 dials half a second after its client hung up.
    events.push(dialplan_event(10.5, "dial", json!({"UniqueId": "6.1", "Phone": "375291110006", "CallType": 1, "Extensions": ["158"], "Trunk": "0001363"})));
    events.push(dialplan_event(30.0, "hangup", json!({"UniqueId": "6.1", "Phone": "375291110006", "CallType": 1, "CallStatus": "0", "Extensions": ["158"], "Trunk": "0001363"})));
    let calls = finished(&events);
    let ids: Vec<_> = calls.iter().map(|call| call.record().call_id().as_str()).collect();
    assert_eq!(ids.len(), 2, "{ids:?}");
}

#[test]
fn short_number_over_a_line_is_outgoing() {
    let call = only(finished(&[
        dialplan_event(
            0.0,
            "dial",
            json!({"UniqueId": "6.1", "Phone": "104", "CallType": 1, "Extensions": ["151"], "Trunk": "0001363"}),
        ),
        dialplan_event(
            20.0,
            "hangup",
            json!({"UniqueId": "6.1", "Phone": "104", "CallType": 1, "CallStatus": "0", "Extensions": ["151"], "Trunk": "0001363"}),
        ),
    ]));
    let record = call.record();
    assert_eq!(record.direction(), Direction::Outbound);
    assert_eq!(record.client().to_string(), "104");
    assert_eq!(record.line().map(Line::as_str), Some("0001363"));
    assert_eq!(record.rang().iter().map(Extension::as_str).collect::<Vec<_>>(), ["151"]);
}

#[test]
fn channel_with_a_late_dial_state_is_the_caller() {
    let caller = ch("5.1", "SIP/150-00000001", "5.1");
    let colleague = ch("5.2", "SIP/151-00000002", "5.1");
    let events = Ami::default()
        .event(0.0, "Newchannel", &[("", caller)], json!({"ChannelState": "0", "Exten": "151"}))
        .event(0.01, "Newstate", &[("", caller)], json!({"ChannelState": "4", "Exten": "151"}))
        .rings(0.1, caller, colleague, "151")
        .ends(6.0, caller, colleague, "CANCEL")
        .hangs_up(6.0, colleague)
        .hangs_up(6.0, caller)
        .events();
    let calls = finished(&events);
    assert_eq!(calls.len(), 1);
    assert!(!calls[0].is_external());
    assert_eq!(calls[0].record().client().to_string(), "150");
    assert_eq!(calls[0].record().outcome(), Outcome::Cancelled);
}

#[test]
fn channel_names_reused_after_a_restart_are_new_calls() {
    let old = [
        ch("1.7", "Local/152@dept-00000001;1", "1.1"),
        ch("1.8", "Local/152@dept-00000001;2", "1.1"),
    ];
    let client = ch("900.1", "PJSIP/0001371-00000001", "900.1");
    let new = [
        ch("900.2", "Local/152@dept-00000001;1", "900.1"),
        ch("900.3", "Local/152@dept-00000001;2", "900.1"),
    ];
    let phone = ch("900.4", "PJSIP/152-00000002", "900.1");
    let pair = |stream: Ami, t: f64, halves: [Ch; 2]| {
        let parts = [("LocalOne", halves[0]), ("LocalTwo", halves[1])];
        stream.event(t, "LocalBridge", &parts, json!({}))
    };
    // The first call never ends: the PBX stopped during it.
    let stream = pair(answered(), 5.0, old);
    let stream = stream.calls_in(600.0, client, "375291110002", "375172000111");
    let stream = pair(stream, 600.1, new);
    let calls = finished(
        &stream
            .rings(600.1, client, new[0], "152@dept")
            .rings(600.2, new[1], phone, "152")
            .ends(605.0, new[1], phone, "ANSWER")
            .enters(605.0, "n1", phone)
            .enters(605.0, "n1", new[1])
            .enters(605.0, "n2", new[0])
            .enters(605.0, "n2", client)
            .leaves(615.0, "n2", client)
            .hangs_up(615.0, client)
            .hangs_up(615.0, new[0])
            .hangs_up(615.0, new[1])
            .hangs_up(615.0, phone)
            .events(),
    );
    let call = calls
        .iter()
        .find(|call| call.record().call_id().as_str() == "900.1")
        .expect("the second call");
    assert_eq!(talk(call), Some(10));
    assert_eq!(call.record().rang().len(), 1);
    assert_eq!(call.answered_by().map(Extension::as_str), Some("152"));
}

#[test]
fn hidden_number_stays_hidden() {
    let dialled = [("", CLIENT), ("Dest", PHONE)];
    let shown = json!({"ChannelState": "4", "CallerIDNum": "375172000110", "DialString": "150"});
    let call = only(finished(
        &Ami::default()
            .calls_in(0.0, CLIENT, "<unknown>", "375172000110")
            .event(0.1, "DialBegin", &dialled, shown)
            .hangs_up(4.0, PHONE)
            .hangs_up(4.0, CLIENT)
            .events(),
    ));
    assert_eq!(call.record().client().to_string(), "hidden number");
}

#[test]
fn late_events_of_a_closed_call_make_no_second_record() {
    let start =
        json!({"UniqueId": "6.1", "Phone": "375291110006", "CallType": 0, "Trunk": "0001363"});
    let end = json!({"UniqueId": "6.1", "Phone": "375291110006", "CallType": 0, "CallStatus": "2", "Trunk": "0001363"});
    let calls = finished(&[
        dialplan_event(0.0, "start", start),
        // Another call advances the clock.
        dialplan_event(
            4_000.0,
            "start",
            json!({"UniqueId": "6.2", "Phone": "375291110007", "Trunk": "0001363"}),
        ),
        dialplan_event(9_000.0, "hangup", end),
    ]);
    let first = calls.iter().filter(|call| call.record().call_id().as_str() == "6.1");
    assert_eq!(first.count(), 1);
}
