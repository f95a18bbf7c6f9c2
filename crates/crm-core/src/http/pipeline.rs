//! The one way every request goes.

mod builder;

pub use builder::PipelineBuilder;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tracing::Instrument as _;

use super::failure::{Failure, effect_of, with_excerpt};
use super::flow;
use super::prepared::{Prepared, Ready};
use super::trace::Reporter;
use super::{
    Access, Advice, Dialect, Endpoint, LimitClass, Origin, Renewal, Response, Stage, TransportError,
};
use crate::connector::Cx;
use crate::error::{Effect, Error, ErrorKind, Result, TryAgain};
use crate::hub::Hub;
use crate::limit::{Bucket, Lane};
use crate::name::AccountName;
use crate::redaction::Redactor;
use crate::retry::{self, RetryPolicy};
use crate::secret::Secret;

/// Sends operations of one account: limiter, authorisation, transport, the CRM's verdict, retries.
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
    redactor: Redactor,
    retry: RetryPolicy,
    timeout: Duration,
    attempt_timeout: Duration,
    /// Each for operations of a class, in one lane or in all.
    buckets: Vec<(LimitClass, Option<Lane>, Arc<dyn Bucket>)>,
}

impl Pipeline {
    /// The same pipeline with other credentials, and these further secrets kept out of everything
    /// that is told: for a key that came with a request of the CRM's own.
    #[must_use]
    pub fn speaking(
        &self,
        dialect: Arc<dyn Dialect>,
        secrets: impl IntoIterator<Item = Secret>,
    ) -> Self {
        let mut inner = (*self.inner).clone();
        inner.dialect = dialect;
        inner.redactor = inner.redactor.and(secrets);
        Self { inner: Arc::new(inner) }
    }

    /// The same pipeline to another place of the CRM's address.
    #[must_use]
    pub fn to_origin(&self, origin: Origin) -> Self {
        let mut inner = (*self.inner).clone();
        inner.origin = origin;
        Self { inner: Arc::new(inner) }
    }

    /// The account in whose name it sends.
    pub fn account(&self) -> &AccountName {
        &self.inner.account
    }

    /// The hub it was built on.
    pub fn hub(&self) -> &Hub {
        &self.inner.hub
    }

    /// The CRM's address.
    pub fn origin(&self) -> &Origin {
        &self.inner.origin
    }

    /// Sends an operation and reads its answer.
    ///
    /// # Errors
    /// See [`Error`]: the kind is the cause, the effect says whether the CRM carried it out.
    pub async fn send<E: Endpoint>(&self, cx: &Cx, endpoint: &E) -> Result<E::Output> {
        let reporter = Reporter {
            crm: self.inner.dialect.crm(),
            account: &self.inner.account,
            operation: endpoint.operation(),
        };
        let mut attempts = 0;
        let prepared =
            endpoint.request().and_then(|request| Prepared::new(request, &self.inner.origin));
        let result = match prepared {
            Ok(prepared) if self.inner.hub.plan().is_some() => {
                self.rehearse(cx, endpoint, &prepared).await
            }
            Ok(prepared) => self.run(cx, endpoint, &prepared, reporter, &mut attempts).await,
            Err(error) => Err(error),
        };
        let result = result.map_err(|error| {
            let error = error.with_account(reporter.crm, self.inner.account.clone());
            // An error of fetching credentials names the operation that fetched them.
            match error.operation() {
                Some(_) => error,
                None => error.with_operation(reporter.operation).with_attempts(attempts),
            }
        });
        reporter.finished(&result);
        if endpoint.access() == Access::Write && self.inner.hub.plan().is_none() {
            reporter.audit(endpoint.subject().as_deref(), attempts, &result);
        }
        result
    }

