//! Follow-ups of a recorded call: a customer for a caller the CRM does not know, a task for a missed
//! call.

use vochi_crm_core::follow_up::{FollowUpCall, FollowUpJob};
use vochi_crm_core::{Cx, PhoneNumber, Result, Text, Warning, WarningKind};

use super::Connector;
use super::find::incomplete;
use super::responsible::Whose;
use crate::api::{CreateCustomer, CreateTask, CustomerFilter};
use crate::model::{CustomerData, CustomerId, EntityRef, PhoneText, TaskData, user_id};

/// The start of the `externalId` of customers created here; the number's digits follow. It is the
/// same for the same number, and marks such customers as not entered by a person.
const EXTERNAL_ID_PREFIX: &str = "vochi-";

impl FollowUpJob for Connector {
    type Customer = CustomerId;
    type Task = CreateTask;

    async fn find(&self, cx: &Cx, call: &FollowUpCall<'_>) -> Result<Option<CustomerId>> {
        // Before the search, so that nothing comes between it and the customer.
        self.shop(cx, self.site(call.record.extra())).await?;
        self.customer_of(cx, call.number).await
    }

    async fn create(&self, cx: &Cx, call: &FollowUpCall<'_>) -> Result<CustomerId> {
        let (number, site) = (call.number, self.site(call.record.extra()));
        let site = self.shop(cx, site).await?;
        let mut data = CustomerData::new()
            .external_id(external_id(number))
            .first_name(number.e164())
            .phones([number]);
        if let Some(manager) = call.manager {
            data = data.manager_id(user_id(manager)?);
        }
        self.client().send(cx, CreateCustomer::new(data).site(site)).await
    }

    /// The task is for the responsible manager, else for `missed_user`.
    async fn task(
        &self,
        cx: &Cx,
        call: &FollowUpCall<'_>,
        customer: Option<CustomerId>,
        warnings: &mut Vec<Warning>,
    ) -> Result<Option<CreateTask>> {
        let number = call.number;
        let whose = match self.whose(cx, number).await {
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
                "no manager is responsible for the caller and missed_user is not set, so no task \
                 was made",
            ));
            return Ok(None);
        };
        let site = self.shop(cx, self.site(call.record.extra())).await?;
        let (zone, _) = self.zone(cx).await?;
        let began = zone.local(call.record.started_at());
        let mut task = TaskData::new(Text::new(self.own().task_text())?, user_id(&performer)?)
            .commentary(format!("{}, {began}", number.e164()))
            .phone(PhoneText::from(number))
            .phone_site(site.clone());
        if let Some(customer) = customer.or(whose.customer) {
            task = task.customer(EntityRef::from(customer));
        }
        Ok(Some(CreateTask::new(task).site(site)))
    }

    async fn send_task(&self, cx: &Cx, task: &CreateTask) -> Result<()> {
        self.client().send(cx, task).await.map(drop)
    }
}

impl Connector {
    /// Who has the number, by every way there is: a customer too many is worse than a request.
    async fn customer_of(&self, cx: &Cx, number: PhoneNumber) -> Result<Option<CustomerId>> {
        let customers = self.client().customers();
        if let Some(first) = customers.by_phone(cx, number).await?.first() {
            return Ok(Some(first.id));
        }
        let ours = external_id(number);
        let filter = CustomerFilter::new().external_ids([ours.as_str()]);
        let page = self.client().list(cx, filter).next_page().await?;
        let made_before = page
            .into_iter()
            .flatten()
            .find(|customer| customer.external_id.as_ref() == Some(&ours));
        if let Some(customer) = made_before {
            return Ok(Some(customer.id));
        }
        let answer = self.client().send(cx, self.manager_request(number)).await?;
        Ok(self.named(&answer, number).map(|(id, _)| id))
    }
}

fn external_id(number: PhoneNumber) -> String {
    format!("{EXTERNAL_ID_PREFIX}{}", number.digits())
}
