//! Integration modules: the registration of a telephony, read without loss.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use vochi_crm_core::wire;
use vochi_crm_core::{Error, Extension, Result, Secret};

use super::UserId;

/// The code of an integration module in its account.
///
/// ```
/// use vochi_crm_retailcrm::model::ModuleCode;
/// assert_eq!(ModuleCode::new("vochi-telephony")?.as_str(), "vochi-telephony");
/// assert!(ModuleCode::new("vochi/../users").is_err());
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ModuleCode(String);

impl ModuleCode {
    /// Checks and wraps a code: Latin letters, digits, `-`, `_`, and `.` beside them.
    ///
    /// # Errors
    /// `input` for anything else: the code is part of the request's path.
    pub fn new(code: impl Into<String>) -> Result<Self> {
        let code = code.into();
        let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        // Dots only would be path steps.
        let named = code.contains(|c: char| c.is_ascii_alphanumeric());
        if !named || code.len() > 255 || !code.chars().all(good) {
            return Err(Error::input(format!(
                "invalid module code {code:?}: must be letters, digits, - and _"
            ))
            .with_hint("write Latin letters, digits, - and _, as vochi-telephony"));
        }
        Ok(Self(code))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ModuleCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ModuleCode {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::new(text)
    }
}

/// An integration module (`integrationModule`).
///
/// Writing a module replaces it completely, so all fields that were read are kept and written back,
/// including unknown ones. `Debug` prints no address and no `clientId`: both authenticate requests.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct IntegrationModule {
    /// The code.
    pub code: Option<String>,
    /// The code of the module's type; [`code`](Self::code) begins with it.
    pub integration_code: Option<String>,
    /// Whether it is active.
    pub active: Option<bool>,
    /// The name shown to users.
    pub name: Option<String>,
    /// The address of the logo, an SVG.
    pub logo: Option<String>,
    /// The account's id in the CRM's requests to the host.
    pub client_id: Option<Secret>,
    /// The base address of the CRM's requests.
    pub base_url: Option<String>,
    /// The address of the button "personal account".
    pub account_url: Option<String>,
    /// The telephony (`integrations.telephony`), merged with the extensions that an older
    /// registration left at the module's root.
    pub telephony: Option<TelephonyModule>,
    /// Whether the CRM has frozen it. Never written.
    pub freeze: Option<bool>,
    /// Whether it is RetailCRM's own. Never written.
    pub native: Option<bool>,
    /// Further parts under `integrations`, unchanged.
    pub other_integrations: Map<String, Value>,
    /// Further fields, unchanged.
    pub other: Map<String, Value>,
    pub(super) moved: bool,
    pub(super) unreadable: Vec<&'static str>,
}

/// The telephony part of an integration module (`integrations.telephony`).
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct TelephonyModule {
    /// The address of click-to-call requests.
    pub make_call_url: Option<String>,
    /// The address of user status notifications.
    pub change_user_status_url: Option<String>,
    /// Whether the settings can be changed in the CRM, and not only through the API.
    pub allow_edit: Option<bool>,
    /// Whether `in` events are sent.
    pub input_event_supported: Option<bool>,
    /// Whether `out` events are sent.
    pub output_event_supported: Option<bool>,
    /// Whether `hangup` events are sent.
    pub hangup_event_supported: Option<bool>,
    /// The extensions of users.
    pub additional_codes: Vec<AdditionalCode>,
    /// The company's numbers and their shops.
    pub external_phones: Vec<ExternalPhone>,
    /// Unreadable elements of `additionalCodes`; they are written back unchanged.
    pub unread_codes: Vec<Value>,
    /// Unreadable elements of `externalPhones`; they are written back unchanged.
    pub unread_phones: Vec<Value>,
    /// Further fields, unchanged.
    pub other: Map<String, Value>,
}

