//! Histories of changes with their authors.

use serde_json::{Value, json};
use vochi_crm_sandbox::Sandbox;
use vochi_crm_sandbox::retailcrm::{Author, SiteAccess};

use crate::support::{
    CORPORATE, CREATE, CUSTOMERS, Wire, control, corporate, customer, field, sandbox,
    send_corporate, send_customer, with,
};

/// Rows after the seed rows.
async fn fresh(sandbox: &Sandbox, what: &str, since: u64) -> Vec<Value> {
    let target = format!("/api/v5/{what}/history?filter[sinceId]={since}&limit=100");
    let reply = Wire::get(&target).send(sandbox).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["history"].as_array().cloned().unwrap_or_default()
}

async fn of_customers(sandbox: &Sandbox) -> Vec<Value> {
    fresh(sandbox, "customers", 2699).await
}

/// A row without values that differ between runs.
fn row(row: &Value) -> Value {
    with(row.clone(), json!({"createdAt": null}))
}

#[tokio::test]
async fn created_customer_is_one_complete_row_of_the_own_key() {
    let sandbox = sandbox().await;
    send_customer(&customer()).send(&sandbox).await;
    let rows = of_customers(&sandbox).await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    let read = Wire::get(&format!("{CUSTOMERS}/62?by=id")).send(&sandbox).await.json();
    assert_eq!(
        row(&rows[0]),
        json!({
            "id": 2700, "created": true, "source": "api", "apiKey": {"current": true},
            "field": "id", "oldValue": null, "newValue": 62, "customer": read["customer"],
        })
    );
}

#[tokio::test]
async fn edit_is_one_row_per_changed_field() {
    let sandbox = sandbox().await;
    let changes = json!({
        "managerId": 8, "firstName": "Иван", "phones": [{"number": "+375295550022"}],
        "customFields": {"line": "main"},
    });
    let form = field("by", "id") + "&" + &field("customer", &changes.to_string());
    for _ in 0..2 {
        Wire::post(&format!("{CUSTOMERS}/60/edit"), form.clone()).send(&sandbox).await;
    }
    let rows = of_customers(&sandbox).await;
    let changes: Vec<Value> =
        rows.iter().map(|row| json!([row["field"], row["oldValue"], row["newValue"]])).collect();
    assert_eq!(
        changes,
        [
            json!(["custom_line", null, "main"]),
            json!(["manager_id", 7, 8]),
            json!(["phones", null, "+375295550022"]),
        ],
        "unchanged fields add no rows, so a repeat adds none"
    );
    for row in &rows {
        assert_eq!(
            row["customer"],
            json!({"id": 60, "externalId": "ext-60", "site": "shop-one"}),
            "rows of an edit have only the names of the customer"
        );
    }
}

#[tokio::test]
async fn persons_changes_have_their_author() {
    let sandbox = sandbox().await;
    let account = sandbox.retailcrm();
    let petrov = account.acting_as(Author::User(7));
    petrov.rename_customer(205, "Елена", Some("Новик"));
    petrov.change_phone(205, "+375291256636", "+375291256637");
    petrov.add_phone(205, "+375291256638");
    petrov.remove_phone(205, "+375291256637");
    account.acting_as(Author::AnotherKey).set_responsible(206, Some(7));
    account.acting_as(Author::Code).set_responsible(206, Some(8));
    account.merge_customer(206, 205);
    account.remove_customer(205);

    let rows = of_customers(&sandbox).await;
    let changes: Vec<Value> = rows
        .iter()
        .map(|row| json!([row["source"], row["field"], row["oldValue"], row["newValue"]]))
        .collect();
    assert_eq!(
        changes,
        [
            json!(["user", "first_name", "Elena", "Елена"]),
            json!(["user", "last_name", "Novik", "Новик"]),
            json!(["user", "phones", "+375291256636", "+375291256637"]),
            json!(["user", "phones", null, "+375291256638"]),
            json!(["user", "phones", "+375291256637", null]),
            json!(["api", "manager_id", null, 7]),
            json!(["code", "manager_id", 7, 8]),
            json!(["user", "id", 206, null]),
            json!(["user", "id", 205, null]),
        ]
    );
    assert_eq!(rows[0]["user"], json!({"id": 7}));
    assert_eq!(
        rows[5]["apiKey"],
        json!({"current": false}),
        "another key's change is no echo of our own"
    );
    let merged = with(row(&rows[7]), json!({"id": null}));
    assert_eq!(
        merged,
        json!({
            "deleted": true, "source": "user", "field": "id", "oldValue": 206, "newValue": null,
            "customer": {"id": 206, "site": "shop-one"},
            "combinedTo": {"id": 205, "site": "shop-one"},
        })
    );
    assert_eq!(rows[8]["deleted"], true);
    assert_eq!(rows[8].get("combinedTo"), None, "it was not merged: {}", rows[8]);
    let ids: Vec<u64> = rows.iter().filter_map(|row| row["id"].as_u64()).collect();
    assert!(ids.is_sorted(), "ids rise: {ids:?}");
}

