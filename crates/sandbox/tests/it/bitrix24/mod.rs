//! The stand-in of Bitrix24.

mod access;
mod batch;
mod calls;
mod checks;
mod crm;
mod events;
mod fixtures;

use serde_json::{Value, json};
use vochi_crm_sandbox::bitrix24::{ADMIN, Dialect, WEBHOOK_SECRET};
use vochi_crm_sandbox::{Crm, Sandbox};

use crate::support::{FORM, Reply, Wire, with};

/// A method over the webhook.
fn method(name: &str, parameters: &Value) -> Wire {
    let target = format!("/rest/{ADMIN}/{WEBHOOK_SECRET}/{name}");
    let body = parameters.to_string();
    let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    Wire { method: "POST".into(), target, headers, body }
}

/// A method of the application, with a new token of the administrator.
fn application(name: &str, parameters: &Value, sandbox: &Sandbox) -> Wire {
    let token = sandbox.bitrix24().issue_tokens(ADMIN)["access_token"].clone();
    let parameters = with(parameters.clone(), json!({"auth": token}));
    Wire { target: format!("/rest/{name}"), ..method(name, &parameters) }
}

fn form(name: &str, body: &str) -> Wire {
    Wire { body: body.into(), ..method(name, &json!({})) }.header("Content-Type", FORM)
}

async fn send(wire: &Wire, sandbox: &Sandbox) -> Reply {
    let sent = wire.try_send(sandbox.url(Crm::Bitrix24)).await;
    sent.unwrap_or_else(|error| panic!("{} got no answer: {error:?}", wire.target))
}

/// Sends a request and asserts that it is executed and nothing is ignored; returns the result.
async fn done(wire: &Wire, sandbox: &Sandbox) -> Value {
    let before = sandbox.refused(Crm::Bitrix24).len();
    let reply = send(wire, sandbox).await;
    let refused = sandbox.refused(Crm::Bitrix24);
    assert_eq!((reply.status, refused.len()), (200, before), "{wire:?}: {reply:?}; {refused:?}");
    reply.json()["result"].take()
}

/// Calls a method over the webhook; returns its result.
async fn call(name: &str, parameters: Value, sandbox: &Sandbox) -> Value {
    done(&method(name, &parameters), sandbox).await
}

/// Sends a request that is refused with this code and text.
async fn fails(wire: &Wire, sandbox: &Sandbox, code: &str, text: &str) {
    let reply = send(wire, sandbox).await;
    let expected = json!({"error": code, "error_description": text});
    assert_eq!(reply.json(), expected, "{wire:?}");
}

/// The checks that the last request failed.
fn last_checks(sandbox: &Sandbox) -> Vec<&'static str> {
    sandbox.refused(Crm::Bitrix24).last().map(|it| it.checks.clone()).unwrap_or_default()
}

fn set_dialect(sandbox: &Sandbox, change: impl FnOnce(&mut Dialect)) {
    let mut dialect = Dialect::default();
    change(&mut dialect);
    sandbox.bitrix24().set_dialect(dialect);
}

/// A registration that passes every check.
fn registration() -> Value {
    json!({
        "USER_ID": 17,
        "PHONE_NUMBER": "+375291112233",
        "TYPE": 2,
        "CALL_START_DATE": "2026-05-14T10:26:30+03:00",
        "CRM_CREATE": 0,
        "SHOW": 1,
        "LINE_NUMBER": "line-1",
        "EXTERNAL_CALL_ID": "pbx-1",
    })
}

/// The end of a call that passes every check.
fn end(call_id: &Value) -> Value {
    json!({
        "CALL_ID": call_id, "USER_ID": 17, "DURATION": 95, "STATUS_CODE": "200", "ADD_TO_CHAT": 0,
    })
}

/// Registers a call; returns its id.
async fn register(parameters: Value, sandbox: &Sandbox) -> Value {
    call("telephony.externalCall.register", parameters, sandbox).await["CALL_ID"].take()
}

/// Registers and finishes a call; returns its id.
async fn finished(sandbox: &Sandbox) -> Value {
    let id = register(registration(), sandbox).await;
    call("telephony.externalCall.finish", end(&id), sandbox).await;
    id
}
