//! Changed clients, by the day of their change.

use std::time::Duration;

use vochi_crm_core::connector::{Changes, Cursor};
use vochi_crm_core::{Cx, Error, Result, Timestamp, Zone};

use super::lookup::Lookup;
use crate::api::{ListUpdatedUsers, ListUsers};
use crate::model::{Date, User, UserId};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The place in the stream of changes: U-ON lists changes by day, so the last change is remembered
/// to the second, with the clients changed in that second.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    at: Timestamp,
    clients: Vec<UserId>,
}

impl Place {
    fn parse(text: &str) -> Result<Self> {
        let wrong = || {
            Error::input(format!("invalid cursor {text:?}"))
                .with_hint("pass a cursor of an earlier response, or none to list all clients")
        };
        let (at, clients) = text.split_once(' ').unwrap_or((text, ""));
        let clients = clients.split(',').filter(|id| !id.is_empty()).map(str::parse);
        let clients = clients.collect::<Result<_>>().map_err(|_| wrong())?;
        Ok(Self { at: at.parse().map_err(|_| wrong())?, clients })
    }

    fn cursor(&self) -> Cursor {
        let clients: Vec<String> = self.clients.iter().map(ToString::to_string).collect();
        Cursor::new(format!("{} {}", self.at, clients.join(",")))
    }

    /// Returns true if a change is later than this place. One without a date may be.
    fn is_before(&self, changed: Option<Timestamp>, client: UserId) -> bool {
        let Some(changed) = changed else {
            return true;
        };
        changed > self.at || changed == self.at && !self.clients.contains(&client)
    }

    fn advance(&mut self, changed: Option<Timestamp>, client: UserId) {
        let Some(changed) = changed.filter(|changed| *changed >= self.at) else {
            return;
        };
        if changed > self.at {
            *self = Self { at: changed, clients: Vec::new() };
        }
        if !self.clients.contains(&client) {
            self.clients.push(client);
        }
    }
}

/// Reads changed clients.
pub(super) struct ClientChanges<'a> {
    pub(super) lookup: Lookup<'a>,
    pub(super) zone: &'a Zone,
}

impl ClientChanges<'_> {
    /// Lists the clients changed since a cursor, the earliest first; without one all of them. A
    /// change without a date is listed as long as U-ON lists it for the days since the cursor.
    /// Deleted clients are left out.
    pub(super) async fn since(&self, cx: &Cx, since: Option<&Cursor>) -> Result<Changes> {
        let client = self.lookup.client;
        let now = self.lookup.context.hub().clock().now();
        let since = since.map(|cursor| Place::parse(cursor.as_str())).transpose()?;
        let mut users = match &since {
            None => client.list(cx, ListUsers::new()).all().await?,
            Some(place) => {
                // A day more, since the zone of U-ON's days is not documented.
                let from = Date::from(self.zone.local(place.at));
                let until = Date::from(self.zone.local(now.plus(DAY)));
                client.list(cx, ListUpdatedUsers::new(from, until)).all().await?
            }
        };
        let changed = |user: &User| user.updated.map(|moment| moment.instant(self.zone));
        users.sort_by_key(|user| (changed(user), user.id));
        let start = Timestamp::from_unix_millis(now.unix_millis() / 1000 * 1000);
        let mut place = Place { at: Timestamp::from_unix_millis(0), clients: Vec::new() };
        if let Some(since) = &since {
            users.retain(|user| since.is_before(changed(user), user.id));
            place = Place { at: since.at, clients: since.clients.clone() };
        }
        for user in &users {
            place.advance(changed(user), user.id);
        }
        if place.at.unix_millis() == 0 {
            place.at = start;
        }
        users.retain(|user| user.deleted != Some(true));
        let customers = self.lookup.customers(cx, &users).await;
        Ok(Changes::new(customers, place.cursor()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u8) -> Timestamp {
        format!("2026-03-02T08:00:{second:02}Z").parse().unwrap()
    }

    fn user(id: u64) -> UserId {
        UserId::new(id).unwrap()
    }

    #[test]
    fn change_in_the_second_of_the_cursor_is_seen_once() {
        let mut place = Place::parse("2026-03-02T08:00:05Z 7").unwrap();
        assert!(!place.is_before(Some(at(5)), user(7)), "seen");
        assert!(place.is_before(Some(at(5)), user(8)), "changed later in the same second");
        assert!(!place.is_before(Some(at(4)), user(8)), "earlier");
        place.advance(Some(at(5)), user(8));
        assert_eq!(place.cursor().as_str(), "2026-03-02T08:00:05Z 7,8");
        place.advance(Some(at(6)), user(7));
        assert_eq!(place.cursor().as_str(), "2026-03-02T08:00:06Z 7");
        place.advance(Some(at(4)), user(9));
        assert_eq!(place.cursor().as_str(), "2026-03-02T08:00:06Z 7", "never backwards");
    }

    #[test]
    fn foreign_cursor_is_refused() {
        for text in ["", "17", "2026-03-02", "2026-03-02T08:00:05Z x", "2026-03-02T08:00:05Z 0"] {
            assert!(Place::parse(text).is_err(), "{text:?}");
        }
    }
}
