//! Seed rows of the histories.

use serde_json::{Value, json};

use super::journal::Subject;
use super::seed;
use super::store::{Fields, fields_with_null};

/// The customers of these rows no longer exist, which a reader of a history must handle.
pub(super) fn rows() -> Vec<(Subject, Fields)> {
    let first = seed::customers().into_iter().next().map(Value::Object).unwrap_or_default();
    let mut created = first.clone();
    if let Value::Object(created) = &mut created {
        created.insert("id".into(), json!(62));
    }
    let customers = [
        json!({
            "id": 2692,
            "createdAt": "2026-03-14 10:01:00",
            "created": true,
            "source": "api",
            "field": "id",
            "apiKey": {"current": true},
            "oldValue": null,
            "newValue": 62,
            "customer": created,
        }),
        json!({
            "id": 2695,
            "createdAt": "2026-03-14 10:05:00",
            "source": "user",
            "user": {"id": 7},
            "field": "phones",
            "oldValue": null,
            "newValue": "9515120000",
            "customer": {"id": 62, "externalId": "ext-62", "site": seed::SITE},
        }),
        json!({
            "id": 2696,
            "createdAt": "2026-03-14 10:07:00",
            "source": "user",
            "user": {"id": 7},
            "field": "manager_id",
            "oldValue": 7,
            "newValue": 8,
            "customer": {"id": 62, "site": seed::SITE},
        }),
        json!({
            "id": 2699,
            "createdAt": "2026-03-14 10:09:00",
            "deleted": true,
            "source": "user",
            "field": "id",
            "oldValue": 63,
            "newValue": null,
            "customer": {"id": 63, "site": seed::SITE},
            "combinedTo": {"id": 62, "site": seed::SITE},
        }),
    ];
    let orders = [
        json!({
            "id": 7038,
            "createdAt": "2026-03-14 10:45:00",
            "created": true,
            "source": "api",
            "field": "status",
            "apiKey": {"current": true},
            "oldValue": null,
            "newValue": {"code": "new"},
            "order": order(&first),
        }),
        json!({
            "id": 7040,
            "createdAt": "2026-03-14 10:50:00",
            "source": "user",
            "user": {"id": 7},
            "field": "manager",
            "oldValue": null,
            "newValue": 7,
            "order": {
                "id": 501,
                "externalId": "vochi-call-pbx1-1773474900.42",
                "site": seed::SITE,
                "status": "new",
            },
        }),
    ];
    let customers = customers.map(|row| (Subject::Customer, fields_with_null(row)));
    let orders = orders.map(|row| (Subject::Order, fields_with_null(row)));
    customers.into_iter().chain(orders).collect()
}

/// The order of the first row, as created.
fn order(customer: &Value) -> Value {
    let mut order = super::orders::seed().pop().unwrap_or_default();
    order.insert("markDatetime".into(), json!(order.get("createdAt")));
    order.insert("customer".into(), customer.clone());
    order.insert("contact".into(), customer.clone());
    Value::Object(order)
}
