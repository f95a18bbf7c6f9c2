//! Live calls: popups of employees.

use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{
    CallEvent, CrmConnector as _, Cx, Direction, Effect, ErrorKind, EventKind, Leg, Line, Outcome,
    Party, Reason, TransferMode, WarningKind,
};

use super::fixture::Fixture;
use super::support::{Bench, call, event, ext, hangup, incoming, phone, success, warnings};

fn always_success() -> Vec<Step> {
    (0..9).map(|_| success()).collect()
}

fn answered(seconds: i64, extension: &str) -> CallEvent {
    event(seconds, EventKind::Answered).with_leg(Leg::to_employee(ext(extension)))
}

fn outgoing(seconds: i64, extension: &str) -> CallEvent {
    event(seconds, EventKind::Ringing)
        .with_direction(Direction::Outbound)
        .with_client(phone("+375448707099"))
        .with_leg(Leg::to_client(ext(extension)))
}

fn ended(seconds: i64, outcome: Outcome, reason: Option<Reason>) -> CallEvent {
    event(seconds, EventKind::Ended { outcome: Some(outcome), reason, talk: None })
}

#[tokio::test(start_paused = true)]
async fn ringing_call_is_one_event_with_all_employees() {
    let bench = Bench::new(always_success());
    let event = incoming(0, &["151", "152", "103"]).with_line(Line::new("0001363").unwrap());
    let receipt = bench.event(event).await.unwrap();
    assert_eq!(
        bench.sent(0, "event"),
        json!({
            "phone": "+375446370646", "type": "in", "codes": ["151", "152", "103"],
            "userIds": [18, 16], "callExternalId": "1757843474.185",
            "externalPhone": "+375171234567",
        })
    );
    assert_eq!(receipt.requests(), 1);
    assert!(!receipt.recorded());
    assert_eq!(warnings(&receipt), ["extension 103 is not in `extensions`"]);
}

#[tokio::test(start_paused = true)]
async fn later_ringing_notifies_only_new_employees() {
    let bench = Bench::new(always_success());
    let _ = bench.event(incoming(0, &["151"])).await.unwrap();
    let _ = bench.event(incoming(15, &["151", "152"])).await.unwrap();
    let again = bench.event(incoming(16, &["151"])).await.unwrap();
    assert_eq!(bench.sent(1, "event")["codes"], json!(["152"]));
    assert_eq!(again.requests(), 0);
    assert_eq!(again.warnings()[0].kind(), WarningKind::NothingToSend);
}

