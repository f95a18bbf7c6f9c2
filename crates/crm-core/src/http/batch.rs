//! Batches: several operations in one request, with a result for each.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;
use std::marker::PhantomData;
use std::time::Duration;

use bytes::Bytes;

use super::failure::{Failure, effect_of};
use super::{
    Access, ApiRequest, Operation, OperationInfo, Output, Pipeline, Refusal, Repeat, Response,
};
use crate::connector::Cx;
use crate::error::{Error, ErrorKind, Result};
use crate::redaction::Redactor;

/// A CRM's batch format: how operations are packed, and how their results are returned.
pub trait BatchForm: Send + Sync + 'static {
    /// The CRM's own name of the batch, for logs, metrics and errors.
    const NAME: &'static str;

    /// The largest number of operations in one request.
    const LARGEST: usize;

    /// Packs an operation when it is added: one that cannot be in a batch must not fail the others.
    ///
    /// # Errors
    /// `input` if it cannot.
    fn pack(part: &ApiRequest) -> Result<Vec<u8>>;

    /// Builds the request with all packed parts. Each part is named by its key, which has no other
    /// meaning.
    ///
    /// # Errors
    /// If it cannot be written.
    fn request(parts: &[(&str, &[u8])]) -> Result<ApiRequest>;

    /// Splits the response into the results of the parts, in their order. A part without one was not
    /// processed.
    ///
    /// # Errors
    /// `decode` if the response is not a batch response.
    fn split(
        response: &Response,
        parts: &[(&str, OperationInfo)],
    ) -> Result<Vec<Option<PartResult>>>;

    /// Builds the response of a dry run from the planned responses of the parts.
    fn planned(parts: &[(&str, Response)]) -> Response;
}

/// The result of one operation of a batch: the JSON that it would have got alone, or its refusal.
pub type PartResult = Result<Bytes, Refusal>;

/// An [`Operation`] as a part of a batch, independent of its output type.
trait BatchPart: Send + Sync {
    fn info(&self) -> OperationInfo;
    fn planned(&self) -> Response;
    fn decode_boxed(&self, response: &Response) -> Result<Box<dyn Any + Send>>;
    fn recover_boxed(&self, refusal: &Refusal, response: &Response) -> Option<Box<dyn Any + Send>>;
}

impl<O> BatchPart for O
where
    O: Operation,
    <O::Output as Output>::Value: 'static,
{
    fn info(&self) -> OperationInfo {
        OperationInfo {
            class: self.class(),
            access: self.access(),
            ..OperationInfo::new(self.name(), self.repeat())
        }
    }

    fn planned(&self) -> Response {
        Operation::planned(self)
    }

    fn decode_boxed(&self, response: &Response) -> Result<Box<dyn Any + Send>> {
        Ok(Box::new(self.decode(response)?))
    }

    fn recover_boxed(&self, refusal: &Refusal, response: &Response) -> Option<Box<dyn Any + Send>> {
        self.recover(refusal, response).map(|value| Box::new(value) as Box<dyn Any + Send>)
    }
}

/// The key of an operation in a batch, with which its result is taken.
pub struct BatchKey<T> {
    index: usize,
    value: PhantomData<fn() -> T>,
}

impl<T> Clone for BatchKey<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for BatchKey<T> {}

impl<T> BatchKey<T> {
    /// The key of the operation in the request.
    pub fn name(self) -> String {
        key_of(self.index)
    }
}

impl<T> fmt::Debug for BatchKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BatchKey({})", self.index)
    }
}

/// The retry delay of an operation that a rate limit refused inside a batch.
const RETRY_PART: Duration = Duration::from_secs(1);

/// The keys begin with a letter: PHP returns a list for keys that count from 0.
fn key_of(index: usize) -> String {
    let mut key = String::with_capacity(4);
    // Writing to a String cannot fail.
    let _ = write!(key, "c{index}");
    key
}

/// An operation of a batch, with its key.
struct Part {
    key: String,
    packed: Vec<u8>,
    operation: Box<dyn BatchPart>,
}

/// Several operations in one request.
///
/// Each operation has its own result ([`BatchResults::take`]); the batch itself fails only if the
/// whole request fails.
pub struct Batch<F> {
    parts: Vec<Part>,
    form: PhantomData<fn() -> F>,
}

impl<F: BatchForm> Batch<F> {
    /// Creates an empty batch.
    pub fn new() -> Self {
        Self { parts: Vec::new(), form: PhantomData }
    }

    /// Adds an operation.
    ///
    /// # Errors
    /// `input` if the batch is full, or if the operation is invalid or cannot be in a batch.
    pub fn add<O>(&mut self, operation: O) -> Result<BatchKey<<O::Output as Output>::Value>>
    where
        O: Operation + 'static,
        <O::Output as Output>::Value: 'static,
    {
        let index = self.parts.len();
        if index == F::LARGEST {
            return Err(Error::input(format!("invalid batch: more than {index} operations")));
        }
        let packed = F::pack(&operation.request()?)?;
        self.parts.push(Part { key: key_of(index), packed, operation: Box::new(operation) });
        Ok(BatchKey { index, value: PhantomData })
    }

    /// The number of operations.
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// Returns true if there are no operations.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    fn infos(&self) -> impl Iterator<Item = OperationInfo> {
        self.parts.iter().map(|part| part.operation.info())
    }
}

impl<F: BatchForm> Default for Batch<F> {
    fn default() -> Self {
        Self::new()
    }
}

impl<F: BatchForm> fmt::Debug for Batch<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.infos().map(|info| info.name).collect();
        f.debug_tuple("Batch").field(&names).finish()
    }
}

/// A batch being sent by [`Pipeline::send_batch`].
pub(super) struct InFlight<'a, F>(pub(super) &'a Batch<F>);

