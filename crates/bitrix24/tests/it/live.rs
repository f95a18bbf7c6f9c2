//! Live calls: the cards of ringing employees, and the finish.

use serde_json::json;
use vochi_crm_core::testing::ScriptedTransport;
use vochi_crm_core::{
    CallEvent, CallId, Direction, EventKind, Hub, Leg, Outcome, Party, Reason, TransferMode,
    WarningKind,
};

use super::support::{
    Bench, CALL_ID, CLIENT, FINISH, HIDE, REGISTER, SHOW, answered, at, ended, ended_with, event,
    ext, finished, incoming, lost, open, phone, refusal, registered, success, warnings,
};

#[tokio::test]
async fn one_phone_registers_with_its_card() {
    let bench = Bench::new([registered(), finished()]);
    let ring = incoming(&["151"]).with_line(vochi_crm_core::Line::new("0001363").unwrap());
    let receipt = bench.event(ring).await.unwrap();
    assert_eq!(receipt.crm_call_id().unwrap().as_str(), CALL_ID);
    assert_eq!(
        bench.body(0),
        json!({
            "USER_ID": 17, "PHONE_NUMBER": CLIENT, "TYPE": 2,
            "EXTERNAL_CALL_ID": "1757843474.185",
            "CALL_START_DATE": "2026-03-02T08:00:00+00:00",
            "LINE_NUMBER": "+375171234567", "CRM_CREATE": 0, "SHOW": 1,
        })
    );
    assert_eq!(bench.event(answered("151")).await.unwrap().requests(), 0, "the card is open");
    let _ = bench.event(ended(70)).await.unwrap();
    assert_eq!(bench.methods(), [REGISTER, FINISH]);
    assert_eq!(
        bench.body(1),
        json!({
            "CALL_ID": CALL_ID, "USER_ID": 17, "DURATION": 64, "STATUS_CODE": "200",
            "ADD_TO_CHAT": 0,
        })
    );
}

#[tokio::test]
async fn group_registers_without_card_then_shows_and_hides() {
    let steps = [registered(), success(json!(true)), success(json!(true)), finished()];
    let bench = Bench::new(steps);
    let _ = bench.event(incoming(&["151", "152"])).await.unwrap();
    assert_eq!(bench.body(0)["SHOW"], 0);
    assert_eq!(bench.body(1), json!({"CALL_ID": CALL_ID, "USER_ID": [17, 18]}));
    let _ = bench.event(answered("152")).await.unwrap();
    assert_eq!(bench.body(2), json!({"CALL_ID": CALL_ID, "USER_ID": [17]}));
    let _ = bench.event(ended(70)).await.unwrap();
    assert_eq!(bench.methods(), [REGISTER, SHOW, HIDE, FINISH]);
    assert_eq!(bench.body(3)["USER_ID"], 18, "who talked");
}

#[tokio::test]
async fn further_stage_is_shown_to_the_new_ones() {
    let steps = [registered(), success(json!(true)), success(json!(true))];
    let bench = Bench::new(steps);
    let _ = bench.event(incoming(&["151"])).await.unwrap();
    let left = event(20, EventKind::LegEnded).with_leg(Leg::to_employee(ext("151")));
    let _ = bench.event(left).await.unwrap();
    let next = event(21, EventKind::Ringing).with_leg(Leg::to_employee(ext("152")));
    let _ = bench.event(next).await.unwrap();
    assert_eq!(bench.methods(), [REGISTER, HIDE, SHOW], "one register per call");
    assert_eq!(bench.body(1)["USER_ID"], json!([17]));
    assert_eq!(bench.body(2)["USER_ID"], json!([18]));
}

#[tokio::test]
async fn transfer_moves_the_card_and_the_last_talker_finishes() {
    let steps = [registered(), success(json!(true)), success(json!(true)), finished()];
    let bench = Bench::new(steps);
    let _ = bench.event(incoming(&["151"])).await.unwrap();
    let _ = bench.event(answered("151")).await.unwrap();
    let transfer = EventKind::Transferred {
        mode: TransferMode::Attended,
        from: Some(ext("151")),
        to: ext("152"),
    };
    let _ = bench.event(event(30, transfer)).await.unwrap();
    let by_152 = event(31, EventKind::Answered).with_leg(Leg::to_employee(ext("152")));
    assert_eq!(bench.event(by_152).await.unwrap().requests(), 0);
    let _ = bench.event(ended(90)).await.unwrap();
    assert_eq!(bench.methods(), [REGISTER, SHOW, HIDE, FINISH]);
    assert_eq!(
        (&bench.body(1)["USER_ID"], &bench.body(2)["USER_ID"]),
        (&json!([18]), &json!([17]))
    );
    assert_eq!((&bench.body(3)["USER_ID"], &bench.body(3)["DURATION"]), (&json!(18), &json!(84)));
}

