//! Texts of refusals, and tests of single values.

use jiff::civil::DateTime;
use serde_json::Value;
use url::{Host, Url};

pub(super) const BLANK: &str = "This value should not be blank.";
pub(super) const CHOICE: &str = "The value you selected is not a valid choice.";
pub(super) const INVALID: &str = "This value is not valid.";
pub(super) const EXTRA: &str = "This form should not contain extra fields.";
pub(super) const TAKEN: &str = "This value is already used.";
pub(super) const FIFTY: &str = "This collection should contain 50 elements or less.";

/// Returns true for an international number: `+375291112233`, or without the plus (§2.2, phone
/// form).
pub(super) fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (7..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn phone(value: &Value) -> bool {
    value.as_str().is_some_and(is_phone)
}

pub(super) fn list_of(value: &Value, item: impl Fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(item))
}

/// Returns true for an object with only these fields, each a text.
pub(super) fn texts_only(value: &Value, known: &[&str]) -> bool {
    value.as_object().is_some_and(|fields| {
        fields.iter().all(|(name, value)| known.contains(&name.as_str()) && value.is_string())
    })
}

/// Returns true for a valid `Y-m-d H:i:s`.
pub(super) fn date_time(text: &str) -> bool {
    let shape = "dddd-dd-dd dd:dd:dd";
    let fits = text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(byte, wanted)| match wanted {
            b'd' => byte.is_ascii_digit(),
            other => byte == other,
        });
    fits && DateTime::strptime("%Y-%m-%d %H:%M:%S", text).is_ok()
}

/// Returns true for a valid `Y-m-d`.
pub(super) fn date(text: &str) -> bool {
    date_time(&format!("{text} 00:00:00"))
}

/// Returns true for an http or https link without a login.
pub(super) fn open_link(value: &Value) -> bool {
    value.as_str().map(Url::parse).is_some_and(|url| {
        url.is_ok_and(|url| {
            let web = matches!(url.scheme(), "http" | "https");
            web && url.username().is_empty() && url.password().is_none()
        })
    })
}

/// Returns true for a link the CRM can fetch without a login; plain `http` on this machine only.
pub(super) fn link(value: &Value) -> bool {
    let Some(Ok(url)) = value.as_str().map(Url::parse) else {
        return false;
    };
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return false,
    };
    open_link(value) && (url.scheme() == "https" || here)
}
