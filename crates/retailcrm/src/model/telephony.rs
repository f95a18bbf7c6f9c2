//! Calls, live and finished, and the manager of a number.

use serde::{Deserialize, Serialize};
use vochi_crm_core::wire;
use vochi_crm_core::{Error, Extension, LocalTime, PhoneNumber, Result, Seconds};

use super::{CallDirection, CallResult, PhoneText, UserId, given};

/// What RetailCRM said to a call event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CallEventResponse {
    /// Extensions the CRM does not know (`notExistCodes`).
    #[serde(rename = "notExistCodes", deserialize_with = "wire::texts")]
    pub unknown_codes: Vec<String>,
    /// Users the CRM does not know (`notExistUsers`).
    #[serde(rename = "notExistUsers", deserialize_with = "wire::texts")]
    pub unknown_users: Vec<String>,
}

/// Where a caller came from, for the CRM's analytics (`webAnalyticsData`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[non_exhaustive]
pub struct WebAnalytics {
    /// The advertising campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<Campaign>,
    /// What was searched for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_string: Option<String>,
}

impl WebAnalytics {
    /// Reads it from an event's options; `None` where it has other fields than RetailCRM takes.
    pub(crate) fn deserialize_from(value: &serde_json::Value) -> Option<Self> {
        Self::deserialize(value).ok()
    }
}

/// An advertising campaign.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Campaign {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// Where the caller of a finished call came from (`source`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CallSource {
    /// The source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The medium.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medium: Option<String>,
    /// The campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// The keyword.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keyword: Option<String>,
    /// The content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

impl CallSource {
    /// Reads it from a record's options; `None` where it has other fields than RetailCRM takes.
    pub(crate) fn deserialize_from(value: &serde_json::Value) -> Option<Self> {
        Self::deserialize(value).ok()
    }
}

/// A finished call for the CRM's history. It cannot be changed once it is uploaded: upload it when
/// everything about it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallUpload {
    date: String,
    #[serde(rename = "type")]
    direction: CallDirection,
    phone: PhoneText,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Extension>,
    result: CallResult,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<Seconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_waiting: Option<Seconds>,
    external_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_phone: Option<PhoneText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<CallSource>,
}

impl CallUpload {
    /// A call that began at `date` in the account's zone. `external_id` is the PBX's id: a call with
    /// an id the CRM has already is counted as a duplicate and changes nothing. The talk time of an
    /// answered call is unknown and not sent, that of any other is 0, until
    /// [`with_duration`](Self::with_duration) sets it.
    pub fn new(
        external_id: impl Into<String>,
        date: LocalTime,
        direction: CallDirection,
        phone: impl Into<PhoneText>,
        result: CallResult,
    ) -> Self {
        Self {
            date: date.to_string(),
            direction,
            phone: phone.into(),
            user_id: None,
            code: None,
            result,
            duration: (result != CallResult::Answered).then_some(Seconds::ZERO),
            duration_waiting: None,
            external_id: external_id.into(),
            record_url: None,
            external_phone: None,
            site: None,
            source: None,
        }
    }

    /// The extension that handled it.
    #[must_use]
    pub fn with_code(mut self, code: Extension) -> Self {
        self.code = Some(code);
        self
    }

    /// The user who handled it.
    #[must_use]
    pub fn with_user(mut self, user: UserId) -> Self {
        self.user_id = Some(user);
        self
    }

    /// Sets the talk time.
    #[must_use]
    pub fn with_duration(mut self, talk: Seconds) -> Self {
        self.duration = Some(talk);
        self
    }

    /// How long the client waited for an answer.
    #[must_use]
    pub fn with_waiting(mut self, wait: Seconds) -> Self {
        self.duration_waiting = Some(wait);
        self
    }

    /// The address of the recording: the CRM or the manager's browser opens it.
    #[must_use]
    pub fn with_record_url(mut self, url: impl Into<String>) -> Self {
        self.record_url = Some(url.into());
        self
    }

    /// Our own outside number; the CRM ties it to a shop.
    #[must_use]
    pub fn with_external_phone(mut self, number: impl Into<PhoneText>) -> Self {
        self.external_phone = Some(number.into());
        self
    }

    /// The shop.
    #[must_use]
    pub fn with_site(mut self, site: impl Into<String>) -> Self {
        self.site = Some(site.into());
        self
    }

    /// Where the caller came from.
    #[must_use]
    pub fn with_source(mut self, source: CallSource) -> Self {
        self.source = Some(source);
        self
    }

