//! Follow-ups of a recorded call: a customer for an unknown caller, a task for a missed call.
//!
//! Neither can fail the record: a failed follow-up is a warning and stays pending.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::account::{Account, AccountConfig, UnknownCaller};
use crate::call::{CallId, CallRecord, CrmUserId, Direction, Outcome, Party};
use crate::connector::{Context, Cx};
use crate::error::{Effect, Error, ErrorKind, Result};
use crate::hub::Hub;
use crate::open_call::in_time;
use crate::pending::{PendingCall, PendingKind};
use crate::phone::PhoneNumber;
use crate::state::{CallSlot, Space};
use crate::warning::WarningKind;

/// A follow-up that is due once a call is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Duty {
    /// A customer (a lead, in CRMs that have leads), if the CRM does not know the number.
    Customer,
    /// A task for a missed call. CRMs do not deduplicate tasks, so it is sent only once.
    Task,
}

impl Duty {
    /// The follow-ups that the account's configuration requires for a call.
    pub fn of(config: &AccountConfig, record: &CallRecord) -> Vec<Self> {
        if record.client().number().is_none() {
            return Vec::new();
        }
        let inbound = record.direction() == Direction::Inbound;
        let policy = match record.direction() {
            Direction::Inbound => config.unknown_caller.inbound,
            Direction::Outbound => config.unknown_caller.outbound,
            Direction::Internal => UnknownCaller::None,
        };
        let customer = (policy != UnknownCaller::None).then_some(Self::Customer);
        let missed = config.missed_task && inbound && record.outcome() == Outcome::Missed;
        customer.into_iter().chain(missed.then_some(Self::Task)).collect()
    }
}

/// A recorded call whose follow-ups are due.
#[derive(Debug)]
#[non_exhaustive]
pub struct FollowUpCall<'a> {
    /// The record.
    pub record: &'a CallRecord,
    /// The client's number.
    pub number: PhoneNumber,
    /// The CRM user who talked with the client, and becomes the manager of a new customer.
    pub manager: Option<&'a CrmUserId>,
}

/// A connector's part of the follow-ups. [`follow_up`] is the flow around it.
pub trait FollowUpJob: Sync {
    /// The CRM's id of a customer.
    type Customer: Clone + Serialize + DeserializeOwned + Send + Sync;
    /// A task that is ready to be sent.
    type Task: Send + Sync;

    /// Finds the customer of a number by every search the CRM has: an extra request costs less than
    /// a duplicate customer.
    fn find(
        &self,
        cx: &Cx,
        call: &FollowUpCall<'_>,
    ) -> impl Future<Output = Result<Option<Self::Customer>>> + Send;

    /// Creates a customer with the number.
    fn create(
        &self,
        cx: &Cx,
        call: &FollowUpCall<'_>,
    ) -> impl Future<Output = Result<Self::Customer>> + Send;

    /// Builds the task for a missed call, including every lookup it needs. Returns `None`, with a
    /// warning, if there is no user to assign it to.
    fn task(
        &self,
        cx: &Cx,
        call: &FollowUpCall<'_>,
        customer: Option<Self::Customer>,
    ) -> impl Future<Output = Result<Option<Self::Task>>> + Send;

    /// Creates the task.
    fn send_task(&self, cx: &Cx, task: &Self::Task) -> impl Future<Output = Result<()>> + Send;
}

/// Runs the pending follow-ups of a recorded call. A failure is a warning of the scope.
///
/// The caller must not hold a lock on a call. The number is locked here, so that calls of one
/// number, and processes that follow up the same call, wait for each other.
pub async fn follow_up<J: FollowUpJob>(job: &J, context: &Context, cx: &Cx, call: &CallId) {
    let run = Run { job, hub: context.hub(), cx, account: context.account() };
    let error = match run.pending_record(call).await {
        Ok(None) => return,
        Ok(Some((_, number))) => match run.lock(number).await {
            Ok(mut slot) => return run.follow_up(call, &mut *slot).await,
            Err(error) => error,
        },
        Err(error) => error,
    };
    run.warn_failed("follow-up", &error);
}

struct Run<'a, J> {
    job: &'a J,
    hub: &'a Hub,
    cx: &'a Cx,
    account: &'a Account,
}

