//! Formats errors as JSON and as text.

use std::collections::BTreeMap;

use serde::Serialize;
use vochi_crm::{Effect, Error, Redactor, TryAgain};

/// The JSON output of a failed command.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    ok: bool,
    error: ErrorObject,
}

/// The object under `error`.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorObject {
    kind: &'static str,
    effect: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crm: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u64>,
}

impl Failure {
    /// Converts an error, with secrets masked.
    pub(crate) fn of(error: &Error, redactor: &Redactor) -> Self {
        Self { ok: false, error: ErrorObject::of(error, redactor) }
    }

    /// Creates the failure of an interrupted command.
    pub(crate) fn interrupted(effect: Effect) -> Self {
        let error = Error::internal("interrupted before the command ended").with_effect(effect);
        let error = match effect {
            Effect::NotApplied => error,
            _ => error.with_hint("check the CRM before repeating it"),
        };
        Self {
            ok: false,
            error: ErrorObject {
                kind: "interrupted",
                ..ErrorObject::of(&error, &Redactor::default())
            },
        }
    }
}

impl ErrorObject {
    /// Converts an error, with secrets masked.
    pub(crate) fn of(error: &Error, redactor: &Redactor) -> Self {
        // Texts of the CRM are redacted by the library.
        let mask = |text: &str| redactor.mask_known(text);
        let fields = error.fields().iter().map(|(name, text)| (mask(name), mask(text)));
        Self {
            kind: error.kind().as_str(),
            effect: error.effect().as_str(),
            message: mask(error.message()),
            hint: hint(error).map(|hint| mask(&hint)),
            crm: error.crm().map(vochi_crm::CrmName::as_str),
            profile: error.account().map(|account| mask(account.as_str())),
            operation: error.operation().map(mask),
            status: error.status(),
            code: error.code().map(mask),
            fields: fields.collect(),
            retry_after_seconds: match error.try_again() {
                TryAgain::After(wait) => Some(whole_seconds(wait)),
                _ => None,
            },
        }
    }
}

/// The hint of an error, with the command that helps.
fn hint(error: &Error) -> Option<String> {
    let hint = error.hint()?;
    let profile = error.account().map(vochi_crm::AccountName::as_str);
    Some(with_command(hint, profile))
}

/// Adds the command to a hint of the library, which names none.
pub(crate) fn with_command(hint: &str, profile: Option<&str>) -> String {
    if !hint.contains("authorize the application") {
        return hint.to_owned();
    }
    let profile = profile.map(|profile| format!(" --profile {profile}")).unwrap_or_default();
    format!("{hint}; the command: vochi-crm oauth --authorize{profile}")
}

/// Rounds up to whole seconds.
fn whole_seconds(wait: std::time::Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// Returns message and hint for people, with account and operation.
pub(super) fn words(error: &Error, redactor: &Redactor) -> (String, Option<String>) {
    let account = match (error.crm(), error.account()) {
        (Some(crm), Some(account)) => format!("{crm} account {account}: "),
        _ => String::new(),
    };
    let operation = error.operation().map(|operation| format!("{operation}: "));
    let operation = operation.unwrap_or_default();
    let fields = error.fields().iter().map(|(field, text)| format!("\n  {field}: {text}"));
    let fields: String = fields.collect();
    let what = format!("{account}{operation}{}{fields}", error.message());
    (redactor.mask_known(&what), hint(error).map(|hint| redactor.mask_known(&hint)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;
    use vochi_crm::{ErrorKind, Secret};

    use super::*;

    #[test]
    fn failure_has_only_known_keys() {
        let error = Error::new(ErrorKind::RateLimited, "too many")
            .with_status(503)
            .with_effect(Effect::Maybe)
            .with_try_again(TryAgain::After(Duration::from_millis(1_200)));
        assert_eq!(
            serde_json::to_value(Failure::of(&error, &Redactor::default())).unwrap(),
            json!({"ok": false, "error": {
                "kind": "rate_limited", "effect": "maybe", "message": "too many", "status": 503,
                "retry_after_seconds": 2,
            }}),
        );
    }

    #[test]
    fn secret_in_message_is_masked() {
        let redactor = Redactor::new([Secret::new("canary-key")]);
        let error = Error::config("wrong key canary-key").with_hint("not canary-key");
        let json = serde_json::to_string(&Failure::of(&error, &redactor)).unwrap();
        assert!(!json.contains("canary"), "{json}");
    }

    #[test]
    fn own_messages_and_hints_pass_unchanged() {
        let redactor = Redactor::new([Secret::new("canary-key")]);
        let mut seen = 0;
        for crate_name in ["crm-core", "retailcrm", "kontur", "uon", "bitrix24", "asterisk", "cli"]
        {
            let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
            let sources = std::path::Path::new(sources).join(crate_name).join("src");
            for literal in literals(&sources) {
                let error = Error::config(literal.clone()).with_hint(literal.clone());
                let json = ErrorObject::of(&error, &redactor);
                assert_eq!(json.message, literal, "{crate_name}");
                assert_eq!(json.hint.as_deref(), Some(literal.as_str()), "{crate_name}");
                let (what, hint) = words(&error, &redactor);
                assert_eq!((what, hint), (literal.clone(), Some(literal)), "{crate_name}");
                seen += 1;
            }
        }
        assert!(seen > 2_000, "only {seen} literals were found");
    }

    /// Returns every string literal in the sources below a directory, tests included.
    fn literals(directory: &std::path::Path) -> Vec<String> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(literals(&path));
            } else {
                let source = std::fs::read_to_string(&path).unwrap();
                // Every second piece is in quotes. Quotes in comments do no harm.
                let source = source.replace("\\\"", "'").replace("'\"'", "");
                let pieces = source.split('"').skip(1).step_by(2);
                // A text that a test masks.
                let own = pieces.filter(|text| !text.contains("canary-key"));
                found.extend(own.map(str::to_owned));
            }
        }
        found
    }
}