#[tokio::test]
async fn missed_call_is_304_for_the_configured_user() {
    let steps = [registered(), success(json!(true)), success(json!(true)), finished()];
    let bench = Bench::with(steps, json!({"missed_user": "5"}));
    let _ = bench.event(incoming(&["151", "152"])).await.unwrap();
    let _ = bench.event(ended_with(20, Outcome::Missed, Some(Reason::CallerGaveUp))).await.unwrap();
    assert_eq!(bench.methods(), [REGISTER, SHOW, HIDE, FINISH]);
    assert_eq!(bench.body(2)["USER_ID"], json!([17, 18]), "no card stays open");
    let finish = bench.body(3);
    assert_eq!(
        (&finish["USER_ID"], &finish["DURATION"], &finish["STATUS_CODE"]),
        (&json!(5), &json!(0), &json!("304"))
    );
    assert_eq!(finish["FAILED_REASON"], "клиент не дождался ответа");
}

#[tokio::test]
async fn outgoing_outcomes_have_their_codes() {
    for (outcome, reason, code) in [
        (Outcome::Answered, None, "200"),
        (Outcome::Busy, None, "486"),
        (Outcome::NoAnswer, None, "480"),
        (Outcome::NoAnswer, Some(Reason::Refused), "603"),
        (Outcome::Cancelled, None, "603-S"),
        (Outcome::Failed, None, "503"),
        (Outcome::Failed, Some(Reason::Busy), "486"),
        (Outcome::Failed, Some(Reason::Timeout), "OTHER"),
    ] {
        let bench = Bench::new([registered(), finished()]);
        let ring = event(0, EventKind::Ringing)
            .with_direction(Direction::Outbound)
            .with_client(phone(CLIENT))
            .with_leg(Leg::to_client(ext("151")));
        let _ = bench.event(ring).await.unwrap();
        assert_eq!((&bench.body(0)["TYPE"], &bench.body(0)["SHOW"]), (&json!(1), &json!(1)));
        let _ = bench.event(ended_with(20, outcome, reason)).await.unwrap();
        assert_eq!(bench.body(1)["STATUS_CODE"], code, "{outcome} {reason:?}");
    }
}

#[tokio::test]
async fn card_may_wait_for_the_answer_or_never_come() {
    let bench = Bench::with([registered()], json!({"popup": "answer"}));
    assert_eq!(bench.event(incoming(&["151", "152"])).await.unwrap().requests(), 0);
    let _ = bench.event(answered("152")).await.unwrap();
    assert_eq!((&bench.body(0)["USER_ID"], &bench.body(0)["SHOW"]), (&json!(18), &json!(1)));

    let bench = Bench::with([registered(), finished()], json!({"popup": "never"}));
    let _ = bench.event(incoming(&["151"])).await.unwrap();
    let _ = bench.event(answered("151")).await.unwrap();
    let _ = bench.event(ended(70)).await.unwrap();
    assert_eq!(bench.methods(), [REGISTER, FINISH], "the record needs no card");
    assert_eq!(bench.body(0)["SHOW"], 0);
}

#[tokio::test]
async fn unmapped_extensions_and_hidden_callers_show_nothing() {
    let bench = Bench::new([]);
    let receipt = bench.event(incoming(&["199"])).await.unwrap();
    assert_eq!(receipt.requests(), 0);
    assert!(warnings(&receipt)[0].contains("199"), "{receipt:?}");
    let bench = Bench::new([]);
    let receipt = bench.event(incoming(&["151"]).with_client(Party::Hidden)).await.unwrap();
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::HiddenNumber);
}

#[tokio::test]
async fn call_id_of_another_call_is_detected() {
    let bench = Bench::new([registered(), registered()]);
    let _ = bench.event(incoming(&["151"])).await.unwrap();
    let other = CallEvent::new(CallId::new("17.2").unwrap(), at(1), EventKind::Ringing)
        .with_direction(Direction::Inbound)
        .with_client(phone(CLIENT))
        .with_leg(Leg::to_employee(ext("151")));
    let error = bench.event(other).await.unwrap_err();
    assert!(error.message().contains("CALL_ID of call 1757843474.185"), "{error}");
}