    /// Notes the request instead of sending it and goes on from the planned answer.
    async fn rehearse<E: Endpoint>(
        &self,
        cx: &Cx,
        endpoint: &E,
        prepared: &Prepared,
    ) -> Result<E::Output> {
        let mut request = prepared.without_source();
        self.inner.dialect.authorize(cx, &mut request).await?;
        if let Some(plan) = self.inner.hub.plan() {
            let redactor = self.redactor();
            plan.note(endpoint.operation(), &request, prepared.body(), |text| {
                redactor.redact(text)
            });
        }
        endpoint.decode(&endpoint.planned())
    }

    async fn run<E: Endpoint>(
        &self,
        cx: &Cx,
        endpoint: &E,
        prepared: &Prepared,
        reporter: Reporter<'_>,
        attempts: &mut u32,
    ) -> Result<E::Output> {
        let inner = &*self.inner;
        let mut own_deadline = Instant::now() + inner.timeout;
        let earlier = |own: Instant| cx.deadline().map_or(own, |asked| asked.min(own));
        let repeat = endpoint.repeat();
        let bucket = self.bucket(endpoint.limit_class(), cx.lane());
        let mut worst = Effect::NotApplied;
        let mut renewed = false;
        loop {
            let deadline = earlier(own_deadline);
            if Instant::now() >= deadline {
                return Err(too_late().with_effect(worst));
            }
            if let Some(bucket) = bucket
                && let Err(error) = self.permit(cx, bucket, deadline, reporter).await
            {
                return Err(error.with_effect(worst));
            }
            let ready = prepared.ready(cx, &*inner.dialect);
            let ready = tokio::time::timeout_at(deadline, ready)
                .await
                .unwrap_or_else(|_| Err(too_late()))
                .map_err(|error| error.with_effect(worst))?;
            *attempts += 1;
            let began = Instant::now();
            let (moving, grant) = (ready.flow.clone(), ready.grant);
            let until = match &moving {
                Some(_) => own_deadline + flow::allowance(ready.request.body.length()),
                None => own_deadline,
            };
            let until = earlier(until);
            let outcome = self.attempt(cx, ready, until, reporter, *attempts).await;
            if let Some(flow) = moving {
                own_deadline += flow.last_moved().saturating_duration_since(began);
            }
            let deadline = earlier(own_deadline);
            let failure = match outcome {
                Ok(answer) => return self.decode(endpoint, &answer),
                Err(failure) => failure,
            };
            let effect = effect_of(repeat, failure.error.effect());
            worst = worst.max(effect);
            if failure.advice == Advice::Renew && !renewed {
                renewed = true;
                let renewal = inner.dialect.renew(cx, grant);
                let renewal = tokio::time::timeout_at(deadline, renewal)
                    .await
                    .unwrap_or_else(|_| Err(too_late()))
                    .map_err(|error| error.with_effect(worst))?;
                if renewal == Renewal::Renewed {
                    continue;
                }
            }
            let wait = inner.retry.wait(*attempts, failure.advice, failure.told);
            if failure.advice == Advice::Throttled {
                // The CRM counts without lanes.
                for (.., bucket) in self.buckets(endpoint.limit_class()) {
                    bucket.refused(inner.account.as_str(), wait);
                }
            }
            let may = retry::may_repeat(repeat, effect, failure.advice)
                && failure.advice != Advice::Renew
                && *attempts <= inner.retry.retries();
            if !may || Instant::now() + wait >= deadline {
                return Err(failure.last_word(repeat, worst, wait));
            }
            reporter.retry(*attempts, wait, &failure.error);
            tokio::time::sleep(wait).await;
        }
    }

    fn redactor(&self) -> Redactor {
        let inner = &*self.inner;
        inner.redactor.clone().and(inner.dialect.secrets())
    }

    /// The buckets of a class, in every lane; those of all operations for a class without its own.
    fn buckets(
        &self,
        class: LimitClass,
    ) -> impl Iterator<Item = &(LimitClass, Option<Lane>, Arc<dyn Bucket>)> {
        let buckets = &self.inner.buckets;
        let has_own = buckets.iter().any(|(own, ..)| *own == class);
        let class = if has_own { class } else { LimitClass::GENERAL };
        buckets.iter().filter(move |(own, ..)| *own == class)
    }

