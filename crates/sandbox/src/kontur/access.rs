//! The workspace from inside: for assertions, for what an administrator would do, and for what the
//! CRM calls by itself.

use std::time::Duration;

use serde_json::{Map, Value};
use tokio::time::Instant;
use url::Url;

use crate::click::{ClickAnswer, ClickError, ClickPath};
use crate::desk::Desk;
use crate::report::{CallRow, LiveRow};

use super::Kontur;
use super::communications::{Communication, Stage};
use super::feed::{Change, TRIES};
use super::files::StoredFile;
use super::outgoing;
use super::state::{Dialect, Key, by_person, id_of};

/// The stand-in's workspace, from inside the process.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    desk: &'a Desk<Kontur>,
}

impl std::fmt::Debug for Access<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").field("url", &self.desk.url().as_str()).finish_non_exhaustive()
    }
}

impl<'a> Access<'a> {
    pub(crate) fn new(desk: &'a Desk<Kontur>) -> Self {
        Self { desk }
    }

    /// The live events it took, in the order they came, and which employees saw them.
    pub fn live(&self) -> Vec<LiveRow> {
        self.desk.stand_in().workspace.live.clone()
    }

    /// The calls it knows, live ones and clicks included, in the order it heard of them.
    pub fn communications(&self) -> Vec<Communication> {
        self.desk.stand_in().workspace.calls.clone()
    }

    /// The call of this PBX id, with or without the prefix, or of this CRM's id.
    pub fn communication(&self, id: &str) -> Option<Communication> {
        let desk = self.desk.stand_in();
        let found = desk.workspace.call(id).or_else(|| desk.workspace.call_of(id));
        found.cloned()
    }

    /// The calls of the history, in the words of this project, in the order it heard of them.
    pub fn calls(&self) -> Vec<CallRow> {
        let desk = self.desk.stand_in();
        desk.workspace.history().collect()
    }

    /// The call of this PBX id, in the words of this project.
    pub fn call(&self, external_id: &str) -> Option<CallRow> {
        let desk = self.desk.stand_in();
        let call = desk.workspace.call_of(external_id)?;
        Some(desk.workspace.row(call))
    }

    /// The files, bound ones and those whose day is over included.
    pub fn files(&self) -> Vec<StoredFile> {
        self.desk.stand_in().workspace.files.clone()
    }

    /// The events of the feed, from its beginning.
    pub fn events(&self) -> Vec<Value> {
        self.desk.stand_in().workspace.feed.events().to_vec()
    }

    /// The integration's instance.
    pub fn instance(&self) -> Value {
        Value::Object(self.desk.stand_in().workspace.instance.clone())
    }

    /// The contact of this id.
    pub fn contact(&self, id: &str) -> Option<Value> {
        let desk = self.desk.stand_in();
        let contact = desk.workspace.contacts.iter().find(|it| id_of(it) == id)?;
        Some(Value::Object(contact.clone()))
    }

    /// Settles what nobody has seen on the wire.
    pub fn set_dialect(&self, dialect: Dialect) {
        self.desk.stand_in().workspace.dialect = dialect;
    }

    /// Says whether the integration is installed.
    pub fn set_installed(&self, installed: bool) {
        self.desk.stand_in().workspace.installed = installed;
    }

    /// How long access keys issued from now on live; 20 minutes unless said otherwise.
    pub fn set_key_life(&self, life: Duration) {
        self.desk.stand_in().workspace.key_life = life;
    }

    /// Makes this an access key that never expires.
    pub fn put_access_key(&self, key: impl Into<String>) {
        self.desk.stand_in().workspace.keys.push(Key {
            value: key.into(),
            ends: None,
            of_a_call: false,
        });
    }

    /// Makes this a key that came with a system call just now.
    pub fn put_system_call_key(&self, key: impl Into<String>) {
        let mut desk = self.desk.stand_in();
        desk.workspace.put_call_key(key.into(), Instant::now());
    }

    /// Ends every access key at once.
    pub fn expire_access_keys(&self) {
        let now = Instant::now();
        for key in &mut self.desk.stand_in().workspace.keys {
            key.ends = Some(now);
        }
    }

    /// The largest file, in bytes; 100 000 000 unless said otherwise.
    pub fn set_file_limit(&self, bytes: usize) {
        self.desk.stand_in().workspace.file_limit = bytes;
    }

    /// Limits the requests of the workspace; what is too much gets 429 with this `Retry-After`.
    pub fn set_limit(&self, per_second: usize, retry_after_seconds: u32) {
        let mut desk = self.desk.stand_in();
        desk.workspace.set_limit(per_second, retry_after_seconds);
    }

    /// Gives the next new call this id.
    pub fn next_communication_id(&self, id: impl Into<String>) {
        self.desk.stand_in().workspace.next_calls.push_back(id.into());
    }

    /// Takes back every id that was to be given to a call.
    pub fn forget_ids(&self) {
        self.desk.stand_in().workspace.next_calls.clear();
    }

