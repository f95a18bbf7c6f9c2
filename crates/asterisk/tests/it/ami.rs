//! AMI events recorded from a running Asterisk.

use crate::dialplan::{shuffled, without};
use crate::fixture::{Event, assert_matches, repeated, with_duplicates};

#[test]
fn fixtures_match_expectations() {
    assert_matches("asterisk-ami", |fixture| fixture.events.clone());
}

#[test]
fn cdr_and_cel_events_are_not_needed() {
    assert_matches("asterisk-ami", |fixture| without(&fixture.events, &["CEL", "Cdr"]));
}

#[test]
fn duplicate_events_change_nothing() {
    assert_matches("asterisk-ami", |fixture| with_duplicates(&fixture.events));
    assert_matches("asterisk-ami", |fixture| repeated(&fixture.events));
}

/// The fewest events that a manager user of Asterisk 13 receives.
#[test]
fn events_of_asterisk_13_are_enough() {
    const NEW: &[&str] = &["CEL", "Cdr", "DialState", "NewConnectedLine", "MixMonitorStart"];
    assert_matches("asterisk-ami", |fixture| {
        let old: Vec<Event> = without(&fixture.events, NEW);
        old
    });
}

/// Asterisk before 13.2 has no `Linkedid`: dials and bridges relate the channels.
#[test]
fn events_without_linkedid_match() {
    for folder in ["asterisk-ami", "reports"] {
        assert_matches(folder, |fixture| without_linkedid(&fixture.events));
        for seed in 0..10 {
            assert_matches(folder, |fixture| shuffled(&without_linkedid(&fixture.events), seed));
        }
    }
}

fn without_linkedid(events: &[Event]) -> Vec<Event> {
    let mut events = without(events, &["CEL", "Cdr"]);
    for event in &mut events {
        event.body.retain(|key, _| !key.ends_with("Linkedid"));
    }
    events
}

#[test]
fn reordered_events_match_expectations() {
    for seed in 0..20 {
        assert_matches("asterisk-ami", |fixture| {
            shuffled(&without(&fixture.events, &["CEL", "Cdr"]), seed)
        });
    }
}
