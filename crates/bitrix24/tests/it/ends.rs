//! Ends of calls: lost, refused, repeated, and contradicted by a later record.

use serde_json::json;
use vochi_crm_core::pending::{Mode, Settled, settle};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{
    CallId, CrmConnector as _, Cx, Effect, EventKind, Leg, Outcome, Receipt, Recording, Seconds,
};

use super::support::{
    Bench, CALL_ID, CLIENT, FINISH, HIDE, REGISTER, SHOW, STATISTICS, answered, call, ended, event,
    ext, finished, incoming, lost, record, refusal, registered, success, warnings,
};

const ID: &str = "1757843474.185";

/// Settles the pending work of the default call.
async fn settled(bench: &Bench) -> Vec<Settled> {
    let hub = bench.connector.client().hub().clone();
    let call = CallId::new(ID).unwrap();
    settle(&bench.connector, &hub, &Cx::history(), &call, Mode::Due).await.unwrap()
}

#[tokio::test]
async fn lost_finish_is_looked_up() {
    let entry = json!([{
        "ID": "7", "CALL_ID": CALL_ID, "PHONE_NUMBER": CLIENT,
        "CALL_START_DATE": "2026-03-02T11:00:00+03:00",
    }]);
    // The retry finds the call finished: the statistics decide.
    let unknown = || refusal("Call is not found (call should be registered prior to finishing)");
    let bench = Bench::new([registered(), lost(), unknown(), success(entry)]);
    let _ = bench.event(incoming(&["151"])).await.unwrap();
    let _ = bench.event(ended(20)).await.unwrap();
    assert_eq!(bench.methods()[3], STATISTICS);
    let receipt = bench.log(record("1757843474.185")).await.unwrap();
    assert!(receipt.recorded(), "{receipt:?}");
    assert_eq!(bench.methods().len(), 4, "nothing is sent again");
}

#[tokio::test]
async fn record_of_a_lost_end_closes_all_cards() {
    let steps = [registered(), success(json!(true)), success(json!(true)), finished()];
    let bench = Bench::new(steps);
    let _ = bench.event(incoming(&["151", "152"])).await.unwrap();
    let receipt = bench.log(record("1757843474.185")).await.unwrap();
    assert!(receipt.recorded(), "{receipt:?}");
    assert_eq!(bench.methods(), [REGISTER, SHOW, HIDE, FINISH]);
    assert_eq!(bench.body(2)["USER_ID"], json!([18]), "the finish closes the card of 17");
    assert_eq!(bench.body(3)["USER_ID"], 17);
}

#[tokio::test]
async fn card_that_cannot_be_closed_does_not_keep_the_call_open() {
    let refused = refusal("Access denied");
    let bench = Bench::new([registered(), success(json!(true)), refused, finished()]);
    let _ = bench.event(incoming(&["151", "152"])).await.unwrap();
    let receipt = bench.log(record("1757843474.185")).await.unwrap();
    assert!(receipt.recorded(), "{receipt:?}");
    assert!(warnings(&receipt).iter().any(|text| text.contains("card")), "{receipt:?}");
}

#[tokio::test]
async fn record_after_a_lost_registration_finishes_the_same_call() {
    let steps = [lost(), registered(), success(json!(true)), finished()];
    let bench = Bench::with(steps, json!({"retries": 0}));
    assert!(bench.event(incoming(&["151", "152"])).await.is_err());
    let by_152 = call("1757843474.185", Outcome::Answered).with_talked_with(ext("152"));
    let receipt = bench.log(by_152).await.unwrap();
    assert!(receipt.recorded(), "{receipt:?}");
    assert_eq!(bench.methods(), [REGISTER, REGISTER, HIDE, FINISH]);
    assert_eq!(bench.body(1)["USER_ID"], 17, "another user would be a second call");
    assert_eq!(bench.body(3)["USER_ID"], 18);
}

