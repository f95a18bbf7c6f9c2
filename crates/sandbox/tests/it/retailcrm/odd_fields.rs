//! Odd values in fields and paths of orders, tasks and files get a response without a failure of
//! the stand-in.

use serde_json::{Map, Value, json};
use vochi_crm_sandbox::Sandbox;

use crate::support::{
    FILES, ORDERS, TASKS, Wire, edit_file, edit_order, edit_task, order, sandbox, send_order,
    send_task, task, upload, with,
};

/// Requests per second within the limit.
const AT_ONCE: usize = 9;

fn odd_values() -> Vec<Value> {
    let deep = (0..100).fold(json!(1), |inside, _| json!([inside]));
    vec![
        json!(-1),
        json!(u64::MAX),
        json!(1e308),
        json!(true),
        json!("\u{0}"),
        json!("２０２６-03-14 10:00"),
        json!("я".repeat(4096)),
        json!([]),
        json!([null]),
        json!([[], {}]),
        json!({}),
        json!({"id": null}),
        json!({"id": u64::MAX, "site": 1}),
        json!({"": {"": ""}}),
        json!({"offer": {"id": {}}}),
        deep,
    ]
}

/// Every field with every odd value, the others valid.
fn odd(good: &Value, names: &[&str]) -> Vec<Value> {
    let mut found = Vec::new();
    for name in names {
        for value in odd_values() {
            let change = Value::Object(Map::from_iter([((*name).to_owned(), value)]));
            found.push(with(good.clone(), change));
        }
    }
    found
}

async fn said_yes_or_no(sandbox: &Sandbox, wires: &[Wire]) {
    for some in wires.chunks(AT_ONCE) {
        sandbox.reset();
        for wire in some {
            let reply = wire.send(sandbox).await;
            assert!(
                reply.status < 500 && reply.json()["success"].is_boolean(),
                "{wire:?}: {reply:?}"
            );
        }
    }
    // Accepted values can be sent again.
    for list in [ORDERS, TASKS, FILES] {
        let reply = Wire::get(list).send(sandbox).await;
        assert!(matches!(reply.status, 200 | 503), "{list}: {reply:?}");
    }
}

#[tokio::test]
async fn odd_values_get_a_response() {
    let names = [
        "externalId",
        "firstName",
        "phone",
        "customer",
        "managerId",
        "createdAt",
        "items",
        "customFields",
        "status",
        "weight",
        "number",
        "delivery",
    ];
    let mut wires: Vec<Wire> = odd(&order(), &names).iter().map(send_order).collect();
    wires.extend(odd(&json!({}), &names).iter().map(|it| edit_order(501, it)));
    let names =
        ["text", "datetime", "performerId", "customer", "order", "phone", "phoneSite", "complete"];
    wires.extend(odd(&task(), &names).iter().map(send_task));
    wires.extend(odd(&task(), &names).iter().map(|it| edit_task(433, it)));
    let names = ["filename", "attachment", "id"];
    wires.extend(odd(&json!({}), &names).iter().map(|it| edit_file(25, it)));
    let inside: Vec<Value> = odd_values()
        .into_iter()
        .flat_map(|it| {
            [
                json!({"attachment": [it]}),
                json!({"attachment": [{"customer": it}]}),
                json!({"attachment": [{"order": it}]}),
            ]
        })
        .collect();
    wires.extend(inside.iter().map(|it| edit_file(25, it)));
    said_yes_or_no(&sandbox().await, &wires).await;
}

#[tokio::test]
async fn odd_requests_get_a_response() {
    let mut wires = Vec::new();
    let things = ["0", "-1", "18446744073709551616", "%00", "%FF", "a%2Fb", "502"];
    for thing in things {
        for base in [ORDERS, TASKS, FILES] {
            wires.push(Wire::get(&format!("{base}/{thing}")));
            wires.push(Wire::get(&format!("{base}/{thing}?by=id&site=")));
            wires.push(Wire::post(&format!("{base}/{thing}/edit"), "order=&task=&file="));
        }
        wires.push(Wire::get(&format!("{FILES}/{thing}/download")));
        wires.push(Wire::post(&format!("{FILES}/{thing}/delete"), "a=b"));
    }
    for value in ["", "0", "я", "-1", "99999999999999999999", "2026-03-14+1", "%00", "%FF"] {
        for (base, name) in [
            (ORDERS, "customerId"),
            (ORDERS, "customer"),
            (ORDERS, "createdAtTo"),
            (ORDERS, "ids]["),
            (TASKS, "customer"),
            (TASKS, "dateTo"),
            (TASKS, "status"),
            (FILES, "sizeTo"),
            (FILES, "createdAtFrom"),
            (FILES, ""),
        ] {
            wires.push(Wire::get(&format!("{base}?filter[{name}]={value}")));
        }
        wires.push(Wire::get(&format!("{ORDERS}?page={value}&limit=100")));
    }
    wires.push(Wire::get(&format!("{ORDERS}?page=4294967295&limit=100")));
    wires.push(upload("\u{0}").header("Content-Type", "application/octet-stream; x=\"y"));
    let deep = "[".repeat(100_000);
    for (base, name) in [(ORDERS, "order"), (TASKS, "task")] {
        let body = format!("site=shop-one&{name}={deep}");
        wires.push(Wire::post(&format!("{base}/create"), body));
    }
    said_yes_or_no(&sandbox().await, &wires).await;
}
