//! What the workspace holds.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::bounds;
use crate::meter::Meter;
use crate::report::{CallRow, CustomerRow, LiveRow, ModuleRow, Report, Responsible};
use crate::wire::Request;

use super::communications::{Communication, Stage, raw};
use super::feed::{Change, Feed};
use super::files::{self, StoredFile};
use super::{first, mint, words};

/// How long an access key lives (§1).
const KEY_LIFE: Duration = Duration::from_mins(20);
/// How long the one in a system call does. It is for calling back at once (§1).
const CALL_KEY_LIFE: Duration = Duration::from_mins(1);

/// How a text is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Saying {
    /// As the documentation prints it: a JSON string.
    #[default]
    Quoted,
    /// The bare text.
    Bare,
    /// Nothing at all.
    Empty,
}

/// How somebody without a valid credential is sent away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Unauthorized {
    /// 401 `"Unauthorized"`.
    #[default]
    Quoted,
    /// 401 `Unauthorized`.
    Bare,
    /// 403 without a text.
    Forbidden,
}

/// Whatever of this CRM's manner nobody has seen on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is one open question")]
pub struct Dialect {
    /// How `OK` and `Error` are said.
    pub saying: Saying,
    /// What a wrong or expired credential gets.
    pub unauthorized: Unauthorized,
    /// Whether `ProblemDetails` come under 409 instead of 400.
    pub problems_under_409: bool,
    /// Whether call-redirect answers an empty list instead of 409 when nobody is responsible.
    pub nobody_is_a_list: bool,
    /// Whether a change of the instance is answered without the wrapper.
    pub bare_patch: bool,
    /// Whether the event feed, contacts and companies are closed to access keys.
    pub entities_need_a_person: bool,
}

/// A key that opens the workspace.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) value: String,
    pub(super) ends: Option<Instant>,
    /// Whether it came with a system call.
    pub(super) of_a_call: bool,
}

/// The workspace behind the stand-in.
pub(super) struct Workspace {
    /// Origin without a slash at the end.
    pub(super) url: String,
    pub(super) dialect: Dialect,
    pub(super) installed: bool,
    pub(super) keys: Vec<Key>,
    pub(super) key_life: Duration,
    pub(super) file_limit: usize,
    meter: Option<(Meter, u32)>,
    pub(super) users: Vec<Map<String, Value>>,
    /// Extension and user id: what the integration knows and the CRM does not.
    pub(super) extensions: Vec<(String, String)>,
    pub(super) contacts: Vec<Map<String, Value>>,
    pub(super) companies: Vec<Map<String, Value>>,
    pub(super) deals: Vec<Map<String, Value>>,
    pub(super) instance: Map<String, Value>,
    pub(super) feed: Feed,
    pub(super) calls: Vec<Communication>,
    pub(super) files: Vec<StoredFile>,
    pub(super) live: Vec<LiveRow>,
    /// Ids to give out before new ones are minted.
    pub(super) next_calls: VecDeque<String>,
    pub(super) next_files: VecDeque<String>,
}

impl Workspace {
    pub(super) fn new(url: String) -> Self {
        let mut feed = Feed::default();
        let by = || json!({"createdAt": mint::now(), "createdWith": "xcom"});
        let (users, companies) = (first::users(), first::companies());
        let (contacts, deals) = (first::contacts(), first::deals());
        for (entity, models) in
            [("user", &users), ("company", &companies), ("contact", &contacts), ("deal", &deals)]
        {
            for model in models {
                let id = id_of(model);
                let (old, new) = (None, json!(model));
                let by = by();
                feed.changed(Change { entity, id, old, new, by }, &Value::Null);
                if let Some(company) = model.get("companyId").and_then(Value::as_str) {
                    feed.linked(company, id, &by_person());
                }
            }
        }
        feed.first_state_ends();
        Self {
            url,
            dialect: Dialect::default(),
            installed: true,
            keys: Vec::new(),
            key_life: KEY_LIFE,
            file_limit: files::LIMIT,
            meter: None,
            users,
            extensions: first::extensions(),
            contacts,
            companies,
            deals,
            instance: first::instance(),
            feed,
            calls: Vec::new(),
            files: Vec::new(),
            live: Vec::new(),
            next_calls: VecDeque::new(),
            next_files: VecDeque::new(),
        }
    }

