//! Responses with one mutation at a time.

use std::fmt::Debug;

use serde_json::{Value, json};
use vochi_crm_core::http::{Operation, Output, Response};
use vochi_crm_core::testing::mutations;
use vochi_crm_core::{ErrorKind, Timestamp};
use vochi_crm_kontur::api::{CallStarted, GetInstance, ListEvents};
use vochi_crm_kontur::judge;
use vochi_crm_kontur::model::{CallDirection, Communication, ExternalId, InstanceId};

use super::fixture::{Fixture, names};
use super::operations::{INSTANCE, Visitor, WITHOUT_OPERATION, operation_of};

/// Returns the fields without which a response is unreadable.
fn required(fixture: &str) -> &'static [&'static str] {
    match fixture {
        "authorize-private-integration" | "authorize-integration" => &["accessKey"],
        "files-meta" | "files-upload" => &["fileId"],
        "events-feed" | "contacts-create-batch" => &["items"],
        "call-started"
        | "call-started-click-to-call"
        | "contacts-get"
        | "contacts-patch"
        | "companies-create" => &["id"],
        _ => &[],
    }
}

/// Decodes every response of a fixture with one mutation at a time.
struct Survive {
    tried: usize,
}

impl Visitor for Survive {
    fn visit<O: Operation + Debug>(&mut self, name: &str, operation: &O)
    where
        <O::Output as Output>::Value: Debug,
    {
        for (answered, response) in Fixture::open(name).responses() {
            let Ok(body) = serde_json::from_slice::<Value>(&response.body) else {
                continue;
            };
            for mutation in mutations(&body) {
                self.tried += 1;
                let path = mutation.path.join(".");
                let case = format!("{name}: {answered}: {path} {}", mutation.what);
                let mut response = response.clone();
                response.body = mutation.body.to_string().into();
                if !response.is_success() {
                    assert!(judge(&response).is_err(), "{case}");
                    continue;
                }
                assert!(judge(&response).is_ok(), "{case}");
                match operation.decode(&response) {
                    Ok(_) => {}
                    Err(error) => {
                        assert!(required(name).contains(&path.as_str()), "{case}: {error}");
                        assert_eq!(error.kind(), ErrorKind::Decode, "{case}");
                    }
                }
            }
        }
    }
}

#[test]
fn mutated_response_is_decoded_or_rejected() {
    let mut survive = Survive { tried: 0 };
    for name in names() {
        if Fixture::open(&name).is_to_kontur() && !WITHOUT_OPERATION.contains(&name.as_str()) {
            operation_of(&name, &mut survive);
        }
    }
    assert!(survive.tried > 5_000, "only {}", survive.tried);
}

/// Decodes a list with the fields of every response in case of the response.
struct Listed;

impl Visitor for Listed {
    fn visit<O: Operation + Debug>(&mut self, name: &str, operation: &O)
    where
        <O::Output as Output>::Value: Debug,
    {
        let reads_anything = matches!(name, "files-download" | "integrations-setup")
            || O::NAME.starts_with("telephony/")
                && !matches!(O::NAME, "telephony/call-started" | "telephony/call-redirect");
        for list in [json!([]), json!(["a", "b", "c"]), json!("text"), json!(7)] {
            let outcome = operation.decode(&Response::ok_json(&list));
            assert!(outcome.is_err() || reads_anything, "{name}: {list}");
        }
    }
}

#[test]
fn list_is_not_decoded_as_object() {
    for name in names() {
        if Fixture::open(&name).is_to_kontur() && !WITHOUT_OPERATION.contains(&name.as_str()) {
            operation_of(&name, &mut Listed);
        }
    }
}

#[test]
fn mutated_event_does_not_fail_page() {
    let body = Fixture::open("events-feed").body("page");
    let list = ListEvents::from_start();
    let whole = list.decode(&Response::ok_json(&body)).unwrap();
    for mutation in mutations(&body) {
        let case = format!("{} {}", mutation.path.join("."), mutation.what);
        let outcome = list.decode(&Response::ok_json(&mutation.body));
        let steps: Vec<&str> = mutation.path.iter().map(String::as_str).collect();
        match steps.as_slice() {
            ["items"] => {}
            ["items", row, rest @ ..] => {
                let page = outcome.unwrap_or_else(|error| panic!("{case}: {error}"));
                let row: usize = row.parse().unwrap();
                let others = whole.events.good.iter().enumerate();
                for (_, other) in others.filter(|(index, _)| *index != row) {
                    assert!(page.events.good.contains(other), "{case}");
                }
                assert_eq!(page.next, whole.next, "{case}");
                if !rest.is_empty() {
                    assert_eq!(page.events.broken, [], "{case}");
                }
            }
            _ => assert_eq!(outcome.unwrap().events, whole.events, "{case}"),
        }
    }
}

#[test]
fn mutated_field_does_not_affect_others() {
    let body = Fixture::open("call-started").body("ok_repeat_after_missed_call");
    let call = ExternalId::new("1763631515.42").unwrap();
    let at: Timestamp = "2025-11-20T09:38:35Z".parse().unwrap();
    let start = CallStarted::new(at, call, CallDirection::Inbound);
    let read = |body: &Value| start.decode(&Response::ok_json(body));
    let whole = read(&body).unwrap();
    let parts = |call: &Communication| {
        [
            ("externalId", format!("{:?}", call.external_id)),
            ("links", format!("{:?}", call.links)),
            ("data", format!("{:?}", call.data)),
            ("direction", format!("{:?}", call.direction)),
        ]
    };
    for mutation in mutations(&body) {
        if mutation.path == ["id"] {
            continue;
        }
        let found = read(&mutation.body).unwrap();
        assert_eq!(found.id, whole.id);
        for ((name, part), (_, untouched)) in parts(&found).iter().zip(parts(&whole)) {
            if mutation.path[0] != *name {
                assert_eq!(*part, untouched, "{:?}", mutation.path);
            }
        }
    }
}

#[test]
fn mutated_webhook_does_not_affect_others() {
    let body = Fixture::open("instances-get").body("ok");
    let get = GetInstance(InstanceId::new(INSTANCE).unwrap());
    let whole = get.decode(&Response::ok_json(&body)).unwrap();
    for mutation in mutations(&body) {
        let found = get.decode(&Response::ok_json(&mutation.body)).unwrap();
        let steps: Vec<&str> = mutation.path.iter().map(String::as_str).collect();
        match steps.as_slice() {
            ["webHooks"] => {}
            ["webHooks", "0", ..] => {
                assert!(found.webhooks.good.contains(&whole.webhooks.good[1]));
            }
            ["webHooks", ..] => assert_eq!(found.webhooks.good[0], whole.webhooks.good[0]),
            _ => assert_eq!(found.webhooks, whole.webhooks),
        }
    }
}
