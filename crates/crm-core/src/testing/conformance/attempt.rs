//! Sending an operation against a script.

use std::sync::Arc;
use std::time::Duration;

use super::report::Report;
use super::{CrmUnderTest, Operation};
use crate::connector::Cx;
use crate::error::{Effect, Error, ErrorKind, Result, TryAgain};
use crate::http::{Access, Response};
use crate::hub::Hub;
use crate::testing::{ScriptedTransport, Step};

/// The largest number of requests with default retries: the first and three more.
pub(super) const ALL_TRIES: usize = 4;

/// The outcome of sending an operation.
pub(super) struct Attempt<'a, S: CrmUnderTest> {
    pub(super) row: &'a Operation<S>,
    fault: String,
    sent: usize,
    pub(super) result: Result<String>,
    pub(super) took: Duration,
}

/// Every secret of the row's account, as a careless server quotes them.
pub(super) fn quoted<S: CrmUnderTest>(row: &Operation<S>) -> String {
    S::secrets(row.account_name()).join(" ")
}

/// The CRM's success response.
pub(super) fn good<S: CrmUnderTest>(row: &Operation<S>) -> Step {
    Step::Response(row.planned())
}

/// The effect of a write that may have been applied; a read has none.
pub(super) fn effect<S: CrmUnderTest>(row: &Operation<S>, of_a_write: Effect) -> Effect {
    match row.erased.access() {
        Access::Read => Effect::NotApplied,
        Access::Write => of_a_write,
    }
}

/// What a fault is, for the failures: status and body.
pub(super) fn describe(response: &Response) -> String {
    let body = String::from_utf8_lossy(&response.body);
    let begin: String = body.chars().take(80).collect();
    format!("HTTP {} {begin:?}", response.status.as_u16())
}

/// Sends the operation with default timeouts.
pub(super) async fn send<S: CrmUnderTest>(
    row: &Operation<S>,
    fault: impl Into<String>,
    steps: impl IntoIterator<Item = Step>,
) -> Attempt<'_, S> {
    send_within(row, fault, steps, Cx::history()).await
}

/// Sends the operation until a deadline.
pub(super) async fn send_within<S: CrmUnderTest>(
    row: &Operation<S>,
    fault: impl Into<String>,
    steps: impl IntoIterator<Item = Step>,
    cx: Cx,
) -> Attempt<'_, S> {
    let (client, script) = scripted::<S>(row.account_name(), steps);
    let began = tokio::time::Instant::now();
    let result = row.send(&client, &cx).await;
    let sent = script.played().len();
    Attempt { row, fault: fault.into(), sent, result, took: began.elapsed() }
}

/// A client with scripted responses.
pub(super) fn scripted<S: CrmUnderTest>(
    account: &'static str,
    steps: impl IntoIterator<Item = Step>,
) -> (S::Client, ScriptedTransport) {
    let script = ScriptedTransport::new(steps);
    let hub = Hub::builder().transport(Arc::new(script.clone())).build();
    (S::client(&hub.unwrap(), account), script)
}

impl<S: CrmUnderTest> Attempt<'_, S> {
    /// The operation and the fault.
    pub(super) fn case(&self) -> String {
        format!("{} after {}", self.row.title(), self.fault)
    }

    /// Checks for a success after this number of requests.
    pub(super) fn succeeds(&self, report: &mut Report, requests: usize) {
        let case = self.case();
        report.holds(&case, self.result.is_ok(), || format!("{:?}", self.result));
        report.equal(&case, "the number of requests", self.sent, requests);
    }

    /// Checks for a failure that names account and operation and contains no secret.
    pub(super) fn fails(
        &self,
        report: &mut Report,
        kind: ErrorKind,
        effect: Effect,
        requests: usize,
    ) -> Option<&Error> {
        let case = self.case();
        report.equal(&case, "the number of requests", self.sent, requests);
        let Err(error) = &self.result else {
            report.holds(&case, false, || format!("{:?}, must be {kind:?}", self.result));
            return None;
        };
        report.equal(&case, "the kind", error.kind(), kind);
        report.equal(&case, "the effect", error.effect(), effect);
        report.equal(&case, "error.attempts()", error.attempts() as usize, requests);
        let name = self.row.name();
        report.equal(&case, "error.operation()", error.operation(), Some(name.as_str()));
        let text = error.to_string();
        let begin = format!("{}: {name}: ", S::ACCOUNT);
        report.holds(&case, text.starts_with(&begin), || format!("must begin {begin:?}: {text}"));
        report.holds(&case, !error.message().is_empty(), || "the message is empty".to_owned());
        let all = format!("{text} {error:?} {error:#?} {:?}", error.hint());
        for secret in S::secrets(self.row.account_name()) {
            report.holds(&case, !all.contains(secret), || format!("{secret} is in {all}"));
        }
        Some(error)
    }

    /// Checks for a failure that is final.
    pub(super) fn fails_for_good(
        &self,
        report: &mut Report,
        kind: ErrorKind,
        effect: Effect,
    ) -> Option<&Error> {
        let error = self.fails(report, kind, effect, 1)?;
        report.equal(self.case(), "error.try_again()", error.try_again(), TryAgain::Never);
        Some(error)
    }
}

/// Checks a fault that leaves open whether the request was applied: retried if a repeat is safe,
/// else an error. Returns that error, or the one after all retries.
pub(super) async fn leaves_doubt<S: CrmUnderTest>(
    report: &mut Report,
    row: &Operation<S>,
    fault: &str,
    kind: ErrorKind,
    step: impl Fn() -> Step,
) -> Option<Error> {
    let attempt = send(row, fault, [step(), good(row)]).await;
    if row.is_unsafe() {
        return attempt.fails_for_good(report, kind, Effect::Maybe).map(Error::duplicate);
    }
    attempt.succeeds(report, 2);
    let attempt = send(row, format!("only {fault}"), (0..ALL_TRIES).map(|_| step())).await;
    let error = attempt.fails(report, kind, effect(row, Effect::Maybe), ALL_TRIES)?;
    report.equal(attempt.case(), "error.try_again()", error.try_again(), TryAgain::Later);
    Some(error.duplicate())
}
