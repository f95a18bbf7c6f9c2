//! What is left to do once a call stands in the history: a customer for a caller the CRM does not
//! know, a task for a call nobody took. Neither may cost the record: what fails is a warning.

use serde::{Deserialize, Serialize};
use vochi_crm_core::account::UnknownCaller;
use vochi_crm_core::{
    CallId, CallRecord, Cx, Direction, Effect, Error, ErrorKind, Outcome, Party, PhoneNumber,
    Result, Timestamp, Warning, WarningKind,
};

use super::find::incomplete;
use super::responsible::Whose;
use super::{Connector, Note};
use crate::api::{CreateCustomer, CreateTask, ListCustomers};
use crate::model::{CustomerData, CustomerId, TaskData, UserId};

/// What a customer made here begins its `externalId` with; the number's digits follow. It is the
/// same for the same number, and it tells such customers from those somebody entered.
const EXTERNAL_ID_PREFIX: &str = "vochi-";

/// What a task says. Employees read it in the CRM, so it is in their language.
const TASK_TEXT: &str = "Перезвонить: пропущенный звонок";

/// Something to do once a call is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Duty {
    /// A customer, if nobody has the number.
    Customer,
    /// A task for a missed call. It has no key of its own in the CRM, so it is tried once.
    Task,
}

/// A recorded call, and what is left to do for it.
#[derive(Clone, Debug)]
pub(super) struct Afterwards {
    pub(super) index: usize,
    pub(super) duties: Vec<Duty>,
    call: CallId,
    number: PhoneNumber,
    started_at: Timestamp,
    /// Who talked with the caller: a customer made for an answered call is theirs.
    manager: Option<UserId>,
    site: Option<String>,
}

/// What is remembered under a number: the customer made for it. A search may not find them yet.
#[derive(Debug, Serialize, Deserialize)]
struct Made {
    made_customer: CustomerId,
}

impl Connector {
    /// What the configuration wants done after a call like this one.
    pub(super) fn afterwards(
        &self,
        index: usize,
        record: &CallRecord,
    ) -> Result<Option<Afterwards>> {
        let Party::Number(number) = record.client() else {
            return Ok(None);
        };
        let config = self.own().config();
        let policy = match record.direction() {
            Direction::Inbound => config.unknown_caller.inbound,
            Direction::Outbound => config.unknown_caller.outbound,
            _ => UnknownCaller::None,
        };
        let missed =
            record.direction() == Direction::Inbound && record.outcome() == Outcome::Missed;
        let mut duties = Vec::new();
        if policy == UnknownCaller::Client {
            duties.push(Duty::Customer);
        }
        if config.missed_task && missed {
            duties.push(Duty::Task);
        }
        if duties.is_empty() {
            return Ok(None);
        }
        let talked = record
            .talked_with()
            .last()
            .filter(|_| record.outcome().is_answered());
        let manager = talked.and_then(|extension| self.own().directory().user_of(extension));
        Ok(Some(Afterwards {
            index,
            duties,
            call: record.call_id().clone(),
            number: *number,
            started_at: record.started_at(),
            manager: manager.map(UserId::of).transpose()?,
            site: self.site(record.extra()),
        }))
    }