    /// Gives the next uploaded file this id.
    pub fn next_file_id(&self, id: impl Into<String>) {
        self.desk.stand_in().workspace.next_files.push_back(id.into());
    }

    /// Adds a contact, or puts it in place of the one of the same id, as a person would: the feed
    /// and the webhooks tell of it.
    pub fn put_contact(&self, contact: Map<String, Value>) {
        let mut desk = self.desk.stand_in();
        let workspace = &mut desk.workspace;
        let id = id_of(&contact).to_owned();
        let index = workspace.contacts.iter().position(|it| id_of(it) == id);
        let old = index.map(|index| workspace.contacts.remove(index));
        workspace.contacts.push(contact.clone());
        workspace.changed(Change {
            entity: "contact",
            id: &id,
            old: old.as_ref(),
            new: Value::Object(contact),
            by: by_person(),
        });
    }

    /// Adds a deal, or puts it in place of the one of the same id: `links.contactIds`,
    /// `companyId`, `responsibleUserId`, `isActive`.
    pub fn put_deal(&self, deal: Map<String, Value>) {
        let mut desk = self.desk.stand_in();
        let deals = &mut desk.workspace.deals;
        deals.retain(|it| id_of(it) != id_of(&deal));
        deals.push(deal);
    }

    /// Takes a user away.
    pub fn remove_user(&self, id: &str) {
        let mut desk = self.desk.stand_in();
        desk.workspace.users.retain(|user| id_of(user) != id);
    }

    /// Takes a contact away, quietly.
    pub fn remove_contact(&self, id: &str) {
        let mut desk = self.desk.stand_in();
        desk.workspace.contacts.retain(|it| id_of(it) != id);
    }

    /// Closes every deal, so that nobody is responsible for anybody.
    pub fn close_deals(&self) {
        for deal in &mut self.desk.stand_in().workspace.deals {
            deal.insert("isActive".into(), Value::Bool(false));
        }
    }

    /// Puts this in the instance in place of what is there: `status`, `secrets`, `baseUrl`, ….
    pub fn set_instance(&self, fields: Map<String, Value>) {
        self.desk.stand_in().workspace.instance.extend(fields);
    }

    /// The call as if somebody had clicked and the click had been taken, without sending anything.
    pub fn put_click(&self, communication_id: &str, click: Value) {
        let mut desk = self.desk.stand_in();
        desk.workspace.next_calls.push_front(communication_id.to_owned());
        let call = desk.workspace.new_call(Stage::Expected);
        call.click = Some(click);
    }

    /// A call the CRM knows from elsewhere, by both ids.
    pub fn put_communication(&self, id: &str, external_id: &str) {
        let mut desk = self.desk.stand_in();
        desk.workspace.next_calls.push_front(id.to_owned());
        let call = desk.workspace.new_call(Stage::Live);
        call.external_id = Some(external_id.to_owned());
    }

    /// Sends a system call CALL that was sent before once more.
    ///
    /// # Errors
    /// When nobody clicked for this call, or the address does not answer.
    pub async fn call_again(
        &self,
        communication_id: &str,
        to: &Url,
        path: ClickPath,
    ) -> Result<ClickAnswer, ClickError> {
        let outward = {
            let mut desk = self.desk.stand_in();
            outgoing::again(&mut desk, communication_id, to, path).map_err(ClickError::Bad)?
        };
        outward.send(self.desk).await
    }

    /// Calls what is scheduled at this base address: `communications/sync`, `setup/upgrade`.
    ///
    /// # Errors
    /// When the instance has no such schedule switched on, or the address does not answer.
    pub async fn run_schedule(
        &self,
        relative_url: &str,
        to: &Url,
    ) -> Result<ClickAnswer, ClickError> {
        let scheduled = {
            let desk = self.desk.stand_in();
            let hooks = desk.workspace.instance.get("webHooks").and_then(Value::as_array);
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
        outgoing::relative(to, relative_url, None).send(self.desk).await
    }

    /// How many events are on their way to webhooks.
    pub fn waiting_events(&self) -> usize {
        self.desk.stand_in().workspace.feed.deliveries.len()
    }

    /// Sends every waiting event to its webhook at this base address, the newest first when
    /// `newest_first`. One that is not answered with 200 and its echo waits on, and later ones go
    /// out before it; after eight tries it is given up.
    pub async fn send_events(
        &self,
        to: &Url,
        newest_first: bool,
    ) -> Vec<Result<ClickAnswer, ClickError>> {
        let mut waiting = self.desk.stand_in().workspace.feed.deliveries.clone();
        // What failed before goes out after what is new.
        waiting.sort_by_key(|it| it.tries);
        if newest_first {
            waiting.reverse();
        }
        let mut answers = Vec::new();
        for delivery in waiting {
            let outward =
                outgoing::relative(to, &delivery.relative_url, Some(delivery.event.clone()));
            let answer = outward.send(self.desk).await;
            let taken = answer.as_ref().is_ok_and(|it| it.ok && it.status == 200);
            let mut desk = self.desk.stand_in();
            let deliveries = &mut desk.workspace.feed.deliveries;
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
