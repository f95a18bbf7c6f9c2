//! What follows a logged call: a client or a lead for an unknown caller, a reminder.

use serde_json::{Value, json};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{CallRecord, Direction, ErrorKind, Receipt, WarningKind};

use super::support::{
    Bench, answer, created, fixture, missed, nothing, open, record, success, warnings,
};

async fn followed_up(
    record: CallRecord,
    changes: Value,
    steps: impl IntoIterator<Item = Step>,
) -> (Bench, Receipt) {
    let bench = Bench::with([created(31)].into_iter().chain(steps), changes);
    let receipt = bench.log(record).await.unwrap();
    assert!(receipt.recorded());
    assert_eq!(bench.lines()[0], "POST call_history/create", "the call is logged first");
    assert_eq!(bench.script.left(), 0, "{:?}", bench.lines());
    (bench, receipt)
}

/// A client without a manager.
fn without_manager() -> Step {
    let mut body = fixture("user_phone").body("one");
    body["users"][0]["manager_id"] = json!(0);
    Step::json(200, &body)
}

#[tokio::test(start_paused = true)]
async fn unknown_caller_becomes_a_client_of_the_one_who_talked() {
    let changes = json!({"unknown_caller": "client"});
    let (bench, receipt) = followed_up(record("1"), changes, [nothing(), created(90)]).await;
    assert_eq!(bench.lines()[1..], ["GET user/phone/375291112233", "POST user/create"]);
    assert_eq!(
        bench.body(2),
        json!({
            "u_type": 1, "u_surname": "+375291112233", "u_phone": "+375291112233",
            "u_manager_id": 2,
        })
    );
    assert_eq!(warnings(&receipt), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn known_caller_is_not_created() {
    let changes = json!({"unknown_caller": "client"});
    let _ = followed_up(record("1"), changes, [answer("user_phone", "one")]).await;
}

#[tokio::test(start_paused = true)]
async fn failed_search_creates_no_client() {
    for response in ["server_error", "rate_limited"] {
        let changes = json!({"unknown_caller": "client", "retries": 0});
        let (_, receipt) =
            followed_up(record("1"), changes, [answer("user_phone", response)]).await;
        assert_eq!(receipt.warnings()[0].kind(), WarningKind::FollowUpPending, "{response}");
    }
}

#[tokio::test(start_paused = true)]
async fn policy_is_by_direction() {
    let changes = json!({"unknown_caller": {"out": "client"}});
    let _ = followed_up(record("1"), changes, []).await;
}

#[tokio::test(start_paused = true)]
async fn unknown_caller_becomes_a_lead_of_a_new_client() {
    let changes = json!({
        "unknown_caller": "lead", "lead_status": "3", "lead_source": "Телефон",
    });
    let steps = [nothing(), created(90), created(50)];
    let (bench, _) = followed_up(record("1"), changes, steps).await;
    assert_eq!(bench.lines()[2..], ["POST user/create", "POST lead/create"]);
    assert_eq!(
        bench.body(3),
        json!({
            "status_id": 3, "r_cl_id": 90, "r_u_id": 2, "source": "Телефон",
            "u_phone": "375291112233", "ignore_actions_and_reminders": 1,
        })
    );
}

#[tokio::test(start_paused = true)]
async fn client_with_an_open_lead_gets_no_other() {
    let changes = json!({"unknown_caller": "lead"});
    let steps = [
        answer("user_phone", "one"),
        answer("lead_by_client", "two"),
        answer("status_lead", "records"),
    ];
    let _ = followed_up(record("1"), changes, steps).await;
}

#[tokio::test(start_paused = true)]
async fn client_with_closed_leads_gets_a_lead() {
    let mut leads = fixture("lead_by_client").body("two");
    for lead in leads["leads"].as_array_mut().unwrap() {
        lead["status_id"] = json!("7");
    }
    let changes = json!({"unknown_caller": "lead"});
    let steps = [
        answer("user_phone", "one"),
        Step::json(200, &leads),
        answer("status_lead", "records"),
        created(50),
    ];
    let (bench, _) = followed_up(record("1"), changes, steps).await;
    let lead = bench.body(4);
    assert_eq!((&lead["r_cl_id"], &lead["source"]), (&json!(7), &json!("Входящий звонок")));
}

#[tokio::test(start_paused = true)]
async fn missed_call_becomes_a_reminder_of_the_responsible_manager() {
    let changes = json!({"missed_task": true, "task_minutes": 30, "task_text": "Перезвонить"});
    let steps = [answer("user_phone", "one"), nothing(), created(61)];
    let (bench, receipt) = followed_up(missed("1"), changes, steps).await;
    assert_eq!(bench.lines()[3], "POST reminder/create");
    let sent = bench.body(3);
    assert_eq!(sent["text"], "Перезвонить +375291112233");
    assert_eq!((&sent["manager_id"], &sent["created_u_id"]), (&json!(2), &json!(2)));
    assert_eq!((&sent["type_id"], &sent["tr_id"]), (&json!(1), &json!(7)));
    let time =
        |name: &str| -> vochi_crm_core::LocalTime { sent[name].as_str().unwrap().parse().unwrap() };
    let zone: vochi_crm_core::Zone = "+03:00".parse().unwrap();
    let length = zone.instant(time("datetime_to")).since(zone.instant(time("datetime")));
    assert_eq!(length.as_secs(), 3600);
    assert_eq!(warnings(&receipt), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn reminder_is_for_the_manager_of_an_open_lead_and_names_it() {
    let mut leads = fixture("lead_by_client").body("two");
    leads["leads"][0]["manager_id"] = json!(4);
    let changes = json!({"missed_task": true});
    let steps =
        [without_manager(), Step::json(200, &leads), answer("status_lead", "records"), created(61)];
    let (bench, _) = followed_up(missed("1"), changes, steps).await;
    let sent = bench.body(4);
    assert_eq!((&sent["manager_id"], &sent["r_id"]), (&json!(4), &json!(12)));
}

#[tokio::test(start_paused = true)]
async fn reminder_without_a_responsible_manager_is_for_missed_user_or_none() {
    let changes = json!({"missed_task": true, "missed_user": "4"});
    let (bench, _) = followed_up(missed("1"), changes, [nothing(), created(61)]).await;
    assert_eq!(bench.body(2)["manager_id"], 4);
    assert_eq!(bench.body(2).get("tr_id"), None);
    let (_, receipt) = followed_up(missed("1"), json!({"missed_task": true}), [nothing()]).await;
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::NothingToSend);
}

/// Every combination of policies and of what U-ON holds sends five requests at the most.
#[tokio::test(start_paused = true)]
async fn five_requests_at_the_most_follow_a_call() {
    let failing = || answer("user_phone", "server_error");
    let unknown: fn() -> Vec<Step> = || vec![nothing(), created(90)];
    let known: fn() -> Vec<Step> = || {
        vec![without_manager(), answer("lead_by_client", "two"), answer("status_lead", "records")]
    };
    let mut most = 0;
    for policy in ["none", "client", "lead"] {
        for national in [false, true] {
            for state in [unknown, known] {
                let changes = json!({
                    "unknown_caller": policy, "missed_task": true, "missed_user": "4",
                    "national_spellings": national, "retries": 0,
                });
                let rest = (0..9).flat_map(|index| {
                    if index % 2 == 0 {
                        vec![created(50), nothing()]
                    } else {
                        vec![success(), failing()]
                    }
                });
                let steps = [created(31)].into_iter().chain(state()).chain(rest);
                let bench = Bench::with(steps, changes);
                assert!(bench.log(missed("1")).await.unwrap().recorded());
                let after = bench.lines().len() - 1;
                assert!(after <= 5, "{policy}, {national}: {:?}", bench.lines());
                most = most.max(after);
            }
        }
    }
    assert!(most >= 4, "the busiest call sent {most}");
}

#[tokio::test(start_paused = true)]
async fn live_popup_is_not_repeated_by_the_follow_up() {
    let changes = json!({"missed_task": true, "missed_user": "4"});
    let steps = [answer("user_phone", "one"), success(), created(31), nothing(), created(61)];
    let bench = Bench::with(steps, changes);
    let _ = bench.event(super::support::incoming(&["151"])).await.unwrap();
    let _ = bench.log(missed("1757843474.185")).await.unwrap();
    let searches = bench.lines().iter().filter(|line| line.starts_with("GET user/phone")).count();
    assert_eq!(searches, 1, "{:?}", bench.lines());
}

#[test]
fn lead_status_must_be_a_number() {
    let hub = vochi_crm_core::Hub::new().unwrap();
    let error = open(&hub, &json!({"lead_status": "Новый"})).unwrap_err();
    assert_eq!((error.kind(), error.key()), (ErrorKind::Config, Some("lead_status")));
    let error = open(&hub, &json!({"account_id": "shop"})).unwrap_err();
    assert_eq!((error.kind(), error.key()), (ErrorKind::Config, Some("account_id")));
    let error = open(&hub, &json!({"extensions": {"151": "petrova"}})).unwrap_err();
    assert_eq!(error.key(), Some("extensions.151"));
    assert_eq!(Direction::Inbound.as_str(), "in");
}
