//! Entities, duplicates, universal methods, employees.

use serde_json::{Value, json};
use vochi_crm_sandbox::bitrix24::List;
use vochi_crm_sandbox::{Crm, Sandbox};

use super::{application, call, done, fails, last_checks, method, send, set_dialect};
use crate::support::sandbox;

/// A list with its page.
async fn list(name: &str, parameters: Value, sandbox: &Sandbox) -> Value {
    let reply = send(&method(name, &parameters), sandbox).await;
    assert_eq!((reply.status, sandbox.refused(Crm::Bitrix24).len()), (200, 0), "{reply:?}");
    reply.json()
}

fn ids(body: &Value) -> Vec<i64> {
    let rows = body["result"].as_array().into_iter().flatten();
    rows.filter_map(|it| it["ID"].as_str()?.parse().ok()).collect()
}

#[tokio::test]
async fn pages_end_without_a_next_one() {
    let sandbox = sandbox().await;
    sandbox.bitrix24().clear(List::Contacts);
    for (count, pages) in [(0, 1), (1, 1), (49, 1), (50, 1), (51, 2), (100, 2), (101, 3)] {
        sandbox.bitrix24().clear(List::Contacts);
        sandbox.bitrix24().add_contacts(count);
        sandbox.bitrix24().set_enterprise();
        let (mut start, mut found, mut asked) = (Some(0), Vec::new(), 0);
        while let Some(from) = start {
            let body = list("crm.contact.list", json!({"start": from}), &sandbox).await;
            assert_eq!(body["total"], json!(count));
            found.extend(ids(&body));
            start = body["next"].as_u64();
            asked += 1;
        }
        assert_eq!((found.len(), asked), (count, pages), "{count} rows");
    }
}

#[tokio::test]
async fn negative_start_counts_nothing() {
    let sandbox = sandbox().await;
    let parameters = json!({
        "filter": {">ID": 834}, "order": {"ID": "ASC"}, "select": ["ID"], "start": -1,
    });
    let body = list("crm.contact.list", parameters, &sandbox).await;
    assert_eq!((ids(&body), &body["total"]), (vec![835, 836, 837, 838], &json!(0)));
    assert!(body.get("next").is_none());
}

#[tokio::test]
async fn start_in_upper_case_is_ignored() {
    let sandbox = sandbox().await;
    send(&method("crm.contact.list", &json!({"START": 50})), &sandbox).await;
    assert_eq!(last_checks(&sandbox), ["list.known_fields"]);
    send(&method("user.get", &json!({"START": 50})), &sandbox).await;
    assert_eq!(last_checks(&sandbox), ["users.known_fields"]);
}

#[tokio::test]
async fn filters_compare_numbers_texts_and_lists() {
    let sandbox = sandbox().await;
    for (filter, expected) in [
        (json!({"PHONE": "+375291112233"}), vec![797]),
        (json!({"PHONE": "375291112233"}), vec![]),
        (json!({"%LAST_NAME": "ельни"}), vec![831]),
        (json!({"ASSIGNED_BY_ID": [17, 24]}), vec![797, 831]),
        (json!({"@ASSIGNED_BY_ID": ["17"], "!ID": 831}), vec![797]),
        (json!({">=ID": 837, "<=ID": "838"}), vec![837, 838]),
        (json!({"LAST_NAME": "Novik", "0": {"logic": "OR", "ID": 835, "NAME": "x"}}), vec![835]),
        (json!({">DATE_MODIFY": "2026-05-01T07:00:00+00:00"}), vec![]),
        (json!({">=DATE_MODIFY": "2026-05-01T07:00:00+00:00", "ID": 797}), vec![797]),
    ] {
        let body = list("crm.contact.list", json!({"filter": filter}), &sandbox).await;
        assert_eq!(ids(&body), expected, "{filter}");
    }
}

