//! State of the workspace.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::limits;
use crate::rate_window::RateWindow;
use crate::report::{
    CallRow, CustomerRow, Employee, LiveCall, LiveRow, ModuleRow, Report, Responsible,
};
use crate::wire::Request;

use super::communications::{Communication, Stage, raw};
use super::feed::{Change, Feed};
use super::files::{self, StoredFile};
use super::{ids, mapping, seed};

/// Lifetime of an access key (§1).
const KEY_LIFE: Duration = Duration::from_secs(20 * 60);
/// Lifetime of the key in a system call, which is for calling back at once (§1).
const CALL_KEY_LIFE: Duration = Duration::from_secs(60);

/// Form of a text response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TextForm {
    /// A JSON string, as documented.
    #[default]
    Quoted,
    /// Plain text.
    Bare,
    /// Empty.
    Empty,
}

/// Response to an invalid credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Unauthorized {
    /// 401 `"Unauthorized"`.
    #[default]
    Quoted,
    /// 401 `Unauthorized`.
    Bare,
    /// 403 without a body.
    Forbidden,
}

/// Behaviour of this CRM that is undocumented.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is one open question")]
pub struct Dialect {
    /// Form of `OK` and `Error`.
    pub saying: TextForm,
    /// Response to a wrong or expired credential.
    pub unauthorized: Unauthorized,
    /// Whether `ProblemDetails` have status 409 instead of 400.
    pub problems_under_409: bool,
    /// Whether call-redirect returns an empty list instead of 409 without a responsible employee.
    pub empty_list_without_responsible: bool,
    /// Whether the response to an instance patch has no wrapper.
    pub bare_patch: bool,
    /// Whether access keys are refused for the event feed, contacts and companies.
    pub entities_need_a_person: bool,
}

/// A valid key of the workspace.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) value: String,
    pub(super) ends: Option<Instant>,
    /// Whether a system call sent it.
    pub(super) of_a_call: bool,
}

/// State of the workspace.
pub(super) struct Workspace {
    /// Origin without a trailing slash.
    pub(super) url: String,
    pub(super) dialect: Dialect,
    pub(super) installed: bool,
    pub(super) keys: Vec<Key>,
    pub(super) key_life: Duration,
    pub(super) file_limit: usize,
    meter: Option<(RateWindow, u32)>,
    pub(super) users: Vec<Map<String, Value>>,
    /// Extension and user id; known to the integration, not to the CRM.
    pub(super) extensions: Vec<(String, String)>,
    pub(super) contacts: Vec<Map<String, Value>>,
    pub(super) companies: Vec<Map<String, Value>>,
    pub(super) deals: Vec<Map<String, Value>>,
    pub(super) instance: Map<String, Value>,
    pub(super) feed: Feed,
    pub(super) calls: Vec<Communication>,
    pub(super) files: Vec<StoredFile>,
    pub(super) live: Vec<LiveRow>,
    /// Ids to use before generated ones.
    pub(super) next_calls: VecDeque<String>,
    pub(super) next_files: VecDeque<String>,
}

impl Workspace {
    pub(super) fn new(url: String) -> Self {
        let mut feed = Feed::default();
        let by = || json!({"createdAt": ids::now(), "createdWith": "xcom"});
        let (users, companies) = (seed::users(), seed::companies());
        let (contacts, deals) = (seed::contacts(), seed::deals());
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
        feed.end_of_seed();
        Self {
            url,
            dialect: Dialect::default(),
            installed: true,
            keys: Vec::new(),
            key_life: KEY_LIFE,
            file_limit: files::LIMIT,
            meter: None,
            users,
            extensions: seed::extensions(),
            contacts,
            companies,
            deals,
            instance: seed::instance(),
            feed,
            calls: Vec::new(),
            files: Vec::new(),
            live: Vec::new(),
            next_calls: VecDeque::new(),
            next_files: VecDeque::new(),
        }
    }

    /// Drops the oldest entries of every list beyond the limits.
    pub(super) fn enforce_limits(&mut self) {
        limits::keep_newest(&mut self.keys);
        limits::keep_newest(&mut self.contacts);
        limits::keep_newest(&mut self.companies);
        limits::keep_newest(&mut self.calls);
        limits::keep_newest(&mut self.live);
        limits::keep_newest_bytes(&mut self.files, |file| file.content.len());
        self.feed.enforce_limits();
        // Any call may have grown.
        for call in &mut self.calls {
            call.enforce_limits();
        }
    }

    /// Sets a limit; none by default, since none is documented (§5).
    pub(super) fn set_limit(&mut self, per_second: usize, retry_after: u32) {
        self.meter = Some((RateWindow::new(per_second), retry_after));
    }

    /// Counts a request; returns the seconds of `Retry-After` if it is over the limit.
    pub(super) fn over_limit(&mut self, request: &Request) -> Option<u32> {
        let (meter, retry_after) = self.meter.as_mut()?;
        // Counted per workspace, not per sender.
        let everybody = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        (!meter.admit(everybody, request.at)).then_some(*retry_after)
    }

