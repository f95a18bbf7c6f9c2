//! Saving and resuming in the middle of calls.

use std::collections::BTreeMap;

use vochi_crm_asterisk::{CallTracker, CallUpdate, FinishedCall, SavedCalls};
use vochi_crm_core::phone::PhoneReader;

use crate::fixture::{all, end, play, process, tracker};

fn resumed(calls: &CallTracker) -> CallTracker {
    let text = serde_json::to_string(&calls.save()).unwrap();
    let saved: SavedCalls = serde_json::from_str(&text).unwrap();
    CallTracker::builder()
        .phones(PhoneReader::new().with_region("BY".parse().unwrap()))
        .pbx_zone("Europe/Minsk".parse().unwrap())
        .resume(saved)
}

#[test]
fn restart_after_any_event_changes_nothing() {
    for folder in ["asterisk", "asterisk-ami"] {
        for fixture in all(folder) {
            let undisturbed = play(&fixture.events);
            let mut calls = tracker();
            let mut updates: Vec<CallUpdate> = Vec::new();
            for event in &fixture.events {
                updates.extend(process(&mut calls, event));
                calls = resumed(&calls);
            }
            updates.extend(end(&mut calls, &fixture.events));
            for (one, other) in updates.iter().zip(&undisturbed) {
                assert_eq!(one, other, "{}", fixture.name);
            }
            assert_eq!(updates.len(), undisturbed.len(), "{}", fixture.name);
        }
    }
}

#[test]
fn closed_call_is_remembered_across_a_restart() {
    let fixture = crate::fixture::one("asterisk", "in_group_answered");
    let mut calls = tracker();
    for event in &fixture.events {
        process(&mut calls, event);
    }
    calls.pass_time(crate::fixture::at(400.0));
    assert_eq!(calls.open_calls(), 0);
    let mut calls = resumed(&calls);
    for event in &fixture.events {
        assert_eq!(process(&mut calls, event), [], "a repeated stream makes no second call");
    }
    assert_eq!(calls.finish(), []);
}

#[test]
fn inconsistent_saved_state_does_not_panic() {
    let fixture = crate::fixture::one("asterisk-ami", "in_group_of_local_channels_answered");
    let mut calls = tracker();
    for event in fixture.events.iter().take(60) {
        process(&mut calls, event);
    }
    let saved = serde_json::to_string(&calls.save()).unwrap();
    // Shift every channel and bridge reference.
    let odd = saved
        .replace("\"by\":0", "\"by\":999")
        .replace("\"bridge\":0", "\"bridge\":777")
        .replace("\"key\":0", "\"key\":888");
    assert_ne!(odd, saved);
    let saved: SavedCalls = serde_json::from_str(&odd).unwrap();
    let mut calls = CallTracker::builder().resume(saved);
    for event in fixture.events.iter().skip(60) {
        process(&mut calls, event);
    }
    calls.finish();
    assert_eq!(calls.open_calls(), 0);
}

/// The finished calls among the updates, by id.
fn records(updates: Vec<CallUpdate>) -> BTreeMap<String, FinishedCall> {
    let mut records = BTreeMap::new();
    for update in updates {
        if let CallUpdate::Finished(call) = update {
            let id = call.record().call_id().to_string();
            assert!(!records.contains_key(&id), "call {id} is recorded twice");
            records.insert(id, *call);
        }
    }
    records
}

#[test]
fn pause_after_any_event_keeps_the_calls() {
    for folder in ["asterisk", "asterisk-ami", "reports"] {
        for fixture in all(folder) {
            let whole = records(play(&fixture.events));
            for cut in (0..=fixture.events.len()).step_by(4) {
                let (first, rest) = fixture.events.split_at(cut);
                let mut calls = tracker();
                let mut updates: Vec<CallUpdate> =
                    first.iter().flat_map(|event| process(&mut calls, event)).collect();
                let paused = calls.pause();
                // A call that has just ended may still get late events.
                let is_cut_short = !records(paused.clone()).is_empty();
                updates.extend(paused);
                let mut calls = resumed(&calls);
                updates.extend(rest.iter().flat_map(|event| process(&mut calls, event)));
                updates.extend(end(&mut calls, &fixture.events));
                let parts = records(updates);
                let name = format!("{}, cut after event {cut}", fixture.name);
                assert!(parts.keys().eq(whole.keys()), "{name}: {:?}", parts.keys());
                assert!(is_cut_short || parts == whole, "{name}: {parts:?}");
            }
        }
    }
}

#[test]
fn pause_returns_finished_calls_only() {
    let over = crate::fixture::one("asterisk", "in_group_missed");
    let mut calls = tracker();
    let (last, first) = over.events.split_last().unwrap();
    for event in first {
        process(&mut calls, event);
    }
    assert!(records(calls.pause()).is_empty(), "it still rings");
    assert_eq!(calls.open_calls(), 1);
    process(&mut calls, last);
    assert_eq!(records(calls.pause()).len(), 1, "its hangup was processed");
    assert_eq!(calls.finish(), [], "no other call is open");
}
