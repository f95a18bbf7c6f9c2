//! Subscriptions, the offline queue, requests to the integration.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use url::form_urlencoded::parse;
use vochi_crm_sandbox::bitrix24::{APPLICATION_TOKEN, EventForm, List, MEMBER_ID};
use vochi_crm_sandbox::{Click, ClickError, Crm, Sandbox};

use super::{application, call, done, end, fails, register, registration, send, set_dialect};
use crate::kontur::support::{Echoes, Integration};
use crate::support::sandbox;

async fn integration() -> Integration {
    Integration::start(200, "", |_| Echoes::Not).await
}

fn fields(encoded: &str) -> BTreeMap<String, String> {
    parse(encoded.as_bytes()).into_owned().collect()
}

async fn of_app(name: &str, parameters: Value, sandbox: &Sandbox) -> Value {
    done(&application(name, &parameters, sandbox), sandbox).await
}

async fn bind(event: &str, to: &Integration, sandbox: &Sandbox) {
    of_app("event.bind", json!({"event": event, "handler": to.url.as_str()}), sandbox).await;
}

#[tokio::test]
async fn event_is_bound_once_and_unbound() {
    let (sandbox, to) = (sandbox().await, integration().await);
    bind("OnExternalCallStart", &to, &sandbox).await;
    let again = json!({"event": "onexternalcallstart", "handler": to.url.as_str()});
    let again = application("event.bind", &again, &sandbox);
    let text = "Unable to set event handler: Handler already binded";
    fails(&again, &sandbox, "ERROR_CORE", text).await;
    let bound = of_app("event.get", json!({}), &sandbox).await;
    let shown = json!([{
        "event": "ONEXTERNALCALLSTART", "handler": to.url.as_str(), "auth_type": "0", "offline": 0,
    }]);
    assert_eq!(bound, shown);
    let unbind = json!({"event": "OnExternalCallStart", "handler": to.url.as_str()});
    assert_eq!(of_app("event.unbind", unbind.clone(), &sandbox).await, json!({"count": 1}));
    assert_eq!(of_app("event.unbind", unbind, &sandbox).await, json!({"count": 0}));
    let unknown = json!({"event": "OnCall", "handler": to.url.as_str()});
    let unknown = application("event.bind", &unknown, &sandbox);
    fails(&unknown, &sandbox, "ERROR_EVENT_NOT_FOUND", "Event not found").await;
}

#[tokio::test]
async fn click_registers_a_call_and_sends_a_form() {
    let (sandbox, to) = (sandbox().await, integration().await);
    bind("OnExternalCallStart", &to, &sandbox).await;
    let id = sandbox.bitrix24().click(17, "8 (029) 111-22-33").expect("the employee exists");
    let responses = sandbox.bitrix24().send_events().await;
    assert!(responses.len() == 1 && responses[0].is_ok(), "{responses:?}");
    let asked = to.asked().remove(0);
    assert!(asked.body.contains("data%5BCALL_ID%5D="), "encoded brackets: {}", asked.body);
    let sent = fields(&asked.body);
    for (name, value) in [
        ("event", "ONEXTERNALCALLSTART"),
        ("data[PHONE_NUMBER]", "8 (029) 111-22-33"),
        ("data[PHONE_NUMBER_INTERNATIONAL]", "+375291112233"),
        ("data[USER_ID]", "17"),
        ("data[IS_MOBILE]", "0"),
        ("data[CALL_ID]", id.as_str()),
        ("data[CRM_ENTITY_TYPE]", "CONTACT"),
        ("data[CRM_ENTITY_ID]", "797"),
        ("auth[member_id]", MEMBER_ID),
        ("auth[application_token]", APPLICATION_TOKEN),
    ] {
        assert_eq!(sent.get(name).map(String::as_str), Some(value), "{name}: {sent:?}");
    }
    assert!(sent.contains_key("auth[access_token]") && !sent.contains_key("auth[refresh_token]"));
    let other = sandbox.bitrix24().click(17, "+375296254070").expect("the employee exists");
    assert_ne!(other, id, "another number is another call");
    assert_eq!(sandbox.bitrix24().click(17, "8 (029) 111-22-33").ok(), Some(id.clone()));
    assert!(matches!(sandbox.bitrix24().click(99, "1"), Err(ClickError::Bad(_))));
    call("telephony.externalCall.finish", end(&json!(id)), &sandbox).await;
    assert_eq!(sandbox.bitrix24().calls()[0].direction, Some("out"));
}

