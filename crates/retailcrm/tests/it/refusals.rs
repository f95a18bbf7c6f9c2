//! Every refusal of the fixtures, with one mutation.

use serde_json::{Value, json};
use vochi_crm_core::testing::conformance::CrmUnderTest as _;
use vochi_crm_core::testing::{self, Mutation, Step, mutations};
use vochi_crm_core::{Cx, Effect, ErrorKind, Result};
use vochi_crm_retailcrm::api::{SendCallEvent, UserFilter};

use super::conformance::RetailCrm;
use super::fixture::Fixture;
use super::support::{Bench, ext, list, phone};

/// Every response of every fixture that is not a success: its name, status and body.
fn refusals() -> Vec<(String, u16, Value)> {
    let mut all = Vec::new();
    for fixture in testing::Fixture::names(RetailCrm::FIXTURES) {
        for (name, response) in Fixture::open(&fixture).responses() {
            let body = response.json::<Value>();
            if let Ok(body) = body
                && !fixture.starts_with("inbound")
                && !RetailCrm::is_success(&response)
            {
                all.push((format!("{fixture} {name}"), response.status.as_u16(), body));
            }
        }
    }
    assert!(all.len() > 60, "only {} refusals", all.len());
    all
}

/// The kind by status alone.
fn kind_by(status: u16) -> ErrorKind {
    match status {
        401 | 403 => ErrorKind::Auth,
        404 => ErrorKind::NotFound,
        429 | 503 => ErrorKind::RateLimited,
        500.. => ErrorKind::Unavailable,
        _ => ErrorKind::Rejected,
    }
}

/// The outcomes of a write and a read for each body as the response.
async fn judged(status: u16, bodies: &[Value]) -> Vec<[Result<()>; 2]> {
    let steps = bodies.iter().flat_map(|body| [Step::json(status, body), Step::json(status, body)]);
    let bench = Bench::with(steps, json!({"retries": 0}), json!({}));
    let client = bench.connector.client();
    let rings = SendCallEvent::incoming(phone("+375291112233")).codes([ext("101")]);
    let cx = Cx::history();
    let mut all = Vec::new();
    for _ in bodies {
        let write = client.send(&cx, &rings).await.map(drop);
        let read = client.send(&cx, list(UserFilter::new())).await.map(drop);
        all.push([write, read]);
    }
    assert_eq!(bench.script.left(), 0);
    all
}

#[tokio::test(start_paused = true)]
async fn mutated_refusal_is_still_a_refusal() {
    for (name, status, body) in refusals().into_iter().filter(|(_, _, body)| body.is_object()) {
        let all = mutations(&body);
        let mut bodies = vec![body.clone()];
        bodies.extend(all.iter().map(|mutation| mutation.body.clone()));
        let mut judged = judged(status, &bodies).await;
        let [before, _] = judged.remove(0);
        let before = before.expect_err(&name);
        for (mutation, ends) in all.iter().zip(judged) {
            let place = format!("{name}: {} {}", mutation.path.join("."), mutation.what);
            let first = mutation.path[0].as_str();
            for end in ends {
                let Err(error) = end else {
                    assert!(may_be_a_success(status, first, mutation), "{place}: a success");
                    continue;
                };
                assert!(!error.message().is_empty(), "{place}");
                if first == "errorMsg" {
                    assert_eq!(error.kind(), kind_by(status), "{place}");
                } else {
                    assert_eq!(error.kind(), before.kind(), "{place}");
                    assert_eq!(error.code(), before.code(), "{place}");
                }
            }
        }
    }
}

/// With a success status the body decides: mutated, it may be a success, or empty.
fn may_be_a_success(status: u16, first: &str, mutation: &Mutation) -> bool {
    let is_truthy = ["a flag", "a number", "a huge number"].contains(&mutation.what);
    status < 300
        && match first {
            "success" => is_truthy,
            "errorMsg" => mutation.body.get("success").is_none(),
            _ => false,
        }
}

#[tokio::test(start_paused = true)]
async fn mutated_partial_write_is_still_partial() {
    let body = Fixture::open("errors_common").body("partial_bulk_460");
    let all = mutations(&body);
    let bodies: Vec<Value> = all.iter().map(|mutation| mutation.body.clone()).collect();
    for (mutation, [write, _]) in all.iter().zip(judged(460, &bodies).await) {
        if mutation.path[0] != "errorMsg" {
            assert_eq!(write.unwrap_err().effect(), Effect::Applied, "{:?}", mutation.path);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn refusal_without_body_is_classified_by_status() {
    let bodies = [
        json!(null),
        json!(true),
        json!(7),
        json!("text"),
        json!([]),
        json!([{"errorMsg": "Not found"}]),
        json!({}),
        json!({"success": true}),
    ];
    for status in [400, 401, 403, 404, 405, 418, 429, 460, 500, 502, 503, 504] {
        for (body, ends) in bodies.iter().zip(judged(status, &bodies).await) {
            for end in ends {
                let place = format!("HTTP {status} {body}");
                let error = end.expect_err(&place);
                // 405 with anything but an object is a page of a server without this account.
                let page = status == 405 && !(body.is_object() || body.is_array());
                let kind = if page { ErrorKind::Auth } else { kind_by(status) };
                assert_eq!(error.kind(), kind, "{place}");
                assert_eq!(error.status(), Some(status), "{place}");
            }
        }
    }
}