#[tokio::test]
async fn forgotten_registration_is_made_again() {
    let unknown = refusal("Call is not found (call should be registered prior to finishing)");
    let bench = Bench::new([registered(), unknown, success(json!([])), registered(), finished()]);
    let _ = bench.event(incoming(&["151"])).await.unwrap();
    let _ = bench.event(ended(20)).await.unwrap();
    assert_eq!(bench.methods(), [REGISTER, FINISH, STATISTICS, REGISTER, FINISH]);
}

#[tokio::test(start_paused = true)]
async fn failed_finish_is_pending_and_settled() {
    let refused = vochi_crm_core::testing::Step::json(
        401,
        &json!({"error": "NO_AUTH_FOUND", "error_description": "Wrong authorization data"}),
    );
    let bench = Bench::with([registered(), refused, finished()], json!({"retries": 0}));
    let _ = bench.event(incoming(&["151"])).await.unwrap();
    assert!(bench.event(ended(20)).await.is_err());
    let hub = bench.connector.client().hub().clone();
    let call = CallId::new("1757843474.185").unwrap();
    let cx = Cx::history();
    assert_eq!(hub.pending(&cx, bench.connector.account()).await.unwrap().len(), 1);
    // The blocked portal is left alone for a minute.
    tokio::time::sleep(std::time::Duration::from_secs(61)).await;
    let mode = vochi_crm_core::pending::Mode::Due;
    let settled =
        vochi_crm_core::pending::settle(&bench.connector, &hub, &cx, &call, mode).await.unwrap();
    assert!(settled[0].recorded, "{settled:?}");
    assert_eq!(bench.methods(), [REGISTER, FINISH, FINISH], "with the stored CALL_ID");
}

fn dismissed() -> Step {
    refusal("User is not found or is not active")
}

#[tokio::test]
async fn end_that_is_refused_stays_pending_until_the_mapping_is_corrected() {
    let steps = [registered(), dismissed(), dismissed(), finished()];
    let bench = Bench::new(steps);
    let _ = bench.event(incoming(&["151"])).await.unwrap();
    assert!(bench.event(ended(20)).await.is_err());
    let again = settled(&bench).await;
    let hint = again[0].error.as_ref().unwrap().hint().unwrap();
    assert!(hint.contains("check extensions"), "{hint}");
    assert!(settled(&bench).await[0].recorded, "it is not given up");
    assert_eq!(bench.methods(), [REGISTER, FINISH, FINISH, FINISH]);
}

#[tokio::test]
async fn entry_with_the_call_id_is_the_call_whatever_else_it_says() {
    let entry = json!([{
        "ID": "7", "CALL_ID": CALL_ID, "EXTERNAL_CALL_ID": null, "PHONE_NUMBER": "80291112233",
        "CALL_START_DATE": "2026-03-02T11:00:09+03:00",
    }]);
    let unknown = refusal("Call is not found (call should be registered prior to finishing)");
    let bench = Bench::new([registered(), lost(), unknown, success(entry)]);
    let _ = bench.event(incoming(&["151"])).await.unwrap();
    let _ = bench.event(ended(20)).await.unwrap();
    assert_eq!(bench.methods().len(), 4, "it is not recorded again: {:?}", bench.methods());
}

#[tokio::test(start_paused = true)]
async fn finish_that_may_have_ended_the_call_is_not_guessed_from_empty_statistics() {
    let unknown = refusal("Call is not found (call should be registered prior to finishing)");
    let bench = Bench::new([registered(), lost(), unknown, success(json!([]))]);
    let _ = bench.event(incoming(&["151"])).await.unwrap();
    let error = bench.event(ended(20)).await.unwrap_err();
    assert_eq!(error.effect(), Effect::Maybe, "{error}");
    assert!(error.hint().unwrap().contains("statistics of all calls"), "{error}");
    assert_eq!(bench.methods().len(), 4, "not registered again: {:?}", bench.methods());
}

#[tokio::test(start_paused = true)]
async fn end_after_a_lost_record_does_not_record_the_call_again() {
    let none = || success(json!({"result": {}, "result_error": {}}));
    let bench = Bench::new(std::iter::once(lost()).chain((0..20).map(|_| none())));
    let error = bench.log(record(ID)).await.unwrap_err();
    assert_eq!(error.effect(), Effect::Maybe, "{error}");
    let receipt = bench.event(ended(70)).await.unwrap();
    assert_eq!(receipt.requests(), 0, "the record is settled by looking it up: {receipt:?}");
}

