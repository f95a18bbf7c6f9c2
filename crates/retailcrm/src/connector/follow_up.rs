//! Follow-ups of a recorded call: a customer for an unknown caller, a task for a missed call.

use vochi_crm_core::spi::{FollowUpCall, FollowUpJob};
use vochi_crm_core::{Cx, PhoneNumber, Result, Text, WarningKind};

use super::lookup::{Lookup, ManagerOfNumber};
use super::mapping::incomplete;
use super::settings::Settings;
use crate::api::{CreateCustomer, CreateTask, CustomerFilter};
use crate::model::{CustomerData, CustomerId, EntityRef, PhoneText, TaskData, user_id};

/// The start of the `externalId` of customers created here; the number's digits follow. It is the
/// same for the same number, and marks such customers as not entered by a person.
const EXTERNAL_ID_PREFIX: &str = "vochi-";

/// Creates customers and tasks.
pub(super) struct FollowUps<'a> {
    pub(super) lookup: Lookup<'a>,
    pub(super) settings: Settings<'a>,
}

impl FollowUpJob for FollowUps<'_> {
    type Customer = CustomerId;
    type Task = CreateTask;

    async fn find(&self, cx: &Cx, call: &FollowUpCall<'_>) -> Result<Option<CustomerId>> {
        // Reads the shop before the search, so that no request is between the search and the
        // creation.
        self.settings.shop(cx, self.settings.site(call.record.extra())).await?;
        self.customer_of(cx, call.number).await
    }

    async fn create(&self, cx: &Cx, call: &FollowUpCall<'_>) -> Result<CustomerId> {
        let number = call.number;
        let site = self.settings.shop(cx, self.settings.site(call.record.extra())).await?;
        let mut data = CustomerData::new()
            .external_id(external_id(number))
            .first_name(number.e164())
            .phones([number]);
        if let Some(manager) = call.manager {
            data = data.manager_id(user_id(manager)?);
        }
        self.settings.client.send(cx, CreateCustomer::new(data).site(site)).await
    }

    /// The task is for the responsible manager, else for `missed_user`.
    async fn task(
        &self,
        cx: &Cx,
        call: &FollowUpCall<'_>,
        customer: Option<CustomerId>,
    ) -> Result<Option<CreateTask>> {
        let number = call.number;
        let manager = match self.lookup.manager(cx, number).await {
            Ok(manager) => manager,
            Err(error) => {
                cx.add_warnings([incomplete("the responsible manager of the caller", &error)]);
                ManagerOfNumber::default()
            }
        };
        let responsible = manager.responsible.map(|manager| manager.user_id);
        let missed_user = || self.lookup.account.directory().missed_user().cloned();
        let Some(performer) = responsible.or_else(missed_user) else {
            cx.warn(
                WarningKind::NothingToSend,
                "no manager is responsible for the caller and missed_user is not set, so no task \
                 was made",
            );
            return Ok(None);
        };
        let site = self.settings.shop(cx, self.settings.site(call.record.extra())).await?;
        let (zone, _) = self.settings.zone(cx).await?;
        let began = zone.local(call.record.started_at());
        let mut task =
            TaskData::new(Text::new(self.lookup.account.task_text())?, user_id(&performer)?)
                .commentary(format!("{}, {began}", number.e164()))
                .phone(PhoneText::from(number))
                .phone_site(site.clone());
        if let Some(customer) = customer.or(manager.customer) {
            task = task.customer(EntityRef::from(customer));
        }
        Ok(Some(CreateTask::new(task).site(site)))
    }

    async fn send_task(&self, cx: &Cx, task: &CreateTask) -> Result<()> {
        self.settings.client.send(cx, task).await.map(drop)
    }
}

impl FollowUps<'_> {
    /// Finds the customer of a number by every search there is: an extra request costs less than a
    /// duplicate customer.
    async fn customer_of(&self, cx: &Cx, number: PhoneNumber) -> Result<Option<CustomerId>> {
        let client = self.settings.client;
        if let Some(first) = client.customers().by_phone(cx, number).await?.first() {
            return Ok(Some(first.id));
        }
        let ours = external_id(number);
        let filter = CustomerFilter::new().external_ids([ours.as_str()]);
        let page = client.list(cx, filter).next_page().await?;
        let created_before = page
            .into_iter()
            .flatten()
            .find(|customer| customer.external_id.as_ref() == Some(&ours));
        if let Some(customer) = created_before {
            return Ok(Some(customer.id));
        }
        let response = client.send(cx, self.lookup.manager_request(number)).await?;
        Ok(self.lookup.named_customer(&response, number).map(|(id, _)| id))
    }
}

fn external_id(number: PhoneNumber) -> String {
    format!("{EXTERNAL_ID_PREFIX}{}", number.digits())
}
