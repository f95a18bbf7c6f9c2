//! Customers, companies and employees in RetailCRM's stand-in.

use serde_json::{Value, json};
use vochi_crm_sandbox::Sandbox;
use vochi_crm_sandbox::retailcrm::SiteAccess;

use crate::support::{
    CREATE, CUSTOMERS, MANAGER, Wire, control, customer, field, sandbox, send_customer, state, with,
};

async fn get(sandbox: &Sandbox, target: &str) -> Value {
    Wire::get(target).send(sandbox).await.json()
}

fn ids(list: &Value) -> Vec<u64> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(|it| it["id"].as_u64()).collect()
}

async fn found(sandbox: &Sandbox, query: &str) -> Vec<u64> {
    let reply = get(sandbox, &format!("{CUSTOMERS}?{query}")).await;
    assert_eq!(reply["success"], true, "{query}: {reply}");
    ids(&reply["customers"])
}

fn edit(id: u64, customer: &Value) -> Wire {
    let form = field("by", "id") + "&" + &field("customer", &customer.to_string());
    Wire::post(&format!("{CUSTOMERS}/{id}/edit"), form)
}

#[tokio::test]
async fn name_filter_matches_names_and_numbers() {
    let sandbox = sandbox().await;
    for (query, expected, why) in [
        ("filter[name]=%2B375446370646", vec![201], "the number as it is stored"),
        ("filter[name]=375448581677", vec![202], "stored with blanks and dashes"),
        ("filter[name]=291256636", vec![205], "the national number"),
        (
            "filter[name]=%2B375291112233",
            vec![60, 61],
            "61 is stored as 8 (029) …, and the client must compare it",
        ),
        ("filter[name]=мельник", vec![201], "a family name"),
        ("filter[name]=Иван+Иванов", vec![60], "given and family name"),
        ("filter[name]=375297777777", vec![], "no customer has it"),
    ] {
        assert_eq!(found(&sandbox, query).await, expected, "{query}: {why}");
    }
}

#[tokio::test]
async fn phone_filter_is_accepted_without_effect() {
    let sandbox = sandbox().await;
    let everybody = found(&sandbox, "").await;
    let asked = found(&sandbox, "filter[phone]=%2B375446370646").await;
    assert_eq!(asked, everybody, "a client that trusts the first row gets a stranger");
}

