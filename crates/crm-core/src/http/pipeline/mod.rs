//! The pipeline that sends every request.

mod builder;

pub use builder::PipelineBuilder;

use std::borrow::Cow;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::time::Instant;
use tracing::Instrument as _;
use url::Url;

use super::auth::{Auth, Renewal};
use super::failure::{Failure, effect_of, with_excerpt};
use super::flow;
use super::prepared::{Prepared, Ready};
use super::trace::Reporter;
use super::{
    Access, Advice, Dialect, LimitClass, Operation, OperationInfo, Origin, Output, Pause,
    PauseScope, Refusal, Relocation, Response, Stage, TransportError,
};
use crate::connector::Cx;
use crate::error::{Effect, Error, ErrorKind, Result, TryAgain};
use crate::hub::Hub;
use crate::limit::{self, Bucket, Lane, LimitKey, Quota};
use crate::name::{AccountName, CrmName};
use crate::redaction::Redactor;
use crate::retry::{self, RetryPolicy};

/// What an operation returns.
type Value<O> = <<O as Operation>::Output as Output>::Value;

/// Sends operations of one account: rate limiter, credentials, transport, the CRM's dialect,
/// retries.
///
/// Cheap to clone. Connectors build one with [`Pipeline::builder`] and keep it in their client.
#[derive(Clone, Debug)]
pub struct Pipeline {
    inner: Arc<Inner>,
}

#[derive(Clone, Debug)]
struct Inner {
    hub: Hub,
    account: AccountName,
    origin: Origin,
    dialect: Arc<dyn Dialect>,
    auth: Arc<dyn Auth>,
    redactor: Redactor,
    retry: RetryPolicy,
    timeout: Duration,
    attempt_timeout: Duration,
    /// Each for operations of a class, in one lane or in all.
    buckets: Vec<(LimitClass, Option<Lane>, Arc<dyn Bucket>)>,
    /// The bucket name prefix of single operations, if the CRM limits them.
    operation_limits: Option<LimitKey>,
    relocation: Option<Arc<dyn Relocation>>,
}

impl Pipeline {
    /// Returns the same pipeline with other credentials.
    #[must_use]
    pub fn with_auth(&self, auth: Arc<dyn Auth>) -> Self {
        let mut inner = (*self.inner).clone();
        inner.redactor = inner.redactor.and(inner.auth.secrets());
        inner.auth = auth;
        Self { inner: Arc::new(inner) }
    }

    /// The name of the CRM.
    pub fn crm(&self) -> CrmName {
        self.inner.dialect.crm()
    }

    /// Returns the same pipeline with another address of the CRM, from which no redirect is followed.
    #[must_use]
    pub fn to_origin(&self, origin: Origin) -> Self {
        let mut inner = (*self.inner).clone();
        inner.origin = origin;
        inner.relocation = None;
        Self { inner: Arc::new(inner) }
    }

    /// The name of the account.
    pub fn account(&self) -> &AccountName {
        &self.inner.account
    }

    /// The hub it was built on.
    pub fn hub(&self) -> &Hub {
        &self.inner.hub
    }

    /// The CRM's address, as it is configured.
    pub fn origin(&self) -> &Origin {
        &self.inner.origin
    }