#[tokio::test]
async fn history_is_filtered_by_row_time_and_entity() {
    let sandbox = sandbox().await;
    let account = sandbox.retailcrm();
    account.rename_customer(60, "Ваня", None);
    let ids = async |query: &str| -> Vec<u64> {
        let target = format!("{CUSTOMERS}/history?{query}");
        let reply = Wire::get(&target).send(&sandbox).await;
        assert_eq!(reply.status, 200, "{query}: {reply:?}");
        let rows = reply.json()["history"].take();
        let rows = rows.as_array().into_iter().flatten();
        rows.filter_map(|row| row["id"].as_u64()).collect()
    };
    for (query, expected) in [
        ("filter[sinceId]=2695&filter[endDate]=2026-03-14", vec![2696, 2699]),
        (
            "filter[startDate]=2026-03-14+10:05:00&filter[endDate]=2026-03-14+10:07:00",
            vec![2695, 2696],
        ),
        ("filter[customerId]=63", vec![2699]),
        ("filter[customerExternalId]=ext-62", vec![2695]),
        ("filter[customerId]=60", vec![2700, 2701]),
        ("filter[sinceId]=2701", vec![]),
    ] {
        assert_eq!(ids(query).await, expected, "{query}");
    }
    let page = Wire::get(&format!("{CUSTOMERS}/history?limit=20&page=1")).send(&sandbox).await;
    assert_eq!(
        page.json()["pagination"],
        json!({"limit": 20, "totalCount": 6, "currentPage": 1, "totalPageCount": 1})
    );
}

#[tokio::test]
async fn long_history_is_paged_by_the_last_id() {
    let sandbox = sandbox().await;
    let account = sandbox.retailcrm();
    for number in 0..45 {
        account.add_phone(60, &format!("+3752955{number:05}"));
    }
    let (mut since, mut sizes) = (2699, Vec::new());
    loop {
        let target = format!("{CUSTOMERS}/history?filter[sinceId]={since}&limit=20");
        let reply = Wire::get(&target).send(&sandbox).await.json();
        let rows = reply["history"].as_array().cloned().unwrap_or_default();
        sizes.push(rows.len());
        since = rows.last().and_then(|row| row["id"].as_u64()).unwrap_or(since);
        let pages = &reply["pagination"];
        if pages["totalPageCount"].as_u64() <= pages["currentPage"].as_u64() {
            break;
        }
    }
    assert_eq!((sizes, since), (vec![20, 20, 5], 2744));
}

#[tokio::test]
async fn changes_in_other_shops_are_hidden() {
    let sandbox = sandbox().await;
    let account = sandbox.retailcrm();
    account.set_site_access(SiteAccess::Selective(vec!["shop-two".into()]));
    account.rename_customer(60, "Ваня", None);
    account.rename_customer(204, "Андрюша", Some("Соловьёв"));
    let rows = of_customers(&sandbox).await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0]["customer"]["id"], 204);
}

#[tokio::test]
async fn refused_request_adds_no_row() {
    let sandbox = sandbox().await;
    let refused = with(customer(), json!({"managerId": 4711}));
    send_customer(&refused).send(&sandbox).await;
    Wire::post(CREATE, "customer=1").send(&sandbox).await;
    assert_eq!(of_customers(&sandbox).await, Vec::<Value>::new());
}

