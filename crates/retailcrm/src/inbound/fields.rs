//! The parameters of a request without secrets, as passed to the host.

use std::collections::BTreeMap;

use serde_json::Value;
use vochi_crm_core::Redactor;
use vochi_crm_core::inbound::InboundFields;

/// Parameters with credentials, the account's or others.
const CREDENTIALS: [&str; 4] = ["clientId", "client_id", "secret", "token"];

/// Parameters with a JSON value.
const JSON: [&str; 2] = ["activity", "settings"];

const MASK: &str = "***";

/// Returns all parameters without secrets. A name with several values has a list of them.
pub(super) fn without_secrets(
    fields: &InboundFields,
    redactor: &Redactor,
) -> BTreeMap<String, Value> {
    let mut lists = BTreeMap::<String, Vec<Value>>::new();
    for (name, text) in fields.iter() {
        let value = if is_credential(name) {
            Value::from(MASK)
        } else if JSON.contains(&name)
            && let Ok(json @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text)
        {
            redacted(json, redactor)
        } else {
            Value::from(redactor.redact(text))
        };
        let values = lists.entry(redactor.redact(name)).or_default();
        if values.last() != Some(&value) {
            values.push(value);
        }
    }
    let mut fields = BTreeMap::new();
    for (name, mut values) in lists {
        let value = match values.pop() {
            Some(only) if values.is_empty() => only,
            last => values.into_iter().chain(last).collect(),
        };
        fields.insert(name, value);
    }
    fields
}

/// Returns true if a parameter, or a part of one as `register[token]`, is a credential.
fn is_credential(name: &str) -> bool {
    let last = name.trim_end_matches(']').rsplit('[').next().unwrap_or(name);
    Redactor::is_secret_name(last)
        || CREDENTIALS.iter().any(|secret| last.eq_ignore_ascii_case(secret))
}

fn redacted(value: Value, redactor: &Redactor) -> Value {
    match value {
        Value::String(text) => Value::from(redactor.redact(&text)),
        Value::Array(values) => values.into_iter().map(|value| redacted(value, redactor)).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| {
                let value = if is_credential(&name) {
                    Value::from(MASK)
                } else {
                    redacted(value, redactor)
                };
                (redactor.redact(&name), value)
            })
            .collect(),
        plain => plain,
    }
}
