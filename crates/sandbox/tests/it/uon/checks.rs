//! A request for every rule that only this rule finds.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vochi_crm_sandbox::uon::{API_KEY, ErrorText, List};
use vochi_crm_sandbox::{Crm, Sample, Sandbox};

use super::{call, form, get, last_checks, post, reminder, send, set_dialect, webhook};
use crate::support::{Wire, sandbox, with};

/// The path and the smallest valid body of an object.
fn valid(object: &str) -> (&'static str, Value) {
    match object {
        "user" => ("user/create.json", json!({"u_surname": "Нина", "u_phone": "375295550011"})),
        "user-email" => ("user/email.json", json!({"email": "ivan@example.com"})),
        "user-search" => ("user/search.json", json!({"telegram": "@ivan_example"})),
        "call" => ("call_history/create.json", call()),
        "notification" => {
            ("notification/create.json", json!({"text": "Входящий звонок", "manager_id": "2"}))
        }
        "notifications" => ("notifications/1.json", json!({})),
        "lead" => ("lead/create.json", json!({"r_cl_id": 7, "u_phone": "375291112233"})),
        "lead-search" => ("lead/search.json", json!({"client_ids": "7"})),
        "request-search" => ("request/search.json", json!({"client_ids": "7"})),
        "update" => ("request/update/12.json", json!({"manager_id": 2})),
        "action" => (
            "request-action/create.json",
            json!({"r_id": 12, "type_id": 1, "datetime": "2025-08-28 14:54:10", "text": "Звонок"}),
        ),
        "reminder" => ("reminder/create.json", reminder()),
        "reminders" => ("reminder/1.json", json!({"user_id": 2})),
        "reminder-close" => ("reminder/close/1.json", json!({"done": 1})),
        "source" => ("source/create.json", json!({"rs_name": "Телефония"})),
        "field" => (
            "extended_field/create.json",
            json!({"section": 3, "name": "Канал", "type": 2, "options": "Сайт,Звонок"}),
        ),
        "webhook" => {
            ("webhook/create.json", webhook(47, "https://pbx.example.com/uon/webhook/SECRETPATH"))
        }
        "delete" => ("webhook/delete/1.json", json!({})),
        other => panic!("no valid {other}"),
    }
}

fn wire(sample: &Sample) -> Wire {
    let (path, body) = valid(sample.object);
    let of_request = sample.object == "update" && sample.field == "request_status_id";
    let path = if of_request { "request/update/1021.json" } else { path };
    post(path, &sample.apply(body))
}

/// The seed state with the records that valid requests name.
fn arrange(sandbox: &Sandbox) {
    sandbox.reset();
    let hook = webhook(3, "https://pbx.example.com/uon/webhook/SECRETPATH");
    sandbox.uon().put(List::Webhooks, with(hook, json!({"id": 1})));
    sandbox.uon().put(List::Reminders, with(reminder(), json!({"id": 1})));
}

#[tokio::test]
async fn samples_are_refused_reported_or_accepted() {
    let sandbox = sandbox().await;
    for sample in Sandbox::samples(Crm::Uon) {
        arrange(&sandbox);
        let reply = send(&wire(&sample), &sandbox).await;
        let expected = if sample.accepted { Vec::new() } else { vec![sample.row] };
        assert_eq!(last_checks(&sandbox), expected, "{sample:?}: {reply:?}");
        let is_required = matches!(sample.rule, "required" | "check");
        let status = match sample.row {
            _ if sample.accepted || !is_required => 200,
            "lead.r_cl_id.required" => 200,
            "reminder.manager_id.required" | "reminder.created_u_id.required" => 500,
            _ => 404,
        };
        let nothing = status == 200 && reply.text.contains("[]") && reply.status == 404;
        assert!(reply.status == status || nothing, "{sample:?}: {reply:?}");
        if status == 404 {
            let text = format!("Parameter {} is wrong", sample.field);
            assert_eq!(reply.json()["message"], text, "{sample:?}");
        }
    }
}

