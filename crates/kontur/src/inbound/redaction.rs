//! Removes secrets from a request.

use http::HeaderMap;
use serde_json::{Map, Value};
use vochi_crm_core::{Account, Redactor, Secret};

use crate::Config;

const MASK: &str = "***";

/// Longer texts are replaced: the search for secrets takes quadratic time.
///
/// People write shorter texts, and Kontur's feed has the full ones.
const LONGEST_TEXT: usize = 4 * 1024;

/// Replaces a text that is too long.
const CUT: &str = "…";

/// Parts of names of secret fields, lower case without dashes and underscores.
const CREDENTIALS: [&str; 8] =
    ["secret", "token", "password", "apikey", "accesskey", "authorization", "bearer", "cookie"];

/// The fields with the value of a setting.
const VALUES: [&str; 2] = ["value", "values"];

/// Returns true if a header or field of this name holds a secret.
fn is_credential(name: &str) -> bool {
    let mut name = name.to_ascii_lowercase();
    name.retain(|letter| letter != '-' && letter != '_');
    CREDENTIALS.iter().any(|part| name.contains(part))
}

/// Returns true for a secret setting, as `{"id": "SecretKey", "value": …}`.
fn is_secret_pair(fields: &Map<String, Value>) -> bool {
    let id = fields.get("id").and_then(Value::as_str);
    id.is_some_and(is_credential)
}

/// Builds a redactor of the account's secrets and of those in the request's headers.
pub(super) fn redactor(account: &Account, config: &Config, headers: &HeaderMap) -> Redactor {
    let own = [
        &config.api_key,
        &config.integration_secret,
        &config.access_key,
        &config.bearer,
        &account.config().inbound_secret,
    ];
    let sent = headers
        .iter()
        .filter(|(name, _)| is_credential(name.as_str()))
        .filter_map(|(_, value)| value.to_str().ok().map(Secret::new));
    let whole: Vec<Secret> = own.into_iter().flatten().cloned().chain(sent).collect();
    // The part after `id=` or `Bearer ` is secret on its own.
    let halves: Vec<Secret> = whole
        .iter()
        .filter_map(|secret| secret.expose().split_once(['=', ' ']))
        .map(|(_, value)| Secret::new(value.trim()))
        .collect();
    Redactor::new(whole.into_iter().chain(halves))
}

/// Removes secrets from a text.
pub(super) fn redact_text(text: &str, redactor: &Redactor) -> String {
    if text.len() > LONGEST_TEXT { CUT.to_owned() } else { redactor.redact(text) }
}

/// Removes secrets from a value: known ones, and fields named as secrets.
pub(super) fn redact_value(value: Value, redactor: &Redactor) -> Value {
    match value {
        Value::String(text) => Value::from(redact_text(&text, redactor)),
        // A secret may consist of digits only.
        Value::Number(number) => {
            let text = number.to_string();
            let redacted = redactor.redact(&text);
            if redacted == text { Value::Number(number) } else { Value::from(redacted) }
        }
        Value::Array(values) => {
            values.into_iter().map(|value| redact_value(value, redactor)).collect()
        }
        Value::Object(fields) => {
            let pair = is_secret_pair(&fields);
            fields
                .into_iter()
                .map(|(name, value)| {
                    let secret = is_credential(&name) || pair && VALUES.contains(&name.as_str());
                    let value =
                        if secret { Value::from(MASK) } else { redact_value(value, redactor) };
                    (redact_text(&name, redactor), value)
                })
                .collect()
        }
        plain => plain,
    }
}
