//! One refused request per row of Kontur's checks.

mod entities;
mod existence;
mod gate;
mod generated;
mod routes;
mod telephony;

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_sandbox::kontur::Communication;
use vochi_crm_sandbox::{Crm, Sandbox};

use super::support::{done, ready, send, telephony};
use crate::support::{Reply, Wire};

/// Expected form of a refusal.
#[derive(Debug, Clone, Copy)]
enum Says<'a> {
    /// This status without a body.
    Nothing(u16),
    /// A JSON string.
    Text(u16, &'a str),
    /// `{status, message}` with this message prefix.
    Status(&'a str, &'a str),
    /// `ProblemDetails` for this field with this message prefix.
    Problem(&'a str, &'a str),
    /// A patch that cannot be applied to this kind of object.
    Patch(&'a str),
}

/// A request that exactly one row refuses.
#[derive(Clone)]
struct Case {
    row: &'static str,
    arrange: fn(&Sandbox),
    /// Accepted requests before it.
    before: Vec<Wire>,
    /// Time that passes before the request.
    pass: Duration,
    wire: Wire,
    says: Says<'static>,
}

fn case(row: &'static str, wire: Wire, says: Says<'static>) -> Case {
    Case { row, arrange: |_| {}, before: Vec::new(), pass: Duration::ZERO, wire, says }
}

fn cases() -> Vec<Case> {
    [gate::cases(), routes::cases(), telephony::cases(), existence::cases(), entities::cases()]
        .concat()
}

fn assert_refusal(row: &str, says: &Says<'_>, reply: &Reply) {
    let status = match *says {
        Says::Nothing(status) | Says::Text(status, _) => status,
        Says::Status(..) | Says::Patch(_) => 409,
        Says::Problem(..) => 400,
    };
    assert_eq!(reply.status, status, "{row}: {reply:?}");
    match *says {
        Says::Nothing(_) => assert_eq!(reply.text, "", "{row}"),
        Says::Text(_, text) => assert_eq!(reply.json(), json!(text), "{row}"),
        Says::Status(status, message) => {
            let body = reply.json();
            assert_eq!(body["status"], status, "{row}: {body}");
            let says = body["message"].as_str().unwrap_or_default();
            assert!(says.starts_with(message), "{row}: {body}");
        }
        Says::Problem(field, text) => {
            let body = reply.json();
            assert_eq!(reply.content_type, "application/problem+json; charset=utf-8", "{row}");
            assert_eq!(body["status"], 400, "{row}: {body}");
            let says = body["errors"][field][0].as_str().unwrap_or_default();
            assert!(!says.is_empty() && says.starts_with(text), "{row}: {body}");
        }
        Says::Patch(kind) => {
            let body = reply.json();
            assert_eq!(body["isSuccessful"], false, "{row}: {body}");
            assert_eq!(body["responseCode"], "conflict", "{row}: {body}");
            assert_eq!(body["errorInfo"]["status"], "invalidArgs", "{row}: {body}");
            assert_ne!(body["errorInfo"][kind], json!([]), "{row}: {body}");
        }
    }
}

/// What a refused request leaves as it is.
fn snapshot(sandbox: &Sandbox) -> (Vec<Value>, Vec<Communication>) {
    let state = &sandbox.state()["kontur"];
    let kept = ["calls", "live", "customers", "modules"].map(|name| state[name].clone());
    (kept.to_vec(), sandbox.kontur().communications())
}

#[tokio::test]
async fn every_check_refuses_with_text_and_reason() {
    for case in cases() {
        let sandbox = ready().await;
        (case.arrange)(&sandbox);
        for wire in &case.before {
            done(wire, &sandbox).await;
        }
        if !case.pass.is_zero() {
            tokio::time::pause();
            tokio::time::advance(case.pass).await;
            tokio::time::resume();
        }
        let row = case.row;
        let before = snapshot(&sandbox);
        let reply = send(&case.wire, &sandbox).await;
        let refused = sandbox.refused(Crm::Kontur);
        let refused =
            refused.last().unwrap_or_else(|| panic!("{row} is not written down: {reply:?}"));
        assert_eq!(refused.checks, [row], "{}", refused.why);
        assert_refusal(row, &case.says, &reply);
        assert_eq!(refused.status, reply.status, "{row}");
        assert!(
            refused.why.starts_with(&format!("{row}: ")) && refused.why.contains('§'),
            "{row} does not say what it demands and where that is written: {}",
            refused.why
        );
        assert_eq!(snapshot(&sandbox), before, "{row}: what is refused is not carried out");
    }
}

#[test]
fn every_row_has_a_case() {
    let samples = Sandbox::samples(Crm::Kontur).into_iter().filter(|it| !it.accepted);
    let mut shown: BTreeSet<&str> = samples.map(|it| it.row).collect();
    shown.extend(cases().iter().map(|case| case.row));
    // See `missing_or_wrong_echo_is_a_failure`.
    shown.insert("echo.back");
    let rows: Vec<&str> = Sandbox::checks(Crm::Kontur).iter().map(|check| check.name).collect();
    let table: BTreeSet<&str> = rows.iter().copied().collect();
    assert_eq!(table.len(), rows.len(), "names of rows are unique: {rows:?}");
    assert_eq!(shown, table, "cases on the left, table on the right");
}

#[test]
fn every_row_has_a_section_and_a_requirement() {
    for check in Sandbox::checks(Crm::Kontur) {
        assert!(check.section.starts_with('§'), "{check:?}");
        assert!(check.demands.len() > 10, "{check:?}");
    }
}

#[tokio::test]
async fn all_invalid_fields_of_a_call_are_reported() {
    let sandbox = ready().await;
    let wrong = json!({
        "timestamp": "yesterday",
        "externalId": "1763631515.42",
        "clientPhone": "+375291112233",
        "direction": "in2bound",
    });
    let reply = send(&telephony("call-started", &wrong), &sandbox).await;
    let errors = reply.json()["errors"].clone();
    for field in ["timestamp", "clientPhone", "direction", "callStartedInfo"] {
        assert!(errors[field].is_array(), "{field} is not in {errors}");
    }
    let refused = sandbox.refused(Crm::Kontur);
    assert_eq!(refused.len(), 1, "one request, one entry: {refused:?}");
    let rows: BTreeSet<&str> = refused[0].checks.iter().copied().collect();
    let expected = [
        "call-started.clientPhone.value",
        "call-started.direction.form",
        "call-started.timestamp.form",
    ];
    assert_eq!(rows, BTreeSet::from(expected));
}

#[tokio::test]
async fn position_of_an_invalid_value_matches_the_crm() {
    let sandbox = ready().await;
    let mut wire = telephony("call-started", &json!({}));
    wire.body = "{\n  \"timestamp\": \"2025-11-20T09:38:35+00:00\",\n  \"externalId\": \"1\",\n  \
                 \"clientPhone\": \"375291112233\",\n  \"direction\": \"in2bound\"\n}"
        .into();
    let reply = send(&wire, &sandbox).await;
    assert_eq!(
        reply.json()["errors"]["direction"],
        json!(["Error converting value \"in2bound\" to type \
             'Xcom.Api.Models.Communications.CommunicationDirection'. Path 'direction', line 5, \
             position 25."])
    );
}
