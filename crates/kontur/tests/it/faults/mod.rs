//! Every operation with a broken connection or a faulty server.

mod connection;
mod keys;
mod refusals;
mod unreadable;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use vochi_crm_core::http::Repeat;
use vochi_crm_core::testing::{ScriptedTransport, Step};
use vochi_crm_core::{Cx, Effect, Error, ErrorKind, Hub, Result};
use vochi_crm_kontur::Client;

use super::operations::table::{Needs, Row, Sender, all};

/// The maximum number of requests: the first and three repeats.
const MAX_ATTEMPTS: usize = 4;

/// The operation that obtains an access key for an API key.
const AUTHORIZATION: &str = "authorization/authorize-private-integration";

const ACCESS_KEY: &str = "canary-access-key-0001";
const API_KEY: &str = "canary-api-key-0001";
const SECRET: &str = "secretKey=canary-secret-0001";
const BEARER: &str = "canary-bearer-0001";

/// Every secret sent with an operation, as a careless server might quote them.
const QUOTED: &str = "canary-access-key-0001 canary-api-key-0001 secretKey=canary-secret-0001 \
    canary-bearer-0001 canary-key-1 canary-key-2";

/// The outcome of sending an operation.
struct Outcome<'a> {
    row: &'a Row,
    fault: &'a str,
    sent: usize,
    result: Result<String>,
    took: Duration,
    /// The account's secrets, which no output may contain.
    secrets: &'static [&'static str],
}

/// Returns a scripted client with default timeouts. Operations other than authorization use a ready
/// key.
fn client(row: &Row, steps: impl IntoIterator<Item = Step>) -> (Client, ScriptedTransport) {
    let builder = Client::builder("vochi-demo").api_key(API_KEY);
    let builder = match row.sender {
        Sender::Integration | Sender::Person => {
            builder.access_key(ACCESS_KEY).integration_secret(SECRET).bearer(BEARER)
        }
        Sender::Private => builder,
        Sender::Public => builder.integration_secret(SECRET),
    };
    let script = ScriptedTransport::new(steps);
    let hub = Hub::builder().transport(Arc::new(script.clone())).build();
    let client = builder.account("demo").build(&hub.unwrap()).unwrap();
    (client, script)
}

/// Sends the operation against a script, with default timeouts.
async fn send<'a>(
    row: &'a Row,
    fault: &'a str,
    steps: impl IntoIterator<Item = Step>,
) -> Outcome<'a> {
    send_within(row, fault, steps, Cx::history()).await
}

async fn send_within<'a>(
    row: &'a Row,
    fault: &'a str,
    steps: impl IntoIterator<Item = Step>,
    cx: Cx,
) -> Outcome<'a> {
    let (client, script) = client(row, steps);
    let began = tokio::time::Instant::now();
    let result = row.send(&client, &cx).await;
    Outcome {
        row,
        fault,
        sent: script.played().len(),
        result,
        took: began.elapsed(),
        secrets: match row.sender {
            Sender::Integration | Sender::Person => &[ACCESS_KEY, API_KEY, SECRET, BEARER],
            Sender::Private => &[API_KEY],
            Sender::Public => &[API_KEY, SECRET],
        },
    }
}

/// Returns a success response.
fn good(row: &Row) -> Step {
    Step::Response(row.operation.planned())
}

/// Returns the effect of a write; a read has no effect.
fn effect(row: &Row, of_a_write: Effect) -> Effect {
    match row.repeats {
        Repeat::Safe => Effect::NotApplied,
        Repeat::Keyed | Repeat::Unsafe => of_a_write,
        other => panic!("no rule for {other:?}"),
    }
}

impl Outcome<'_> {
    fn case(&self) -> String {
        format!("{} after {}", self.row.name, self.fault)
    }

    fn assert_eq<T: Copy + PartialEq + Debug>(&self, what: &str, found: T, wanted: T) {
        let text = &self.result;
        assert_eq!(found, wanted, "{what} of {}: {text:?}", self.case());
    }

    /// Asserts that a repeat succeeded.
    fn assert_success_on_retry(&self) {
        self.assert_success(2);
    }

    /// Asserts success.
    fn assert_success(&self, sent: usize) {
        assert!(self.result.is_ok(), "{}: {:?}", self.case(), self.result);
        self.assert_eq("requests", self.sent, sent);
    }

    /// Asserts failure, with an error that names account and operation and contains no secret.
    fn assert_failure(&self, kind: ErrorKind, effect: Effect, sent: usize) -> &Error {
        let error = self.assert_failure_after(kind, effect, sent);
        self.assert_eq("attempts", usize::try_from(error.attempts()).unwrap(), sent);
        error
    }

    /// The same, with additional requests of other operations.
    fn assert_failure_after(&self, kind: ErrorKind, effect: Effect, sent: usize) -> &Error {
        self.assert_failure_in(self.row.operation.name(), kind, effect, sent)
    }

    /// Asserts that obtaining a key failed.
    fn assert_key_failure(&self, kind: ErrorKind, sent: usize) -> &Error {
        self.assert_failure_in(AUTHORIZATION, kind, Effect::NotApplied, sent)
    }

    fn assert_failure_in(
        &self,
        name: &str,
        kind: ErrorKind,
        effect: Effect,
        sent: usize,
    ) -> &Error {
        let case = self.case();
        let error = self.result.as_ref().expect_err(&case);
        self.assert_eq("kind", error.kind(), kind);
        self.assert_eq("effect", error.effect(), effect);
        self.assert_eq("requests", self.sent, sent);
        self.assert_eq("operation", error.operation(), Some(name));
        let begin = format!("kontur account demo: {name}: ");
        let text = error.to_string();
        assert!(text.starts_with(&begin), "{case}: {text}");
        assert!(!error.message().is_empty(), "{case}");
        let all = format!("{text} {error:?} {error:#?}");
        for secret in self.secrets {
            assert!(!all.contains(secret), "{case}: {secret} in {all}");
        }
        error
    }
}