    /// Issues an access key for an authorization.
    pub(super) fn issue_key(&mut self, at: Instant) -> String {
        let value = ids::access_key();
        let ends = at.checked_add(self.key_life);
        self.keys.push(Key { value: value.clone(), ends, of_a_call: false });
        value
    }

    /// Adds an access key that never expires.
    pub(super) fn put_key(&mut self, value: String) {
        self.keys.push(Key { value, ends: None, of_a_call: false });
    }

    /// Adds a key sent in a system call.
    pub(super) fn put_call_key(&mut self, value: String, at: Instant) {
        self.keys.push(Key { value, ends: at.checked_add(CALL_KEY_LIFE), of_a_call: true });
    }

    pub(super) fn issue_call_key(&mut self, at: Instant) -> String {
        let value = ids::access_key();
        self.put_call_key(value.clone(), at);
        value
    }

    /// The valid key with this value.
    pub(super) fn key(&self, value: &str, at: Instant) -> Option<&Key> {
        let key = self.keys.iter().find(|key| key.value == value)?;
        key.ends.is_none_or(|ends| at < ends).then_some(key)
    }

    pub(super) fn user(&self, id: &str) -> Option<&Map<String, Value>> {
        find(&self.users, id)
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

    /// The call with this PBX id, with or without the prefix.
    pub(super) fn call_of(&self, external_id: &str) -> Option<&Communication> {
        let wanted = Some(raw(external_id));
        self.calls.iter().find(|call| call.external_id.as_deref() == wanted)
    }

    pub(super) fn new_call(&mut self, stage: Stage) -> &mut Communication {
        let id = self.next_calls.pop_front().unwrap_or_else(ids::guid);
        self.put_call(&id, stage)
    }

    /// Adds a call with this id.
    pub(super) fn put_call(&mut self, id: &str, stage: Stage) -> &mut Communication {
        let mut call = Communication::new(id.to_owned());
        call.stage = stage;
        self.calls.push(call);
        let last = self.calls.len() - 1;
        &mut self.calls[last]
    }

    /// The file with this current id.
    pub(super) fn file(&self, id: &str, at: Instant) -> Option<&StoredFile> {
        self.files.iter().find(|file| file.id(at) == Some(id))
    }

    /// The file uploaded under this id, even if bound or expired.
    pub(super) fn uploaded(&self, id: &str) -> Option<&StoredFile> {
        self.files.iter().find(|file| file.uploaded_id == id)
    }

    /// Clients with this number, with their companies and active deals.
    pub(super) fn links(&self, phone: &str) -> Value {
        let wanted = mapping::comparable(phone);
        let has =
            |model: &Map<String, Value>| phones(model).any(|it| mapping::comparable(it) == wanted);
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

    /// Responsible users of the active deals among these links.
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

    /// Adds a change to the feed and the webhooks.
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

    /// Registered calls, and failed clicks.
    pub(super) fn history(&self) -> impl Iterator<Item = CallRow> + '_ {
        let in_history = |call: &&Communication| call.registered || call.stage == Stage::Failed;
        self.calls.iter().filter(in_history).map(|call| self.row(call))
    }

    pub(super) fn row(&self, call: &Communication) -> CallRow {
        let link = |id: &str| format!("{}/api/v1/{}/files/{id}", self.url, seed::WORKSPACE);
        mapping::row(call, |user| self.extension_of(user), link)
    }

    /// Started calls that are not over, newest first.
    pub(super) fn live_calls(&self) -> Vec<LiveCall> {
        let customers = self.customers();
        let known = |phone: &str| {
            let same = |it: &String| mapping::comparable(it) == mapping::comparable(phone);
            customers.iter().find(|customer| customer.phones.iter().any(same))
        };
        let live = self.calls.iter().rev().filter(|it| it.stage == Stage::Live && !it.registered);
        let row = |call: &Communication| {
            let legs = call.legs.iter().filter(|leg| leg.finished_at.is_none());
            LiveCall {
                call_id: call.external_id.clone().unwrap_or_else(|| call.id.clone()),
                direction: call.direction.as_deref().and_then(mapping::direction),
                phone: call.client_phone.as_deref().map(mapping::e164),
                client: call.client_phone.as_deref().and_then(known).map(|it| it.name.clone()),
                employees: legs.filter_map(|leg| self.employee(leg.user()?)).collect(),
                since: call.since(),
            }
        };
        live.map(row).collect()
    }

    pub(super) fn employee(&self, user_id: &str) -> Option<Employee> {
        let user = self.user(user_id)?;
        Some(Employee {
            user_id: user_id.to_owned(),
            name: name_of(user),
            extension: self.extension_of(user_id),
        })
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
            // Known to the integration only, never to the CRM (§11).
            extensions: std::collections::BTreeMap::new(),
        }
    }
}

/// Author of a change by a person.
pub(super) fn by_person() -> Value {
    json!({
        "createdAt": ids::now(),
        "createdByUserId": seed::MARIA,
        "createdWith": "WebApp",
    })
}

/// The entity with this id.
pub(super) fn find<'a>(
    models: &'a [Map<String, Value>],
    id: &str,
) -> Option<&'a Map<String, Value>> {
    models.iter().find(|it| id_of(it) == id)
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
