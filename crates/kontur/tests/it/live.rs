//! Requests for live calls: what is sent, and when.

use serde_json::json;
use vochi_crm_core::{
    CallEvent, CrmCallId, Direction, EventKind, Leg, Outcome, Party, TransferMode, WarningKind,
};

use super::support::{
    CLICK, COMMUNICATION, Harness, answered, consultation, event, ext, from_client, hangup,
    incoming, leg, ok_response, outgoing, pbx_rings, started_and_ok, unknown_call, user, warnings,
    wire,
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

pub(crate) async fn play(harness: &Harness, events: impl IntoIterator<Item = CallEvent>) {
    for event in events {
        let _ = harness.event(event).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn incoming_call_starts_and_leg_appears() {
    let harness = Harness::new(started_and_ok());
    let receipt = harness.event(incoming(0, &["101"])).await.unwrap();
    assert_eq!(receipt.requests(), 2);
    assert_eq!(receipt.crm_call_id().unwrap().as_str(), COMMUNICATION);
    assert!(!receipt.recorded());
    let (_, begin) = &harness.sent()[0];
    assert_eq!(
        *begin,
        json!({
            "timestamp": wire(0), "externalId": "1763631515.42", "direction": "inbound",
            "externalVatsPhone": "375296254070", "clientPhone": "375291112233",
        })
    );
    let (_, event) = &harness.sent()[1];
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
async fn further_ringing_sends_new_legs_only() {
    let harness = Harness::new(started_and_ok());
    play(&harness, [incoming(0, &["101"]), incoming(5, &["101", "102"])]).await;
    let again = harness.event(incoming(6, &["101"])).await.unwrap();
    assert_eq!(again.requests(), 0);
    assert_eq!(harness.summary(), ["call-started", "43 appeared", "44 appeared"]);
    assert_eq!(harness.sent()[2].1["timestamp"], wire(5));
}

#[tokio::test(start_paused = true)]
async fn answering_leg_is_sent_before_ended_legs() {
    let harness = Harness::new(started_and_ok());
    let ringing = incoming(0, &["101", "102", "103"]);
    play(&harness, [ringing, answered(6, leg(44, "102")), hangup(60)]).await;
    assert_eq!(
        harness.summary()[4..],
        ["44 connected", "43 disconnected", "45 disconnected", "44 disconnected", "call-finished",]
    );
}

#[tokio::test(start_paused = true)]
async fn repeated_events_are_sent_once() {
    let harness = Harness::new(started_and_ok());
    let events = [
        incoming(0, &["101"]),
        answered(5, leg(43, "101")),
        event(9, EventKind::Held),
        event(12, EventKind::Resumed),
        left(20, leg(43, "101")),
        hangup(21),
    ];
    for event in &events {
        let first = harness.event(event.clone()).await.unwrap();
        assert!(first.requests() > 0, "{event:?}");
        let second = harness.event(event.clone()).await.unwrap();
        assert_eq!(second.requests(), 0, "{event:?}");
    }
    play(&harness, events).await;
    assert_eq!(
        harness.summary(),
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
async fn leg_answered_without_ringing_is_connected() {
    let harness = Harness::new(started_and_ok());
    let event = from_client(answered(3, leg(43, "101")));
    play(&harness, [event]).await;
    assert_eq!(harness.summary(), ["call-started", "43 connected"]);
}

#[tokio::test(start_paused = true)]
async fn blind_transfer_ends_old_leg_and_starts_new() {
    let harness = Harness::new(started_and_ok());
    play(
        &harness,
        [incoming(0, &["101"]), answered(5, leg(43, "101")), transfer(20, TransferMode::Blind)],
    )
    .await;
    assert_eq!(harness.summary()[3..], ["43 disconnected", "1 appeared"]);
    let generated = &harness.sent()[4].1;
    assert_eq!(generated["externalCallItemId"], "1763631515.42.1");
    assert_eq!(generated["to"]["userId"], user("102"));
}

#[tokio::test(start_paused = true)]
async fn attended_transfer_is_consultation_then_client_leg() {
    let harness = Harness::new(started_and_ok());
    let consult = || consultation(47, "101", "102");
    play(
        &harness,
        [
            incoming(0, &["101"]),
            answered(5, leg(43, "101")),
            event(20, EventKind::Held),
            event(21, EventKind::Ringing).with_leg(consult()),
            answered(25, consult()),
            transfer(40, TransferMode::Attended).with_leg(leg(51, "102")),
            hangup(60),
        ],
    )
    .await;
    assert_eq!(
        harness.summary()[3..],
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
    let asked = &harness.sent()[4].1;
    assert_eq!(asked["from"]["userId"], user("101"));
    assert_eq!(asked["to"]["userId"], user("102"));
}

#[tokio::test(start_paused = true)]
async fn outgoing_call_starts_with_employee() {
    let harness = Harness::new(started_and_ok());
    play(&harness, [outgoing(0, "101"), hangup(20)]).await;
    assert_eq!(harness.sent()[0].1["direction"], "outbound");
    assert_eq!(harness.sent()[1].1["from"]["userId"], user("101"));
    assert_eq!(harness.sent()[1].1["to"], json!({"type": "client"}));
    assert_eq!(harness.summary()[2..], ["43 disconnected", "call-finished"]);
}

#[tokio::test(start_paused = true)]
async fn internal_call_has_no_numbers() {
    let harness = Harness::new(started_and_ok());
    let ringing = event(0, EventKind::Ringing)
        .with_direction(Direction::Internal)
        .with_leg(consultation(43, "101", "102"));
    play(&harness, [ringing, hangup(9)]).await;
    let sent = harness.sent();
    assert_eq!(
        sent[0].1,
        json!({"timestamp": wire(0), "externalId": "1763631515.42", "direction": "internal"})
    );
    assert_eq!(sent[3].1.get("clientPhone"), None);
    assert_eq!(harness.summary()[1..], ["43 appeared", "43 disconnected", "call-finished"]);

    // The same with the caller in place of the client.
    let harness = Harness::new(started_and_ok());
    let ringing = event(0, EventKind::Ringing)
        .with_direction(Direction::Internal)
        .with_client(Party::Extension(ext("101")))
        .with_leg(leg(43, "102"));
    play(&harness, [ringing]).await;
    assert_eq!(harness.sent()[1].1["from"]["userId"], user("101"));
}

#[tokio::test(start_paused = true)]
async fn popup_appears_as_configured() {
    let call = || [incoming(0, &["101", "102"]), answered(5, leg(43, "101")), hangup(20)];
    let harness = Harness::with(started_and_ok(), json!({"popup": "answer"}));
    play(&harness, call()).await;
    assert_eq!(
        harness.summary(),
        ["call-started", "43 connected", "43 disconnected", "call-finished"]
    );
    assert_eq!(harness.sent()[0].1["timestamp"], wire(0));
    for (changes, events) in [
        (json!({"popup": "never"}), call().to_vec()),
        (json!({"popup": "answer"}), vec![incoming(0, &["101"]), hangup(9)]),
        (json!({"popup_out": false}), vec![outgoing(0, "101"), hangup(9)]),
    ] {
        let harness = Harness::with(started_and_ok(), changes);
        play(&harness, events).await;
        assert_eq!(harness.played().len(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn click_to_call_hides_employee_leg() {
    let harness = Harness::new(started_and_ok());
    let rings = clicked(from_client(event(0, EventKind::Ringing)))
        .with_direction(Direction::Outbound)
        .with_leg(pbx_rings("101"));
    play(&harness, [rings, answered(4, pbx_rings("101"))]).await;
    assert_eq!(harness.played().len(), 0);
    play(&harness, [outgoing(5, "101"), hangup(20)]).await;
    assert_eq!(
        harness.summary(),
        ["call-started", "43 appeared", "43 disconnected", "call-finished"]
    );
    assert_eq!(harness.sent()[0].1["communicationId"], CLICK);
    assert_eq!(harness.sent()[0].1["timestamp"], wire(0));
}

#[tokio::test(start_paused = true)]
async fn unplaced_click_fails_once() {
    let phone_rang = clicked(outgoing(0, "101"));
    let never = || clicked(ended(5, Outcome::Failed)).with_direction(Direction::Outbound);
    let harness = Harness::new([ok_response()]);
    for requests in [1, 0] {
        assert_eq!(harness.event(never()).await.unwrap().requests(), requests);
    }
    assert_eq!(harness.sent(), [("call-failed".to_owned(), json!({"communicationId": CLICK}))]);
    // The client was dialled, so the call ends normally.
    let harness = Harness::new(started_and_ok());
    play(&harness, [phone_rang, never()]).await;
    assert_eq!(harness.summary()[2..], ["43 disconnected", "call-finished"]);
}

#[tokio::test(start_paused = true)]
async fn unknown_click_is_sent_as_plain_call() {
    let mut steps = vec![unknown_call()];
    steps.extend(started_and_ok());
    let harness = Harness::new(steps);
    let receipt = harness.event(clicked(outgoing(0, "101"))).await.unwrap();
    assert_eq!(harness.summary(), ["call-started", "call-started", "43 appeared"]);
    assert_eq!(harness.sent()[1].1.get("communicationId"), None);
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::UnknownToCrm);
}

#[tokio::test(start_paused = true)]
async fn pbx_leg_alone_starts_no_call() {
    let harness = Harness::new(started_and_ok());
    let rings = from_client(event(0, EventKind::Ringing)).with_leg(pbx_rings("101"));
    play(&harness, [rings, hangup(9)]).await;
    assert_eq!(harness.played().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn unknown_employee_is_user_without_id() {
    let harness = Harness::new(started_and_ok());
    let receipt = harness.event(incoming(0, &["999"])).await.unwrap();
    assert_eq!(harness.sent()[1].1["to"], json!({"type": "user"}));
    assert_eq!(warnings(&receipt), ["extension 999 is not in `extensions`"]);
}

#[tokio::test(start_paused = true)]
async fn caller_without_number_is_sent_without_it() {
    for (client, sent, kind) in [
        (Party::Hidden, None, WarningKind::HiddenNumber),
        (Party::Raw("*21*37529".into()), Some("2137529"), WarningKind::UnreadableNumber),
        (Party::Raw("MTS".into()), None, WarningKind::UnreadableNumber),
    ] {
        let harness = Harness::new(started_and_ok());
        let event = incoming(0, &["101"]).with_client(client);
        let receipt = harness.event(event).await.unwrap();
        let begin = &harness.sent()[0].1;
        assert_eq!(begin.get("clientPhone").and_then(|it| it.as_str()), sent);
        assert_eq!(receipt.warnings()[0].kind(), kind);
    }
}

#[tokio::test(start_paused = true)]
async fn numbers_and_ids_use_configured_form() {
    let changes = json!({
        "phone_form": "plus", "continue_by": "raw", "call_id_prefix": "pbx1-", "lines": {},
    });
    let harness = Harness::with(started_and_ok(), changes);
    let receipt = harness.event(incoming(0, &["101"])).await.unwrap();
    let sent = harness.sent();
    assert_eq!(sent[0].1["clientPhone"], "+375291112233");
    assert_eq!(sent[0].1["externalId"], "pbx1-1763631515.42");
    assert_eq!(sent[0].1.get("externalVatsPhone"), None);
    assert_eq!(sent[1].1["externalId"], "1763631515.42");
    assert_eq!(sent[1].1["externalCallItemId"], "pbx1-1763631515.43");
    // The PBX finds the leg to hang up by this id.
    assert_eq!(sent[1].1["realtimeCallItemId"], "1763631515.43");
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::UnmappedLine);
}

#[tokio::test(start_paused = true)]
async fn unknown_options_warn() {
    let harness = Harness::new(started_and_ok());
    let event = incoming(0, &["101"]).with_extra("site", "shop");
    let receipt = harness.event(event).await.unwrap();
    assert_eq!(warnings(&receipt), ["Kontur has no option site: it was left out"]);
}
