//! A handle for one live call, from the first ring to the record.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use super::{CrmConnector, Cx, Receipt};
use crate::call::{
    CallEvent, CallId, CrmCallId, Direction, EventKind, Extension, Leg, Line, Outcome, Party,
    Reason, Recording, TransferMode,
};
use crate::error::{Error, Result};
use crate::time::{Seconds, Timestamp};
use crate::warning::{Warning, WarningKind};

/// The default timeout of a step: a later popup is of no use to an employee.
const STEP_TIMEOUT: Duration = Duration::from_secs(4);

/// Creates handles for live calls. Implemented for every connector, also behind `Arc<dyn
/// CrmConnector>`.
///
/// ```
/// use vochi_crm_core::connector::LiveCalls as _;
/// use vochi_crm_core::{CrmConnector, Direction, Receipt, Result};
///
/// async fn one_call(crm: &dyn CrmConnector) -> Result<Receipt> {
///     let call = crm.call("1757843474.185")?;
///     call.ringing(Direction::Inbound, "8 029 111-22-33").to(["151"]).on_line("0001363").await?;
///     call.answered_by("151").await?;
///     call.recording("https://pbx.example.test/rec/1.mp3").await?;
///     call.ended().record().await
/// }
/// ```
pub trait LiveCalls {
    /// Creates a handle for a call by its id in the PBX. Nothing is sent.
    ///
    /// # Errors
    /// `input` for an invalid id.
    fn call(&self, id: impl AsRef<str>) -> Result<LiveCall<'_, Self>>;
}

impl<C: CrmConnector + ?Sized> LiveCalls for C {
    fn call(&self, id: impl AsRef<str>) -> Result<LiveCall<'_, Self>> {
        Ok(LiveCall { crm: self, id: CallId::new(id.as_ref())?, timeout: STEP_TIMEOUT })
    }
}

/// One live call of one account. It holds no state: the state is in the hub's call store, so
/// another process can continue the call.
///
/// Every method creates a [`CallStep`], which `.await` sends. An invalid value (an extension, a
/// line, an address) is an error of the `.await`.
pub struct LiveCall<'a, C: ?Sized> {
    crm: &'a C,
    id: CallId,
    timeout: Duration,
}

impl<C: ?Sized> Clone for LiveCall<'_, C> {
    fn clone(&self) -> Self {
        Self { crm: self.crm, id: self.id.clone(), timeout: self.timeout }
    }
}

impl<C: ?Sized> fmt::Debug for LiveCall<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveCall").field("id", &self.id).finish_non_exhaustive()
    }
}

impl<'a, C: CrmConnector + ?Sized> LiveCall<'a, C> {
    /// Sets how long a step may take, retries included; 4 seconds by default. A record has the
    /// account's own timeout.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The call's id in the PBX.
    pub fn id(&self) -> &CallId {
        &self.id
    }

    /// Phones ring. Add the employees with [`to`](CallStep::to) (incoming) or [`by`](CallStep::by)
    /// (outgoing). A later ring shows the popup to further employees. An unreadable number is sent
    /// unchanged if the CRM accepts it, with a warning; an empty one is a hidden caller.
    pub fn ringing(&self, direction: Direction, phone: impl AsRef<str>) -> CallStep<'a, C> {
        let client = Party::read(&self.crm.context().account().phones(), phone.as_ref());
        self.step(EventKind::Ringing)
            .with(|event| Ok(event.with_direction(direction).with_client(client)))
    }

    /// An employee answers the call.
    pub fn answered_by(&self, extension: impl AsRef<str>) -> CallStep<'a, C> {
        self.step(EventKind::Answered).to([extension])
    }

    /// The client is put on hold.
    pub fn held(&self) -> CallStep<'a, C> {
        self.step(EventKind::Held)
    }

    /// The client is taken off hold.
    pub fn resumed(&self) -> CallStep<'a, C> {
        self.step(EventKind::Resumed)
    }

    /// The employee who talked last transfers the call.
    pub fn transferred_to(
        &self,
        extension: impl AsRef<str>,
        mode: TransferMode,
    ) -> CallStep<'a, C> {
        match Extension::new(extension.as_ref()) {
            Ok(to) => self.step(EventKind::Transferred { mode, from: None, to }),
            Err(error) => self.failed(error),
        }
    }

    /// An employee's phone stops ringing, or an employee hangs up; the call continues.
    pub fn left_by(&self, extension: impl AsRef<str>) -> CallStep<'a, C> {
        self.step(EventKind::LegEnded).to([extension])
    }

    /// The recording is available at an address. Before the end it is sent with the record; after
    /// the record it is attached if the CRM supports that.
    pub fn recording(&self, url: impl AsRef<str>) -> CallStep<'a, C> {
        match Recording::url(url.as_ref()) {
            Ok(recording) => self.step(EventKind::RecordingReady(recording)),
            Err(error) => self.failed(error),
        }
    }

    /// The call has ended. Outcome and talk time are derived from the earlier steps, unless they
    /// are set ([`outcome`](CallStep::outcome), [`talk`](CallStep::talk)).
    pub fn ended(&self) -> CallStep<'a, C, End> {
        self.step(EventKind::Ended { outcome: None, reason: None, talk: None })
    }

    fn step<K>(&self, kind: EventKind) -> CallStep<'a, C, K> {
        let now = self.crm.context().hub().clock().now();
        let event = Ok(CallEvent::new(self.id.clone(), now, kind));
        CallStep { call: self.clone(), event, kind: PhantomData }
    }

    fn failed(&self, error: Error) -> CallStep<'a, C> {
        CallStep { call: self.clone(), event: Err(error), kind: PhantomData }
    }
}

