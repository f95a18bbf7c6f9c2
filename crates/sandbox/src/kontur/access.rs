//! In-process access to the workspace: for assertions, administrator changes and the CRM's own
//! requests.

use std::time::Duration;

use serde_json::{Map, Value};
use tokio::time::Instant;
use url::Url;

use crate::click::{ClickError, ClickPath, ClickResponse};
use crate::host::CrmHost;
use crate::report::{CallRow, LiveRow};

use super::Kontur;
use super::communications::{Communication, Stage};
use super::feed::{Change, TRIES};
use super::files::StoredFile;
use super::outgoing;
use super::state::{Dialect, Workspace, by_person, find, id_of};

/// In-process access to the stand-in's workspace.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    crm_host: &'a CrmHost<Kontur>,
}

impl std::fmt::Debug for Access<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").field("url", &self.crm_host.url().as_str()).finish_non_exhaustive()
    }
}

impl<'a> Access<'a> {
    pub(crate) fn new(crm_host: &'a CrmHost<Kontur>) -> Self {
        Self { crm_host }
    }

    fn with<T>(self, run: impl FnOnce(&mut Workspace) -> T) -> T {
        run(&mut self.crm_host.stand_in().workspace)
    }

    /// Accepted live events in order, with the employees who saw them.
    pub fn live(&self) -> Vec<LiveRow> {
        self.with(|it| it.live.clone())
    }

    /// All calls in order of first mention, including live ones and clicks.
    pub fn communications(&self) -> Vec<Communication> {
        self.with(|it| it.calls.clone())
    }

    /// The call with this PBX id, with or without the prefix, or with this CRM id.
    pub fn communication(&self, id: &str) -> Option<Communication> {
        self.with(|it| it.call(id).or_else(|| it.call_of(id)).cloned())
    }

    /// Calls of the history in common terms, in order of first mention.
    pub fn calls(&self) -> Vec<CallRow> {
        self.with(|it| it.history().collect())
    }

    /// The call with this PBX id, in common terms.
    pub fn call(&self, external_id: &str) -> Option<CallRow> {
        self.with(|it| Some(it.row(it.call_of(external_id)?)))
    }

    /// All files, including bound and expired ones.
    pub fn files(&self) -> Vec<StoredFile> {
        self.with(|it| it.files.clone())
    }

    /// All events of the feed.
    pub fn events(&self) -> Vec<Value> {
        self.with(|it| it.feed.events().to_vec())
    }

    /// The integration's instance.
    pub fn instance(&self) -> Value {
        self.with(|it| Value::Object(it.instance.clone()))
    }

    /// The contact with this id.
    pub fn contact(&self, id: &str) -> Option<Value> {
        self.with(|it| find(&it.contacts, id).cloned().map(Value::Object))
    }

    /// Sets the undocumented behaviour.
    pub fn set_dialect(&self, dialect: Dialect) {
        self.with(|it| it.dialect = dialect);
    }

    /// Sets whether the integration is installed.
    pub fn set_installed(&self, installed: bool) {
        self.with(|it| it.installed = installed);
    }

    /// Sets the lifetime of new access keys; default 20 minutes.
    pub fn set_key_life(&self, life: Duration) {
        self.with(|it| it.key_life = life);
    }

    /// Adds an access key that never expires.
    pub fn put_access_key(&self, key: impl Into<String>) {
        self.with(|it| it.put_key(key.into()));
    }

    /// Adds a key as if a system call had just sent it.
    pub fn put_system_call_key(&self, key: impl Into<String>) {
        self.with(|it| it.put_call_key(key.into(), Instant::now()));
    }

    /// Expires every access key.
    pub fn expire_access_keys(&self) {
        self.with(|it| it.keys.iter_mut().for_each(|key| key.ends = Some(Instant::now())));
    }

    /// Sets the largest file size in bytes; default 100 000 000.
    pub fn set_file_limit(&self, bytes: usize) {
        self.with(|it| it.file_limit = bytes);
    }

    /// Limits the requests of the workspace; further ones get 429 with this `Retry-After`.
    pub fn set_limit(&self, per_second: usize, retry_after_seconds: u32) {
        self.with(|it| it.set_limit(per_second, retry_after_seconds));
    }

    /// Sets the id of the next new call.
    pub fn next_communication_id(&self, id: impl Into<String>) {
        self.with(|it| it.next_calls.push_back(id.into()));
    }

    /// Removes every id set for new calls.
    pub fn clear_next_ids(&self) {
        self.with(|it| it.next_calls.clear());
    }

    /// Sets the id of the next uploaded file.
    pub fn next_file_id(&self, id: impl Into<String>) {
        self.with(|it| it.next_files.push_back(id.into()));
    }

