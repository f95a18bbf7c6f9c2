//! AMI, as a running Asterisk sent it.

use crate::fixture::{Event, assert_understood, each_twice, twice};
use crate::host::{shuffled, without};

#[test]
fn every_call_of_a_running_asterisk_is_understood() {
    assert_understood("asterisk-ami", |fixture| fixture.events.clone());
}

#[test]
fn call_detail_records_and_cel_are_not_needed() {
    assert_understood("asterisk-ami", |fixture| without(&fixture.events, &["CEL", "Cdr"]));
}

#[test]
fn doubled_events_change_nothing() {
    assert_understood("asterisk-ami", |fixture| each_twice(&fixture.events));
    assert_understood("asterisk-ami", |fixture| twice(&fixture.events));
}

/// What a manager user of Asterisk 13 hears at the least.
#[test]
fn the_events_of_an_old_asterisk_are_enough() {
    const NEW: &[&str] = &["CEL", "Cdr", "DialState", "NewConnectedLine", "MixMonitorStart"];
    assert_understood("asterisk-ami", |fixture| {
        let old: Vec<Event> = without(&fixture.events, NEW);
        old
    });
}

/// Asterisk before 13.2 has no `Linkedid`: what belongs together shows in dials and bridges.
#[test]
fn events_without_linkedid_are_understood() {
    for folder in ["asterisk-ami", "reports"] {
        assert_understood(folder, |fixture| without_linkedid(&fixture.events));
        for seed in 0..10 {
            assert_understood(folder, |fixture| shuffled(&without_linkedid(&fixture.events), seed));
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
fn events_up_to_two_seconds_out_of_order_are_understood() {
    for seed in 0..20 {
        assert_understood("asterisk-ami", |fixture| {
            shuffled(&without(&fixture.events, &["CEL", "Cdr"]), seed)
        });
    }
}
