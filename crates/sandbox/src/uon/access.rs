//! In-process access to the account: for assertions, administrator changes and hooks.

use serde_json::Value;

use crate::click::{ClickError, ClickResponse};
use crate::host::CrmHost;
use crate::report::{CallRow, LiveRow};

use super::Uon;
use super::account::{Account, Dialect, Key, List, id_of};
use super::hooks::{self, TRIES};
use super::report::call_row;
use super::seed;

/// In-process access to the stand-in's account.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    crm_host: &'a CrmHost<Uon>,
}

impl std::fmt::Debug for Access<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").field("url", &self.crm_host.url().as_str()).finish_non_exhaustive()
    }
}

impl<'a> Access<'a> {
    pub(crate) fn new(crm_host: &'a CrmHost<Uon>) -> Self {
        Self { crm_host }
    }

    fn with<T>(self, run: impl FnOnce(&mut Account) -> T) -> T {
        run(&mut self.crm_host.stand_in().account)
    }

    /// Calls of the history in common terms, in order.
    pub fn calls(&self) -> Vec<CallRow> {
        self.with(|it| it.list(List::Calls).iter().map(call_row).collect())
    }

    /// Popups in order, each with the manager who saw it.
    pub fn live(&self) -> Vec<LiveRow> {
        self.with(|it| it.live.clone())
    }

    /// The records of a list as the CRM sends them, in order.
    pub fn records(&self, list: List) -> Vec<Value> {
        self.with(|it| it.list(list).iter().map(|of| Value::Object(it.shown(list, of))).collect())
    }

    /// The record with this id (`u_id` of a user) as the CRM sends it.
    pub fn record(&self, list: List, id: i64) -> Option<Value> {
        self.with(|it| Some(Value::Object(it.shown(list, it.record(list, id)?))))
    }

    /// Adds or replaces a record by its id, without hooks. Missing members of users, leads and
    /// requests are not filled in.
    pub fn put(&self, list: List, record: Value) {
        self.with(|it| it.put(list, seed::object(record)));
    }

    /// Sets members of a record, as a person would: a client's change sends hook 4.
    pub fn edit(&self, list: List, id: i64, members: Value) {
        self.with(|it| {
            if let Some(record) = it.record_mut(list, id) {
                record.extend(seed::object(members));
            }
            if list == List::Users {
                it.client_hook(4, id);
            }
        });
    }

    /// Removes a record.
    pub fn remove(&self, list: List, id: i64) {
        self.with(|it| {
            if let Some(records) = it.lists.get_mut(&list) {
                records.retain(|it| id_of(list, it) != Some(id));
            }
        });
    }

    /// Removes all records of a list.
    pub fn clear(&self, list: List) {
        self.with(|it| it.lists.remove(&list));
    }

    /// Sets the undocumented behaviour.
    pub fn set_dialect(&self, dialect: Dialect) {
        self.with(|it| it.dialect = dialect);
    }

    /// Adds or replaces a key with the permissions of its check boxes GET and POST.
    pub fn put_key(&self, key: impl Into<String>, get: bool, post: bool) {
        let key = Key::new(key, get, post);
        self.with(|it| {
            it.keys.retain(|it| it.value != key.value);
            it.keys.push(key);
        });
    }

    /// Adds hook 44 for each subscription: a call to this manager was missed.
    pub fn miss_call(&self, manager_id: i64, phone: &str) {
        self.with(|it| it.missed_call(manager_id, phone));
    }

    /// Adds hook 47 for each subscription: this employee clicked a number.
    ///
    /// # Errors
    /// The employee is unknown.
    pub fn click(&self, user_id: i64, phone: &str) -> Result<(), ClickError> {
        self.with(|it| {
            let fields = it.click_fields(&user_id.to_string(), phone).map_err(ClickError::Bad)?;
            it.happened(47, &fields);
            Ok(())
        })
    }

    /// Number of hooks to send.
    pub fn waiting_hooks(&self) -> usize {
        self.with(|it| it.hooks.len())
    }

    /// Sends every waiting hook to its registered address, as it is registered. A hook that gets
    /// no response or a 5xx stays, for three attempts in all.
    pub async fn send_hooks(&self) -> Vec<Result<ClickResponse, ClickError>> {
        let (waiting, form) = self.with(|it| (it.hooks.clone(), it.dialect.hooks));
        let mut responses = Vec::new();
        for hook in waiting {
            let response = hooks::send(hook.request(form)).await;
            let repeats = response.as_ref().is_ok_and(|it| it.status >= 500)
                || matches!(response, Err(ClickError::NoAnswer { .. }));
            self.with(|it| {
                for own in it.hooks.iter_mut().filter(|it| it.number == hook.number) {
                    own.tries += 1;
                }
                it.hooks.retain(|own| own.number != hook.number || (repeats && own.tries < TRIES));
            });
            responses.push(response);
        }
        responses
    }
}
