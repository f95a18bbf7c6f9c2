//! Changed clients, by the date of their change.

use std::collections::BTreeMap;
use std::time::Duration;

use vochi_crm_core::connector::{Changes, Cursor, Customer};
use vochi_crm_core::{Cx, Error, Result, Timestamp};

use super::lookup::Lookup;
use super::mapping::customer;
use crate::api::{CrmEntity, ListEntities};
use crate::model::{Company, Contact, EntityType, Lead, UserId};

/// An entity whose changes are listed.
trait Tracked: CrmEntity {
    const KIND: EntityType;
    /// Begins the keys of a cursor: contacts and companies have numbers of their own.
    const LETTER: char;
    const FIELDS: &'static [&'static str];

    fn modified_at(&self) -> Option<Timestamp>;
    fn name(&self) -> Option<String>;
    fn assigned_to(&self) -> Option<UserId>;
}

fn full_name(parts: &[Option<&String>]) -> Option<String> {
    let parts: Vec<&str> = parts.iter().flatten().map(|part| part.trim()).collect();
    let name = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some(name)
}

impl Tracked for Contact {
    const KIND: EntityType = EntityType::Contact;
    const LETTER: char = 'C';
    const FIELDS: &'static [&'static str] =
        &["ID", "NAME", "LAST_NAME", "ASSIGNED_BY_ID", "DATE_MODIFY"];

    fn modified_at(&self) -> Option<Timestamp> {
        self.modified_at
    }

    fn name(&self) -> Option<String> {
        full_name(&[self.name.as_ref(), self.last_name.as_ref()])
    }

    fn assigned_to(&self) -> Option<UserId> {
        self.assigned_to
    }
}

impl Tracked for Lead {
    const KIND: EntityType = EntityType::Lead;
    const LETTER: char = 'L';
    const FIELDS: &'static [&'static str] =
        &["ID", "TITLE", "NAME", "LAST_NAME", "ASSIGNED_BY_ID", "DATE_MODIFY"];

    fn modified_at(&self) -> Option<Timestamp> {
        self.modified_at
    }

    fn name(&self) -> Option<String> {
        full_name(&[self.name.as_ref(), self.last_name.as_ref()]).or_else(|| self.title.clone())
    }

    fn assigned_to(&self) -> Option<UserId> {
        self.assigned_to
    }
}

impl Tracked for Company {
    const KIND: EntityType = EntityType::Company;
    const LETTER: char = 'F';
    const FIELDS: &'static [&'static str] = &["ID", "TITLE", "ASSIGNED_BY_ID", "DATE_MODIFY"];

    fn modified_at(&self) -> Option<Timestamp> {
        self.modified_at
    }

    fn name(&self) -> Option<String> {
        self.title.clone()
    }

    fn assigned_to(&self) -> Option<UserId> {
        self.assigned_to
    }
}

/// A changed entity: its time, its key in a cursor, and the customer.
struct Change {
    at: Option<Timestamp>,
    key: String,
    customer: Customer,
    user: Option<UserId>,
}

/// How many seconds the portal's clock may be behind ours.
const CLOCKS: i64 = 10;

/// The place in the stream of changes: a moment before which all changes are read, and the entities
/// that were changed since and are read already.
///
/// The moment is before the first list was read. What changes while they are read may be in none.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    at: Timestamp,
    seen: BTreeMap<String, Timestamp>,
}

impl Place {
    fn parse(text: &str) -> Result<Self> {
        let wrong = || {
            Error::input(format!("invalid cursor {text:?}"))
                .with_hint("pass a cursor of an earlier response, or none to list all clients")
        };
        let (at, keys) = text.split_once(' ').unwrap_or((text, ""));
        let at: Timestamp = at.parse().map_err(|_| wrong())?;
        let seen = |text: &str| {
            let (key, seconds) = text.split_once('+').unwrap_or((text, "0"));
            let is_key = key.len() > 1 && key.is_ascii();
            let after = Duration::from_secs(seconds.parse::<u32>().ok()?.into());
            is_key.then(|| (key.to_owned(), at.plus(after)))
        };
        let keys = keys.split(',').filter(|key| !key.is_empty());
        let seen = keys.map(seen).collect::<Option<_>>().ok_or_else(wrong)?;
        Ok(Self { at, seen })
    }

    fn cursor(&self) -> Cursor {
        let key = |(key, at): (&String, &Timestamp)| match at.since(self.at).as_secs() {
            0 => key.clone(),
            seconds => format!("{key}+{seconds}"),
        };
        let keys: Vec<String> = self.seen.iter().map(key).collect();
        Cursor::new(format!("{} {}", self.at, keys.join(",")))
    }

    /// Returns true if a change is not read yet. One without a date may be.
    fn is_before(&self, change: &Change) -> bool {
        let Some(at) = change.at else { return true };
        at >= self.at && self.seen.get(&change.key) != Some(&at)
    }

