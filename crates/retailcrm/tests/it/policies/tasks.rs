//! Tasks for missed calls.

use serde_json::json;
use vochi_crm_core::http::TransportError;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Direction, Outcome};

use super::{
    CARD, NUMBER, UPLOAD, chain, follow_up_warnings, lines, made, missed, not_found, refused,
    unanswered, unknown,
};
use crate::fixture::Fixture;
use crate::support::{Bench, record, success};

const TASK: &str = "POST /api/v5/tasks/create";

fn manager(id: u64) -> Step {
    Step::json(200, &json!({"success": true, "manager": {"id": id, "code": "101"}}))
}

fn tasks(steps: Vec<Step>) -> Bench {
    let common = json!({"missed_task": true, "missed_user": "16"});
    Bench::with(steps, common, json!({"site": "shop-one"}))
}

#[tokio::test(start_paused = true)]
async fn missed_call_becomes_a_task_of_the_responsible_manager() {
    let bench = tasks(vec![
        success(),
        Fixture::open("telephony_manager").answer("success_details"),
        made(77),
    ]);
    let receipt = bench.log_one(missed("1")).await.unwrap();
    assert_eq!(lines(&bench), [UPLOAD, CARD, TASK]);
    assert_eq!(bench.sent(2, "task")["performerId"], 7);
    assert_eq!(receipt.requests(), 3);
    assert!(follow_up_warnings(&receipt).is_empty());
}

#[tokio::test(start_paused = true)]
async fn task_without_manager_is_for_missed_user() {
    let bench = tasks(vec![success(), unknown(), made(77)]);
    let _ = bench.log_one(missed("1")).await.unwrap();
    assert!(bench.played()[2].body.starts_with("site=shop-one&task="));
    assert_eq!(
        bench.sent(2, "task"),
        json!({
            "text": "Перезвонить: пропущенный звонок",
            "commentary": "+375446370646, 2026-03-02 11:00:00",
            "performerId": 16, "phone": NUMBER, "phoneSite": "shop-one",
        })
    );
    let denied = Fixture::open("telephony_manager").answer("access_denied");
    let bench = tasks(vec![success(), denied, made(77)]);
    let receipt = bench.log_one(missed("1")).await.unwrap();
    assert_eq!(bench.sent(2, "task")["performerId"], 16);
    assert!(follow_up_warnings(&receipt)[0].starts_with("cannot read the responsible manager"));

    let common = json!({"missed_task": true});
    let bench = Bench::with(vec![success(), unknown()], common, json!({}));
    let receipt = bench.log_one(missed("1")).await.unwrap();
    assert!(follow_up_warnings(&receipt)[0].contains("missed_user"), "{receipt:?}");
}

#[tokio::test(start_paused = true)]
async fn only_a_missed_call_becomes_a_task_and_only_once() {
    for call in [
        record("1"),
        unanswered("1", Direction::Outbound, Outcome::NoAnswer),
        unanswered("1", Direction::Inbound, Outcome::Voicemail),
    ] {
        let bench = tasks(vec![success()]);
        assert_eq!(bench.log_one(call).await.unwrap().requests(), 1);
    }
    let bench = tasks(vec![success(), manager(7), made(77)]);
    for requests in [3, 0, 0] {
        let receipt = bench.log_one(missed("1")).await.unwrap();
        assert_eq!(receipt.requests(), requests);
    }
    let twice = Step::json(200, &json!({"success": true, "duplicateCalls": ["1"]}));
    let bench = tasks(vec![twice]);
    let receipt = bench.log_one(missed("1")).await.unwrap();
    assert_eq!(receipt.requests(), 1, "the program that recorded it created the task");
}

#[tokio::test(start_paused = true)]
async fn failed_task_is_created_by_the_next_record() {
    let bench = tasks(vec![success(), manager(7), refused(), manager(7), made(77)]);
    let receipt = bench.log_one(missed("1")).await.unwrap();
    assert!(follow_up_warnings(&receipt)[0].contains("a task was not created"));
    let again = bench.log_one(missed("1")).await.unwrap();
    assert_eq!(again.requests(), 2);
    assert_eq!(follow_up_warnings(&again).len(), 1, "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn maybe_created_task_is_not_created_again() {
    let lost = Step::Fail(TransportError::Broken("reset".to_owned()));
    let bench = tasks(vec![success(), manager(7), lost]);
    let receipt = bench.log_one(missed("1")).await.unwrap();
    assert!(follow_up_warnings(&receipt)[0].contains("a task may have been created"));
    let again = bench.log_one(missed("1")).await.unwrap();
    assert_eq!(again.requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn task_of_an_unknown_caller_has_the_new_customer() {
    let steps = chain([vec![success()], not_found(), vec![made(62), unknown(), made(77)]]);
    let common = json!({"unknown_caller": "client", "missed_task": true, "missed_user": "16"});
    let bench = Bench::with(steps, common, json!({"site": "shop-one"}));
    let receipt = bench.log_one(missed("1")).await.unwrap();
    assert_eq!(bench.sent(8, "task")["customer"], json!({"id": 62}));
    assert_eq!(receipt.requests(), 9);
}

#[tokio::test(start_paused = true)]
async fn call_recorded_by_a_lost_upload_becomes_a_task() {
    let lost = || Step::Fail(TransportError::Broken("reset".to_owned()));
    let twice = || Step::json(200, &json!({"success": true, "duplicateCalls": ["1"]}));
    let bench = tasks(vec![lost(), twice(), manager(7), made(77)]);
    let _ = bench.log_one(missed("1")).await.unwrap();
    assert_eq!(lines(&bench), [UPLOAD, UPLOAD, CARD, TASK]);

    let steps = vec![lost(), twice(), manager(7), made(77)];
    let common = json!({"missed_task": true, "retries": 0});
    let bench = Bench::with(steps, common, json!({"site": "shop-one"}));
    bench.log_one(missed("1")).await.unwrap_err();
    let _ = bench.log_one(missed("1")).await.unwrap();
    assert_eq!(lines(&bench), [UPLOAD, UPLOAD, CARD, TASK]);
}