/// The step that ends a call: it has an outcome, and a record follows.
#[derive(Clone, Copy, Debug)]
pub enum End {}

/// One step of a live call. `.await` sends it. The last step is a `CallStep<'_, C, End>`.
#[must_use = "a step is sent by `.await`"]
pub struct CallStep<'a, C: ?Sized, K = ()> {
    call: LiveCall<'a, C>,
    /// The event, or the error of the first invalid value.
    event: Result<CallEvent>,
    kind: PhantomData<fn() -> K>,
}

impl<C: ?Sized, K> fmt::Debug for CallStep<'_, C, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallStep").field("event", &self.event).finish_non_exhaustive()
    }
}

impl<C: CrmConnector + ?Sized, K> CallStep<'_, C, K> {
    fn with(mut self, change: impl FnOnce(CallEvent) -> Result<CallEvent>) -> Self {
        self.event = self.event.and_then(change);
        self
    }

    fn with_legs<E: AsRef<str>>(
        self,
        extensions: impl IntoIterator<Item = E>,
        leg: fn(Extension) -> Leg,
    ) -> Self {
        self.with(|event| {
            extensions.into_iter().try_fold(event, |event, extension| {
                Ok(event.with_leg(leg(Extension::new(extension.as_ref())?)))
            })
        })
    }

    /// Adds employees whose phones ring, by extension.
    pub fn to<E: AsRef<str>>(self, extensions: impl IntoIterator<Item = E>) -> Self {
        self.with_legs(extensions, Leg::to_employee)
    }

    /// Sets the employee who calls the client, by extension.
    pub fn by(self, extension: impl AsRef<str>) -> Self {
        self.with_legs([extension], Leg::to_client)
    }

    /// Sets the line: the company's own number or trunk, as the PBX writes it.
    pub fn on_line(self, line: impl AsRef<str>) -> Self {
        self.with(|event| Ok(event.with_line(Line::new(line.as_ref())?)))
    }

    /// Sets the CRM's id of the call, from a click in the CRM.
    pub fn clicked_as(self, id: impl AsRef<str>) -> Self {
        self.with(|event| Ok(event.with_crm_call_id(CrmCallId::new(id.as_ref())?)))
    }

    /// Adds an option of the CRM; the connector's page lists them.
    pub fn option(self, name: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        self.with(|event| Ok(event.with_extra(name, value)))
    }

    /// Sets when it happened; by default, when the step was created.
    pub fn at(self, at: Timestamp) -> Self {
        self.with(|event| Ok(event.at_time(at)))
    }

    /// Sends the event without the record.
    async fn send(self) -> Result<Receipt> {
        let event = self.event?;
        let cx = Cx::live().with_timeout(self.call.timeout);
        self.call.crm.handle_event(&cx, &event).await
    }
}

impl<C: CrmConnector + ?Sized> CallStep<'_, C, End> {
    /// Sets the outcome.
    pub fn outcome(self, outcome: Outcome) -> Self {
        self.with(|event| Ok(event.with_end(Some(outcome), None, None)))
    }

    /// Sets why the call was not answered.
    pub fn reason(self, reason: Reason) -> Self {
        self.with(|event| Ok(event.with_end(None, Some(reason), None)))
    }

    /// Sets the talk time of the client with employees.
    pub fn talk(self, talk: Seconds) -> Self {
        self.with(|event| Ok(event.with_end(None, None, Some(talk))))
    }

    /// Sends the end and logs the call with its complete state.
    ///
    /// The record takes precedence: an end that cannot be sent is a warning. While direction or
    /// client are unknown, the record is pending ([`pending`](crate::pending)), with the warning
    /// `record_pending`.
    ///
    /// # Errors
    /// As [`CrmConnector::log_calls`]. The record is pending then, unless the CRM refuses its data.
    pub async fn record(self) -> Result<Receipt> {
        let event = self.event?;
        let LiveCall { crm, id, timeout } = &self.call;
        let (hub, account) = (crm.context().hub(), crm.account());
        let (cx, end) = (Cx::history(), std::slice::from_ref(&event));
        let mut warnings = Vec::new();
        let expected = hub.expect_record(&cx, account, id, end).await;
        warnings.extend(expected.err().map(|error| {
            incomplete(format!("cannot store the record as pending: {}", error.message()))
        }));
        let sent = crm.handle_event(&Cx::live().with_timeout(*timeout), &event).await;
        let ended = sent.unwrap_or_else(|error| {
            let text = format!("cannot send the end of the call: {}", error.message());
            Receipt::new().with_warnings([incomplete(text)])
        });
        warnings.extend(ended.warnings().iter().cloned());
        let receipt = match hub.due_record(&cx, account, id, end).await? {
            Some(record) => {
                let mut logged = crm.log_calls(&cx, &[record]).await;
                let lost = || Err(Error::internal("a record has no result"));
                logged.pop().unwrap_or_else(lost)?
            }
            None => Receipt::new().with_warnings([Warning::new(
                WarningKind::RecordPending,
                format!(
                    "the direction or the client's number of call {id} is not known yet; the \
                     record is pending until an event brings them"
                ),
            )]),
        };
        let requests = receipt.requests() + ended.requests();
        Ok(receipt.with_requests(requests).with_warnings(warnings))
    }
}

fn incomplete(text: String) -> Warning {
    Warning::new(WarningKind::Incomplete, text)
}

impl<'a, C: CrmConnector + ?Sized, K: 'a> IntoFuture for CallStep<'a, C, K> {
    type Output = Result<Receipt>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Receipt>> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
