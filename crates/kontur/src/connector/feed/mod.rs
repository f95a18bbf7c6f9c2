//! The workspace as its feed of events shows it: read from the start once, then what is new.
//!
//! Kontur has no search and no list of users. Its feed guarantees every change since the first day,
//! so what it shows is kept in memory and every question first reads on from where the last one
//! stopped.

mod event;
mod index;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as Plain, MutexGuard, PoisonError};

use tokio::sync::Mutex;
use vochi_crm_core::phone::PhoneReader;
use vochi_crm_core::{Account, Cx, Error, ErrorKind, Result, TryAgain, Warning, WarningKind};

use crate::api::ListEvents;
use crate::client::given;
use crate::model::{ErrorStatus, EventOffset, EventsPage};
use crate::{Client, Config};
pub(super) use index::{Card, CardId, Index, Person};

/// What is known of the feed so far.
#[derive(Default)]
pub(super) struct Feed {
    all: Reading,
    /// The changes since a cursor, while they are not read to their end: asked for again, reading
    /// goes on.
    since: Plain<Option<(EventOffset, Arc<Reading>)>>,
}

impl Feed {
    /// The reading of what came after this place.
    pub(super) fn after(&self, place: &EventOffset) -> Arc<Reading> {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        match &*since {
            Some((known, reading)) if known == place => Arc::clone(reading),
            _ => {
                let reading = Arc::new(Reading::new(place.clone()));
                *since = Some((place.clone(), Arc::clone(&reading)));
                reading
            }
        }
    }

    /// Forgets a reading that came to its end.
    pub(super) fn done_with(&self, place: &EventOffset) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if since.as_ref().is_some_and(|(known, _)| known == place) {
            *since = None;
        }
    }
}

/// One way through the feed. Of many who want it read on one reads, and the others use what came.
pub(super) struct Reading {
    turn: Mutex<()>,
    /// How many pages were asked for.
    asked: AtomicU64,
    state: Plain<State>,
}

#[derive(Debug)]
struct State {
    index: Index,
    /// Where to read on. It moves only together with what stands before it.
    place: EventOffset,
    /// The number of the page behind which there was nothing, the last time.
    ended_at: Option<u64>,
    /// Whether the feed said there is more and led nowhere.
    stuck: bool,
    /// Whether it began at the feed's first event.
    whole: bool,
}

