//! Generates any number of calls from the recorded ones in `fixtures/asterisk` and
//! `fixtures/asterisk-ami`.
//!
//! Every copy of a recording is a different call: its channels, bridges, clients and employees have
//! their own ids and numbers, because an employee takes part in one call at a time. The PBX's lines
//! and trunks stay the same.

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

/// Start time of the first call.
pub(crate) fn start() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().unwrap()
}

/// A host in Belarus with its tracker. It advances the time every second, because a silent PBX
/// sends no events.
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

    /// Processes an event and returns the number of calls to report to a CRM.
    pub(crate) fn process(
        &mut self,
        at: Timestamp,
        name: &str,
        body: &Map<String, Value>,
        pbx: Option<&str>,
    ) -> usize {
        let mut reported = 0;
        if at > self.looks_at {
            reported += external(&self.calls.pass_time(at));
            self.looks_at = at.plus(Duration::from_secs(1));
        }
        let updates = match PbxEvent::read(name, body).unwrap() {
            Reading::Event(event) => match pbx {
                Some(pbx) => self.calls.process(at, &event.on_pbx(pbx)),
                None => self.calls.process(at, &event),
            },
            _ => return reported,
        };
        reported + external(&updates)
    }

    pub(crate) fn play(&mut self, event: &Rendered) -> usize {
        self.process(event.at, &event.name, &event.body, event.pbx.as_deref())
    }

    pub(crate) fn finish(&mut self) -> usize {
        external(&self.calls.finish())
    }
}

/// Number of finished calls to report to a CRM.
fn external(updates: &[CallUpdate]) -> usize {
    let reported =
        |update: &&CallUpdate| matches!(update, CallUpdate::Finished(call) if call.is_external());
    updates.iter().filter(reported).count()
}

/// Calls of many tenants, their events merged in order of arrival.
pub(crate) struct Stream<'a> {
    recordings: Vec<&'a Recording>,
    /// Start of each call in microseconds, and its copy.
    calls: Vec<(i64, Copy)>,
    /// Time, call and event index.
    events: Vec<(i64, usize, usize)>,
}

impl<'a> Stream<'a> {
    /// Copies of the recordings in turn, started at equal distances.
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

    /// Number of relevant events.
    pub(crate) fn relevant_events(&self) -> usize {
        let is_relevant = |(_, call, moment): &&(i64, usize, usize)| {
            self.recording(*call).moments[*moment].is_relevant
        };
        self.events.iter().filter(is_relevant).count()
    }

    /// Number of calls to report to a CRM.
    pub(crate) fn expected(&self) -> usize {
        let calls = 0..self.calls.len();
        calls.map(|call| self.recording(call).expected).sum()
    }

    fn recording(&self, call: usize) -> &Recording {
        self.recordings[call % self.recordings.len()]
    }

    /// The events in slices of so many seconds.
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
