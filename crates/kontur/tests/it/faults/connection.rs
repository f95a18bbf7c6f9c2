//! Failed and broken connections, and timeouts.

use std::time::Duration;

use serde_json::json;
use vochi_crm_core::http::{Repeat, Stage, TransportError};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Cx, Effect, ErrorKind, TryAgain};

use super::{MAX_ATTEMPTS, QUOTED, Row, all, effect, good, send, send_within};

/// Transport errors may contain URLs and headers, so their texts are not trusted.
fn unreachable() -> Step {
    Step::Fail(TransportError::Connect(format!("refused: {QUOTED}")))
}

fn lost() -> Step {
    Step::Fail(TransportError::Broken(format!("reset by peer: {QUOTED}")))
}

/// Returns a response that arrives after the timeout.
fn late(row: &Row) -> Step {
    Step::Slow(Duration::from_hours(1), row.operation.planned())
}

#[tokio::test(start_paused = true)]
async fn unsent_request_is_retried() {
    for row in all() {
        let outcome = send(&row, "a refused connection", [unreachable(), good(&row)]).await;
        outcome.assert_success_on_retry();

        let never = (0..MAX_ATTEMPTS).map(|_| unreachable());
        let outcome = send(&row, "only refused connections", never).await;
        let error =
            outcome.assert_failure(ErrorKind::Unavailable, Effect::NotApplied, MAX_ATTEMPTS);
        outcome.assert_eq("retry advice", error.try_again(), TryAgain::Later);
    }
}

#[tokio::test(start_paused = true)]
async fn connect_timeout_is_retried() {
    for row in all() {
        let unsent = Step::Fail(TransportError::TimedOut(Stage::NotSent));
        let outcome = send(&row, "a slow connection", [unsent, good(&row)]).await;
        outcome.assert_success_on_retry();
    }
}

#[tokio::test(start_paused = true)]
async fn lost_response_is_retried_if_idempotent() {
    for row in all() {
        let outcome = send(&row, "a lost response", [lost(), good(&row)]).await;
        if row.repeats == Repeat::Unsafe {
            let error = outcome.assert_failure(ErrorKind::Unavailable, Effect::Maybe, 1);
            outcome.assert_eq("retry advice", error.try_again(), TryAgain::Never);
            let hint = error.hint().unwrap_or_default();
            assert!(hint.contains("look in the CRM"), "{}: {hint}", row.name);
        } else {
            outcome.assert_success_on_retry();
            let outcome = send(&row, "lost responses", (0..MAX_ATTEMPTS).map(|_| lost())).await;
            let may_be = effect(&row, Effect::Maybe);
            let error = outcome.assert_failure(ErrorKind::Unavailable, may_be, MAX_ATTEMPTS);
            outcome.assert_eq("retry advice", error.try_again(), TryAgain::Later);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn lost_response_outweighs_later_error() {
    for row in all().iter().filter(|row| row.repeats == Repeat::Keyed) {
        let no = json!({"status": "notFound", "message": "Not found."});
        let steps = [lost(), Step::json(409, &no)];
        let outcome = send(row, "a lost response and an error", steps).await;
        outcome.assert_failure(ErrorKind::NotFound, Effect::Maybe, 2);
    }
}

#[tokio::test(start_paused = true)]
async fn late_response_counts_as_lost() {
    for row in all() {
        let outcome = send(&row, "a slow response", [late(&row), good(&row)]).await;
        if row.operation.request().unwrap().body_ref().source().is_some() {
            // An upload has a longer timeout, which leaves no time for a repeat.
            let may_be = effect(&row, Effect::Maybe);
            outcome.assert_failure(ErrorKind::Timeout, may_be, 1);
        } else if row.repeats == Repeat::Unsafe {
            outcome.assert_failure(ErrorKind::Timeout, Effect::Maybe, 1);
            outcome.assert_eq("time", outcome.took, Duration::from_secs(10));
        } else {
            outcome.assert_success_on_retry();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn deadline_of_caller_is_kept() {
    let patience = Duration::from_secs(3);
    for row in all() {
        let cx = Cx::history().with_timeout(patience);
        let outcome = send_within(&row, "a deadline", [late(&row), good(&row)], cx).await;
        let may_be = effect(&row, Effect::Maybe);
        outcome.assert_failure(ErrorKind::Timeout, may_be, 1);
        outcome.assert_eq("time", outcome.took, patience);

        let cx = Cx::history().with_timeout(Duration::ZERO);
        let outcome = send_within(&row, "an expired deadline", [good(&row)], cx).await;
        let error = outcome.assert_failure(ErrorKind::Timeout, Effect::NotApplied, 0);
        outcome.assert_eq("retry advice", error.try_again(), TryAgain::Later);
    }
}

#[tokio::test(start_paused = true)]
async fn no_retry_starts_after_deadline() {
    for row in all() {
        let wait = Step::text(429, "text/plain", "later").with_header("retry-after", "20");
        let cx = Cx::history().with_timeout(Duration::from_secs(5));
        let outcome = send_within(&row, "a wait beyond the deadline", [wait, good(&row)], cx).await;
        let error = outcome.assert_failure(ErrorKind::RateLimited, Effect::NotApplied, 1);
        let after = TryAgain::After(Duration::from_secs(20));
        outcome.assert_eq("retry advice", error.try_again(), after);
        assert!(outcome.took.is_zero(), "{}", outcome.case());
    }
}
