//! Success responses with invalid contents.

use vochi_crm_core::http::{Repeat, TransportError};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Effect, ErrorKind, TryAgain};

use super::{ALL_TRIES, KEY, all, effect, good, send};

/// Bodies that are not JSON: they may be from the CRM or from a server in between.
fn no_json() -> [(&'static str, String); 4] {
    [
        ("a page", format!("<html>maintenance, X-API-KEY: {KEY}</html>")),
        ("JSON that is cut off", format!(r#"{{"success":true,"id":1,"x":"{KEY}"#)),
        ("a word", "OK".to_owned()),
        ("an empty body", String::new()),
    ]
}

#[tokio::test(start_paused = true)]
async fn non_json_response_has_effect_maybe() {
    for row in all() {
        for (fault, body) in no_json() {
            let odd = || Step::text(200, "text/html", body.clone());
            let outcome = send(&row, fault, [odd(), good(&row)]).await;
            let error = if row.repeats == Repeat::Unsafe {
                let error = outcome.failed(ErrorKind::Decode, Effect::Maybe, 1);
                outcome.is("next try", error.try_again(), TryAgain::Never);
                error.message().to_owned()
            } else {
                outcome.succeeded_after_a_retry();
                let outcome = send(&row, fault, (0..ALL_TRIES).map(|_| odd())).await;
                let may_be = effect(&row, Effect::Maybe);
                let error = outcome.failed(ErrorKind::Decode, may_be, ALL_TRIES);
                error.message().to_owned()
            };
            assert!(error.contains("HTTP 200"), "{}: {error}", row.name);
            let begin = if body.is_empty() { "the body is empty" } else { "the body begins: " };
            assert!(error.contains(begin), "{}: {error}", row.name);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn empty_success_is_applied_if_content_was_needed() {
    for row in all() {
        for body in [
            format!(r#"{{"comment":"{KEY}"}}"#),
            format!(r#"{{"success":true,"comment":"{KEY}"}}"#),
            "[]".to_owned(),
            "{}".to_owned(),
        ] {
            let step = Step::text(200, "application/json; charset=utf-8", body.clone());
            let outcome = send(&row, &body, [step]).await;
            if !row.demands {
                assert!(outcome.result.is_ok(), "{}: {:?}", outcome.case(), outcome.result);
                continue;
            }
            let error = outcome.failed(ErrorKind::Decode, effect(&row, Effect::Applied), 1);
            outcome.is("status", error.status(), Some(200));
            outcome.is("next try", error.try_again(), TryAgain::Never);
            for part in ["HTTP 200", "application/json; charset=utf-8", "the body begins: "] {
                assert!(error.message().contains(part), "{}: {error}", outcome.case());
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn endless_response_is_not_retried() {
    for row in all() {
        let endless = Step::Fail(TransportError::TooLong(8 * 1024 * 1024));
        let outcome = send(&row, "an endless response", [endless, good(&row)]).await;
        let error = outcome.failed(ErrorKind::Decode, effect(&row, Effect::Maybe), 1);
        outcome.is("next try", error.try_again(), TryAgain::Never);
        assert!(error.message().contains("8388608 bytes"), "{error}");
    }
}
