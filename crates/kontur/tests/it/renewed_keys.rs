//! Refused keys: renewed once if possible, else reported.

use std::fmt::Debug;
use std::sync::Arc;

use serde_json::json;
use vochi_crm_core::http::{Access, Repeat, TransportError};
use vochi_crm_core::testing::conformance::{self, CrmUnderTest};
use vochi_crm_core::testing::{ScriptedTransport, Step};
use vochi_crm_core::{Cx, Effect, Error, ErrorKind, Hub, Result, TryAgain};
use vochi_crm_kontur::Client;

use super::conformance::{API_KEY, Kontur};

type Operation = conformance::Operation<Kontur>;

/// The operation that obtains an access key for an API key.
const AUTHORIZATION: &str = "authorization/authorize-private-integration";

/// Every secret, as a careless server might quote them.
const QUOTED: &str = "canary-access-key-0001 canary-api-key-0001 secretKey=canary-secret-0001 \
    canary-bearer-0001 canary-key-1 canary-key-2";

/// The outcome of sending an operation.
pub(crate) struct Outcome {
    case: String,
    name: String,
    script: ScriptedTransport,
    pub(crate) result: Result<String>,
    /// The account's secrets, which no error contains.
    secrets: &'static [&'static str],
}

/// Sends the operation with the keys of its account.
pub(crate) async fn send(
    row: &Operation,
    fault: &str,
    steps: impl IntoIterator<Item = Step>,
) -> Outcome {
    let secrets = Kontur::secrets(row.account_name());
    send_with(row, fault, steps, secrets, |hub| Kontur::client(hub, row.account_name())).await
}

async fn send_with(
    row: &Operation,
    fault: &str,
    steps: impl IntoIterator<Item = Step>,
    secrets: &'static [&'static str],
    client: impl FnOnce(&Hub) -> Client,
) -> Outcome {
    let script = ScriptedTransport::new(steps);
    let hub = Hub::builder().transport(Arc::new(script.clone())).build().unwrap();
    let result = row.send(&client(&hub), &Cx::history()).await;
    let case = format!("{} after {fault}", row.title());
    Outcome { case, name: row.name(), script, result, secrets }
}

/// The effect of a write; a read has none.
pub(crate) fn effect(row: &Operation, of_a_write: Effect) -> Effect {
    match Access::from(row.repeat()) {
        Access::Read => Effect::NotApplied,
        _ => of_a_write,
    }
}

fn good(row: &Operation) -> Step {
    Step::Response(row.planned())
}

impl Outcome {
    pub(crate) fn assert_eq<T: Copy + PartialEq + Debug>(&self, what: &str, found: T, wanted: T) {
        assert_eq!(found, wanted, "{what} of {}: {:?}", self.case, self.result);
    }

    pub(crate) fn assert_success(&self, requests: usize) {
        assert!(self.result.is_ok(), "{}: {:?}", self.case, self.result);
        self.assert_eq("requests", self.script.played().len(), requests);
    }

    /// Asserts that the operation failed, without a secret in the error.
    pub(crate) fn assert_failure(
        &self,
        kind: ErrorKind,
        effect: Effect,
        requests: usize,
    ) -> &Error {
        self.assert_failure_of(&self.name, kind, effect, requests)
    }

    /// Asserts that obtaining a key failed.
    fn assert_key_failure(&self, kind: ErrorKind, requests: usize) -> &Error {
        self.assert_failure_of(AUTHORIZATION, kind, Effect::NotApplied, requests)
    }

    fn assert_failure_of(
        &self,
        name: &str,
        kind: ErrorKind,
        effect: Effect,
        requests: usize,
    ) -> &Error {
        let error = self.result.as_ref().expect_err(&self.case);
        self.assert_eq("kind", error.kind(), kind);
        self.assert_eq("effect", error.effect(), effect);
        self.assert_eq("requests", self.script.played().len(), requests);
        let text = format!("{error} {error:?}");
        let begin = format!("kontur account demo: {name}: ");
        assert!(text.starts_with(&begin), "{}: {text}", self.case);
        for secret in self.secrets {
            assert!(!text.contains(secret), "{}: {secret} in {text}", self.case);
        }
        error
    }
}

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

