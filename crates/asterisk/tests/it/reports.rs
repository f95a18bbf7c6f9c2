//! Streams built after public reports, and what really happened in them.

use crate::fixture::{assert_understood, each_twice, twice};
use crate::host::shuffled;

const FOLDER: &str = "reports";

#[test]
fn every_reported_stream_is_understood() {
    assert_understood(FOLDER, |fixture| fixture.events.clone());
}

#[test]
fn doubled_events_change_nothing() {
    assert_understood(FOLDER, |fixture| each_twice(&fixture.events));
    assert_understood(FOLDER, |fixture| twice(&fixture.events));
}

#[test]
fn events_up_to_two_seconds_out_of_order_are_understood() {
    for seed in 0..100 {
        assert_understood(FOLDER, |fixture| shuffled(&fixture.events, seed));
    }
}

#[test]
fn doubled_and_out_of_order_at_once_is_understood() {
    for seed in 0..50 {
        assert_understood(FOLDER, |fixture| shuffled(&twice(&fixture.events), seed));
    }
}
