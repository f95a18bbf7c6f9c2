//! Finished calls: what they are registered with.

use serde_json::{Value, json};
use vochi_crm_core::http::TransportError;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{
    CallRecord, CrmCallId, Direction, Effect, ErrorKind, LegEnd, LegRecord, Outcome, Party,
    Warning, WarningKind,
};

use super::support::{
    Bench, CALL, CLICK, COMMUNICATION, answered, at, begun, call, ext, hangup, incoming, items,
    leg, leg_id, outgoing, pbx_rings, phone, record, registered, unknown_call, user, warnings,
    wire, yes,
};

fn lost() -> Step {
    Step::Fail(TransportError::Broken("reset".to_owned()))
}

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
async fn a_call_nobody_told_of_before_is_registered_with_one_talk() {
    let bench = Bench::new([yes()]);
    let receipt = bench.log(record(CALL)).await.unwrap();
    assert!(receipt.recorded());
    assert_eq!(receipt.requests(), 1);
    assert_eq!(receipt.crm_call_id(), None, "nothing told it");
    assert_eq!(
        registered(&bench),
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
async fn a_call_is_registered_once() {
    let bench = Bench::new([yes()]);
    let _ = bench.log(record(CALL)).await.unwrap();
    let again = bench.log(record(CALL)).await.unwrap();
    assert!(again.recorded());
    assert_eq!(again.requests(), 0);
    assert_eq!(again.warnings()[0].kind(), WarningKind::AlreadyRecorded);
    // Events that come late change nothing either.
    assert_eq!(bench.event(incoming(0, &["101"])).await.unwrap().requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_registration_whose_answer_was_lost_is_sent_again_by_the_next_run() {
    let bench = Bench::new([lost(), yes()]);
    let error = bench.log(record(CALL)).await.unwrap_err();
    assert_eq!(error.effect(), Effect::Maybe);
    assert!(bench.log(record(CALL)).await.unwrap().recorded());
    assert_eq!(bench.sent()[0], bench.sent()[1]);
}

#[tokio::test(start_paused = true)]
async fn legs_have_the_ids_they_had_while_they_lived() {
    let bench = Bench::new(begun());
    for event in [incoming(0, &["101", "102"]), answered(9, leg(44, "102")), hangup(73)] {
        let _ = bench.event(event).await.unwrap();
    }
    // The PBX names its legs otherwise afterwards.
    let named = LegRecord {
        id: leg_id(99),
        from: LegEnd::Client,
        to: LegEnd::Employee(ext("102")),
        answered_at: Some(at(9)),
        ended_at: Some(at(73)),
        recording: None,
    };
    let receipt = bench.log(record(CALL).with_leg(named)).await.unwrap();
    assert_eq!(receipt.crm_call_id().unwrap().as_str(), COMMUNICATION);
    assert_eq!(registered(&bench)["communicationId"], COMMUNICATION);
    assert_eq!(registered(&bench)["externalId"], CALL, "the raw one");
    assert_eq!(items(&bench)[0]["id"], "1763631515.44");
}

#[tokio::test(start_paused = true)]
async fn a_phone_that_rang_in_vain_does_not_take_the_id_of_the_talk() {
    let bench = Bench::new(begun());
    for event in [incoming(0, &["101", "102"]), answered(9, leg(44, "102")), hangup(73)] {
        let _ = bench.event(event).await.unwrap();
    }
    // The PBX rang the phone twice and names its legs otherwise afterwards.
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
    let _ = bench.log(record).await.unwrap();
    let ids: Vec<Value> = items(&bench).iter().map(|item| item["id"].clone()).collect();
    assert_eq!(ids[..2], ["1763631515.98", "1763631515.44"]);
}

#[tokio::test(start_paused = true)]
async fn legs_that_only_rang_are_registered_unless_switched_off() {
    for (switch, legs) in [("all", 2), ("answered", 1)] {
        let bench = Bench::with(begun(), json!({"register_legs": switch}));
        for event in [incoming(0, &["101", "102"]), answered(9, leg(44, "102")), hangup(73)] {
            let _ = bench.event(event).await.unwrap();
        }
        let _ = bench.log(record(CALL)).await.unwrap();
        let items = items(&bench);
        assert_eq!(items.len(), legs, "{switch}");
        let rang = items.iter().find(|item| item["id"] == "1763631515.43");
        assert_eq!(rang.is_some(), switch == "all");
        assert!(rang.is_none_or(|item| item.get("startedAt").is_none()));
    }
    // Of a call nobody took, all are.
    let bench = Bench::with([yes()], json!({"register_legs": "answered"}));
    let rang = missed().with_rang(ext("101")).with_rang(ext("102"));
    let _ = bench.log(rang).await.unwrap();
    assert_eq!(items(&bench).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_missed_call_has_a_leg_per_phone_that_rang_and_no_answer() {
    let bench = Bench::new([yes()]);
    let rang = missed().with_rang(ext("101")).with_rang(ext("102"));
    let _ = bench.log(rang).await.unwrap();
    assert_eq!(
        items(&bench),
        [
            json!({"id": "1763631515.42.1", "from": client(), "to": employee("101"), "finishedAt": wire(30)}),
            json!({"id": "1763631515.42.2", "from": client(), "to": employee("102"), "finishedAt": wire(30)}),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_outcome_of_the_record_goes_before_what_legs_say() {
    // A machine answered: for the client nobody did.
    let leg = LegRecord {
        id: leg_id(43),
        from: LegEnd::Client,
        to: LegEnd::Employee(ext("101")),
        answered_at: Some(at(9)),
        ended_at: Some(at(20)),
        recording: None,
    };
    for outcome in [Outcome::Missed, Outcome::Voicemail] {
        let bench = Bench::new([yes()]);
        let record = CallRecord::new(call(), Direction::Inbound, phone(), at(0), outcome);
        let _ = bench.log(record.with_leg(leg.clone())).await.unwrap();
        assert_eq!(items(&bench)[0].get("startedAt"), None, "{outcome:?}");
        assert_eq!(items(&bench)[0]["finishedAt"], wire(20));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_was_not_heard_is_put_where_the_record_says() {
    let bench = Bench::new(begun());
    let _ = bench.event(incoming(0, &["101", "102"])).await.unwrap();
    let _ = bench.event(hangup(73)).await.unwrap();
    let _ = bench.log(record(CALL)).await.unwrap();
    let items = items(&bench);
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["startedAt"], wire(9));
    assert_eq!(items[0]["finishedAt"], wire(73));
    assert_eq!(items[1].get("startedAt"), None);
}

#[tokio::test(start_paused = true)]
async fn an_outgoing_call_has_one_leg_to_the_client() {
    let bench = Bench::new([yes()]);
    let outgoing = CallRecord::new(call(), Direction::Outbound, phone(), at(0), Outcome::Busy)
        .with_rang(ext("101"))
        .with_ended_at(at(5));
    let _ = bench.log(outgoing).await.unwrap();
    assert_eq!(registered(&bench)["direction"], "outbound");
    assert_eq!(
        items(&bench),
        [
            json!({"id": "1763631515.42.1", "from": employee("101"), "to": client(), "finishedAt": wire(5)})
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_of_nobodys_goes_to_whom_the_account_names() {
    let nobody = json!({"type": "user"});
    let both = json!({"missed_user": user("102"), "default_user": user("103")});
    let answered = || {
        CallRecord::new(call(), Direction::Inbound, phone(), at(0), Outcome::Answered)
            .with_talk(vochi_crm_core::Seconds::new(5))
    };
    for (changes, record, to) in [
        (json!({}), missed(), nobody.clone()),
        (json!({}), answered(), nobody),
        (both.clone(), missed(), employee("102")),
        (both.clone(), answered(), employee("103")),
        (both, missed().with_rang(ext("101")), employee("101")),
    ] {
        let bench = Bench::with([yes()], changes);
        let _ = bench.log(record).await.unwrap();
        assert_eq!(items(&bench)[0]["to"], to);
    }
}

#[tokio::test(start_paused = true)]
async fn an_internal_call_is_registered_without_numbers() {
    let bench = Bench::new([yes()]);
    let caller = Party::Extension(ext("101"));
    let record = CallRecord::new(call(), Direction::Internal, caller, at(0), Outcome::Answered)
        .with_talked_with(ext("102"))
        .with_talk(vochi_crm_core::Seconds::new(5));
    let _ = bench.log(record).await.unwrap();
    let sent = registered(&bench);
    assert_eq!(sent["direction"], "internal");
    assert_eq!((sent.get("clientPhone"), sent.get("externalVatsPhone")), (None, None));
    assert_eq!(items(&bench)[0]["from"], employee("101"));
    assert_eq!(items(&bench)[0]["to"], employee("102"));
}

#[tokio::test(start_paused = true)]
async fn a_hidden_caller_and_an_unmapped_employee_are_warned_of() {
    let bench = Bench::new([yes()]);
    let record = CallRecord::new(call(), Direction::Inbound, Party::Hidden, at(0), Outcome::Missed)
        .with_rang(ext("999"));
    let receipt = bench.log(record).await.unwrap();
    assert_eq!(registered(&bench).get("clientPhone"), None);
    let kinds: Vec<WarningKind> = receipt.warnings().iter().map(Warning::kind).collect();
    assert_eq!(kinds, [WarningKind::HiddenNumber, WarningKind::UnmappedExtension]);
}

#[tokio::test(start_paused = true)]
async fn a_clicked_call_is_registered_under_the_clicks_id() {
    let click = CrmCallId::new(CLICK).unwrap();
    let bench = Bench::new([yes()]);
    let clicked = || record(CALL).with_crm_call_id(click.clone());
    let receipt = bench.log(clicked()).await.unwrap();
    assert_eq!(registered(&bench)["communicationId"], CLICK);
    assert_eq!(receipt.crm_call_id(), Some(&click));

    // One Kontur does not know costs a request, not the record.
    let bench = Bench::new([unknown_call(), yes()]);
    let receipt = bench.log(clicked()).await.unwrap();
    assert_eq!(registered(&bench).get("communicationId"), None);
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::UnknownToCrm);
}

#[tokio::test(start_paused = true)]
async fn the_phone_the_pbx_rang_is_no_leg_of_the_record() {
    let bench = Bench::new(begun());
    let rings = outgoing(0, "101").with_crm_call_id(CrmCallId::new(CLICK).unwrap());
    let rings = rings.with_leg(pbx_rings("101"));
    for event in [rings, hangup(9)] {
        let _ = bench.event(event).await.unwrap();
    }
    let record = CallRecord::new(call(), Direction::Outbound, phone(), at(0), Outcome::NoAnswer);
    let _ = bench.log(record).await.unwrap();
    assert_eq!(items(&bench).len(), 1);
    assert_eq!(items(&bench)[0]["id"], "1763631515.43");
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_id_has_a_slash_is_refused_before_anything_is_sent() {
    let bench = Bench::new([]);
    let error = bench.log(record("pbx/1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert_eq!(bench.played().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_kontur_refuses_is_not_recorded() {
    let refused = Step::text(409, "application/json", "\"Error\"");
    let bench = Bench::new([refused, yes()]);
    let error = bench.log(record(CALL)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(error.effect(), Effect::NotApplied);
    let receipt = bench.log(record(CALL).with_extra("site", "shop")).await.unwrap();
    assert!(receipt.recorded());
    assert_eq!(warnings(&receipt), ["Kontur has no option site: it was left out"]);
}