    /// Removes the oldest of every list that grows with requests.
    pub(super) fn keep_within_bounds(&mut self) {
        bounds::keep_newest(&mut self.keys);
        bounds::keep_newest(&mut self.contacts);
        bounds::keep_newest(&mut self.companies);
        bounds::keep_newest(&mut self.calls);
        bounds::keep_newest(&mut self.live);
        bounds::keep_newest_bytes(&mut self.files, |file| file.content.len());
        self.feed.keep_within_bounds();
        // Whichever call has just grown.
        for call in &mut self.calls {
            call.keep_within_bounds();
        }
    }

    /// No limit is documented (§5), so there is none unless a test sets it.
    pub(super) fn set_limit(&mut self, per_second: usize, retry_after: u32) {
        self.meter = Some((Meter::new(per_second), retry_after));
    }

    /// Counts a request of the workspace; says how long to stay away when it is one too many.
    pub(super) fn over_limit(&mut self, request: &Request) -> Option<u32> {
        let (meter, retry_after) = self.meter.as_mut()?;
        // Counted per workspace, not per sender: everybody is one.
        let everybody = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        (!meter.admit(everybody, request.at)).then_some(*retry_after)
    }

    /// A key for the one who authorized itself.
    pub(super) fn issue_key(&mut self, at: Instant) -> String {
        let value = mint::access_key();
        let ends = at.checked_add(self.key_life);
        self.keys.push(Key { value: value.clone(), ends, of_a_call: false });
        value
    }

    /// A key that travels in a system call.
    pub(super) fn put_call_key(&mut self, value: String, at: Instant) {
        self.keys.push(Key { value, ends: at.checked_add(CALL_KEY_LIFE), of_a_call: true });
    }

    pub(super) fn issue_call_key(&mut self, at: Instant) -> String {
        let value = mint::access_key();
        self.put_call_key(value.clone(), at);
        value
    }

    /// The key of this value, unless its time is over.
    pub(super) fn key(&self, value: &str, at: Instant) -> Option<&Key> {
        let key = self.keys.iter().find(|key| key.value == value)?;
        key.ends.is_none_or(|ends| at < ends).then_some(key)
    }

    pub(super) fn user(&self, id: &str) -> Option<&Map<String, Value>> {
        self.users.iter().find(|user| id_of(user) == id)
    }

    pub(super) fn extension_of(&self, user_id: &str) -> Option<String> {
        let (extension, _) = self.extensions.iter().find(|(_, id)| id == user_id)?;
        Some(extension.clone())
    }

    pub(super) fn call(&self, id: &str) -> Option<&Communication> {
        self.calls.iter().find(|call| call.id == id)
    }

    pub(super) fn call_mut(&mut self, id: &str) -> Option<&mut Communication> {
        self.calls.iter_mut().find(|call| call.id == id)
    }

    /// By the PBX's id, with or without the prefix.
    pub(super) fn call_of(&self, external_id: &str) -> Option<&Communication> {
        let wanted = Some(raw(external_id));
        self.calls.iter().find(|call| call.external_id.as_deref() == wanted)
    }

    pub(super) fn new_call(&mut self, stage: Stage) -> &mut Communication {
        let id = self.next_calls.pop_front().unwrap_or_else(mint::guid);
        let mut call = Communication::new(id);
        call.stage = stage;
        self.calls.push(call);
        let last = self.calls.len() - 1;
        &mut self.calls[last]
    }

    /// The file that is found under this id now.
    pub(super) fn file(&self, id: &str, at: Instant) -> Option<&StoredFile> {
        self.files.iter().find(|file| file.id(at) == Some(id))
    }

    /// The file that was uploaded under this id, whatever became of it.
    pub(super) fn uploaded(&self, id: &str) -> Option<&StoredFile> {
        self.files.iter().find(|file| file.uploaded_id == id)
    }

    /// The clients with this number, their companies and their active deals.
    pub(super) fn links(&self, phone: &str) -> Value {
        let wanted = words::comparable(phone);
        let has =
            |model: &Map<String, Value>| phones(model).any(|it| words::comparable(it) == wanted);
        let mut contacts: Vec<&str> = Vec::new();
        let mut companies: Vec<&str> = Vec::new();
        for contact in self.contacts.iter().filter(|it| has(it)) {
            contacts.push(id_of(contact));
            let of = contact.get("links").and_then(|it| it["companyIds"].as_array());
            companies.extend(of.into_iter().flatten().filter_map(Value::as_str));
        }
        companies.extend(self.companies.iter().filter(|it| has(it)).map(id_of));
        companies.dedup();
        let of_them = |deal: &&Map<String, Value>| {
            let company = deal.get("companyId").and_then(Value::as_str);
            company.is_some_and(|id| companies.contains(&id))
                || deal_contacts(deal).any(|id| contacts.contains(&id))
        };
        let deals = self.deals.iter().filter(|deal| deal.get("isActive") == Some(&json!(true)));
        let deals: Vec<&str> = deals.filter(of_them).map(id_of).collect();
        json!({"companyIds": companies, "contactIds": contacts, "dealIds": deals})
    }