/// An extension and its user (`additionalCodes`).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AdditionalCode {
    /// The user.
    pub user: UserId,
    /// The extension.
    pub code: Extension,
    /// Further fields, unchanged.
    pub other: Map<String, Value>,
}

impl AdditionalCode {
    /// Creates the extension of a user.
    pub fn new(user: UserId, code: Extension) -> Self {
        Self { user, code, other: Map::new() }
    }

    fn read(value: &Value) -> Option<Self> {
        let mut other = value.as_object()?.clone();
        let user = UserId::deserialize(other.remove("userId")?).ok()?;
        let code = text(&other.remove("code")?)?;
        Some(Self { user, code: Extension::new(code).ok()?, other })
    }
}

/// One of the company's numbers and its shop (`externalPhones`).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ExternalPhone {
    /// The shop.
    pub site: Option<String>,
    /// The number, as typed.
    pub phone: String,
    /// Further fields, unchanged.
    pub other: Map<String, Value>,
}

impl ExternalPhone {
    /// Creates the number of a shop.
    pub fn new(site: impl Into<String>, phone: impl Into<String>) -> Self {
        Self { site: Some(site.into()), phone: phone.into(), other: Map::new() }
    }

    fn read(value: &Value) -> Option<Self> {
        let mut other = value.as_object()?.clone();
        let phone = text(&other.remove("externalPhone")?)?;
        Some(Self { site: take(&mut other, "siteCode", text), phone, other })
    }
}

impl IntegrationModule {
    /// The names of unreadable parts. A module with such parts is not written, since they would be
    /// lost.
    pub fn unreadable(&self) -> &[&'static str] {
        &self.unreadable
    }

    fn read(mut fields: Map<String, Value>) -> Self {
        let mut unreadable = Vec::new();
        let mut integrations = match fields.get("integrations").map(parse_json_text) {
            Some(Value::Object(map)) => {
                fields.remove("integrations");
                map
            }
            Some(value) if !is_php_empty(&value) => {
                unreadable.push("integrations");
                Map::new()
            }
            _ => Map::new(),
        };
        let mut telephony = match integrations.get("telephony").map(parse_json_text) {
            Some(Value::Object(map)) => {
                integrations.remove("telephony");
                Some(TelephonyModule::read(map, &mut unreadable))
            }
            Some(value) if !is_php_empty(&value) => {
                unreadable.push("integrations.telephony");
                None
            }
            _ => None,
        };
        let mut at_root = TelephonyModule::default();
        at_root.take_lists(&mut fields, &mut unreadable);
        let moved = telephony.get_or_insert_default().merge(at_root);
        Self {
            code: take(&mut fields, "code", text),
            integration_code: take(&mut fields, "integrationCode", text),
            active: take(&mut fields, "active", flag),
            name: take(&mut fields, "name", text),
            logo: take(&mut fields, "logo", text),
            client_id: take(&mut fields, "clientId", text).map(Secret::new),
            base_url: take(&mut fields, "baseUrl", text),
            account_url: take(&mut fields, "accountUrl", text),
            telephony: telephony.filter(|telephony| *telephony != TelephonyModule::default()),
            freeze: fields.remove("freeze").as_ref().and_then(flag),
            native: fields.remove("native").as_ref().and_then(flag),
            other_integrations: integrations,
            other: fields,
            moved,
            unreadable,
        }
    }
}

impl TelephonyModule {
    fn read(mut fields: Map<String, Value>, unreadable: &mut Vec<&'static str>) -> Self {
        let mut telephony = Self::default();
        telephony.take_lists(&mut fields, unreadable);
        Self {
            make_call_url: take(&mut fields, "makeCallUrl", text),
            change_user_status_url: take(&mut fields, "changeUserStatusUrl", text),
            allow_edit: take(&mut fields, "allowEdit", flag),
            input_event_supported: take(&mut fields, "inputEventSupported", flag),
            output_event_supported: take(&mut fields, "outputEventSupported", flag),
            hangup_event_supported: take(&mut fields, "hangupEventSupported", flag),
            other: fields,
            ..telephony
        }
    }

