//! Contacts, companies, users and the event feed.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vochi_crm_sandbox::Sandbox;

use super::support::{
    CONTACT, DIMA, INSTANCE, KEY, TELEPHONY, WS, authorize, done, get, patch, ready, registered,
    send, telephony, write,
};
use crate::support::{Wire, control, with};

const ZERO: &str = "00000000-0000-0000-0000-000000000000";

fn feed(offset: &str, limit: usize) -> Wire {
    get(&format!("{WS}/events?offset={offset}&limit={limit}"))
}

/// Every event, page by page.
async fn all(sandbox: &Sandbox, limit: usize) -> Vec<Value> {
    let mut offset = ZERO.to_owned();
    let mut events = Vec::new();
    loop {
        let page = done(&feed(&offset, limit), sandbox).await.json();
        events.extend(page["items"].as_array().cloned().unwrap_or_default());
        if let Some(last) = page["lastOffset"].as_str() {
            last.clone_into(&mut offset);
        }
        if page["hasMore"] != true {
            return events;
        }
    }
}

#[tokio::test]
async fn feed_is_equal_in_pages_and_at_once() {
    let sandbox = ready().await;
    let at_once = all(&sandbox, 1000).await;
    assert_eq!(all(&sandbox, 7).await, at_once);
    assert_eq!(sandbox.kontur().events(), at_once);
    let offsets: BTreeSet<&str> = at_once.iter().filter_map(|it| it["offset"].as_str()).collect();
    assert_eq!(offsets.len(), at_once.len(), "offsets are unique");
    let in_order: Vec<&str> = offsets.into_iter().collect();
    let as_sent: Vec<&str> = at_once.iter().filter_map(|it| it["offset"].as_str()).collect();
    assert_ne!(in_order, as_sent, "offsets are in no order that could be sorted by");
}

#[tokio::test]
async fn users_are_known_from_the_feed_only() {
    let sandbox = ready().await;
    let users: Vec<Value> = all(&sandbox, 50)
        .await
        .into_iter()
        .filter(|event| event["entityIds"]["userId"].is_string())
        .map(|event| event["changeData"]["new"]["name"].clone())
        .collect();
    assert_eq!(users.len(), 9, "{users:?}");
    assert_eq!(users[0], "Иванова Мария");
    assert_eq!(send(&get(&format!("{WS}/users")), &sandbox).await.status, 404);
}

