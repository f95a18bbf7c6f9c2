//! Streams built from public bug reports, compared with what really happened.

use crate::dialplan::shuffled;
use crate::fixture::{assert_matches, repeated, with_duplicates};

const FOLDER: &str = "reports";

#[test]
fn fixtures_match_expectations() {
    assert_matches(FOLDER, |fixture| fixture.events.clone());
}

#[test]
fn duplicate_events_change_nothing() {
    assert_matches(FOLDER, |fixture| with_duplicates(&fixture.events));
    assert_matches(FOLDER, |fixture| repeated(&fixture.events));
}

#[test]
fn reordered_events_match_expectations() {
    for seed in 0..100 {
        assert_matches(FOLDER, |fixture| shuffled(&fixture.events, seed));
    }
}

#[test]
fn reordered_and_duplicate_events_match() {
    for seed in 0..50 {
        assert_matches(FOLDER, |fixture| shuffled(&repeated(&fixture.events), seed));
    }
}
