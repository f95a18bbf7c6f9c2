//! The stand-in of U-ON.Travel.

mod checks;
mod fixtures;
mod flows;
mod hooks;

use serde_json::{Value, json};
use vochi_crm_sandbox::uon::{API_KEY, Dialect};
use vochi_crm_sandbox::{Crm, Sandbox};

use crate::support::{FORM, Reply, Wire};

fn get(path: &str) -> Wire {
    Wire {
        method: "GET".into(),
        target: format!("/{API_KEY}/{path}"),
        headers: Vec::new(),
        body: String::new(),
    }
}

fn post(path: &str, body: &Value) -> Wire {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let wire = Wire { body, ..get(path).verb("POST") };
    wire.header("Content-Type", "application/json; charset=utf-8")
}

fn form(path: &str, body: &str) -> Wire {
    Wire { body: body.into(), ..get(path).verb("POST") }.header("Content-Type", FORM)
}

async fn send(wire: &Wire, sandbox: &Sandbox) -> Reply {
    let sent = wire.try_send(sandbox.url(Crm::Uon)).await;
    sent.unwrap_or_else(|error| panic!("{} got no answer: {error:?}", wire.target))
}

/// Sends a request and asserts that it is executed and nothing is ignored.
async fn done(wire: &Wire, sandbox: &Sandbox) -> Value {
    let before = sandbox.refused(Crm::Uon).len();
    let reply = send(wire, sandbox).await;
    let refused = sandbox.refused(Crm::Uon);
    assert_eq!((reply.status, refused.len()), (200, before), "{wire:?}: {reply:?}; {refused:?}");
    reply.json()
}

/// The checks that the last request failed.
fn last_checks(sandbox: &Sandbox) -> Vec<&'static str> {
    sandbox.refused(Crm::Uon).last().map(|it| it.checks.clone()).unwrap_or_default()
}

fn set_dialect(sandbox: &Sandbox, change: impl FnOnce(&mut Dialect)) {
    let mut dialect = Dialect::default();
    change(&mut dialect);
    sandbox.uon().set_dialect(dialect);
}

/// A call that passes every check.
fn call() -> Value {
    json!({
        "phone": "375291112233",
        "start": "2025-08-28 14:52:10",
        "duration": 120,
        "direction": 2,
        "manager_id": "2",
        "record_link": "https://pbx.example.com/recordings/1756381930.52",
        "note": "Статус: отвеченный",
    })
}

/// A reminder that passes every check.
fn reminder() -> Value {
    json!({
        "type_id": 1,
        "datetime": "2025-08-28 15:15:00",
        "datetime_to": "2025-08-28 16:15:00",
        "text": "Пропущенный входящий звонок от +375296254070",
        "manager_id": 2,
        "created_u_id": 2,
        "r_id": 12,
    })
}

/// A subscription that passes every check.
fn webhook(type_id: i64, url: &str) -> Value {
    json!({"type_id": type_id, "method": "POST", "url": url, "note": "vochi-crm"})
}
