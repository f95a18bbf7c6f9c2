//! Refusals and server failures.

use serde_json::json;
use vochi_crm_core::http::Repeat;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Effect, ErrorKind, TryAgain};

use super::{ALL_TRIES, all, effect, good, send};

fn page(status: u16) -> Step {
    let body = format!("<html>\n<head><title>{status}</title></head>\n</html>");
    Step::text(status, "text/html", body)
}

fn refusal(status: u16, text: &str) -> Step {
    Step::json(status, &json!({"success": false, "errorMsg": text}))
}

#[tokio::test(start_paused = true)]
async fn rate_limit_is_retried_for_every_operation() {
    for row in all() {
        for status in [503, 429] {
            let fault = format!("HTTP {status}");
            let outcome = send(&row, &fault, [page(status), good(&row)]).await;
            outcome.succeeded_after_a_retry();

            let always = (0..ALL_TRIES).map(|_| page(status));
            let outcome = send(&row, &fault, always).await;
            let error = outcome.failed(ErrorKind::RateLimited, Effect::NotApplied, ALL_TRIES);
            outcome.is("status", error.status(), Some(status));
            let after = matches!(error.try_again(), TryAgain::After(wait) if !wait.is_zero());
            assert!(after, "{}: {:?}", row.name, error.try_again());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn server_failure_is_retried_only_if_idempotent() {
    for row in all() {
        for status in [500, 502, 504] {
            let fault = format!("HTTP {status}");
            let outcome = send(&row, &fault, [page(status), good(&row)]).await;
            if row.repeats == Repeat::Unsafe {
                let error = outcome.failed(ErrorKind::Unavailable, Effect::Maybe, 1);
                outcome.is("next try", error.try_again(), TryAgain::Never);
            } else {
                outcome.succeeded_after_a_retry();
                let always = (0..ALL_TRIES).map(|_| page(status));
                let outcome = send(&row, &fault, always).await;
                let may_be = effect(&row, Effect::Maybe);
                let error = outcome.failed(ErrorKind::Unavailable, may_be, ALL_TRIES);
                outcome.is("status", error.status(), Some(status));
                outcome.is("next try", error.try_again(), TryAgain::Later);
            }
        }
    }
}

/// Final refusals: status, text, kind.
const FOR_GOOD: [(u16, &str, ErrorKind); 7] = [
    (200, "Something is wrong", ErrorKind::Rejected),
    (200, "Telephony not enabled", ErrorKind::Rejected),
    (400, "Errors in the entity format", ErrorKind::Rejected),
    (400, r#""apiKey" is missing."#, ErrorKind::Auth),
    (403, r#"Wrong "apiKey" value."#, ErrorKind::Auth),
    (403, "Access denied.", ErrorKind::Auth),
    (404, "Not found", ErrorKind::NotFound),
];

#[tokio::test(start_paused = true)]
async fn refusal_is_not_retried() {
    for row in all() {
        for (status, text, kind) in FOR_GOOD {
            let fault = format!("HTTP {status} {text}");
            let outcome = send(&row, &fault, [refusal(status, text), good(&row)]).await;
            let error = outcome.failed(kind, Effect::NotApplied, 1);
            outcome.is("status", error.status(), Some(status));
            outcome.is("text", error.code(), Some(text));
            outcome.is("next try", error.try_again(), TryAgain::Never);
            assert!(outcome.took.is_zero(), "{}", outcome.case());
        }
    }
}
