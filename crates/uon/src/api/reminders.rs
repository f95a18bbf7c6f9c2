//! `reminder`: tasks of managers.

use std::borrow::Cow;

use vochi_crm_core::http::{ApiRequest, Operation};
use vochi_crm_core::{Error, LocalTime, Result, setters};

use super::response::{Created, Done, Many, get, page, paged, post, reads, writes};
use crate::model::{Minute, Reminder, ReminderData, ReminderId, RequestId, UserId};

setters! {
    /// Creates a reminder (`POST reminder/create`). A repeat is a second reminder.
    pub struct CreateReminder {
        data: ReminderData,
    }
}

impl Operation for CreateReminder {
    writes!(Created<Reminder>, "reminder/create", Unsafe);

    fn request(&self) -> Result<ApiRequest> {
        if self.data.datetime_to < self.data.datetime {
            return Err(Error::input("invalid reminder: it ends before it begins"));
        }
        post("reminder/create", &self.data)
    }
}

setters! {
    /// Marks a reminder as done (`POST reminder/close/{id}`).
    #[derive(Copy)]
    pub struct CloseReminder {
        reminder: ReminderId,
        done_by: UserId,
        done_at: LocalTime,
    }
}

impl Operation for CloseReminder {
    writes!(Done, "reminder/close/{id}", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        let body = serde_json::json!({
            "done": 1, "done_u_id": self.done_by, "done_datetime": self.done_at,
        });
        post(&format!("reminder/close/{}", self.reminder), &body)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.reminder.to_string().into())
    }
}

/// Lists the reminders of a request or lead (`GET reminder/{r_id}`).
#[derive(Clone, Copy, Debug)]
pub struct ListRequestReminders(pub RequestId);

impl Operation for ListRequestReminders {
    reads!(Many<Reminder>, "reminder/{r_id}");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get(&format!("reminder/{}", self.0)))
    }
}

setters! {
    /// Lists reminders (`POST reminder/{page}`: the method decides).
    #[derive(Copy, Default)]
    pub payload("snake_case") ListReminders {
        /// Of this manager.
        #[serde(rename = "user_id")]
        user: Option<UserId>,
        /// Due at this local time of the account or later.
        #[serde(rename = "date_from")]
        from: Option<Minute>,
        /// Due at this local time of the account or earlier.
        #[serde(rename = "date_to")]
        until: Option<Minute>,
        /// The page, from 1.
        #[serde(skip)]
        page: u32 = 1u32,
    }
}

impl Operation for ListReminders {
    reads!(Many<Reminder>, "reminder/{page}");

    fn request(&self) -> Result<ApiRequest> {
        post(&format!("reminder/{}", page(self.page)?), self)
    }
}

paged!(ListReminders);
