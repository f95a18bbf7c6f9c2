//! Ids, flags, times and numbers as Bitrix24 writes them.

use serde::{Serialize, Serializer};
use vochi_crm_core::{Error, Id, PhoneNumber, Result, Timestamp, text_id};

use super::{
    Activity, Company, Contact, CrmStatus, Deal, Item, Lead, MultiField, OfflineEvent, Statistic,
    User,
};

/// A file of the portal's drive.
#[derive(Debug)]
pub struct File;
/// A message of the portal's notification centre.
#[derive(Debug)]
pub struct Notification;
/// The transcription of a call.
#[derive(Debug)]
pub struct Transcription;
/// A list of numbers to call.
#[derive(Debug)]
pub struct CallList;

/// The id of an activity.
pub type ActivityId = Id<Activity>;
/// The id of a list of numbers to call.
pub type CallListId = Id<CallList>;
/// The id of a company.
pub type CompanyId = Id<Company>;
/// The id of a contact.
pub type ContactId = Id<Contact>;
/// The id of a value of a dictionary.
pub type CrmStatusId = Id<CrmStatus>;
/// The id of a deal.
pub type DealId = Id<Deal>;
/// The id of a file.
pub type FileId = Id<File>;
/// The id of an element of a universal list; leads, deals, contacts and companies keep their own.
pub type ItemId = Id<Item>;
/// The id of a lead.
pub type LeadId = Id<Lead>;
/// The id of a phone or e-mail address of an entity.
pub type MultiFieldId = Id<MultiField>;
/// The id of a notification.
pub type NotificationId = Id<Notification>;
/// The id of an event in the offline queue.
pub type OfflineEventId = Id<OfflineEvent>;
/// The id of a call in the statistics.
pub type StatisticId = Id<Statistic>;
/// The id of a transcription.
pub type TranscriptionId = Id<Transcription>;
/// The id of a user of the portal.
pub type UserId = Id<User>;

text_id! {
    /// The portal's id of a call (`CALL_ID`), as `externalCall.<md5>.<unix>`. Opaque. Inside a batch
    /// it may be a reference to the result of an earlier command.
    PortalCallId, "CALL_ID", short
}

text_id! {
    /// The number of an external line (`LINE_NUMBER`), at most 50 characters: the key of a line.
    LineNumber, "line number", line
}

fn short(what: &str, text: &str) -> Result<Box<str>> {
    limited(what, text, 255)
}

fn line(what: &str, text: &str) -> Result<Box<str>> {
    limited(what, text, 50)
}

fn limited(what: &str, text: &str, most: usize) -> Result<Box<str>> {
    // Bytes are counted faster than characters, and no text has fewer.
    let is_long = || text.len() > most && text.chars().count() > most;
    if text.is_empty() || is_long() || text.contains(char::is_control) {
        return Err(Error::input(format!(
            "invalid {what}: must have 1 to {most} printable characters"
        )));
    }
    Ok(text.into())
}

/// A flag, written as 1 or 0: PHP takes the texts `"N"` and `"false"` for true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flag {
    /// 1.
    On,
    /// 0.
    Off,
}

impl Serialize for Flag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(u8::from(*self == Self::On))
    }
}

/// A flag of the CRM and of lines, written as `Y` or `N`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum YesNo {
    /// `Y`.
    #[serde(rename = "Y")]
    Yes,
    /// `N`.
    #[serde(rename = "N")]
    No,
}

/// An instant, written in ISO 8601 with an offset and whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(Timestamp);

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.in_seconds().fmt(f)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A number as the telephony takes it: digits and `+ # * , ;`; Bitrix24 strips anything else.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct DialString(String);

impl DialString {
    /// Keeps the characters of a number.
    ///
    /// # Errors
    /// `input` if there is no digit.
    pub fn of(text: &str) -> Result<Self> {
        let kept: String =
            text.chars().filter(|c| c.is_ascii_digit() || "+#*,;".contains(*c)).collect();
        if !kept.contains(|c: char| c.is_ascii_digit()) {
            return Err(Error::input("invalid phone: must contain digits"));
        }
        Ok(Self(kept))
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<PhoneNumber> for DialString {
    fn from(number: PhoneNumber) -> Self {
        Self(number.e164().to_owned())
    }
}

/// The employee of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Employee {
    /// By the id of the user (`USER_ID`).
    #[serde(rename = "USER_ID")]
    User(UserId),
    /// By the inner number of an active user (`USER_PHONE_INNER`). Of two users with one number the
    /// portal takes any.
    #[serde(rename = "USER_PHONE_INNER")]
    Inner(vochi_crm_core::Text),
}

impl From<UserId> for Employee {
    fn from(user: UserId) -> Self {
        Self::User(user)
    }
}