    fn bucket(&self, class: LimitClass, lane: Lane) -> Option<&Arc<dyn Bucket>> {
        let mut of_lane =
            self.buckets(class).filter(|(_, own, _)| own.is_none_or(|own| own == lane));
        of_lane.next().map(|(.., bucket)| bucket)
    }

    async fn permit(
        &self,
        cx: &Cx,
        bucket: &Arc<dyn Bucket>,
        deadline: Instant,
        reporter: Reporter<'_>,
    ) -> Result<()> {
        let account = self.inner.account.as_str();
        if bucket.try_take(account, cx.lane()) {
            return Ok(());
        }
        match bucket.take(account, cx.lane(), deadline).await {
            Ok(waited) => {
                reporter.waited(waited);
                Ok(())
            }
            Err(refused) => {
                let after = refused.retry_after();
                Err(Error::new(ErrorKind::RateLimited, refused.to_string())
                    .with_try_again(TryAgain::After(after))
                    .with_hint(
                        "the CRM's request limit is used up; allow more time or ask less often",
                    ))
            }
        }
    }

    /// One request and its good answer.
    async fn attempt(
        &self,
        cx: &Cx,
        ready: Ready,
        until: Instant,
        reporter: Reporter<'_>,
        attempt: u32,
    ) -> Result<Response, Failure> {
        let inner = &*self.inner;
        let Ready { request, flow, .. } = ready;
        let span = tracing::info_span!(
            "crm_request",
            crm = %reporter.crm,
            account = %reporter.account,
            operation = reporter.operation,
            trace_id = cx.trace_id(),
            attempt,
            status = tracing::field::Empty,
            elapsed_ms = tracing::field::Empty,
        );
        let began = Instant::now();
        cx.count_request();
        let sending = inner.hub.transport().send(request).instrument(span.clone());
        let sent = if let Some(flow) = &flow {
            flow.watch(sending, until, inner.attempt_timeout).await
        } else {
            let until = until.min(began + inner.attempt_timeout);
            tokio::time::timeout_at(until, sending).await.ok()
        };
        let sent = sent.unwrap_or(Err(TransportError::TimedOut(Stage::Unknown)));
        let elapsed = began.elapsed();
        let status = sent.as_ref().ok().map(|answer| answer.status.as_u16());
        span.record("status", status);
        span.record("elapsed_ms", u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
        reporter.attempt(attempt, status, elapsed);
        let fault = flow.and_then(|flow| Some((flow.take_fault()?, flow)));
        let broken =
            fault.map(|(fault, flow)| Failure::of_source(&fault, &flow.name, &self.redactor()));
        match sent {
            Ok(answer) => match inner.dialect.judge(&answer) {
                // It may have taken a part for the whole.
                Ok(()) => broken.map_or(Ok(answer), Err),
                Err(refusal) => {
                    let told = inner.dialect.retry_after(&answer);
                    Err(Failure::refused(&refusal, &answer, told, &self.redactor()))
                }
            },
            Err(error) => Err(broken.unwrap_or_else(|| {
                Failure::of_transport(&error, &inner.origin.host(), &self.redactor())
            })),
        }
    }

    fn decode<E: Endpoint>(&self, endpoint: &E, answer: &Response) -> Result<E::Output> {
        endpoint.decode(answer).map_err(|error| {
            // The CRM said yes; only its details are lost.
            let effect = match endpoint.access() {
                Access::Read => Effect::NotApplied,
                Access::Write => Effect::Applied,
            };
            with_excerpt(&error, answer, &self.redactor()).with_effect(effect)
        })
    }
}

/// What would come late is not sent.
fn too_late() -> Error {
    Error::new(ErrorKind::Timeout, "its time was up before it could be sent")
        .with_try_again(TryAgain::Later)
        .with_hint("nothing was sent; allow more time")
}