    /// The address that requests are sent to.
    fn current_origin(&self) -> Cow<'_, Origin> {
        match &self.inner.relocation {
            Some(relocation) => Cow::Owned(relocation.origin()),
            None => Cow::Borrowed(&self.inner.origin),
        }
    }

    /// Returns the same pipeline with other timeouts: of an operation with all its retries, and of
    /// one attempt.
    #[must_use]
    pub fn with_timeouts(&self, timeout: Duration, attempt: Duration) -> Self {
        let mut inner = (*self.inner).clone();
        inner.timeout = timeout;
        inner.attempt_timeout = attempt;
        Self { inner: Arc::new(inner) }
    }

    /// Sends an operation and decodes its response.
    ///
    /// # Errors
    /// See [`Error`]: the kind is the cause, the effect is whether the CRM applied the request.
    pub async fn send<O: Operation>(&self, cx: &Cx, operation: &O) -> Result<Value<O>> {
        let info = OperationInfo::of(operation);
        let reporter = Reporter {
            crm: self.inner.dialect.crm(),
            account: &self.inner.account,
            operation: &info.name,
        };
        let mut attempts = 0;
        let prepared = operation.request().and_then(Prepared::new);
        let result = match prepared {
            Ok(prepared) if self.inner.hub.plan().is_some() => {
                self.rehearse(cx, operation, &prepared).await
            }
            Ok(prepared) => {
                let run = Run { pipeline: self, cx, info: &info, reporter, prepared: &prepared };
                run.send(operation, &mut attempts).await
            }
            Err(error) => Err(error),
        };
        let result = result.map_err(|error| {
            let error = error.with_account(reporter.crm, self.inner.account.clone());
            // An error of fetching credentials already names the operation that fetched them.
            match error.operation() {
                Some(_) => error,
                None => error.with_operation(info.name.clone()).with_attempts(attempts),
            }
        });
        reporter.finished(&result);
        if info.access == Access::Write && self.inner.hub.plan().is_none() {
            reporter.audit(operation.subject().as_deref(), attempts, &result);
        }
        result
    }

    /// Collects the request in a dry run and decodes the planned response.
    async fn rehearse<O: Operation>(
        &self,
        cx: &Cx,
        operation: &O,
        prepared: &Prepared,
    ) -> Result<Value<O>> {
        let mut request = prepared.without_source(&self.current_origin());
        self.inner.auth.authorize(cx, &mut request).await?;
        if let Some(plan) = self.inner.hub.plan() {
            let redactor = self.redactor();
            plan.note(operation.name(), &request, prepared.body(), |text| redactor.redact(text));
        }
        operation.decode(&operation.planned())
    }

    pub(super) fn redactor(&self) -> Redactor {
        let inner = &*self.inner;
        inner.redactor.clone().and(inner.auth.secrets())
    }

    /// The buckets of a class, in every lane; the general ones if the class has none.
    fn buckets(
        &self,
        class: LimitClass,
    ) -> impl Iterator<Item = &(LimitClass, Option<Lane>, Arc<dyn Bucket>)> {
        let buckets = &self.inner.buckets;
        let has_own = buckets.iter().any(|(own, ..)| *own == class);
        let class = if has_own { class } else { LimitClass::GENERAL };
        buckets.iter().filter(move |(own, ..)| *own == class)
    }

    /// The pause bucket of a single operation in one lane, if the CRM limits operations.
    fn operation_limit(&self, name: &str, lane: Lane) -> Option<Arc<dyn Bucket>> {
        let prefix = self.inner.operation_limits.as_ref()?.as_str();
        let mut key = [prefix, "/", name, "/", lane.as_str()].concat();
        key[prefix.len()..].make_ascii_lowercase();
        let key = LimitKey::new(key);
        Some(self.inner.hub.limiter().bucket(&key, Quota::UNLIMITED))
    }

    /// Pauses what a rate limit or a success response names.
    fn pause(&self, info: &OperationInfo, pause: &Pause) {
        let account = self.inner.account.as_str();
        // The CRM limits an account and a quota without lanes.
        let buckets = self.buckets(info.class).map(|(.., bucket)| bucket);
        let lanes: &[Lane] = match pause.scope {
            PauseScope::Account => {
                return buckets.for_each(|bucket| bucket.refused(account, pause.length));
            }
            PauseScope::Quota => return buckets.for_each(|bucket| bucket.hold(pause.length)),
            PauseScope::Operation => &[Lane::Live, Lane::History],
            PauseScope::OperationHistory => &[Lane::History],
        };
        let name = pause.operation.as_deref().unwrap_or(&info.name);
        for bucket in lanes.iter().filter_map(|lane| self.operation_limit(name, *lane)) {
            bucket.hold(pause.length);
        }
    }
}

/// One operation in progress.
struct Run<'a> {
    pipeline: &'a Pipeline,
    cx: &'a Cx,
    info: &'a OperationInfo,
    reporter: Reporter<'a>,
    prepared: &'a Prepared,
}

/// The outcome of a failed attempt.
enum Miss {
    Failed(Failure),
    /// The account has another address; nothing was carried out.
    Moved(Box<(Url, Response)>),
    Refused(Box<(Refusal, Response)>),
}

