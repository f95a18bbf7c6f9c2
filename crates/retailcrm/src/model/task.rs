//! Tasks of users.

use serde::{Deserialize, Serializer};
use vochi_crm_core::{LocalTime, Text, setters, wire};

use super::{Customer, CustomerLink, EntityRef, Order, OrderLink, PhoneText, TaskId, UserId};

vochi_crm_core::open_word! {
    /// The status of a task in list filters.
    TaskStatus {
        /// Open.
        Performing = "performing",
        /// Completed.
        Completed = "completed",
    }
}

vochi_crm_core::open_word! {
    /// The kind of a task's performer.
    PerformerType {
        /// One user.
        User = "user",
        /// A group of users.
        Group = "group",
    }
}

/// A task. Times are local to the account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Task {
    /// The CRM's id.
    pub id: TaskId,
    /// The text.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub text: Option<String>,
    /// The comment.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub commentary: Option<String>,
    /// The due time, to the minute.
    #[serde(default, rename = "datetime", deserialize_with = "wire::local_time_or_none")]
    pub due: Option<LocalTime>,
    /// When it was created.
    #[serde(default, deserialize_with = "wire::local_time_or_none")]
    pub created_at: Option<LocalTime>,
    /// Whether it is completed.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub complete: Option<bool>,
    /// When it was completed.
    #[serde(default, deserialize_with = "wire::local_time_or_none")]
    pub completed_at: Option<LocalTime>,
    /// The creator.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub creator: Option<UserId>,
    /// The id of the user or group the task is assigned to.
    #[serde(default, deserialize_with = "wire::id_or_none")]
    pub performer: Option<String>,
    /// The kind of [`performer`](Self::performer).
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub performer_type: Option<PerformerType>,
    /// The customer.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub customer: Option<CustomerLink>,
    /// The order.
    #[serde(default, deserialize_with = "wire::object_or_none")]
    pub order: Option<OrderLink>,
    /// The number to call, as typed.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub phone: Option<String>,
    /// The shop on whose behalf the number is called.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub phone_site: Option<String>,
}

setters! {
    /// A task to write. RetailCRM requires a performer.
    ///
    /// ```
    /// use vochi_crm_core::Text;
    /// use vochi_crm_retailcrm::model::{CustomerId, EntityRef, TaskData, UserId};
    /// let data = TaskData::new(Text::new("Call back")?, UserId::new(7)?)
    ///     .datetime("2026-03-14 11:20".parse::<vochi_crm_core::LocalTime>()?)
    ///     .customer(EntityRef::from(CustomerId::new(60)?));
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    #[derive(PartialEq, Eq)]
    pub payload TaskData {
        text: Text,
        /// The comment, as plain text.
        commentary: Option<String>,
        /// The due time, local to the account, to the minute.
        #[serde(serialize_with = "minute")]
        datetime: Option<LocalTime>,
        performer_id: UserId,
        /// The customer.
        customer: Option<EntityRef<Customer>>,
        /// The order.
        order: Option<EntityRef<Order>>,
        /// The number to call.
        phone: Option<PhoneText>,
        /// The shop that calls the number.
        phone_site: Option<Text>,
    }
}

/// Writes a time without seconds, which the CRM requires in tasks only.
#[expect(clippy::ref_option, reason = "serde passes the field by reference")]
fn minute<S: Serializer>(time: &Option<LocalTime>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut text = time.map(|time| time.to_string()).unwrap_or_default();
    text.truncate(text.len().saturating_sub(":59".len()));
    serializer.serialize_str(&text)
}
