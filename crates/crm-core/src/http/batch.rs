//! Many operations in one request, with a result for each.

use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use super::failure::{Failure, effect_of};
use super::{
    Access, ApiRequest, Operation, OperationInfo, Output, Pipeline, Refusal, Repeat, Response,
};
use crate::connector::Cx;
use crate::error::{Error, ErrorKind, Result};
use crate::redaction::Redactor;

/// How a CRM packs operations into one request and returns their results.
pub trait BatchForm: Send + Sync + 'static {
    /// The CRM's own name of the batch, for logs, metrics and errors.
    const NAME: &'static str;

    /// How many operations one request takes.
    const LARGEST: usize;

    /// The request with all parts. Each is named by its key, which has no other meaning.
    ///
    /// # Errors
    /// `input` where a part cannot stand in a batch.
    fn request(parts: &[(String, ApiRequest)]) -> Result<ApiRequest>;

    /// The response or refusal of each part, by its key. A part without one was not carried out.
    ///
    /// # Errors
    /// `decode` where the response is no batch response.
    fn split(
        response: &Response,
        parts: &[(String, OperationInfo)],
    ) -> Result<BTreeMap<String, PartResult>>;

    /// The response of a dry run, made of the planned responses of the parts.
    fn planned(parts: &[(String, Response)]) -> Response;
}

/// The verdict on one operation of a batch.
pub type PartResult = Result<Response, Refusal>;

/// An operation as a part of a batch, whatever it returns. Every [`Operation`] is one.
trait BatchPart: Send + Sync {
    fn info(&self) -> OperationInfo;
    fn request(&self) -> Result<ApiRequest>;
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

    fn request(&self) -> Result<ApiRequest> {
        Operation::request(self)
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

/// The place of an operation in a batch, by which its result is taken.
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

/// When an operation that a limit refused inside a batch can be sent again.
const RETRY_PART: Duration = Duration::from_secs(1);

/// Keys are texts that begin with a letter: PHP writes a list for keys that count from 0.
fn key_of(index: usize) -> String {
    format!("c{index}")
}

/// Many operations in one request.
///
/// Each has a verdict of its own ([`BatchResults::take`]); the batch itself fails only where the
/// whole request does.
pub struct Batch<F> {
    parts: Vec<Box<dyn BatchPart>>,
    form: PhantomData<fn() -> F>,
}

impl<F: BatchForm> Batch<F> {
    /// An empty batch.
    pub fn new() -> Self {
        Self { parts: Vec::new(), form: PhantomData }
    }

    /// Adds an operation.
    ///
    /// # Errors
    /// `input` where the batch is full.
    pub fn add<O>(&mut self, operation: O) -> Result<BatchKey<<O::Output as Output>::Value>>
    where
        O: Operation + 'static,
        <O::Output as Output>::Value: 'static,
    {
        let index = self.parts.len();
        if index == F::LARGEST {
            return Err(Error::input(format!("invalid batch: more than {index} operations")));
        }
        self.parts.push(Box::new(operation));
        Ok(BatchKey { index, value: PhantomData })
    }

    /// How many operations are in it.
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// Returns true if there are none.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    fn infos(&self) -> Vec<(String, OperationInfo)> {
        let parts = self.parts.iter().enumerate();
        parts.map(|(index, part)| (key_of(index), part.info())).collect()
    }
}

impl<F: BatchForm> Default for Batch<F> {
    fn default() -> Self {
        Self::new()
    }
}

impl<F> fmt::Debug for Batch<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.parts.iter().map(|part| part.info().name).collect();
        f.debug_tuple("Batch").field(&names).finish()
    }
}

/// A batch on its way; [`Pipeline::send_batch`] sends it.
pub(super) struct InFlight<'a, F>(pub(super) &'a Batch<F>);

/// Stands for the verdicts, which a batch reads itself.
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
        let parts = self.0.parts.iter().enumerate();
        let parts: Result<Vec<_>> =
            parts.map(|(index, part)| Ok((key_of(index), part.request()?))).collect();
        F::request(&parts?)
    }

    /// The worst of its parts: one that must not be repeated makes the whole so.
    fn repeat(&self) -> Repeat {
        let repeats = self.0.parts.iter().map(|part| part.info().repeat);
        repeats.max().unwrap_or(Repeat::Safe)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        let infos = self.0.parts.iter().map(|part| part.info());
        let writes = infos.filter(|info| info.access == Access::Write).map(|info| info.name);
        Some(writes.collect::<Vec<_>>().join(", ").into())
    }

    fn decode(&self, response: &Response) -> Result<Vec<Verdict>> {
        let infos = self.0.infos();
        let mut results = F::split(response, &infos)?;
        let parts = self.0.parts.iter().zip(infos);
        let verdicts = parts.map(|(part, (key, info))| {
            let outcome = match results.remove(&key) {
                Some(Ok(response)) => part.decode_boxed(&response).map_err(Failed::Unreadable),
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
        let parts = self.0.parts.iter().enumerate();
        let parts: Vec<_> = parts.map(|(index, part)| (key_of(index), part.planned())).collect();
        F::planned(&parts)
    }
}

/// What the CRM answered to one operation.
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
                failure.last_word(info.repeat, effect, RETRY_PART)
            }
            Self::Missing => Error::new(
                ErrorKind::Rejected,
                "not carried out: an earlier operation of the batch failed",
            ),
        }
    }
}

impl Pipeline {
    /// Sends a batch and reads the result of each operation.
    ///
    /// # Errors
    /// Those of the whole request, as [`send`](Self::send). Those of single operations come from
    /// [`BatchResults::take`].
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
    /// The operation's own: the CRM's refusal, a response that cannot be read (effect `applied` for a
    /// write), or `rejected` without effect where the CRM did not carry it out because an earlier
    /// one failed. `internal` for a key of another batch or one that was taken before.
    pub fn take<T: 'static>(&mut self, key: BatchKey<T>) -> Result<T> {
        let result = self.results.get_mut(key.index).and_then(Option::take);
        let value =
            result.ok_or_else(|| Error::internal("the batch has no result for this key"))?;
        let value = value?.downcast::<T>();
        value.map(|value| *value).map_err(|_| Error::internal("the batch key is of another type"))
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
