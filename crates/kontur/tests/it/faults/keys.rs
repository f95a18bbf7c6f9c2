//! Refused keys: renewed once if possible, else reported.

use std::sync::Arc;

use serde_json::json;
use vochi_crm_core::http::TransportError;
use vochi_crm_core::testing::{ScriptedTransport, Step};
use vochi_crm_core::{Cx, Effect, ErrorKind, Hub, TryAgain};
use vochi_crm_kontur::Client;

use super::{API_KEY, Outcome, QUOTED, Repeat, Row, all, effect, good, send};

/// Returns every way an expired key is refused.
fn refused() -> Vec<(String, Step)> {
    let mut all = Vec::new();
    for status in [401, 403] {
        for (content_type, body) in [
            ("application/json", "\"Unauthorized\"".to_owned()),
            ("text/plain", "Unauthorized".to_owned()),
            ("text/html", format!("<html>{QUOTED}</html>")),
            ("text/plain", String::new()),
        ] {
            let step = Step::text(status, content_type, body.clone());
            all.push((format!("HTTP {status} {body}"), step));
        }
    }
    all
}

fn unauthorized(status: u16) -> Step {
    Step::text(status, "text/plain", format!("Unauthorized {QUOTED}"))
}

fn key(number: u32) -> Step {
    Step::json(200, &json!({"accessKey": format!("canary-key-{number}")}))
}

/// The secrets of an account that obtained this number of access keys.
fn secrets(keys: usize) -> &'static [&'static str] {
    &[API_KEY, "canary-key-1", "canary-key-2"][..=keys]
}

/// Sends the operation with an integration that obtains access keys itself.
async fn renewing<'a>(
    row: &'a Row,
    fault: &'a str,
    keys: usize,
    steps: impl IntoIterator<Item = Step>,
) -> (Outcome<'a>, ScriptedTransport) {
    let script = ScriptedTransport::new(steps);
    let hub = Hub::builder().transport(Arc::new(script.clone())).build();
    let client = Client::builder("vochi-demo")
        .account("demo")
        .api_key(API_KEY)
        .build(&hub.unwrap())
        .unwrap();
    let began = tokio::time::Instant::now();
    let result = row.send(&client, &Cx::history()).await;
    let outcome = Outcome {
        row,
        fault,
        sent: script.played().len(),
        result,
        took: began.elapsed(),
        secrets: secrets(keys),
    };
    (outcome, script)
}

/// Returns the operations that need an access key.
fn with_a_key() -> Vec<Row> {
    all().into_iter().filter(|row| !row.authorizes()).collect()
}

/// Returns the sent access keys; `None` for an authorization request.
fn keys(script: &ScriptedTransport) -> Vec<Option<String>> {
    let key = |headers: Vec<(String, String)>| {
        let mut headers = headers.into_iter();
        headers.find(|(name, _)| name == "x-xcom-accesskey")
    };
    let played = script.played().into_iter();
    played.map(|request| key(request.headers).map(|(_, value)| value)).collect()
}

#[tokio::test(start_paused = true)]
async fn refused_key_is_renewed_for_every_operation() {
    for row in with_a_key() {
        for (fault, refusal) in refused() {
            let steps = [key(1), refusal, key(2), good(&row)];
            let (outcome, script) = renewing(&row, &fault, 2, steps).await;
            outcome.assert_success(4);
            let [one, two] = [1, 2].map(|number| Some(format!("canary-key-{number}")));
            outcome.assert_eq("keys", &keys(&script), &vec![None, one, None, two]);
            let played = script.played();
            outcome.assert_eq("body", &played[3].body, &played[1].body);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn key_is_renewed_only_once() {
    for row in with_a_key() {
        for status in [401, 403] {
            let fault = format!("HTTP {status} repeatedly");
            let steps =
                [key(1), unauthorized(status), key(2), unauthorized(status), key(3), good(&row)];
            let (outcome, _) = renewing(&row, &fault, 2, steps).await;
            let error = outcome.assert_failure_after(ErrorKind::Auth, Effect::NotApplied, 4);
            outcome.assert_eq("attempts", error.attempts(), 2);
            outcome.assert_eq("status", error.status(), Some(status));
            outcome.assert_eq("retry advice", error.try_again(), TryAgain::Never);
            let hint = error.hint().unwrap_or_default();
            assert!(hint.contains("api_key"), "{}: {hint}", outcome.case());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn failed_renewal_is_reported() {
    for row in with_a_key() {
        let steps = [key(1), unauthorized(401), unauthorized(401)];
        let (outcome, _) = renewing(&row, "two refusals", 1, steps).await;
        let error = outcome.assert_key_failure(ErrorKind::Auth, 3);
        let hint = error.hint().unwrap_or_default();
        assert!(hint.contains("api_key"), "{}: {hint}", outcome.case());

        let bad_gateway = || Step::text(502, "text/html", format!("<html>{QUOTED}</html>"));
        let steps =
            [key(1), unauthorized(401), bad_gateway(), bad_gateway(), bad_gateway(), bad_gateway()];
        let (outcome, _) = renewing(&row, "a refusal and a failed authorization", 1, steps).await;
        let error = outcome.assert_key_failure(ErrorKind::Unavailable, 6);
        outcome.assert_eq("retry advice", error.try_again(), TryAgain::Later);
    }
}

#[tokio::test(start_paused = true)]
async fn failed_authorization_sends_nothing_else() {
    for row in with_a_key() {
        let not_installed = json!({"status": "notInstalled", "message": QUOTED});
        let steps = [Step::json(409, &not_installed), good(&row)];
        let (outcome, _) = renewing(&row, "no installation", 0, steps).await;
        let error = outcome.assert_key_failure(ErrorKind::Auth, 1);
        outcome.assert_eq("attempts", error.attempts(), 1);
        let hint = error.hint().unwrap_or_default();
        assert!(hint.contains("Install"), "{}: {hint}", outcome.case());
    }
}

#[tokio::test(start_paused = true)]
async fn lost_response_outweighs_later_refused_key() {
    for row in with_a_key() {
        if row.repeats == Repeat::Unsafe {
            continue;
        }
        let lost = Step::Fail(TransportError::Broken("reset by peer".to_owned()));
        let steps = [key(1), lost, unauthorized(401), key(2), unauthorized(401)];
        let (outcome, _) = renewing(&row, "a lost response and refusals", 2, steps).await;
        outcome.assert_failure_after(ErrorKind::Auth, effect(&row, Effect::Maybe), 5);
    }
}

#[tokio::test(start_paused = true)]
async fn fixed_key_is_not_renewed() {
    // A ready access key, a personal key and the keys that obtain an access key.
    for row in all() {
        for (fault, refusal) in refused() {
            let outcome = send(&row, &fault, [refusal, good(&row)]).await;
            let error = outcome.assert_failure(ErrorKind::Auth, Effect::NotApplied, 1);
            outcome.assert_eq("retry advice", error.try_again(), TryAgain::Never);
            assert!(error.hint().is_some(), "{}", outcome.case());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn key_in_success_response_is_not_printed() {
    for row in all().iter().filter(|row| row.authorizes()) {
        let outcome = send(row, "a key", [key(1)]).await;
        outcome.assert_success(1);
        let text = outcome.result.unwrap();
        assert!(!text.contains("canary"), "{}: {text}", row.name);
    }
}
