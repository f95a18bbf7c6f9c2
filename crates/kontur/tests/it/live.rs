//! Live calls: what is told, when, and what is done about it when it cannot be.

use serde_json::json;
use vochi_crm_core::{
    CallEvent, CrmCallId, Direction, EventKind, Leg, Outcome, Party, TransferMode, WarningKind,
};

use super::support::{
    Bench, CLICK, COMMUNICATION, answered, begun, comes_in, consultation, event, ext, hangup,
    incoming, leg, outgoing, pbx_rings, unknown_call, user, warnings, wire, yes,
};

fn ended(seconds: i64, outcome: Outcome) -> CallEvent {
    let end = EventKind::Ended { outcome: Some(outcome), reason: None, talk: None };
    event(seconds, end)
}

pub(crate) fn left(seconds: i64, leg: Leg) -> CallEvent {
    event(seconds, EventKind::LegEnded).with_leg(leg)
}

fn transfer(seconds: i64, mode: TransferMode) -> CallEvent {
    let to = ext("102");
    let kind = EventKind::Transferred { mode, from: None, to };
    event(seconds, kind)
}

fn clicked(event: CallEvent) -> CallEvent {
    event.with_crm_call_id(CrmCallId::new(CLICK).unwrap())
}

pub(crate) async fn play(bench: &Bench, events: impl IntoIterator<Item = CallEvent>) {
    for event in events {
        let _ = bench.event(event).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_is_begun_and_its_leg_appears() {
    let bench = Bench::new(begun());
    let receipt = bench.event(incoming(0, &["101"])).await.unwrap();
    assert_eq!(receipt.requests(), 2);
    assert_eq!(receipt.crm_call_id().unwrap().as_str(), COMMUNICATION);
    assert!(!receipt.recorded());
    let (_, begin) = &bench.sent()[0];
    assert_eq!(
        *begin,
        json!({
            "timestamp": wire(0), "externalId": "1763631515.42", "direction": "inbound",
            "externalVatsPhone": "375296254070", "clientPhone": "375291112233",
        })
    );
    let (_, event) = &bench.sent()[1];
    assert_eq!(
        *event,
        json!({
            "communicationId": COMMUNICATION, "externalId": "Vochi/1763631515.42",
            "externalCallItemId": "1763631515.43", "realtimeCallItemId": "1763631515.43",
            "timestamp": wire(0), "type": "appeared",
            "from": {"type": "client"}, "to": {"type": "user", "userId": user("101")},
        })
    );
}

#[tokio::test(start_paused = true)]
async fn further_ringing_is_told_of_the_new_legs_only() {
    let bench = Bench::new(begun());
    play(&bench, [incoming(0, &["101"]), incoming(5, &["101", "102"])]).await;
    let again = bench.event(incoming(6, &["101"])).await.unwrap();
    assert_eq!(again.requests(), 0);
    assert_eq!(bench.told(), ["call-started", "43 appeared", "44 appeared"]);
    assert_eq!(bench.sent()[2].1["timestamp"], wire(5));
}

#[tokio::test(start_paused = true)]
async fn whoever_takes_the_call_is_told_before_those_who_stop_ringing() {
    let bench = Bench::new(begun());
    let ringing = incoming(0, &["101", "102", "103"]);
    play(&bench, [ringing, answered(6, leg(44, "102")), hangup(60)]).await;
    assert_eq!(
        bench.told()[4..],
        ["44 connected", "43 disconnected", "45 disconnected", "44 disconnected", "call-finished",]
    );
}

#[tokio::test(start_paused = true)]
async fn no_event_is_told_twice() {
    let bench = Bench::new(begun());
    let events = [
        incoming(0, &["101"]),
        answered(5, leg(43, "101")),
        event(9, EventKind::Held),
        event(12, EventKind::Resumed),
        left(20, leg(43, "101")),
        hangup(21),
    ];
    for event in &events {
        let first = bench.event(event.clone()).await.unwrap();
        assert!(first.requests() > 0, "{event:?}");
        let second = bench.event(event.clone()).await.unwrap();
        assert_eq!(second.requests(), 0, "{event:?}");
    }
    play(&bench, events).await;
    assert_eq!(
        bench.told(),
        [
            "call-started",
            "43 appeared",
            "43 connected",
            "43 paused",
            "43 connected",
            "43 disconnected",
            "call-finished",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_leg_answered_without_a_ring_is_connected_at_once() {
    let bench = Bench::new(begun());
    let event = comes_in(answered(3, leg(43, "101")));
    play(&bench, [event]).await;
    assert_eq!(bench.told(), ["call-started", "43 connected"]);
}

#[tokio::test(start_paused = true)]
async fn a_blind_transfer_ends_the_old_leg_and_the_new_one_appears() {
    let bench = Bench::new(begun());
    play(
        &bench,
        [incoming(0, &["101"]), answered(5, leg(43, "101")), transfer(20, TransferMode::Blind)],
    )
    .await;
    assert_eq!(bench.told()[3..], ["43 disconnected", "1 appeared"]);
    let minted = &bench.sent()[4].1;
    assert_eq!(minted["externalCallItemId"], "1763631515.42.1");
    assert_eq!(minted["to"]["userId"], user("102"));
}

#[tokio::test(start_paused = true)]
async fn an_attended_transfer_is_a_consultation_and_then_a_talk_with_the_client() {
    let bench = Bench::new(begun());
    let asks = || consultation(47, "101", "102");
    play(
        &bench,
        [
            incoming(0, &["101"]),
            answered(5, leg(43, "101")),
            event(20, EventKind::Held),
            event(21, EventKind::Ringing).with_leg(asks()),
            answered(25, asks()),
            transfer(40, TransferMode::Attended).with_leg(leg(51, "102")),
            hangup(60),
        ],
    )
    .await;
    assert_eq!(
        bench.told()[3..],
        [
            "43 paused",
            "47 appeared",
            "47 connected",
            "43 disconnected",
            "47 disconnected",
            "51 connected",
            "51 disconnected",
            "call-finished",
        ]
    );
    let asked = &bench.sent()[4].1;
    assert_eq!(asked["from"]["userId"], user("101"));
    assert_eq!(asked["to"]["userId"], user("102"));
}

#[tokio::test(start_paused = true)]
async fn an_outgoing_call_has_the_employee_first() {
    let bench = Bench::new(begun());
    play(&bench, [outgoing(0, "101"), hangup(20)]).await;
    assert_eq!(bench.sent()[0].1["direction"], "outbound");
    assert_eq!(bench.sent()[1].1["from"]["userId"], user("101"));
    assert_eq!(bench.sent()[1].1["to"], json!({"type": "client"}));
    assert_eq!(bench.told()[2..], ["43 disconnected", "call-finished"]);
}

#[tokio::test(start_paused = true)]
async fn an_internal_call_has_no_numbers() {
    let bench = Bench::new(begun());
    let ringing = event(0, EventKind::Ringing)
        .with_direction(Direction::Internal)
        .with_leg(consultation(43, "101", "102"));
    play(&bench, [ringing, hangup(9)]).await;
    let sent = bench.sent();
    assert_eq!(
        sent[0].1,
        json!({"timestamp": wire(0), "externalId": "1763631515.42", "direction": "internal"})
    );
    assert_eq!(sent[3].1.get("clientPhone"), None);
    assert_eq!(bench.told()[1..], ["43 appeared", "43 disconnected", "call-finished"]);

    // The same with the caller in place of the client.
    let bench = Bench::new(begun());
    let ringing = event(0, EventKind::Ringing)
        .with_direction(Direction::Internal)
        .with_client(Party::Extension(ext("101")))
        .with_leg(leg(43, "102"));
    play(&bench, [ringing]).await;
    assert_eq!(bench.sent()[1].1["from"]["userId"], user("101"));
}

#[tokio::test(start_paused = true)]
async fn the_popup_comes_when_it_is_configured_to() {
    let call = || [incoming(0, &["101", "102"]), answered(5, leg(43, "101")), hangup(20)];
    let bench = Bench::with(begun(), json!({"popup": "answer"}));
    play(&bench, call()).await;
    assert_eq!(bench.told(), ["call-started", "43 connected", "43 disconnected", "call-finished"]);
    assert_eq!(bench.sent()[0].1["timestamp"], wire(0));
    for (changes, events) in [
        (json!({"popup": "never"}), call().to_vec()),
        (json!({"popup": "answer"}), vec![incoming(0, &["101"]), hangup(9)]),
        (json!({"popup_out": false}), vec![outgoing(0, "101"), hangup(9)]),
    ] {
        let bench = Bench::with(begun(), changes);
        play(&bench, events).await;
        assert_eq!(bench.played().len(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_click_to_call_the_phone_of_the_employee_is_not_told() {
    let bench = Bench::new(begun());
    let rings = clicked(comes_in(event(0, EventKind::Ringing)))
        .with_direction(Direction::Outbound)
        .with_leg(pbx_rings("101"));
    play(&bench, [rings, answered(4, pbx_rings("101"))]).await;
    assert_eq!(bench.played().len(), 0);
    play(&bench, [outgoing(5, "101"), hangup(20)]).await;
    assert_eq!(bench.told(), ["call-started", "43 appeared", "43 disconnected", "call-finished"]);
    assert_eq!(bench.sent()[0].1["communicationId"], CLICK);
    assert_eq!(bench.sent()[0].1["timestamp"], wire(0));
}

#[tokio::test(start_paused = true)]
async fn a_click_that_reached_nobody_fails_once() {
    let phone_rang = clicked(outgoing(0, "101"));
    let never = || clicked(ended(5, Outcome::Failed)).with_direction(Direction::Outbound);
    let bench = Bench::new([yes()]);
    for requests in [1, 0] {
        assert_eq!(bench.event(never()).await.unwrap().requests(), requests);
    }
    assert_eq!(bench.sent(), [("call-failed".to_owned(), json!({"communicationId": CLICK}))]);
    // The client was dialled, so the call ends like any other.
    let bench = Bench::new(begun());
    play(&bench, [phone_rang, never()]).await;
    assert_eq!(bench.told()[2..], ["43 disconnected", "call-finished"]);
}

#[tokio::test(start_paused = true)]
async fn a_click_kontur_does_not_know_is_a_call_all_the_same() {
    let mut steps = vec![unknown_call()];
    steps.extend(begun());
    let bench = Bench::new(steps);
    let receipt = bench.event(clicked(outgoing(0, "101"))).await.unwrap();
    assert_eq!(bench.told(), ["call-started", "call-started", "43 appeared"]);
    assert_eq!(bench.sent()[1].1.get("communicationId"), None);
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::UnknownToCrm);
}

#[tokio::test(start_paused = true)]
async fn a_phone_the_pbx_rang_for_itself_is_no_call() {
    let bench = Bench::new(begun());
    let rings = comes_in(event(0, EventKind::Ringing)).with_leg(pbx_rings("101"));
    play(&bench, [rings, hangup(9)]).await;
    assert_eq!(bench.played().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_employee_is_a_user_without_a_name() {
    let bench = Bench::new(begun());
    let receipt = bench.event(incoming(0, &["999"])).await.unwrap();
    assert_eq!(bench.sent()[1].1["to"], json!({"type": "user"}));
    assert_eq!(warnings(&receipt), ["extension 999 is not in `extensions`"]);
}

#[tokio::test(start_paused = true)]
async fn a_caller_without_a_number_is_told_without_one() {
    for (client, sent, kind) in [
        (Party::Hidden, None, WarningKind::HiddenNumber),
        (Party::Raw("*21*37529".into()), Some("2137529"), WarningKind::UnreadableNumber),
        (Party::Raw("MTS".into()), None, WarningKind::UnreadableNumber),
    ] {
        let bench = Bench::new(begun());
        let event = incoming(0, &["101"]).with_client(client);
        let receipt = bench.event(event).await.unwrap();
        let begin = &bench.sent()[0].1;
        assert_eq!(begin.get("clientPhone").and_then(|it| it.as_str()), sent);
        assert_eq!(receipt.warnings()[0].kind(), kind);
    }
}

#[tokio::test(start_paused = true)]
async fn numbers_and_ids_have_the_configured_form() {
    let changes = json!({
        "phone_form": "plus", "continue_by": "raw", "call_id_prefix": "pbx1-", "lines": {},
    });
    let bench = Bench::with(begun(), changes);
    let receipt = bench.event(incoming(0, &["101"])).await.unwrap();
    let sent = bench.sent();
    assert_eq!(sent[0].1["clientPhone"], "+375291112233");
    assert_eq!(sent[0].1["externalId"], "pbx1-1763631515.42");
    assert_eq!(sent[0].1.get("externalVatsPhone"), None);
    assert_eq!(sent[1].1["externalId"], "1763631515.42");
    assert_eq!(sent[1].1["externalCallItemId"], "pbx1-1763631515.43");
    // By this one the PBX finds the leg that is hung up in Kontur.
    assert_eq!(sent[1].1["realtimeCallItemId"], "1763631515.43");
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::UnmappedLine);
}

#[tokio::test(start_paused = true)]
async fn options_kontur_does_not_have_are_warned_of() {
    let bench = Bench::new(begun());
    let event = incoming(0, &["101"]).with_extra("site", "shop");
    let receipt = bench.event(event).await.unwrap();
    assert_eq!(warnings(&receipt), ["Kontur has no option site: it was left out"]);
}
