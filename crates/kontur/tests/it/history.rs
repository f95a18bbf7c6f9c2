//! Requests that register finished calls.

use serde_json::{Value, json};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{
    CallRecord, CrmCallId, Direction, Effect, ErrorKind, LegEnd, LegRecord, Outcome, Party,
    Warning, WarningKind,
};

use super::support::{
    CALL, CLICK, COMMUNICATION, Harness, answered, at, call, ext, hangup, incoming, items, leg,
    leg_id, ok_response, outgoing, pbx_rings, phone, record, registered, started_and_ok,
    unknown_call, user, warnings, wire,
};

fn client() -> Value {
    json!({"type": "client"})
}

fn employee(extension: &str) -> Value {
    json!({"type": "user", "userId": user(extension)})
}

fn missed() -> CallRecord {
    CallRecord::new(call(), Direction::Inbound, phone(), at(0), Outcome::Missed)
        .with_ended_at(at(30))
}

#[tokio::test(start_paused = true)]
async fn unknown_call_is_registered_with_one_leg() {
    let harness = Harness::new([ok_response()]);
    let receipt = harness.log(record(CALL)).await.unwrap();
    assert!(receipt.recorded());
    assert_eq!(receipt.requests(), 1);
    assert_eq!(receipt.crm_call_id(), None, "no response contained it");
    assert_eq!(
        registered(&harness),
        json!({
            "externalVatsPhone": "375296254070", "clientPhone": "375291112233",
            "externalId": CALL, "externalCreatedAt": wire(0), "direction": "inbound",
            "items": [{
                "id": "1763631515.42.1", "from": client(), "to": employee("101"),
                "startedAt": wire(9), "finishedAt": wire(73),
            }],
        })
    );
}

