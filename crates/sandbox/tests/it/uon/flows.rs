//! Flows over several requests, with state.

use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_sandbox::Crm;
use vochi_crm_sandbox::uon::{IdForm, List};

use super::{call, done, form, get, last_checks, post, reminder, send, set_dialect};
use crate::support::{control, sandbox, with};

#[tokio::test]
async fn created_client_is_found_by_phone() {
    let sandbox = sandbox().await;
    let user = json!({
        "u_surname": "Нина", "u_phone": "375295550011", "u_manager_id": 2, "u_sex": "ж",
        "extended_fields": {"199889": "Звонил"},
    });
    let created = done(&post("user/create.json", &user), &sandbox).await;
    let id = created["id"].as_str().expect("an id as text").to_owned();
    let found = done(&get("user/phone/375295550011.json"), &sandbox).await;
    let found = &found["users"][0];
    assert_eq!((found["u_id"].to_string(), &found["manager_id"]), (id.clone(), &json!(2)));
    assert_eq!((&found["u_sex"], &found["u_surname"]), (&json!(2), &json!("Нина")));
    assert_eq!(found["extended_fields"], json!([{"id": 199_889, "value": "Звонил"}]));

    let change = json!({"u_phone_mobile": "375295550012", "extended_fields": {"199889": "2"}});
    done(&post(&format!("user/update/{id}.json"), &change), &sandbox).await;
    let found = done(&get("user/phone/375295550012.json"), &sandbox).await;
    assert_eq!(found["users"][0]["extended_fields"], json!([{"id": 199_889, "value": "2"}]));
    let today = &found["users"][0]["u_date_update"].as_str().expect("a time")[..10];
    let changed = done(&get(&format!("user/updated/{today}/{today}.json")), &sandbox).await;
    assert_eq!(changed["users"].as_array().map(Vec::len), Some(1), "only the new one changed");
}

#[tokio::test]
async fn numbers_are_found_by_their_digits_as_stored() {
    let sandbox = sandbox().await;
    for (path, ids) in [
        // A number with a plus, and one with a leading space.
        ("375291112233", vec![7, 9]),
        ("375291112233/1", vec![7]),
        ("375448581677", vec![32]),
        ("89627917460", vec![34]),
        ("79627917460", vec![]),
        ("291112233", vec![]),
    ] {
        let reply = send(&get(&format!("user/phone/{path}.json")), &sandbox).await;
        let users = reply.json()["users"].as_array().cloned().unwrap_or_default();
        let found: Vec<i64> = users.iter().filter_map(|it| it["u_id"].as_i64()).collect();
        assert_eq!(found, ids, "{path}");
        assert_eq!(reply.status, if ids.is_empty() { 404 } else { 200 }, "{path}");
    }
}

#[tokio::test]
async fn late_search_finds_a_new_client_after_a_second() {
    let sandbox = sandbox().await;
    set_dialect(&sandbox, |it| {
        it.late_phone_search = true;
        it.ids = IdForm::Zero;
    });
    let user = json!({"u_surname": "Нина", "u_phone": "375295550011"});
    let created = done(&post("user/create.json", &user), &sandbox).await;
    assert_eq!(created["id"], 0, "created, with an unknown id");
    let found = get("user/phone/375295550011.json");
    assert_eq!(send(&found, &sandbox).await.status, 404);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(1)).await;
    tokio::time::resume();
    done(&found, &sandbox).await;
}

#[tokio::test]
async fn misnamed_fields_are_ignored_and_reported() {
    let sandbox = sandbox().await;
    let uon = sandbox.uon();
    let last = |list| uon.records(list).pop().expect("a record");

    let user = json!({"u_surname": "Нина", "manager_id": 2, "source_id": 5});
    send(&post("user/create.json", &user), &sandbox).await;
    assert_eq!(last_checks(&sandbox), ["user.known_fields"]);
    assert!(sandbox.refused(Crm::Uon)[0].why.ends_with("at manager_id, source_id"));
    let stored = last(List::Users);
    assert_eq!((&stored["manager_id"], &stored["source_id"]), (&json!(0), &json!(0)));

    let reply = send(&post("request/update/12.json", &json!({"status_id": 5})), &sandbox).await;
    assert_eq!((reply.status, last_checks(&sandbox)), (200, vec!["update.known_fields"]));
    assert_eq!(uon.record(List::Leads, 12).expect("a lead")["status_id"], "1", "unchanged");

    let misnamed = with(call(), json!({"record_link": null, "record_url": "https://x.example/1"}));
    send(&post("call_history/create.json", &misnamed), &sandbox).await;
    assert_eq!(last_checks(&sandbox), ["call.known_fields"]);
    assert_eq!(last(List::Calls)["record_url"], Value::Null);

    let lead = json!({"r_cl_id": 7, "u_phone": "375291112233", "r_manager_id": 2});
    send(&post("lead/create.json", &lead), &sandbox).await;
    assert_eq!(last_checks(&sandbox), ["lead.known_fields"]);
    assert_eq!(last(List::Leads)["manager_id"], 0);

    let all = uon.records(List::Leads).len();
    let reply = send(&post("lead/search.json", &json!({"phone": "375446370646"})), &sandbox).await;
    assert_eq!(reply.json()["leads"].as_array().map(Vec::len), Some(all), "an unknown filter");
    assert_eq!(last_checks(&sandbox), ["lead-search.known_fields"]);
}

