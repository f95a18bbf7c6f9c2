//! A yes whose contents are not what they should be.

use vochi_crm_core::http::{Repeat, TransportError};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Effect, ErrorKind, TryAgain};

use super::{ALL_TRIES, Needs, QUOTED, Row, Sender, all, effect, good, send};

/// Bodies nobody knows the sender of: Kontur, or something in between.
fn foreign() -> [(&'static str, &'static str, String); 3] {
    [
        ("a page", "text/html", format!("<html>maintenance, X-XCOM-AccessKey: {QUOTED}</html>")),
        (
            "JSON that is cut off",
            "application/json; charset=utf-8",
            format!(r#"{{"id":"3f0c","fileId":"7c9e","items":{{}},"x":"{QUOTED}"#),
        ),
        ("a list that is cut off", "application/json", r#"["3f0c","#.to_owned()),
    ]
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_no_whole_one_leaves_in_doubt_whether_it_was_done() {
    for row in all() {
        for (fault, content_type, body) in foreign() {
            let odd = || Step::text(200, content_type, body.clone());
            let outcome = send(&row, fault, [odd(), good(&row)]).await;
            let told = if row.repeats == Repeat::Unsafe {
                let error = outcome.failed(ErrorKind::Decode, Effect::Maybe, 1);
                outcome.is("next try", error.try_again(), TryAgain::Never);
                error.message().to_owned()
            } else {
                outcome.worked_at_the_second_try();
                let outcome = send(&row, fault, (0..ALL_TRIES).map(|_| odd())).await;
                let may_be = effect(&row, Effect::Maybe);
                let error = outcome.failed(ErrorKind::Decode, may_be, ALL_TRIES);
                outcome.is("next try", error.try_again(), TryAgain::Later);
                error.message().to_owned()
            };
            for part in ["HTTP 200", content_type, "the body begins: "] {
                assert!(told.contains(part), "{} after {fault}: {told}", row.name);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_yes_that_says_error_is_refused_and_sent_no_second_time() {
    for row in all() {
        for (content_type, body) in [
            ("application/json", "\"Error\""),
            ("text/plain", "Error"),
            ("text/plain; charset=utf-8", "\"Error\"\r\n"),
        ] {
            let fault = format!("{body:?} as {content_type}");
            let odd = Step::text(200, content_type, body);
            let outcome = send(&row, &fault, [odd, good(&row)]).await;
            let error = outcome.failed(ErrorKind::Rejected, effect(&row, Effect::Maybe), 1);
            outcome.is("status", error.status(), Some(200));
            outcome.is("word", error.code(), Some("Error"));
            outcome.is("next try", error.try_again(), TryAgain::Never);
        }
    }
}

/// Whole answers with nothing in them that was asked for, and who takes them all the same.
fn hollow() -> [(&'static str, String, &'static [Needs]); 7] {
    use Needs::{Nothing, Object, Yes};
    let whatever: &[Needs] = &[Nothing, Yes];
    let object: &[Needs] = &[Nothing, Yes, Object];
    let file: &[Needs] = &[Nothing];
    [
        ("an empty list", "[]".to_owned(), whatever),
        ("an empty object", "{}".to_owned(), object),
        ("an object with other things in it", format!(r#"{{"comment":"{QUOTED}"}}"#), object),
        ("an empty body", String::new(), whatever),
        ("null", "null".to_owned(), whatever),
        ("a yes", "\"OK\"".to_owned(), whatever),
        ("another text", format!("\"Queued {QUOTED}\""), file),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_yes_with_nothing_in_it_is_told_as_done_where_something_was_needed() {
    for row in all() {
        for (fault, body, taken_by) in hollow() {
            let content_type = "application/json; charset=utf-8";
            let step = Step::text(200, content_type, body.clone());
            let outcome = send(&row, fault, [step]).await;
            if taken_by.contains(&row.needs) {
                outcome.worked(1);
                continue;
            }
            let error = outcome.failed(ErrorKind::Decode, effect(&row, Effect::Applied), 1);
            outcome.is("status", error.status(), Some(200));
            outcome.is("next try", error.try_again(), TryAgain::Never);
            let begins = if body.is_empty() { "the body is empty" } else { "the body begins: " };
            for part in ["HTTP 200", content_type, begins] {
                let told = error.message();
                assert!(told.contains(part), "{}: {told}", outcome.case());
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_yes_has_many_forms() {
    for row in all().iter().filter(|row| row.needs == Needs::Yes) {
        for (content_type, body) in [
            ("text/plain", "OK"),
            ("text/plain", "\"OK\""),
            ("text/html", "OK"),
            ("application/json", "ok\r\n"),
            ("application/json", r#"{"isSuccessful":true}"#),
        ] {
            let step = Step::text(200, content_type, body);
            send(row, body, [step]).await.worked(1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_with_another_yes_than_200_is_one() {
    for row in all() {
        let Step::Response(mut answer) = good(&row) else {
            panic!("{}: a planned answer is an answer", row.name);
        };
        answer.status = http::StatusCode::CREATED;
        let outcome = send(&row, "HTTP 201", [Step::Response(answer)]).await;
        outcome.worked(1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_endless_answer_is_not_asked_for_again() {
    for row in all() {
        let endless = Step::Fail(TransportError::TooLong(8 * 1024 * 1024));
        let outcome = send(&row, "an endless answer", [endless, good(&row)]).await;
        let error = outcome.failed(ErrorKind::Decode, effect(&row, Effect::Maybe), 1);
        outcome.is("next try", error.try_again(), TryAgain::Never);
        let told = error.message();
        assert!(told.contains("8388608 bytes"), "{}: {told}", row.name);
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_page_is_told_in_short() {
    for row in all() {
        let long = || Step::text(200, "text/html", format!("<html>{}", "я".repeat(100_000)));
        let steps = (0..ALL_TRIES).map(|_| long());
        let outcome = send(&row, "a long page", steps).await;
        let sent = tries(&row);
        let error = outcome.failed(ErrorKind::Decode, effect(&row, Effect::Maybe), sent);
        assert!(error.message().len() < 1000, "{}", outcome.case());
    }
}

#[tokio::test(start_paused = true)]
async fn key_in_a_long_refusal_is_masked_before_the_cut() {
    let rows = all();
    let mut rows = rows.iter();
    let row = rows.find(|row| matches!(row.sender, Sender::Integration));
    let row = row.expect("an operation that is sent with every key");
    for lead in (0..24).chain([1000, 1016, 1020, 2030, 2040, 2045]) {
        let body = format!("<{}{QUOTED}{}", "x".repeat(lead), "y".repeat(5_000));
        let steps = [Step::text(409, "text/html", body)];
        let outcome = send(row, "a long refusal", steps).await;
        let error = outcome.failed(ErrorKind::Rejected, Effect::NotApplied, 1);
        let text = format!("{error:?}");
        assert!(text.len() < 2_000, "{} bytes", text.len());
        for part in ["canary-acc", "canary-api", "canary-sec", "canary-bea"] {
            assert!(!text.contains(part), "lead of {lead}: {part} in {text}");
        }
    }
}

/// How often an operation is sent if it is in doubt each time.
fn tries(row: &Row) -> usize {
    match row.repeats {
        Repeat::Unsafe => 1,
        Repeat::Safe | Repeat::Keyed => ALL_TRIES,
    }
}
