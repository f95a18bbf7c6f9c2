//! The workspace as read from its feed of events.
//!
//! Kontur has no search and no list of users, but its feed guarantees every change since the first
//! day. The feed is read from the start once and kept in memory; each query first reads the new
//! events.

mod event;
mod index;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as Plain, MutexGuard, PoisonError};

use tokio::sync::Mutex;
use vochi_crm_core::phone::PhoneReader;
use vochi_crm_core::{Account, Cx, Error, ErrorKind, Result, TryAgain, Warning, WarningKind};

use crate::api::ListEvents;
use crate::client::non_blank;
use crate::model::{ErrorStatus, EventOffset, EventsPage};
use crate::{Client, Config};
pub(super) use index::{Card, CardId, Index, Person};

/// The feed as read so far.
#[derive(Default)]
pub(super) struct Feed {
    all: Reading,
    /// An unfinished reading of the changes since a cursor, so that a retry continues it.
    since: Plain<Option<(EventOffset, Arc<Reading>)>>,
}

impl Feed {
    /// Returns the reading of the events after this offset.
    pub(super) fn after(&self, offset: &EventOffset) -> Arc<Reading> {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        match &*since {
            Some((known, reading)) if known == offset => Arc::clone(reading),
            _ => {
                let reading = Arc::new(Reading::new(offset.clone()));
                *since = Some((offset.clone(), Arc::clone(&reading)));
                reading
            }
        }
    }

    /// Drops a finished reading.
    pub(super) fn forget(&self, offset: &EventOffset) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if since.as_ref().is_some_and(|(known, _)| known == offset) {
            *since = None;
        }
    }
}

/// One pass through the feed. One task reads at a time; waiting tasks use its result.
pub(super) struct Reading {
    lock: Mutex<()>,
    /// The number of requested pages.
    requested: AtomicU64,
    state: Plain<State>,
}

#[derive(Debug)]
struct State {
    index: Index,
    /// The offset of the next page, updated together with the index.
    offset: EventOffset,
    /// The number of the last page that ended the feed.
    ended_at: Option<u64>,
    /// Set if the feed announced more events without a new offset.
    stuck: bool,
    /// Set if the reading started at the feed's first event.
    from_start: bool,
}

impl State {
    fn at(offset: EventOffset) -> Self {
        Self {
            index: Index::default(),
            from_start: offset == EventOffset::start(),
            offset,
            ended_at: None,
            stuck: false,
        }
    }
}

impl Default for Reading {
    fn default() -> Self {
        Self::new(EventOffset::start())
    }
}