impl State {
    fn at(place: EventOffset) -> Self {
        Self {
            index: Index::default(),
            whole: place == EventOffset::start(),
            place,
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
    fn new(place: EventOffset) -> Self {
        Self {
            turn: Mutex::default(),
            asked: AtomicU64::new(0),
            state: Plain::new(State::at(place)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks what was told so far. It does not wait for anybody who reads.
    pub(super) fn ask<T>(&self, question: impl FnOnce(&Index) -> T) -> T {
        question(&self.state().index)
    }

    /// The same, with the place up to which it was told.
    pub(super) fn ask_with_place<T>(&self, question: impl FnOnce(&Index, &EventOffset) -> T) -> T {
        let state = self.state();
        question(&state.index, &state.place)
    }

    /// Where reading goes on.
    fn place(&self) -> EventOffset {
        self.state().place.clone()
    }

    /// What an operator should know of what was told.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let state = self.state();
        let mut warnings = Vec::new();
        let unreadable = state.index.unreadable();
        if unreadable > 0 {
            warnings.push(Warning::new(
                WarningKind::Incomplete,
                format!("{unreadable} events of Kontur's feed could not be read"),
            ));
        }
        if state.stuck {
            warnings.push(Warning::new(
                WarningKind::Incomplete,
                "Kontur's feed says there is more and does not say where: what is known may be old",
            ));
        }
        warnings
    }

    /// Reads on to the end of the feed. What was read stays, however this ends.
    pub(super) async fn read_on(
        &self,
        cx: &Cx,
        client: &Client,
        phones: PhoneReader,
    ) -> Result<()> {
        let before = self.asked.load(Ordering::Relaxed);
        let turn = self.turn.lock();
        let _turn = match cx.deadline() {
            Some(deadline) => {
                tokio::time::timeout_at(deadline, turn).await.map_err(|_| self.cut_short())?
            }
            None => turn.await,
        };
        // Somebody else came to the end, by a page that was asked for after this question.
        if self.state().ended_at.is_some_and(|page| page > before) {
            return Ok(());
        }
        let mut visited = BTreeSet::new();
        loop {
            let place = self.place();
            let number = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
            let page = self.page(cx, client, &place).await?;
            let more = page.has_more;
            let stuck = more && (page.next == place || visited.contains(&page.next));
            visited.insert(place);
            let mut state = self.state();
            state.index.take(&page.events, phones);
            state.place = page.next;
            state.stuck = stuck;
            if stuck || !more {
                state.ended_at = Some(number);
                return Ok(());
            }
        }
    }

    /// The page after a place. Should Kontur not know its own place any more, the feed is read from
    /// the start.
    async fn page(&self, cx: &Cx, client: &Client, place: &EventOffset) -> Result<EventsPage> {
        let request = ListEvents::new(place.clone());
        let error = match client.send(cx, request).await {
            Ok(page) => return Ok(page),
            Err(error) => error,
        };
        let refused = matches!(error.kind(), ErrorKind::Rejected | ErrorKind::NotFound);
        if refused && self.reads_everything(place) {
            let anew = client.send(cx, ListEvents::from_start()).await;
            if let Ok(page) = anew {
                *self.state() = State::at(EventOffset::start());
                return Ok(page);
            }
        }
        // The bucket says at once that a permit would come too late.
        let own_limit = error.kind() == ErrorKind::RateLimited && error.status().is_none();
        if cx.deadline().is_some() && (own_limit || error.kind() == ErrorKind::Timeout) {
            return Err(self.cut_short());
        }
        Err(error)
    }

    /// Whether it began at the feed's first event and is beyond it.
    fn reads_everything(&self, place: &EventOffset) -> bool {
        let state = self.state();
        *place != EventOffset::start() && state.whole
    }

    fn cut_short(&self) -> Error {
        let events = self.state().index.events();
        Error::new(
            ErrorKind::Timeout,
            format!(
                "the time was up before Kontur's feed was read to its end: {events} events so far"
            ),
        )
        .with_try_again(TryAgain::Later)
        .with_hint("what was read is kept: ask again, which goes on from there, or allow more time")
    }
}

/// The feed of one workspace.
#[derive(Clone, Copy)]
pub(super) struct FeedReader<'a> {
    pub(super) client: &'a Client,
    pub(super) account: &'a Account,
    pub(super) config: &'a Config,
    pub(super) feed: &'a Feed,
}

impl<'a> FeedReader<'a> {
    /// Everything in the feed, read on to its end.
    pub(super) async fn read(&self, cx: &Cx) -> Result<&'a Reading> {
        let all = self.known();
        self.read_on(cx, all).await?;
        Ok(all)
    }

    /// What is known of the feed so far. Nothing is read.
    pub(super) fn known(&self) -> &'a Reading {
        &self.feed.all
    }

    pub(super) async fn read_on(&self, cx: &Cx, reading: &Reading) -> Result<()> {
        let read = reading.read_on(cx, self.client, self.account.phones()).await;
        read.map_err(|error| self.with_credential(error))
    }

    /// Returns true if the feed is read as a person.
    pub(super) fn reads_as_person(&self) -> bool {
        given(self.config.bearer.as_ref()).is_some()
    }

    /// Adds which credential was refused: the two are obtained in different places.
    fn with_credential(&self, error: Error) -> Error {
        let not_installed = ErrorStatus::of_error(&error) == Some(ErrorStatus::NotInstalled);
        if error.kind() != ErrorKind::Auth || not_installed {
            return error;
        }
        error.with_hint(if self.reads_as_person() { BEARER_REFUSED } else { ACCESS_KEY_REFUSED })
    }
}

const BEARER_REFUSED: &str = "the feed was asked for with `bearer`, a person's key: copy it again from the private integrations' page";
const ACCESS_KEY_REFUSED: &str = "the feed was asked for with the integration's access key; if that opens the rest (`vochi-crm health`), Kontur opens its feed to people only: set `bearer`";
