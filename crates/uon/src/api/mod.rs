//! U-ON's operations, as values for [`Client::send`](crate::Client::send).
//!
//! `new` takes the required fields, setters the others. A read that finds nothing is an empty list
//! or `None`, whatever form U-ON gives it. The other paths of the API are reached with a raw request.

mod calls;
mod dictionaries;
mod leads;
mod managers;
mod notifications;
mod reminders;
mod request_actions;
mod requests;
mod response;
mod users;
mod webhooks;

pub use calls::{ListCalls, ListRequestCalls, ListUserCalls, LogCall};
pub use dictionaries::{
    CreateSource, ListCompanies, ListLeadStatuses, ListOffices, ListPaymentStatuses,
    ListRequestStatuses, ListSources,
};
pub use leads::{CreateLead, GetLead, ListClientLeads, ListUpdatedLeads, SearchLeads, UpdateLead};
pub use managers::{GetManager, ListManagers, ListOfficeManagers};
pub use notifications::{CreateNotification, GetNotification, ListNotifications};
pub use reminders::{CloseReminder, CreateReminder, ListReminders, ListRequestReminders};
pub use request_actions::{CreateRequestAction, ListRequestActions};
pub use requests::{GetRequest, ListClientRequests, SearchRequests, UpdateRequest};
pub(crate) use response::JSON;
pub use response::{Created, Done, Entity, Listed, Many, One, Paged};
pub use users::{
    CreateUser, FindUsersByEmail, FindUsersByPhone, GetUser, ListUpdatedUsers, ListUsers,
    SearchUsers, UpdateUser,
};
pub use webhooks::{CreateWebhook, DeleteWebhook, ListWebhooks, UpdateWebhook};
