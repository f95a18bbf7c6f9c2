//! Uploads of customers, some of them refused.

use serde_json::{Value, json};
use vochi_crm_sandbox::Crm;

use crate::support::{CUSTOMERS, Wire, customer, sandbox, send_customers, with};

fn called(external_id: &str) -> Value {
    with(customer(), json!({"externalId": external_id}))
}

#[tokio::test]
async fn valid_customers_are_all_accepted() {
    let sandbox = sandbox().await;
    let all: Vec<Value> = (0..50).map(|n| called(&format!("up-{n}"))).collect();
    let reply = send_customers(&all).send(&sandbox).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let body = reply.json();
    assert_eq!((&body["success"], &body["failedCustomers"]), (&json!(true), &json!([])));
    let taken = body["uploadedCustomers"].as_array().cloned().unwrap_or_default();
    assert_eq!(taken.len(), 50);
    assert_eq!(taken[0], json!({"id": 62, "externalId": "up-0"}));
    let read = Wire::get(&format!("{CUSTOMERS}/up-49?by=externalId&site=shop-one"));
    assert_eq!(read.send(&sandbox).await.json()["customer"]["firstName"], "Нина");
    assert_eq!(sandbox.refused(Crm::RetailCrm).len(), 0);
}

#[tokio::test]
async fn valid_customers_are_stored_and_invalid_reported() {
    let sandbox = sandbox().await;
    sandbox.retailcrm().set_strict(true);
    let nameless = with(called("up-2"), json!({"firstName": null}));
    let without_id = with(customer(), json!({"externalId": null}));
    let all =
        [called("up-1"), nameless, called("up-1"), without_id, called("ext-60"), called("up-3")];
    let reply = send_customers(&all).send(&sandbox).await;
    assert_eq!(reply.status, 460, "{reply:?}");
    assert_eq!(
        reply.json(),
        json!({
            "success": false,
            "uploadedCustomers": [
                {"id": 62, "externalId": "up-1"},
                {"id": 63, "externalId": "up-3"},
            ],
            "failedCustomers": [
                {"externalId": "up-2"},
                {"externalId": "up-1"},
                {},
                {"externalId": "ext-60"},
            ],
            "errorMsg": "Customers are loaded with errors",
            "errors": {
                "externalId": "Something went wrong",
                "firstName": "Something went wrong",
            },
        })
    );
    let customers = sandbox.retailcrm().customers();
    let ids: Vec<u64> = customers.iter().filter_map(|it| it["id"].as_u64()).collect();
    assert!(ids.contains(&62) && ids.contains(&63) && !ids.contains(&64), "{ids:?}");
    let refused = sandbox.refused(Crm::RetailCrm);
    assert_eq!(
        refused[0].checks,
        [
            "customer.firstName.required",
            "customer.externalId.required",
            "customer.externalId.value"
        ],
        "why is written down: {refused:?}"
    );
    let history = Wire::get(&format!("{CUSTOMERS}/history?filter[sinceId]=2699"));
    let history = history.send(&sandbox).await.json();
    assert_eq!(history["pagination"]["totalCount"], 2, "what was taken is in the history");
}
