//! The payload of a request: its body without secrets, and builders of events.

use http::HeaderValue;
use serde_json::{Map, Value};
use vochi_crm_core::inbound::{InboundEvent, InboundKind, InboundRequest, repeat_id};
use vochi_crm_core::{Account, Extension, Party, Redactor};

use super::{ECHO, redaction};
use crate::Config;
use crate::model::UserId;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The payload of a request.
pub(super) struct Payload<'a> {
    account: &'a Account,
    /// Removes the secrets of the account and of the request's headers.
    redactor: Redactor,
    /// The redacted body; `None` unless it is a JSON object.
    body: Option<Map<String, Value>>,
    /// The echo header, lossily decoded.
    echo: String,
}

impl<'a> Payload<'a> {
    pub(super) fn new(account: &'a Account, config: &Config, request: &InboundRequest) -> Self {
        let redactor = redaction::redactor(account, config, &request.headers);
        let echo = request.headers.get(ECHO).map(HeaderValue::as_bytes);
        let bytes = request.body.as_ref();
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let body = match serde_json::from_slice(bytes) {
            Ok(body @ Value::Object(_)) => match redaction::redact_value(body, &redactor) {
                Value::Object(fields) => Some(fields),
                _ => None,
            },
            _ => None,
        };
        Self {
            account,
            redactor,
            body,
            echo: String::from_utf8_lossy(echo.unwrap_or_default()).into_owned(),
        }
    }

    /// Returns the body, if it is a JSON object.
    pub(super) fn body(&self) -> Option<&Map<String, Value>> {
        self.body.as_ref()
    }

    /// Removes secrets from a text outside the body.
    pub(super) fn redact(&self, text: &str) -> String {
        redaction::redact_text(text, &self.redactor)
    }

    /// Returns a trimmed text field of the body; numbers are converted to text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        text_of(self.body.as_ref()?.get(name)?)
    }

    /// Returns true if the body has a non-empty field of this name, readable or not.
    pub(super) fn has_field(&self, name: &str) -> bool {
        let value = self.body.as_ref().and_then(|body| body.get(name));
        match value {
            None | Some(Value::Null) => false,
            Some(Value::String(text)) => !text.trim().is_empty(),
            Some(_) => true,
        }
    }

    /// Returns a user id of the body; `None` for the zero GUID or an invalid id.
    pub(super) fn user(&self, name: &str) -> Option<UserId> {
        UserId::new(self.text(name)?).ok()
    }

    /// Returns the extension of a user, regardless of the case of the id in the directory.
    pub(super) fn extension_of(&self, user: &UserId) -> Option<Extension> {
        let directory = self.account.directory();
        let mut known = directory.extensions().map(|(_, known)| known);
        let known = known.find(|known| UserId::of(known).is_ok_and(|known| known == *user))?;
        directory.extension_of(known).cloned()
    }

    pub(super) fn party(&self, text: &str) -> Party {
        Party::read(&self.account.phones(), text)
    }

    /// Builds an event with Kontur's own id.
    pub(super) fn event_with_id(self, kind: InboundKind, id: impl Into<String>) -> InboundEvent {
        let mut event = InboundEvent::new(kind, id);
        event.raw = self.body.unwrap_or_default().into_iter().collect();
        event
    }

    /// Builds an event with an id derived from these parts.
    pub(super) fn event_of(self, kind: InboundKind, parts: &[&str]) -> InboundEvent {
        let mut all = vec![self.account.name().as_str()];
        all.extend(parts);
        let id = repeat_id(kind.as_str(), all);
        self.event_with_id(kind, id)
    }

    /// Builds an event with an id derived from route, echo and body.
    pub(super) fn event_by_echo(self, kind: InboundKind, address: &str) -> InboundEvent {
        let echo = self.echo.clone();
        let body = self.body.clone().map(Value::Object);
        let body = body.unwrap_or_default().to_string();
        self.event_of(kind, &[address, &echo, &body])
    }
}

/// Returns a trimmed text or the digits of a number; `None` for anything else.
pub(super) fn text_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}
