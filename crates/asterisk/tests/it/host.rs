//! The events a host's dialplan posts.

use crate::fixture::{Event, assert_understood, each_twice, twice};

#[test]
fn every_call_of_a_dialplan_is_understood() {
    assert_understood("asterisk", |fixture| fixture.events.clone());
}

#[test]
fn doubled_events_change_nothing() {
    assert_understood("asterisk", |fixture| each_twice(&fixture.events));
}

#[test]
fn a_stream_that_comes_twice_changes_nothing() {
    assert_understood("asterisk", |fixture| twice(&fixture.events));
}

#[test]
fn what_some_listeners_leave_out_is_not_needed() {
    const LEFT_OUT: [&str; 3] = ["new_callerid", "bridge_create", "bridge_destroy"];
    for out in LEFT_OUT {
        assert_understood("asterisk", |fixture| without(&fixture.events, &[out]));
    }
    assert_understood("asterisk", |fixture| without(&fixture.events, &LEFT_OUT));
}

pub(crate) fn without(events: &[Event], names: &[&str]) -> Vec<Event> {
    let kept = |event: &&Event| !names.contains(&event.name.as_str());
    events.iter().filter(kept).cloned().collect()
}

/// Events in the order in which they arrive when each is delayed by up to two seconds.
pub(crate) fn shuffled(events: &[Event], seed: u64) -> Vec<Event> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut late: Vec<(f64, Event)> =
        events.iter().map(|event| (event.t + random.f64() * 2.0, event.clone())).collect();
    late.sort_by(|one, other| one.0.total_cmp(&other.0));
    late.into_iter().map(|(_, event)| event).collect()
}

#[test]
fn events_up_to_two_seconds_out_of_order_are_understood() {
    for seed in 0..100 {
        assert_understood("asterisk", |fixture| shuffled(&fixture.events, seed));
    }
}

#[test]
fn out_of_order_doubled_and_thinned_out_at_once_is_understood() {
    for seed in 0..50 {
        assert_understood("asterisk", |fixture| {
            let thin = without(
                &twice(&fixture.events),
                &["new_callerid", "bridge_create", "bridge_destroy"],
            );
            shuffled(&thin, seed)
        });
    }
}