#[tokio::test]
async fn click_of_the_page_goes_to_its_address() {
    let (sandbox, to) = (sandbox().await, integration().await);
    let click = || Click::new(Crm::Bitrix24, "17", "+375296254070", to.url.clone());
    let answer = sandbox.click(click()).await.expect("it answers");
    assert_eq!(
        (answer.ok, answer.crm_call_id.as_ref()),
        (true, sandbox.bitrix24().open_calls().first())
    );
    let sent = fields(&to.asked()[0].body);
    assert!(!sent.contains_key("data[CRM_ENTITY_ID]"), "null vanishes: {sent:?}");
    for (form, raw, token) in
        [(EventForm::RawBrackets, true, true), (EventForm::WithoutTokens, false, false)]
    {
        set_dialect(&sandbox, |it| it.events = form);
        sandbox.click(click()).await.expect("it answers");
        let asked = to.asked().pop().expect("a request");
        assert_eq!(asked.body.contains("data[USER_ID]="), raw, "{form:?}: {}", asked.body);
        assert_eq!(fields(&asked.body).contains_key("auth[access_token]"), token, "{form:?}");
    }
    let unknown = sandbox.click(Click::new(Crm::Bitrix24, "99", "1", to.url.clone())).await;
    assert!(matches!(unknown, Err(ClickError::Bad(_))));
}

#[tokio::test]
async fn callback_has_no_call_and_no_user() {
    let (sandbox, to) = (sandbox().await, integration().await);
    bind("OnExternalCallBackStart", &to, &sandbox).await;
    sandbox.bitrix24().request_callback("+375291112233");
    sandbox.bitrix24().send_events().await;
    let sent = fields(&to.asked()[0].body);
    assert_eq!(sent.get("data[PHONE_NUMBER]").map(String::as_str), Some("+375291112233"));
    assert!(!sent.contains_key("data[CALL_ID]") && !sent.contains_key("data[USER_ID]"));
    assert!(sandbox.bitrix24().open_calls().is_empty());
}

#[tokio::test]
async fn call_sends_its_own_events() {
    let (sandbox, to) = (sandbox().await, integration().await);
    for event in ["OnVoximplantCallInit", "OnVoximplantCallStart", "OnVoximplantCallEnd"] {
        bind(event, &to, &sandbox).await;
    }
    let id = register(registration(), &sandbox).await;
    let waiting = sandbox.bitrix24().waiting_events();
    assert_eq!(waiting, ["ONVOXIMPLANTCALLINIT", "ONVOXIMPLANTCALLSTART"]);
    call("telephony.externalCall.finish", end(&id), &sandbox).await;
    sandbox.bitrix24().send_events().await;
    let sent = fields(&to.asked()[2].body);
    assert_eq!(sent.get("data[CALL_DURATION]").map(String::as_str), Some("95"));
    assert_eq!(sandbox.bitrix24().waiting_events(), [""; 0], "a failed event is not repeated");
}

