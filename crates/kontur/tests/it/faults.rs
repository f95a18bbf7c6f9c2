//! What every operation does when the way to Kontur, or Kontur, is broken.

mod keys;
mod refusals;
mod silence;
mod unreadable;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use vochi_crm_core::http::Repeat;
use vochi_crm_core::testing::{ScriptedTransport, Step};
use vochi_crm_core::{Cx, Effect, Error, ErrorKind, Hub, Result};
use vochi_crm_kontur::Client;

use super::operations::table::{Needs, Row, Sender, all};

/// How many requests there are at most: the first and three repeats.
const ALL_TRIES: usize = 4;

/// What gets an access key for an API key.
const AUTHORIZATION: &str = "authorization/authorize-private-integration";

const ACCESS_KEY: &str = "canary-access-key-0001";
const API_KEY: &str = "canary-api-key-0001";
const SECRET: &str = "secretKey=canary-secret-0001";
const BEARER: &str = "canary-bearer-0001";

/// Every secret that may go out with an operation, as a careless server might quote them.
const QUOTED: &str = "canary-access-key-0001 canary-api-key-0001 secretKey=canary-secret-0001 \
    canary-bearer-0001 canary-key-1 canary-key-2";

/// What came of sending an operation.
struct Outcome<'a> {
    row: &'a Row,
    fault: &'a str,
    sent: usize,
    result: Result<String>,
    took: Duration,
    /// The account's own secrets: nothing that is told holds one.
    secrets: &'static [&'static str],
}

/// A client on a script, with the usual patience. Whatever is no authorisation has a ready key.
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

/// Sends the operation against a script, with the usual patience.
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

/// What Kontur answers when all is well.
fn good(row: &Row) -> Step {
    Step::Response(row.operation.planned())
}

/// What is told of a write that may have happened; a read has no effect.
fn effect(row: &Row, of_a_write: Effect) -> Effect {
    match row.repeats {
        Repeat::Safe => Effect::NotApplied,
        Repeat::Keyed | Repeat::Unsafe => of_a_write,
    }
}

impl Outcome<'_> {
    fn case(&self) -> String {
        format!("{} after {}", self.row.name, self.fault)
    }

    fn is<T: Copy + PartialEq + Debug>(&self, what: &str, found: T, wanted: T) {
        let told = &self.result;
        assert_eq!(found, wanted, "{what} of {}: {told:?}", self.case());
    }

    /// It was sent again, and worked.
    fn worked_at_the_second_try(&self) {
        self.worked(2);
    }

    /// It worked.
    fn worked(&self, sent: usize) {
        assert!(self.result.is_ok(), "{}: {:?}", self.case(), self.result);
        self.is("requests", self.sent, sent);
    }

    /// It failed, with an error that says whose and which it is, and no secret.
    fn failed(&self, kind: ErrorKind, effect: Effect, sent: usize) -> &Error {
        let error = self.failed_after(kind, effect, sent);
        self.is("attempts", usize::try_from(error.attempts()).unwrap(), sent);
        error
    }

    /// The same where other requests went out for it as well.
    fn failed_after(&self, kind: ErrorKind, effect: Effect, sent: usize) -> &Error {
        self.failed_in(self.row.operation.name(), kind, effect, sent)
    }

    /// It failed for want of a key: the error is that of getting one.
    fn failed_for_a_key(&self, kind: ErrorKind, sent: usize) -> &Error {
        self.failed_in(AUTHORIZATION, kind, Effect::NotApplied, sent)
    }

    fn failed_in(&self, name: &str, kind: ErrorKind, effect: Effect, sent: usize) -> &Error {
        let case = self.case();
        let error = self.result.as_ref().expect_err(&case);
        self.is("kind", error.kind(), kind);
        self.is("effect", error.effect(), effect);
        self.is("requests", self.sent, sent);
        self.is("operation", error.operation(), Some(name));
        let begin = format!("kontur account demo: {name}: ");
        let told = error.to_string();
        assert!(told.starts_with(&begin), "{case}: {told}");
        assert!(!error.message().is_empty(), "{case}");
        let all = format!("{told} {error:?} {error:#?}");
        for secret in self.secrets {
            assert!(!all.contains(secret), "{case}: {secret} in {all}");
        }
        error
    }
}