impl Reading {
    fn new(offset: EventOffset) -> Self {
        Self {
            lock: Mutex::default(),
            requested: AtomicU64::new(0),
            state: Plain::new(State::at(offset)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queries the events read so far, without waiting for a reader.
    pub(super) fn query<T>(&self, query: impl FnOnce(&Index) -> T) -> T {
        query(&self.state().index)
    }

    /// Queries the events read so far, with the offset they end at.
    pub(super) fn query_with_offset<T>(&self, query: impl FnOnce(&Index, &EventOffset) -> T) -> T {
        let state = self.state();
        query(&state.index, &state.offset)
    }

    /// Returns the offset of the next page.
    fn offset(&self) -> EventOffset {
        self.state().offset.clone()
    }

    /// Returns warnings about unreadable or stuck feeds.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let state = self.state();
        let mut warnings = Vec::new();
        let unreadable = state.index.unreadable();
        if unreadable > 0 {
            warnings.push(Warning::new(
                WarningKind::Incomplete,
                format!("{unreadable} events of Kontur's feed are unreadable"),
            ));
        }
        if state.stuck {
            warnings.push(Warning::new(
                WarningKind::Incomplete,
                "Kontur's feed announces more events without a new offset: the data may be outdated",
            ));
        }
        warnings
    }

    /// Reads to the end of the feed. Pages read before an error are kept.
    pub(super) async fn read_on(
        &self,
        cx: &Cx,
        client: &Client,
        phones: PhoneReader,
    ) -> Result<()> {
        let before = self.requested.load(Ordering::Relaxed);
        let lock = self.lock.lock();
        let _guard = match cx.deadline() {
            Some(deadline) => {
                tokio::time::timeout_at(deadline, lock).await.map_err(|_| self.deadline_error())?
            }
            None => lock.await,
        };
        // Another task reached the end with a page requested after this call.
        if self.state().ended_at.is_some_and(|page| page > before) {
            return Ok(());
        }
        let mut visited = BTreeSet::new();
        loop {
            let offset = self.offset();
            let number = self.requested.fetch_add(1, Ordering::Relaxed) + 1;
            let page = self.page(cx, client, &offset).await?;
            let more = page.has_more;
            let stuck = more && (page.next == offset || visited.contains(&page.next));
            visited.insert(offset);
            let mut state = self.state();
            state.index.add(&page.events, phones);
            state.offset = page.next;
            state.stuck = stuck;
            if stuck || !more {
                state.ended_at = Some(number);
                return Ok(());
            }
        }
    }

    /// Requests the page at an offset.
    ///
    /// If Kontur no longer accepts its own offset, the feed is read from the start.
    async fn page(&self, cx: &Cx, client: &Client, offset: &EventOffset) -> Result<EventsPage> {
        let request = ListEvents::new(offset.clone());
        let error = match client.send(cx, request).await {
            Ok(page) => return Ok(page),
            Err(error) => error,
        };
        let refused = matches!(error.kind(), ErrorKind::Rejected | ErrorKind::NotFound);
        if refused && self.reads_everything(offset) {
            let restarted = client.send(cx, ListEvents::from_start()).await;
            if let Ok(page) = restarted {
                *self.state() = State::at(EventOffset::start());
                return Ok(page);
            }
        }
        // The rate limiter fails at once if a permit would come after the deadline.
        let own_limit = error.kind() == ErrorKind::RateLimited && error.status().is_none();
        if cx.deadline().is_some() && (own_limit || error.kind() == ErrorKind::Timeout) {
            return Err(self.deadline_error());
        }
        Err(error)
    }

    /// Returns true if the reading started at the first event and is past it.
    fn reads_everything(&self, offset: &EventOffset) -> bool {
        let state = self.state();
        *offset != EventOffset::start() && state.from_start
    }

    fn deadline_error(&self) -> Error {
        let events = self.state().index.events();
        Error::new(
            ErrorKind::Timeout,
            format!("deadline exceeded while reading Kontur's feed: {events} events read so far"),
        )
        .with_try_again(TryAgain::Later)
        .with_hint("retry to continue, or allow more time")
    }
}

/// Reads the feed of one workspace.
#[derive(Clone, Copy)]
pub(super) struct FeedReader<'a> {
    pub(super) client: &'a Client,
    pub(super) account: &'a Account,
    pub(super) config: &'a Config,
    pub(super) feed: &'a Feed,
}

impl<'a> FeedReader<'a> {
    /// Reads the whole feed to its end.
    pub(super) async fn read(&self, cx: &Cx) -> Result<&'a Reading> {
        let all = self.known();
        self.read_on(cx, all).await?;
        Ok(all)
    }

    /// Returns the feed as read so far, without a request.
    pub(super) fn known(&self) -> &'a Reading {
        &self.feed.all
    }

    pub(super) async fn read_on(&self, cx: &Cx, reading: &Reading) -> Result<()> {
        let read = reading.read_on(cx, self.client, self.account.phones()).await;
        read.map_err(|error| self.with_credential(error))
    }

    /// Returns true if the feed is read with the personal key.
    pub(super) fn reads_as_person(&self) -> bool {
        non_blank(self.config.bearer.as_ref()).is_some()
    }

    /// Adds a hint with the refused credential: the two are obtained in different places.
    fn with_credential(&self, error: Error) -> Error {
        let not_installed = ErrorStatus::of_error(&error) == Some(ErrorStatus::NotInstalled);
        if error.kind() != ErrorKind::Auth || not_installed {
            return error;
        }
        error.with_hint(if self.reads_as_person() { BEARER_REFUSED } else { ACCESS_KEY_REFUSED })
    }
}

const BEARER_REFUSED: &str =
    "copy `bearer`, a personal key, again from the page of private integrations";
const ACCESS_KEY_REFUSED: &str = "set `bearer`: the feed was requested with the integration's access key, and may require a personal key";
