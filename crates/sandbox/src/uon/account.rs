//! State of the account: lists of records, keys, pending hooks.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::limits;
pub(super) use crate::php::{number, text_of};
use crate::rate_window::RateWindow;
use crate::report::{LiveCall, LiveRow};
use crate::wire::Request;

use super::answer::{ErrorText, IdForm, Nothing};
use super::hooks::{Hook, HookForm};
use super::seed;

/// A record in the CRM's JSON.
pub(super) type Record = Map<String, Value>;

/// Requests of a key in any sliding second (§2).
const PER_SECOND: usize = 10;

/// Time in which the search by phone does not find a new client (§7.1).
const INDEXED_AFTER: Duration = Duration::from_secs(1);

/// A list of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum List {
    /// Clients and employees.
    Users,
    /// Leads (обращения).
    Leads,
    /// Requests (заявки).
    Requests,
    /// Call history.
    Calls,
    /// Popups.
    Notifications,
    /// Request actions (касания).
    Actions,
    /// Reminders (задачи).
    Reminders,
    /// Sources.
    Sources,
    /// Statuses of leads.
    LeadStatuses,
    /// Statuses of requests.
    RequestStatuses,
    /// Statuses of payment.
    PayStatuses,
    /// Companies of the account.
    Companies,
    /// Offices.
    Offices,
    /// Countries.
    Countries,
    /// Labels of users.
    Labels,
    /// Reasons of a refused lead.
    DenyReasons,
    /// Types of travel.
    TravelTypes,
    /// Extended fields.
    ExtendedFields,
    /// Subscriptions.
    Webhooks,
}

impl List {
    /// Member with the id of a record.
    pub(super) fn id_key(self) -> &'static str {
        if self == Self::Users { "u_id" } else { "id" }
    }
}

/// Behaviour of this CRM that is undocumented, or seen in several forms.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is one open question")]
pub struct Dialect {
    /// Response when nothing is found (§3.2).
    pub nothing: Nothing,
    /// Text of errors (§12, U24).
    pub errors: ErrorText,
    /// Response to the creation of a record (§3.1).
    pub ids: IdForm,
    /// Whether lists come under their other known key, or without one (§12, U6).
    pub other_lists: bool,
    /// Whether updates and `reminder/create` answer `[]` (§3.1).
    pub empty_array: bool,
    /// Whether numbers are sent as text (§5).
    pub text_numbers: bool,
    /// Whether lists begin with the newest record.
    pub newest_first: bool,
    /// Whether the search by phone finds a new client only after a second (§7.1).
    pub late_phone_search: bool,
    /// Form of the hooks (§8.1).
    pub hooks: HookForm,
}

/// A key of the account with the permissions of its two check boxes (§1).
#[derive(Debug)]
pub(super) struct Key {
    pub(super) value: String,
    pub(super) get: bool,
    pub(super) post: bool,
    meter: RateWindow,
}

impl Key {
    pub(super) fn new(value: impl Into<String>, get: bool, post: bool) -> Self {
        Self { value: value.into(), get, post, meter: RateWindow::new(PER_SECOND) }
    }
}

/// State of the account.
pub(super) struct Account {
    /// Origin without a trailing slash.
    pub(super) url: String,
    pub(super) dialect: Dialect,
    pub(super) keys: Vec<Key>,
    pub(super) lists: BTreeMap<List, Vec<Record>>,
    /// Ids given so far.
    last_ids: BTreeMap<List, i64>,
    /// New clients that the search by phone may miss.
    fresh: Vec<(i64, Instant)>,
    /// Hooks to send.
    pub(super) hooks: Vec<Hook>,
    pub(super) live: Vec<LiveRow>,
    /// A call of the page's PBX whose popup is not shown yet.
    pub(super) ringing: Option<LiveCall>,
    /// Calls of the page's PBX with a popup: the CRM knows no live call.
    pub(super) page_calls: Vec<LiveCall>,
}

impl Account {
    pub(super) fn new(url: String) -> Self {
        let lists = seed::lists();
        let last = |(list, records): (&List, &Vec<Record>)| {
            let ids = records.iter().filter_map(|it| number(it.get(list.id_key())?));
            (*list, ids.max().unwrap_or(0))
        };
        Self {
            url,
            dialect: Dialect::default(),
            keys: vec![Key::new(seed::API_KEY, true, true)],
            last_ids: lists.iter().map(last).collect(),
            lists,
            fresh: Vec::new(),
            hooks: Vec::new(),
            live: Vec::new(),
            ringing: None,
            page_calls: Vec::new(),
        }
    }

    /// Drops the oldest entries of every list beyond the limits.
    pub(super) fn enforce_limits(&mut self) {
        for records in self.lists.values_mut() {
            limits::keep_newest(records);
        }
        limits::keep_newest(&mut self.fresh);
        limits::keep_newest(&mut self.hooks);
        limits::keep_newest(&mut self.live);
        limits::keep_newest(&mut self.page_calls);
    }