    /// Does what is left to do for a recorded call. No call may be locked meanwhile: a number is
    /// locked here, and then the call.
    pub(super) async fn follow_up(&self, cx: &Cx, after: &Afterwards) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let mut customer = None;
        let mut done = Vec::new();
        if after.duties.contains(&Duty::Customer) {
            match self.customer_for(cx, after).await {
                Ok(known) => {
                    customer = Some(known);
                    done.push(Duty::Customer);
                }
                Err(error) => warnings.push(undone("customer", &error)),
            }
        }
        let settled = self
            .settle_duties(cx, after, customer, &done, &mut warnings)
            .await;
        if let Err(error) = settled {
            let task = after.duties.contains(&Duty::Task);
            let what = if task { "task" } else { "note of the customer" };
            warnings.push(undone(what, &error));
        }
        warnings
    }

    /// The customer who has the number, made if there is none. Calls of one number wait for each
    /// other, also those of other processes that share the store.
    async fn customer_for(&self, cx: &Cx, after: &Afterwards) -> Result<CustomerId> {
        let number = after.number;
        let key = CallId::new(format!("customer {}", number.e164()))?;
        let mut lock = self.hub().open_call(cx, self.own().name(), &key).await?;
        if let Some(Made { made_customer }) = lock.note() {
            return Ok(made_customer);
        }
        // Before the search, so that nothing comes between it and the customer.
        let site = self.shop(cx, after.site.clone()).await?;
        if let Some(known) = self.known(cx, number).await? {
            return Ok(known);
        }
        let mut data = CustomerData::new()
            .with_external_id(external_id(number))
            .with_first_name(number.e164())
            .with_phone(number);
        if let Some(manager) = after.manager {
            data = data.with_manager(manager);
        }
        let request = CreateCustomer::new(data).with_site(site);
        let made = match self.client().customers().create(cx, &request).await {
            Ok(made) => made,
            // The answer may be lost, or somebody else was faster.
            Err(error)
                if error.effect() != Effect::NotApplied || error.kind() == ErrorKind::Rejected =>
            {
                match self.known(cx, number).await {
                    Ok(Some(known)) => known,
                    _ => return Err(error),
                }
            }
            Err(error) => return Err(error),
        };
        let note = Made {
            made_customer: made,
        };
        if let Err(lost) = lock.save(&note).await {
            tracing::warn!(account = %self.own().name(), %lost, "a made customer is not remembered");
        }
        Ok(made)
    }

    /// Who has the number, by every way there is: a customer too many is worse than a request.
    async fn known(&self, cx: &Cx, number: PhoneNumber) -> Result<Option<CustomerId>> {
        let customers = self.client().customers();
        if let Some(first) = customers.by_phone(cx, number).await?.first() {
            return Ok(Some(first.id));
        }
        let ours = external_id(number);
        let request = ListCustomers::new().with_external_ids([ours.as_str()]);
        let page = customers.list(cx, request).next_page().await?;
        let made_before = page
            .into_iter()
            .flatten()
            .find(|customer| customer.external_id.as_ref() == Some(&ours));
        if let Some(customer) = made_before {
            return Ok(Some(customer.id));
        }
        let request = self.manager_request(number);
        let answer = self.client().telephony().manager(cx, &request).await?;
        Ok(self.named(&answer, number).map(|(id, _)| id))
    }

    /// Notes what was done, and makes the task. That it is tried is noted first: it may be lost, but
    /// it never comes twice.
    async fn settle_duties(
        &self,
        cx: &Cx,
        after: &Afterwards,
        customer: Option<CustomerId>,
        done: &[Duty],
        warnings: &mut Vec<Warning>,
    ) -> Result<()> {
        let account = self.own().name();
        let mut open = self.hub().open_call(cx, account, &after.call).await?;
        let mut note: Note = open.note().unwrap_or_default();
        note.left.retain(|duty| !done.contains(duty));
        let wanted = after.duties.contains(&Duty::Task) && note.left.contains(&Duty::Task);
        let request = if wanted {
            self.task(cx, after, customer, warnings).await
        } else {
            Ok(None)
        };
        if let Ok(Some(_)) = request {
            note.left.retain(|duty| *duty != Duty::Task);
        }
        open.save(&note).await?;
        let Some(request) = request? else {
            return Ok(());
        };
        let Err(error) = self.client().tasks().create(cx, &request).await else {
            return Ok(());
        };
        if error.effect() == Effect::NotApplied {
            note.left.push(Duty::Task);
            open.save(&note).await?;
        }
        Err(error)
    }

    /// The task for a missed call: for the manager responsible, else for `missed_user`.
    async fn task(
        &self,
        cx: &Cx,
        after: &Afterwards,
        customer: Option<CustomerId>,
        warnings: &mut Vec<Warning>,
    ) -> Result<Option<CreateTask>> {
        let whose = match self.whose(cx, after.number).await {
            Ok(whose) => whose,
            Err(error) => {
                warnings.push(incomplete("who is responsible for the caller", &error));
                Whose::default()
            }
        };
        let responsible = whose.responsible.map(|manager| manager.user_id);
        let performer = responsible.or_else(|| self.own().directory().missed_user().cloned());
        let Some(performer) = performer else {
            warnings.push(Warning::new(
                WarningKind::NothingToSend,
                "nobody is responsible for the caller and missed_user is not set, so no task was \
                 made",
            ));
            return Ok(None);
        };
        let site = self.shop(cx, after.site.clone()).await?;
        let (zone, _) = self.zone(cx).await?;
        let (number, began) = (after.number, zone.local(after.started_at));
        let mut task = TaskData::new(TASK_TEXT, UserId::of(&performer)?)
            .with_commentary(format!("{}, {began}", number.e164()))
            .with_phone(number)
            .with_phone_site(site.clone());
        if let Some(customer) = customer.or(whose.customer) {
            task = task.with_customer(customer);
        }
        Ok(Some(CreateTask::new(task).with_site(site)))
    }
}

fn external_id(number: PhoneNumber) -> String {
    format!("{EXTERNAL_ID_PREFIX}{}", number.digits())
}

fn undone(what: &str, error: &Error) -> Warning {
    let became = match error.effect() {
        Effect::NotApplied => "was not made",
        _ => "may have been made",
    };
    Warning::new(
        WarningKind::Incomplete,
        format!(
            "the call is recorded, but a {what} {became}: {}",
            error.message()
        ),
    )
}
