//! Invariants of every stream, with any order and loss of events.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use vochi_crm_asterisk::{CallUpdate, FinishedCall};
use vochi_crm_core::{Direction, Seconds};

use crate::fixture::{Event, Fixture, all, play, play_into};

static FIXTURES: LazyLock<Vec<Fixture>> =
    LazyLock::new(|| ["asterisk", "asterisk-ami", "reports"].map(all).concat());

/// Some events of a fixture, some repeated, each up to `seconds` late.
fn damaged(seconds: f64) -> impl Strategy<Value = (String, Vec<Event>)> {
    let fixture = 0..FIXTURES.len();
    fixture.prop_flat_map(move |place| {
        let fixture = &FIXTURES[place];
        let fate = (0.0..1.0_f64, 0.0..seconds, 0.0..seconds);
        proptest::collection::vec(fate, fixture.events.len()).prop_map(move |fates| {
            let mut arriving: Vec<(f64, Event)> = Vec::new();
            for (event, (luck, late, later)) in fixture.events.iter().zip(fates) {
                if luck > 0.1 {
                    arriving.push((event.t + late, event.clone()));
                }
                if luck > 0.8 {
                    arriving.push((event.t + later, event.clone()));
                }
            }
            arriving.sort_by(|one, other| one.0.total_cmp(&other.0));
            let events = arriving.into_iter().map(|(_, event)| event).collect();
            (fixture.name.clone(), events)
        })
    })
}

/// All events of a fixture, each up to `seconds` late.
fn late(seconds: f64) -> impl Strategy<Value = (usize, Vec<Event>)> {
    (0..FIXTURES.len()).prop_flat_map(move |place| {
        let fixture = &FIXTURES[place];
        proptest::collection::vec(0.0..seconds, fixture.events.len()).prop_map(move |delays| {
            let mut arriving: Vec<(f64, Event)> = fixture
                .events
                .iter()
                .zip(delays)
                .map(|(event, delay)| (event.t + delay, event.clone()))
                .collect();
            arriving.sort_by(|one, other| one.0.total_cmp(&other.0));
            (place, arriving.into_iter().map(|(_, event)| event).collect())
        })
    })
}

fn finished(updates: &[CallUpdate]) -> Vec<&FinishedCall> {
    updates
        .iter()
        .filter_map(|update| match update {
            CallUpdate::Finished(call) => Some(&**call),
            _ => None,
        })
        .collect()
}

/// How long outside parties were in bridges, from the first entry to the last exit, counting events
/// that end a stay without an observed exit.
fn presence(events: &[Event]) -> f64 {
    let bridges = |event: &&Event| {
        matches!(
            event.name.as_str(),
            "bridge"
                | "bridge_leave"
                | "bridge_destroy"
                | "BridgeEnter"
                | "BridgeLeave"
                | "BridgeDestroy"
        )
    };
    let entered = events.iter().filter(bridges).map(|event| event.t).fold(f64::INFINITY, f64::min);
    let last = events.iter().map(|event| event.t).fold(0.0, f64::max);
    if entered.is_finite() { last - entered } else { 0.0 }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn lost_and_reordered_events_keep_invariants((name, events) in damaged(30.0)) {
        let updates = play(&events);
        for call in finished(&updates) {
            let record = call.record();
            prop_assert!(record.ended_at() >= record.started_at(), "{name}: {record:?}");
            let talk = record.talk().map_or(0, Seconds::get);
            if !record.outcome().is_answered() {
                prop_assert_eq!(talk, 0, "{}: without a talk", name);
                prop_assert!(record.talked_with().is_empty(), "{name}: {record:?}");
            }
            prop_assert!(
                f64::from(talk) <= presence(&events) + 1.0,
                "{name}: {talk} s of talk, {} s in bridges", presence(&events)
            );
        }
    }

    #[test]
    fn one_outside_party_yields_one_record((name, events) in damaged(10.0)) {
        let updates = play(&events);
        let mut records: BTreeMap<(Option<&str>, &str), u32> = BTreeMap::new();
        for call in finished(&updates) {
            if call.record().direction() != Direction::Internal {
                let key = (call.tenant(), call.record().call_id().as_str());
                *records.entry(key).or_default() += 1;
            }
        }
        for ((_, id), count) in records {
            prop_assert_eq!(count, 1, "{}: call {} has several records", name, id);
        }
    }

    #[test]
    fn ten_seconds_of_delay_change_no_call_count((place, events) in late(10.0)) {
        let fixture = &FIXTURES[place];
        let updates = play_into(fixture.tracker(), &events);
        let external = finished(&updates).iter().filter(|call| call.is_external()).count();
        if let Some(wanted) = fixture.expected["expected_crm_calls"].as_u64() {
            prop_assert_eq!(external as u64, wanted, "{} {:?}", &fixture.name, &updates);
        }
    }
}