#[tokio::test]
async fn phones_of_a_list_are_named_in_select() {
    let sandbox = sandbox().await;
    for (select, has) in [(json!([]), false), (json!(["*"]), false), (json!(["PHONE"]), true)] {
        let parameters = json!({"filter": {"ID": 797}, "select": select});
        let body = list("crm.contact.list", parameters, &sandbox).await;
        assert_eq!(body["result"][0].get("PHONE").is_some(), has, "{select}");
    }
    let contact = call("crm.contact.get", json!({"id": 797}), &sandbox).await;
    assert_eq!(contact["PHONE"][0]["VALUE"], json!("+375291112233"));
}

#[tokio::test]
async fn new_entity_reads_back_as_text() {
    let sandbox = sandbox().await;
    let fields = json!({
        "NAME": "Нина", "ASSIGNED_BY_ID": 17, "ORIGINATOR_ID": "vochi", "ORIGIN_ID": "pbx-1",
        "PHONE": [{"VALUE": "+375295550011", "VALUE_TYPE": "MOBILE"}],
    });
    let add = json!({"fields": fields, "params": {"REGISTER_SONET_EVENT": "N"}});
    let id = call("crm.contact.add", add, &sandbox).await;
    assert!(id.is_number());
    let contact = call("crm.contact.get", json!({"id": id}), &sandbox).await;
    assert_eq!(
        (&contact["ID"], &contact["ASSIGNED_BY_ID"]),
        (&json!(id.to_string()), &json!("17"))
    );
    assert_eq!(contact["PHONE"][0]["TYPE_ID"], json!("PHONE"));
    let without = call("crm.contact.add", json!({"fields": {"NAME": "Олег"}}), &sandbox).await;
    let without = call("crm.contact.get", json!({"id": without}), &sandbox).await;
    assert_eq!((without.get("PHONE"), &without["HAS_PHONE"]), (None, &json!("N")));
    fails(&method("crm.contact.get", &json!({"id": 1})), &sandbox, "", "Not found").await;
    let deal = json!({"fields": {"TITLE": "Сделка", "CONTACT_IDS": [797]}});
    let deal = call("crm.deal.add", deal, &sandbox).await;
    let deal = call("crm.deal.get", json!({"id": deal}), &sandbox).await;
    assert_eq!((&deal["CONTACT_ID"], &deal["STAGE_ID"]), (&json!("797"), &json!("NEW")));
}

#[tokio::test]
async fn duplicates_come_by_type_or_as_an_empty_list() {
    let sandbox = sandbox().await;
    let find = |value: &str| json!({"type": "PHONE", "values": [value]});
    let name = "crm.duplicate.findbycomm";
    assert_eq!(call(name, find("80291112233"), &sandbox).await, json!({"CONTACT": [797]}));
    assert_eq!(call(name, find("+79627917460"), &sandbox).await, json!({"CONTACT": [834]}));
    assert_eq!(call(name, find("+375170000000"), &sandbox).await, json!([]));
    for _ in 0..20 {
        let fields = json!({"TITLE": "1", "PHONE": [{"VALUE": "+375291112233"}]});
        call("crm.lead.add", json!({"fields": fields}), &sandbox).await;
    }
    let found = call(name, find("+375291112233"), &sandbox).await;
    assert_eq!(found["LEAD"].as_array().map(Vec::len), Some(20));
    assert!(found.get("CONTACT").is_none(), "20 leads leave out the contacts");
    let contacts = json!({"type": "PHONE", "values": ["+375291112233"], "entity_type": "CONTACT"});
    assert_eq!(call(name, contacts, &sandbox).await, json!({"CONTACT": [797]}));
}

#[tokio::test]
async fn entities_of_a_number_name_the_responsible() {
    let sandbox = sandbox().await;
    let name = "telephony.externalCall.searchCrmEntities";
    let found = call(name, json!({"PHONE_NUMBER": "+375291112233"}), &sandbox).await;
    assert_eq!(found[0]["ASSIGNED_BY"]["USER_PHONE_INNER"], json!("101"));
    assert_eq!(found[0]["NAME"], json!("Иван Иванов"));
    let nothing = call(name, json!({"PHONE_NUMBER": "+375170000000"}), &sandbox).await;
    assert_eq!(nothing, json!([]));
    set_dialect(&sandbox, |it| it.text_ids = true);
    let found = call(name, json!({"PHONE_NUMBER": "+375291112233"}), &sandbox).await;
    assert_eq!(found[0]["CRM_ENTITY_ID"], json!("797"));
}

