//! As many calls as are needed, made from the recorded ones in `fixtures/asterisk` and
//! `fixtures/asterisk-ami`.
//!
//! Every copy of a recording is another call: its channels, bridges and clients have other ids and
//! numbers, and so have its employees, because nobody takes part in two calls at once. What is the
//! PBX's own, its lines and trunks, stays.

mod queue;
mod recording;
mod text;

use std::time::Duration;

use serde_json::{Map, Value};
use vochi_crm::Timestamp;
use vochi_crm::asterisk::{CallTracker, CallUpdate, PbxEvent, Reading};
use vochi_crm::phone::PhoneReader;

pub(crate) use self::queue::{EVENTS_OF_ATTEMPT, queue_call};
pub(crate) use self::recording::{Copy, Dialect, Recording, Rendered, recordings};

/// The moment the first call begins.
pub(crate) fn start() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().unwrap()
}

/// A host in Belarus with its tracker. Every second it lets time pass, because a PBX where nothing
/// happens tells nothing.
pub(crate) struct Host {
    pub(crate) calls: CallTracker,
    looks_at: Timestamp,
}

impl Host {
    pub(crate) fn new() -> Self {
        let calls = CallTracker::builder()
            .phones(PhoneReader::new().with_region("BY".parse().unwrap()))
            .pbx_zone("Europe/Minsk".parse().unwrap())
            .build();
        Self { calls, looks_at: start() }
    }

    /// Lets its tracker hear an event, and says how many calls a CRM gets to know by it.
    pub(crate) fn process(
        &mut self,
        at: Timestamp,
        name: &str,
        body: &Map<String, Value>,
        pbx: Option<&str>,
    ) -> usize {
        let mut told = 0;
        if at > self.looks_at {
            told += external(&self.calls.pass_time(at));
            self.looks_at = at.plus(Duration::from_secs(1));
        }
        let updates = match PbxEvent::read(name, body).unwrap() {
            Reading::Event(event) => match pbx {
                Some(pbx) => self.calls.process(at, &event.on_pbx(pbx)),
                None => self.calls.process(at, &event),
            },
            _ => return told,
        };
        told + external(&updates)
    }

    pub(crate) fn play(&mut self, event: &Rendered) -> usize {
        self.process(event.at, &event.name, &event.body, event.pbx.as_deref())
    }

    pub(crate) fn finish(&mut self) -> usize {
        external(&self.calls.finish())
    }
}

/// How many of the calls that are over a CRM is to get to know.
fn external(updates: &[CallUpdate]) -> usize {
    let told =
        |update: &&CallUpdate| matches!(update, CallUpdate::Finished(call) if call.is_external());
    updates.iter().filter(told).count()
}

/// Calls of many tenants, their events merged in the order in which they arrive.
pub(crate) struct Stream<'a> {
    recordings: Vec<&'a Recording>,
    /// When each call begins, in microseconds, and which copy it is.
    calls: Vec<(i64, Copy)>,
    /// When, which call, which of its events.
    events: Vec<(i64, usize, usize)>,
}

impl<'a> Stream<'a> {
    /// Copies of the recordings in turn, one beginning after the other at equal distances.
    pub(crate) fn new(
        recordings: Vec<&'a Recording>,
        copies: impl IntoIterator<Item = Copy>,
        from: i64,
        apart: i64,
    ) -> Self {
        let begins = (0..).map(|place| from + place * apart);
        let calls: Vec<(i64, Copy)> = begins.zip(copies).collect();
        let mut events = Vec::new();
        for (call, (begins, _)) in calls.iter().enumerate() {
            let moments = &recordings[call % recordings.len()].moments;
            let arrivals = moments.iter().enumerate();
            events.extend(arrivals.map(|(at, moment)| (begins + moment.arrived, call, at)));
        }
        events.sort_unstable();
        Self { recordings, calls, events }
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.len()
    }

    pub(crate) fn events(&self) -> usize {
        self.events.len()
    }

    /// How many of its events tell something of a call.
    pub(crate) fn telling(&self) -> usize {
        let tells =
            |(_, call, moment): &&(i64, usize, usize)| self.recording(*call).moments[*moment].tells;
        self.events.iter().filter(tells).count()
    }

    /// How many calls a CRM is to get to know.
    pub(crate) fn expected(&self) -> usize {
        let calls = 0..self.calls.len();
        calls.map(|call| self.recording(call).expected).sum()
    }

    fn recording(&self, call: usize) -> &Recording {
        self.recordings[call % self.recordings.len()]
    }

    /// Its events, so many seconds at once.
    pub(crate) fn slices(&self, seconds: i64) -> impl Iterator<Item = Vec<Rendered>> {
        let span = seconds * 1_000_000;
        let slice_of = move |event: &(i64, usize, usize)| event.0.div_euclid(span);
        self.events
            .chunk_by(move |one, other| slice_of(one) == slice_of(other))
            .map(|slice| slice.iter().map(|event| self.render(*event)).collect())
    }

    fn render(&self, (_, call, moment): (i64, usize, usize)) -> Rendered {
        let (begins, copy) = self.calls[call];
        self.recording(call).render(moment, copy, begins)
    }
}