    /// Adds or replaces a contact as a person would, with events in the feed and webhooks.
    pub fn put_contact(&self, contact: Map<String, Value>) {
        let id = id_of(&contact).to_owned();
        self.with(|it| {
            let old = find(&it.contacts, &id).cloned();
            it.contacts.retain(|it| id_of(it) != id);
            it.contacts.push(contact.clone());
            it.changed(Change {
                entity: "contact",
                id: &id,
                old: old.as_ref(),
                new: Value::Object(contact),
                by: by_person(),
            });
        });
    }

    /// Adds or replaces a deal: `links.contactIds`, `companyId`, `responsibleUserId`, `isActive`.
    pub fn put_deal(&self, deal: Map<String, Value>) {
        self.with(|it| {
            it.deals.retain(|it| id_of(it) != id_of(&deal));
            it.deals.push(deal);
        });
    }

    /// Removes a user.
    pub fn remove_user(&self, id: &str) {
        self.with(|it| it.users.retain(|user| id_of(user) != id));
    }

    /// Removes a contact without events.
    pub fn remove_contact(&self, id: &str) {
        self.with(|it| it.contacts.retain(|it| id_of(it) != id));
    }

    /// Closes every deal, so that no client has a responsible employee.
    pub fn close_deals(&self) {
        self.with(|it| {
            for deal in &mut it.deals {
                deal.insert("isActive".into(), Value::Bool(false));
            }
        });
    }

    /// Sets fields of the instance: `status`, `secrets`, `baseUrl`, ….
    pub fn set_instance(&self, fields: Map<String, Value>) {
        self.with(|it| it.instance.extend(fields));
    }

    /// Adds the call of an accepted click, without sending a request.
    pub fn put_click(&self, communication_id: &str, click: Value) {
        self.with(|it| it.put_call(communication_id, Stage::Expected).click = Some(click));
    }

    /// Adds a call with both ids.
    pub fn put_communication(&self, id: &str, external_id: &str) {
        self.with(|it| {
            it.put_call(id, Stage::Live).external_id = Some(external_id.to_owned());
        });
    }

    /// Repeats the system call CALL of a click.
    ///
    /// # Errors
    /// The call has no click, or the URL does not respond.
    pub async fn resend_call(
        &self,
        communication_id: &str,
        to: &Url,
        path: ClickPath,
    ) -> Result<ClickResponse, ClickError> {
        let outward = {
            let mut crm_host = self.crm_host.stand_in();
            outgoing::call_request(&mut crm_host, communication_id, to, path)
                .map_err(ClickError::Bad)?
        };
        outward.send(self.crm_host).await
    }

    /// Runs a schedule of this base URL: `communications/sync`, `setup/upgrade`.
    ///
    /// # Errors
    /// The instance has no such active schedule, or the URL does not respond.
    pub async fn run_schedule(
        &self,
        relative_url: &str,
        to: &Url,
    ) -> Result<ClickResponse, ClickError> {
        let scheduled = {
            let crm_host = self.crm_host.stand_in();
            let hooks = crm_host.workspace.instance.get("webHooks").and_then(Value::as_array);
            hooks.is_some_and(|hooks| {
                hooks.iter().any(|hook| {
                    hook["relativeUrl"] == relative_url
                        && hook["triggerType"] == "schedule"
                        && hook["disabled"] != true
                })
            })
        };
        if !scheduled {
            let reason = format!("the instance has no schedule of {relative_url}");
            return Err(ClickError::Bad(reason));
        }
        outgoing::relative(to, relative_url, None).send(self.crm_host).await
    }

    /// Number of events pending for webhooks.
    pub fn waiting_events(&self) -> usize {
        self.with(|it| it.feed.deliveries.len())
    }

    /// Sends every pending event to its webhook at this base URL, in reverse order if
    /// `newest_first`. An event stays pending until a 200 response with its echo, behind later
    /// ones; it is dropped after eight attempts.
    pub async fn send_events(
        &self,
        to: &Url,
        newest_first: bool,
    ) -> Vec<Result<ClickResponse, ClickError>> {
        let mut waiting = self.crm_host.stand_in().workspace.feed.deliveries.clone();
        // Failed events go out after new ones.
        waiting.sort_by_key(|it| it.tries);
        if newest_first {
            waiting.reverse();
        }
        let mut answers = Vec::new();
        for delivery in waiting {
            let outward =
                outgoing::relative(to, &delivery.relative_url, Some(delivery.event.clone()));
            let answer = outward.send(self.crm_host).await;
            let taken = answer.as_ref().is_ok_and(|it| it.ok && it.status == 200);
            let mut crm_host = self.crm_host.stand_in();
            let deliveries = &mut crm_host.workspace.feed.deliveries;
            if taken {
                deliveries.retain(|it| it.number != delivery.number);
            } else {
                for it in deliveries.iter_mut().filter(|it| it.number == delivery.number) {
                    it.tries += 1;
                }
                deliveries.retain(|it| it.tries < TRIES);
            }
            answers.push(answer);
        }
        answers
    }
}