#[tokio::test]
async fn plus_in_a_form_is_stored_as_a_space() {
    let sandbox = sandbox().await;
    send(&form("user/create.json", "u_phone=+375295550011&u_surname=N"), &sandbox).await;
    assert_eq!(last_checks(&sandbox), ["user.u_phone.form"]);
    let found = done(&get("user/phone/375295550011.json"), &sandbox).await;
    assert_eq!(found["users"][0]["u_phone"], " 375295550011");
}

#[tokio::test]
async fn call_is_linked_to_the_client_of_its_number() {
    let sandbox = sandbox().await;
    let stranger = with(call(), json!({"phone": "375295550011", "duration": 0, "note": null}));
    for call in [call(), stranger] {
        done(&post("call_history/create.json", &call), &sandbox).await;
    }
    let own = done(&get("call_history_by_user/7/1.json"), &sandbox).await;
    assert_eq!(own["records"].as_array().map(Vec::len), Some(1));
    let own = done(&get("call_history_by_request/1021/1.json"), &sandbox).await;
    assert_eq!(own["records"][0]["record_link"], call()["record_link"]);
    assert_eq!(own["records"][0].get("_client"), None);
    let all = done(&get("call_history/1.json"), &sandbox).await;
    assert_eq!(all["records"].as_array().map(Vec::len), Some(2));

    let user = json!({"u_surname": "Нина", "u_phone": "375295550011"});
    let id = done(&post("user/create.json", &user), &sandbox).await["id"].clone();
    let late = get(&format!("call_history_by_user/{}/1.json", id.as_str().expect("an id")));
    assert_eq!(send(&late, &sandbox).await.status, 404, "a client created later has no call");

    let rows = sandbox.uon().calls();
    let row = |index: usize| (rows[index].outcome, rows[index].talk_seconds, rows[index].direction);
    assert_eq!(row(0), (Some("answered"), Some(120), Some("in")));
    assert_eq!(row(1), (Some("missed"), Some(0), Some("in")));
    assert_eq!(rows[0].phone.as_deref(), Some("+375291112233"));
    assert_eq!((rows[0].extension.as_deref(), &rows[0].call_id), (Some("151"), &None));
}

#[tokio::test]
async fn lead_has_names_a_status_and_an_automatic_task() {
    let sandbox = sandbox().await;
    let lead = json!({
        "r_cl_id": 7, "u_phone": "375291112233", "source": "Телефония", "status_id": 2,
        "r_u_id": 2, "note": "Звонок",
    });
    let id = done(&post("lead/create.json", &lead), &sandbox).await["id"].clone();
    let id = id.as_str().expect("an id as text").to_owned();
    let reminders = done(&get(&format!("reminder/{id}.json")), &sandbox).await;
    assert_eq!(reminders["reminder"][0]["text"], "Заполнить данные клиента (через 1 час)");
    let lead = done(&get(&format!("lead/{id}.json")), &sandbox).await["lead"][0].clone();
    for (name, value) in [
        ("client_surname", json!("Иванов")),
        ("manager_name", json!("Марина")),
        ("source", json!("Телефония")),
        ("status_id", json!("2")),
        ("status", json!("Думает по предложению")),
        ("notes", json!("Звонок")),
    ] {
        assert_eq!(lead[name], value, "{name}");
    }
    let change = json!({"lead_status_id": 7, "manager_id": "4"});
    done(&post(&format!("request/update/{id}.json"), &change), &sandbox).await;
    let filter = json!({"client_ids": "7", "status_ids": "7", "manager_ids": "4"});
    let found = done(&post("lead/search.json", &filter), &sandbox).await;
    assert_eq!(found["leads"][0]["id"].to_string(), id);
    let of_client = done(&get("lead-by-client/7/1.json"), &sandbox).await;
    assert_eq!(of_client["leads"].as_array().map(Vec::len), Some(3));
    let quiet = json!({"r_cl_id": 7, "u_phone": "1", "ignore_actions_and_reminders": 1});
    done(&post("lead/create.json", &quiet), &sandbox).await;
    assert_eq!(sandbox.uon().records(List::Reminders).len(), 1, "only of the first lead");
}

