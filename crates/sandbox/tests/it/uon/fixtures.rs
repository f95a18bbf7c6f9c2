//! Requests of the fixtures with their responses.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vochi_crm_sandbox::Sandbox;
use vochi_crm_sandbox::uon::{API_KEY, Dialect, ErrorText, IdForm, List, Nothing};

use super::{call, last_checks, reminder, send, webhook};
use crate::support::{FORM, Reply, Wire, sandbox, with};

fn folder() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/uon").to_owned()
}

pub(super) fn fixture(name: &str) -> Value {
    let path = format!("{}/{name}.json", folder());
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The fixtures of operations.
fn names() -> Vec<String> {
    let files = std::fs::read_dir(folder()).expect("there are fixtures");
    let names = files.map(|it| it.expect("it can be read").file_name());
    let names = names.filter_map(|it| it.to_str()?.strip_suffix(".json").map(str::to_owned));
    // Its responses belong to no operation; see `checks` for the texts.
    let mut names: Vec<String> = names.filter(|it| it != "errors_common").collect();
    names.sort();
    names
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The request as the fixture writes it, as JSON or as its form.
fn wire(request: &Value, as_form: bool) -> Wire {
    let body = &request["body"];
    let mut wire = Wire {
        method: text(&request["method"]).to_owned(),
        target: text(&request["path"]).to_owned(),
        headers: Vec::new(),
        body: if body.is_null() || *body == "" { String::new() } else { body.to_string() },
    };
    if as_form {
        let form = &request["form_alternative"];
        text(&form["body"]).clone_into(&mut wire.body);
        return wire.header("Content-Type", FORM);
    }
    wire.header("Content-Type", text(&request["content_type"]))
}

/// The records that the fixtures name.
fn arrange(sandbox: &Sandbox) {
    sandbox.reset();
    let uon = sandbox.uon();
    let request = uon.record(List::Requests, 1021).expect("a seeded request");
    for id in [20, 21] {
        uon.put(List::Requests, with(request.clone(), json!({"id": id})));
    }
    uon.put(List::Notifications, json!({"id": 18, "text": "Входящий звонок", "manager_id": 2}));
    uon.put(List::Reminders, with(reminder(), json!({"id": 61})));
    let hook = webhook(47, "https://pbx.example.com/uon/webhook/SECRETPATH");
    uon.put(List::Webhooks, with(hook, json!({"id": 15})));
    let action = json!({"id": 44, "r_id": 12, "type_id": 1, "datetime": "2025-08-28 14:54:10",
        "text": "Входящий звонок"});
    uon.put(List::Actions, action);
    uon.put(List::Calls, with(call(), json!({"id": 31, "manager_id": 2})));
}

fn clear(sandbox: &Sandbox) {
    use List as L;
    let lists = [L::Users, L::Leads, L::Requests, L::Calls, L::Notifications, L::Actions];
    let more = [L::Reminders, L::Offices, L::Labels, L::ExtendedFields, L::Webhooks];
    lists.into_iter().chain(more).for_each(|list| sandbox.uon().clear(list));
}

/// A way to ask a fixture's request.
struct Variant {
    arrange: fn(&Sandbox),
    dialect: Dialect,
    wire: fn(Wire) -> Wire,
}

fn variants() -> Vec<Variant> {
    let dialect = |change: fn(&mut Dialect)| {
        let mut dialect = Dialect::default();
        change(&mut dialect);
        Variant { arrange: |_| {}, dialect, wire: |wire| wire }
    };
    let usual = || dialect(|_| {});
    let mut variants = vec![usual()];
    for nothing in [
        Nothing::Usual,
        Nothing::NotFound,
        Nothing::NotFoundBare,
        Nothing::NotFoundMessage,
        Nothing::ListAndResult,
        Nothing::ResultOnly,
        Nothing::EmptyList,
    ] {
        let mut dialect = Dialect::default();
        dialect.nothing = nothing;
        variants.push(Variant { arrange: clear, dialect, ..usual() });
    }
    variants.extend([
        dialect(|it| it.ids = IdForm::Number),
        dialect(|it| it.ids = IdForm::Zero),
        dialect(|it| it.ids = IdForm::Absent),
        dialect(|it| it.ids = IdForm::UserId),
        dialect(|it| it.other_lists = true),
        dialect(|it| it.empty_array = true),
        dialect(|it| it.text_numbers = true),
        dialect(|it| it.errors = ErrorText::Bare),
        Variant { wire: |wire| Wire { body: "{}".into(), ..wire }, ..usual() },
        Variant { wire: |wire| wire.verb("GET"), ..usual() },
        Variant { wire: other_key, ..usual() },
        Variant { arrange: |sandbox| sandbox.uon().put_key(API_KEY, false, false), ..usual() },
    ]);
    variants
}

fn other_key(wire: Wire) -> Wire {
    let target = wire.target.replace(API_KEY, "ANOTHERKEY");
    Wire { target, ..wire }
}

/// Compares members and types. A record may have more members than the fixture's.
fn is_like(expected: &Value, got: &Value, is_record: bool) -> bool {
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            let members =
                |it: &serde_json::Map<String, Value>| it.keys().cloned().collect::<BTreeSet<_>>();
            let (all, own) = (members(got), members(expected));
            (all == own || is_record && own.is_subset(&all))
                && expected.iter().all(|(name, value)| {
                    let same = name != "message" && name != "result"
                        || text(value).starts_with("Parameter")
                            && text(&got[name]).starts_with("Parameter")
                        || *value == got[name];
                    same && is_like(value, &got[name], true)
                })
        }
        (Value::Array(expected), Value::Array(got)) => match expected.first() {
            None => got.is_empty() || is_record,
            Some(first) => got.iter().any(|it| is_like(first, it, true)),
        },
        (Value::Null, _) | (_, Value::Null) => is_record,
        (Value::String(_), Value::String(_)) | (Value::Number(_), Value::Number(_)) => true,
        _ => expected == got,
    }
}

