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
    /// Reads the feed from the cursor to its end.
    ///
    /// Each customer is listed once in its latest state, the last changed one at the end. Deleted
    /// customers and those changed only by this integration are left out.
    pub(super) async fn since(&self, cx: &Cx, since: Option<&Cursor>) -> Result<Changes> {
        let start = EventOffset::start();
        let from = since.map(offset).transpose()?;
        let Some(from) = from.filter(|from| *from != start) else {
            let all = self.feed.read(cx).await?;
            return Ok(self.changes_of(cx, all).await);
        };
        let reading: Arc<Reading> = self.feed.feed.after(&from);
        self.feed.read_on(cx, &reading).await.map_err(unknown_offset)?;
        let changes = self.changes_of(cx, &reading).await;
        self.feed.feed.forget(&from);
        Ok(changes)
    }

    async fn changes_of(&self, cx: &Cx, reading: &Reading) -> Changes {
        for warning in reading.warnings() {
            tracing::warn!(account = %self.feed.account.name(), "{}", Warning::text(&warning));
        }
        let source = self.own_source(cx, reading).await;
        // The cursor must match the events read so far, even if another task reads on.
        reading.query_with_offset(|index, offset| {
            let changed = index.changed(source.as_deref()).into_iter();
            let customers: Vec<Customer> = changed
                .map(|card| {
                    let mut one = customer(card, index);
                    if one.company.is_none() && !std::ptr::eq(reading, self.feed.known()) {
                        // This reading starts at the cursor; company names may be in older events.
                        one.company = self.feed.known().query(|all| customer(card, all).company);
                    }
                    one
                })
                .collect();
            Changes::new(customers, Cursor::new(offset.as_str()))
        })
    }

    /// Returns the `createdWith` value of this integration, if known.
    ///
    /// No response contains it; the feed shows it with a call registered by this integration.
    async fn own_source(&self, cx: &Cx, reading: &Reading) -> Option<String> {
        if !reading.query(super::feed::Index::has_integrations) {
            return None;
        }
        let instance = self.feed.client.instance_id(cx).await.ok()?;
        let of = |reading: &Reading| {
            reading.query(|index| index.source_of(&instance).map(str::to_owned))
        };
        of(reading).or_else(|| of(self.feed.known()))
    }
}

fn offset(cursor: &Cursor) -> Result<EventOffset> {
    EventOffset::new(cursor.as_str()).map_err(|_| {
        Error::input(format!("invalid feed cursor {:?}", cursor.as_str()))
            .with_hint("pass the cursor of an earlier result, or none to start over")
    })
}

/// Adds a hint if Kontur rejects the offset.
fn unknown_offset(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Rejected | ErrorKind::NotFound => {
            error.with_hint("if the cursor is from another workspace or too old, start without one")
        }
        _ => error,
    }
}
