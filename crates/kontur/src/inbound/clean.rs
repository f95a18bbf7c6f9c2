//! What a request says, without secrets.

use http::HeaderMap;
use serde_json::{Map, Value};
use vochi_crm_core::{Account, Redactor, Secret};

use crate::Config;

const MASK: &str = "***";

/// Longer texts are not handed on: looking for secrets takes the square of the length. People write
/// shorter ones, and Kontur's feed has the whole.
const LONGEST_TEXT: usize = 4 * 1024;

/// Stands for a text that was too long.
const CUT: &str = "…";

/// Parts of names that hold secrets, without case, dashes and underlines: a setup may bring anything.
const CREDENTIALS: [&str; 8] =
    ["secret", "token", "password", "apikey", "accesskey", "authorization", "bearer", "cookie"];

/// What holds the value of a setting.
const VALUES: [&str; 2] = ["value", "values"];

/// Whether a header or field of this name holds a secret.
fn is_credential(name: &str) -> bool {
    let mut name = name.to_ascii_lowercase();
    name.retain(|letter| letter != '-' && letter != '_');
    CREDENTIALS.iter().any(|part| name.contains(part))
}

/// Whether it is a pair as settings are written, `{"id": "SecretKey", "value": …}`.
fn is_secret_pair(fields: &Map<String, Value>) -> bool {
    let id = fields.get("id").and_then(Value::as_str);
    id.is_some_and(is_credential)
}

/// A cleaner of the account's secrets and of those that came in the request's headers.
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
    // Of `id=value` and `Bearer value` the value alone is as secret.
    let halves: Vec<Secret> = whole
        .iter()
        .filter_map(|secret| secret.expose().split_once(['=', ' ']))
        .map(|(_, value)| Secret::new(value.trim()))
        .collect();
    Redactor::new(whole.into_iter().chain(halves))
}

/// A text without secrets.
pub(super) fn clean_text(text: &str, redactor: &Redactor) -> String {
    if text.len() > LONGEST_TEXT { CUT.to_owned() } else { redactor.redact(text) }
}

/// The value without secrets, its own and those named so.
pub(super) fn clean(value: Value, redactor: &Redactor) -> Value {
    match value {
        Value::String(text) => Value::from(clean_text(&text, redactor)),
        // A secret may be all digits.
        Value::Number(number) => {
            let text = number.to_string();
            let clean = redactor.redact(&text);
            if clean == text { Value::Number(number) } else { Value::from(clean) }
        }
        Value::Array(values) => values.into_iter().map(|value| clean(value, redactor)).collect(),
        Value::Object(fields) => {
            let pair = is_secret_pair(&fields);
            fields
                .into_iter()
                .map(|(name, value)| {
                    let secret = is_credential(&name) || pair && VALUES.contains(&name.as_str());
                    let value = if secret { Value::from(MASK) } else { clean(value, redactor) };
                    (clean_text(&name, redactor), value)
                })
                .collect()
        }
        plain => plain,
    }
}