impl Run<'_> {
    async fn send<O: Operation>(&self, operation: &O, attempts: &mut u32) -> Result<Value<O>> {
        let inner = &*self.pipeline.inner;
        let mut own_deadline = Instant::now() + inner.timeout;
        let earlier = |own: Instant| self.cx.deadline().map_or(own, |asked| asked.min(own));
        let repeat = self.info.repeat;
        let mut worst = Effect::NotApplied;
        let mut renewed = false;
        let mut moved = false;
        loop {
            let deadline = earlier(own_deadline);
            if Instant::now() >= deadline {
                return Err(too_late().with_effect(worst));
            }
            let origin = self.pipeline.current_origin();
            let ready = self.prepared.ready(self.cx, &*inner.auth, &origin);
            let ready = tokio::time::timeout_at(deadline, ready)
                .await
                .unwrap_or_else(|_| Err(too_late()))
                .map_err(|error| error.with_effect(worst))?;
            let permitted = self.permitted(ready, &origin, deadline).await;
            let Some(ready) = permitted.map_err(|error| error.with_effect(worst))? else {
                continue;
            };
            *attempts += 1;
            let began = Instant::now();
            let (moving, grant) = (ready.flow.clone(), ready.grant);
            let until = match &moving {
                Some(_) => own_deadline + flow::allowance(ready.request.body.length()),
                None => own_deadline,
            };
            let outcome = self.attempt(ready, earlier(until), *attempts).await;
            if let Some(flow) = moving {
                own_deadline += flow.last_moved().saturating_duration_since(began);
            }
            let deadline = earlier(own_deadline);
            let failure = match outcome {
                Ok(response) => return self.decode(operation, &response),
                Err(Miss::Failed(failure)) => failure,
                Err(Miss::Moved(redirect)) => {
                    let (to, response) = *redirect;
                    match &inner.relocation {
                        Some(relocation) if !moved => {
                            moved = true;
                            tokio::time::timeout_at(deadline, relocation.moved(self.cx, &to))
                                .await
                                .unwrap_or_else(|_| Err(too_late()))
                                .map_err(|error| error.with_effect(worst))?;
                            continue;
                        }
                        _ => self.redirected(&response)?,
                    }
                }
                Err(Miss::Refused(refused)) => {
                    let (refusal, response) = *refused;
                    if let Some(value) = operation.recover(&refusal, &response) {
                        return Ok(value);
                    }
                    self.refused(&refusal, &response)
                }
            };
            let effect = effect_of(repeat, failure.error.effect());
            worst = worst.max(effect);
            if failure.advice == Advice::Renew && !renewed {
                renewed = true;
                let renewal = inner.auth.renew(self.cx, grant);
                let renewal = tokio::time::timeout_at(deadline, renewal)
                    .await
                    .unwrap_or_else(|_| Err(too_late()))
                    .map_err(|error| error.with_effect(worst))?;
                if renewal == Renewal::Renewed {
                    continue;
                }
            }
            let wait = inner.retry.wait(*attempts, failure.advice, failure.asked);
            if failure.advice == Advice::Throttled {
                self.pipeline.pause(self.info, &Pause::new(failure.scope, wait));
            }
            let may = retry::may_retry(repeat, effect, failure.advice)
                && failure.advice != Advice::Renew
                && *attempts <= inner.retry.retries();
            if !may || Instant::now() + wait >= deadline {
                return Err(failure.into_final_error(repeat, worst, wait));
            }
            self.reporter.retry(*attempts, wait, &failure.error);
            tokio::time::sleep(wait).await;
        }
    }

    /// The buckets that count the operation.
    fn counted(&self) -> Vec<Arc<dyn Bucket>> {
        let (pipeline, lane) = (self.pipeline, self.cx.lane());
        let mut buckets: Vec<Arc<dyn Bucket>> = match &pipeline.inner.operation_limits {
            Some(_) => {
                let names = self.info.methods();
                names.filter_map(|name| pipeline.operation_limit(name, lane)).collect()
            }
            None => Vec::new(),
        };
        let of_lane = pipeline.buckets(self.info.class);
        let of_lane = of_lane.filter(|(_, own, _)| own.is_none_or(|own| own == lane));
        buckets.extend(of_lane.map(|(.., bucket)| Arc::clone(bucket)));
        buckets
    }

    /// Takes a permit of every bucket that counts the operation.
    async fn permit(&self, buckets: &[Arc<dyn Bucket>], deadline: Instant) -> Result<()> {
        let (account, lane) = (self.pipeline.inner.account.as_str(), self.cx.lane());
        match limit::take_all(buckets, account, lane, deadline).await {
            Ok(Duration::ZERO) => Ok(()),
            Ok(waited) => {
                self.reporter.waited(waited);
                Ok(())
            }
            Err(refused) => Err(refused.into()),
        }
    }

    /// Takes a permit for a prepared request. Credentials that were replaced while it waited are
    /// replaced in the request; if others are not there yet, the permit is returned and there is no
    /// request.
    async fn permitted(
        &self,
        ready: Ready,
        origin: &Origin,
        deadline: Instant,
    ) -> Result<Option<Ready>> {
        let (auth, buckets) = (&*self.pipeline.inner.auth, self.counted());
        // The permit comes last: requests that wait for one token would go out together.
        self.permit(&buckets, deadline).await?;
        if auth.is_current(ready.grant) {
            return Ok(Some(ready));
        }
        let mut again = std::pin::pin!(self.prepared.ready(self.cx, auth, origin));
        let polled = std::future::poll_fn(|cx| Poll::Ready(again.as_mut().poll(cx))).await;
        match polled {
            Poll::Ready(ready) => ready.map(Some),
            Poll::Pending => {
                for bucket in &buckets {
                    bucket.give_back();
                }
                Ok(None)
            }
        }
    }

    /// Sends one request and returns its success response.
    async fn attempt(&self, ready: Ready, until: Instant, attempt: u32) -> Result<Response, Miss> {
        let inner = &*self.pipeline.inner;
        let Ready { request, flow, .. } = ready;
        let span = tracing::info_span!(
            "crm_request",
            crm = %self.reporter.crm,
            account = %self.reporter.account,
            operation = &*self.info.name,
            trace_id = self.cx.trace_id(),
            attempt,
            status = tracing::field::Empty,
            elapsed_ms = tracing::field::Empty,
        );
        let began = Instant::now();
        self.cx.count_request();
        let sending = inner.hub.transport().send(request).instrument(span.clone());
        let sent = if let Some(flow) = &flow {
            flow.watch(sending, until, inner.attempt_timeout).await
        } else {
            let until = until.min(began + inner.attempt_timeout);
            tokio::time::timeout_at(until, sending).await.ok()
        };
        let sent = sent.unwrap_or(Err(TransportError::TimedOut(Stage::Unknown)));
        let elapsed = began.elapsed();
        let status = sent.as_ref().ok().map(|response| response.status.as_u16());
        span.record("status", status);
        span.record("elapsed_ms", u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
        self.reporter.attempt(attempt, status, elapsed);
        let redactor = || self.pipeline.redactor();
        let fault = flow.and_then(|flow| Some((flow.take_fault()?, flow)));
        let broken = fault.map(|(fault, flow)| Failure::of_source(&fault, &flow.name, &redactor()));
        let response = match sent {
            Ok(response) => response,
            Err(error) => {
                return Err(Miss::Failed(broken.unwrap_or_else(|| {
                    let host = self.pipeline.current_origin().host();
                    Failure::of_transport(&error, &host, &redactor())
                })));
            }
        };
        for pause in inner.dialect.usage(self.info, &response) {
            self.pipeline.pause(self.info, &pause);
        }
        if let Some(to) = inner.relocation.as_ref().and_then(|_| response.redirects_to()) {
            return Err(Miss::Moved(Box::new((to, response))));
        }
        match inner.dialect.judge(self.info, &response) {
            // The CRM may have accepted an incomplete body.
            Ok(()) => broken.map_or(Ok(response), |broken| Err(Miss::Failed(broken))),
            Err(refusal) => Err(Miss::Refused(Box::new((refusal, response)))),
        }
    }

    /// The refusal of a second redirect.
    fn redirected(&self, response: &Response) -> Result<Failure> {
        match self.pipeline.inner.dialect.judge(self.info, response) {
            Err(refusal) => Ok(self.refused(&refusal, response)),
            Ok(()) => Err(response.unreadable("a second redirect")),
        }
    }

    fn refused(&self, refusal: &Refusal, response: &Response) -> Failure {
        let inner = &*self.pipeline.inner;
        let asked = inner.dialect.retry_after(self.info, response);
        let mut failure = Failure::refused(refusal, response, asked, &self.pipeline.redactor());
        if refusal.advice() == Advice::Renew
            && let Some(hint) = inner.auth.hint()
        {
            failure.error = failure.error.with_hint(hint);
        }
        failure
    }

    fn decode<O: Operation>(&self, operation: &O, response: &Response) -> Result<Value<O>> {
        operation.decode(response).map_err(|error| {
            // The request succeeded; only the decoding failed.
            let error = with_excerpt(&error, response, &self.pipeline.redactor());
            error.with_effect(self.info.applied())
        })
    }
}

/// The error of an operation that reaches its deadline before it is sent.
fn too_late() -> Error {
    Error::new(ErrorKind::Timeout, "deadline exceeded before the request was sent")
        .with_try_again(TryAgain::Later)
        .with_hint("nothing was sent; allow more time")
}
