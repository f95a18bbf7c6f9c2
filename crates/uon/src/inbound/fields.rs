//! The parameters of a request, in any of U-ON's forms.

use std::collections::BTreeMap;

use serde_json::Value;
use url::form_urlencoded;
use vochi_crm_core::inbound::{InboundFields, InboundRequest};
use vochi_crm_core::{Error, Redactor, Result};

const ACCOUNT: &[&str] = &["uon_id", "account_id", "аккаунт", "аккаунт_id"];
const SUBDOMAIN: &[&str] = &["uon_subdomain", "subdomain", "домен", "субдомен"];
const CLIENT: &[&str] = &["client", "клиент"];
/// The type of the event.
pub(super) const TYPE: &[&str] = &["type_id", "type", "тип"];
/// The action of a click.
pub(super) const METHOD: &[&str] = &["method", "метод"];
/// The employee.
pub(super) const USER: &[&str] = &["user_id", "id пользователя", "userid", "user"];
/// The clicked number.
pub(super) const PHONE: &[&str] = &["phone", "телефон"];
/// The client.
pub(super) const CLIENT_ID: &[&str] = &["client_id"];

/// The deepest nesting of a JSON body that is read.
const DEEPEST: u32 = 8;

const MASK: &str = "***";

/// The parameters of a request: names in lower case, nested values with brackets, no secrets.
pub(super) struct Fields(InboundFields);

impl Fields {
    /// Reads query and body.
    pub(super) fn read(request: &InboundRequest, redactor: &Redactor) -> Result<Self> {
        let mut pairs: Vec<(String, String)> =
            form_urlencoded::parse(request.query.as_bytes()).into_owned().collect();
        let body = request.body.trim_ascii();
        if body.first() == Some(&b'{') {
            let body: Value = serde_json::from_slice(body).map_err(|_| {
                Error::input("cannot read the request body: it is not complete JSON")
            })?;
            flatten(String::new(), &body, 0, &mut pairs);
        } else {
            pairs.extend(form_urlencoded::parse(body).into_owned());
        }
        let mut fields = Vec::with_capacity(pairs.len());
        for (name, value) in pairs {
            let name = name.trim().to_lowercase();
            match serde_json::from_str::<Value>(&value) {
                Ok(client @ Value::Object(_)) if CLIENT.contains(&name.as_str()) => {
                    flatten(name, &client, 0, &mut fields);
                }
                _ => fields.push((name, value)),
            }
        }
        let all: InboundFields = fields.into_iter().collect();
        Ok(Self(all.map(|text| redactor.redact(text))))
    }

    /// The value under the first of these names that has one. An empty value is `None`.
    ///
    /// # Errors
    /// `input` if that name has several different values.
    pub(super) fn one(&self, names: &[&str]) -> Result<Option<&str>> {
        for name in names {
            if let Some(value) = self.0.one(name)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// A field of the client.
    pub(super) fn client(&self, field: &str) -> Result<Option<&str>> {
        for client in CLIENT {
            if let Some(value) = self.0.one(&format!("{client}[{field}]"))? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// Every account that the request names.
    pub(super) fn accounts(&self) -> impl Iterator<Item = &str> {
        let values = ACCOUNT.iter().chain(SUBDOMAIN).flat_map(|name| self.0.all(name));
        values.filter(|value| !value.trim().is_empty())
    }

    /// All parameters, for the host. A name with several values has a list of them.
    pub(super) fn raw(&self) -> BTreeMap<String, Value> {
        let mut raw = BTreeMap::<String, Value>::new();
        for (name, text) in self.0.iter() {
            let last = name.trim_end_matches(']').rsplit('[').next().unwrap_or(name);
            let text = if Redactor::is_secret_name(last) { MASK } else { text };
            match raw.get_mut(name) {
                None => {
                    raw.insert(name.to_owned(), text.into());
                }
                Some(Value::Array(list)) => list.push(text.into()),
                Some(one) => *one = Value::from(vec![one.take(), text.into()]),
            }
        }
        raw
    }
}

/// Writes nested values as PHP does: `client[u_id]`. Values below the deepest level are left out.
fn flatten(name: String, value: &Value, depth: u32, fields: &mut Vec<(String, String)>) {
    let nested = |key: &str| {
        if name.is_empty() { key.to_owned() } else { format!("{name}[{key}]") }
    };
    match value {
        Value::Null => {}
        Value::String(text) => fields.push((name, text.clone())),
        Value::Bool(_) | Value::Number(_) => fields.push((name, value.to_string())),
        Value::Array(_) | Value::Object(_) if depth == DEEPEST => {}
        Value::Array(list) => {
            for (index, item) in list.iter().enumerate() {
                flatten(nested(&index.to_string()), item, depth + 1, fields);
            }
        }
        Value::Object(map) => {
            for (key, item) in map {
                flatten(nested(key), item, depth + 1, fields);
            }
        }
    }
}