#[tokio::test(start_paused = true)]
async fn call_is_registered_once() {
    let harness = Harness::new([ok_response()]);
    let _ = harness.log(record(CALL)).await.unwrap();
    let again = harness.log(record(CALL)).await.unwrap();
    assert!(again.recorded());
    assert_eq!(again.requests(), 0);
    assert_eq!(again.warnings()[0].kind(), WarningKind::AlreadyRecorded);
    // Late events change nothing either.
    assert_eq!(harness.event(incoming(0, &["101"])).await.unwrap().requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn legs_keep_ids_of_live_call() {
    let harness = Harness::new(started_and_ok());
    for event in [incoming(0, &["101", "102"]), answered(9, leg(44, "102")), hangup(73)] {
        let _ = harness.event(event).await.unwrap();
    }
    // The PBX uses other leg ids in the record.
    let named = LegRecord {
        id: leg_id(99),
        from: LegEnd::Client,
        to: LegEnd::Employee(ext("102")),
        answered_at: Some(at(9)),
        ended_at: Some(at(73)),
        recording: None,
    };
    let receipt = harness.log(record(CALL).with_leg(named)).await.unwrap();
    assert_eq!(receipt.crm_call_id().unwrap().as_str(), COMMUNICATION);
    assert_eq!(registered(&harness)["communicationId"], COMMUNICATION);
    assert_eq!(registered(&harness)["externalId"], CALL, "without prefix");
    assert_eq!(items(&harness)[0]["id"], "1763631515.44");
}

#[tokio::test(start_paused = true)]
async fn unanswered_leg_does_not_take_answered_id() {
    let harness = Harness::new(started_and_ok());
    for event in [incoming(0, &["101", "102"]), answered(9, leg(44, "102")), hangup(73)] {
        let _ = harness.event(event).await.unwrap();
    }
    // The PBX rang the phone twice and uses other leg ids in the record.
    let vain = LegRecord {
        id: leg_id(98),
        from: LegEnd::Client,
        to: LegEnd::Employee(ext("102")),
        answered_at: None,
        ended_at: Some(at(5)),
        recording: None,
    };
    let talk = LegRecord {
        id: leg_id(99),
        answered_at: Some(at(9)),
        ended_at: Some(at(73)),
        ..vain.clone()
    };
    let record = record(CALL).with_leg(vain).with_leg(talk);
    let _ = harness.log(record).await.unwrap();
    let ids: Vec<Value> = items(&harness).iter().map(|item| item["id"].clone()).collect();
    assert_eq!(ids[..2], ["1763631515.98", "1763631515.44"]);
}

#[tokio::test(start_paused = true)]
async fn ringing_legs_are_registered_by_default() {
    for (switch, legs) in [("all", 2), ("answered", 1)] {
        let harness = Harness::with(started_and_ok(), json!({"register_legs": switch}));
        for event in [incoming(0, &["101", "102"]), answered(9, leg(44, "102")), hangup(73)] {
            let _ = harness.event(event).await.unwrap();
        }
        let _ = harness.log(record(CALL)).await.unwrap();
        let items = items(&harness);
        assert_eq!(items.len(), legs, "{switch}");
        let rang = items.iter().find(|item| item["id"] == "1763631515.43");
        assert_eq!(rang.is_some(), switch == "all");
        assert!(rang.is_none_or(|item| item.get("startedAt").is_none()));
    }
    // All legs of an unanswered call are registered.
    let harness = Harness::with([ok_response()], json!({"register_legs": "answered"}));
    let rang = missed().with_rang(ext("101")).with_rang(ext("102"));
    let _ = harness.log(rang).await.unwrap();
    assert_eq!(items(&harness).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn missed_call_has_leg_per_ringing_phone() {
    let harness = Harness::new([ok_response()]);
    let rang = missed().with_rang(ext("101")).with_rang(ext("102"));
    let _ = harness.log(rang).await.unwrap();
    assert_eq!(
        items(&harness),
        [
            json!({"id": "1763631515.42.1", "from": client(), "to": employee("101"), "finishedAt": wire(30)}),
            json!({"id": "1763631515.42.2", "from": client(), "to": employee("102"), "finishedAt": wire(30)}),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn outcome_overrides_legs() {
    // A machine answered, but no person did.
    let leg = LegRecord {
        id: leg_id(43),
        from: LegEnd::Client,
        to: LegEnd::Employee(ext("101")),
        answered_at: Some(at(9)),
        ended_at: Some(at(20)),
        recording: None,
    };
    for outcome in [Outcome::Missed, Outcome::Voicemail] {
        let harness = Harness::new([ok_response()]);
        let record = CallRecord::new(call(), Direction::Inbound, phone(), at(0), outcome);
        let _ = harness.log(record.with_leg(leg.clone())).await.unwrap();
        assert_eq!(items(&harness)[0].get("startedAt"), None, "{outcome:?}");
        assert_eq!(items(&harness)[0]["finishedAt"], wire(20));
    }
}

#[tokio::test(start_paused = true)]
async fn missing_answer_is_taken_from_record() {
    let harness = Harness::new(started_and_ok());
    let _ = harness.event(incoming(0, &["101", "102"])).await.unwrap();
    let _ = harness.event(hangup(73)).await.unwrap();
    let _ = harness.log(record(CALL)).await.unwrap();
    let items = items(&harness);
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["startedAt"], wire(9));
    assert_eq!(items[0]["finishedAt"], wire(73));
    assert_eq!(items[1].get("startedAt"), None);
}

#[tokio::test(start_paused = true)]
async fn outgoing_call_has_one_leg_to_client() {
    let harness = Harness::new([ok_response()]);
    let outgoing = CallRecord::new(call(), Direction::Outbound, phone(), at(0), Outcome::Busy)
        .with_rang(ext("101"))
        .with_ended_at(at(5));
    let _ = harness.log(outgoing).await.unwrap();
    assert_eq!(registered(&harness)["direction"], "outbound");
    assert_eq!(
        items(&harness),
        [
            json!({"id": "1763631515.42.1", "from": employee("101"), "to": client(), "finishedAt": wire(5)})
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn missed_call_goes_to_fallback_employee() {
    let unknown = json!({"type": "user"});
    let both = json!({"missed_user": user("102"), "default_user": user("103")});
    let answered = || {
        CallRecord::new(call(), Direction::Inbound, phone(), at(0), Outcome::Answered)
            .with_talk(vochi_crm_core::Seconds::new(5))
    };
    for (changes, record, to) in [
        (json!({}), missed(), unknown.clone()),
        (json!({}), answered(), unknown),
        (both.clone(), missed(), employee("102")),
        (both.clone(), answered(), employee("103")),
        (both, missed().with_rang(ext("101")), employee("101")),
    ] {
        let harness = Harness::with([ok_response()], changes);
        let _ = harness.log(record).await.unwrap();
        assert_eq!(items(&harness)[0]["to"], to);
    }
}

#[tokio::test(start_paused = true)]
async fn internal_call_is_registered_without_numbers() {
    let harness = Harness::new([ok_response()]);
    let caller = Party::Extension(ext("101"));
    let record = CallRecord::new(call(), Direction::Internal, caller, at(0), Outcome::Answered)
        .with_talked_with(ext("102"))
        .with_talk(vochi_crm_core::Seconds::new(5));
    let _ = harness.log(record).await.unwrap();
    let sent = registered(&harness);
    assert_eq!(sent["direction"], "internal");
    assert_eq!((sent.get("clientPhone"), sent.get("externalVatsPhone")), (None, None));
    assert_eq!(items(&harness)[0]["from"], employee("101"));
    assert_eq!(items(&harness)[0]["to"], employee("102"));
}

#[tokio::test(start_paused = true)]
async fn hidden_caller_and_unknown_employee_warn() {
    let harness = Harness::new([ok_response()]);
    let record = CallRecord::new(call(), Direction::Inbound, Party::Hidden, at(0), Outcome::Missed)
        .with_rang(ext("999"));
    let receipt = harness.log(record).await.unwrap();
    assert_eq!(registered(&harness).get("clientPhone"), None);
    let kinds: Vec<WarningKind> = receipt.warnings().iter().map(Warning::kind).collect();
    assert_eq!(kinds, [WarningKind::HiddenNumber, WarningKind::UnmappedExtension]);
}

#[tokio::test(start_paused = true)]
async fn clicked_call_is_registered_under_click_id() {
    let click = CrmCallId::new(CLICK).unwrap();
    let harness = Harness::new([ok_response()]);
    let clicked = || record(CALL).with_crm_call_id(click.clone());
    let receipt = harness.log(clicked()).await.unwrap();
    assert_eq!(registered(&harness)["communicationId"], CLICK);
    assert_eq!(receipt.crm_call_id(), Some(&click));

    // An unknown click costs a request, but not the record.
    let harness = Harness::new([unknown_call(), ok_response()]);
    let receipt = harness.log(clicked()).await.unwrap();
    assert_eq!(registered(&harness).get("communicationId"), None);
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::UnknownToCrm);
}

#[tokio::test(start_paused = true)]
async fn pbx_leg_is_not_registered() {
    let harness = Harness::new(started_and_ok());
    let rings = outgoing(0, "101").with_crm_call_id(CrmCallId::new(CLICK).unwrap());
    let rings = rings.with_leg(pbx_rings("101"));
    for event in [rings, hangup(9)] {
        let _ = harness.event(event).await.unwrap();
    }
    let record = CallRecord::new(call(), Direction::Outbound, phone(), at(0), Outcome::NoAnswer);
    let _ = harness.log(record).await.unwrap();
    assert_eq!(items(&harness).len(), 1);
    assert_eq!(items(&harness)[0]["id"], "1763631515.43");
}

#[tokio::test(start_paused = true)]
async fn call_id_with_slash_is_rejected_before_sending() {
    let harness = Harness::new([]);
    let error = harness.log(record("pbx/1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert_eq!(harness.played().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn rejected_record_is_not_marked_recorded() {
    let refused = Step::text(409, "application/json", "\"Error\"");
    let harness = Harness::new([refused, ok_response()]);
    let error = harness.log(record(CALL)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(error.effect(), Effect::NotApplied);
    let receipt = harness.log(record(CALL).with_extra("site", "shop")).await.unwrap();
    assert!(receipt.recorded());
    assert_eq!(warnings(&receipt), ["Kontur has no option site: it was left out"]);
}