/// A placeholder output: the batch decodes its response itself.
pub(super) struct BatchOutput;

impl Output for BatchOutput {
    type Value = Vec<Verdict>;

    fn decode(response: &Response) -> Result<Vec<Verdict>> {
        Err(response.unreadable("a batch reads its own response"))
    }

    fn planned() -> Response {
        Response::ok_json(&serde_json::Value::Null)
    }
}

impl<F: BatchForm> Operation for InFlight<'_, F> {
    type Output = BatchOutput;
    const NAME: &'static str = F::NAME;
    const REPEAT: Repeat = Repeat::Unsafe;

    fn request(&self) -> Result<ApiRequest> {
        if self.0.is_empty() {
            return Err(Error::input("invalid batch: no operations"));
        }
        let parts: Vec<_> = self.0.parts.iter().map(|part| (&*part.key, &*part.packed)).collect();
        F::request(&parts)
    }

    /// The repeat class of the batch is the strictest of its parts.
    fn repeat(&self) -> Repeat {
        self.0.infos().map(|info| info.repeat).max().unwrap_or(Repeat::Safe)
    }

    fn parts(&self) -> Vec<(String, Cow<'static, str>)> {
        let parts = self.0.parts.iter();
        parts.map(|part| (part.key.clone(), part.operation.info().name)).collect()
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        let writes =
            self.0.infos().filter(|info| info.access == Access::Write).map(|info| info.name);
        Some(writes.collect::<Vec<_>>().join(", ").into())
    }

    fn decode(&self, response: &Response) -> Result<Vec<Verdict>> {
        let infos = self.0.parts.iter().map(|part| (&*part.key, part.operation.info()));
        let infos: Vec<_> = infos.collect();
        let results = F::split(response, &infos)?;
        let parts = self.0.parts.iter().zip(infos).zip(results);
        // One response for all parts: only the body differs.
        let mut alone = Response::ok_json(&serde_json::Value::Null);
        let verdicts = parts.map(|((Part { operation: part, .. }, (_, info)), result)| {
            let outcome = match result {
                Some(Ok(body)) => {
                    alone.body = body;
                    part.decode_boxed(&alone).map_err(Failed::Unreadable)
                }
                Some(Err(refusal)) => part
                    .recover_boxed(&refusal, response)
                    .ok_or_else(|| Failed::Refused(Box::new((refusal, response.clone())))),
                None => Err(Failed::Missing),
            };
            Verdict { info, outcome }
        });
        Ok(verdicts.collect())
    }

    fn planned(&self) -> Response {
        let parts = self.0.parts.iter();
        let parts: Vec<_> = parts.map(|part| (&*part.key, part.operation.planned())).collect();
        F::planned(&parts)
    }
}

/// The CRM's response to one operation.
pub(super) struct Verdict {
    info: OperationInfo,
    outcome: Result<Box<dyn Any + Send>, Failed>,
}

enum Failed {
    Unreadable(Error),
    Refused(Box<(Refusal, Response)>),
    Missing,
}

impl Failed {
    fn into_error(self, info: &OperationInfo, redactor: &Redactor) -> Error {
        match self {
            Self::Unreadable(error) => {
                error.map_text(|text| redactor.redact(text)).with_effect(info.applied())
            }
            Self::Refused(refused) => {
                let (refusal, response) = *refused;
                let effect = effect_of(info.repeat, refusal.effect());
                let failure = Failure::refused(&refusal, &response, None, redactor);
                let wait = failure.asked.unwrap_or(RETRY_PART);
                failure.into_final_error(info.repeat, effect, wait)
            }
            Self::Missing => Error::new(
                ErrorKind::Rejected,
                "not applied: an earlier operation of the batch failed",
            ),
        }
    }
}

impl Pipeline {
    /// Sends a batch and decodes the result of each operation.
    ///
    /// # Errors
    /// Those of the whole request, as [`send`](Self::send). Errors of single operations are
    /// returned by [`BatchResults::take`].
    pub async fn send_batch<F: BatchForm>(
        &self,
        cx: &Cx,
        batch: &Batch<F>,
    ) -> Result<BatchResults> {
        let verdicts = self.send(cx, &InFlight(batch)).await?;
        let redactor = self.redactor();
        let results = verdicts.into_iter().map(|Verdict { info, outcome }| {
            Some(outcome.map_err(|failed| {
                let error = failed.into_error(&info, &redactor);
                error.with_account(self.crm(), self.account().clone()).with_operation(info.name)
            }))
        });
        Ok(BatchResults { results: results.collect() })
    }
}

/// The results of a batch, one for each operation.
pub struct BatchResults {
    results: Vec<Option<Result<Box<dyn Any + Send>>>>,
}

impl BatchResults {
    /// Takes the result of an operation.
    ///
    /// # Errors
    /// The operation's own error: the CRM's refusal, an unreadable response (effect `applied` for a
    /// write), or `rejected` with effect `not_applied` if the CRM skipped it because an earlier one
    /// failed. `internal` for a key of another batch or a key taken before.
    pub fn take<T: 'static>(&mut self, key: BatchKey<T>) -> Result<T> {
        let result = self.results.get_mut(key.index).and_then(Option::take);
        let value =
            result.ok_or_else(|| Error::internal("the batch has no result for this key"))?;
        let value = value?.downcast::<T>();
        value.map(|value| *value).map_err(|_| Error::internal("the batch key has another type"))
    }
}

impl fmt::Debug for BatchResults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let states = self.results.iter().map(|result| match result {
            Some(Ok(_)) => "ok",
            Some(Err(_)) => "failed",
            None => "taken",
        });
        f.debug_list().entries(states).finish()
    }
}
