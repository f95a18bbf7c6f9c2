//! Every operation with a broken connection, a broken server, and refusals.

use std::time::Duration;

use super::attempt::{ALL_TRIES, describe, effect, good, leaves_doubt, quoted, send, send_within};
use super::report::Report;
use super::{CrmUnderTest, Operation};
use crate::connector::Cx;
use crate::error::{Effect, ErrorKind, TryAgain};
use crate::http::{Repeat, Response, Stage, TransportError};
use crate::testing::{Step, response};

/// The largest response a client reads, in bytes.
const LONGEST: usize = 8 * 1024 * 1024;

fn lost<S: CrmUnderTest>(row: &Operation<S>) -> Step {
    Step::Fail(TransportError::Broken(format!("reset by peer: {}", quoted(row))))
}

/// A response that arrives after every timeout.
fn late<S: CrmUnderTest>(row: &Operation<S>) -> Step {
    Step::Slow(Duration::from_secs(3600), row.planned())
}

/// A page of the server with this status.
fn page<S: CrmUnderTest>(row: &Operation<S>, status: u16) -> Response {
    let body = format!("<html>\n<title>{status}</title>{}</html>", quoted(row));
    response(status, "text/html", body)
}

fn later<S: CrmUnderTest>(row: &Operation<S>, status: u16, after: Option<&'static str>) -> Step {
    let step = Step::Response(page(row, status));
    match after {
        Some(seconds) => step.with_header("retry-after", seconds),
        None => step,
    }
}

/// A request that certainly was not sent is retried for every operation.
pub async fn unsent_request_is_retried<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in &S::operations() {
        let refused = || Step::Fail(TransportError::Connect(format!("refused: {}", quoted(row))));
        send(row, "a refused connection", [refused(), good(row)]).await.succeeds(&mut report, 2);
        let slow = Step::Fail(TransportError::TimedOut(Stage::NotSent));
        send(row, "a slow connection", [slow, good(row)]).await.succeeds(&mut report, 2);
        let never = (0..ALL_TRIES).map(|_| refused());
        let attempt = send(row, "refused connections", never).await;
        let (kind, effect) = (ErrorKind::Unavailable, Effect::NotApplied);
        if let Some(error) = attempt.fails(&mut report, kind, effect, ALL_TRIES) {
            report.equal(attempt.case(), "error.try_again()", error.try_again(), TryAgain::Later);
        }
    }
    report.finish();
}

/// A request whose response is lost is retried if a repeat is safe.
pub async fn lost_response_is_retried_if_safe<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in &S::operations() {
        let kind = ErrorKind::Unavailable;
        let error = leaves_doubt(&mut report, row, "a lost response", kind, || lost(row)).await;
        if let Some(error) = error.filter(|_| row.is_unsafe()) {
            let hint = error.hint().unwrap_or_default();
            let says = hint.contains("look in the CRM");
            report.holds(row.title(), says, || format!("no hint to look in the CRM: {hint}"));
        }
    }
    report.finish();
}

/// A refusal after a lost response does not mean that nothing was applied.
pub async fn lost_response_outweighs_a_refusal<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in S::operations().iter().filter(|row| row.repeat == Repeat::Keyed) {
        for refused in S::refusals(&quoted(row)) {
            let steps = [lost(row), Step::Response(refused.response.clone())];
            let fault = format!("a lost response and {}", describe(&refused.response));
            let attempt = send(row, fault, steps).await;
            if refused.code.as_deref().is_some_and(|code| row.recovers.contains(&code)) {
                attempt.succeeds(&mut report, 2);
                continue;
            }
            attempt.fails(&mut report, refused.kind, Effect::Maybe, 2);
        }
    }
    report.finish();
}

/// A response after the timeout counts as lost.
pub async fn late_response_counts_as_lost<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in &S::operations() {
        let streamed = row.request().is_ok_and(|request| request.body_ref().source().is_some());
        let attempt = send(row, "a late response", [late(row), good(row)]).await;
        if row.is_unsafe() || streamed {
            // A streamed body has a longer timeout, which leaves no time for a retry.
            let may_be = effect(row, Effect::Maybe);
            attempt.fails(&mut report, ErrorKind::Timeout, may_be, 1);
            if !streamed {
                report.equal(attempt.case(), "the time", attempt.took, S::ATTEMPT);
            }
        } else {
            attempt.succeeds(&mut report, 2);
        }
    }
    report.finish();
}

