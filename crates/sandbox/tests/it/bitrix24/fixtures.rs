//! Requests of the fixtures with their responses.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use vochi_crm_sandbox::Sandbox;
use vochi_crm_sandbox::bitrix24::{
    ADMIN, CLIENT_ID, CLIENT_SECRET, Dialect, ErrorCode, List, PortalState, WEBHOOK_SECRET,
};

use super::{application, call, done, end, last_checks, registration, send};
use crate::support::{Reply, Wire, sandbox, with};

fn folder() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/bitrix24").to_owned()
}

fn read<T: DeserializeOwned>(name: &str) -> T {
    let path = format!("{}/{name}.json", folder());
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn fixture(name: &str) -> Value {
    read(name)
}

/// The body of a request as it is written: commands of a batch keep their order.
fn raw_body(name: &str) -> String {
    #[derive(Deserialize)]
    struct Fixture {
        request: Request,
    }
    #[derive(Deserialize)]
    struct Request {
        body: Box<RawValue>,
    }
    read::<Fixture>(name).request.body.get().to_owned()
}

/// The fixtures of methods.
fn names() -> Vec<String> {
    let files = std::fs::read_dir(folder()).expect("there are fixtures");
    let names = files.map(|it| it.expect("it can be read").file_name());
    let names = names.filter_map(|it| it.to_str()?.strip_suffix(".json").map(str::to_owned));
    // Requests of Bitrix24 to the integration, the OAuth host's (see `access`), and an upload.
    let other = [
        "event.ON",
        "oauth.",
        "app.frame",
        "system.",
        "telephony.externalCall.attachRecord.upload",
    ];
    let mut names: Vec<String> =
        names.filter(|it| !other.iter().any(|other| it.starts_with(other))).collect();
    names.sort();
    names
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Id of the call in the fixtures.
const CALL: &str = "externalCall.0a1b2c3d4e5f60718293a4b5c6d7e8f9.1778743592";

/// The records that the fixtures name; returns the id of a call, finished unless it is ended.
async fn arrange(name: &str, sandbox: &Sandbox) -> String {
    sandbox.reset();
    sandbox.bitrix24().set_scopes(&["crm", "im", "telephony", "user_basic", "user"]);
    if name == "telephony.externalLine.delete" || name == "telephony.externalLine.update" {
        let line = json!({"ID": "7", "NUMBER": "line-1", "NAME": "", "APPLICATION": "3"});
        sandbox.bitrix24().put(List::Lines, line);
    }
    let of_live = ["finish", "show", "hide", "batch.form"].iter().any(|it| name.contains(it));
    let of_finished = ["attach", "statistic"].iter().any(|it| name.contains(it));
    let id = if of_live || of_finished {
        let register = application("telephony.externalCall.register", &registration(), sandbox);
        done(&register, sandbox).await["CALL_ID"].take()
    } else {
        json!(CALL)
    };
    if of_finished {
        call("telephony.externalCall.finish", end(&id), sandbox).await;
    }
    let id = text(&id).to_owned();
    sandbox.bitrix24().edit(List::Users, ADMIN, json!({"UF_PHONE_INNER": "100"}));
    let activity = json!({
        "ID": "7943", "OWNER_ID": "797", "OWNER_TYPE_ID": "3", "TYPE_ID": "2",
        "PROVIDER_ID": "VOXIMPLANT_CALL", "PROVIDER_TYPE_ID": "CALL", "SUBJECT": "Звонок",
        "START_TIME": "2026-05-14T10:26:30+03:00", "END_TIME": "2026-05-14T10:28:05+03:00",
        "COMPLETED": "Y", "STATUS": "2", "RESPONSIBLE_ID": "17", "PRIORITY": "2",
        "DESCRIPTION": "", "DIRECTION": "1", "SETTINGS": [], "ORIGINATOR_ID": null,
        "ORIGIN_ID": format!("VI_{CALL}"),
    });
    sandbox.bitrix24().put(List::Activities, activity);
    id
}

/// The request of a fixture with the credentials of the sandbox and the id of a call.
fn wire(name: &str, request: &Value, call_id: &str, sandbox: &Sandbox) -> Wire {
    let token = sandbox.bitrix24().issue_tokens(ADMIN)["access_token"].clone();
    let body = match &request["body"] {
        Value::String(form) => form.clone(),
        Value::Null => String::new(),
        _ => raw_body(name),
    };
    let body = body.replace("sample-access-token-0001", text(&token)).replace(CALL, call_id);
    let target = text(&request["path"]).replace("sample-webhook-secret", WEBHOOK_SECRET);
    let headers = vec![("Content-Type".into(), text(&request["content_type"]).to_owned())];
    Wire { method: text(&request["method"]).to_owned(), target, headers, body }
}

/// A way to ask a fixture's request.
struct Variant {
    arrange: fn(&Sandbox),
    dialect: Dialect,
    wire: fn(Wire) -> Wire,
}

fn dialect(change: fn(&mut Dialect)) -> Variant {
    let mut dialect = Dialect::default();
    change(&mut dialect);
    Variant { arrange: |_| {}, dialect, wire: |wire| wire }
}

fn usual() -> Variant {
    dialect(|_| {})
}

fn arranged(arrange: fn(&Sandbox)) -> Variant {
    Variant { arrange, ..usual() }
}

fn changed(wire: fn(Wire) -> Wire) -> Variant {
    Variant { wire, ..usual() }
}

/// The same request with other members of its JSON body.
fn body(wire: Wire, changes: Value) -> Wire {
    match serde_json::from_str::<Value>(&wire.body) {
        Ok(body) => Wire { body: with(body, changes).to_string(), ..wire },
        Err(_) => wire,
    }
}

fn webhook(wire: Wire) -> Wire {
    let name = wire.target.rsplit('/').next().unwrap_or_default();
    let target = format!("/rest/{ADMIN}/{WEBHOOK_SECRET}/{name}");
    body(Wire { target, ..wire }, json!({"auth": null}))
}

fn unknown_number() -> Value {
    json!({"PHONE_NUMBER": "+375295550011", "CRM_CREATE": 1})
}

/// Requests that telephony refuses, with both codes.
fn refused() -> Vec<Variant> {
    let coded = |change: fn(Wire) -> Wire| {
        [
            Variant { wire: change, ..usual() },
            Variant { wire: change, ..dialect(|it| it.error_code = ErrorCode::Empty) },
        ]
    };
    let errors: [fn(Wire) -> Wire; 16] = [
        |wire| body(wire, json!({"USER_ID": null})),
        |wire| body(wire, json!({"USER_ID": 21})),
        |wire| body(wire, json!({"TYPE": 9})),
        |wire| body(wire, json!({"CALL_START_DATE": "today"})),
        |wire| body(wire, json!({"PHONE_NUMBER": "-"})),
        |wire| body(wire, json!({"PHONE_NUMBER": null})),
        |wire| body(wire, json!({"CALL_ID": "other"})),
        |wire| body(wire, json!({"NUMBER": null})),
        |wire| body(wire, json!({"NUMBER": "line-9"})),
        |wire| body(wire, json!({"NAME": null, "CRM_AUTO_CREATE": null})),
        |wire| body(wire, json!({"MESSAGES": "text"})),
        |wire| body(wire, json!({"MESSAGES": [{"SIDE": "x"}]})),
        |wire| body(wire, json!({"MESSAGES": [{"SIDE": "User", "STOP_TIME": 0}]})),
        |wire| body(wire, json!({"MESSAGES": [{"SIDE": "User", "STOP_TIME": 1, "MESSAGE": ""}]})),
        |wire| body(wire, json!({"FILENAME": null, "RECORD_URL": null})),
        |wire| body(wire, json!({"FILENAME": ""})),
    ];
    let more: [fn(Wire) -> Wire; 4] = [
        |wire| body(wire, json!({"FILENAME": "1.ogg"})),
        |wire| body(wire, json!({"FILE_CONTENT": ""})),
        |wire| body(wire, json!({"FILE_CONTENT": "x"})),
        |wire| body(wire, json!({"LINE_NUMBER": "line-9"})),
    ];
    let mut variants: Vec<Variant> = errors.into_iter().chain(more).flat_map(coded).collect();
    for error_code in [ErrorCode::Core, ErrorCode::Empty] {
        let mut lines = dialect(|it| it.refuse_unknown_lines = true);
        lines.dialect.error_code = error_code;
        let mut download = dialect(|it| it.download_status = 404);
        download.dialect.error_code = error_code;
        lines.wire = |wire| body(wire, json!({"LINE_NUMBER": "line-9"}));
        variants.extend([lines, download]);
    }
    variants
}

fn variants() -> Vec<Variant> {
    let mut variants = vec![
        usual(),
        arranged(|sandbox| {
            for list in [
                List::Users,
                List::Contacts,
                List::Companies,
                List::Deals,
                List::Leads,
                List::Activities,
                List::Statistic,
            ] {
                let admin = sandbox.bitrix24().record(List::Users, ADMIN).expect("a user");
                sandbox.bitrix24().clear(list);
                sandbox.bitrix24().put(List::Users, admin);
            }
        }),
        arranged(|sandbox| sandbox.bitrix24().expire_tokens()),
        arranged(|sandbox| sandbox.bitrix24().set_scopes(&[])),
        arranged(|sandbox| sandbox.bitrix24().set_bucket(0, 0)),
        arranged(|sandbox| sandbox.bitrix24().set_install_finished(false)),
        arranged(|sandbox| sandbox.bitrix24().set_enterprise()),
        dialect(|it| it.text_ids = true),
        dialect(|it| it.echo_external_id = true),
        dialect(|it| it.activity_error = true),
        dialect(|it| it.deny_crm = true),
        dialect(|it| it.deny_statistic = true),
        dialect(|it| it.download_status = 404),
        dialect(|it| {
            it.server_texts = true;
            it.error_code = ErrorCode::Empty;
        }),
        dialect(|it| it.without_leads = true),
        changed(webhook),
        changed(|wire| Wire { target: "/rest/1/other/profile".into(), ..wire }),
        Variant { wire: webhook, ..dialect(|it| it.refuse_webhooks = true) },
        Variant { wire: webhook, ..dialect(|it| it.app_info_of_webhook = true) },
        changed(|wire| body(wire, json!({"id": null}))),
        changed(|wire| body(wire, json!({"id": 1}))),
        changed(|wire| body(wire, json!({"fields": "text"}))),
        changed(|wire| body(wire, json!({"filter": "text"}))),
        changed(|wire| body(wire, json!({"type": null}))),
        changed(|wire| body(wire, json!({"entityTypeId": 140}))),
        changed(|wire| body(wire, json!({"filter": {"PHONE": "1"}}))),
        changed(|wire| body(wire, json!({"fields": {"fm": "text"}}))),
        changed(|wire| body(wire, json!({"fields": {"COMMUNICATIONS": []}}))),
        changed(|wire| {
            body(wire, json!({"fields": {"COMMUNICATIONS": [{"VALUE": "1"}, {"VALUE": "2"}]}}))
        }),
        changed(|wire| body(wire, json!({"event": "OnCall"}))),
        changed(|wire| body(wire, json!({"CODE": null}))),
        changed(|wire| body(wire, json!({"CODE": "rest_auth_connector"}))),
        changed(|wire| body(wire, json!({"USER_ID": null}))),
        changed(|wire| body(wire, json!({"USER_ID": 99}))),
        changed(|wire| body(wire, json!({"MESSAGE": null}))),
        changed(|wire| body(wire, json!({"name": "telephony.nothing"}))),
        changed(|wire| body(wire, json!({"CALL_ID": 1}))),
        arranged(|sandbox| sandbox.bitrix24().set_scopes(&["user_basic"])),
        Variant {
            arrange: |sandbox| sandbox.bitrix24().set_scopes(&["user_basic"]),
            ..changed(webhook)
        },
        Variant {
            wire: |wire| body(wire, unknown_number()),
            ..dialect(|it| {
                it.without_leads = true;
                it.text_ids = true;
            })
        },
        changed(|wire| body(wire, json!({"select": null}))),
        Variant { arrange: |sandbox| sandbox.bitrix24().set_scopes(&["crm"]), ..changed(webhook) },
        Variant { wire: |wire| body(wire, unknown_number()), ..dialect(|it| it.lead_error = true) },
        changed(|wire| body(wire, unknown_number())),
        Variant {
            wire: |wire| body(wire, json!({"CALL_ID": "other"})),
            ..dialect(|it| {
                it.server_texts = true;
                it.error_code = ErrorCode::Empty;
            })
        },
        arranged(|sandbox| sandbox.bitrix24().add_users(60)),
        changed(|wire| body(wire, json!({"start": 0, "filter": {}}))),
        arranged(|sandbox| {
            sandbox.bitrix24().add_contacts(60);
        }),
        Variant {
            arrange: |sandbox| {
                sandbox.bitrix24().add_contacts(60);
            },
            ..changed(|wire| body(wire, json!({"filter": {}, "start": 0})))
        },
        arranged(|sandbox| sandbox.bitrix24().set_state(PortalState::Active)),
    ];
    variants.extend(refused());
    variants
}

/// Compares members and types. A record may have more members than the fixture's, and other
/// values; texts of errors are the same.
fn is_like(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            expected.iter().all(|(name, value)| match (name.as_str(), got.get(name)) {
                ("error" | "error_description", Some(got)) => got == value,
                // The portal's own time, and members that some records have.
                ("time" | "operating_reset_at" | "operating", _) => true,
                // Not selected.
                ("IS_ONLINE" | "TIMESTAMP_X" | "LAST_ACTIVITY_DATE" | "WORK_POSITION", None) => {
                    true
                }
                (_, Some(got)) => is_like(value, got),
                (_, None) => value.is_null(),
            })
        }
        (Value::Array(expected), Value::Array(got)) => match expected.first() {
            None => got.is_empty(),
            Some(first) => got.iter().any(|it| is_like(first, it)),
        },
        (Value::Null, _) | (_, Value::Null) => true,
        (Value::String(_), Value::String(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::Bool(_), Value::Bool(_)) => true,
        _ => expected == got,
    }
}

fn matches(response: &Value, reply: &Reply) -> bool {
    let got = serde_json::from_str(&reply.text);
    let error = |it: &Value| it.get("error").is_some();
    response["status"] == reply.status
        && got.is_ok_and(|got| {
            error(&response["body"]) == error(&got) && is_like(&response["body"], &got)
        })
}

/// Responses that these variants do not lead to.
const NOT_PLAYED: &[(&str, &str)] = &[
    // See `batch`.
    ("batch", "51st_command_overflow"),
    ("batch", "all_failed_empty_maps_are_lists"),
    ("batch", "halted_after_first_error"),
    ("batch", "inner_operation_time_limit"),
    ("batch", "list_with_total_and_next"),
    ("batch", "nested_batch_refused"),
    ("batch", "numeric_keys_become_lists"),
    ("batch", "numeric_keys_errors_list"),
    ("batch", "partial_failure_keyed"),
    // See `events`.
    ("event.bind", "already_bound"),
    ("event.bind", "auth_type_needs_admin"),
    ("event.bind", "offline_needs_admin"),
    ("event.get", "ok"),
    ("event.offline.clear", "access_denied"),
    ("event.offline.error", "access_denied"),
    ("event.offline.get", "access_denied"),
    ("event.offline.get", "reserved"),
    ("event.offline.list", "access_denied"),
    ("event.offline.list", "ok"),
    ("event.unbind", "access_denied"),
    // See `calls` and `crm`.
    ("crm.duplicate.findbycomm", "all_types"),
    ("telephony.call.attachTranscription", "not_finished_documented_code"),
    ("telephony.call.attachTranscription", "not_finished_empty_code"),
    ("telephony.externalLine.add", "exists_documented_code"),
    ("telephony.externalLine.add", "exists_empty_code"),
    ("telephony.externalLine.get", "ok"),
    ("user.update", "access_denied"),
    // No state leads to them: for faults.
    ("crm.contact.add", "invalid_value"),
    ("crm.item.add", "crm_field_error_value_not_valid"),
    ("event.offline.get", "cleared_no_data"),
    ("im.notify", "attach_oversize"),
    ("im.notify", "wrong_auth_type"),
    ("im.notify.personal.add", "attach_oversize"),
    ("im.notify.personal.add", "wrong_auth_type"),
    ("im.notify.system.add", "attach_oversize"),
    ("im.notify.system.add", "wrong_auth_type"),
    ("profile", "inactive_user_empty_list"),
    ("telephony.externalCall.finish", "database_documented_code"),
    ("telephony.externalCall.finish", "database_empty_code"),
    ("telephony.externalCall.finish", "loose_types"),
    ("telephony.externalCall.searchCrmEntities", "no_crm_documented_code"),
    ("telephony.externalCall.searchCrmEntities", "no_crm_empty_code"),
    ("telephony.externalLine.add", "db_documented_code"),
    ("telephony.externalLine.add", "db_empty_code"),
    ("voximplant.line.get", "access_denied"),
    ("voximplant.line.get", "ok"),
    ("voximplant.statistic.get", "first_page_truncated_sample"),
    ("voximplant.user.get", "access_denied"),
    ("voximplant.user.get", "method_confirm_denied"),
];

#[tokio::test]
async fn fixture_responses_are_sent_in_some_dialect() {
    let sandbox = sandbox().await;
    let (mut missing, mut odd) = (BTreeSet::new(), Vec::new());
    for name in names() {
        let fixture = fixture(&name);
        let responses = fixture["responses"].as_array().expect("a list of responses");
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for (number, variant) in variants().into_iter().enumerate() {
            let call_id = arrange(&name, &sandbox).await;
            sandbox.bitrix24().set_dialect(variant.dialect);
            let wire = (variant.wire)(wire(&name, &fixture["request"], &call_id, &sandbox));
            (variant.arrange)(&sandbox);
            let reply = send(&wire, &sandbox).await;
            let matching: Vec<&str> = responses
                .iter()
                .filter(|it| matches(it, &reply))
                .map(|it| text(&it["name"]))
                .collect();
            if number == 0 && (matching.is_empty() || !last_checks(&sandbox).is_empty()) {
                odd.push((name.clone(), last_checks(&sandbox), reply.text));
            }
            seen.extend(matching);
            let is_known = |it: &Value| {
                let answer = text(&it["name"]);
                seen.contains(answer) || NOT_PLAYED.contains(&(name.as_str(), answer))
            };
            if responses.iter().all(is_known) {
                break;
            }
        }
        for response in responses {
            if !seen.contains(text(&response["name"])) {
                missing.insert((name.clone(), text(&response["name"]).to_owned()));
            }
        }
    }
    assert!(odd.is_empty(), "requests as they are written: {odd:#?}");
    let known = NOT_PLAYED.iter().map(|(name, answer)| ((*name).to_owned(), (*answer).to_owned()));
    let known: BTreeSet<(String, String)> = known.collect();
    let new: Vec<_> = missing.symmetric_difference(&known).collect();
    assert!(new.is_empty(), "not sent, or in the list all the same: {new:?}");
}

#[tokio::test]
async fn oauth_fixtures_name_the_members_of_a_token() {
    let sandbox = sandbox().await;
    let issued = sandbox.bitrix24().issue_tokens(ADMIN);
    let known = fixture("oauth.token.refresh_token");
    assert!(is_like(&known["responses"][0]["body"], &issued), "{issued}");
    let query = &known["request"]["query"];
    let body = format!(
        "grant_type={}&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}&refresh_token={}",
        text(&query["grant_type"]),
        text(&issued["refresh_token"])
    );
    let target = format!("{}?{body}", text(&known["request"]["path"]));
    let wire = Wire { method: "GET".into(), target, headers: Vec::new(), body: String::new() };
    let reply = send(&wire, &sandbox).await;
    assert!(matches(&known["responses"][0], &reply), "{reply:?}");
}