/// Sends the operation with an integration that obtains access keys itself, in the end this many.
async fn renewing(
    row: &Operation,
    fault: &str,
    keys: usize,
    steps: impl IntoIterator<Item = Step>,
) -> Outcome {
    let secrets: &[&str] = &[API_KEY, "canary-key-1", "canary-key-2"];
    let builder = Client::builder("vochi-demo").account("demo").api_key(API_KEY);
    send_with(row, fault, steps, &secrets[..=keys], |hub| builder.build(hub).unwrap()).await
}

/// Returns the operations that need an access key.
fn with_a_key() -> Vec<Operation> {
    let all = Kontur::operations().into_iter();
    all.filter(|row| row.account_name().is_empty()).collect()
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
            let outcome = renewing(&row, &fault, 2, steps).await;
            outcome.assert_success(4);
            let [one, two] = [1, 2].map(|number| Some(format!("canary-key-{number}")));
            outcome.assert_eq("keys", &keys(&outcome.script), &vec![None, one, None, two]);
            let played = outcome.script.played();
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
            let outcome = renewing(&row, &fault, 2, steps).await;
            let error = outcome.assert_failure(ErrorKind::Auth, Effect::NotApplied, 4);
            outcome.assert_eq("attempts", error.attempts(), 2);
            outcome.assert_eq("status", error.status(), Some(status));
            outcome.assert_eq("retry advice", error.try_again(), TryAgain::Never);
            let hint = error.hint().unwrap_or_default();
            assert!(hint.contains("api_key"), "{}: {hint}", outcome.case);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn failed_renewal_is_reported() {
    for row in with_a_key() {
        let steps = [key(1), unauthorized(401), unauthorized(401)];
        let outcome = renewing(&row, "two refusals", 1, steps).await;
        let error = outcome.assert_key_failure(ErrorKind::Auth, 3);
        let hint = error.hint().unwrap_or_default();
        assert!(hint.contains("api_key"), "{}: {hint}", outcome.case);

        let bad_gateway = || Step::text(502, "text/html", format!("<html>{QUOTED}</html>"));
        let steps =
            [key(1), unauthorized(401), bad_gateway(), bad_gateway(), bad_gateway(), bad_gateway()];
        let outcome = renewing(&row, "a refusal and a failed authorization", 1, steps).await;
        let error = outcome.assert_key_failure(ErrorKind::Unavailable, 6);
        outcome.assert_eq("retry advice", error.try_again(), TryAgain::Later);
    }
}

#[tokio::test(start_paused = true)]
async fn failed_authorization_sends_nothing_else() {
    for row in with_a_key() {
        let not_installed = json!({"status": "notInstalled", "message": QUOTED});
        let steps = [Step::json(409, &not_installed), good(&row)];
        let outcome = renewing(&row, "no installation", 0, steps).await;
        let error = outcome.assert_key_failure(ErrorKind::Auth, 1);
        outcome.assert_eq("attempts", error.attempts(), 1);
        let hint = error.hint().unwrap_or_default();
        assert!(hint.contains("Install"), "{}: {hint}", outcome.case);
    }
}

#[tokio::test(start_paused = true)]
async fn lost_response_outweighs_later_refused_key() {
    for row in with_a_key() {
        if row.repeat() == Repeat::Unsafe {
            continue;
        }
        let lost = Step::Fail(TransportError::Broken("reset by peer".to_owned()));
        let steps = [key(1), lost, unauthorized(401), key(2), unauthorized(401)];
        let outcome = renewing(&row, "a lost response and refusals", 2, steps).await;
        outcome.assert_failure(ErrorKind::Auth, effect(&row, Effect::Maybe), 5);
    }
}

#[tokio::test(start_paused = true)]
async fn fixed_key_is_not_renewed() {
    // A ready access key, a personal key and the keys that obtain an access key.
    for row in Kontur::operations() {
        for (fault, refusal) in refused() {
            let outcome = send(&row, &fault, [refusal, good(&row)]).await;
            let error = outcome.assert_failure(ErrorKind::Auth, Effect::NotApplied, 1);
            outcome.assert_eq("retry advice", error.try_again(), TryAgain::Never);
            assert!(error.hint().is_some(), "{}", outcome.case);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn key_in_success_response_is_not_printed() {
    for row in Kontur::operations().iter().filter(|row| !row.account_name().is_empty()) {
        let outcome = send(row, "a key", [key(1)]).await;
        outcome.assert_success(1);
        let text = outcome.result.unwrap();
        assert!(!text.contains("canary"), "{}: {text}", row.title());
    }
}
