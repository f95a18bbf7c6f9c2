//! A request as it is read: the body without secrets, and what every event needs.

use http::HeaderValue;
use serde_json::{Map, Value};
use vochi_crm_core::inbound::{InboundEvent, InboundKind, InboundRequest, repeat_id};
use vochi_crm_core::{Account, Extension, Party, Redactor};

use super::{ECHO, clean};
use crate::Config;
use crate::model::UserId;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a request tells.
pub(super) struct Told<'a> {
    account: &'a Account,
    /// Takes out the account's secrets and those of the request's headers.
    redactor: Redactor,
    /// Without secrets; `None` where it is no JSON object.
    body: Option<Map<String, Value>>,
    /// As far as it is text.
    echo: String,
}

impl<'a> Told<'a> {
    pub(super) fn new(account: &'a Account, config: &Config, request: &InboundRequest) -> Self {
        let redactor = clean::redactor(account, config, &request.headers);
        let echo = request.headers.get(ECHO).map(HeaderValue::as_bytes);
        let bytes = request.body.as_ref();
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let body = match serde_json::from_slice(bytes) {
            Ok(body @ Value::Object(_)) => match clean::clean(body, &redactor) {
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

    /// The body, where it is a JSON object.
    pub(super) fn body(&self) -> Option<&Map<String, Value>> {
        self.body.as_ref()
    }

    /// A foreign text without secrets.
    pub(super) fn redact(&self, text: &str) -> String {
        clean::clean_text(text, &self.redactor)
    }

    /// A text of the body, without the spaces around it; a number is its digits.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        text_of(self.body.as_ref()?.get(name)?)
    }

    /// Whether the body has something under this name, readable or not.
    pub(super) fn names(&self, name: &str) -> bool {
        let value = self.body.as_ref().and_then(|body| body.get(name));
        match value {
            None | Some(Value::Null) => false,
            Some(Value::String(text)) => !text.trim().is_empty(),
            Some(_) => true,
        }
    }

    /// A user of the body; the zero GUID and what is no id is none.
    pub(super) fn user(&self, name: &str) -> Option<UserId> {
        UserId::new(self.text(name)?).ok()
    }

    /// The extension of a user, however the directory spells their id.
    pub(super) fn extension_of(&self, user: &UserId) -> Option<Extension> {
        let directory = self.account.directory();
        let mut known = directory.extensions().map(|(_, known)| known);
        let known = known.find(|known| UserId::of(known).is_ok_and(|known| known == *user))?;
        directory.extension_of(known).cloned()
    }

    pub(super) fn party(&self, text: &str) -> Party {
        Party::read(&self.account.phones(), text)
    }

    /// An event of Kontur's own id.
    pub(super) fn event_with_id(self, kind: InboundKind, id: impl Into<String>) -> InboundEvent {
        let mut event = InboundEvent::new(kind, id);
        event.raw = self.body.unwrap_or_default().into_iter().collect();
        event
    }

    /// An event that is the same where these parts are.
    pub(super) fn event_of(self, kind: InboundKind, parts: &[&str]) -> InboundEvent {
        let mut all = vec![self.account.name().as_str()];
        all.extend(parts);
        let id = repeat_id(kind.as_str(), all);
        self.event_with_id(kind, id)
    }

    /// An event without an id of any kind: the same where it came to the same address with the same
    /// echo and says the same.
    pub(super) fn event_by_echo(self, kind: InboundKind, address: &str) -> InboundEvent {
        let echo = self.echo.clone();
        let said = self.body.clone().map(Value::Object);
        let said = said.unwrap_or_default().to_string();
        self.event_of(kind, &[address, &echo, &said])
    }
}

/// A text or the digits of a number, without the spaces around it.
pub(super) fn text_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}