    /// Goes on to the last of these changes, but not beyond `limit`.
    fn advance(&mut self, changes: &[Change], limit: Timestamp) {
        let dated = || changes.iter().filter_map(|change| Some((change, change.at?)));
        if let Some(latest) = dated().map(|(_, at)| at).max() {
            self.at = self.at.max(latest.min(limit));
        }
        self.seen.extend(dated().map(|(change, at)| (change.key.clone(), at)));
        self.seen.retain(|_, at| *at >= self.at);
    }
}

/// Reads changed clients.
pub(super) struct ClientChanges<'a> {
    pub(super) lookup: Lookup<'a>,
}

impl ClientChanges<'_> {
    /// Lists the contacts, leads and companies changed since a cursor, the earliest first; without
    /// one all of them. Deleted ones are not listed.
    pub(super) async fn since(&self, cx: &Cx, since: Option<&Cursor>) -> Result<Changes> {
        let since = since.map(|cursor| Place::parse(cursor.as_str())).transpose()?;
        let now = self.lookup.context.hub().clock().now();
        let limit = Timestamp::from_unix_millis((now.unix_millis() / 1000 - CLOCKS) * 1000);
        let from = since.as_ref().map(|place| place.at);
        let mut changes = self.of::<Contact>(cx, from).await?;
        changes.extend(self.of::<Lead>(cx, from).await?);
        changes.extend(self.of::<Company>(cx, from).await?);
        changes.sort_by(|one, other| (one.at, &one.key).cmp(&(other.at, &other.key)));
        let start = Timestamp::from_unix_millis(0);
        let mut place = since.unwrap_or_else(|| Place { at: start, seen: BTreeMap::new() });
        changes.retain(|change| place.is_before(change));
        place.advance(&changes, limit);
        if place.at == start {
            place.at = limit;
        }
        let mut customers = Vec::with_capacity(changes.len());
        for Change { mut customer, user, .. } in changes {
            if let Some(user) = user {
                customer.responsible = Some(self.lookup.employee(cx, user, None).await);
            }
            customers.push(customer);
        }
        Ok(Changes::new(customers, place.cursor()))
    }

    async fn of<E: Tracked>(&self, cx: &Cx, from: Option<Timestamp>) -> Result<Vec<Change>> {
        let mut list = ListEntities::<E>::new().select(E::FIELDS.iter().copied());
        if let Some(from) = from {
            list = list.filter(">=DATE_MODIFY", crate::model::Moment::from(from).to_string());
        }
        let found = self.lookup.client.list(cx, list).all().await?;
        let portal = self.lookup.client.portal().to_string();
        let change = |entity: E| {
            let id = entity.number();
            Change {
                at: entity.modified_at(),
                key: format!("{}{id}", E::LETTER),
                customer: customer(&portal, &E::KIND, id, entity.name()),
                user: entity.assigned_to(),
            }
        };
        Ok(found.into_iter().map(change).collect())
    }
}

#[cfg(test)]
mod tests {
    use vochi_crm_core::connector::CustomerKind;

    use super::*;

    fn change(second: u8, key: &str) -> Change {
        Change {
            at: Some(format!("2026-03-02T08:00:{second:02}Z").parse().unwrap()),
            key: key.to_owned(),
            customer: Customer::new("7", CustomerKind::Person),
            user: None,
        }
    }

    #[test]
    fn change_in_the_second_of_the_cursor_is_seen_once() {
        let mut place = Place::parse("2026-03-02T08:00:05Z C7").unwrap();
        assert!(!place.is_before(&change(5, "C7")), "seen");
        assert!(place.is_before(&change(5, "L7")), "changed later in the same second");
        assert!(!place.is_before(&change(4, "L7")), "earlier");
        let limit = change(30, "").at.unwrap();
        place.advance(&[change(5, "L7")], limit);
        assert_eq!(place.cursor().as_str(), "2026-03-02T08:00:05Z C7,L7");
        place.advance(&[change(6, "C7"), change(4, "C9")], limit);
        assert_eq!(place.cursor().as_str(), "2026-03-02T08:00:06Z C7", "never backwards");
    }

    #[test]
    fn cursor_stays_before_what_may_change_during_the_read() {
        let mut place = Place::parse("2026-03-02T08:00:05Z C7").unwrap();
        let limit = change(8, "").at.unwrap();
        place.advance(&[change(6, "C9"), change(8, "L7"), change(11, "L8")], limit);
        assert_eq!(place.cursor().as_str(), "2026-03-02T08:00:08Z L7,L8+3");
        let place = Place::parse(place.cursor().as_str()).unwrap();
        assert!(!place.is_before(&change(11, "L8")), "read already");
        assert!(place.is_before(&change(12, "L8")), "changed again");
        assert!(place.is_before(&change(9, "C9")), "changed while the lists were read");
    }

    #[test]
    fn foreign_cursor_is_refused() {
        for text in ["", "17", "2026-03-02", "2026-03-02T08:00:05Z 7", "2026-03-02T08:00:05Z C7+x"]
        {
            assert!(Place::parse(text).is_err(), "{text:?}");
        }
    }
}