#[tokio::test]
async fn lead_that_was_not_created_is_a_warning() {
    let step = success(json!({"CALL_ID": CALL_ID, "LEAD_CREATION_ERROR": "limit of leads"}));
    let bench = Bench::with([step], json!({"unknown_caller": "lead", "lead_source": "CALL"}));
    let receipt = bench.event(incoming(&["151"])).await.unwrap();
    assert!(warnings(&receipt)[0].contains("limit of leads"), "{receipt:?}");
    assert_eq!(bench.body(0)["CRM_CREATE"], 1);
    assert_eq!(bench.body(0)["CRM_SOURCE"], "CALL");
}

#[tokio::test]
async fn unknown_line_is_added_and_the_call_registered() {
    let steps = [
        refusal("Could not find line with number +375171234567"),
        success(json!({"ID": 7})),
        registered(),
    ];
    let bench = Bench::new(steps);
    let ring = incoming(&["151"]).with_line(vochi_crm_core::Line::new("0001363").unwrap());
    let _ = bench.event(ring).await.unwrap();
    assert_eq!(bench.methods(), [REGISTER, "telephony.externalLine.add", REGISTER]);
}

#[tokio::test]
async fn lost_registration_is_repeated_for_the_same_user() {
    let steps = [lost(), registered(), success(json!(true)), success(json!(true)), finished()];
    let bench = Bench::with(steps, json!({"retries": 0}));
    assert!(bench.event(incoming(&["151"])).await.is_err());
    let next = event(21, EventKind::Ringing).with_leg(Leg::to_employee(ext("152")));
    let _ = bench.event(next).await.unwrap();
    let of_152 = event(25, EventKind::Answered).with_leg(Leg::to_employee(ext("152")));
    let _ = bench.event(of_152).await.unwrap();
    let _ = bench.event(ended(70)).await.unwrap();
    assert_eq!(bench.methods(), [REGISTER, REGISTER, SHOW, HIDE, FINISH]);
    let key = |index: usize| {
        let body = bench.body(index);
        ["USER_ID", "PHONE_NUMBER", "TYPE", "EXTERNAL_CALL_ID"].map(|name| body[name].clone())
    };
    assert_eq!(key(0), key(1), "another user would be a second call");
    assert_eq!(bench.body(2)["USER_ID"], json!([17, 18]), "the first card may be closed");
    assert_eq!(bench.body(3)["USER_ID"], json!([17]));
    assert_eq!(bench.body(4)["USER_ID"], 18, "who talked");
}

#[tokio::test]
async fn refusal_after_a_lost_registration_does_not_forget_it() {
    let refused = refusal("Unsupported phone number format");
    let steps = [lost(), refused, registered(), success(json!(true)), success(json!(true))];
    let bench = Bench::with(steps, json!({"retries": 0}));
    assert!(bench.event(incoming(&["151"])).await.is_err());
    let next = |seconds| event(seconds, EventKind::Ringing).with_leg(Leg::to_employee(ext("152")));
    assert!(bench.event(next(21)).await.is_err());
    let by_152 = event(25, EventKind::Answered).with_leg(Leg::to_employee(ext("152")));
    let _ = bench.event(by_152).await.unwrap();
    assert_eq!(bench.methods(), [REGISTER, REGISTER, REGISTER, SHOW, HIDE]);
    assert_eq!(bench.body(2)["USER_ID"], 17, "another user would be a second call");
    assert_eq!(bench.body(4)["USER_ID"], json!([17]), "its card may be open");
}

#[tokio::test]
async fn lost_show_leaves_no_card_open() {
    let steps = [registered(), lost(), success(json!(true)), success(json!(true)), finished()];
    let bench = Bench::with(steps, json!({"retries": 0}));
    assert!(bench.event(incoming(&["151", "152"])).await.is_err());
    let _ = bench.event(answered("152")).await.unwrap();
    let _ = bench.event(ended(70)).await.unwrap();
    assert_eq!(bench.methods(), [REGISTER, SHOW, SHOW, HIDE, FINISH]);
    assert_eq!(
        (&bench.body(2)["USER_ID"], &bench.body(3)["USER_ID"]),
        (&json!([18]), &json!([17]))
    );
}

