//! The parameters as they are handed on: everything, without secrets.

use std::collections::BTreeMap;

use serde_json::Value;
use vochi_crm_core::Redactor;
use vochi_crm_core::inbound::InboundFields;

/// Parameters whose value proves something, of ours and of others.
const CREDENTIALS: [&str; 4] = ["clientId", "client_id", "secret", "token"];

/// Parameters that hold JSON.
const JSON: [&str; 2] = ["activity", "settings"];

const MASK: &str = "***";

/// Everything the request says, without secrets. A name with several values has a list of them.
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
            clean(json, redactor)
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

/// Whether a parameter, or a part of one as `register[token]`, holds a secret.
fn is_credential(name: &str) -> bool {
    let last = name.trim_end_matches(']').rsplit('[').next().unwrap_or(name);
    Redactor::is_secret_name(last)
        || CREDENTIALS.iter().any(|secret| last.eq_ignore_ascii_case(secret))
}

fn clean(value: Value, redactor: &Redactor) -> Value {
    match value {
        Value::String(text) => Value::from(redactor.redact(&text)),
        Value::Array(values) => values.into_iter().map(|value| clean(value, redactor)).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| {
                let value =
                    if is_credential(&name) { Value::from(MASK) } else { clean(value, redactor) };
                (redactor.redact(&name), value)
            })
            .collect(),
        plain => plain,
    }
}
