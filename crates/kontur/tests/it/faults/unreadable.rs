//! Success responses with unexpected content.

use vochi_crm_core::http::{Repeat, TransportError};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Effect, ErrorKind, TryAgain};

use super::{MAX_ATTEMPTS, Needs, QUOTED, Row, Sender, all, effect, good, send};

/// Bodies of unknown origin: Kontur's or an intermediary's.
fn foreign() -> [(&'static str, &'static str, String); 3] {
    [
        ("HTML", "text/html", format!("<html>maintenance, X-XCOM-AccessKey: {QUOTED}</html>")),
        (
            "truncated JSON",
            "application/json; charset=utf-8",
            format!(r#"{{"id":"3f0c","fileId":"7c9e","items":{{}},"x":"{QUOTED}"#),
        ),
        ("a truncated list", "application/json", r#"["3f0c","#.to_owned()),
    ]
}

#[tokio::test(start_paused = true)]
async fn incomplete_body_leaves_effect_unknown() {
    for row in all() {
        for (fault, content_type, body) in foreign() {
            let odd = || Step::text(200, content_type, body.clone());
            let outcome = send(&row, fault, [odd(), good(&row)]).await;
            let text = if row.repeats == Repeat::Unsafe {
                let error = outcome.assert_failure(ErrorKind::Decode, Effect::Maybe, 1);
                outcome.assert_eq("retry advice", error.try_again(), TryAgain::Never);
                error.message().to_owned()
            } else {
                outcome.assert_success_on_retry();
                let outcome = send(&row, fault, (0..MAX_ATTEMPTS).map(|_| odd())).await;
                let may_be = effect(&row, Effect::Maybe);
                let error = outcome.assert_failure(ErrorKind::Decode, may_be, MAX_ATTEMPTS);
                outcome.assert_eq("retry advice", error.try_again(), TryAgain::Later);
                error.message().to_owned()
            };
            for part in ["HTTP 200", content_type, "the body begins: "] {
                assert!(text.contains(part), "{} after {fault}: {text}", row.name);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn error_text_with_http_200_is_not_retried() {
    for row in all() {
        for (content_type, body) in [
            ("application/json", "\"Error\""),
            ("text/plain", "Error"),
            ("text/plain; charset=utf-8", "\"Error\"\r\n"),
        ] {
            let fault = format!("{body:?} as {content_type}");
            let odd = Step::text(200, content_type, body);
            let outcome = send(&row, &fault, [odd, good(&row)]).await;
            let error = outcome.assert_failure(ErrorKind::Rejected, effect(&row, Effect::Maybe), 1);
            outcome.assert_eq("status", error.status(), Some(200));
            outcome.assert_eq("code", error.code(), Some("Error"));
            outcome.assert_eq("retry advice", error.try_again(), TryAgain::Never);
        }
    }
}

/// Complete responses without the expected content, and the operations that accept them.
fn without_content() -> [(&'static str, String, &'static [Needs]); 7] {
    use Needs::{Nothing, Object, Yes};
    let whatever: &[Needs] = &[Nothing, Yes];
    let object: &[Needs] = &[Nothing, Yes, Object];
    let file: &[Needs] = &[Nothing];
    [
        ("an empty list", "[]".to_owned(), whatever),
        ("an empty object", "{}".to_owned(), object),
        ("an object with other fields", format!(r#"{{"comment":"{QUOTED}"}}"#), object),
        ("an empty body", String::new(), whatever),
        ("null", "null".to_owned(), whatever),
        ("OK", "\"OK\"".to_owned(), whatever),
        ("other text", format!("\"Queued {QUOTED}\""), file),
    ]
}

#[tokio::test(start_paused = true)]
async fn success_without_content_is_decode_error() {
    for row in all() {
        for (fault, body, taken_by) in without_content() {
            let content_type = "application/json; charset=utf-8";
            let step = Step::text(200, content_type, body.clone());
            let outcome = send(&row, fault, [step]).await;
            if taken_by.contains(&row.needs) {
                outcome.assert_success(1);
                continue;
            }
            let error = outcome.assert_failure(ErrorKind::Decode, effect(&row, Effect::Applied), 1);
            outcome.assert_eq("status", error.status(), Some(200));
            outcome.assert_eq("retry advice", error.try_again(), TryAgain::Never);
            let begins = if body.is_empty() { "the body is empty" } else { "the body begins: " };
            for part in ["HTTP 200", content_type, begins] {
                let text = error.message();
                assert!(text.contains(part), "{}: {text}", outcome.case());
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn success_has_several_forms() {
    for row in all().iter().filter(|row| row.needs == Needs::Yes) {
        for (content_type, body) in [
            ("text/plain", "OK"),
            ("text/plain", "\"OK\""),
            ("text/html", "OK"),
            ("application/json", "ok\r\n"),
            ("application/json", r#"{"isSuccessful":true}"#),
        ] {
            let step = Step::text(200, content_type, body);
            send(row, body, [step]).await.assert_success(1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn http_201_is_success() {
    for row in all() {
        let Step::Response(mut response) = good(&row) else {
            panic!("{}: expected a planned response", row.name);
        };
        response.status = http::StatusCode::CREATED;
        let outcome = send(&row, "HTTP 201", [Step::Response(response)]).await;
        outcome.assert_success(1);
    }
}

#[tokio::test(start_paused = true)]
async fn endless_response_is_not_retried() {
    for row in all() {
        let endless = Step::Fail(TransportError::TooLong(8 * 1024 * 1024));
        let outcome = send(&row, "an endless response", [endless, good(&row)]).await;
        let error = outcome.assert_failure(ErrorKind::Decode, effect(&row, Effect::Maybe), 1);
        outcome.assert_eq("retry advice", error.try_again(), TryAgain::Never);
        let text = error.message();
        assert!(text.contains("8388608 bytes"), "{}: {text}", row.name);
    }
}

#[tokio::test(start_paused = true)]
async fn long_body_is_truncated_in_errors() {
    for row in all() {
        let long = || Step::text(200, "text/html", format!("<html>{}", "я".repeat(100_000)));
        let steps = (0..MAX_ATTEMPTS).map(|_| long());
        let outcome = send(&row, "a long body", steps).await;
        let sent = attempts(&row);
        let error = outcome.assert_failure(ErrorKind::Decode, effect(&row, Effect::Maybe), sent);
        assert!(error.message().len() < 1000, "{}", outcome.case());
    }
}

#[tokio::test(start_paused = true)]
async fn key_in_long_error_is_masked() {
    let rows = all();
    let mut rows = rows.iter();
    let row = rows.find(|row| matches!(row.sender, Sender::Integration));
    let row = row.expect("an operation that is sent with every key");
    for lead in (0..24).chain([1000, 1016, 1020, 2030, 2040, 2045]) {
        let body = format!("<{}{QUOTED}{}", "x".repeat(lead), "y".repeat(5_000));
        let steps = [Step::text(409, "text/html", body)];
        let outcome = send(row, "a long error", steps).await;
        let error = outcome.assert_failure(ErrorKind::Rejected, Effect::NotApplied, 1);
        let text = format!("{error:?}");
        assert!(text.len() < 2_000, "{} bytes", text.len());
        for part in ["canary-acc", "canary-api", "canary-sec", "canary-bea"] {
            assert!(!text.contains(part), "lead of {lead}: {part} in {text}");
        }
    }
}

/// Returns the number of attempts for an operation with an unknown effect each time.
fn attempts(row: &Row) -> usize {
    match row.repeats {
        Repeat::Unsafe => 1,
        Repeat::Safe | Repeat::Keyed => MAX_ATTEMPTS,
        other => panic!("no rule for {other:?}"),
    }
}
