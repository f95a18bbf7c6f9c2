//! In-process access to the portal: for assertions, administrator changes, tokens and events.

use serde_json::{Value, json};
use tokio::time::Instant;
use url::Url;

use crate::click::{ClickError, ClickResponse};
use crate::host::CrmHost;
use crate::report::{CallRow, LiveRow};

use super::Bitrix24;
use super::dialect::{Dialect, PortalState};
use super::portal::{List, Portal, id_of};
use super::quota::Quota;
use super::recordings;
use super::rights::{ADMIN, APPLICATION_TOKEN, CLIENT_ID, CLIENT_SECRET};
use super::seed;

/// In-process access to the stand-in's portal.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    crm_host: &'a CrmHost<Bitrix24>,
}

impl std::fmt::Debug for Access<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").field("url", &self.crm_host.url().as_str()).finish_non_exhaustive()
    }
}

impl<'a> Access<'a> {
    pub(crate) fn new(crm_host: &'a CrmHost<Bitrix24>) -> Self {
        Self { crm_host }
    }

    fn with<T>(self, run: impl FnOnce(&mut Portal) -> T) -> T {
        run(&mut self.crm_host.stand_in().portal)
    }

    /// Finished calls in common terms, in order.
    pub fn calls(&self) -> Vec<CallRow> {
        self.with(|it| it.list(List::Statistic).iter().map(|call| it.row(call)).collect())
    }

    /// What happened to calls in order: `register`, `show`, `hide`, `finish`; `users` are those
    /// who see the card then.
    pub fn live(&self) -> Vec<LiveRow> {
        self.with(|it| it.live.clone())
    }

    /// Ids (`CALL_ID`) of the registered calls that are not finished.
    pub fn open_calls(&self) -> Vec<String> {
        self.with(|it| it.calls.iter().map(|call| call.id.clone()).collect())
    }

    /// Cards on screens, as `CALL_ID` and user, also those of finished calls.
    pub fn open_cards(&self) -> Vec<(String, i64)> {
        self.with(|it| it.cards.iter().map(|card| (card.call_id.clone(), card.user)).collect())
    }

    /// Attached and uploaded recordings: `file_id`, `call_id`, `name`, `size`.
    pub fn recordings(&self) -> Vec<Value> {
        self.with(|it| it.uploads.iter().map(recordings::described).collect())
    }

    /// The records of a list, in order.
    pub fn records(&self, list: List) -> Vec<Value> {
        self.with(|it| it.list(list).iter().cloned().map(Value::Object).collect())
    }

    /// The record with this id.
    pub fn record(&self, list: List, id: i64) -> Option<Value> {
        self.with(|it| it.record(list, id).cloned().map(Value::Object))
    }

    /// Adds or replaces a record by its id. Missing members are not filled in.
    pub fn put(&self, list: List, record: Value) {
        self.with(|it| it.put(list, seed::object(record)));
    }

    /// Sets members of a record, as a person would: an entity's change sends its event and sets
    /// `DATE_MODIFY`.
    pub fn edit(&self, list: List, id: i64, members: Value) {
        self.with(|it| {
            let at = Instant::now();
            let date = it.date(at);
            if let Some(record) = it.record_mut(list, id) {
                record.extend(seed::object(members));
                record.insert("DATE_MODIFY".into(), json!(date));
            }
            it.entity_changed(list, id, "UPDATE", at);
        });
    }

    /// Adds contacts with numbers of their own; returns their ids.
    pub fn add_contacts(&self, count: usize) -> Vec<i64> {
        self.with(|it| {
            let at = Instant::now();
            let contact = |number: usize| {
                let phone = format!("+37529{:07}", 5_000_000 + number);
                let fields = json!({
                    "NAME": format!("Клиент {number}"), "ASSIGNED_BY_ID": "17",
                    "PHONE": [{"VALUE": phone, "VALUE_TYPE": "WORK"}],
                });
                seed::object(fields)
            };
            let fields: Vec<_> = (0..count).map(contact).collect();
            fields.iter().map(|it2| it.create_entity(List::Contacts, it2, at)).collect()
        })
    }

    /// Adds employees without an extension.
    pub fn add_users(&self, count: usize) {
        self.with(|it| {
            for number in 0..count {
                let fields = json!({
                    "ACTIVE": true, "NAME": format!("Сотрудник {number}"), "LAST_NAME": "",
                    "UF_PHONE_INNER": null, "UF_DEPARTMENT": [1], "USER_TYPE": "employee",
                });
                it.push(List::Users, seed::object(fields));
            }
        });
    }

    /// Removes a record.
    pub fn remove(&self, list: List, id: i64) {
        self.with(|it| it.remove(list, |record| id_of(record) == Some(id)));
    }

    /// Removes all records of a list.
    pub fn clear(&self, list: List) {
        self.with(|it| it.lists.remove(&list));
    }

    /// Sets the undocumented behaviour.
    pub fn set_dialect(&self, dialect: Dialect) {
        self.with(|it| it.dialect = dialect);
    }

    /// Sets the state of the portal as a whole.
    pub fn set_state(&self, state: PortalState) {
        self.with(|it| it.state = state);
    }

    /// Renames the portal: requests to another host than that of this origin get 302.
    pub fn rename(&self, origin: &Url) {
        self.with(|it| it.renamed_to = Some(origin.as_str().trim_end_matches('/').to_owned()));
    }