    pub(super) fn key(&self, value: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.value == value)
    }

    /// Counts a request of its key; returns true if it is over the limit.
    pub(super) fn over_limit(&mut self, request: &Request) -> bool {
        let value = request.path.split('/').nth(1).unwrap_or_default();
        let key = self.keys.iter_mut().find(|key| key.value == value);
        // Counted per key, not per sender.
        let everybody = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        key.is_some_and(|key| !key.meter.admit(everybody, request.at))
    }

    pub(super) fn list(&self, list: List) -> &[Record] {
        self.lists.get(&list).map_or(&[], Vec::as_slice)
    }

    /// The record with this id.
    pub(super) fn record(&self, list: List, id: i64) -> Option<&Record> {
        self.list(list).iter().find(|it| id_of(list, it) == Some(id))
    }

    pub(super) fn record_mut(&mut self, list: List, id: i64) -> Option<&mut Record> {
        let records = self.lists.get_mut(&list)?;
        records.iter_mut().find(|it| id_of(list, it) == Some(id))
    }

    /// Adds a record under the next id.
    pub(super) fn push(&mut self, list: List, mut record: Record) -> i64 {
        let last = self.last_ids.entry(list).or_default();
        *last = last.saturating_add(1);
        let id = *last;
        record.insert(list.id_key().into(), json!(id));
        if list == List::Calls {
            self.link(&mut record);
        }
        self.lists.entry(list).or_default().push(record);
        id
    }

    /// Adds or replaces the record with this id.
    pub(super) fn put(&mut self, list: List, mut record: Record) {
        if list == List::Calls {
            self.link(&mut record);
        }
        let id = id_of(list, &record);
        let records = self.lists.entry(list).or_default();
        records.retain(|it| id_of(list, it) != id);
        records.push(record);
        let last = self.last_ids.entry(list).or_default();
        *last = (*last).max(id.unwrap_or(0));
    }

    /// Marks a client as new.
    pub(super) fn created_at(&mut self, id: i64, at: Instant) {
        self.fresh.push((id, at));
    }

    /// Returns true if the search by phone finds the client.
    pub(super) fn is_indexed(&self, id: i64, at: Instant) -> bool {
        let late = |(fresh, since): &(i64, Instant)| {
            *fresh == id && at.duration_since(*since) < INDEXED_AFTER
        };
        !self.dialect.late_phone_search || !self.fresh.iter().any(late)
    }

    /// The employees, in order.
    pub(super) fn staff(&self) -> impl Iterator<Item = &Record> {
        self.list(List::Users).iter().filter(|it| is_manager(it))
    }

    pub(super) fn manager_by_extension(&self, extension: &str) -> Option<i64> {
        let (_, _, _, id) = seed::PEOPLE.iter().find(|(code, ..)| *code == extension)?;
        self.record(List::Users, *id).and(Some(*id))
    }

    /// Clients with these digits in one of their numbers.
    pub(super) fn with_phone(&self, phone: &str) -> impl Iterator<Item = &Record> {
        let wanted = digits(phone);
        let clients = self.list(List::Users).iter().filter(|it| !is_manager(it));
        clients
            .filter(move |it| !wanted.is_empty() && phones(it).any(|phone| digits(phone) == wanted))
    }
}

/// Members with a number of a client.
const PHONES: [&str; 3] = ["u_phone", "u_phone_mobile", "u_phone_home"];

pub(super) fn phones(user: &Record) -> impl Iterator<Item = &str> {
    let phones = PHONES.iter().filter_map(|name| user.get(*name)?.as_str());
    phones.filter(|it| !it.is_empty())
}

/// Returns true for an employee.
pub(super) fn is_manager(user: &Record) -> bool {
    user.contains_key("u_manager_status")
}

pub(super) fn id_of(list: List, record: &Record) -> Option<i64> {
    number(record.get(list.id_key())?)
}

/// Name of a user: family name, given name, patronymic, else the company.
pub(super) fn name_of(user: &Record) -> String {
    let text = |name: &str| user.get(name).and_then(Value::as_str).map_or("", str::trim);
    let parts = ["u_surname", "u_name", "u_sname"].map(text);
    let parts: Vec<&str> = parts.into_iter().filter(|it| !it.is_empty()).collect();
    if parts.is_empty() { text("u_company").to_owned() } else { parts.join(" ") }
}

pub(super) fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

/// The present time in the zone of the account, +03:00 (§5).
pub(super) fn now(format: &str) -> String {
    written(Timestamp::now(), format)
}

pub(super) fn written(at: Timestamp, format: &str) -> String {
    at.to_zoned(TimeZone::fixed(offset(3))).strftime(format).to_string()
}

/// Format of a time with seconds.
pub(super) const SECONDS: &str = "%Y-%m-%d %H:%M:%S";
/// Format of a time in leads and requests.
pub(super) const MINUTES: &str = "%Y-%m-%d %H:%M";
