//! State of the portal: lists of records, registered calls, open cards, events to send.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::limits;
use crate::report::LiveRow;

use super::dialect::{Dialect, PortalState};
use super::events::Event;
use super::quota::Quota;
use super::recordings::Upload;
use super::rights::Rights;
use super::seed;
use super::telephony::{Call, Card};

pub(super) use crate::php::{number, text_of};

/// A record in the CRM's JSON.
pub(super) type Record = Map<String, Value>;

/// A list of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum List {
    /// Employees.
    Users,
    /// Leads (лиды).
    Leads,
    /// Contacts.
    Contacts,
    /// Companies.
    Companies,
    /// Deals.
    Deals,
    /// Activities (дела).
    Activities,
    /// Dictionaries: sources, statuses of leads.
    Statuses,
    /// External lines.
    Lines,
    /// Finished calls.
    Statistic,
    /// Handlers of events.
    Handlers,
    /// Offline events.
    Offline,
    /// Transcripts of calls.
    Transcripts,
    /// Notifications to users.
    Notifications,
}

impl List {
    /// The name in telephony: `CONTACT`.
    pub(super) fn entity(self) -> Option<&'static str> {
        ENTITIES.iter().find(|(list, ..)| *list == self).map(|(_, name, _)| *name)
    }

    /// The number in activities and universal methods: 3.
    pub(super) fn type_id(self) -> Option<i64> {
        ENTITIES.iter().find(|(list, ..)| *list == self).map(|(.., id)| *id)
    }

    pub(super) fn of_entity(name: &str) -> Option<Self> {
        ENTITIES.iter().find(|(_, it, _)| *it == name).map(|(list, ..)| *list)
    }

    pub(super) fn of_type_id(id: i64) -> Option<Self> {
        ENTITIES.iter().find(|(.., it)| *it == id).map(|(list, ..)| *list)
    }
}

const ENTITIES: &[(List, &str, i64)] = &[
    (List::Leads, "LEAD", 1),
    (List::Deals, "DEAL", 2),
    (List::Contacts, "CONTACT", 3),
    (List::Companies, "COMPANY", 4),
];

/// State of the portal.
pub(super) struct Portal {
    /// Origin without a trailing slash.
    pub(super) url: String,
    /// Origin of the OAuth host.
    pub(super) oauth_url: String,
    /// Origin after the portal was renamed.
    pub(super) renamed_to: Option<String>,
    pub(super) state: PortalState,
    pub(super) dialect: Dialect,
    pub(super) rights: Rights,
    pub(super) quota: Quota,
    pub(super) lists: BTreeMap<List, Vec<Record>>,
    /// Ids given so far.
    last_ids: BTreeMap<List, i64>,
    /// Registered calls that are not finished.
    pub(super) calls: Vec<Call>,
    /// Cards of calls on screens.
    pub(super) cards: Vec<Card>,
    pub(super) uploads: Vec<Upload>,
    /// Events to send.
    pub(super) events: Vec<Event>,
    pub(super) live: Vec<LiveRow>,
    /// Counter of made-up ids.
    serial: u64,
    /// Server time at an instant of tokio's clock.
    started: (Timestamp, Instant),
}

impl Portal {
    pub(super) fn new(url: String, oauth_url: String) -> Self {
        let started = (Timestamp::now(), Instant::now());
        let lists = seed::lists();
        let last = |(list, records): (&List, &Vec<Record>)| {
            let ids = records.iter().filter_map(id_of);
            (*list, ids.max().unwrap_or(0))
        };
        Self {
            url,
            oauth_url,
            renamed_to: None,
            state: PortalState::default(),
            dialect: Dialect::default(),
            rights: Rights::new(),
            quota: Quota::new(),
            last_ids: lists.iter().map(last).collect(),
            lists,
            calls: Vec::new(),
            cards: Vec::new(),
            uploads: Vec::new(),
            events: Vec::new(),
            live: Vec::new(),
            serial: 0,
            started,
        }
    }

    /// Drops the oldest entries of every list beyond the limits.
    pub(super) fn enforce_limits(&mut self) {
        for records in self.lists.values_mut() {
            limits::keep_newest(records);
        }
        limits::keep_newest(&mut self.calls);
        limits::keep_newest(&mut self.cards);
        limits::keep_newest_bytes(&mut self.uploads, Upload::size);
        limits::keep_newest(&mut self.events);
        limits::keep_newest(&mut self.live);
        self.rights.enforce_limits();
    }

    /// The portal's address.
    pub(super) fn address(&self) -> &str {
        self.renamed_to.as_deref().unwrap_or(&self.url)
    }

