//! Orders in RetailCRM's stand-in.

use serde_json::{Value, json};
use vochi_crm_sandbox::Sandbox;
use vochi_crm_sandbox::retailcrm::SiteAccess;

use crate::support::{MANAGER, ORDERS, Wire, edit_order, field, order, sandbox, send_order, with};

async fn get(sandbox: &Sandbox, target: &str) -> Value {
    Wire::get(target).send(sandbox).await.json()
}

async fn found(sandbox: &Sandbox, query: &str) -> Vec<u64> {
    let reply = get(sandbox, &format!("{ORDERS}?{query}")).await;
    assert_eq!(reply["success"], true, "{query}: {reply}");
    let orders = reply["orders"].as_array().into_iter().flatten();
    orders.filter_map(|it| it["id"].as_u64()).collect()
}

#[tokio::test]
async fn filters_of_orders_filter() {
    let sandbox = sandbox().await;
    for (query, expected, why) in [
        ("", vec![498, 499, 500, 501], "oldest first, without a guarantee"),
        ("filter[customerId]=201", vec![498, 499], "both of one customer"),
        ("filter[customerId]=61", vec![], "none of another"),
        ("filter[customer]=%2B375446370646", vec![498, 499], "one is stored in another form"),
        ("filter[customer]=соловьёв", vec![500], "a family name"),
        ("filter[ids][]=501&filter[ids][]=498", vec![498, 501], "ids"),
        ("filter[externalIds][]=site-1499", vec![499], "foreign ids"),
        ("filter[numbers][]=500A", vec![500], "numbers"),
        ("filter[sites][]=shop-two", vec![500], "shops"),
    ] {
        assert_eq!(found(&sandbox, query).await, expected, "{query}: {why}");
    }
    sandbox.reset();
    for (query, expected, why) in [
        ("filter[managers][]=7&filter[managers][]=19", vec![500, 501], "managers"),
        ("filter[extendedStatus][]=complete", vec![498], "a status"),
        ("filter[createdAtFrom]=2026-03-05", vec![500, 501], "from a day on"),
        ("filter[createdAtTo]=2026-03-02", vec![498, 499], "a day to its end"),
        ("filter[createdAtTo]=2026-03-02+09:29:59", vec![498], "up to a moment"),
    ] {
        assert_eq!(found(&sandbox, query).await, expected, "{query}: {why}");
    }
}

