//! Tasks in RetailCRM's stand-in.

use serde_json::{Value, json};
use vochi_crm_sandbox::Sandbox;

use crate::support::{TASKS, Wire, edit_task, sandbox, send_task, task, with};

async fn get(sandbox: &Sandbox, target: &str) -> Value {
    Wire::get(target).send(sandbox).await.json()
}

async fn found(sandbox: &Sandbox, query: &str) -> Vec<u64> {
    let reply = get(sandbox, &format!("{TASKS}?{query}")).await;
    assert_eq!(reply["success"], true, "{query}: {reply}");
    let tasks = reply["tasks"].as_array().into_iter().flatten();
    tasks.filter_map(|it| it["id"].as_u64()).collect()
}

#[tokio::test]
async fn created_task_is_found() {
    let sandbox = sandbox().await;
    let sent = with(
        task(),
        json!({
            "commentary": "+375291112233, 10:20",
            "customer": {"externalId": "ext-60", "site": "shop-one"},
            "order": {"number": "501A"},
            "phone": "375291112233",
            "phoneSite": "shop-one",
        }),
    );
    let reply = send_task(&sent).send(&sandbox).await;
    assert_eq!((reply.status, reply.json()), (201, json!({"success": true, "id": 434})));
    let mut read = get(&sandbox, &format!("{TASKS}/434")).await["task"].take();
    assert!(read["createdAt"].take().is_string());
    assert_eq!(
        read,
        json!({
            "id": 434,
            "text": "Перезвонить",
            "commentary": "+375291112233, 10:20",
            "datetime": "2026-03-14 11:20",
            "createdAt": null,
            "complete": false,
            "performer": 7,
            "performerType": "user",
            "customer": {"type": "customer", "id": 60, "externalId": "ext-60", "site": "shop-one"},
            "order": {
                "id": 501, "externalId": "vochi-call-pbx1-1773474900.42", "number": "501A",
            },
            "phone": "375291112233",
            "phoneSite": "shop-one",
        }),
        "the performer has different names in requests and responses"
    );
    assert_eq!(found(&sandbox, "filter[orderNumber]=501A").await, [434]);
    let kept = sandbox.retailcrm().tasks();
    let kept = kept.last().expect("a stored file");
    assert_eq!(kept["customer"], json!({"id": 60}));
    assert_eq!(kept["order"], json!({"id": 501}));
    let again = send_task(&sent).send(&sandbox).await.json();
    assert_eq!(again["id"], 435, "nothing keeps the same task out: {again}");
}

#[tokio::test]
async fn filters_of_tasks_filter() {
    let sandbox = sandbox().await;
    for (query, expected) in [
        ("", vec![432, 433]),
        ("filter[ids][]=433", vec![433]),
        ("filter[performers][]=18&filter[performers][]=7", vec![432]),
        ("filter[creators][]=7", vec![433]),
        ("filter[status]=performing", vec![433]),
        ("filter[status]=completed", vec![432]),
        ("filter[customer]=375291256636", vec![433]),
        ("filter[customer]=мельник", vec![432]),
    ] {
        assert_eq!(found(&sandbox, query).await, expected, "{query}");
    }
    sandbox.reset();
    for (query, expected) in [
        ("filter[text]=АДРЕС", vec![432]),
        ("filter[orderNumber]=499A", vec![432]),
        ("filter[dateFrom]=2026-03-14", vec![433]),
        ("filter[dateTo]=2026-03-13", vec![432]),
        ("filter[createdAtFrom]=2026-03-13+17:05:01", vec![]),
        ("filter[completedAtTo]=2026-03-13", vec![432]),
    ] {
        assert_eq!(found(&sandbox, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn edit_completes_and_reopens_a_task() {
    let sandbox = sandbox().await;
    let target = format!("{TASKS}/433");
    let edit = |complete: bool| {
        edit_task(433, &json!({"id": 433, "performerId": 20, "complete": complete}))
    };
    let reply = edit(true).send(&sandbox).await.json();
    assert_eq!(reply, json!({"success": true}));
    let done = get(&sandbox, &target).await["task"].take();
    assert_eq!(done["complete"], true);
    assert!(done["completedAt"].is_string(), "{done}");
    assert_eq!(done["text"], "Перезвонить", "what is not sent stays");
    edit(false).send(&sandbox).await;
    let open = get(&sandbox, &target).await["task"].take();
    assert_eq!(open["complete"], false);
    assert_eq!(open.get("completedAt"), None);
}