/// No request outlives the caller's deadline, and none is sent after it.
pub async fn deadline_of_the_caller_is_kept<S: CrmUnderTest>() {
    let mut report = Report::default();
    let three = Duration::from_secs(3);
    for row in &S::operations() {
        let within = |time| Cx::history().with_timeout(time);
        let steps = [late(row), good(row)];
        let attempt = send_within(row, "a deadline", steps, within(three)).await;
        let may_be = effect(row, Effect::Maybe);
        attempt.fails(&mut report, ErrorKind::Timeout, may_be, 1);
        report.equal(attempt.case(), "the time", attempt.took, three);

        let attempt =
            send_within(row, "a past deadline", [good(row)], within(Duration::ZERO)).await;
        let error = attempt.fails(&mut report, ErrorKind::Timeout, Effect::NotApplied, 0);
        if let Some(error) = error {
            report.equal(attempt.case(), "error.try_again()", error.try_again(), TryAgain::Later);
        }

        for &status in S::LIMITED {
            let steps = [later(row, status, Some("20")), good(row)];
            let cx = within(Duration::from_secs(5));
            let attempt = send_within(row, "a wait beyond the deadline", steps, cx).await;
            let error = attempt.fails(&mut report, ErrorKind::RateLimited, Effect::NotApplied, 1);
            let after = TryAgain::After(Duration::from_secs(20));
            let found = error.map(crate::error::Error::try_again);
            report.equal(attempt.case(), "error.try_again()", found, Some(after));
            report.equal(attempt.case(), "the time", attempt.took, Duration::ZERO);
        }
    }
    report.finish();
}

/// A rate limit is waited for, whatever the operation, and as long as the CRM asks.
pub async fn rate_limit_is_awaited<S: CrmUnderTest>() {
    let mut report = Report::default();
    let three = Duration::from_secs(3);
    for row in &S::operations() {
        for &status in S::LIMITED {
            for after in [None, Some("3")] {
                let fault = format!("HTTP {status}, Retry-After {after:?}");
                let limit = || later(row, status, after);
                let attempt = send(row, fault.clone(), [limit(), good(row)]).await;
                attempt.succeeds(&mut report, 2);
                let waited = after.is_none() || attempt.took >= three;
                report.holds(attempt.case(), waited, || format!("waited {:?}", attempt.took));

                let attempt = send(row, fault, (0..ALL_TRIES).map(|_| limit())).await;
                let (kind, effect) = (ErrorKind::RateLimited, Effect::NotApplied);
                let Some(error) = attempt.fails(&mut report, kind, effect, ALL_TRIES) else {
                    continue;
                };
                report.equal(attempt.case(), "the status", error.status(), Some(status));
                let advised = match error.try_again() {
                    TryAgain::After(wait) => !wait.is_zero() && (after.is_none() || wait == three),
                    _ => false,
                };
                report.holds(attempt.case(), advised, || format!("{:?}", error.try_again()));
                let waited = after.is_none() || attempt.took >= three * 3;
                report.holds(attempt.case(), waited, || format!("waited {:?}", attempt.took));
            }
        }
    }
    report.finish();
}

/// An error of the server leaves open what it did: retried if a repeat is safe, and as late as the
/// server asks.
pub async fn broken_server_is_retried_if_safe<S: CrmUnderTest>() {
    let mut report = Report::default();
    let seven = Duration::from_secs(7);
    for row in &S::operations() {
        for &(status, kind) in S::BROKEN {
            let fault = format!("HTTP {status}");
            let step = || Step::Response(page(row, status));
            let error = leaves_doubt(&mut report, row, &fault, kind, step).await;
            let found = error.and_then(|error| error.status());
            report.equal(row.title(), "the status", found, Some(status));
            if !row.is_unsafe() {
                let steps = [later(row, status, Some("7")), good(row)];
                let attempt = send(row, format!("{fault} with Retry-After"), steps).await;
                attempt.succeeds(&mut report, 2);
                let waited = attempt.took >= seven;
                report.holds(attempt.case(), waited, || format!("waited {:?}", attempt.took));
            }
        }
    }
    report.finish();
}

/// A refusal is an error with the CRM's code, and is not sent again.
pub async fn refusal_is_final<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in &S::operations() {
        for refused in S::refusals(&quoted(row)) {
            let steps = [Step::Response(refused.response.clone()), good(row)];
            let attempt = send(row, describe(&refused.response), steps).await;
            let code = refused.code.as_deref();
            if code.is_some_and(|code| row.recovers.contains(&code)) {
                attempt.succeeds(&mut report, 1);
                continue;
            }
            let error = attempt.fails_for_good(&mut report, refused.kind, Effect::NotApplied);
            if let Some(error) = error {
                let status = refused.response.status.as_u16();
                report.equal(attempt.case(), "the status", error.status(), Some(status));
                report.equal(attempt.case(), "the code", error.code(), code);
            }
            report.equal(attempt.case(), "the time", attempt.took, Duration::ZERO);
        }
    }
    report.finish();
}

