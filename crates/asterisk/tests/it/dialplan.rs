//! Events of a host's dialplan.

use crate::fixture::{Event, assert_matches, repeated, with_duplicates};

#[test]
fn fixtures_match_expectations() {
    assert_matches("asterisk", |fixture| fixture.events.clone());
}

#[test]
fn duplicate_events_change_nothing() {
    assert_matches("asterisk", |fixture| with_duplicates(&fixture.events));
}

#[test]
fn repeated_stream_changes_nothing() {
    assert_matches("asterisk", |fixture| repeated(&fixture.events));
}

#[test]
fn optional_events_are_not_needed() {
    const LEFT_OUT: [&str; 3] = ["new_callerid", "bridge_create", "bridge_destroy"];
    for out in LEFT_OUT {
        assert_matches("asterisk", |fixture| without(&fixture.events, &[out]));
    }
    assert_matches("asterisk", |fixture| without(&fixture.events, &LEFT_OUT));
}

pub(crate) fn without(events: &[Event], names: &[&str]) -> Vec<Event> {
    let kept = |event: &&Event| !names.contains(&event.name.as_str());
    events.iter().filter(kept).cloned().collect()
}

/// Events in the order of arrival when each is delayed by up to two seconds.
pub(crate) fn shuffled(events: &[Event], seed: u64) -> Vec<Event> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut late: Vec<(f64, Event)> =
        events.iter().map(|event| (event.t + random.f64() * 2.0, event.clone())).collect();
    late.sort_by(|one, other| one.0.total_cmp(&other.0));
    late.into_iter().map(|(_, event)| event).collect()
}

#[test]
fn reordered_events_match_expectations() {
    for seed in 0..100 {
        assert_matches("asterisk", |fixture| shuffled(&fixture.events, seed));
    }
}

#[test]
fn reordered_duplicated_and_missing_events_match() {
    for seed in 0..50 {
        assert_matches("asterisk", |fixture| {
            let thin = without(
                &repeated(&fixture.events),
                &["new_callerid", "bridge_create", "bridge_destroy"],
            );
            shuffled(&thin, seed)
        });
    }
}