#[tokio::test]
async fn second_recording_of_a_finished_call_is_not_attached() {
    let bench = Bench::new([registered(), finished(), success(json!({"FILE_ID": 9079}))]);
    let _ = bench.event(incoming(&["151"])).await.unwrap();
    let _ = bench.event(ended(20)).await.unwrap();
    let ready = |name: &str| {
        let url = format!("https://pbx.example.test/{name}.mp3").parse().unwrap();
        event(30, EventKind::RecordingReady(Recording::Url(url)))
    };
    let _ = bench.event(ready("one")).await.unwrap();
    let receipt = bench.event(ready("two")).await.unwrap();
    assert_eq!(receipt.requests(), 0);
    assert!(warnings(&receipt).concat().contains("already has a recording"), "{receipt:?}");
}

#[tokio::test]
async fn repeated_end_is_a_second_attempt() {
    let bench = Bench::new([registered(), dismissed(), finished()]);
    let _ = bench.event(incoming(&["151"])).await.unwrap();
    assert!(bench.event(ended(20)).await.is_err());
    let receipt: Receipt = bench.event(ended(20)).await.unwrap();
    assert_eq!(receipt.requests(), 1);
    assert_eq!(bench.event(ended(20)).await.unwrap().requests(), 0, "it is finished");
    assert_eq!(bench.methods(), [REGISTER, FINISH, FINISH]);
}

#[tokio::test]
async fn end_without_any_user_stays_pending() {
    let bench = Bench::with([], json!({"extensions": {}}));
    let _ = bench.event(incoming(&["151"])).await.unwrap();
    let error = bench.event(ended(20)).await.unwrap_err();
    assert_eq!(error.key(), Some("missed_user"), "{error}");
    let (hub, account) = (bench.connector.client().hub(), bench.connector.account());
    let pending = hub.pending(&Cx::history(), account).await.unwrap();
    assert_eq!(pending.len(), 1, "the configuration may be corrected");
}

/// 151 talked with the client, and the call is finished.
async fn after_a_talk_of_64_seconds() -> Bench {
    let bench = Bench::new([registered(), finished()]);
    let _ = bench.event(incoming(&["151"])).await.unwrap();
    let _ = bench.event(answered("151")).await.unwrap();
    let _ = bench.event(ended(70)).await.unwrap();
    bench
}

#[tokio::test]
async fn contradicting_record_is_a_warning() {
    let bench = after_a_talk_of_64_seconds().await;
    let of_152 = call(ID, Outcome::Answered).with_talked_with(ext("152"));
    let receipt = bench.log(of_152.with_talk(Seconds::new(400))).await.unwrap();
    let text = warnings(&receipt).concat();
    assert!(text.contains("user 17 and 64 s") && text.contains("user 18 and 400 s"), "{text}");
}

#[tokio::test]
async fn record_that_agrees_is_no_warning() {
    let bench = after_a_talk_of_64_seconds().await;
    let receipt = bench.log(record(ID).with_talk(Seconds::new(66))).await.unwrap();
    assert!(receipt.warnings().is_empty(), "two seconds are no contradiction: {receipt:?}");
}

#[tokio::test]
async fn answer_of_an_unmapped_phone_closes_the_cards_of_others() {
    let steps = [registered(), success(json!(true)), finished()];
    let bench = Bench::with(steps, json!({"default_user": "5"}));
    let _ = bench.event(incoming(&["151"])).await.unwrap();
    let by_999 = event(6, EventKind::Answered).with_leg(Leg::to_employee(ext("999")));
    let _ = bench.event(by_999).await.unwrap();
    let receipt = bench.event(ended(70)).await.unwrap();
    assert_eq!(bench.methods(), [REGISTER, HIDE, FINISH]);
    assert_eq!(bench.body(2)["USER_ID"], 5, "151 only rang");
    assert!(warnings(&receipt).concat().contains("recorded for user 5"), "{receipt:?}");
}
