//! Tasks of users.

use serde::{Deserialize, Serializer};
use vochi_crm_core::{LocalTime, Text, setters, wire};

use super::{Customer, CustomerLink, EntityRef, Order, OrderLink, PhoneText, TaskId, UserId};

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

setters! {
    /// A task to write. RetailCRM refuses one without a performer.
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

/// Writes a time without seconds: the CRM takes none in tasks alone.
#[expect(clippy::ref_option, reason = "serde passes the field by reference")]
fn minute<S: Serializer>(time: &Option<LocalTime>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut text = time.map(|time| time.to_string()).unwrap_or_default();
    text.truncate(text.len().saturating_sub(":59".len()));
    serializer.serialize_str(&text)
}
