//! Follow-ups of a recorded call: a client or lead for an unknown caller, a reminder for a missed
//! call. They send five requests at the most, and none can lose the record.

use std::sync::OnceLock;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use vochi_crm_core::account::UnknownCaller;
use vochi_crm_core::http::Operation;
use vochi_crm_core::http::Output;
use vochi_crm_core::spi::{FollowUpCall, FollowUpJob};
use vochi_crm_core::{
    Cx, Direction, Effect, Error, ErrorKind, PhoneNumber, Result, Text, WarningKind, Zone,
};

use super::lookup::{Budget, Lookup};
use super::mapping::incomplete;
use crate::Config;
use crate::api::{CreateLead, CreateReminder, CreateUser};
use crate::config::user_id;
use crate::model::{ActionType, Digits, LeadData, LeadId, ReminderData, User, UserData, UserId};

/// The most requests after one call.
pub(super) const MOST_REQUESTS: u32 = 5;

/// The requests that looking for leads or for requests may take, besides the reminder itself.
const OF_CASES: u32 = 3;

/// When a task is due, where `task_minutes` is not set.
const TASK_MINUTES: u32 = 15;

/// How long a task lasts.
const TASK_LENGTH: Duration = Duration::from_secs(3600);

/// Creates clients, leads and reminders.
pub(super) struct FollowUps<'a> {
    pub(super) lookup: Lookup<'a>,
    pub(super) zone: &'a Zone,
    /// The client that was created after this call: a search may not find it yet.
    pub(super) created: OnceLock<UserId>,
}

/// A client, and the open lead if leads are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Caller {
    client: UserId,
    #[serde(default)]
    lead: Option<LeadId>,
}

impl FollowUpJob for FollowUps<'_> {
    type Customer = Caller;
    type Task = CreateReminder;

    /// A caller is known as a client; if leads are made, only with an open lead.
    async fn find(&self, cx: &Cx, call: &FollowUpCall<'_>) -> Result<Option<Caller>> {
        let Some(client) = self.present_client(cx, call.number).await? else {
            return Ok(None);
        };
        if self.policy(call) != UnknownCaller::Lead {
            return Ok(Some(Caller { client: client.id, lead: None }));
        }
        let leads = self.lookup.open_leads(cx, client.id).await?;
        let lead = leads.first().map(|lead| lead.id);
        Ok(lead.map(|lead| Caller { client: client.id, lead: Some(lead) }))
    }

    async fn create(&self, cx: &Cx, call: &FollowUpCall<'_>) -> Result<Caller> {
        let manager = call.manager.map(user_id).transpose()?;
        let known = self.lookup.clients(cx, call.number).await?;
        let client = match known.first() {
            Some(client) => client.id,
            None => self.create_client(cx, call.number, manager).await?,
        };
        if self.policy(call) != UnknownCaller::Lead {
            return Ok(Caller { client, lead: None });
        }
        let lead = self.create_lead(cx, call, client, manager).await?;
        Ok(Caller { client, lead })
    }

    /// The reminder is for the client's manager, else the manager of an open lead or request, else
    /// `missed_user`.
    async fn task(
        &self,
        cx: &Cx,
        call: &FollowUpCall<'_>,
        caller: Option<Caller>,
    ) -> Result<Option<CreateReminder>> {
        let client = self.known_client(cx, call.number, caller).await;
        let (id, mut manager) = match (&client, caller) {
            (Some(client), _) => (Some(client.id), client.manager_id),
            (None, caller) => (caller.map(|caller| caller.client), None),
        };
        let mut lead = caller.and_then(|caller| caller.lead);
        if let (Some(client), None) = (&client, lead)
            && self.lookup.budget.left() >= OF_CASES
        {
            match self.lookup.open_leads(cx, client.id).await {
                Ok(leads) => {
                    lead = leads.first().map(|lead| lead.id);
                    manager = manager.or(leads.iter().find_map(|lead| lead.manager_id));
                }
                Err(error) => cx.add_warnings([incomplete("the client's leads", &error)]),
            }
        }
        let account = self.lookup.context.account();
        let missed_user = self.lookup.directory.missed_user().copied();
        let Some(manager) = manager.or(missed_user) else {
            cx.warn(
                WarningKind::NothingToSend,
                "no manager is responsible for the caller and missed_user is not set, so no task \
                 was made",
            );
            return Ok(None);
        };
        let minutes = self.lookup.config.task_minutes.unwrap_or(TASK_MINUTES);
        let begin = self.lookup.context.hub().clock().now();
        let begin = begin.plus(Duration::from_secs(u64::from(minutes) * 60));
        let text = Text::new(format!("{} {}", account.task_text(), call.number))?;
        let (begin, end) = (self.zone.local(begin), self.zone.local(begin.plus(TASK_LENGTH)));
        let data = ReminderData::new(ActionType::Call, begin, end, text, manager, manager);
        Ok(Some(CreateReminder::new(data.client(id).lead(lead))))
    }

    async fn send_task(&self, cx: &Cx, task: &CreateReminder) -> Result<()> {
        self.send(cx, task).await.map(drop)
    }
}

