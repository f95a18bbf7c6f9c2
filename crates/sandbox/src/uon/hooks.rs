//! Hooks: requests to the registered addresses (§7.11, §8).

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::click::{Click, ClickError, ClickResponse, ClickVerb};
use crate::outgoing::Outgoing;
use crate::php;

use super::account::{Account, List, Record, SECONDS, is_manager, now, number, text_of};
use super::seed::{self, ACCOUNT_ID, SUBDOMAIN};

/// Form of a hook; no request of U-ON was ever captured (§8.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HookForm {
    /// A form, `client` in PHP brackets.
    #[default]
    Brackets,
    /// A form, `client` as JSON text.
    JsonClient,
    /// A JSON body; a query if registered for GET.
    Json,
    /// A form with the Russian names of the account's page.
    Russian,
    /// A form with the fields that the account's page lists: no `user_id`, no `client`.
    Listed,
}

/// Attempts to send a hook (§8.1: repeated on 5xx, count unknown).
pub(super) const TRIES: u32 = 3;

/// A hook to send.
#[derive(Debug, Clone)]
pub(super) struct Hook {
    pub(super) number: u64,
    pub(super) url: String,
    pub(super) method: String,
    pub(super) fields: Record,
    pub(super) tries: u32,
}

/// Names of the fields in Russian.
const RUSSIAN: &[(&str, &str)] = &[
    ("method", "метод"),
    ("user_id", "ID пользователя"),
    ("phone", "телефон"),
    ("client", "клиент"),
];

impl Hook {
    pub(super) fn request(&self, form: HookForm) -> Result<Outgoing, ClickError> {
        let bad = |what: &str| ClickError::Bad(format!("webhook with an invalid {what}"));
        let mut url = Url::parse(&self.url).map_err(|_| bad("URL"))?;
        let method: Method = self.method.parse().map_err(|_| bad("method"))?;
        let mut fields = self.fields.clone();
        match form {
            HookForm::Listed => fields.retain(|name, _| name != "user_id" && name != "client"),
            HookForm::JsonClient | HookForm::Russian => {
                for value in fields.values_mut().filter(|it| it.is_object()) {
                    *value = json!(value.to_string());
                }
            }
            HookForm::Brackets | HookForm::Json => {}
        }
        let russian = |name: String| match RUSSIAN.iter().find(|(it, _)| *it == name) {
            Some((_, russian)) if form == HookForm::Russian => (*russian).to_owned(),
            _ => name,
        };
        let pairs = php::flat(&fields).into_iter().map(|(name, value)| (russian(name), value));
        if method == Method::GET {
            url.query_pairs_mut().extend_pairs(pairs);
            return Ok(Outgoing::new(method, url));
        }
        let request = Outgoing::new(method, url);
        Ok(if form == HookForm::Json {
            request.with_body("application/json", Value::Object(fields).to_string())
        } else {
            let body = Serializer::new(String::new()).extend_pairs(pairs).finish();
            request.with_body("application/x-www-form-urlencoded", body)
        })
    }
}

impl Account {
    /// Adds a hook for each subscription to an event.
    pub(super) fn happened(&mut self, type_id: i64, fields: &Value) {
        let of_type = |it: &&Record| it.get("type_id").and_then(number) == Some(type_id);
        let fields = hook_fields(type_id, fields);
        let hooks: Vec<Hook> = self
            .list(List::Webhooks)
            .iter()
            .filter(of_type)
            .map(|it| Hook {
                number: 0,
                url: it.get("url").map(text_of).unwrap_or_default(),
                method: it.get("method").map(text_of).unwrap_or_default(),
                fields: fields.clone(),
                tries: 0,
            })
            .collect();
        for hook in hooks {
            let number = self.hooks.last().map_or(1, |it| it.number + 1);
            self.hooks.push(Hook { number, ..hook });
        }
    }

    /// A client was created (3) or changed (4).
    pub(super) fn client_hook(&mut self, type_id: i64, client: i64) {
        let record = self.record(List::Users, client);
        let fields = json!({"client_id": client, "client": record.map(client_fields)});
        self.happened(type_id, &fields);
    }

    /// Fields of a click on a number by an employee (§8.2).
    pub(super) fn click_fields(&self, user_id: &str, phone: &str) -> Result<Value, String> {
        let id = user_id.parse().ok();
        let user = id.and_then(|id| self.record(List::Users, id)).filter(|it| is_manager(it));
        user.ok_or_else(|| format!("unknown user {user_id}"))?;
        let phone = super::account::digits(phone);
        let client = self.with_phone(&phone).next();
        let mut fields = json!({"method": "call", "user_id": user_id, "phone": phone});
        if let Some(client) = client {
            fields["client_id"] = json!(client.get("u_id"));
            fields["client"] = client_fields(client);
        }
        Ok(fields)
    }

    /// The request of a click to an address.
    pub(super) fn click_request(&self, click: &Click) -> Result<Outgoing, String> {
        let fields = self.click_fields(&click.user_id, &click.phone)?;
        let method = if click.verb == ClickVerb::Get { "GET" } else { "POST" };
        let hook = Hook {
            number: 0,
            url: click.to.to_string(),
            method: method.to_owned(),
            fields: hook_fields(47, &fields),
            tries: 0,
        };
        hook.request(self.dialect.hooks).map_err(|error| error.to_string())
    }

    /// Fields of a missed call as U-ON's own telephony reports it.
    pub(super) fn missed_call(&mut self, manager: i64, phone: &str) {
        let name = |it: Option<&Record>| it.map(super::account::name_of).unwrap_or_default();
        let fields = json!({
            "manager_id": manager,
            "manager_name": name(self.record(List::Users, manager)),
            "client_name": name(self.with_phone(phone).next()),
            "phone": super::account::digits(phone),
            "extension": seed::extension_of(manager),
            "line_number": "375170000000",
        });
        self.happened(44, &fields);
    }
}

/// The fields of every hook, and those of this one.
fn hook_fields(type_id: i64, fields: &Value) -> Record {
    let mut hook = seed::object(json!({
        "uon_id": ACCOUNT_ID,
        "uon_subdomain": SUBDOMAIN,
        "datetime": now(SECONDS),
        "type_id": type_id,
    }));
    hook.extend(seed::object(fields.clone()));
    hook
}

/// The members of a client that hooks show.
fn client_fields(client: &Record) -> Value {
    let names =
        ["u_id", "u_surname", "u_name", "u_sname", "u_phone", "u_phone_mobile", "u_phone_home"];
    names.iter().map(|name| ((*name).to_owned(), json!(client.get(*name).map(text_of)))).collect()
}

/// Sends a hook; the response is of no meaning to U-ON besides its status.
pub(super) async fn send(
    request: Result<Outgoing, ClickError>,
) -> Result<ClickResponse, ClickError> {
    request?.click().await
}