fn matches(response: &Value, reply: &Reply) -> bool {
    let body = &response["body"];
    let same = match body {
        Value::String(text) => *text == reply.text,
        body => serde_json::from_str(&reply.text).is_ok_and(|got| is_like(body, &got, false)),
    };
    response["status"] == reply.status && same
}

/// Responses that no setting of the stand-in sends.
const NOT_PLAYED: &[(&str, &str)] = &[
    // See `flows::eleventh_request_of_a_second_is_refused`.
    ("call_history_create", "rate_limited"),
    ("user_phone", "rate_limited"),
    // For faults.
    ("user_phone", "server_error"),
    // No field is required.
    ("user_create", "parameter_error"),
    ("notification_create", "ok_with_id"),
    ("user_get", "array"),
];

#[tokio::test]
async fn fixture_responses_are_sent_in_some_dialect() {
    let sandbox = sandbox().await;
    let mut missing = BTreeSet::new();
    for name in names() {
        let fixture = fixture(&name);
        let responses = fixture["responses"].as_array().expect("a list of responses");
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for (number, variant) in variants().into_iter().enumerate() {
            arrange(&sandbox);
            sandbox.uon().set_dialect(variant.dialect);
            (variant.arrange)(&sandbox);
            let wire = (variant.wire)(wire(&fixture["request"], false));
            let reply = send(&wire, &sandbox).await;
            let matching: Vec<&str> = responses
                .iter()
                .filter(|it| matches(it, &reply))
                .map(|it| text(&it["name"]))
                .collect();
            if number == 0 {
                assert!(!matching.is_empty(), "{name}: {}", reply.text);
                let checks = last_checks(&sandbox);
                assert!(checks.is_empty() || reply.status == 404, "{name}: {checks:?}");
            }
            seen.extend(matching);
            if seen.len() == responses.len() {
                break;
            }
        }
        for response in responses {
            if !seen.contains(text(&response["name"])) {
                missing.insert((name.clone(), text(&response["name"]).to_owned()));
            }
        }
    }
    let known = NOT_PLAYED.iter().map(|(name, answer)| ((*name).to_owned(), (*answer).to_owned()));
    assert_eq!(missing, known.collect::<BTreeSet<_>>(), "not sent on the left");
}

#[tokio::test]
async fn fixture_forms_are_executed_like_their_json() {
    let sandbox = sandbox().await;
    for name in names() {
        let fixture = fixture(&name);
        if fixture["request"]["form_alternative"].is_null() {
            continue;
        }
        let mut replies = Vec::new();
        for as_form in [false, true] {
            arrange(&sandbox);
            replies.push(send(&wire(&fixture["request"], as_form), &sandbox).await.text);
            let checks = last_checks(&sandbox);
            let plus = as_form && name == "user_create";
            let expected: &[&str] = match name.as_str() {
                "user_create" if plus => &["user.u_phone.form"],
                "lead_update_wrong_path" => &["path"],
                _ => &[],
            };
            assert_eq!(checks, expected, "{name}, form: {as_form}");
        }
        assert_eq!(replies[0], replies[1], "{name}");
    }
}
