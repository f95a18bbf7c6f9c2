//! Tasks: what somebody has to do.

use serde::{Deserialize, Serialize};
use vochi_crm_core::{LocalTime, Result, wire};

use super::number_id::number_id;
use super::{CustomerId, CustomerLink, OrderId, OrderLink, PhoneText, Target, UserId, given};

number_id! {
    /// The id of a task.
    TaskId
}

vochi_crm_core::open_word! {
    /// Whether a task is done, as lists are narrowed by it.
    TaskStatus {
        /// It is to be done.
        Performing = "performing",
        /// It is done.
        Completed = "completed",
    }
}

vochi_crm_core::open_word! {
    /// What sort of performer a task has.
    PerformerType {
        /// One user.
        User = "user",
        /// A group of users.
        Group = "group",
    }
}

/// A task. Times are the account's local ones.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Task {
    /// The CRM's id.
    pub id: TaskId,
    /// What is to be done.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub text: Option<String>,
    /// More about it.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub commentary: Option<String>,
    /// By when, to the minute.
    #[serde(default, rename = "datetime", deserialize_with = "wire::local_time_or_none")]
    pub due: Option<LocalTime>,
    /// When it was made.
    #[serde(default, deserialize_with = "wire::local_time_or_none")]
    pub created_at: Option<LocalTime>,
    /// Whether it is done.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub complete: Option<bool>,
    /// When it was done.
    #[serde(default, deserialize_with = "wire::local_time_or_none")]
    pub completed_at: Option<LocalTime>,
    /// Who made it.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub creator: Option<UserId>,
    /// The id of the user, or of the group, whose task it is.
    #[serde(default, deserialize_with = "wire::id_or_none")]
    pub performer: Option<String>,
    /// What [`performer`](Self::performer) is.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub performer_type: Option<PerformerType>,
    /// The customer it is about.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub customer: Option<CustomerLink>,
    /// The order it is about.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub order: Option<OrderLink>,
    /// The number to call, as it was written.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub phone: Option<String>,
    /// The shop in whose name the number is called.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub phone_site: Option<String>,
}

/// A task to be written. It always has somebody to do it: RetailCRM refuses one without.
///
/// ```
/// use vochi_crm_retailcrm::model::{CustomerId, TaskData, UserId};
/// let data = TaskData::new("Call back", UserId::new(7))
///     .with_due("2026-03-14 11:20".parse()?)
///     .with_customer(CustomerId::new(60));
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskData {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    commentary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    datetime: Option<String>,
    performer_id: UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<Target<CustomerId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<Target<OrderId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<PhoneText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_site: Option<String>,
}

impl TaskData {
    /// What is to be done, and by whom.
    pub fn new(text: impl Into<String>, performer: UserId) -> Self {
        Self {
            text: text.into(),
            commentary: None,
            datetime: None,
            performer_id: performer,
            customer: None,
            order: None,
            phone: None,
            phone_site: None,
        }
    }

    /// More about it, as plain text.
    #[must_use]
    pub fn with_commentary(mut self, text: impl Into<String>) -> Self {
        self.commentary = Some(text.into());
        self
    }

    /// By when, by the account's clock, to the minute.
    #[must_use]
    pub fn with_due(mut self, due: LocalTime) -> Self {
        let mut text = due.to_string();
        // This method alone takes no seconds.
        text.truncate(text.len() - ":59".len());
        self.datetime = Some(text);
        self
    }

    /// The customer it is about.
    #[must_use]
    pub fn with_customer(mut self, customer: impl Into<Target<CustomerId>>) -> Self {
        self.customer = Some(customer.into());
        self
    }

    /// The order it is about.
    #[must_use]
    pub fn with_order(mut self, order: impl Into<Target<OrderId>>) -> Self {
        self.order = Some(order.into());
        self
    }

    /// The number to call.
    #[must_use]
    pub fn with_phone(mut self, number: impl Into<PhoneText>) -> Self {
        self.phone = Some(number.into());
        self
    }

    /// The shop in whose name the number is called.
    #[must_use]
    pub fn with_phone_site(mut self, site: impl Into<String>) -> Self {
        self.phone_site = Some(site.into());
        self
    }

    /// That nothing in it would be misread.
    pub(crate) fn check(&self) -> Result<()> {
        given::id("who has to do the task", self.performer_id.get())?;
        if let Some(customer) = &self.customer {
            given::id("the task's customer", customer.id().get())?;
        }
        match &self.order {
            Some(order) => given::id("the task's order", order.id().get()),
            None => Ok(()),
        }
    }

    pub(crate) fn has_text(&self) -> bool {
        !self.text.trim().is_empty()
    }
}
