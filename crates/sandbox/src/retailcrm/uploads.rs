//! Upload of customers: valid ones are stored, the others reported (§1.4, HTTP 460).

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::checks::{self, RequestContext};
use super::customers;
use super::handlers::Change;
use super::store::{Fields, only};
use crate::wire::Response;

/// The CRM's message for an invalid value, from official tests.
const NOT_KEPT: &str = "Something went wrong";

pub(super) fn uploaded(cx: &RequestContext<'_>) -> (Response, Change) {
    let mut ids = cx.account.customers.free_ids();
    let mut taken: Vec<Fields> = Vec::new();
    let (mut failed, mut errors, mut findings) = (Vec::new(), Map::new(), Vec::new());
    for fields in cx.customers.iter().flatten().filter_map(Value::as_object) {
        let external_id = fields.get("externalId");
        let twice =
            external_id.is_some_and(|id| taken.iter().any(|it| it.get("externalId") == Some(id)));
        let one = cx.one_of_upload(fields);
        let wrong = checks::wrong_customer(&one);
        if wrong.is_empty() && !twice {
            let mut customer = customers::after(&one);
            customer.insert("id".into(), json!(ids.next()));
            taken.push(customer);
            continue;
        }
        failed.push(only(fields, &["externalId"]));
        for detail in wrong.iter().flat_map(|finding| &finding.details) {
            let field = if detail.field.is_empty() { "externalId" } else { &detail.field };
            errors.insert(field.to_owned(), json!(NOT_KEPT));
        }
        if twice {
            errors.insert("externalId".into(), json!(NOT_KEPT));
        }
        findings.extend(wrong);
    }
    let kept: Vec<Fields> = taken.iter().map(|it| only(it, &["id", "externalId"])).collect();
    let mut body = Map::from_iter([
        ("success".to_owned(), json!(failed.is_empty())),
        ("uploadedCustomers".to_owned(), json!(kept)),
        ("failedCustomers".to_owned(), json!(failed)),
    ]);
    let mut status = StatusCode::OK;
    if !failed.is_empty() {
        status = StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST);
        body.insert("errorMsg".into(), json!("Customers are loaded with errors"));
        body.insert("errors".into(), Value::Object(errors));
    }
    (Response::json(status, &body), Change::Customers(taken, findings))
}