    fn take_lists(&mut self, fields: &mut Map<String, Value>, unreadable: &mut Vec<&'static str>) {
        for element in elements(fields, "additionalCodes", unreadable) {
            match AdditionalCode::read(&element) {
                Some(code) => self.additional_codes.push(code),
                None => self.unread_codes.push(element),
            }
        }
        for element in elements(fields, "externalPhones", unreadable) {
            match ExternalPhone::read(&element) {
                Some(phone) => self.external_phones.push(phone),
                None => self.unread_phones.push(element),
            }
        }
    }

    /// Merges the telephony fields at the module's root, and returns true if there were any. For an
    /// extension in both places the user here takes precedence.
    fn merge(&mut self, root: Self) -> bool {
        let before = self.clone();
        for code in root.additional_codes {
            if !self.additional_codes.iter().any(|own| own.code == code.code) {
                self.additional_codes.push(code);
            }
        }
        take_missing(&mut self.external_phones, root.external_phones);
        take_missing(&mut self.unread_codes, root.unread_codes);
        take_missing(&mut self.unread_phones, root.unread_phones);
        *self != before
    }
}

fn take_missing<T: PartialEq>(own: &mut Vec<T>, more: Vec<T>) {
    for one in more {
        if !own.contains(&one) {
            own.push(one);
        }
    }
}

/// The elements of a list, taken out of the fields; an unreadable list stays and is named.
fn elements(
    fields: &mut Map<String, Value>,
    name: &'static str,
    unreadable: &mut Vec<&'static str>,
) -> Vec<Value> {
    let list = match fields.get(name).map(parse_json_text) {
        None => return Vec::new(),
        Some(Value::Array(list)) => list,
        // A list with gaps is sent as a map; a single element may be sent without a list.
        Some(Value::Object(map)) if map.values().all(Value::is_object) => {
            map.into_iter().map(|(_, element)| element).collect()
        }
        Some(single @ Value::Object(_)) => vec![single],
        Some(Value::Bool(false)) => Vec::new(),
        Some(value) if is_php_empty(&value) => Vec::new(),
        Some(_) => {
            unreadable.push(name);
            return Vec::new();
        }
    };
    fields.remove(name);
    list
}

/// A structure that may be written as a JSON text.
fn parse_json_text(value: &Value) -> Value {
    value
        .as_str()
        .and_then(|text| serde_json::from_str(text).ok())
        .filter(|inner: &Value| inner.is_object() || inner.is_array())
        .unwrap_or_else(|| value.clone())
}

/// Returns true for PHP's spellings of a missing value.
pub(super) fn is_php_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// Takes a readable field; an unreadable one stays among the others.
fn take<T>(
    fields: &mut Map<String, Value>,
    name: &str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Option<T> {
    let value = fields.get(name).and_then(read)?;
    fields.remove(name);
    Some(value)
}

fn text(value: &Value) -> Option<String> {
    wire::text_or_none(value).ok().flatten()
}

fn flag(value: &Value) -> Option<bool> {
    wire::bool_or_none(value).ok().flatten()
}

impl<'de> Deserialize<'de> for IntegrationModule {
    /// Reads an object, or an object in a JSON text.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match parse_json_text(&Value::deserialize(deserializer)?) {
            Value::Object(fields) => Ok(Self::read(fields)),
            _ => Err(D::Error::custom("expected an integration module")),
        }
    }
}

impl fmt::Debug for IntegrationModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntegrationModule")
            .field("code", &self.code)
            .field("integration_code", &self.integration_code)
            .field("active", &self.active)
            .field("telephony", &self.telephony)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for TelephonyModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelephonyModule")
            .field("allow_edit", &self.allow_edit)
            .field("additional_codes", &self.additional_codes)
            .field("external_phones", &self.external_phones.len())
            .finish_non_exhaustive()
    }
}