    /// Who is responsible for the active deals among these links.
    pub(super) fn responsible(&self, links: &Value) -> Vec<String> {
        let deals = links["dealIds"].as_array().into_iter().flatten();
        let deals =
            deals.filter_map(|id| self.deals.iter().find(|deal| deal.get("id") == Some(id)));
        let mut users: Vec<String> = deals
            .filter_map(|deal| deal.get("responsibleUserId")?.as_str())
            .filter(|id| self.user(id).is_some())
            .map(str::to_owned)
            .collect();
        users.dedup();
        users
    }

    /// Tells the feed and the webhooks of a change.
    pub(super) fn changed(&mut self, change: Change<'_>) {
        let hooks = self.instance.get("webHooks").unwrap_or(&Value::Null);
        self.feed.changed(change, hooks);
    }

    pub(super) fn feature(&self, name: &str) -> bool {
        self.instance.get("features").is_some_and(|it| it[name] == true)
    }

    pub(super) fn report(&self) -> Report {
        let calls: Vec<CallRow> = self.history().collect();
        Report {
            calls: Some(calls.into_iter().rev().collect()),
            live: Some(self.live.iter().rev().cloned().collect()),
            customers: Some(self.customers()),
            modules: Some(vec![self.module()]),
            requests: 0,
            refused: Vec::new(),
        }
    }

    /// What register-call told, and clicks that came to nothing.
    pub(super) fn history(&self) -> impl Iterator<Item = CallRow> + '_ {
        let told = |call: &&Communication| call.registered || call.stage == Stage::Failed;
        self.calls.iter().filter(told).map(|call| self.row(call))
    }

    pub(super) fn row(&self, call: &Communication) -> CallRow {
        let link = |id: &str| format!("{}/api/v1/{}/files/{id}", self.url, first::WORKSPACE);
        words::row(call, |user| self.extension_of(user), link)
    }

    fn customers(&self) -> Vec<CustomerRow> {
        let row = |model: &Map<String, Value>| {
            let id = id_of(model);
            let deal = self.deals.iter().find(|deal| {
                deal.get("companyId").is_some_and(|it| it == id)
                    || deal_contacts(deal).any(|contact| contact == id)
            });
            let user = deal.and_then(|it| self.user(it.get("responsibleUserId")?.as_str()?));
            CustomerRow {
                id: id.to_owned(),
                name: name_of(model),
                phones: phones(model).map(str::to_owned).collect(),
                responsible: user.map(|user| Responsible {
                    user_id: id_of(user).to_owned(),
                    name: name_of(user),
                    extension: self.extension_of(id_of(user)),
                }),
            }
        };
        let contacts = self.contacts.iter().rev();
        contacts.chain(self.companies.iter().rev()).map(row).collect()
    }

    fn module(&self) -> ModuleRow {
        ModuleRow {
            code: id_of(&self.instance).to_owned(),
            name: Some("Vochi".into()),
            active: self.installed && self.instance.get("status").is_some_and(|it| it == "active"),
            // The integration keeps them; the CRM never learns them (§11).
            extensions: std::collections::BTreeMap::new(),
        }
    }
}

/// Who did what a person did.
pub(super) fn by_person() -> Value {
    json!({
        "createdAt": mint::now(),
        "createdByUserId": first::MARIA,
        "createdWith": "WebApp",
    })
}

pub(super) fn id_of(model: &Map<String, Value>) -> &str {
    model.get("id").and_then(Value::as_str).unwrap_or_default()
}

fn name_of(model: &Map<String, Value>) -> String {
    let name = model.get("name").and_then(Value::as_str);
    name.unwrap_or_default().to_owned()
}

fn phones(model: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let phones = model.get("phones").and_then(Value::as_array);
    phones.into_iter().flatten().filter_map(|it| it["value"].as_str())
}

fn deal_contacts(deal: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let contacts = deal.get("links").and_then(|it| it["contactIds"].as_array());
    contacts.into_iter().flatten().filter_map(Value::as_str)
}
