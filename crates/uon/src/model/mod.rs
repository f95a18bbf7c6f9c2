//! U-ON's ids, enums, payloads and responses.
//!
//! Fields of responses that have no type here are left out; a raw request shows them.

mod call;
mod dictionary;
mod hook;
mod ids;
mod lead;
mod macros;
mod notification;
mod reminder;
mod request;
mod request_action;
pub(crate) mod text;
mod time;
mod user;
mod user_data;

pub(crate) use ids::as_text;
pub(crate) use macros::entity;

pub use call::{CallData, CallDirection, LoggedCall};
pub use dictionary::{Company, LeadStatus, Office, PaymentStatus, RequestStatus, Source};
pub use hook::{HookType, Webhook, WebhookData};
pub use ids::{
    CompanyId, Digits, LeadId, LeadStatusId, LoggedCallId, NotificationId, OfficeId,
    PaymentStatusId, ReminderId, RequestActionId, RequestId, RequestStatusId, SourceId, UserId,
    WebhookId,
};
pub use lead::{Lead, LeadData};
pub use notification::Notification;
pub use reminder::{Reminder, ReminderData};
pub use request::Request;
pub use request_action::{ActionSubject, ActionType, RequestAction, RequestActionData};
pub use time::{Date, Minute, Moment};
pub use user::User;
pub use user_data::UserData;
