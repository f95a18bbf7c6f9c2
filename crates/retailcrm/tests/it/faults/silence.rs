//! Connections that do not come about, break, or bring nothing in time.

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

/// The answer comes when nobody waits any more.
fn late(row: &super::Row) -> Step {
    Step::Slow(Duration::from_hours(1), row.operation.planned())
}

#[tokio::test(start_paused = true)]
async fn what_was_not_sent_is_sent_again() {
    for row in all() {
        let outcome = send(&row, "a refused connection", [unreachable(), good(&row)]).await;
        outcome.worked_at_the_second_try();

        let never = (0..ALL_TRIES).map(|_| unreachable());
        let outcome = send(&row, "nothing but refused connections", never).await;
        let error = outcome.failed(ErrorKind::Unavailable, Effect::NotApplied, ALL_TRIES);
        outcome.is("next try", error.try_again(), TryAgain::Later);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_asked_for_again_only_where_a_repeat_is_no_harm() {
    for row in all() {
        let outcome = send(&row, "a lost answer", [lost(), good(&row)]).await;
        if row.repeats == Repeat::Unsafe {
            let error = outcome.failed(ErrorKind::Unavailable, Effect::Maybe, 1);
            outcome.is("next try", error.try_again(), TryAgain::Never);
            let hint = error.hint().unwrap();
            assert!(hint.contains("look in the CRM"), "{}: {hint}", row.name);
        } else {
            outcome.worked_at_the_second_try();
            let outcome = send(&row, "lost answers", (0..ALL_TRIES).map(|_| lost())).await;
            let may_be = effect(&row, Effect::Maybe);
            outcome.failed(ErrorKind::Unavailable, may_be, ALL_TRIES);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_lost_once_is_not_forgotten_for_a_later_refusal() {
    for row in all().iter().filter(|row| row.repeats == Repeat::Keyed) {
        let no = r#"{"success":false,"errorMsg":"Access denied."}"#;
        let refused = Step::text(403, "application/json", no);
        let outcome = send(row, "a lost answer and a refusal", [lost(), refused]).await;
        outcome.failed(ErrorKind::Auth, Effect::Maybe, 2);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_takes_too_long_counts_as_lost() {
    for row in all() {
        let outcome = send(&row, "a slow answer", [late(&row), good(&row)]).await;
        if row.repeats == Repeat::Unsafe {
            outcome.failed(ErrorKind::Timeout, Effect::Maybe, 1);
            outcome.is("time", outcome.took, Duration::from_secs(10));
        } else {
            outcome.worked_at_the_second_try();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_callers_deadline_is_kept() {
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
async fn a_request_that_surely_did_not_leave_in_time_is_sent_again() {
    for row in all() {
        let unsent = Step::Fail(TransportError::TimedOut(Stage::NotSent));
        let outcome = send(&row, "a connection that took too long", [unsent, good(&row)]).await;
        outcome.worked_at_the_second_try();
    }
}