impl FollowUps<'_> {
    fn policy(&self, call: &FollowUpCall<'_>) -> UnknownCaller {
        let policies = self.lookup.context.account().config().unknown_caller;
        match call.record.direction() {
            Direction::Inbound => policies.inbound,
            Direction::Outbound => policies.outbound,
            _ => UnknownCaller::None,
        }
    }

    async fn send<O: Operation>(
        &self,
        cx: &Cx,
        operation: O,
    ) -> Result<<O::Output as Output>::Value> {
        let budget: &Budget = &self.lookup.budget;
        budget.take(1)?;
        self.lookup.client.send(cx, operation).await
    }

    async fn present_client(&self, cx: &Cx, number: PhoneNumber) -> Result<Option<User>> {
        Ok(self.lookup.present_clients(cx, number).await?.into_iter().next())
    }

    /// The client for a reminder. A failure is a warning: the reminder is made without it.
    async fn known_client(
        &self,
        cx: &Cx,
        number: PhoneNumber,
        caller: Option<Caller>,
    ) -> Option<User> {
        if self.created.get().is_some() {
            return None;
        }
        match self.lookup.clients(cx, number).await {
            Ok(found) => {
                let is_caller = |user: &&User| caller.is_none_or(|caller| caller.client == user.id);
                found.iter().find(is_caller).cloned()
            }
            Err(error) => {
                cx.add_warnings([incomplete("the client of the number", &error)]);
                None
            }
        }
    }

    /// Creates a client named by the number.
    async fn create_client(
        &self,
        cx: &Cx,
        number: PhoneNumber,
        manager: Option<UserId>,
    ) -> Result<UserId> {
        let data = UserData::new().kind(1).surname(number.e164()).phone(number.e164());
        let created = self.send(cx, CreateUser::new(data.manager(manager))).await;
        if !created.as_ref().is_err_and(|error| error.effect() == Effect::NotApplied) {
            self.lookup.forget_number(number).await;
        }
        let client = created?.ok_or_else(|| {
            Error::new(ErrorKind::Decode, "U-ON created the client and returned no id")
                .with_effect(Effect::Applied)
        })?;
        Ok(*self.created.get_or_init(|| client))
    }

    async fn create_lead(
        &self,
        cx: &Cx,
        call: &FollowUpCall<'_>,
        client: UserId,
        manager: Option<UserId>,
    ) -> Result<Option<LeadId>> {
        let account = self.lookup.context.account();
        let source = account.config().lead_source.as_deref().map(str::trim);
        let source = source.filter(|source| !source.is_empty());
        let source = source.unwrap_or(match call.record.direction() {
            Direction::Outbound => "Исходящий звонок",
            _ => "Входящий звонок",
        });
        let data = LeadData::new()
            .status(Config::lead_status(account)?)
            .client(client)
            .manager(manager)
            .source(source)
            .phone(Digits::from(call.number))
            .without_actions();
        self.send(cx, CreateLead::new(data)).await
    }
}
