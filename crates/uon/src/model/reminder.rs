//! Reminders: tasks of managers.

use vochi_crm_core::{LocalTime, Text, setters};

use super::{ActionType, LeadId, ReminderId, UserId, entity};

setters! {
    /// A reminder to create. Times are local to the manager.
    ///
    /// Without manager and author U-ON fails with HTTP 500, so both are required.
    #[derive(PartialEq, Eq)]
    pub payload("snake_case") ReminderData {
        #[serde(rename = "type_id")]
        kind: ActionType,
        datetime: LocalTime,
        datetime_to: LocalTime,
        text: Text,
        #[serde(rename = "manager_id")]
        manager: UserId,
        #[serde(rename = "created_u_id")]
        author: UserId,
        /// The client.
        #[serde(rename = "tr_id")]
        client: Option<UserId>,
        /// The lead.
        #[serde(rename = "r_id")]
        lead: Option<LeadId>,
    }
}

entity! {
    /// A reminder. No source shows a whole one, so every field may be missing.
    Reminder {
        /// The id.
        id: id(ReminderId) = "id",
        /// The kind.
        kind: word(ActionType) = "type_id",
        /// When it begins.
        datetime: time = "datetime",
        /// When it ends.
        datetime_to: time = "datetime_to",
        /// The text.
        text: text = "text",
        /// The responsible manager.
        manager_id: id(UserId) = "manager_id",
        /// Whether it is done.
        done: flag = "done",
    }
}
