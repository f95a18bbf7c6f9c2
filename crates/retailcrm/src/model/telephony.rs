//! Live and finished calls, and the manager of a number.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use vochi_crm_core::wire;
use vochi_crm_core::{Extension, LocalTime, Seconds, Text, setters};

use super::{CallDirection, CallResult, PhoneText, UserId};

/// RetailCRM's response to a call event.
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

/// The advertising source of a caller, for the CRM's analytics (`webAnalyticsData`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[non_exhaustive]
pub struct WebAnalytics {
    /// The advertising campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<Campaign>,
    /// The search query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_string: Option<String>,
}

impl WebAnalytics {
    /// Reads it from an event's options; `None` if it has unsupported fields.
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

/// The advertising source of a finished call (`source`).
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
    /// Reads it from a record's options; `None` if it has unsupported fields.
    pub(crate) fn deserialize_from(value: &serde_json::Value) -> Option<Self> {
        Self::deserialize(value).ok()
    }
}

setters! {
    /// A finished call for the CRM's history.
    ///
    /// The CRM cannot change an uploaded call, and counts a call with a known
    /// `externalId` as a duplicate. The talk time of a call that was not
    /// answered is 0 unless [`duration`](Self::duration) sets it.
    #[derive(PartialEq, Eq)]
    pub payload CallUpload {
        /// The start, local to the account.
        date: LocalTime,
        #[serde(rename = "type")]
        direction: CallDirection,
        phone: PhoneText,
        /// The user who handled the call.
        user_id: Option<UserId>,
        /// The extension that handled the call.
        code: Option<Extension>,
        result: CallResult,
        /// The talk time.
        duration: Option<Seconds>,
        /// The wait time of the client.
        duration_waiting: Option<Seconds>,
        /// The PBX's id of the call.
        external_id: Text,
        /// The address of the recording; the CRM or the manager's browser opens it.
        record_url: Option<Text>,
        /// The company's number; the CRM links it to a shop.
        external_phone: Option<PhoneText>,
        /// The shop.
        site: Option<Text>,
        /// The advertising source of the caller.
        source: Option<CallSource>,
    }
}

impl CallUpload {
    /// Sets the talk time of a call that was not answered.
    pub(crate) fn with_default_duration(&self) -> Cow<'_, Self> {
        if self.duration.is_some() || self.result == CallResult::Answered {
            return Cow::Borrowed(self);
        }
        Cow::Owned(Self { duration: Some(Seconds::ZERO), ..self.clone() })
    }

    pub(crate) fn has_handler(&self) -> bool {
        self.code.is_some() || self.user_id.is_some()
    }
}

/// RetailCRM's response to an upload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CallsUploadResponse {
    /// The number of processed calls (`processedCallsCount`).
    #[serde(rename = "processedCallsCount", deserialize_with = "wire::integer_or_none")]
    pub processed: Option<i64>,
    /// Ids of calls that the CRM already had (`duplicateCalls`).
    #[serde(rename = "duplicateCalls", deserialize_with = "wire::texts")]
    pub duplicates: Vec<String>,
}

/// The manager responsible for a number, with the customer and cards. Every field is absent for an
/// unknown number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ManagerResponse {
    /// The manager.
    #[serde(deserialize_with = "wire::object_or_none")]
    pub manager: Option<Manager>,
    /// The customer; only if details were requested.
    #[serde(deserialize_with = "wire::object_or_none")]
    pub customer: Option<ManagerCustomer>,
    /// Addresses of cards; only if details were requested.
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
    /// The extension, as registered in the CRM.
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub code: Option<String>,
}

impl Manager {
    /// First name and last name, as far as known.
    pub fn full_name(&self) -> Option<String> {
        full_name(self.first_name.as_deref(), self.last_name.as_deref())
    }
}

/// The customer of a manager response.
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
    /// The numbers, as typed.
    #[serde(deserialize_with = "phones")]
    pub phones: Vec<String>,
}

impl ManagerCustomer {
    /// First name and last name, as far as known.
    pub fn full_name(&self) -> Option<String> {
        full_name(self.first_name.as_deref(), self.last_name.as_deref())
    }
}

/// Addresses of cards in the CRM, as far as they apply.
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

/// The full name, given name first, as for every CRM.
pub(crate) fn full_name(first: Option<&str>, last: Option<&str>) -> Option<String> {
    let parts: Vec<&str> = [first, last]
        .into_iter()
        .flatten()
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
