//! Every operation with network faults and error responses.

mod connections;
mod refusals;
mod unreadable;

use std::fmt::Debug;
use std::time::Duration;

use vochi_crm_core::http::Repeat;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Cx, Effect, Error, ErrorKind, Result};

use super::operations::{Row, all};
use super::support::{Bench, KEY};

/// The largest number of requests: the first and three retries.
const ALL_TRIES: usize = 4;

/// The outcome of sending an operation.
struct Outcome<'a> {
    row: &'a Row,
    fault: &'a str,
    sent: usize,
    result: Result<String>,
    took: Duration,
}

/// Sends the operation with a script and the default timeouts.
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
    let bench = Bench::new(steps);
    let began = tokio::time::Instant::now();
    let result = row.operation.send(bench.connector.client(), &cx).await;
    Outcome { row, fault, sent: bench.played().len(), result, took: began.elapsed() }
}

/// The CRM's success response.
fn good(row: &Row) -> Step {
    Step::Response(row.operation.planned())
}

/// The effect of a write that may have been applied; a read has none.
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

    fn is<T: Copy + PartialEq + Debug>(&self, what: &str, found: T, wanted: T) {
        let text = &self.result;
        assert_eq!(found, wanted, "{what} of {}: {text:?}", self.case());
    }

    /// Asserts that the retry succeeded.
    fn succeeded_after_a_retry(&self) {
        assert!(self.result.is_ok(), "{}: {:?}", self.case(), self.result);
        self.is("requests", self.sent, 2);
    }

    /// Asserts a failure with account and operation in its error, and no secret.
    fn failed(&self, kind: ErrorKind, effect: Effect, sent: usize) -> &Error {
        let case = self.case();
        let error = self.result.as_ref().expect_err(&case);
        self.is("kind", error.kind(), kind);
        self.is("effect", error.effect(), effect);
        self.is("requests", self.sent, sent);
        self.is("attempts", usize::try_from(error.attempts()).unwrap(), sent);
        self.is("operation", error.operation(), Some(self.row.operation.name()));
        let begin = format!("retailcrm account shop: {}: ", self.row.operation.name());
        let text = error.to_string();
        assert!(text.starts_with(&begin), "{case}: {text}");
        assert!(!error.message().is_empty(), "{case}");
        assert!(!format!("{text} {error:?}").contains(KEY), "{case}: {text}");
        error
    }
}