#[tokio::test(start_paused = true)]
async fn answers_holds_and_transfers_send_nothing() {
    let bench = Bench::new(always_success());
    let _ = bench.event(incoming(0, &["151", "152"])).await.unwrap();
    let transfer = EventKind::Transferred { mode: TransferMode::Blind, from: None, to: ext("152") };
    for quiet in [
        answered(5, "151"),
        event(6, EventKind::Held),
        event(7, EventKind::Resumed),
        event(8, EventKind::LegEnded).with_leg(Leg::to_employee(ext("152"))),
        event(9, transfer),
    ] {
        let receipt = bench.event(quiet).await.unwrap();
        assert_eq!(receipt.requests(), 0);
        assert!(receipt.warnings().is_empty(), "{:?}", receipt.warnings());
    }
    assert_eq!(bench.played().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn hangup_names_all_notified_employees() {
    let bench = Bench::new(always_success());
    let _ = bench.event(incoming(0, &["151"])).await.unwrap();
    let _ = bench.event(incoming(15, &["152"])).await.unwrap();
    let _ = bench.event(answered(20, "152")).await.unwrap();
    let _ = bench.event(hangup(60)).await.unwrap();
    assert_eq!(
        bench.sent(2, "event"),
        json!({
            "phone": "+375446370646", "type": "hangup", "codes": ["151", "152"],
            "userIds": [18, 16], "hangupStatus": "answered", "callExternalId": "1757843474.185",
        })
    );
}

#[tokio::test(start_paused = true)]
async fn every_outcome_has_a_hangup_status() {
    use Outcome::{Answered, Busy, Cancelled, Failed, Missed, NoAnswer, Voicemail};
    for (outcome, reason, word) in [
        (Answered, None, "answered"),
        (Missed, None, "no answered"),
        (Missed, Some(Reason::Timeout), "no answered"),
        (Missed, Some(Reason::CallerGaveUp), "cancel"),
        (Missed, Some(Reason::Busy), "busy"),
        (Missed, Some(Reason::Refused), "busy"),
        (Missed, Some(Reason::Unavailable), "failed"),
        (NoAnswer, None, "no answered"),
        (Busy, None, "busy"),
        (Cancelled, None, "cancel"),
        (Failed, None, "failed"),
        (Voicemail, None, "no answered"),
    ] {
        let bench = Bench::new(always_success());
        let _ = bench.event(incoming(0, &["151"])).await.unwrap();
        let _ = bench.event(ended(9, outcome, reason)).await.unwrap();
        assert_eq!(bench.sent(1, "event")["hangupStatus"], word, "{outcome:?} {reason:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn missing_outcome_is_derived_from_the_state() {
    for (answer, direction, word) in
        [(true, "in", "answered"), (false, "in", "no answered"), (false, "out", "no answered")]
    {
        let bench = Bench::new(always_success());
        let begin = if direction == "in" { incoming(0, &["151"]) } else { outgoing(0, "151") };
        let _ = bench.event(begin).await.unwrap();
        if answer {
            let _ = bench.event(answered(3, "151")).await.unwrap();
        }
        let _ = bench.event(hangup(9)).await.unwrap();
        assert_eq!(bench.sent(1, "event")["hangupStatus"], word);
    }
}

#[tokio::test(start_paused = true)]
async fn hangup_after_lost_state_closes_only_named_popups() {
    let bench = Bench::new(always_success());
    let receipt = bench.event(hangup(60).with_client(phone("+375446370646"))).await.unwrap();
    assert_eq!(receipt.requests(), 0);
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::NothingToSend);

    let bench = Bench::new(always_success());
    let named = ended(60, Outcome::Missed, None)
        .with_client(phone("+375446370646"))
        .with_leg(Leg::to_employee(ext("151")));
    let _ = bench.event(named).await.unwrap();
    assert_eq!(bench.sent(0, "event")["codes"], json!(["151"]));
}

#[tokio::test(start_paused = true)]
async fn no_popup_is_shown_after_the_end() {
    let bench = Bench::new(always_success());
    let _ = bench.event(incoming(0, &["151"])).await.unwrap();
    let _ = bench.event(hangup(9)).await.unwrap();
    for late in [incoming(10, &["152"]), hangup(11)] {
        let receipt = bench.event(late).await.unwrap();
        assert_eq!(receipt.requests(), 0);
        assert_eq!(receipt.warnings()[0].kind(), WarningKind::OutOfOrder);
    }
    assert_eq!(bench.played().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn outgoing_calls_show_a_popup_unless_switched_off() {
    let bench = Bench::new(always_success());
    let _ = bench.event(outgoing(0, "151")).await.unwrap();
    assert_eq!(
        bench.sent(0, "event"),
        json!({
            "phone": "+375448707099", "type": "out", "codes": ["151"], "userIds": [18],
            "callExternalId": "1757843474.185",
        })
    );
    let bench = Bench::with(always_success(), json!({"popup_out": false}), json!({}));
    assert_eq!(bench.event(outgoing(0, "151")).await.unwrap().requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn popup_is_shown_at_the_configured_event() {
    let bench = Bench::with(always_success(), json!({"popup": "answer"}), json!({}));
    assert_eq!(bench.event(incoming(0, &["151", "152"])).await.unwrap().requests(), 0);
    let _ = bench.event(answered(5, "152")).await.unwrap();
    assert_eq!(bench.sent(0, "event")["codes"], json!(["152"]));
    let _ = bench.event(hangup(9)).await.unwrap();
    assert_eq!(bench.sent(1, "event")["codes"], json!(["152"]));

    let bench = Bench::with(always_success(), json!({"popup": "never"}), json!({}));
    for quiet in [incoming(0, &["151"]), answered(5, "151"), hangup(9)] {
        assert_eq!(bench.event(quiet).await.unwrap().requests(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn hidden_caller_sends_nothing_and_warns() {
    let bench = Bench::new(always_success());
    let receipt = bench.event(incoming(0, &["151"]).with_client(Party::Hidden)).await.unwrap();
    assert_eq!(receipt.requests(), 0);
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::HiddenNumber);
}

#[tokio::test(start_paused = true)]
async fn text_with_digits_is_sent_as_digits() {
    let bench = Bench::new(always_success());
    let odd = Party::Raw("*21*37529".to_owned());
    let receipt = bench.event(incoming(0, &["151"]).with_client(odd)).await.unwrap();
    assert_eq!(bench.sent(0, "event")["phone"], "2137529");
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::UnreadableNumber);
    let none = Party::Raw("MTS".to_owned());
    let bench = Bench::new(always_success());
    assert_eq!(bench.event(incoming(0, &["151"]).with_client(none)).await.unwrap().requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn internal_calls_are_not_sent() {
    let bench = Bench::new(always_success());
    let internal = incoming(0, &["151"]).with_direction(Direction::Internal);
    assert_eq!(bench.event(internal).await.unwrap().requests(), 0);
    assert_eq!(bench.event(hangup(9)).await.unwrap().requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn missing_extension_notifies_the_default_user() {
    let no_extension = || incoming(0, &[]);
    let bench = Bench::new(always_success());
    assert_eq!(bench.event(no_extension()).await.unwrap().requests(), 0);

    let bench = Bench::with(always_success(), json!({"default_user": "16"}), json!({}));
    let _ = bench.event(no_extension()).await.unwrap();
    assert_eq!(bench.sent(0, "event")["userIds"], json!([16]));
    assert_eq!(bench.sent(0, "event").get("codes"), None, "empty lists are not sent");
}

#[tokio::test(start_paused = true)]
async fn default_user_popup_is_shown_once_and_closed() {
    let bench = Bench::with(always_success(), json!({"default_user": "16"}), json!({}));
    let _ = bench.event(incoming(0, &[])).await.unwrap();
    assert_eq!(bench.event(incoming(1, &[])).await.unwrap().requests(), 0);
    let _ = bench.event(hangup(9)).await.unwrap();
    assert_eq!(bench.sent(1, "event")["type"], "hangup");
    assert_eq!(bench.sent(1, "event")["userIds"], json!([16]));
}

#[tokio::test(start_paused = true)]
async fn end_of_a_call_without_popups_sends_nothing() {
    let bench = Bench::with(always_success(), json!({"popup_out": false}), json!({}));
    let _ = bench.event(outgoing(0, "151")).await.unwrap();
    let receipt = bench.event(hangup(9)).await.unwrap();
    assert_eq!(receipt.requests(), 0);
    assert!(receipt.warnings().is_empty(), "{:?}", receipt.warnings());
}

#[tokio::test(start_paused = true)]
async fn unknown_direction_sends_nothing() {
    let bench = Bench::new(always_success());
    let unknown = event(0, EventKind::Ringing)
        .with_client(phone("+375446370646"))
        .with_leg(Leg::to_employee(ext("151")));
    let receipt = bench.event(unknown).await.unwrap();
    assert_eq!(receipt.requests(), 0);
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::NothingToSend);
}

#[tokio::test(start_paused = true)]
async fn unknown_employees_are_a_warning() {
    let answer = Fixture::open("telephony_call_event").answer("success_with_unknown_codes");
    let bench = Bench::new([answer]);
    let receipt = bench.event(incoming(0, &["151"])).await.unwrap();
    let texts = warnings(&receipt);
    assert!(texts[0].contains("extension 102"), "{texts:?}");
    assert!(texts[1].contains("user 8"), "{texts:?}");
}

#[tokio::test(start_paused = true)]
async fn unmapped_line_is_left_out_with_a_warning() {
    let bench = Bench::new(always_success());
    let event = incoming(0, &["151"]).with_line(Line::new("0009999").unwrap());
    let receipt = bench.event(event).await.unwrap();
    assert_eq!(bench.sent(0, "event").get("externalPhone"), None);
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::UnmappedLine);
}

#[tokio::test(start_paused = true)]
async fn event_has_shop_analytics_and_id_prefix() {
    let bench = Bench::with(
        always_success(),
        json!({"call_id_prefix": "pbx1-"}),
        json!({"site": "shop-one", "client_id": "canary-client-id", "send_client_id": true}),
    );
    let analytics = json!({"campaign": {"code": "spring"}, "queryString": "диван"});
    let event = incoming(0, &["151"])
        .with_extra("web_analytics", analytics.clone())
        .with_extra("colour", "green");
    let receipt = bench.event(event).await.unwrap();
    let sent: Value = bench.sent(0, "event");
    assert_eq!(sent["callExternalId"], "pbx1-1757843474.185");
    assert_eq!(sent["site"], "shop-one");
    assert_eq!(sent["webAnalyticsData"], analytics);
    assert!(bench.played()[0].body.starts_with("clientId=canary-client-id&event="));
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::UnknownOption);

    let event = incoming(20, &["152"]).with_extra("site", "shop-two");
    let _ = bench.event(event).await.unwrap();
    assert_eq!(bench.sent(1, "event")["site"], "shop-two");
}

#[tokio::test(start_paused = true)]
async fn failed_popup_is_shown_by_a_repeated_event() {
    let refused = Step::json(400, &json!({"success": false, "errorMsg": "Validation error"}));
    let bench = Bench::new([refused, success()]);
    bench.event(incoming(0, &["151"])).await.unwrap_err();
    let _ = bench.event(incoming(1, &["151"])).await.unwrap();
    assert_eq!(bench.sent(1, "event")["codes"], json!(["151"]));
}

#[tokio::test(start_paused = true)]
async fn event_behind_a_locked_call_is_not_applied() {
    let bench = Bench::new(always_success());
    let hub = bench.connector.client().hub().clone();
    let held = hub.open_call(&Cx::live(), &"shop".into(), &call()).await.unwrap();
    let cx = Cx::live().with_timeout(Duration::from_secs(4));
    let ringing = incoming(0, &["151"]);
    for _ in 0..2 {
        let error = bench.connector.handle_event(&cx, &ringing).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert_eq!(error.effect(), Effect::NotApplied);
    }
    drop(held);
    let late = bench.connector.handle_event(&cx, &ringing).await;
    assert_eq!(late.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(cx.requests(), 0);
}
