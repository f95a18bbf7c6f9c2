//! Customers created or changed in the workspace, read from its feed.

use std::sync::Arc;

use vochi_crm_core::connector::{Changes, Cursor, Customer};
use vochi_crm_core::{Cx, Error, ErrorKind, Result, Warning};

use super::feed::{FeedReader, Reading};
use super::lookup::customer;
use crate::model::EventOffset;

/// Reads changed customers.
pub(super) struct CustomerChanges<'a> {
    pub(super) feed: FeedReader<'a>,
}

impl CustomerChanges<'_> {
    /// Reads the feed from the cursor to its end. Each customer comes once, as the feed left it, the
    /// one that changed last at the end; those deleted meanwhile and what only this integration
    /// changed are left out.
    pub(super) async fn since(&self, cx: &Cx, since: Option<&Cursor>) -> Result<Changes> {
        let start = EventOffset::start();
        let from = since.map(place).transpose()?;
        let Some(from) = from.filter(|from| *from != start) else {
            let all = self.feed.read(cx).await?;
            return Ok(self.changes_of(cx, all).await);
        };
        let reading: Arc<Reading> = self.feed.feed.after(&from);
        self.feed.read_on(cx, &reading).await.map_err(unknown_place)?;
        let changes = self.changes_of(cx, &reading).await;
        self.feed.feed.done_with(&from);
        Ok(changes)
    }

    async fn changes_of(&self, cx: &Cx, reading: &Reading) -> Changes {
        for warning in reading.warnings() {
            tracing::warn!(account = %self.feed.account.name(), "{}", Warning::text(&warning));
        }
        let mark = self.own_mark(cx, reading).await;
        // The cursor and what stands before it belong together, whoever reads on meanwhile.
        reading.ask_with_place(|index, place| {
            let changed = index.changed(mark.as_deref()).into_iter();
            let customers: Vec<Customer> = changed
                .map(|card| {
                    let mut one = customer(card, index);
                    if one.company.is_none() && !std::ptr::eq(reading, self.feed.known()) {
                        // What changed is read alone; companies may have been told long before.
                        one.company = self.feed.known().ask(|all| customer(card, all).company);
                    }
                    one
                })
                .collect();
            Changes::new(customers, Cursor::new(place.as_str()))
        })
    }

    /// What this integration signs with, if it can be known. No answer tells; the feed does, where
    /// it tells of a call of ours.
    async fn own_mark(&self, cx: &Cx, reading: &Reading) -> Option<String> {
        if !reading.ask(super::feed::Index::has_integrations) {
            return None;
        }
        let instance = self.feed.client.instance_id(cx).await.ok()?;
        let of =
            |reading: &Reading| reading.ask(|index| index.mark_of(&instance).map(str::to_owned));
        of(reading).or_else(|| of(self.feed.known()))
    }
}

fn place(cursor: &Cursor) -> Result<EventOffset> {
    EventOffset::new(cursor.as_str()).map_err(|_| {
        Error::input(format!("{:?} is no cursor of Kontur's feed", cursor.as_str()))
            .with_hint("give the cursor a former answer ended with, or none to begin anew")
    })
}

/// Kontur does not know the place.
fn unknown_place(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Rejected | ErrorKind::NotFound => {
            error.with_hint("if the cursor is of another workspace or too old, begin without one")
        }
        _ => error,
    }
}
