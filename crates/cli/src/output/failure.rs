//! Failures, for scripts and for people.

use serde_json::{Map, Value, json};
use vochi_crm::{Error, Redactor, TryAgain};

/// A failure as every command prints it in JSON.
pub(crate) fn failure(error: &Error, redactor: &Redactor) -> Value {
    json!({ "ok": false, "error": told(error, redactor) })
}

/// The inside of it.
pub(super) fn told(error: &Error, redactor: &Redactor) -> Value {
    let mut told = Map::new();
    let mut say = |key: &str, value: Value| {
        told.insert(key.to_owned(), value);
    };
    say("kind", error.kind().as_str().into());
    say("effect", error.effect().as_str().into());
    say("message", redactor.redact(error.message()).into());
    if let Some(hint) = error.hint() {
        say("hint", redactor.redact(hint).into());
    }
    if let Some(crm) = error.crm() {
        say("crm", crm.as_str().into());
    }
    if let Some(account) = error.account() {
        say("profile", account.as_str().into());
    }
    if let Some(operation) = error.operation() {
        say("operation", operation.into());
    }
    if let Some(status) = error.status() {
        say("status", status.into());
    }
    if let Some(code) = error.code() {
        say("code", redactor.redact(code).into());
    }
    if !error.fields().is_empty() {
        let fields = error.fields().iter();
        let fields = fields.map(|(name, text)| (name.clone(), redactor.redact(text).into()));
        say("fields", Value::Object(fields.collect()));
    }
    if let TryAgain::After(wait) = error.try_again() {
        let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        say("retry_after_seconds", whole.into());
    }
    Value::Object(told)
}

/// What happened, to whom, and what to do.
pub(super) fn words(error: &Error, redactor: &Redactor) -> (String, Option<String>) {
    let mut what = String::new();
    if let (Some(crm), Some(account)) = (error.crm(), error.account()) {
        what.push_str(&format!("{crm} account {account}: "));
    }
    if let Some(operation) = error.operation() {
        what.push_str(&format!("{operation}: "));
    }
    what.push_str(error.message());
    for (field, text) in error.fields() {
        what.push_str(&format!("\n  {field}: {text}"));
    }
    (
        redactor.redact(&what),
        error.hint().map(|hint| redactor.redact(hint)),
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use vochi_crm::{Effect, ErrorKind, Secret};

    use super::*;

    #[test]
    fn a_failure_tells_all_it_knows_and_nothing_else() {
        let error = Error::new(ErrorKind::RateLimited, "too many")
            .with_status(503)
            .with_effect(Effect::Maybe)
            .with_try_again(TryAgain::After(Duration::from_millis(1_200)));
        assert_eq!(
            failure(&error, &Redactor::default()),
            json!({"ok": false, "error": {
                "kind": "rate_limited", "effect": "maybe", "message": "too many", "status": 503,
                "retry_after_seconds": 2,
            }}),
        );
    }

    #[test]
    fn a_secret_in_a_message_is_masked() {
        let redactor = Redactor::new([Secret::new("canary-key")]);
        let error = Error::config("wrong key canary-key").with_hint("not canary-key");
        let told = failure(&error, &redactor).to_string();
        assert!(!told.contains("canary"), "{told}");
    }
}
