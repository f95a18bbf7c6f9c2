//! Upload of customers: valid ones are stored, the others reported (§1.4, HTTP 460).

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::checks::{self, Endpoint, RequestContext};
use super::customers::{self, Customer};
use super::handlers::{Change, known};
use crate::wire::Response;

/// The CRM's message for an invalid value, from official tests.
const NOT_KEPT: &str = "Something went wrong";

pub(super) fn uploaded(cx: &RequestContext<'_>) -> (Response, Change) {
    let mut ids = cx.account.free_customer_ids();
    let mut taken: Vec<Customer> = Vec::new();
    let (mut failed, mut errors, mut findings) = (Vec::new(), Map::new(), Vec::new());
    for fields in cx.customers.iter().flatten().filter_map(Value::as_object) {
        let external_id = fields.get("externalId").and_then(Value::as_str);
        let twice = taken
            .iter()
            .any(|it| it.external_id.is_some() && it.external_id.as_deref() == external_id);
        let one = cx.one_of_upload(fields);
        let wrong = checks::wrong_customer(&one);
        if wrong.is_empty() && !twice {
            let mut customer = customers::written(Endpoint::CustomerCreate, &one);
            customer.id = ids.next().unwrap_or(customer.id);
            taken.push(customer);
            continue;
        }
        failed.push(known(json!({"externalId": external_id})));
        for detail in wrong.iter().flat_map(|finding| &finding.details) {
            let field = if detail.field.is_empty() { "externalId" } else { &detail.field };
            errors.insert(field.to_owned(), json!(NOT_KEPT));
        }
        if twice {
            errors.insert("externalId".into(), json!(NOT_KEPT));
        }
        findings.extend(wrong);
    }
    let kept = taken.iter();
    let kept: Vec<Value> =
        kept.map(|it| known(json!({"id": it.id, "externalId": it.external_id}))).collect();
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