#[tokio::test]
async fn lead_without_a_client_finds_or_creates_one() {
    let sandbox = sandbox().await;
    for (phone, client) in [("375446370646", 31), ("375295550011", 39)] {
        send(&post("lead/create.json", &json!({"u_phone": phone, "u_name": "Нина"})), &sandbox)
            .await;
        assert_eq!(last_checks(&sandbox), ["lead.r_cl_id.required"]);
        let lead = sandbox.uon().records(List::Leads).pop().expect("a lead");
        assert_eq!(lead["client_id"], client);
    }
}

#[tokio::test]
async fn reminders_are_of_a_request_or_of_a_page_by_verb() {
    let sandbox = sandbox().await;
    done(&post("reminder/create.json", &reminder()), &sandbox).await;
    let path = "reminder/12.json";
    assert_eq!(done(&get(path), &sandbox).await["reminder"][0]["id"], 1);
    assert_eq!(send(&post(path, &json!({})), &sandbox).await.status, 404, "there is no page 12");
    let page = done(&post("reminder/1.json", &json!({"user_id": 2})), &sandbox).await;
    assert_eq!(page["reminder"][0]["r_id"], 12);
    assert_eq!(send(&post("reminder/1.json", &json!({"user_id": 4})), &sandbox).await.status, 404);
    done(&post("reminder/close/1.json", &json!({"done": 1, "done_u_id": 2})), &sandbox).await;
    assert_eq!(sandbox.uon().record(List::Reminders, 1).expect("a reminder")["done"], 1);
}

#[tokio::test]
async fn pages_hold_a_hundred_records() {
    let sandbox = sandbox().await;
    for id in 1..=101 {
        sandbox.uon().put(List::Calls, json!({"id": id}));
    }
    for (page, status, count) in [(1, 200, Some(100)), (2, 200, Some(1)), (3, 404, Some(0))] {
        let reply = send(&get(&format!("call_history/{page}.json")), &sandbox).await;
        let records = reply.json()["records"].as_array().map(Vec::len);
        assert_eq!((reply.status, records), (status, count), "page {page}");
    }
    set_dialect(&sandbox, |it| it.newest_first = true);
    assert_eq!(done(&get("call_history/1.json"), &sandbox).await["records"][0]["id"], 101);
}

#[tokio::test]
async fn eleventh_request_of_a_second_is_refused() {
    let sandbox = sandbox().await;
    sandbox.uon().put_key("ANOTHERKEY", true, true);
    tokio::time::pause();
    for _ in 0..10 {
        done(&get("company.json"), &sandbox).await;
    }
    let reply = send(&get("company.json"), &sandbox).await;
    assert_eq!((reply.status, last_checks(&sandbox)), (429, vec!["limit.key"]));
    assert_eq!(reply.headers.get("retry-after"), None);
    let mut other = get("company.json");
    other.target = "/ANOTHERKEY/company.json".into();
    done(&other, &sandbox).await;
    tokio::time::advance(Duration::from_secs(1)).await;
    done(&get("company.json"), &sandbox).await;
}

#[tokio::test]
async fn account_is_changed_over_http() {
    let sandbox = sandbox().await;
    let account = |members: Value| with(json!({"crm": "uon"}), members);
    let change = account(json!({"post": false, "dialect": {"nothing": "empty_list"},
        "records": {"sources": [{"id": 9, "name": "Реклама"}]}}));
    assert_eq!(control(&sandbox, "/account", &change).await, (200, json!({"ok": true})));
    assert_eq!(send(&post("lead/search.json", &json!({})), &sandbox).await.status, 403);
    let nothing = done(&get("user/phone/375295550011.json"), &sandbox).await;
    assert_eq!(nothing, json!({"users": [], "result": 200}));
    assert_eq!(sandbox.uon().records(List::Sources).len(), 3);
    for (wrong, reason) in [
        (json!({"get": 1}), "true or false"),
        (json!({"dialect": {"color": 1}}), "color"),
        (json!({"keys": "one"}), "list of texts"),
        (json!({"telephony": true}), "no \"telephony\" to set"),
    ] {
        let (status, answer) = control(&sandbox, "/account", &account(wrong.clone())).await;
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(status == 400 && message.contains(reason), "{wrong}: {message}");
    }
}

#[tokio::test]
async fn numbers_and_texts_are_sent_as_the_dialect_says() {
    let sandbox = sandbox().await;
    let reply = send(&get("status_lead.json"), &sandbox).await;
    assert!(reply.text.contains(r"\u041d\u043e\u0432\u044b\u0439"), "escaped: {}", reply.text);
    assert!(reply.text.contains("&rarr;") && reply.text.contains(r"\/"), "{}", reply.text);
    set_dialect(&sandbox, |it| it.text_numbers = true);
    let statuses = done(&get("status_lead.json"), &sandbox).await;
    assert_eq!(statuses["records"][6]["is_archive"], "1");
    let nothing = send(&get("user/phone/375295550011.json"), &sandbox).await.json();
    assert_eq!(nothing, json!({"users": [], "result": "404"}));
}
