//! Masks secrets in a CRM's response.

use serde_json::Value;
use vochi_crm::Redactor;

/// Replaces the account's secrets, and values of fields named like a secret, by `***`.
pub(crate) fn redacted(value: Value, redactor: &Redactor) -> Value {
    match value {
        Value::String(text) => without_tokens(&redactor.redact(&text)).into(),
        Value::Array(items) => items.into_iter().map(|item| redacted(item, redactor)).collect(),
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(name, value)| {
                    let value = field(&name, value, redactor);
                    (name, value)
                })
                .collect(),
        ),
        other => other,
    }
}

/// Masks the credentials in the query of an address.
fn without_tokens(text: &str) -> String {
    let Some((before, query)) = text.split_once('?').filter(|_| text.contains("://")) else {
        return text.to_owned();
    };
    let parameters = query.split('&').map(|parameter| match parameter.split_once('=') {
        Some((name @ ("auth" | "token"), _)) => format!("{name}=***"),
        _ => parameter.to_owned(),
    });
    format!("{before}?{}", parameters.collect::<Vec<_>>().join("&"))
}

fn field(name: &str, value: Value, redactor: &Redactor) -> Value {
    let Value::String(text) = &value else {
        return redacted(value, redactor);
    };
    if !text.is_empty() && Redactor::is_secret_name(name) {
        return "***".into();
    }
    redacted(value, redactor)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use vochi_crm::Secret;

    use super::*;

    #[test]
    fn secrets_in_response_are_masked_by_value_and_name() {
        let redactor = Redactor::new([Secret::new("canary-key")]);
        let answer = json!({
            "success": true, "apiKey": "a&new&key", "echo": ["you sent canary-key"],
            "nested": {"access_token": "t", "count": 3, "apiKey": null}, "name": "Ольга",
            "url": "https://portal.example.test/upload?auth=a1&x=2&token=b", "why": "auth=1?",
        });
        assert_eq!(
            redacted(answer, &redactor),
            json!({
                "success": true, "apiKey": "***", "echo": ["you sent ***"],
                "nested": {"access_token": "***", "count": 3, "apiKey": null}, "name": "Ольга",
                "url": "https://portal.example.test/upload?auth=***&x=2&token=***",
                "why": "auth=1?",
            }),
        );
    }
}