impl<J: FollowUpJob> Run<'_, J> {
    /// The pending work of a recorded call, and the client's number.
    async fn pending_record(&self, call: &CallId) -> Result<Option<(PendingCall, PhoneNumber)>> {
        let pending = self.hub.pending_call(self.cx, self.account.name(), call).await?;
        let recorded = pending.filter(|pending| !pending.has(PendingKind::Record));
        Ok(recorded.and_then(|pending| match pending.record.as_ref()?.client() {
            &Party::Number(number) => Some((pending, number)),
            _ => None,
        }))
    }

    async fn lock(&self, number: PhoneNumber) -> Result<Box<dyn CallSlot>> {
        let (store, account) = (self.hub.store(), self.account.name());
        let opening = store.open_in(Space::Numbers, account.as_str(), number.e164());
        in_time(self.cx, opening).await
    }

    async fn follow_up(&self, call: &CallId, slot: &mut dyn CallSlot) {
        // Another process may have done it while the number was locked.
        let (pending, number) = match self.pending_record(call).await {
            Ok(Some(found)) => found,
            Ok(None) => return,
            Err(error) => return self.warn_failed("follow-up", &error),
        };
        let Some(record) = &pending.record else {
            return;
        };
        let talked = record.talked_with().last();
        let talked = talked.filter(|_| record.outcome().is_answered());
        let manager = talked.and_then(|extension| self.account.directory().user_of(extension));
        let due = FollowUpCall { record, number, manager };
        let mut customer = None;
        if pending.duties.contains(&Duty::Customer) {
            match self.customer(&due, slot).await {
                Ok(found) => {
                    customer = Some(found);
                    self.done(&due, Duty::Customer).await;
                }
                Err(error) => self.failed(&due, "customer", &error).await,
            }
        }
        if pending.duties.contains(&Duty::Task)
            && let Err(error) = self.task(&due, customer).await
        {
            self.failed(&due, "task", &error).await;
        }
    }

    /// Finds or creates the customer of the number. The id is stored under the number, since a
    /// search may not find a new customer yet.
    async fn customer(
        &self,
        call: &FollowUpCall<'_>,
        slot: &mut dyn CallSlot,
    ) -> Result<J::Customer> {
        let account = self.account.name();
        if let Some(created) = slot.document().and_then(|id| J::Customer::deserialize(id).ok()) {
            return Ok(created);
        }
        if let Some(found) = self.job.find(self.cx, call).await? {
            return Ok(found);
        }
        let created = match self.job.create(self.cx, call).await {
            // The response may be lost, or another program created the customer first.
            Err(error)
                if error.effect() != Effect::NotApplied || error.kind() == ErrorKind::Rejected =>
            {
                match self.job.find(self.cx, call).await {
                    Ok(Some(found)) => found,
                    _ => return Err(error),
                }
            }
            other => other?,
        };
        let saved = match serde_json::to_value(&created) {
            Ok(id) => slot.save(&id).await.map_err(Error::from),
            Err(error) => Err(Error::internal("cannot store a customer's id").with_source(error)),
        };
        if let Err(error) = saved {
            tracing::warn!(%account, %error, "a created customer is not remembered");
        }
        Ok(created)
    }

    /// Sends the task. The attempt is stored first, so a task may be lost, which is reported, but
    /// is never sent twice.
    async fn task(&self, call: &FollowUpCall<'_>, customer: Option<J::Customer>) -> Result<()> {
        let sent = |sent: bool| {
            move |pending: &mut PendingCall| std::mem::replace(&mut pending.task_sent, sent)
        };
        let (account, id) = (self.account.name(), call.record.call_id());
        let pending = self.hub.pending_call(self.cx, account, id).await?;
        if pending.is_some_and(|pending| pending.task_sent) {
            return Err(unconfirmed());
        }
        let Some(task) = self.job.task(self.cx, call, customer).await? else {
            self.done(call, Duty::Task).await;
            return Ok(());
        };
        if self.hub.change_pending(self.cx, account, id, sent(true)).await? {
            return Err(unconfirmed());
        }
        let outcome = self.job.send_task(self.cx, &task).await;
        match &outcome {
            Ok(()) => self.done(call, Duty::Task).await,
            Err(error) if error.effect() == Effect::NotApplied => {
                let unsent = |pending: &mut PendingCall| pending.task_sent = false;
                self.hub.note_pending(self.cx, account, id, unsent).await;
            }
            Err(_) => {}
        }
        outcome
    }

    async fn done(&self, call: &FollowUpCall<'_>, duty: Duty) {
        let done = |pending: &mut PendingCall| {
            pending.duties.retain(|one| *one != duty);
            if duty == Duty::Task {
                pending.task_sent = false;
            }
            if pending.duties.is_empty() {
                pending.settled(PendingKind::FollowUp);
            }
        };
        let (account, id) = (self.account.name(), call.record.call_id());
        self.hub.note_pending(self.cx, account, id, done).await;
    }

    fn warn_failed(&self, what: &str, error: &Error) {
        let (kind, became) = match error.effect() {
            Effect::NotApplied => (WarningKind::FollowUpPending, "was not created"),
            _ => (WarningKind::Incomplete, "may have been created"),
        };
        let why = error.message();
        self.cx.warn(kind, format!("the call is recorded, but a {what} {became}: {why}"));
    }

    async fn failed(&self, call: &FollowUpCall<'_>, what: &str, error: &Error) {
        self.warn_failed(what, error);
        let now = self.hub.clock().now();
        let failed = |pending: &mut PendingCall| {
            pending.failed(PendingKind::FollowUp, now, error);
            let task_sent = pending.task_sent;
            pending.entry(PendingKind::FollowUp, now).needs_decision =
                task_sent && pending.duties == [Duty::Task];
        };
        let (account, id) = (self.account.name(), call.record.call_id());
        self.hub.note_pending(self.cx, account, id, failed).await;
    }
}

fn unconfirmed() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "task not confirmed: the process ended, or the response was lost",
    )
    .with_effect(Effect::Maybe)
    .with_hint("check in the CRM; the task is not sent again automatically")
}