#[tokio::test]
async fn corporate_history_has_contacts_and_companies() {
    let sandbox = sandbox().await;
    let reply = send_corporate(&corporate()).send(&sandbox).await;
    assert_eq!((reply.status, reply.json()["id"].clone()), (201, json!(5043)), "{reply:?}");
    let edit = async |path: &str, name: &str, value: Value| {
        let form = format!("by=id&entityBy=id&{}", field(name, &value.to_string()));
        let form = match path.matches('/').count() {
            1 => form.replace("entityBy=id&", ""),
            _ if path.ends_with("create") => form.replace("entityBy=id&", ""),
            _ => form,
        };
        let reply = Wire::post(&format!("{CORPORATE}/{path}"), form).send(&sandbox).await;
        assert!(reply.status < 300, "{path}: {reply:?}");
    };
    edit("5041/edit", "customerCorporate", json!({"nickName": "Пример и Ко"})).await;
    let contact = json!({"customer": {"id": 201}, "companies": [{"id": 771}]});
    edit("5041/contacts/create", "contact", contact).await;
    edit("5041/companies/771/edit", "company", json!({"name": "ООО Другой"})).await;
    sandbox.retailcrm().acting_as(Author::User(7)).remove_corporate(5042);

    let rows = fresh(&sandbox, "customers-corporate", 0).await;
    assert_eq!(rows[0]["created"], true);
    assert_eq!(rows[0]["customer"]["customerContacts"][0]["customer"], json!({"id": 61}));
    assert_eq!(rows[0]["customer"]["companies"][0]["name"], "ООО Проба");
    let changes: Vec<Value> = rows
        .iter()
        .skip(1)
        .map(|row| json!([row["customer"]["id"], row["field"], row["newValue"]]))
        .collect();
    assert_eq!(
        changes,
        [
            json!([5041, "nick_name", "Пример и Ко"]),
            json!([5041, "contact", {"id": 948}]),
            json!([5041, "contact.contact_company", {"id": 162, "customer_contact": {"id": 948}}]),
            json!([5041, "company.name", "ООО Другой"]),
            json!([5041, "main_company", {"id": 771, "name": "ООО Другой"}]),
            json!([5041, "main_contact", {"id": 944}]),
            json!([5042, "id", null]),
        ],
        "{rows:#?}"
    );
    assert_eq!(rows[2]["customerContact"], json!({"id": 948, "customer": {"id": 201}}));
}

#[tokio::test]
async fn account_endpoint_applies_acts() {
    let sandbox = sandbox().await;
    let asked = json!({"crm": "retailcrm", "acts": [
        {"edit": 60, "user": 7, "fields": {"firstName": "Ваня", "phones": [{"number": "+375291112234"}]}},
        {"merge": 61, "into": 60, "user": 8},
        {"delete": 201},
    ]});
    let (status, answer) = control(&sandbox, "/account", &asked).await;
    assert_eq!(status, 200, "{answer}");
    let rows = of_customers(&sandbox).await;
    let changes: Vec<Value> = rows
        .iter()
        .map(|row| json!([row["user"]["id"], row["field"], row["oldValue"], row["newValue"]]))
        .collect();
    assert_eq!(
        changes,
        [
            json!([7, "first_name", "Иван", "Ваня"]),
            json!([7, "phones", "+375291112233", "+375291112234"]),
            json!([8, "id", 61, null]),
            json!([null, "id", 201, null]),
        ]
    );
    for wrong in [
        json!({"edit": 60}),
        json!({"merge": 60}),
        json!({"merge": 60, "into": 60}),
        json!({"delete": 4711}),
        json!({"delete": "60"}),
        json!({"rename": 60}),
        json!({}),
        json!(5),
    ] {
        let asked = json!({"crm": "retailcrm", "acts": [wrong]});
        let (status, answer) = control(&sandbox, "/account", &asked).await;
        assert_eq!(status, 400, "{wrong}: {answer}");
    }
    sandbox.reset();
    assert_eq!(of_customers(&sandbox).await, Vec::<Value>::new());
}