#[tokio::test]
async fn customer_filters_filter() {
    let sandbox = sandbox().await;
    for (query, expected) in [
        ("filter[ids][]=60&filter[ids][]=205", vec![60, 205]),
        ("filter[ids][0]=201", vec![201]),
        ("filter[externalIds][]=ext-61", vec![61]),
        ("filter[email]=ivanov@example.test", vec![60, 61]),
        ("filter[sites][]=shop-two", vec![204, 207]),
        ("filter[managers][]=18", vec![201]),
        ("filter[customFields][source_pbx]=pbx1", vec![61]),
        ("filter[isContact]=1", vec![]),
        ("filter[dateFrom]=2026-02-07", vec![]),
        ("filter[dateTo]=2026-02-06&filter[name]=Elena", vec![205]),
    ] {
        assert_eq!(found(&sandbox, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn customers_come_in_pages() {
    let sandbox = sandbox().await;
    let account = sandbox.retailcrm();
    for id in 300..330 {
        let phones = json!([{"number": "+375295550000"}]);
        let customer = json!({"id": id, "firstName": "Имя", "phones": phones});
        account.put_customer(&customer).expect("it is complete");
    }
    let total = account.customers().len();
    let mut seen = 0;
    for page in 1..=2 {
        let reply = get(&sandbox, &format!("{CUSTOMERS}?limit=20&page={page}")).await;
        let pagination = json!({
            "limit": 20, "totalCount": total, "currentPage": page, "totalPageCount": 2,
        });
        assert_eq!(reply["pagination"], pagination);
        seen += ids(&reply["customers"]).len();
    }
    assert_eq!(seen, total, "two pages hold everybody");
}

#[tokio::test]
async fn created_customer_is_found_and_read_back() {
    let sandbox = sandbox().await;
    let sent = with(
        customer(),
        json!({"managerId": 18, "addTags": ["call"], "customFields": {"line": "main"}}),
    );
    let reply = send_customer(&sent).send(&sandbox).await;
    assert_eq!((reply.status, reply.json()), (201, json!({"success": true, "id": 62})));
    assert_eq!(found(&sandbox, "filter[name]=%2B375295550011").await, [62]);

    let target = format!("{CUSTOMERS}/vochi-375295550011?by=externalId&site=shop-one");
    let read = get(&sandbox, &target).await["customer"].take();
    assert_eq!(read["firstName"], "Нина");
    assert_eq!(read["phones"], json!([{"number": "+375295550011"}]));
    assert_eq!(read["managerId"], 18);
    assert_eq!(read["site"], "shop-one");
    assert_eq!(read["tags"][0]["name"], "call");
    assert_eq!(read["customFields"], json!({"line": "main"}));
    assert_eq!(read["email"], "", "an unknown address is an empty text");

    let shown = &state(&sandbox).await["customers"][0];
    assert_eq!(shown["name"], "Нина", "the state is newest first: {shown}");
    assert_eq!(shown["responsible"]["extension"], "151");
    let manager = get(&sandbox, &format!("{MANAGER}?phone=375295550011")).await;
    assert_eq!(manager["manager"]["id"], 18, "the telephony knows the new customer too");

    let again = send_customer(&sent).send(&sandbox).await;
    assert_eq!(again.status, 400, "the externalId is taken: {again:?}");
    let other = with(customer(), json!({"externalId": "vochi-2"}));
    let other = send_customer(&other).send(&sandbox).await.json();
    assert_eq!(other["id"], 63, "nothing but the externalId keeps a second one out");
}

#[tokio::test]
async fn edit_changes_sent_fields_and_adds_numbers() {
    let sandbox = sandbox().await;
    let changes = json!({"managerId": 8, "phones": [{"number": "+375295550022"}]});
    let reply = edit(60, &changes).send(&sandbox).await.json();
    assert_eq!(reply, json!({"success": true, "id": 60}));
    let read = get(&sandbox, &format!("{CUSTOMERS}/60?by=id")).await["customer"].take();
    assert_eq!(read["managerId"], 8);
    assert_eq!(read["lastName"], "Иванов", "what is not sent stays");
    assert_eq!(
        read["phones"],
        json!([{"number": "+375291112233"}, {"number": "+375295550022"}]),
        "the number known before is still there"
    );
}

#[tokio::test]
async fn merged_customer_leads_to_the_other() {
    let sandbox = sandbox().await;
    sandbox.retailcrm().merge_customer(60, 61);
    let reply = Wire::get(&format!("{CUSTOMERS}/60?by=id")).send(&sandbox).await;
    assert_eq!(reply.status, 404, "{reply:?}");
    assert_eq!(reply.json()["combinedTo"]["id"], 61);
    let edited = edit(60, &json!({"managerId": 8})).send(&sandbox).await;
    assert_eq!(edited.status, 404, "the customer was merged: {edited:?}");
    assert_eq!(found(&sandbox, "filter[ids][]=60&filter[ids][]=61").await, [61]);
}

#[tokio::test]
async fn key_of_one_shop_sees_only_its_shop() {
    let sandbox = sandbox().await;
    sandbox.retailcrm().set_site_access(SiteAccess::Selective(vec!["shop-two".into()]));
    let form = field("customer", &customer().to_string());
    let created = Wire::post(CREATE, form).send(&sandbox).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(found(&sandbox, "").await, [204, 207, 62]);
    let other = Wire::get(&format!("{CUSTOMERS}/60?by=id")).send(&sandbox).await;
    assert_eq!(other.status, 404, "60 belongs to the other shop: {other:?}");
}

#[tokio::test]
async fn company_is_found_by_the_name_of_its_contact() {
    let sandbox = sandbox().await;
    let corporate = "/api/v5/customers-corporate";
    let list = get(&sandbox, &format!("{corporate}?filter[contactIds][]=61")).await;
    assert_eq!(ids(&list["customersCorporate"]), [5041]);
    assert_eq!(
        list["customersCorporate"][0].get("customerContacts"),
        None,
        "the list carries no contacts"
    );
    let contacts = get(&sandbox, &format!("{corporate}/5041/contacts?by=id")).await;
    let customers: Vec<&Value> = contacts["contacts"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|contact| &contact["customer"])
        .collect();
    assert_eq!(customers.len(), 2);
    assert_eq!(
        customers[1],
        &json!({"id": 61, "externalId": "ext-61", "site": "shop-one"}),
        "ids only, neither name nor number"
    );
    let filtered = format!("{corporate}/5041/contacts?by=id&filter[contactIds][]=60");
    assert_eq!(ids(&get(&sandbox, &filtered).await["contacts"]), [944]);
    for (query, expected) in [
        ("filter[companyName]=образец", vec![5042]),
        ("filter[contactName]=Соловьёв", vec![5042]),
        ("filter[nickName][]=ООО+Пример", vec![5041]),
        ("filter[externalIds][]=corp-5042", vec![5042]),
        ("filter[sites][]=shop-one", vec![5041]),
        ("filter[managers][]=8", vec![]),
    ] {
        let list = get(&sandbox, &format!("{corporate}?{query}")).await;
        assert_eq!(ids(&list["customersCorporate"]), expected, "{query}");
    }
    let by_name = format!("{corporate}/corp-5042/companies?by=externalId&site=shop-two");
    let companies = get(&sandbox, &by_name).await;
    assert_eq!(companies["companies"][0]["name"], "ЧП Образец");
}

#[tokio::test]
async fn user_status_determines_the_responsible_manager() {
    let sandbox = sandbox().await;
    let target = format!("{MANAGER}?phone=375291112233");
    assert_eq!(get(&sandbox, &target).await["manager"]["id"], 7);
    let reply = Wire::post("/api/v5/users/7/status", "status=dinner").send(&sandbox).await;
    assert_eq!(reply.json(), json!({"success": true}));
    assert_eq!(get(&sandbox, "/api/v5/users/7").await["user"]["status"], "dinner");
    assert_eq!(get(&sandbox, &target).await.get("manager"), None, "the manager is at lunch now");
}

#[tokio::test]
async fn account_endpoint_adds_customers_until_reset() {
    let sandbox = sandbox().await;
    let asked = json!({"crm": "retailcrm", "customers": [
        {"id": 900, "firstName": "Зоя", "phones": [{"number": "375295550033"}], "managerId": 7},
    ]});
    let (status, answer) = control(&sandbox, "/account", &asked).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(found(&sandbox, "filter[name]=375295550033").await, [900]);
    let nameless = json!({"crm": "retailcrm", "customers": [{"id": 901}]});
    let (status, answer) = control(&sandbox, "/account", &nameless).await;
    assert_eq!(status, 400, "{answer}");
    sandbox.reset();
    assert_eq!(found(&sandbox, "filter[name]=375295550033").await, Vec::<u64>::new());
}
