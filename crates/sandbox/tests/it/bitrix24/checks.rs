//! A request for every rule that only this rule finds.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vochi_crm_sandbox::bitrix24::{ErrorCode, List, PortalState};
use vochi_crm_sandbox::{Crm, Sample, Sandbox};

use super::{application, finished, form, last_checks, method, registration, send, set_dialect};
use crate::support::{Wire, sandbox, with};

/// The method and the smallest valid parameters of an object.
fn valid(object: &str, operation: Option<&str>, call_id: &Value) -> (&'static str, Value) {
    let call = json!({"CALL_ID": call_id});
    match (object, operation) {
        ("register", _) => {
            let client = json!({"CRM_ENTITY_TYPE": "CONTACT", "CRM_ENTITY_ID": 797});
            ("telephony.externalCall.register", with(registration(), client))
        }
        ("finish" | "finish-id", _) => (
            "telephony.externalCall.finish",
            json!({"CALL_ID": "open", "USER_ID": 17, "DURATION": 95, "STATUS_CODE": "200"}),
        ),
        ("card", _) => ("telephony.externalCall.show", with(call, json!({"USER_ID": 17}))),
        ("record", _) => (
            "telephony.externalCall.attachRecord",
            with(call, json!({"FILENAME": "1.mp3", "FILE_CONTENT": "SUQzAw=="})),
        ),
        ("search", _) => {
            ("telephony.externalCall.searchCrmEntities", json!({"PHONE_NUMBER": "+375291112233"}))
        }
        ("line", _) => ("telephony.externalLine.add", json!({"NUMBER": "line-2"})),
        ("line-update", _) => {
            ("telephony.externalLine.update", json!({"NUMBER": "line-1", "NAME": "Касса"}))
        }
        ("transcript", _) => {
            let message = json!({"SIDE": "User", "START_TIME": 1, "STOP_TIME": 3, "MESSAGE": "Да"});
            ("telephony.call.attachTranscription", with(call, json!({"MESSAGES": [message]})))
        }
        ("statistic", _) => ("voximplant.statistic.get", json!({"FILTER": call})),
        ("phone-users", _) => ("voximplant.user.get", json!({"USER_ID": [17]})),
        ("plain", _) => ("profile", json!({})),
        ("scope", _) => ("scope", json!({})),
        ("method", _) => ("method.get", json!({"NAME": "telephony.externalcall.register"})),
        ("feature", _) => ("feature.get", json!({"CODE": "rest_offline_extended"})),
        ("batch", _) => ("batch", json!({"HALT": 0, "CMD": {"a": "profile"}})),
        ("events", _) => ("events", json!({})),
        ("bind", _) => (
            "event.bind",
            json!({"EVENT": "OnExternalCallStart", "HANDLER": "https://pbx.example/in"}),
        ),
        ("unbind", _) => ("event.unbind", json!({"EVENT": "OnExternalCallStart"})),
        ("offline-get", _) => ("event.offline.get", json!({"CLEAR": 1})),
        ("offline-list", _) => ("event.offline.list", json!({})),
        ("offline-package", _) => ("event.offline.clear", json!({"PROCESS_ID": "1"})),
        ("users", _) => ("user.get", json!({})),
        ("user", _) => ("user.update", json!({"ID": 18, "UF_PHONE_INNER": "102"})),
        ("notice", _) => ("im.notify", json!({"USER_ID": 17, "MESSAGE": "Пропущен звонок"})),
        ("list", _) => ("crm.contact.list", json!({})),
        ("get", _) => ("crm.contact.get", json!({"id": 797})),
        ("add", _) => ("crm.contact.add", json!({"fields": {"NAME": "Нина"}, "params": {}})),
        ("activity", _) => (
            "crm.activity.add",
            json!({"fields": {"TYPE_ID": 2, "COMMUNICATIONS": [{"VALUE": "+375291112233"}]}}),
        ),
        ("duplicates", _) => {
            ("crm.duplicate.findbycomm", json!({"type": "PHONE", "values": ["+375291112233"]}))
        }
        ("items" | "item", Some("ItemGet")) => {
            ("crm.item.get", json!({"entityTypeId": 3, "id": 797}))
        }
        ("item", Some("ItemUpdate")) => {
            ("crm.item.update", json!({"entityTypeId": 3, "id": 797, "fields": {}}))
        }
        ("item", Some("ItemAdd")) => {
            ("crm.item.add", json!({"entityTypeId": 3, "fields": {"name": "Нина"}}))
        }
        ("items", _) => ("crm.item.list", json!({"entityTypeId": 3, "filter": {}})),
        ("item", _) => ("crm.item.update", json!({"entityTypeId": 3, "id": 797, "fields": {}})),
        ("contact", _) => ("crm.contact.add", json!({"fields": {"NAME": "Нина"}})),
        ("lead", _) => ("crm.lead.add", json!({"fields": {"TITLE": "Звонок"}})),
        ("company", _) => ("crm.company.add", json!({"fields": {"TITLE": "ООО Проба"}})),
        ("deal", _) => ("crm.deal.add", json!({"fields": {"TITLE": "Сделка"}})),
        (other, operation) => panic!("no valid {other} in {operation:?}"),
    }
}