/// A body that may come from another server leaves open what the CRM did.
pub async fn foreign_body_leaves_doubt<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in &S::operations() {
        for foreign in S::foreign(&quoted(row)) {
            let fault = describe(&foreign);
            let step = || Step::Response(foreign.clone());
            let error = leaves_doubt(&mut report, row, &fault, ErrorKind::Decode, step).await;
            let message = error.map(|error| error.message().to_owned()).unwrap_or_default();
            shows_the_response(&mut report, &row.title(), &foreign, &message);
        }
    }
    report.finish();
}

/// An error about an unreadable response shows status, type and beginning.
fn shows_the_response(report: &mut Report, case: &str, response: &Response, message: &str) {
    let status = format!("HTTP {}", response.status.as_u16());
    let begin = if response.body.is_empty() { "the body is empty" } else { "the body begins: " };
    for part in [status.as_str(), response.content_type(), begin] {
        report.holds(case, message.contains(part), || format!("no {part:?} in {message}"));
    }
}

/// A success without the documented content was applied, and is an error if the content is needed.
pub async fn success_without_content_is_applied<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in &S::operations() {
        for (hollow, accepted_by) in S::hollow(&quoted(row)) {
            let attempt = send(row, describe(&hollow), [Step::Response(hollow.clone())]).await;
            if accepted_by.contains(&row.needs) {
                attempt.succeeds(&mut report, 1);
                continue;
            }
            let applied = effect(row, Effect::Applied);
            let error = attempt.fails_for_good(&mut report, ErrorKind::Decode, applied);
            if let Some(error) = error {
                report.equal(attempt.case(), "the status", error.status(), Some(200));
                shows_the_response(&mut report, &attempt.case(), &hollow, error.message());
            }
        }
    }
    report.finish();
}

/// A success with HTTP 201 is a success.
pub async fn created_status_is_a_success<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in &S::operations() {
        let mut created = row.planned();
        created.status = http::StatusCode::CREATED;
        send(row, "HTTP 201", [Step::Response(created)]).await.succeeds(&mut report, 1);
    }
    report.finish();
}

/// A response beyond the largest size is not fetched again.
pub async fn endless_response_is_final<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in &S::operations() {
        let endless = Step::Fail(TransportError::TooLong(LONGEST));
        let attempt = send(row, "an endless response", [endless, good(row)]).await;
        let maybe = effect(row, Effect::Maybe);
        if let Some(error) = attempt.fails_for_good(&mut report, ErrorKind::Decode, maybe) {
            let message = error.message();
            let says = message.contains("8388608 bytes");
            report.holds(attempt.case(), says, || message.to_owned());
        }
    }
    report.finish();
}

/// A long body is cut in an error, without a part of a secret.
pub async fn long_body_is_cut_in_errors<S: CrmUnderTest>() {
    let mut report = Report::default();
    for row in &S::operations() {
        let body = format!("<html>{}", "я".repeat(50_000));
        let long = || Step::text(200, "text/html", body.clone());
        let attempt = send(row, "a long body", (0..ALL_TRIES).map(|_| long())).await;
        let requests = if row.is_unsafe() { 1 } else { ALL_TRIES };
        let maybe = effect(row, Effect::Maybe);
        if let Some(error) = attempt.fails(&mut report, ErrorKind::Decode, maybe, requests) {
            let message = error.message();
            report.holds(attempt.case(), message.len() < 1000, || message.to_owned());
        }
    }
    // Wherever the text is cut, no half of a secret is left.
    let rows = S::operations();
    let row = rows.iter().max_by_key(|row| S::secrets(row.account_name()).len());
    let row = row.unwrap_or_else(|| panic!("the table of operations is empty"));
    let (quoted, secrets) = (quoted(row), S::secrets(row.account_name()));
    for lead in (0..24).chain([1000, 1016, 1020, 2030, 2040, 2045]) {
        let body = format!("<{}{quoted}{}", "x".repeat(lead), "y".repeat(5_000));
        let attempt = send(row, "a long page", [Step::text(400, "text/html", body)]).await;
        let text = format!("{:?}", attempt.result);
        report.holds(attempt.case(), text.len() < 2_000, || format!("{} bytes", text.len()));
        for secret in secrets {
            let half: String = secret.chars().take(10).collect();
            let leaks = text.contains(&half);
            report.holds(attempt.case(), !leaks, || format!("lead of {lead}: {half} in {text}"));
        }
    }
    report.finish();
}