#[tokio::test]
async fn phone_that_rings_again_gets_its_card_again() {
    let steps = [registered(), success(json!(true)), success(json!(true))];
    let bench = Bench::new(steps);
    let _ = bench.event(incoming(&["151"])).await.unwrap();
    let left = event(15, EventKind::LegEnded).with_leg(Leg::to_employee(ext("151")));
    let _ = bench.event(left).await.unwrap();
    let again = event(20, EventKind::Ringing).with_leg(Leg::to_employee(ext("151")));
    let _ = bench.event(again).await.unwrap();
    assert_eq!(bench.methods(), [REGISTER, HIDE, SHOW]);
    assert_eq!(bench.body(2)["USER_ID"], json!([17]));
}

#[tokio::test]
async fn second_device_of_an_employee_keeps_the_card() {
    let bench = Bench::with([registered()], json!({"extensions": {"151": "17", "161": "17"}}));
    let _ = bench.event(incoming(&["151", "161"])).await.unwrap();
    let left = event(5, EventKind::LegEnded).with_leg(Leg::to_employee(ext("151")));
    assert_eq!(bench.event(left).await.unwrap().requests(), 0, "161 still rings");
    assert_eq!(bench.body(0)["SHOW"], 1, "one employee");
}

#[tokio::test]
async fn dismissed_employee_costs_the_others_no_card() {
    let steps = [refusal("User is not found or is not active"), registered(), success(json!(true))];
    let bench = Bench::new(steps);
    let receipt = bench.event(incoming(&["151", "152"])).await.unwrap();
    assert_eq!(bench.methods(), [REGISTER, REGISTER, SHOW]);
    assert_eq!((&bench.body(0)["USER_ID"], &bench.body(1)["USER_ID"]), (&json!(17), &json!(18)));
    assert_eq!(bench.body(2)["USER_ID"], json!([18]));
    assert!(warnings(&receipt)[0].contains("user 17 is not an active employee"), "{receipt:?}");
}

#[tokio::test]
async fn refused_registration_may_be_made_for_another_user() {
    let steps = [refusal("User is not found or is not active"), registered()];
    let bench = Bench::new(steps);
    assert!(bench.event(incoming(&["151"])).await.is_err());
    let _ = bench.event(answered("152")).await.unwrap();
    assert_eq!(bench.body(1)["USER_ID"], 18, "there is no call of 17");
}

#[tokio::test]
async fn another_process_finishes_the_call() {
    let store = std::sync::Arc::new(vochi_crm_core::state::MemoryCallStore::new());
    let script = ScriptedTransport::new([registered(), finished()]);
    let process = || {
        let hub = Hub::builder().transport(std::sync::Arc::new(script.clone()));
        let hub = hub.store(store.clone()).build().unwrap();
        Bench { connector: open(&hub, &json!({})).unwrap(), script: script.clone() }
    };
    let _ = process().event(incoming(&["151"])).await.unwrap();
    let bench = process();
    let _ = bench.event(ended(20)).await.unwrap();
    assert_eq!(bench.methods(), [REGISTER, FINISH]);
    assert_eq!(bench.body(1)["CALL_ID"], CALL_ID, "remembered");
}

#[tokio::test]
async fn options_are_typed() {
    let bench = Bench::with([registered(), finished()], json!({"unknown_caller": "lead"}));
    let ring = incoming(&["151"])
        .with_extra("vote", 5)
        .with_extra("add_to_chat", true)
        .with_extra("crm_source", "WEB")
        .with_extra("call_list_id", 12)
        .with_extra("crm_entity_type", "CONTACT")
        .with_extra("crm_entity_id", "797")
        .with_extra("callback", true);
    let _ = bench.event(ring).await.unwrap();
    let register = bench.body(0);
    assert_eq!((&register["TYPE"], &register["CRM_SOURCE"]), (&json!(4), &json!("WEB")));
    assert_eq!(
        (&register["CRM_ENTITY_TYPE"], &register["CRM_ENTITY_ID"]),
        (&json!("CONTACT"), &json!(797))
    );
    assert_eq!(register["CALL_LIST_ID"], 12);
    let _ = bench.event(ended(20)).await.unwrap();
    assert_eq!((&bench.body(1)["VOTE"], &bench.body(1)["ADD_TO_CHAT"]), (&json!(5), &json!(1)));
    let bench = Bench::new([registered()]);
    let receipt = bench.event(incoming(&["151"]).with_extra("vote", 9)).await.unwrap();
    assert!(warnings(&receipt)[0].contains("vote"), "{receipt:?}");
}
