//! One refused request per row of RetailCRM's checks.

mod existence;
mod gate;
mod generated;
mod objects;
mod routes;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vochi_crm_sandbox::retailcrm::StoredFile;
use vochi_crm_sandbox::{Crm, Sandbox};

use crate::support::{Wire, event, sandbox, send_event, with};

/// A request that exactly one row refuses.
struct Case {
    row: &'static str,
    arrange: fn(&Sandbox),
    /// The key has every other scope.
    without_scope: &'static str,
    wire: Wire,
    status: u16,
    /// The whole response body: an object, or a page.
    body: Value,
}

fn case(row: &'static str, wire: Wire, status: u16, body: Value) -> Case {
    Case { row, arrange: |_| {}, without_scope: "", wire, status, body }
}

fn says(text: &str) -> Value {
    json!({"success": false, "errorMsg": text})
}

fn input(field: &str, text: &str) -> Value {
    json!({
        "success": false,
        "errorMsg": "Errors in the input parameters",
        "errors": {field: text},
    })
}

fn entity(field: &str, text: &str) -> Value {
    json!({
        "success": false,
        "errorMsg": "Errors in the entity format",
        "errors": {field: text},
    })
}

fn busy() -> Value {
    json!(
        "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n\
         <body></body>\r\n</html>\r\n"
    )
}

const BLANK: &str = "This value should not be blank.";
const CHOICE: &str = "The value you selected is not a valid choice.";
const INVALID: &str = "This value is not valid.";
const SET_ONE: &str = "Set one of the following fields: id, externalId";
const EXTRA: &str = "This form should not contain extra fields.";

fn cases() -> Vec<Case> {
    let files = [gate::cases(), routes::cases(), existence::cases(), objects::cases()];
    files.into_iter().flatten().collect()
}

/// Account data beyond the state.
fn holds(sandbox: &Sandbox) -> (Vec<Value>, Vec<Value>, Vec<StoredFile>) {
    let account = sandbox.retailcrm();
    (account.orders(), account.tasks(), account.files())
}

/// A limit needs repeated requests; every other row refuses the first one.
async fn until_refused(case: &Case, sandbox: &Sandbox) -> crate::support::Reply {
    let tries = if case.row.starts_with("limit.") { 400 } else { 1 };
    let mut reply = case.wire.send(sandbox).await;
    for _ in 1..tries {
        if reply.status != 200 {
            break;
        }
        reply = case.wire.send(sandbox).await;
    }
    reply
}

#[tokio::test]
async fn every_check_refuses_with_text_and_reason() {
    let sandbox = sandbox().await;
    for case in cases() {
        sandbox.reset();
        (case.arrange)(&sandbox);
        if !case.without_scope.is_empty() {
            let scopes = Sandbox::routes(Crm::RetailCrm).into_iter().map(|route| route.scope);
            sandbox.retailcrm().set_scopes(scopes.filter(|it| *it != case.without_scope));
        }
        let before = sandbox.state();
        let kept = holds(&sandbox);
        let reply = until_refused(&case, &sandbox).await;
        let row = case.row;

        assert_eq!(reply.status, case.status, "{row}: {reply:?}");
        let (body, form) = match &case.body {
            Value::String(page) => (reply.text == *page, "text/html"),
            json => (reply.json() == *json, "application/json"),
        };
        assert!(body, "{row}: expected {}, got {}", case.body, reply.text);
        assert_eq!(reply.content_type, form, "{row}");

        let refused = sandbox.refused(Crm::RetailCrm);
        let refused = refused.last().unwrap_or_else(|| panic!("{row} is not written down"));
        assert_eq!(refused.checks, [row], "{}", refused.why);
        assert_eq!(refused.method, case.wire.method, "{row}");
        assert_eq!(Some(refused.path.as_str()), case.wire.target.split('?').next(), "{row}");
        assert_eq!(refused.status, case.status, "{row}");
        assert!(
            refused.why.starts_with(&format!("{row}: ")) && refused.why.contains('§'),
            "{row} does not say what it demands and where that is written: {}",
            refused.why
        );
        if !row.starts_with("limit.") {
            for kept in ["calls", "live", "customers", "modules"] {
                assert_eq!(
                    sandbox.state()["retailcrm"][kept],
                    before["retailcrm"][kept],
                    "{row}: what is refused is not carried out"
                );
            }
            assert_eq!(holds(&sandbox), kept, "{row}: what is refused is not carried out");
        }
    }
}

#[test]
fn every_row_has_a_case() {
    let samples = Sandbox::samples(Crm::RetailCrm).into_iter().filter(|it| !it.accepted);
    let cases = cases().into_iter().map(|case| case.row);
    let shown: BTreeSet<&str> = cases.chain(samples.map(|it| it.row)).collect();
    let rows: Vec<&str> = Sandbox::checks(Crm::RetailCrm).iter().map(|check| check.name).collect();
    let table: BTreeSet<&str> = rows.iter().copied().collect();
    assert_eq!(table.len(), rows.len(), "names of rows are unique: {rows:?}");
    assert_eq!(shown, table, "cases on the left, table on the right");
}

#[test]
fn every_row_has_a_section_and_a_requirement() {
    for check in Sandbox::checks(Crm::RetailCrm) {
        assert!(check.section.starts_with('§'), "{} cites {:?}", check.name, check.section);
        assert!(check.demands.len() > 10, "{} demands {:?}", check.name, check.demands);
    }
}

#[tokio::test]
async fn all_invalid_fields_of_an_object_are_reported() {
    let sandbox = sandbox().await;
    let wrong = with(event(), json!({"phone": "abc", "type": "ring", "site": "shop-nine"}));
    let reply = send_event(&wrong).send(&sandbox).await;
    assert_eq!(reply.json()["errors"], json!({"phone": INVALID, "type": CHOICE, "site": CHOICE}));
    let refused = sandbox.refused(Crm::RetailCrm);
    assert_eq!(refused.len(), 1, "one request, one entry: {refused:?}");
    let rows: BTreeSet<&str> = refused[0].checks.iter().copied().collect();
    let expected = ["event.phone.form", "event.site.form", "event.type.form"];
    assert_eq!(rows, BTreeSet::from(expected));
}