    /// Server time. It advances with tokio's clock.
    pub(super) fn time(&self, at: Instant) -> Timestamp {
        let (begin, started) = self.started;
        begin.checked_add(at.duration_since(started)).unwrap_or(begin)
    }

    /// Server time as the portal writes it.
    pub(super) fn date(&self, at: Instant) -> String {
        written(self.time(at))
    }

    /// A new number, for made-up ids.
    pub(super) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    pub(super) fn list(&self, list: List) -> &[Record] {
        self.lists.get(&list).map_or(&[], Vec::as_slice)
    }

    /// The record with this id.
    pub(super) fn record(&self, list: List, id: i64) -> Option<&Record> {
        self.list(list).iter().find(|it| id_of(it) == Some(id))
    }

    pub(super) fn record_mut(&mut self, list: List, id: i64) -> Option<&mut Record> {
        let records = self.lists.get_mut(&list)?;
        records.iter_mut().find(|it| id_of(it) == Some(id))
    }

    /// Adds a record under the next id.
    pub(super) fn push(&mut self, list: List, mut record: Record) -> i64 {
        let last = self.last_ids.entry(list).or_default();
        *last = last.saturating_add(1);
        let id = *last;
        record.insert("ID".into(), json!(id.to_string()));
        self.lists.entry(list).or_default().push(record);
        id
    }

    /// Adds or replaces the record with this id.
    pub(super) fn put(&mut self, list: List, record: Record) {
        let id = id_of(&record);
        let records = self.lists.entry(list).or_default();
        records.retain(|it| id_of(it) != id);
        records.push(record);
        let last = self.last_ids.entry(list).or_default();
        *last = (*last).max(id.unwrap_or(0));
    }

    /// Removes the records that a function accepts; returns their number.
    pub(super) fn remove(&mut self, list: List, accepts: impl Fn(&Record) -> bool) -> usize {
        let records = self.lists.entry(list).or_default();
        let before = records.len();
        records.retain(|it| !accepts(it));
        before - records.len()
    }

    /// The active employee with this id.
    pub(super) fn active_user(&self, id: i64) -> Option<&Record> {
        self.record(List::Users, id).filter(|it| it.get("ACTIVE") == Some(&json!(true)))
    }

    /// The first active employee with this extension (§11).
    pub(super) fn user_by_extension(&self, extension: &str) -> Option<i64> {
        let mut users = self.list(List::Users).iter();
        let found = users.find(|it| {
            it.get("ACTIVE") == Some(&json!(true))
                && it.get("UF_PHONE_INNER").map(text_of).as_deref() == Some(extension)
        });
        found.filter(|_| !extension.is_empty()).and_then(id_of)
    }

    /// The entities with a number: contacts, leads, companies (§8).
    pub(super) fn with_phone(&self, phone: &str) -> Vec<(List, &Record)> {
        let wanted = comparable(phone);
        let lists = [List::Contacts, List::Leads, List::Companies];
        let all = lists.iter().flat_map(|list| self.list(*list).iter().map(|it| (*list, it)));
        all.filter(|(_, it)| !wanted.is_empty() && phones(it).any(|it| comparable(it) == wanted))
            .collect()
    }
}

/// Values of a multiple field.
pub(super) fn values_of<'a>(record: &'a Record, field: &str) -> impl Iterator<Item = &'a str> {
    let items = record.get(field).and_then(Value::as_array);
    items.into_iter().flatten().filter_map(|it| it.get("VALUE")?.as_str())
}

pub(super) fn phones(record: &Record) -> impl Iterator<Item = &str> {
    values_of(record, "PHONE")
}

pub(super) fn id_of(record: &Record) -> Option<i64> {
    number(record.get("ID")?)
}

/// The text of a member; empty for null.
pub(super) fn text_in(record: &Record, name: &str) -> String {
    record.get(name).map(text_of).unwrap_or_default()
}

/// Name of a person or a company.
pub(super) fn name_of(record: &Record) -> String {
    let parts = ["NAME", "LAST_NAME"].map(|name| text_in(record, name));
    let parts: Vec<&str> = parts.iter().map(|it| it.trim()).filter(|it| !it.is_empty()).collect();
    if parts.is_empty() { text_in(record, "TITLE") } else { parts.join(" ") }
}

/// Digits of a number with its country code: national forms of Belarus and Russia are converted.
pub(super) fn comparable(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    match (digits.len(), digits.strip_prefix("80"), digits.strip_prefix('8')) {
        (11, Some(rest), _) if !phone.starts_with('+') => format!("375{rest}"),
        (11, None, Some(rest)) if !phone.starts_with('+') => format!("7{rest}"),
        _ => digits,
    }
}

/// A time in the portal's zone, +03:00.
pub(super) fn written(at: Timestamp) -> String {
    at.to_zoned(TimeZone::fixed(offset(3))).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