/// A request that one row refuses or reports.
struct Case {
    row: &'static str,
    arrange: fn(&Sandbox),
    wire: Wire,
    status: u16,
    text: &'static str,
}

fn case(row: &'static str, wire: Wire, status: u16, text: &'static str) -> Case {
    Case { row, arrange: |_| {}, wire, status, text }
}

fn cases() -> Vec<Case> {
    let path = |path: &str| Wire { target: path.into(), ..get("") };
    let other_key = path("/ANOTHERKEY/company.json");
    let without_suffix = path(&format!("/{API_KEY}/company"));
    let ignored = |row, wire| case(row, wire, 200, "");
    vec![
        case("key.known", other_key, 404, "{\"result\":404}"),
        case("path", without_suffix, 404, "No route found"),
        case("path", post("lead/update/12.json", &json!({"status_id": 5})), 404, "No route found"),
        case("path", get("lead/2025-13-01/2025-08-31.json"), 404, "No route found"),
        case("path", get("user/seven.json"), 404, "No route found"),
        case("verb", get("webhook/delete/1.json"), 404, "Method not allowed (see GET\\/POST)"),
        case("verb", get("notifications/1.json"), 404, "Method not allowed (see GET\\/POST)"),
        case("verb", get("company.json").verb("DELETE"), 404, "Method not allowed"),
        Case {
            arrange: |sandbox| sandbox.uon().put_key(API_KEY, false, true),
            ..case("key.permission", get("company.json"), 403, "")
        },
        Case {
            arrange: |sandbox| sandbox.uon().put_key(API_KEY, true, false),
            ..case("key.permission", post("user/email.json", &json!({"email": "a"})), 403, "")
        },
        case("id.known", post("user/update/99.json", &json!({"u_note": "1"})), 404, "Not found"),
        case("id.known", post("request/update/99.json", &json!({})), 404, "Not found"),
        case("id.known", post("reminder/close/99.json", &json!({"done": 1})), 404, "Not found"),
        case("id.known", post("webhook/update/99.json", &json!({"note": ""})), 404, "Not found"),
        case("id.known", post("webhook/delete/99.json", &Value::Null), 404, "Not found"),
        case("id.known", post("extended_field/delete/99.json", &Value::Null), 404, "Not found"),
        ignored("query.known", get("manager.json?page=2")),
        ignored("path.phone", get("user/phone/+375291112233.json")),
        ignored("body.form", post("lead/search.json", &json!([]))),
        ignored(
            "body.form",
            post("lead/search.json", &json!({})).header("Content-Type", "text/xml"),
        ),
        ignored(
            "body.none",
            Wire { body: "{}".into(), ..get("company.json") }
                .header("Content-Type", "application/json"),
        ),
        ignored("manager.known", post("user/update/7.json", &json!({"u_manager_id": 7}))),
        ignored("client.known", post("request/update/12.json", &json!({"r_cl_id": 99}))),
        ignored(
            "request.known",
            post("reminder/create.json", &with(reminder(), json!({"r_id": 99}))),
        ),
        ignored("status.known", post("request/update/12.json", &json!({"lead_status_id": 99}))),
        ignored(
            "status.known",
            post("request/update/1021.json", &json!({"request_status_id": 99})),
        ),
        ignored(
            "status.of_the_record",
            post("request/update/1021.json", &json!({"lead_status_id": 5})),
        ),
        ignored("user.u_phone.form", form("user/create.json", "u_phone=%2B375295550011")),
        ignored(
            "call.phone.form",
            form("call_history/create.json", "phone=%2B375291112233&start=2025-08-28+14%3A52%3A10"),
        ),
    ]
}

#[tokio::test]
async fn rows_refuse_or_report_their_request() {
    let sandbox = sandbox().await;
    for case in cases() {
        arrange(&sandbox);
        (case.arrange)(&sandbox);
        let reply = send(&case.wire, &sandbox).await;
        let (row, wire) = (case.row, &case.wire);
        assert_eq!(last_checks(&sandbox), [row], "{wire:?}: {reply:?}");
        assert_eq!(reply.status, case.status, "{row}: {reply:?}");
        assert!(reply.text.contains(case.text), "{row}: {reply:?}");
        let refused = sandbox.refused(Crm::Uon).pop().expect("it was refused");
        assert_eq!(refused.status, reply.status, "{row}");
        assert!(refused.why.starts_with(row) && refused.why.contains('§'), "{}", refused.why);
    }
}