#[tokio::test]
async fn universal_item_is_the_same_entity_in_camel_case() {
    let sandbox = sandbox().await;
    let get = json!({"entityTypeId": 3, "id": 797});
    let item = call("crm.item.get", get.clone(), &sandbox).await["item"].take();
    assert_eq!((&item["id"], &item["lastName"]), (&json!(797), &json!("Иванов")));
    let known = item["fm"][0]["id"].as_i64().expect("an id");
    let fm = json!({
        "n0": {"typeId": "PHONE", "valueType": "MOBILE", "value": "+375295550011"},
        known.to_string(): {"typeId": "PHONE", "valueType": "WORK", "value": "+375295550012"},
    });
    let update =
        |fm: Value| json!({"entityTypeId": 3, "id": 797, "fields": {"assignedById": 18, "fm": fm}});
    let item = call("crm.item.update", update(fm), &sandbox).await["item"].take();
    assert_eq!(item["assignedById"], json!(18));
    let contact = call("crm.contact.get", json!({"id": 797}), &sandbox).await;
    let mut phones: Vec<&str> = contact["PHONE"]
        .as_array()
        .map(|it| it.iter().filter_map(|it| it["VALUE"].as_str()).collect())
        .unwrap_or_default();
    phones.sort_unstable();
    assert_eq!(phones, ["+375295550011", "+375295550012"]);

    let without_type = update(json!({"n0": {"valueType": "WORK", "value": "+375295550013"}}));
    let reply = send(&method("crm.item.update", &without_type), &sandbox).await;
    assert_eq!((reply.status, last_checks(&sandbox)), (200, vec!["fm.type"]));
    let item = call("crm.item.get", get, &sandbox).await["item"].take();
    assert_eq!(item["fm"].as_array().map(Vec::len), Some(2), "nothing happened");
    let delete = json!({known.to_string(): {"typeId": "PHONE", "value": ""}});
    let reply = send(&method("crm.item.update", &update(delete)), &sandbox).await;
    assert_eq!(reply.json()["result"]["item"]["fm"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn universal_list_filters_in_camel_case() {
    let sandbox = sandbox().await;
    let filter = json!({"0": {"logic": "OR", "0": {"id": 797}, "1": {"lastName": "Жук"}}});
    let parameters = json!({"entityTypeId": 3, "filter": filter, "order": {"id": "DESC"}});
    let body = list("crm.item.list", parameters, &sandbox).await;
    let items = body["result"]["items"].as_array().expect("items");
    let ids: Vec<&Value> = items.iter().map(|it| &it["id"]).collect();
    assert_eq!((ids, &body["total"]), (vec![&json!(832), &json!(797)], &json!(2)));
    let unknown = method("crm.item.list", &json!({"entityTypeId": 140}));
    fails(&unknown, &sandbox, "NOT_FOUND", "Smart process not found").await;
    let unknown = method("crm.item.get", &json!({"entityTypeId": 3, "id": 1}));
    fails(&unknown, &sandbox, "NOT_FOUND", "Element not found").await;
}

#[tokio::test]
async fn employees_have_their_extension_in_several_forms() {
    let sandbox = sandbox().await;
    let body = list("user.get", json!({"FILTER": {"ACTIVE": true}}), &sandbox).await;
    let inner = |id: i64| {
        let users = body["result"].as_array().expect("users");
        users.iter().find(|it| it["ID"] == json!(id.to_string())).map(|it| it.get("UF_PHONE_INNER"))
    };
    assert_eq!(inner(17), Some(Some(&json!("101"))));
    assert_eq!(inner(28), Some(Some(&Value::Null)));
    assert_eq!(inner(20), Some(Some(&json!(""))));
    assert_eq!(inner(1), Some(None));
    assert_eq!(inner(21), None, "a dismissed one");
    let found = list("user.search", json!({"FILTER": {"FIND": "ковал"}}), &sandbox).await;
    assert_eq!(ids(&found), [24]);
    let by = json!({"FILTER": {"UF_PHONE_INNER": "102"}, "select": ["ID", "NAME"]});
    assert_eq!(ids(&list("user.get", by, &sandbox).await), [18]);
    assert_eq!(call("user.current", json!({}), &sandbox).await["ID"], json!("1"));
}

#[tokio::test]
async fn extension_is_changed_by_an_administrator_only() {
    let sandbox = sandbox().await;
    sandbox.bitrix24().set_scopes(&["user"]);
    let update = json!({"ID": 18, "UF_PHONE_INNER": "188"});
    assert_eq!(call("user.update", update.clone(), &sandbox).await, json!(true));
    let user = sandbox.bitrix24().record(List::Users, 18).expect("a user");
    assert_eq!(user["UF_PHONE_INNER"], json!("188"));
    sandbox.bitrix24().put_webhook(17, "employee0001");
    let wire = method("user.update", &update);
    let target = "/rest/17/employee0001/user.update".to_owned();
    let wire = crate::support::Wire { target, ..wire };
    fails(&wire, &sandbox, "ERROR_CORE", "access_denied").await;
}

#[tokio::test]
async fn portal_describes_itself() {
    let sandbox = sandbox().await;
    let none = || json!({});
    assert_eq!(call("profile", none(), &sandbox).await["ADMIN"], json!(true));
    let scopes = json!(["crm", "im", "telephony", "user_basic"]);
    assert_eq!(call("scope", none(), &sandbox).await, scopes);
    let state = |name: &str| json!({"name": name});
    for (name, existing, available) in [
        ("telephony.externalcall.register", true, true),
        ("user.update", true, false),
        ("crm.nothing", false, false),
    ] {
        let found = call("method.get", state(name), &sandbox).await;
        assert_eq!(found, json!({"isExisting": existing, "isAvailable": available}), "{name}");
    }
    let text = "Access denied! Application context required";
    fails(&method("app.info", &none()), &sandbox, "ACCESS_DENIED", text).await;
    sandbox.bitrix24().set_enterprise();
    let info = done(&application("app.info", &none(), &sandbox), &sandbox).await;
    assert_eq!(info["LICENSE_FAMILY"], json!("ent"));
    let feature = call("feature.get", json!({"CODE": "rest_offline_extended"}), &sandbox).await;
    assert_eq!(feature, json!({"value": "Y"}));
    assert_eq!(call("voximplant.line.get", none(), &sandbox).await, json!([]));
}

#[tokio::test]
async fn notification_with_a_tag_replaces_the_older() {
    let sandbox = sandbox().await;
    let notify = json!({"USER_ID": 17, "MESSAGE": "Пропущен", "TAG": "a", "CLIENT_ID": "vochi"});
    let first = call("im.notify", notify.clone(), &sandbox).await;
    let second = call("im.notify", notify, &sandbox).await;
    assert_ne!(first, second);
    assert_eq!(sandbox.bitrix24().records(List::Notifications).len(), 1);
    let unknown = json!({"USER_ID": 99, "MESSAGE": "Пропущен"});
    assert_eq!(call("im.notify.system.add", unknown, &sandbox).await, json!(false));
}

#[tokio::test]
async fn call_is_an_activity_with_one_communication() {
    let sandbox = sandbox().await;
    let fields = json!({
        "OWNER_TYPE_ID": 3, "OWNER_ID": 797, "TYPE_ID": 2, "SUBJECT": "Звонок",
        "COMMUNICATIONS": [{"VALUE": "+375291112233", "ENTITY_ID": 797, "ENTITY_TYPE_ID": 3}],
    });
    let id = call("crm.activity.add", json!({"fields": fields}), &sandbox).await;
    let found = list("crm.activity.list", json!({"filter": {"OWNER_ID": 797}}), &sandbox).await;
    assert_eq!(ids(&found), [id.as_i64().expect("an id")]);
    assert_eq!(found["result"][0]["TYPE_ID"], json!("2"));
}