#[tokio::test]
async fn orders_come_in_pages() {
    let sandbox = sandbox().await;
    let account = sandbox.retailcrm();
    for id in 600..620 {
        account.put_order(&json!({"id": id}));
    }
    let reply = get(&sandbox, &format!("{ORDERS}?limit=20&page=2")).await;
    assert_eq!(
        reply["pagination"],
        json!({"limit": 20, "totalCount": 24, "currentPage": 2, "totalPageCount": 2})
    );
    assert_eq!(reply["orders"].as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn created_order_is_found_and_the_customers_last() {
    let sandbox = sandbox().await;
    let link = |reply: &Value| reply["links"]["lastOrderLink"].as_str().map(str::to_owned);
    let target = format!("{MANAGER}?phone=375291256636&details=1&ignoreStatus=1");
    assert_eq!(link(&get(&sandbox, &target).await), None, "205 has none yet");

    let sent = with(
        order(),
        json!({"managerId": 20, "managerComment": "Со звонка", "customFields": {"line": "main"}}),
    );
    let reply = send_order(&sent).send(&sandbox).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let reply = reply.json();
    assert_eq!((&reply["success"], &reply["id"]), (&json!(true), &json!(502)));
    let json = &reply["order"];
    for (name, value) in [
        ("externalId", json!("vochi-call-1")),
        ("number", json!("502A")),
        ("site", json!("shop-one")),
        ("status", json!("new")),
        ("orderMethod", json!("phone")),
        ("firstName", json!("Нина")),
        ("phone", json!("+375295550011")),
        ("managerId", json!(20)),
        ("managerComment", json!("Со звонка")),
        ("customFields", json!({"line": "main"})),
    ] {
        assert_eq!(json[name], value, "{name} is what was written");
    }
    assert_eq!(json["lastName"], "Novik", "a missing field comes from the customer's");
    assert_eq!(json["customer"]["id"], 205);

    let by_id = get(&sandbox, &format!("{ORDERS}/502?by=id")).await;
    assert_eq!(&by_id["order"], json);
    let by_theirs = format!("{ORDERS}/vochi-call-1?by=externalId&site=shop-one");
    assert_eq!(&get(&sandbox, &by_theirs).await["order"], json);
    assert_eq!(found(&sandbox, "filter[customerId]=205").await, [502]);
    let last = link(&get(&sandbox, &target).await);
    assert!(
        last.as_ref().is_some_and(|it| it.ends_with("/orders/502/edit")),
        "the card of the call leads to the order: {last:?}"
    );
    let kept = sandbox.retailcrm().orders();
    let kept = kept.last().expect("a stored file");
    assert_eq!((&kept["id"], &kept["customer"]["id"]), (&json!(502), &json!(205)));
}

#[tokio::test]
async fn last_order_is_the_latest_created() {
    let sandbox = sandbox().await;
    let old = json!({"customer": {"id": 201}, "createdAt": "2026-01-15 10:00:00"});
    let created = send_order(&with(order(), old)).send(&sandbox).await;
    assert_eq!(created.status, 201, "{created:?}");
    let target = format!("{MANAGER}?phone=375446370646&details=1");
    let link = get(&sandbox, &target).await["links"]["lastOrderLink"].take();
    let link = link.as_str().unwrap_or_default();
    assert!(link.ends_with("/orders/499/edit"), "{link}");
}

#[tokio::test]
async fn repeated_order_is_refused() {
    let sandbox = sandbox().await;
    assert_eq!(send_order(&order()).send(&sandbox).await.status, 201);
    assert_eq!(send_order(&order()).send(&sandbox).await.status, 400);
    assert_eq!(found(&sandbox, "filter[externalIds][]=vochi-call-1").await, [502]);
    let elsewhere = field("site", "shop-two") + "&" + &field("order", &order().to_string());
    let elsewhere = Wire::post(&format!("{ORDERS}/create"), elsewhere);
    assert_eq!(elsewhere.send(&sandbox).await.status, 201, "an externalId belongs to its shop");
}

#[tokio::test]
async fn edit_changes_only_sent_fields() {
    let sandbox = sandbox().await;
    let before = get(&sandbox, &format!("{ORDERS}/501?by=id")).await;
    let changes = json!({"managerComment": "После 15:00", "managerId": 8, "status": "complete"});
    let reply = edit_order(501, &changes).send(&sandbox).await.json();
    assert_eq!((&reply["success"], &reply["id"]), (&json!(true), &json!(501)));
    let mut after = reply["order"].clone();
    assert_eq!(after["managerComment"], "После 15:00");
    assert_eq!(after["managerId"], 8);
    assert_eq!(after["status"], "complete");
    assert_ne!(
        after["statusUpdatedAt"], before["order"]["statusUpdatedAt"],
        "the status is another one now"
    );
    for name in ["managerId", "status", "statusUpdatedAt"] {
        after[name] = before["order"][name].clone();
    }
    after.as_object_mut().map(|it| it.remove("managerComment"));
    assert_eq!(after, before["order"], "what is not sent stays");

    let again = json!({"id": 501, "externalId": "vochi-call-pbx1-1773474900.42"});
    let again = edit_order(501, &again).send(&sandbox).await;
    assert_eq!(again.status, 200, "its own ids are no one else's: {again:?}");
}

#[tokio::test]
async fn history_has_created_and_edited_orders() {
    let sandbox = sandbox().await;
    let target = format!("{ORDERS}/history?filter[sinceId]=7040");
    let created = send_order(&order()).send(&sandbox).await.json();
    edit_order(502, &json!({"managerId": 8})).send(&sandbox).await;
    let rows = get(&sandbox, &target).await["history"].take();
    assert_eq!(rows.as_array().map(Vec::len), Some(2), "{rows}");
    assert_eq!(rows[0]["created"], true);
    assert_eq!(rows[0]["order"], created["order"], "the whole order once");
    assert_eq!(rows[0]["apiKey"], json!({"current": true}), "our own key made it");
    assert_eq!(rows[1]["field"], "manager");
    assert_eq!(rows[1]["newValue"], 8);
    assert_eq!(rows[1]["order"]["id"], 502);
}

#[tokio::test]
async fn key_of_one_shop_sees_no_order_of_another() {
    let sandbox = sandbox().await;
    sandbox.retailcrm().set_site_access(SiteAccess::Selective(vec!["shop-two".into()]));
    assert_eq!(found(&sandbox, "").await, [500]);
    let other = Wire::get(&format!("{ORDERS}/501?by=id")).send(&sandbox).await;
    assert_eq!(other.status, 404, "{other:?}");
    let sent = with(order(), json!({"customer": {"id": 204}}));
    let form = field("order", &sent.to_string());
    let created = Wire::post(&format!("{ORDERS}/create"), form).send(&sandbox).await;
    assert_eq!(created.json()["order"]["site"], "shop-two", "{created:?}");
}

#[tokio::test]
async fn orders_of_a_merged_customer_move_to_the_other() {
    let sandbox = sandbox().await;
    sandbox.retailcrm().merge_customer(60, 61);
    assert_eq!(found(&sandbox, "filter[customerId]=61").await, [501]);
    assert_eq!(found(&sandbox, "filter[customerId]=60").await, Vec::<u64>::new());
    let of_the_first = with(order(), json!({"customer": {"id": 60}}));
    let refused = send_order(&of_the_first).send(&sandbox).await;
    assert_eq!(refused.status, 400, "the customer was merged: {refused:?}");
}
