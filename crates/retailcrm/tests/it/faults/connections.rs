//! Connections that fail, break, or time out.

use std::time::Duration;

use vochi_crm_core::http::{Repeat, Stage, TransportError};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Cx, Effect, ErrorKind, TryAgain};

use super::{ALL_TRIES, all, effect, good, send, send_within};

fn unreachable() -> Step {
    Step::Fail(TransportError::Connect("connection refused".to_owned()))
}

fn lost() -> Step {
    Step::Fail(TransportError::Broken("reset by peer".to_owned()))
}

/// A response after the timeout.
fn late(row: &super::Row) -> Step {
    Step::Slow(Duration::from_hours(1), row.operation.planned())
}

#[tokio::test(start_paused = true)]
async fn unsent_request_is_retried() {
    for row in all() {
        let outcome = send(&row, "a refused connection", [unreachable(), good(&row)]).await;
        outcome.succeeded_after_a_retry();

        let never = (0..ALL_TRIES).map(|_| unreachable());
        let outcome = send(&row, "nothing but refused connections", never).await;
        let error = outcome.failed(ErrorKind::Unavailable, Effect::NotApplied, ALL_TRIES);
        outcome.is("next try", error.try_again(), TryAgain::Later);
    }
}

#[tokio::test(start_paused = true)]
async fn lost_response_is_retried_only_if_idempotent() {
    for row in all() {
        let outcome = send(&row, "a lost response", [lost(), good(&row)]).await;
        if row.repeats == Repeat::Unsafe {
            let error = outcome.failed(ErrorKind::Unavailable, Effect::Maybe, 1);
            outcome.is("next try", error.try_again(), TryAgain::Never);
            let hint = error.hint().unwrap();
            assert!(hint.contains("look in the CRM"), "{}: {hint}", row.name);
        } else {
            outcome.succeeded_after_a_retry();
            let outcome = send(&row, "lost responses", (0..ALL_TRIES).map(|_| lost())).await;
            let may_be = effect(&row, Effect::Maybe);
            outcome.failed(ErrorKind::Unavailable, may_be, ALL_TRIES);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn lost_response_before_a_refusal_keeps_effect_maybe() {
    for row in all().iter().filter(|row| row.repeats == Repeat::Keyed) {
        let no = r#"{"success":false,"errorMsg":"Access denied."}"#;
        let refused = Step::text(403, "application/json", no);
        let outcome = send(row, "a lost response and a refusal", [lost(), refused]).await;
        outcome.failed(ErrorKind::Auth, Effect::Maybe, 2);
    }
}

#[tokio::test(start_paused = true)]
async fn slow_response_counts_as_lost() {
    for row in all() {
        let outcome = send(&row, "a slow response", [late(&row), good(&row)]).await;
        if row.repeats == Repeat::Unsafe {
            outcome.failed(ErrorKind::Timeout, Effect::Maybe, 1);
            outcome.is("time", outcome.took, Duration::from_secs(10));
        } else {
            outcome.succeeded_after_a_retry();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn caller_deadline_is_respected() {
    let patience = Duration::from_secs(3);
    for row in all() {
        let cx = Cx::history().with_timeout(patience);
        let outcome = send_within(&row, "a deadline", [late(&row), good(&row)], cx).await;
        let may_be = effect(&row, Effect::Maybe);
        outcome.failed(ErrorKind::Timeout, may_be, 1);
        outcome.is("time", outcome.took, patience);

        let cx = Cx::history().with_timeout(Duration::ZERO);
        let outcome = send_within(&row, "no time at all", [good(&row)], cx).await;
        let error = outcome.failed(ErrorKind::Timeout, Effect::NotApplied, 0);
        outcome.is("next try", error.try_again(), TryAgain::Later);
    }
}

#[tokio::test(start_paused = true)]
async fn connection_timeout_is_retried() {
    for row in all() {
        let unsent = Step::Fail(TransportError::TimedOut(Stage::NotSent));
        let outcome = send(&row, "a connection that took too long", [unsent, good(&row)]).await;
        outcome.succeeded_after_a_retry();
    }
}
