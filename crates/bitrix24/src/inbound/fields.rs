//! The parameters of a request, in PHP's bracket notation.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use url::Url;
use vochi_crm_core::inbound::{InboundFields, InboundRequest};
use vochi_crm_core::{Error, Redactor, Result, Secret};

use crate::model::EventName;

/// The name of the event.
pub(super) const EVENT: &str = "event";
/// When the request was sent.
pub(super) const SENT_AT: &str = "ts";
/// The portal's permanent key.
pub(crate) const MEMBER: &str = "auth[member_id]";

const APPLICATION_TOKEN: &str = "auth[application_token]";
/// Marks the tokens of an opened page.
const OF_PAGE: &str = "auth[of_page]";
const MASK: &str = "***";

/// The parameters of the first opening of an application's page, and their names in an event.
const FRAME: &[(&str, &str)] = &[
    ("auth_id", "access_token"),
    ("refresh_id", "refresh_token"),
    ("auth_expires", "expires_in"),
    ("server_endpoint", "server_endpoint"),
    ("application_token", "application_token"),
    ("application_scope", "scope"),
    ("member_id", "member_id"),
    ("status", "status"),
    ("domain", "domain"),
];

/// The parameters of a request, by names in lower case.
pub(crate) struct Fields {
    fields: InboundFields,
    /// The same without secrets of the account.
    shown: InboundFields,
}

impl Fields {
    /// Reads query and form. The page of an application becomes an installation.
    pub(super) fn read(request: &InboundRequest, redactor: &Redactor) -> Result<Self> {
        let read = request.fields()?;
        let mut fields: Vec<(String, String)> = read
            .iter()
            .map(|(name, value)| (name.trim().to_lowercase(), value.to_owned()))
            .collect();
        let has = |wanted: &str| fields.iter().any(|(name, _)| name == wanted);
        if !has(EVENT) && has("auth_id") {
            for (name, _) in &mut fields {
                if let Some((_, auth)) = FRAME.iter().find(|(frame, _)| frame == name) {
                    *name = format!("auth[{auth}]");
                }
            }
            fields.push((EVENT.to_owned(), "ONAPPINSTALL".to_owned()));
            fields.push((OF_PAGE.to_owned(), "1".to_owned()));
        }
        Ok(Self::of(fields, redactor))
    }

    /// The parameters of an event from the offline queue.
    pub(crate) fn queued(name: &str, data: &Map<String, Value>) -> Self {
        let mut fields = vec![(EVENT.to_owned(), name.to_owned())];
        for (name, value) in data {
            let name = format!("data[{}]", name.to_lowercase());
            match value {
                Value::String(text) => fields.push((name, text.clone())),
                Value::Number(_) | Value::Bool(_) => fields.push((name, value.to_string())),
                // The parameters of the known events are texts.
                _ => {}
            }
        }
        Self::of(fields, &Redactor::default())
    }

    fn of(fields: Vec<(String, String)>, redactor: &Redactor) -> Self {
        let fields: InboundFields = fields.into_iter().collect();
        Self { shown: fields.map(|text| redactor.redact(text)), fields }
    }

    /// A parameter without brackets. An empty value is `None`.
    ///
    /// # Errors
    /// `input` if it has several different values.
    pub(super) fn one(&self, name: &str) -> Result<Option<&str>> {
        self.shown.one(name)
    }

    /// A parameter of the event, as `USER_ID`.
    pub(super) fn data(&self, name: &str) -> Result<Option<&str>> {
        self.shown.one(&format!("data[{}]", name.to_lowercase()))
    }

    /// The portal's permanent key.
    pub(super) fn member(&self) -> Result<Option<&str>> {
        self.fields.one(MEMBER)
    }

    pub(super) fn application_token(&self) -> Result<Option<Secret>> {
        Ok(self.fields.one(APPLICATION_TOKEN)?.map(Secret::new))
    }

    /// Returns true for an event with tokens of an application.
    pub(super) fn is_installation(&self) -> bool {
        let name = self.fields.one(EVENT).ok().flatten().map(EventName::of);
        matches!(name, Some(EventName::AppInstall | EventName::AppUpdate))
    }

    /// The hosts of the portals that the request names.
    pub(super) fn portals(&self) -> Result<Vec<String>> {
        let domain = self.fields.one("auth[domain]")?;
        let mut hosts: Vec<String> = domain.map(str::to_lowercase).into_iter().collect();
        if let Some(endpoint) = self.fields.one("auth[client_endpoint]")? {
            let url = Url::parse(endpoint).ok();
            let port = url.as_ref().and_then(Url::port).map(|port| format!(":{port}"));
            let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
            hosts.push(format!("{host}{}", port.unwrap_or_default()));
        }
        Ok(hosts)
    }

    /// The tokens of an installation, as JSON of `auth`.
    ///
    /// # Errors
    /// `input` if there are none.
    pub(super) fn tokens(&self) -> Result<Secret> {
        let auth = self.auth();
        if !auth.contains_key("access_token") {
            return Err(Error::input("cannot read the installation: missing auth[access_token]"));
        }
        Ok(Secret::new(Value::Object(auth).to_string()))
    }

    /// What proves an event, as JSON of `auth`.
    pub(super) fn proof(&self) -> Secret {
        Secret::new(Value::Object(self.auth()).to_string())
    }

    fn auth(&self) -> Map<String, Value> {
        let mut auth = Map::new();
        for (name, value) in self.fields.iter().filter(|(_, value)| !value.trim().is_empty()) {
            let name = name.strip_prefix("auth[").and_then(|name| name.strip_suffix(']'));
            auth.extend(name.map(|name| (name.to_owned(), Value::from(value))));
        }
        if let (Some(domain), false) = (auth.get("domain"), auth.contains_key("client_endpoint")) {
            let endpoint = format!("https://{}/rest/", domain.as_str().unwrap_or_default());
            auth.insert("client_endpoint".to_owned(), endpoint.into());
        }
        auth
    }

    /// All parameters, for the host. A name with several values has a list of them.
    pub(super) fn raw(&self) -> BTreeMap<String, Value> {
        let mut raw = BTreeMap::<String, Value>::new();
        for (name, text) in self.shown.iter() {
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