    /// Sets the bucket of requests, empty: those that fit, and those that leak in a second.
    pub fn set_bucket(&self, size: u32, leak: u32) {
        self.with(|it| {
            it.quota = Quota::new();
            it.quota.bucket = (size, leak);
        });
    }

    /// Sets the tariff Enterprise, with a bucket of 250 that leaks 5 a second.
    pub fn set_enterprise(&self) {
        let (size, leak) = Quota::ENTERPRISE;
        self.set_bucket(size, leak);
    }

    /// Sets the seconds of operating time that one call of a method takes; `*` for all others.
    pub fn set_operating(&self, method: &str, seconds: f64) {
        self.with(|it| it.quota.seconds.insert(method.to_lowercase(), seconds));
    }

    /// Sets the scopes of the webhooks and the application.
    pub fn set_scopes(&self, scopes: &[&str]) {
        self.with(|it| it.rights.scopes = scopes.iter().map(|it| (*it).to_owned()).collect());
    }

    /// Adds or replaces the webhook of a user.
    pub fn put_webhook(&self, user: i64, secret: &str) {
        self.with(|it| {
            it.rights.webhooks.retain(|(own, _)| *own != user);
            it.rights.webhooks.push((user, secret.to_owned()));
        });
    }

    /// Sets where the browser is sent with a code.
    pub fn set_redirect_uri(&self, uri: &str) {
        self.with(|it| uri.clone_into(&mut it.rights.redirect_uri));
    }

    /// Sets whether the application has finished its installation (`INSTALLED` of `app.info`).
    pub fn set_install_finished(&self, finished: bool) {
        self.with(|it| it.rights.is_install_finished = finished);
    }

    /// Gives tokens to a user, as the OAuth host writes them.
    pub fn issue_tokens(&self, user: i64) -> Value {
        self.with(|it| {
            let at = Instant::now();
            let token = it.rights.issue(user, at);
            it.token_body(&token, at, true)
        })
    }

    /// Makes every access token expire now.
    pub fn expire_tokens(&self) {
        self.with(|it| it.rights.expire(Instant::now()));
    }

    /// A fresh authorisation code of the administrator.
    pub fn code(&self) -> String {
        self.with(|it| it.rights.code(ADMIN, Instant::now()))
    }

    /// Settings of a profile of the application; `token_file` is up to the caller.
    pub fn application_profile(&self) -> Value {
        self.with(|it| {
            let mut profile = it.settings();
            if let Some(profile) = profile.as_object_mut() {
                profile.remove("webhook_url");
                profile.insert("client_id".into(), json!(CLIENT_ID));
                profile.insert("client_secret".into(), json!(CLIENT_SECRET));
                profile.insert("oauth_url".into(), json!(it.oauth_url));
                profile.insert("application_token".into(), json!(APPLICATION_TOKEN));
            }
            profile
        })
    }

    /// Registers a call of a click and adds its event for each handler; returns the `CALL_ID`.
    ///
    /// # Errors
    /// The employee is unknown.
    pub fn click(&self, user_id: i64, phone: &str) -> Result<String, ClickError> {
        self.with(|it| it.click_bound(user_id, phone)).map_err(ClickError::Bad)
    }

    /// Adds the event of a callback form for each handler.
    pub fn request_callback(&self, phone: &str) {
        self.with(|it| {
            let data = it.callback_data(phone);
            it.happened("ONEXTERNALCALLBACKSTART", &data, Instant::now());
        });
    }

    /// Names of the events to send.
    pub fn waiting_events(&self) -> Vec<String> {
        self.with(|it| it.events.iter().map(|event| event.name.clone()).collect())
    }

    /// Sends every waiting event to its handler, once.
    pub async fn send_events(&self) -> Vec<Result<ClickResponse, ClickError>> {
        let requests: Vec<_> = self.with(|it| {
            let at = Instant::now();
            let events = std::mem::take(&mut it.events);
            events.iter().map(|event| it.event_request(event, at)).collect()
        });
        let mut responses = Vec::new();
        for request in requests {
            responses.push(match request {
                Ok(request) => request.click().await,
                Err(error) => Err(error),
            });
        }
        responses
    }

    /// Sends an event of the application's life to an address: `ONAPPINSTALL` (with new tokens),
    /// `ONAPPUPDATE` or `ONAPPUNINSTALL` (which removes the application first).
    ///
    /// # Errors
    /// The address does not respond.
    pub async fn send_app_event(&self, name: &str, to: &Url) -> Result<ClickResponse, ClickError> {
        let request = self.with(|it| {
            let at = Instant::now();
            let data = match name {
                "ONAPPUNINSTALL" => {
                    it.rights.uninstall();
                    it.lists.remove(&List::Handlers);
                    json!({"LANGUAGE_ID": "ru", "CLEAN": 1})
                }
                "ONAPPUPDATE" => json!({"VERSION": 2, "PREVIOUS_VERSION": 1, "LANGUAGE_ID": "ru"}),
                _ => {
                    it.rights.is_installed = true;
                    json!({"VERSION": 1, "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": "ru"})
                }
            };
            let event = it.event_to(name, to, seed::object(data), at);
            it.event_request(&event, at)
        });
        request?.click().await
    }
}
