//! The scenarios of the fixtures, step by step.

use serde_json::Value;
use url::form_urlencoded::Serializer;
use vochi_crm_sandbox::{Click, ClickPath, Crm, Sandbox};

use super::fixtures::{differs, fixture, names, text};
use super::support::{CALL, CLICKED, Echoes, Integration, ready, send, upload_of};
use crate::support::{Reply, Wire};

/// A step of the client.
fn wire(step: &Value) -> Wire {
    let request = &step["request"];
    if let Some(part) = request["body"]["multipart"].get(0) {
        let length = step["response"]["body"]["contentLength"].as_u64().unwrap_or(0);
        let length = usize::try_from(length).expect("recordings are short");
        let upload = upload_of(text(&part["filename"]), &"s".repeat(length));
        assert_eq!(upload.target, text(&request["path"]));
        return upload;
    }
    let mut query = Serializer::new(String::new());
    for (name, value) in request["query"].as_object().into_iter().flatten() {
        query.append_pair(name, text(value));
    }
    let query = query.finish();
    let path = text(&request["path"]);
    let mut wire = Wire {
        method: text(&request["method"]).to_owned(),
        target: if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") },
        headers: Vec::new(),
        body: String::new(),
    };
    for (name, value) in request["headers"].as_object().into_iter().flatten() {
        wire = wire.header(name, text(value));
    }
    if !request["body"].is_null() {
        wire.body = request["body"].to_string();
        wire = wire.header("Content-Type", "application/json; charset=utf-8");
    }
    wire
}

fn assert_answered(at: &str, response: &Value, reply: &Reply) {
    assert_eq!(response["status"], reply.status, "{at}: {reply:?}");
    let miss = differs(&response["body"], &reply.json(), "", &[]);
    assert_eq!(miss, None, "{at}: {reply:?}");
}

/// A step of Kontur: the stand-in sends it, a test server responds as in the fixture.
async fn kontur(at: &str, step: &Value, sandbox: &Sandbox) {
    let (request, response) = (&step["request"], &step["response"]);
    let (path, body) = (text(&request["path"]), &request["body"]);
    let status = response["status"].as_u64().and_then(|it| u16::try_from(it).ok());
    let status = status.expect("a step has a status");
    let integration = Integration::start(status, text(&response["body"]), |_| Echoes::Back).await;
    let origin = integration.url.join("/").expect("a valid URL");
    let click = if path.ends_with("/hangup") {
        let form = if path.ends_with("/communications/hangup") {
            ClickPath::Long
        } else {
            ClickPath::LongWithId
        };
        Click::new(Crm::Kontur, text(&body["userId"]), "", origin)
            .hang_up(text(&body["realtimeCallItemId"]))
            .path(form)
    } else {
        sandbox.kontur().next_communication_id(text(&body["communicationId"]));
        let phone = text(&body["clientPhone"]);
        Click::new(Crm::Kontur, text(&body["fromUserId"]), phone, origin)
    };
    let answer = sandbox.click(click).await.expect("the integration answers");
    assert!(answer.ok, "{at}: {answer:?}");
    assert_eq!(answer.body, text(&response["body"]), "{at}");
    let asked = integration.asked().pop().expect("a request");
    assert_eq!((asked.path.as_str(), &asked.json()), (path, body), "{at}");
    for name in request["headers"].as_object().into_iter().flat_map(|it| it.keys()) {
        assert_ne!(asked.header(&name.to_ascii_lowercase()), "", "{at}: {name} is sent");
    }
}

#[tokio::test]
async fn scenarios_match_the_reference() {
    let scenarios: Vec<String> = names("scenario-");
    assert_eq!(scenarios.len(), 7, "{scenarios:?}");
    for name in scenarios {
        let scenario = fixture(&name);
        let sandbox = ready().await;
        let steps = scenario["steps"].as_array().expect("a scenario has steps");
        if name == "scenario-recording-later" {
            // It starts with the facts of an earlier live call.
            sandbox.kontur().put_communication(CALL, "1763631515.42");
        } else {
            sandbox.kontur().next_communication_id(CALL);
        }
        for step in steps {
            let at = format!("step {} of {name}", step["n"]);
            if step["from"] == "kontur" {
                if text(&step["request"]["path"]).ends_with("/call") {
                    let call = sandbox.kontur();
                    call.clear_next_ids();
                }
                kontur(&at, step, &sandbox).await;
                continue;
            }
            if let Some(id) = step["response"]["body"]["fileId"].as_str() {
                sandbox.kontur().next_file_id(id);
            }
            let reply = send(&wire(step), &sandbox).await;
            assert_answered(&at, &step["response"], &reply);
        }
        let refused = sandbox.refused(Crm::Kontur);
        assert!(refused.is_empty(), "{name}: {refused:?}");
        let calls = sandbox.kontur().communications();
        assert_eq!(calls.len(), 1, "{name} is one call");
        assert!([CALL, CLICKED].contains(&calls[0].id.as_str()), "{name}");
    }
}

#[tokio::test]
async fn scenarios_leave_the_expected_state() {
    for (name, outcome, extension, talk, recordings) in [
        ("scenario-incoming-answered", "answered", "101", 207, 1),
        ("scenario-incoming-missed", "missed", "102", 0, 0),
        ("scenario-consultation", "answered", "101", 207, 2),
        ("scenario-blind-transfer", "answered", "103", 206, 0),
        ("scenario-recording-later", "answered", "101", 207, 1),
    ] {
        let sandbox = ready().await;
        sandbox.kontur().put_communication(CALL, "1763631515.42");
        for step in fixture(name)["steps"].as_array().into_iter().flatten() {
            if step["from"] == "us" {
                if let Some(id) = step["response"]["body"]["fileId"].as_str() {
                    sandbox.kontur().next_file_id(id);
                }
                send(&wire(step), &sandbox).await;
            }
        }
        let row = sandbox.kontur().call("1763631515.42").expect("a known call");
        assert_eq!(row.outcome, Some(outcome), "{name}");
        assert_eq!(row.extension.as_deref(), Some(extension), "{name}");
        assert_eq!(row.talk_seconds, Some(talk), "{name}");
        let call = sandbox.kontur().communication(CALL).expect("a known call");
        let bound: usize = call.legs.iter().map(|leg| leg.recordings.len()).sum();
        assert_eq!(bound, recordings, "{name}");
    }
}