#[test]
fn every_row_has_a_case_and_a_section() {
    let samples = Sandbox::samples(Crm::Uon).into_iter().filter(|it| !it.accepted);
    let mut shown: BTreeSet<&str> = samples.map(|it| it.row).collect();
    shown.extend(cases().iter().map(|case| case.row));
    // See `flows::eleventh_request_of_a_second_is_refused`.
    shown.insert("limit.key");
    let checks = Sandbox::checks(Crm::Uon);
    let table: BTreeSet<&str> = checks.iter().map(|check| check.name).collect();
    assert_eq!(table.len(), checks.len(), "names of rows are unique: {checks:?}");
    assert_eq!(shown, table, "cases on the left, table on the right");
    for check in checks {
        assert!(check.section.starts_with('§') && check.demands.len() > 10, "{check:?}");
    }
}

#[tokio::test]
async fn error_texts_come_in_three_forms() {
    let sandbox = sandbox().await;
    for (form, content_type, text) in [
        (ErrorText::Message, "application/json", r#"{"message":"No route found","result":404}"#),
        (ErrorText::Bare, "text/html; charset=UTF-8", "No route found"),
        (
            ErrorText::Object,
            "application/json",
            r#"{"error":{"code":404,"message":"No route found"}}"#,
        ),
    ] {
        set_dialect(&sandbox, |it| it.errors = form);
        let reply = send(&get("clients.json"), &sandbox).await;
        assert_eq!((reply.status, &*reply.content_type, &*reply.text), (404, content_type, text));
    }
}

#[tokio::test]
async fn every_operation_answers_at_its_verb_only() {
    let sandbox = sandbox().await;
    for route in Sandbox::routes(Crm::Uon) {
        sandbox.reset();
        let path = route.path.replace("{key}", API_KEY).replace("{from}", "2025-08-01");
        let path = path.replace("{to}", "2025-08-31").replace("{phone}", "375291112233");
        let path = ["{id}", "{page}", "{office}", "{source}"]
            .iter()
            .fold(path, |path, name| path.replace(name, "1"));
        let wire = Wire { target: path, ..get("").verb(route.method) };
        let reply = send(&wire, &sandbox).await;
        assert!(!reply.text.contains("No route") && !reply.text.contains("Method"), "{route:?}");
        let reply = send(&wire.verb("PUT"), &sandbox).await;
        assert!(reply.text.contains("Method not allowed"), "{route:?}: {reply:?}");
    }
}

#[tokio::test]
async fn odd_requests_get_an_answer() {
    let sandbox = sandbox().await;
    let raw = |target: &str| Wire { target: target.into(), ..get("") };
    let deep = format!("a{}=1", "[x]".repeat(5_000));
    let json = "[".repeat(5_000);
    for wire in [
        raw("/"),
        raw(&format!("/{API_KEY}/.json")),
        raw(&format!("/{API_KEY}")),
        get("user/phone/%FF%00.json"),
        get("user/99999999999999999999.json"),
        get("call_history/99999999999999999999.json"),
        form("user/create.json", "%FF=%FF&=&[=&]=&a[=1&a[b=2&extended_fields[x]=1"),
        form("user/create.json", &deep),
        Wire { body: json, ..post("user/create.json", &json!({})) },
        post("user/create.json", &json!({"u_phone": {"a": [null]}, "extended_fields": [1]})),
        post("lead/create.json", &json!({"u_phone": [], "r_cl_id": 1e300})),
        post("webhook/create.json", &json!({"type_id": {}, "url": []})),
    ] {
        sandbox.reset();
        let reply = send(&wire, &sandbox).await;
        assert!(matches!(reply.status, 200 | 404), "{}: {reply:?}", wire.target);
        assert!(sandbox.state()["uon"].is_object(), "{}", wire.target);
    }
}
