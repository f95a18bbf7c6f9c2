//! Recorded events of a PBX.

use std::collections::HashSet;
use std::time::Duration;

use vochi_crm_asterisk::{
    CallTracker, CallTrackerBuilder, EventFile, CallUpdate, Timeouts, Reading, RecordedEvent, SavedCalls,
};
use vochi_crm_core::phone::PhoneReader;
use vochi_crm_core::{CallRecord, Seconds, Timestamp, WarningKind};

/// So many events after each other come without a word of the clock.
const QUIET: usize = 16;

/// Understands recorded events, whatever they are.
///
/// # Panics
/// Something between the bytes and the calls panics; a call stays open at the end; two calls of one
/// tenant have the same id; a record contradicts itself; a restart loses or invents a call; time passes
/// to what is due next and nothing happens.
pub fn pbx_events(input: &[u8]) {
    let events = read(input);
    let mut calls = tracker().build();
    let mut told = Told::default();
    let middle = events.len() / 2;
    for (place, event) in events.iter().enumerate() {
        if place == middle {
            calls = restarted(&calls);
        }
        let Ok(at) = event.at(base()) else {
            continue;
        };
        match event.read() {
            Ok(Reading::Event(read)) => told.process(calls.process(at, &read)),
            Ok(_) => {}
            Err(broken) => drop(broken.to_string()),
        }
        if place % QUIET == QUIET - 1 {
            told.process(calls.pass_time(at));
        }
    }
    // What was due at a time is done by then, unless that is when time ends.
    for _ in 0..QUIET {
        let Some(due) = calls.next_due() else { break };
        if due == Timestamp::from_unix_micros(i64::MAX) {
            break;
        }
        told.process(calls.pass_time(due));
        assert!(calls.next_due().is_none_or(|next| next > due), "what was due at {due} still is");
    }
    told.process(calls.finish());
    assert_eq!(calls.open_calls(), 0, "a call stays open");
    assert!(calls.finish().is_empty(), "more is told after the end");
}

/// Every event of the input; what is none has to say so.
fn read(input: &[u8]) -> Vec<RecordedEvent> {
    let mut file = EventFile::open(input).expect("memory can be read");
    let mut events = Vec::new();
    while let Some(event) = file.next_event().expect("memory can be read") {
        match event {
            Ok(event) => events.push(event),
            Err(broken) => drop(broken.to_string()),
        }
    }
    events
}

/// A tracker that forgets no call: a repeated event never makes a second one.
fn tracker() -> CallTrackerBuilder {
    let mut timeouts = Timeouts::default();
    timeouts.remembered = Duration::MAX;
    CallTracker::builder()
        .phones(PhoneReader::new().with_region("BY".parse().expect("a region")))
        .pbx_zone("Europe/Minsk".parse().expect("a zone"))
        .timeouts(timeouts)
}

fn restarted(calls: &CallTracker) -> CallTracker {
    let text = serde_json::to_string(&calls.save()).expect("what is saved can be written");
    let saved: SavedCalls = serde_json::from_str(&text).expect("what was written can be read");
    let resumed = tracker().resume(saved);
    assert_eq!(resumed.open_calls(), calls.open_calls(), "a restart loses or invents a call");
    resumed
}

fn base() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().expect("a time")
}

/// The calls that are over.
#[derive(Default)]
struct Told(HashSet<(Option<String>, String)>);

impl Told {
    fn process(&mut self, updates: Vec<CallUpdate>) {
        for updates in updates {
            let CallUpdate::Finished(call) = updates else {
                continue;
            };
            assert_consistent(call.record());
            let id = call.record().call_id().as_str().to_owned();
            let call_of = (call.tenant().map(str::to_owned), id);
            assert!(
                !call.is_external() || self.0.insert(call_of.clone()),
                "two calls are {call_of:?}"
            );
        }
    }
}

fn assert_consistent(record: &CallRecord) {
    assert!(record.ended_at() >= record.started_at(), "ends before it begins: {record:?}");
    let unknown = record.warnings().iter().any(|one| one.kind() == WarningKind::TalkUnknown);
    if record.outcome().is_answered() {
        let talk = record.talk().map(Seconds::get);
        assert!(talk.is_none_or(|talk| talk > 0), "answered without talk: {record:?}");
        assert_eq!(talk.is_none(), unknown, "warns wrongly: {record:?}");
    } else {
        assert_eq!(record.talk(), Some(Seconds::ZERO), "talk without an answer: {record:?}");
        assert!(record.talked_with().is_empty(), "talked without an answer: {record:?}");
    }
}