    /// The PBX's id.
    pub fn external_id(&self) -> &str {
        &self.external_id
    }

    /// That nothing in it would be misread. Without an id of ours the CRM would not recognise a
    /// repeat.
    pub(crate) fn check(&self) -> Result<()> {
        let id = self.external_id.as_str();
        given::text("the external id of a call", Some(id))?;
        let fields = || {
            if let Some(user) = self.user_id {
                given::id("userId", user.get())?;
            }
            given::text("recordUrl", self.record_url.as_deref())?;
            given::text("site", self.site.as_deref())
        };
        match fields() {
            Ok(_) => Ok(()),
            Err(wrong) => Err(Error::input(format!("call {id}: {}", wrong.message()))),
        }
    }

    pub(crate) fn has_handler(&self) -> bool {
        self.code.is_some() || self.user_id.is_some()
    }
}

/// What RetailCRM said to an upload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CallsUploadResponse {
    /// How many calls were taken in (`processedCallsCount`).
    #[serde(rename = "processedCallsCount", deserialize_with = "wire::integer_or_none")]
    pub processed: Option<i64>,
    /// Ids the CRM had already (`duplicateCalls`).
    #[serde(rename = "duplicateCalls", deserialize_with = "wire::texts")]
    pub duplicates: Vec<String>,
}

/// The manager responsible for a number, and what else the CRM knows under it. Everything is absent
/// for a number nobody has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ManagerResponse {
    /// The manager.
    #[serde(deserialize_with = "wire::object_or_none")]
    pub manager: Option<Manager>,
    /// The customer; only where details were asked for.
    #[serde(deserialize_with = "wire::object_or_none")]
    pub customer: Option<ManagerCustomer>,
    /// Addresses of cards; only where details were asked for.
    #[serde(deserialize_with = "wire::object_or_none")]
    pub links: Option<ManagerLinks>,
}

/// A responsible manager.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Manager {
    /// The user.
    pub id: UserId,
    /// The first name.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub first_name: Option<String>,
    /// The last name.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub last_name: Option<String>,
    /// The patronymic.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub patronymic: Option<String>,
    /// The e-mail address.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub email: Option<String>,
    /// The extension the CRM has for them.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub code: Option<String>,
}

impl Manager {
    /// First name and last name, as far as known.
    pub fn full_name(&self) -> Option<String> {
        full_name(self.first_name.as_deref(), self.last_name.as_deref())
    }
}

/// The customer beside a manager.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ManagerCustomer {
    /// The CRM's id.
    #[serde(deserialize_with = "wire::id_or_none")]
    pub id: Option<String>,
    /// The shop's id.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub external_id: Option<String>,
    /// The first name.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub first_name: Option<String>,
    /// The last name.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub last_name: Option<String>,
    /// The patronymic.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub patronymic: Option<String>,
    /// The e-mail address.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub email: Option<String>,
    /// The numbers, as somebody typed them.
    #[serde(deserialize_with = "phones")]
    pub phones: Vec<String>,
}

impl ManagerCustomer {
    /// First name and last name, as far as known.
    pub fn full_name(&self) -> Option<String> {
        full_name(self.first_name.as_deref(), self.last_name.as_deref())
    }
}

/// Addresses of cards in the CRM; those that apply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ManagerLinks {
    /// A new order with this number.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub new_order_link: Option<String>,
    /// The last order.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub last_order_link: Option<String>,
    /// A new customer with this number.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub new_customer_link: Option<String>,
    /// The customer.
    #[serde(deserialize_with = "wire::text_or_none")]
    pub customer_link: Option<String>,
}

pub(super) fn phones<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    struct Phone {
        #[serde(deserialize_with = "wire::text_or_none")]
        number: Option<String>,
    }
    let phones: Vec<Phone> = wire::list_or_values(deserializer)?;
    Ok(phones.into_iter().filter_map(|phone| phone.number).collect())
}

/// Given name first, as every CRM's names are printed.
pub(crate) fn full_name(first: Option<&str>, last: Option<&str>) -> Option<String> {
    let parts: Vec<&str> = [first, last]
        .into_iter()
        .flatten()
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// A number of ours as RetailCRM wants it.
impl From<&PhoneNumber> for PhoneText {
    fn from(number: &PhoneNumber) -> Self {
        Self::from(*number)
    }
}
