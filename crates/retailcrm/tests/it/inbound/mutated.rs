//! Inbound requests of the fixtures, with one mutated parameter.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use vochi_crm_core::ErrorKind;

use super::super::fixture::Fixture;
use super::super::support::form;
use super::{CLIENT_ID, bench, request, send};
use vochi_crm_core::testing::mutations;

/// A fixture of inbound requests.
struct Inbound {
    fixture: &'static str,
    /// The credential of a request, and its parameter.
    credential: (&'static str, &'static str),
    /// Indispensable parameters, such as the number to call. A user and their extension can replace
    /// each other.
    vital: &'static [&'static str],
}

const ALL: [Inbound; 5] = [
    Inbound {
        fixture: "inbound_make_call",
        credential: ("clientId", CLIENT_ID),
        vital: &["phone", "userId"],
    },
    Inbound {
        fixture: "inbound_change_user_status",
        credential: ("clientId", CLIENT_ID),
        vital: &["status", "userId"],
    },
    Inbound {
        fixture: "inbound_module_activity",
        credential: ("clientId", CLIENT_ID),
        vital: &["activity"],
    },
    Inbound { fixture: "inbound_module_settings", credential: ("clientId", CLIENT_ID), vital: &[] },
    Inbound {
        fixture: "inbound_trigger_webhook",
        credential: ("secret", "TEST-TRIGGER-SECRET"),
        vital: &["event"],
    },
];

type Pairs = Vec<(String, String)>;

/// A mutated request: place, mutation, and the resulting parameters.
type Changed = (String, String, Pairs);

/// The method, the path and the parameters of every request of a fixture.
fn requests(fixture: &Fixture) -> Vec<(Method, String, Pairs)> {
    let printed = |request: &Value| {
        let text = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
        let mut pairs = form(&text("wire_query"));
        pairs.extend(form(&text("wire_body")));
        (text("method").parse().unwrap(), text("path"), pairs)
    };
    fixture.requests().into_iter().map(printed).collect()
}

/// Every parameter dropped, renamed, repeated, as a PHP list, and with every other value; and every
/// place inside a JSON parameter.
fn changes(pairs: &Pairs) -> Vec<Changed> {
    let mut all = Vec::new();
    for (index, (name, value)) in pairs.iter().enumerate() {
        let mut push = |what: String, with: Pairs| {
            let mut changed = pairs.clone();
            changed.splice(index..=index, with);
            all.push((name.clone(), what, changed));
        };
        let pair = |name: String, value: String| vec![(name, value)];
        push("dropped".to_owned(), Vec::new());
        push("renamed".to_owned(), pair(format!("{name}_2"), value.clone()));
        push("a list".to_owned(), pair(format!("{name}[]"), value.clone()));
        push("a map".to_owned(), pair(format!("{name}[id]"), value.clone()));
        let twice =
            |other: &str| vec![(name.clone(), value.clone()), (name.clone(), other.to_owned())];
        push("twice".to_owned(), twice(value));
        push("two of it".to_owned(), twice("other"));
        for other in [
            "",
            " ",
            "text",
            "null",
            "0",
            "-7.5",
            "1e300",
            "true",
            "[]",
            "{}",
            r#"[1,"two",null]"#,
            r#"{"id":{"id":1}}"#,
            "\u{0}\r\n",
            "+++",
            "%00",
            "\u{202e}٣٧٥",
        ] {
            push(format!("{other:?}"), pair(name.clone(), other.to_owned()));
        }
        push("long".to_owned(), pair(name.clone(), "7".repeat(5000)));
        for mutation in
            serde_json::from_str(value).map_or_else(|_| Vec::new(), |json| mutations(&json))
        {
            let what = format!("{} {}", mutation.path.join("."), mutation.what);
            push(what, pair(name.clone(), mutation.body.to_string()));
        }
    }
    all
}

fn encoded(pairs: &Pairs) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    query.finish()
}

#[test]
fn mutated_parameter_is_an_event_or_a_refusal() {
    for Inbound { fixture, credential, vital } in ALL {
        let bench = bench(Some(credential.1));
        for (method, path, pairs) in requests(&Fixture::open(fixture)) {
            let ask = |pairs: &Pairs| {
                let text = encoded(pairs);
                if method == Method::GET {
                    send(&bench, &request(Method::GET, &path, &text, None))
                } else {
                    send(&bench, &request(Method::POST, &path, "", Some(&text)))
                }
            };
            let whole = ask(&pairs).1.unwrap();
            for (name, what, changed) in changes(&pairs) {
                let place = format!("{fixture} {method}: {name} {what}");
                let (reply, event) = ask(&changed);
                let printed = format!("{reply:?} {event:?}");
                assert!(!printed.contains(credential.1), "{place}: {printed}");
                match event {
                    Ok(event) => {
                        assert_eq!(reply.status, StatusCode::OK, "{place}");
                        assert!(!event.kind.as_str().is_empty(), "{place}");
                        assert!(name != credential.0 || what == "twice", "{place}: forged");
                        if vital.contains(&name.as_str()) || name == "event" {
                            continue;
                        }
                        assert_eq!(event.kind, whole.kind, "{place}");
                        let phone = name == "phone" || event.phone == whole.phone;
                        assert!(phone, "{place}: the number differs");
                    }
                    Err(error) if name == credential.0 => {
                        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{place}");
                        assert_eq!(error.kind(), ErrorKind::Auth, "{place}: {error}");
                    }
                    Err(error) => {
                        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{place}");
                        assert_eq!(error.kind(), ErrorKind::Input, "{place}: {error}");
                        let needed = vital.contains(&name.as_str()) || what == "two of it";
                        assert!(needed, "{place}: {error}");
                    }
                }
            }
        }
    }
}

#[test]
fn foreign_connection_is_always_refused() {
    let bench = bench(Some(CLIENT_ID));
    for (method, path, pairs) in requests(&Fixture::open("inbound_simple_connection")) {
        for (name, what, changed) in changes(&pairs) {
            let form = encoded(&changed);
            let (reply, event) = send(&bench, &request(method.clone(), &path, "", Some(&form)));
            let error = event.unwrap_err();
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{name} {what}");
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{name} {what}");
            let printed = json!([error.to_string(), format!("{error:?}")]).to_string();
            assert!(!printed.contains("TEST-KEY"), "{name} {what}: {printed}");
        }
    }
}
