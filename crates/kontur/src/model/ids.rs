//! Ids. Most are GUIDs; opaque ones are kept unchanged.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use vochi_crm_core::{CallId, CrmCallId, CrmUserId, Error, LegId, Result, text_id};

use crate::ContinueBy;

/// The longest accepted id.
const LONGEST: usize = 255;

/// The GUID Kontur writes for a missing id.
pub(crate) const ZERO_GUID: &str = "00000000-0000-0000-0000-000000000000";

/// Checks a GUID and converts it to lower case. The zero GUID is invalid.
fn guid(what: &str, text: &str) -> Result<Box<str>> {
    let wrong = || {
        Error::input(format!("invalid {what} {text:?}"))
            .with_hint("Kontur's ids look like a1b2c3d4-1111-4a4a-8b8b-000000000101")
    };
    let shaped = text.len() == ZERO_GUID.len()
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    let lower = text.to_ascii_lowercase();
    if shaped && lower != ZERO_GUID { Ok(lower.into()) } else { Err(wrong()) }
}

/// Checks an id of unknown format.
fn opaque(what: &str, text: &str) -> Result<Box<str>> {
    if text.is_empty() || text.len() > LONGEST || text.chars().any(char::is_control) {
        return Err(Error::input(format!("invalid {what} {text:?}")));
    }
    Ok(text.into())
}

/// Checks an id of unknown format that is not the zero GUID.
fn opaque_not_zero(what: &str, text: &str) -> Result<Box<str>> {
    if text == ZERO_GUID {
        return Err(Error::input(format!("invalid {what} {text:?}")));
    }
    opaque(what, text)
}

text_id!(
    /// The id of a Kontur user (an employee).
    ///
    /// Invalid ids are rejected here, because Kontur would report the whole body as missing.
    ///
    /// ```
    /// use vochi_crm_kontur::model::UserId;
    /// let id = UserId::new("A1B2C3D4-1111-4a4a-8b8b-000000000101")?;
    /// assert_eq!(id.as_str(), "a1b2c3d4-1111-4a4a-8b8b-000000000101");
    /// assert!(UserId::new("101").is_err());
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    UserId, "Kontur user id", guid
);

text_id!(
    /// The id of a contact: a person on the client's side.
    ContactId, "contact id", guid
);

text_id!(
    /// The id of a company, which Kontur's users see as the client.
    CompanyId, "company id", guid
);

text_id!(
    /// The id of a deal.
    DealId, "deal id", guid
);

text_id!(
    /// The id of an integration in a workspace (its instance).
    InstanceId, "integration instance id", guid
);

text_id!(
    /// The id of a webhook or schedule of an integration.
    ///
    /// Use constant ids, so that a second run finds the webhooks of the first.
    WebhookId, "webhook id", guid
);

text_id!(
    /// The id of a phone number or address of a contact or company.
    ElementId, "element id", guid
);

text_id!(
    /// Kontur's id of a call.
    CommunicationId, "communication id", opaque_not_zero
);

text_id!(
    /// The id of an uploaded file. It expires after a day or when the file is attached to a call.
    FileId, "file id", opaque_not_zero
);

text_id!(
    /// The id of a feed event. The same event may be delivered more than once.
    EventId, "event id", opaque_not_zero
);

text_id!(
    /// An offset in the event feed. It is opaque: never computed, never compared by order.
    EventOffset, "feed offset", opaque
);

impl EventOffset {
    /// Returns the offset before the workspace's first event.
    pub fn start() -> Self {
        Self(ZERO_GUID.into())
    }
}

impl UserId {
    /// Converts a user id of the common model.
    ///
    /// # Errors
    /// `config`: Kontur's user ids are GUIDs.
    pub fn of(user: &CrmUserId) -> Result<Self> {
        Self::new(user.as_str()).map_err(|error| {
            let hint = error.hint().unwrap_or_default().to_owned();
            Error::config(error.message().to_owned()).with_hint(hint)
        })
    }

    /// Converts to the common model.
    ///
    /// # Errors
    /// Never for a checked id.
    pub fn to_common(&self) -> Result<CrmUserId> {
        CrmUserId::new(self.as_str())
    }
}

impl CommunicationId {
    /// Converts the id of a click-to-call from the common model.
    ///
    /// # Errors
    /// `input` for an invalid text.
    pub fn of(call: &CrmCallId) -> Result<Self> {
        Self::new(call.as_str())
    }

    /// Converts to the common model.
    ///
    /// # Errors
    /// Never for a checked id.
    pub fn to_common(&self) -> Result<CrmCallId> {
        CrmCallId::new(self.as_str())
    }
}

/// The PBX's call id, with or without Kontur's prefix (`Vochi/1763631515.42`).
///
/// Two ids are equal if they match without the prefix. It is not documented who adds the prefix and
/// which form is accepted where. Operations that start or register a call send the [raw](Self::raw)
/// id; later ones send what call-started returned.
///
/// ```
/// use vochi_crm_kontur::model::ExternalId;
/// let ours = ExternalId::new("1763631515.42")?;
/// let returned: ExternalId = serde_json::from_str("\"Vochi/1763631515.42\"").unwrap();
/// assert_eq!(ours, returned);
/// assert_eq!(returned.as_str(), "Vochi/1763631515.42");
/// assert_eq!(returned.raw(), "1763631515.42");
/// assert!(ExternalId::new("pbx/1763631515.42").is_err());
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone)]
pub struct ExternalId(Box<str>);

