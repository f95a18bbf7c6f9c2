//! Recorded events of a PBX.

use std::collections::HashSet;
use std::time::Duration;

use vochi_crm_asterisk::{
    CallTracker, CallTrackerBuilder, CallUpdate, EventFile, Reading, RecordedEvent, SavedCalls,
    Timeouts,
};
use vochi_crm_core::phone::PhoneReader;
use vochi_crm_core::{CallRecord, Seconds, Timestamp, WarningKind};

/// Number of events between two advances of the clock.
const QUIET: usize = 16;

/// Processes recorded events and checks the invariants.
///
/// # Panics
/// Parsing or tracking panics; a call stays open at the end; two calls of one tenant have the same
/// id; a record is inconsistent; a restart loses or adds a call; a deadline does not advance.
pub fn pbx_events(input: &[u8]) {
    let events = read(input);
    let mut calls = tracker().build();
    let mut finished = FinishedCalls::default();
    let middle = events.len() / 2;
    for (place, event) in events.iter().enumerate() {
        if place == middle {
            calls = restarted(&calls);
        }
        let Ok(at) = event.at(base()) else {
            continue;
        };
        match event.read() {
            Ok(Reading::Event(read)) => finished.add(calls.process(at, &read)),
            Ok(_) => {}
            Err(broken) => drop(broken.to_string()),
        }
        if place % QUIET == QUIET - 1 {
            finished.add(calls.pass_time(at));
        }
    }
    // Work due at a time is done by then, except at the end of time.
    for _ in 0..QUIET {
        let Some(due) = calls.next_due() else { break };
        if due == Timestamp::from_unix_micros(i64::MAX) {
            break;
        }
        finished.add(calls.pass_time(due));
        assert!(
            calls.next_due().is_none_or(|next| next > due),
            "work due at {due} is still pending"
        );
    }
    finished.add(calls.finish());
    assert_eq!(calls.open_calls(), 0, "a call stays open");
    assert!(calls.finish().is_empty(), "updates after the end");
}

/// Every event of the input; invalid ones must be displayable.
fn read(input: &[u8]) -> Vec<RecordedEvent> {
    let mut file = EventFile::open(input).expect("reading memory does not fail");
    let mut events = Vec::new();
    while let Some(event) = file.next_event().expect("reading memory does not fail") {
        match event {
            Ok(event) => events.push(event),
            Err(broken) => drop(broken.to_string()),
        }
    }
    events
}

/// A tracker that remembers every closed call, so that a repeated event opens no second one.
fn tracker() -> CallTrackerBuilder {
    let mut timeouts = Timeouts::default();
    timeouts.remembered = Duration::MAX;
    CallTracker::builder()
        .phones(PhoneReader::new().with_region("BY".parse().expect("a region")))
        .pbx_zone("Europe/Minsk".parse().expect("a zone"))
        .timeouts(timeouts)
}

fn restarted(calls: &CallTracker) -> CallTracker {
    let text = serde_json::to_string(&calls.save()).expect("saved calls serialize");
    let saved: SavedCalls = serde_json::from_str(&text).expect("saved calls deserialize");
    let resumed = tracker().resume(saved);
    assert_eq!(resumed.open_calls(), calls.open_calls(), "a restart loses or adds a call");
    resumed
}

fn base() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().expect("a time")
}

/// Ids of finished calls, by tenant.
#[derive(Default)]
struct FinishedCalls(HashSet<(Option<String>, String)>);

impl FinishedCalls {
    fn add(&mut self, updates: Vec<CallUpdate>) {
        for update in updates {
            let CallUpdate::Finished(call) = update else {
                continue;
            };
            assert_consistent(call.record());
            let id = call.record().call_id().as_str().to_owned();
            let key = (call.tenant().map(str::to_owned), id);
            assert!(
                !call.is_external() || self.0.insert(key.clone()),
                "two calls have the id {key:?}"
            );
        }
    }
}

fn assert_consistent(record: &CallRecord) {
    assert!(record.ended_at() >= record.started_at(), "ends before it starts: {record:?}");
    let unknown = record.warnings().iter().any(|one| one.kind() == WarningKind::TalkUnknown);
    if record.outcome().is_answered() {
        let talk = record.talk().map(Seconds::get);
        assert!(talk.is_none_or(|talk| talk > 0), "answered without talk: {record:?}");
        assert_eq!(talk.is_none(), unknown, "wrong talk_unknown warning: {record:?}");
    } else {
        assert_eq!(record.talk(), Some(Seconds::ZERO), "talk without an answer: {record:?}");
        assert!(record.talked_with().is_empty(), "talked without an answer: {record:?}");
    }
}