#[tokio::test]
async fn offline_events_are_taken_or_reserved() {
    let sandbox = sandbox().await;
    let bind = json!({"event": "OnExternalCallStart", "event_type": "offline"});
    of_app("event.bind", bind, &sandbox).await;
    sandbox.bitrix24().click(17, "+375291112233").expect("the employee exists");
    let taken = of_app("event.offline.get", json!({"clear": 1, "limit": 50}), &sandbox).await;
    assert_eq!(taken["process_id"], Value::Null);
    let event = &taken["events"][0];
    assert_eq!(event["EVENT_NAME"], json!("ONEXTERNALCALLSTART"));
    assert_eq!(event["EVENT_DATA"]["USER_ID"], json!("17"));
    let empty = json!({"process_id": null, "events": []});
    let get = |clear: i64| json!({"clear": clear});
    assert_eq!(of_app("event.offline.get", get(1), &sandbox).await, empty);

    sandbox.bitrix24().click(17, "+375296254070").expect("the employee exists");
    let reserved = of_app("event.offline.get", get(0), &sandbox).await;
    let process = reserved["process_id"].clone();
    assert!(process.is_string(), "{reserved}");
    assert_eq!(of_app("event.offline.get", get(0), &sandbox).await, empty, "it is reserved");
    let message = reserved["events"][0]["MESSAGE_ID"].clone();
    let package = json!({"process_id": process, "message_id": [message]});
    of_app("event.offline.error", package.clone(), &sandbox).await;
    let listed = of_app("event.offline.list", json!({"filter": {"ERROR": 1}}), &sandbox).await;
    assert_eq!(listed[0]["MESSAGE_ID"], message);
    of_app("event.offline.clear", package, &sandbox).await;
    assert_eq!(sandbox.bitrix24().records(List::Offline).len(), 0);
}

#[tokio::test]
async fn offline_events_are_for_administrators() {
    let sandbox = sandbox().await;
    let token = sandbox.bitrix24().issue_tokens(17)["access_token"].take();
    let target = "/rest/event.offline.get".to_owned();
    let wire = super::method("", &json!({"auth": token}));
    let wire = crate::support::Wire { target, ..wire };
    fails(&wire, &sandbox, "ACCESS_DENIED", "Access denied!").await;
}

#[tokio::test]
async fn removed_application_leaves_nothing_valid() {
    let (sandbox, to) = (sandbox().await, integration().await);
    bind("OnExternalCallStart", &to, &sandbox).await;
    let installed = sandbox.bitrix24().send_app_event("ONAPPINSTALL", &to.url).await;
    assert!(installed.is_ok_and(|it| it.ok));
    let sent = fields(&to.asked()[0].body);
    assert!(sent.contains_key("auth[refresh_token]"), "{sent:?}");
    let access = sent.get("auth[access_token]").cloned().unwrap_or_default();
    let removed = sandbox.bitrix24().send_app_event("ONAPPUNINSTALL", &to.url).await;
    assert!(removed.is_ok_and(|it| it.ok));
    let sent = fields(&to.asked()[1].body);
    assert!(
        !sent.contains_key("auth[access_token]") && sent.contains_key("auth[application_token]")
    );
    let wire = super::method("", &json!({"auth": access}));
    let wire = crate::support::Wire { target: "/rest/profile".into(), ..wire };
    let reply = send(&wire, &sandbox).await;
    assert_eq!((reply.status, &reply.json()["error"]), (401, &json!("ERROR_OAUTH")));
    assert!(sandbox.bitrix24().records(List::Handlers).is_empty());
}

#[tokio::test]
async fn test_event_carries_its_query() {
    let (sandbox, to) = (sandbox().await, integration().await);
    bind("OnAppTest", &to, &sandbox).await;
    assert_eq!(of_app("event.test", json!({"any": "data"}), &sandbox).await, json!(1));
    sandbox.bitrix24().send_events().await;
    let sent = fields(&to.asked()[0].body);
    assert_eq!(sent.get("data[QUERY][any]").map(String::as_str), Some("data"));
}

#[tokio::test]
async fn changed_contact_sends_its_event_and_a_new_date() {
    let (sandbox, to) = (sandbox().await, integration().await);
    bind("OnCrmContactUpdate", &to, &sandbox).await;
    sandbox.bitrix24().edit(List::Contacts, 797, json!({"LAST_NAME": "Новиков"}));
    let contact = sandbox.bitrix24().record(List::Contacts, 797).expect("a contact");
    assert_ne!(contact["DATE_MODIFY"], contact["DATE_CREATE"]);
    sandbox.bitrix24().send_events().await;
    let sent = fields(&to.asked()[0].body);
    assert_eq!(sent.get("data[FIELDS][ID]").map(String::as_str), Some("797"));
}