impl ExternalId {
    /// Checks an id of the PBX. It contains no `/`, which would look like a prefix.
    ///
    /// # Errors
    /// `input` for an empty or overlong text, one with control characters or with a `/`.
    pub fn new(text: impl AsRef<str>) -> Result<Self> {
        let text = text.as_ref().trim();
        if text.contains('/') {
            return Err(Error::input(format!(
                "invalid call id {text:?}: must not contain a slash"
            ))
            .with_hint(
                "change call_id_prefix or the PBX's call ids: a slash ends Kontur's prefix",
            ));
        }
        opaque("call id", text).map(Self)
    }

    /// Checks an id returned by Kontur, in the response of call-started or as stored by a host.
    ///
    /// # Errors
    /// `input` for a text without an id after the prefix.
    pub fn returned(text: impl AsRef<str>) -> Result<Self> {
        let id = Self(opaque("call id", text.as_ref().trim())?);
        if id.raw().is_empty() {
            return Err(Error::input(format!("invalid call id {:?}", id.as_str())));
        }
        Ok(id)
    }

    /// Returns the id as received, with its prefix if it has one.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the id without the prefix: the PBX's id.
    pub fn raw(&self) -> &str {
        without_prefix(&self.0)
    }

    /// Serializes the id without the prefix.
    pub(crate) fn write_raw<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.raw())
    }

    /// Returns the id in the form for follow-up requests.
    #[must_use]
    pub fn in_form(self, form: ContinueBy) -> Self {
        match form {
            ContinueBy::Returned => self,
            ContinueBy::Raw => Self(self.raw().into()),
        }
    }
}

/// Returns the part after the first `/`.
fn without_prefix(text: &str) -> &str {
    text.split_once('/').map_or(text, |(_, raw)| raw)
}

impl TryFrom<&CallId> for ExternalId {
    type Error = Error;

    fn try_from(call: &CallId) -> Result<Self> {
        Self::new(call.as_str())
    }
}

impl PartialEq for ExternalId {
    fn eq(&self, other: &Self) -> bool {
        self.raw() == other.raw()
    }
}

impl Eq for ExternalId {}

impl Hash for ExternalId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.raw().hash(state);
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExternalId({})", self.0)
    }
}

impl Serialize for ExternalId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ExternalId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = vochi_crm_core::wire::text_or_none(deserializer)?.unwrap_or_default();
        Self::returned(text).map_err(|_| serde::de::Error::custom("invalid call id"))
    }
}

/// Deserializes a leg id, without a prefix as call ids may have.
pub(super) fn leg_id_or_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<LegId>, D::Error> {
    let text = vochi_crm_core::wire::text_or_none(deserializer)?;
    Ok(text.and_then(|text| LegId::new(without_prefix(&text)).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_id_must_be_guid() {
        for (text, good) in [
            ("a1b2c3d4-1111-4a4a-8b8b-000000000101", true),
            (" A1B2C3D4-1111-4A4A-8B8B-000000000101 ", true),
            (ZERO_GUID, false),
            ("", false),
            ("101", false),
            ("a1b2c3d41111-4a4a-8b8b-000000000101-", false),
            ("a1b2c3d4-1111-4a4a-8b8b-00000000010g", false),
            ("{a1b2c3d4-1111-4a4a-8b8b-0000000001}", false),
            ("я1b2c3d4-1111-4a4a-8b8b-00000000010", false),
        ] {
            assert_eq!(UserId::new(text).is_ok(), good, "{text:?}");
        }
    }

    #[test]
    fn zero_guid_is_valid_only_as_feed_offset() {
        assert!(CommunicationId::new(ZERO_GUID).is_err());
        assert!(FileId::new(ZERO_GUID).is_err());
        assert!(EventId::new(ZERO_GUID).is_err());
        assert_eq!(EventOffset::new(ZERO_GUID).unwrap(), EventOffset::start());
    }

    #[test]
    fn call_ids_are_equal_without_prefix() {
        let ours = ExternalId::new("1.42").unwrap();
        for (text, same) in
            [("1.42", true), ("Vochi/1.42", true), ("Megafon/1.42", true), ("Vochi/1.43", false)]
        {
            let returned = ExternalId::returned(text).unwrap();
            assert_eq!(returned == ours, same, "{text}");
            let raw = returned.clone().in_form(ContinueBy::Raw);
            assert_eq!(raw.as_str(), returned.raw());
            assert_eq!(returned.in_form(ContinueBy::Returned).as_str(), text);
        }
        for bad in ["", "Vochi/", "a\nb"] {
            assert!(ExternalId::returned(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn invalid_common_user_id_is_config_error() {
        let common = CrmUserId::new("18").unwrap();
        let error = UserId::of(&common).unwrap_err();
        assert_eq!(error.kind(), vochi_crm_core::ErrorKind::Config);
        assert!(error.hint().is_some());
    }
}
