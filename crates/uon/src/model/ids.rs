//! Ids, and numbers as U-ON stores calls with them.

use serde::{Serialize, Serializer};
use vochi_crm_core::{Error, Id, PhoneNumber, Result};

use super::{
    Company, Lead, LeadStatus, LoggedCall, Notification, Office, PaymentStatus, Reminder, Request,
    RequestAction, RequestStatus, Source, User, Webhook,
};

/// The id of a company of the account.
pub type CompanyId = Id<Company>;
/// The id of a lead (обращение). Requests have ids of their own.
pub type LeadId = Id<Lead>;
/// The id of a lead's status.
pub type LeadStatusId = Id<LeadStatus>;
/// The id of a call in the history.
pub type LoggedCallId = Id<LoggedCall>;
/// The id of a notification.
pub type NotificationId = Id<Notification>;
/// The id of an office.
pub type OfficeId = Id<Office>;
/// The id of a request's payment status.
pub type PaymentStatusId = Id<PaymentStatus>;
/// The id of a reminder.
pub type ReminderId = Id<Reminder>;
/// The id of an entry of a timeline (касание).
pub type RequestActionId = Id<RequestAction>;
/// The id of a request (заявка).
pub type RequestId = Id<Request>;
/// The id of a request's status.
pub type RequestStatusId = Id<RequestStatus>;
/// The id of a source of leads and requests.
pub type SourceId = Id<Source>;
/// The id of a user: a client or an employee, in one sequence (`u_id`).
pub type UserId = Id<User>;
/// The id of a webhook.
pub type WebhookId = Id<Webhook>;

/// A phone number as digits only, the form in which U-ON searches and logs calls.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Digits(String);

impl Digits {
    /// The digits of any text.
    ///
    /// # Errors
    /// `input` if it has none.
    pub fn of(text: &str) -> Result<Self> {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.is_empty() {
            return Err(Error::input("invalid phone: must contain digits"));
        }
        Ok(Self(digits))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<PhoneNumber> for Digits {
    fn from(number: PhoneNumber) -> Self {
        Self(number.digits().to_owned())
    }
}

/// Writes an id as text, as U-ON's own clients send managers.
#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes the field by reference"
)]
pub(crate) fn as_text<T, S: Serializer>(
    id: &Option<Id<T>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&id.map(|id| id.to_string()).unwrap_or_default())
}
