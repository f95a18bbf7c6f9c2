//! Answers that say no, or that something is broken.

use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_core::http::Repeat;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Effect, ErrorKind, TryAgain};

use super::{ALL_TRIES, QUOTED, all, effect, good, send};

fn page(status: u16) -> Step {
    let body = format!("<html>\n<head><title>{status}</title></head>{QUOTED}</html>");
    Step::text(status, "text/html", body)
}

#[tokio::test(start_paused = true)]
async fn a_limit_is_waited_for_whatever_the_operation() {
    let three = Duration::from_secs(3);
    for row in all() {
        let limit = || page(429).with_header("retry-after", "3");
        let outcome = send(&row, "HTTP 429", [limit(), good(&row)]).await;
        outcome.worked_at_the_second_try();
        assert!(outcome.took >= three, "{}", outcome.case());

        let always = (0..ALL_TRIES).map(|_| limit());
        let outcome = send(&row, "HTTP 429", always).await;
        let error = outcome.failed(ErrorKind::RateLimited, Effect::NotApplied, ALL_TRIES);
        outcome.is("status", error.status(), Some(429));
        outcome.is("next try", error.try_again(), TryAgain::After(three));
        assert!(outcome.took >= three * 3, "{}", outcome.case());
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_names_no_time_is_waited_for_as_well() {
    for row in all() {
        let outcome = send(&row, "HTTP 429", [page(429), good(&row)]).await;
        outcome.worked_at_the_second_try();
        let outcome = send(&row, "HTTP 429", (0..ALL_TRIES).map(|_| page(429))).await;
        let error = outcome.failed(ErrorKind::RateLimited, Effect::NotApplied, ALL_TRIES);
        let after = matches!(error.try_again(), TryAgain::After(wait) if !wait.is_zero());
        assert!(after, "{}: {:?}", row.name, error.try_again());
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_server_is_asked_again_only_where_a_repeat_is_no_harm() {
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
                let error = outcome.failed(kind, Effect::Maybe, 1);
                outcome.is("next try", error.try_again(), TryAgain::Never);
            } else {
                outcome.worked_at_the_second_try();
                let always = (0..ALL_TRIES).map(|_| page(status));
                let outcome = send(&row, &fault, always).await;
                let may_be = effect(&row, Effect::Maybe);
                let error = outcome.failed(kind, may_be, ALL_TRIES);
                outcome.is("status", error.status(), Some(status));
                outcome.is("next try", error.try_again(), TryAgain::Later);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_server_may_say_when_to_come_again() {
    let seven = Duration::from_secs(7);
    for row in all() {
        if row.repeats == Repeat::Unsafe {
            continue;
        }
        let broken = page(503).with_header("retry-after", "7");
        let outcome = send(&row, "HTTP 503", [broken, good(&row)]).await;
        outcome.worked_at_the_second_try();
        assert!(outcome.took >= seven, "{}", outcome.case());
    }
}

/// A no for good: how it comes, what it means, its word.
struct No {
    status: u16,
    body: Value,
    kind: ErrorKind,
    code: &'static str,
}

fn for_good() -> Vec<No> {
    let no = |status, kind, code, body| No { status, body, kind, code };
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
async fn a_refusal_is_told_at_once_and_nothing_is_sent_again() {
    for row in all() {
        for no in for_good() {
            let fault = format!("HTTP {} {}", no.status, no.body);
            let steps = [Step::json(no.status, &no.body), good(&row)];
            let outcome = send(&row, &fault, steps).await;
            if row.type_name() == "CallRedirect" && no.code == "notFound" {
                // No user is responsible, which is a result.
                outcome.worked(1);
                continue;
            }
            let error = outcome.failed(no.kind, Effect::NotApplied, 1);
            outcome.is("status", error.status(), Some(no.status));
            outcome.is("word", error.code(), Some(no.code));
            outcome.is("next try", error.try_again(), TryAgain::Never);
            assert!(outcome.took.is_zero(), "{}", outcome.case());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_without_quotes_means_the_same() {
    for row in all() {
        for body in ["\"Error\"", "Error"] {
            let no = Step::text(409, "text/plain", body);
            let outcome = send(&row, body, [no, good(&row)]).await;
            let error = outcome.failed(ErrorKind::Rejected, Effect::NotApplied, 1);
            outcome.is("word", error.code(), Some("Error"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_in_place_of_a_refusal_is_no_word_of_konturs() {
    for row in all() {
        for (status, kind) in
            [(404, ErrorKind::NotFound), (409, ErrorKind::Rejected), (302, ErrorKind::Auth)]
        {
            let fault = format!("a page with HTTP {status}");
            let outcome = send(&row, &fault, [page(status), good(&row)]).await;
            let error = outcome.failed(kind, Effect::NotApplied, 1);
            outcome.is("word", error.code(), None);
            outcome.is("next try", error.try_again(), TryAgain::Never);
        }
    }
}
