//! Error responses and server errors.

use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_core::http::Repeat;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Effect, ErrorKind, TryAgain};

use super::{MAX_ATTEMPTS, QUOTED, all, effect, good, send};

fn page(status: u16) -> Step {
    let body = format!("<html>\n<head><title>{status}</title></head>{QUOTED}</html>");
    Step::text(status, "text/html", body)
}

#[tokio::test(start_paused = true)]
async fn rate_limit_is_awaited_for_every_operation() {
    let three = Duration::from_secs(3);
    for row in all() {
        let limit = || page(429).with_header("retry-after", "3");
        let outcome = send(&row, "HTTP 429", [limit(), good(&row)]).await;
        outcome.assert_success_on_retry();
        assert!(outcome.took >= three, "{}", outcome.case());

        let always = (0..MAX_ATTEMPTS).map(|_| limit());
        let outcome = send(&row, "HTTP 429", always).await;
        let error =
            outcome.assert_failure(ErrorKind::RateLimited, Effect::NotApplied, MAX_ATTEMPTS);
        outcome.assert_eq("status", error.status(), Some(429));
        outcome.assert_eq("retry advice", error.try_again(), TryAgain::After(three));
        assert!(outcome.took >= three * 3, "{}", outcome.case());
    }
}

#[tokio::test(start_paused = true)]
async fn rate_limit_without_retry_after_is_awaited() {
    for row in all() {
        let outcome = send(&row, "HTTP 429", [page(429), good(&row)]).await;
        outcome.assert_success_on_retry();
        let outcome = send(&row, "HTTP 429", (0..MAX_ATTEMPTS).map(|_| page(429))).await;
        let error =
            outcome.assert_failure(ErrorKind::RateLimited, Effect::NotApplied, MAX_ATTEMPTS);
        let after = matches!(error.try_again(), TryAgain::After(wait) if !wait.is_zero());
        assert!(after, "{}: {:?}", row.name, error.try_again());
    }
}

#[tokio::test(start_paused = true)]
async fn server_error_is_retried_only_if_idempotent() {
    for row in all() {
        for (status, kind) in [
            (500, ErrorKind::Unavailable),
            (502, ErrorKind::Unavailable),
            (503, ErrorKind::Unavailable),
            (504, ErrorKind::Unavailable),
            (408, ErrorKind::Timeout),
        ] {
            let fault = format!("HTTP {status}");
            let outcome = send(&row, &fault, [page(status), good(&row)]).await;
            if row.repeats == Repeat::Unsafe {
                let error = outcome.assert_failure(kind, Effect::Maybe, 1);
                outcome.assert_eq("retry advice", error.try_again(), TryAgain::Never);
            } else {
                outcome.assert_success_on_retry();
                let always = (0..MAX_ATTEMPTS).map(|_| page(status));
                let outcome = send(&row, &fault, always).await;
                let may_be = effect(&row, Effect::Maybe);
                let error = outcome.assert_failure(kind, may_be, MAX_ATTEMPTS);
                outcome.assert_eq("status", error.status(), Some(status));
                outcome.assert_eq("retry advice", error.try_again(), TryAgain::Later);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn server_error_honours_retry_after() {
    let seven = Duration::from_secs(7);
    for row in all() {
        if row.repeats == Repeat::Unsafe {
            continue;
        }
        let broken = page(503).with_header("retry-after", "7");
        let outcome = send(&row, "HTTP 503", [broken, good(&row)]).await;
        outcome.assert_success_on_retry();
        assert!(outcome.took >= seven, "{}", outcome.case());
    }
}

/// A permanent error: its response, kind and code.
struct PermanentError {
    status: u16,
    body: Value,
    kind: ErrorKind,
    code: &'static str,
}

fn permanent_errors() -> Vec<PermanentError> {
    let no = |status, kind, code, body| PermanentError { status, body, kind, code };
    let word = |word: &str| json!({"status": word, "message": format!("No. {QUOTED}")});
    let wrapped = json!({
        "errorInfo": {
            "invalidPaths": [{"op": "replace", "path": "/id", "value": QUOTED}],
            "invalidConstraints": {},
            "status": "invalidArgs",
            "message": "Patch contains invalid operations",
        },
        "isSuccessful": false,
        "responseCode": "conflict",
    });
    let problem = json!({
        "errors": {"direction": [format!("Error converting value {QUOTED}")]},
        "title": "One or more validation errors occurred.",
        "status": 400,
        "traceId": "00-1a2b",
    });
    vec![
        no(409, ErrorKind::NotFound, "communicationNotFound", word("communicationNotFound")),
        no(409, ErrorKind::NotFound, "notFound", word("notFound")),
        no(409, ErrorKind::Rejected, "notSupported", word("notSupported")),
        no(409, ErrorKind::Auth, "notInstalled", word("notInstalled")),
        no(409, ErrorKind::Rejected, "Error", json!("Error")),
        no(409, ErrorKind::Rejected, "invalidArgs", wrapped.clone()),
        no(200, ErrorKind::Rejected, "invalidArgs", wrapped),
        no(
            200,
            ErrorKind::Rejected,
            "conflict",
            json!({"isSuccessful": false, "responseCode": "conflict"}),
        ),
        no(400, ErrorKind::Rejected, "One or more validation errors occurred.", problem.clone()),
        no(409, ErrorKind::Rejected, "One or more validation errors occurred.", problem),
    ]
}

#[tokio::test(start_paused = true)]
async fn permanent_error_is_not_retried() {
    for row in all() {
        for no in permanent_errors() {
            let fault = format!("HTTP {} {}", no.status, no.body);
            let steps = [Step::json(no.status, &no.body), good(&row)];
            let outcome = send(&row, &fault, steps).await;
            if row.type_name() == "CallRedirect" && no.code == "notFound" {
                // A missing responsible user is a result.
                outcome.assert_success(1);
                continue;
            }
            let error = outcome.assert_failure(no.kind, Effect::NotApplied, 1);
            outcome.assert_eq("status", error.status(), Some(no.status));
            outcome.assert_eq("code", error.code(), Some(no.code));
            outcome.assert_eq("retry advice", error.try_again(), TryAgain::Never);
            assert!(outcome.took.is_zero(), "{}", outcome.case());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn unquoted_error_text_is_equal() {
    for row in all() {
        for body in ["\"Error\"", "Error"] {
            let no = Step::text(409, "text/plain", body);
            let outcome = send(&row, body, [no, good(&row)]).await;
            let error = outcome.assert_failure(ErrorKind::Rejected, Effect::NotApplied, 1);
            outcome.assert_eq("code", error.code(), Some("Error"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn html_error_page_has_no_code() {
    for row in all() {
        for (status, kind) in
            [(404, ErrorKind::NotFound), (409, ErrorKind::Rejected), (302, ErrorKind::Auth)]
        {
            let fault = format!("a page with HTTP {status}");
            let outcome = send(&row, &fault, [page(status), good(&row)]).await;
            let error = outcome.assert_failure(kind, Effect::NotApplied, 1);
            outcome.assert_eq("code", error.code(), None);
            outcome.assert_eq("retry advice", error.try_again(), TryAgain::Never);
        }
    }
}