/// The request of a sample, over the application where a webhook is refused.
fn wire(sample: &Sample, call_id: &Value, sandbox: &Sandbox) -> Wire {
    let (name, parameters) = valid(sample.object, sample.operation.as_deref(), call_id);
    let of_record = ["contact", "lead", "company", "deal"].contains(&sample.object);
    let (name, parameters) = match sample.field.split('.').next() {
        // The rules of `fields` and `filter` are about two methods.
        Some("filter") if sample.object == "item" => {
            ("crm.item.list", json!({"entityTypeId": 3, "filter": {}}))
        }
        _ => (name, parameters),
    };
    let parameters = if of_record {
        json!({"fields": sample.apply(parameters["fields"].clone())})
    } else {
        sample.apply(parameters)
    };
    let is_application = name.starts_with("event");
    if is_application { application(name, &parameters, sandbox) } else { method(name, &parameters) }
}

#[tokio::test]
async fn samples_are_refused_reported_or_accepted() {
    let sandbox = sandbox().await;
    for sample in Sandbox::samples(Crm::Bitrix24) {
        sandbox.reset();
        sandbox.bitrix24().set_scopes(&["crm", "im", "telephony", "user"]);
        let call_id = finished(&sandbox).await;
        let wire = wire(&sample, &call_id, &sandbox);
        let reply = send(&wire, &sandbox).await;
        let expected = if sample.accepted { Vec::new() } else { vec![sample.row] };
        let found = last_checks(&sandbox);
        // An empty value of a required parameter is refused as a missing one.
        let is_missing = sample.rule == "not_blank" && reply.status != 200;
        assert!(found == expected || is_missing, "{found:?} {sample:?}: {wire:?} {reply:?}");
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
    let none = json!({});
    let path = |path: &str| Wire { target: path.into(), ..method("", &json!({})) };
    let ignored = |row, wire| case(row, wire, 200, "result");
    let commands = |count: usize| {
        let commands = (0..count).map(|it| (format!("c{it}"), json!("profile")));
        json!({"cmd": commands.collect::<serde_json::Map<_, _>>()})
    };
    vec![
        case("auth", path("/rest/1/another/profile"), 401, "NO_AUTH_FOUND"),
        case("auth", path("/rest/17/samplewebhook0001/profile"), 401, "NO_AUTH_FOUND"),
        case("auth", path("/rest/profile"), 401, "NO_AUTH_FOUND"),
        case("auth", path("/rest/profile?auth=another"), 401, "invalid_token"),
        Case {
            arrange: |sandbox| {
                sandbox.bitrix24().issue_tokens(21);
            },
            ..case("auth", path("/rest/profile?auth=sampleaccesstoken0001"), 401, "authorization_")
        },
        Case {
            arrange: |sandbox| set_dialect(sandbox, |it| it.errors_as_200 = true),
            ..case("auth", path("/rest/profile"), 200, "NO_AUTH_FOUND")
        },
        case("method", method("crm.contact.destroy", &none), 404, "ERROR_METHOD_NOT_FOUND"),
        Case {
            arrange: |sandbox| sandbox.bitrix24().set_scopes(&["crm"]),
            ..case("scope", method("user.get", &none), 403, "insufficient_scope")
        },
        case("scope", method("user.update", &json!({"ID": 18})), 403, "webhook token"),
        case("auth.application", method("event.get", &none), 403, "WRONG_AUTH_TYPE"),
        Case {
            arrange: |sandbox| set_dialect(sandbox, |it| it.refuse_webhooks = true),
            ..case(
                "auth.telephony",
                method("telephony.externalLine.get", &none),
                403,
                "WRONG_AUTH_TYPE",
            )
        },
        ignored("body.form", Wire { body: "[1]".into(), ..method("profile", &none) }),
        ignored("batch.length", method("batch", &commands(51))),
        ignored("batch.method", method("batch", &json!({"cmd": {"a": "batch?cmd[b]=profile"}}))),
        ignored("batch.hash", method("batch", &json!({"cmd": {"a": "profile#1"}}))),
        ignored(
            "filter.known",
            method("crm.contact.list", &json!({"filter": {">PHONES": "+375291112233"}})),
        ),
        ignored(
            "fm.type",
            method(
                "crm.item.update",
                &json!({"entityTypeId": 3, "id": 797, "fields": {"fm": {"n0": {"value": "+1"}}}}),
            ),
        ),
        ignored("user.known", form("telephony.externalCall.hide", "CALL_ID=1&USER_ID[0]=99")),
        ignored(
            "user.known",
            method("crm.lead.add", &json!({"fields": {"TITLE": "1", "ASSIGNED_BY_ID": 99}})),
        ),
    ]
}

#[tokio::test]
async fn rows_refuse_or_report_their_request() {
    let sandbox = sandbox().await;
    for case in cases() {
        sandbox.reset();
        (case.arrange)(&sandbox);
        let reply = send(&case.wire, &sandbox).await;
        let (row, wire) = (case.row, &case.wire);
        assert_eq!(last_checks(&sandbox), [row], "{wire:?}: {reply:?}");
        assert_eq!(reply.status, case.status, "{row}: {reply:?}");
        assert!(reply.text.contains(case.text), "{row}: {reply:?}");
        let refused = sandbox.refused(Crm::Bitrix24).pop().expect("it was refused");
        assert_eq!(refused.status, reply.status, "{row}");
        assert!(refused.why.starts_with(row) && refused.why.contains('§'), "{}", refused.why);
    }
}

#[test]
fn every_row_has_a_case_and_a_section() {
    let samples = Sandbox::samples(Crm::Bitrix24).into_iter().filter(|it| !it.accepted);
    let mut shown: BTreeSet<&str> = samples.map(|it| it.row).collect();
    shown.extend(cases().iter().map(|case| case.row));
    // See `access::full_bucket_is_refused` and `access::method_rests_after_its_operating_time`.
    shown.extend(["limit.bucket", "limit.operating"]);
    let checks = Sandbox::checks(Crm::Bitrix24);
    let table: BTreeSet<&str> = checks.iter().map(|check| check.name).collect();
    assert_eq!(table.len(), checks.len(), "names of rows are unique: {checks:?}");
    assert_eq!(shown, table, "cases on the left, table on the right");
    for check in checks {
        assert!(check.section.starts_with('§') && check.demands.len() > 10, "{check:?}");
    }
}

#[tokio::test]
async fn every_method_answers_in_any_letter_case() {
    let sandbox = sandbox().await;
    sandbox.bitrix24().set_scopes(&["crm", "im", "telephony", "user"]);
    for route in Sandbox::routes(Crm::Bitrix24) {
        let name = route.path.trim_start_matches("/rest/").to_uppercase();
        let reply =
            send(&application(&format!("{name}.json/"), &json!({}), &sandbox), &sandbox).await;
        assert!(!reply.text.contains("ERROR_METHOD_NOT_FOUND"), "{name}: {reply:?}");
        let body = reply.json();
        assert!(body.get("result").or_else(|| body.get("error")).is_some(), "{name}: {reply:?}");
        if sandbox.requests(Crm::Bitrix24).len() % 40 == 0 {
            sandbox.bitrix24().set_enterprise();
        }
    }
}

#[tokio::test]
async fn portal_as_a_whole_may_be_closed() {
    let sandbox = sandbox().await;
    for (state, status, code) in [
        (PortalState::Deleted, 403, "PORTAL_DELETED"),
        (PortalState::Blocked, 503, "OVERLOAD_LIMIT"),
        (PortalState::WithoutRest, 403, "ACCESS_DENIED"),
        (PortalState::Unpaid, 401, "PAYMENT_REQUIRED"),
    ] {
        sandbox.bitrix24().set_state(state);
        let reply = send(&method("profile", &json!({})), &sandbox).await;
        assert_eq!((reply.status, &reply.json()["error"]), (status, &json!(code)), "{state:?}");
    }
}

#[tokio::test]
async fn telephony_has_two_codes_and_two_texts() {
    let sandbox = sandbox().await;
    let unknown = method("telephony.externalCall.finish", &super::end(&json!("unknown")));
    super::fails(
        &unknown,
        &sandbox,
        "ERROR_CORE",
        "Call is not found (call should be registered prior to finishing)",
    )
    .await;
    set_dialect(&sandbox, |it| {
        it.error_code = ErrorCode::Empty;
        it.server_texts = true;
    });
    let text = "Call is not found (call should be registered prior to finishing";
    super::fails(&unknown, &sandbox, "", text).await;
    assert!(sandbox.refused(Crm::Bitrix24).is_empty(), "a correct client may meet it");
}

#[tokio::test]
async fn odd_requests_get_an_answer() {
    let sandbox = sandbox().await;
    let deep = format!("a{}=1", "[x]".repeat(5_000));
    let raw = |target: &str| Wire { target: target.into(), ..method("", &json!({})) };
    for wire in [
        raw("/"),
        raw("/rest/"),
        raw("/rest/1/2/3/4"),
        raw("/rest/1/%FF/profile"),
        raw("/oauth/token/?grant_type=refresh_token"),
        raw("/oauth/authorize/"),
        raw("/rest/1/samplewebhook0001/upload.json?token=telephony|zz|0"),
        form("crm.contact.list", "%FF=%FF&=&[=&]=&filter[=1&filter[b=2&start=x"),
        form("crm.contact.list", &deep),
        Wire { body: "[".repeat(5_000), ..method("batch", &json!({})) },
        form("batch", "cmd[]=profile&cmd=1&cmd[a][b]=profile&halt=%00"),
        method("batch", &json!({"cmd": {"a": "crm.contact.list?filter[ID]=$result[", "b": 1}})),
        method("batch", &json!({"cmd": ["$result[0]?a=$result[0][0][0]"]})),
        method("crm.contact.add", &json!({"fields": {"PHONE": {"a": [null]}, "NAME": [1]}})),
        method("crm.item.update", &json!({"entityTypeId": 1e300, "id": {}, "fields": []})),
        method("telephony.externalCall.register", &json!({"USER_ID": {}, "TYPE": 1e300})),
        method("voximplant.statistic.get", &json!({"FILTER": {"0": [1], "><ID": 1, "": ""}})),
        method("user.get", &json!({"ORDER": {}, "SELECT": {"a": 1}, "start": 1e18})),
    ] {
        sandbox.reset();
        let reply = send(&wire, &sandbox).await;
        assert!(matches!(reply.status, 200 | 302 | 400..=404), "{}: {reply:?}", wire.target);
        assert!(sandbox.state()["bitrix24"].is_object(), "{}", wire.target);
    }
}

#[tokio::test]
async fn unknown_field_of_an_entity_is_not_stored() {
    let sandbox = sandbox().await;
    let fields = json!({"fields": {"NAME": "Нина", "SURNAME": "Новик"}});
    let id = send(&method("crm.contact.add", &fields), &sandbox).await.json()["result"].take();
    assert_eq!(last_checks(&sandbox), ["contact.known_fields"]);
    let id = id.as_i64().expect("an id");
    let contact = sandbox.bitrix24().record(List::Contacts, id).expect("it is created");
    assert_eq!((&contact["NAME"], contact.get("SURNAME")), (&json!("Нина"), None));
}