#[tokio::test]
async fn changes_are_appended_to_the_feed() {
    let sandbox = ready().await;
    let last = all(&sandbox, 50).await.pop().unwrap_or_default();
    let from = last["offset"].as_str().unwrap_or_default();
    let drained = done(&feed(from, 50), &sandbox).await.json();
    assert_eq!(drained, json!({"count": 0, "items": [], "hasMore": false}));

    let change = json!([{"op": "Replace", "path": "/position", "value": "Директор"}]);
    let changed = done(&patch(CONTACT, &change), &sandbox).await.json();
    assert_eq!(changed["position"], "Директор");
    let new = json!({"items": [{
        "name": "Нина", "phones": [{"type": "work", "value": "375295550011"}],
    }]});
    let made = done(&write("POST", &format!("{WS}/contacts/create"), &new), &sandbox).await.json();
    let (key, made) = made["items"]
        .as_object()
        .and_then(|it| it.iter().next())
        .map(|(key, made)| (key.clone(), made.clone()))
        .expect("one was made");
    assert_ne!(made["id"], json!(key), "the keys are not ids of contacts");
    let company = write("POST", &format!("{WS}/companies"), &json!({"name": "Лютик"}));
    let company = done(&company, &sandbox).await.json();
    done(&telephony("register-call", &registered()), &sandbox).await;

    let page = done(&feed(from, 50), &sandbox).await.json();
    let linked: Vec<Value> = page["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|event| json!([event["entityIds"], event["changeData"]["type"]]))
        .collect();
    let call = sandbox.kontur().communication("1763631515.42").expect("a known call");
    assert_eq!(
        linked,
        [
            json!([{"contactId": "98c0a1d2-3333-4c4c-9d9d-000000000301"}, "patch"]),
            json!([{"contactId": made["id"]}, "create"]),
            json!([{"companyId": company["id"]}, "create"]),
            json!([{"communicationId": call.id}, "create"]),
        ]
    );
    let first = &page["items"][0]["changeData"];
    assert_eq!(first["old"]["position"], "Главный бухгалтер");
    assert_eq!(first["new"]["position"], "Директор");
}

#[tokio::test]
async fn workspace_is_changed_over_http() {
    let sandbox = crate::support::sandbox().await;
    let change = json!({
        "crm": "kontur", "access_keys": [KEY], "installed": false,
        "instance": {"status": "paused"},
    });
    assert_eq!(control(&sandbox, "/account", &change).await.0, 200);
    let instance = done(&get(INSTANCE), &sandbox).await.json();
    assert_eq!(instance["status"], "paused");
    let reply = send(&authorize(), &sandbox).await;
    assert_eq!(reply.json()["status"], "notInstalled");
    for (body, reason) in [
        (json!({"installed": 1}), "true or false"),
        (json!({"instance": []}), "an object"),
        (json!({"access_keys": [1]}), "a list of texts"),
        (json!({"colour": 1}), "colour"),
    ] {
        let body = with(body, json!({"crm": "kontur"}));
        let (status, answer) = control(&sandbox, "/account", &body).await;
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(status == 400 && message.contains(reason), "{status} {message}");
    }
    let page = Wire::get("/").try_send(sandbox.page_url()).await.expect("a response");
    for shown in ["Kontur.CRM", "integration.installed", "Ромашка"] {
        assert!(page.text.contains(shown), "{shown} is not on the page");
    }
}

#[tokio::test]
async fn persons_changes_are_in_the_feed() {
    let sandbox = ready().await;
    let kontur = sandbox.kontur();
    let contact = json!({
        "id": "98c0a1d2-3333-4c4c-9d9d-000000000399", "name": "Нина",
        "phones": [{"id": "1", "type": "work", "value": "375295550011"}],
    });
    let deal = json!({
        "id": "98c0a1d2-4444-4c4c-9d9d-000000000499", "isActive": true,
        "links": {"contactIds": ["98c0a1d2-3333-4c4c-9d9d-000000000399"]},
        "responsibleUserId": DIMA,
    });
    let object = |value: &Value| value.as_object().cloned().unwrap_or_default();
    kontur.put_contact(object(&contact));
    kontur.put_deal(object(&deal));
    let last = kontur.events().pop().unwrap_or_default();
    assert_eq!(last["changeData"]["type"], "create");
    let redirect = format!("{TELEPHONY}/call-redirect?phoneNumber=375295550011");
    let users = done(&get(&redirect), &sandbox).await.json();
    assert_eq!(users, json!({"userIds": [DIMA]}));
}

#[tokio::test]
async fn new_contact_is_linked_to_the_next_call() {
    let sandbox = ready().await;
    let new = json!({"items": [{
        "name": "Нина", "phones": [{"type": "work", "value": "8 (495) 123-45-67"}],
    }]});
    done(&write("POST", &format!("{WS}/contacts/create"), &new), &sandbox).await;
    let call = json!({
        "timestamp": "2025-11-20T09:38:35+00:00", "externalId": "1", "direction": "inbound",
        "clientPhone": "74951234567",
    });
    let answer = done(&telephony("call-started", &call), &sandbox).await.json();
    let found = answer["links"]["contactIds"][0].as_str().unwrap_or_default();
    let contact = done(&get(&format!("{WS}/contacts/{found}")), &sandbox).await.json();
    assert_eq!(contact["name"], "Нина");
}
