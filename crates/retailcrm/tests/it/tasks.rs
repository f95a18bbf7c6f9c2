//! Tasks: listed, read, changed. Creation is tested with orders.

use serde_json::json;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Cx, LocalTime};
use vochi_crm_retailcrm::api::{EditTask, GetTask, TaskFilter};
use vochi_crm_retailcrm::model::{CustomerId, PerformerType, TaskData, TaskId, TaskStatus, UserId};

use super::support::{Bench, success, text};

/// A task as in an official client's tests.
pub(crate) fn listed() -> serde_json::Value {
    json!({
        "success": true,
        "pagination": {"limit": 20, "totalCount": 2, "currentPage": 1, "totalPageCount": 1},
        "tasks": [
            {
                "id": 220, "text": "Перезвонить", "datetime": "2026-03-14 11:40",
                "createdAt": "2026-03-14 10:40:49", "complete": true, "creator": 8,
                "performer": 7, "performerType": "user", "completedAt": "2026-03-14 11:34:54",
                "customer": {"type": "customer", "id": 60, "site": "shop-one"},
            },
            {"id": "218", "complete": false, "performer": 25, "performerType": "group"},
        ],
    })
}

#[tokio::test(start_paused = true)]
async fn tasks_are_listed_with_their_filters() {
    let bench = Bench::new([Step::json(200, &listed())]);
    let request = TaskFilter::new()
        .performers([UserId::new(7).unwrap(), UserId::new(8).unwrap()])
        .creators([UserId::new(8).unwrap()])
        .ids([TaskId::new(220).unwrap()])
        .status(TaskStatus::Completed)
        .customer("+375291112233")
        .order_number("501A")
        .text("Перезвонить")
        .created_from("2026-03-14 00:00:00".parse::<LocalTime>().unwrap())
        .created_until("2026-03-15 00:00:00".parse::<LocalTime>().unwrap());
    let client = bench.connector.client();
    let found = client.list(&Cx::history(), request).all().await.unwrap();
    let line = bench.played()[0].line.clone();
    let (path, query) = line.split_once('?').unwrap();
    assert_eq!(path, "GET /api/v5/tasks");
    let pairs: Vec<(String, String)> = super::support::form(query);
    let expected = [
        ("filter[performers][]", "7"),
        ("filter[performers][]", "8"),
        ("filter[creators][]", "8"),
        ("filter[ids][]", "220"),
        ("filter[status]", "completed"),
        ("filter[customer]", "+375291112233"),
        ("filter[orderNumber]", "501A"),
        ("filter[text]", "Перезвонить"),
        ("filter[createdAtFrom]", "2026-03-14 00:00:00"),
        ("filter[createdAtTo]", "2026-03-15 00:00:00"),
        ("limit", "100"),
        ("page", "1"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(pairs, expected);

    let [done, of_group] = found.as_slice() else {
        panic!("two tasks: {found:?}");
    };
    assert_eq!(done.due, Some("2026-03-14 11:40:00".parse().unwrap()));
    assert_eq!(done.complete, Some(true));
    assert_eq!(done.creator, Some(UserId::new(8).unwrap()));
    let customer = done.customer.as_ref().unwrap();
    assert_eq!(customer.id, Some(CustomerId::new(60).unwrap()));
    assert_eq!(of_group.id, TaskId::new(218).unwrap());
    assert_eq!(of_group.performer.as_deref(), Some("25"));
    assert_eq!(of_group.performer_type, Some(PerformerType::Group));
}

#[tokio::test(start_paused = true)]
async fn task_is_read_and_changed() {
    let task = json!({"success": true, "task": listed()["tasks"][0]});
    let bench = Bench::new([Step::json(200, &task), success()]);
    let client = bench.connector.client();
    let read = client.send(&Cx::history(), GetTask(TaskId::new(220).unwrap())).await.unwrap();
    assert_eq!(read.text.as_deref(), Some("Перезвонить"));
    let data = TaskData::new(text("Перезвонить сегодня"), UserId::new(8).unwrap());
    let edit = EditTask::new(read.id, data).site(text("shop-one"));
    client.send(&Cx::history(), &edit).await.unwrap();
    let lines: Vec<String> = bench.played().into_iter().map(|one| one.line).collect();
    assert_eq!(lines, ["GET /api/v5/tasks/220", "POST /api/v5/tasks/220/edit"]);
    let sent = json!({"text": "Перезвонить сегодня", "performerId": 8});
    assert_eq!(bench.sent(1, "task"), sent);
}
