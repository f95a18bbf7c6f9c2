//! Several calls, PBXs and tenants in one stream.

use std::collections::BTreeSet;

use serde_json::Value;
use vochi_crm_asterisk::{CallTracker, CallUpdate, FinishedCall, PbxEvent, Reading};

use crate::fixture::{Event, all, at, differences, finished, one, play, tracker};

/// The streams of several calls merged, with their starts a fixed time apart.
fn merged(streams: &[Vec<Event>], apart: f64) -> Vec<Event> {
    let mut all: Vec<Event> = Vec::new();
    let mut start = 0.0;
    for stream in streams {
        all.extend(stream.iter().cloned().map(|mut event| {
            event.t += start;
            event
        }));
        start += apart;
    }
    all.sort_by(|one, other| one.t.total_cmp(&other.t));
    all
}

/// The same stream on another PBX: every id and channel name has its own ending.
fn renamed(events: &[Event], ending: &str) -> Vec<Event> {
    let is_id = |key: &str| {
        key.to_ascii_lowercase().ends_with("uniqueid")
            || key.to_ascii_lowercase().ends_with("linkedid")
    };
    events
        .iter()
        .cloned()
        .map(|mut event| {
            for (key, value) in &mut event.body {
                let Value::String(text) = value else { continue };
                if text.is_empty() || text == "<unknown>" {
                    continue;
                }
                if is_id(key) {
                    text.push_str(ending);
                } else if key.ends_with("Channel") {
                    // Local halves end in ;1 and ;2.
                    let place = text.find(';').unwrap_or(text.len());
                    text.insert_str(place, ending);
                }
            }
            event
        })
        .collect()
}

#[test]
fn many_concurrent_calls_stay_separate() {
    for folder in ["asterisk", "asterisk-ami"] {
        let fixtures = all(folder);
        let streams: Vec<Vec<Event>> = (0..)
            .zip(fixtures)
            .map(|(place, fixture)| renamed(&fixture.events, &format!("x{place}")))
            .collect();
        let mut wrong = Vec::new();
        let updates = play(&merged(&streams, 700.0));
        for (place, fixture) in (0..).zip(fixtures) {
            let ending = format!("x{place}");
            let own: Vec<_> = updates
                .iter()
                .filter_map(|update| match update {
                    CallUpdate::Finished(call)
                        if call.record().call_id().as_str().ends_with(&ending) =>
                    {
                        Some((**call).clone())
                    }
                    _ => None,
                })
                .collect();
            let mut fixture = one(folder, &fixture.name);
            rename_expected(&mut fixture.expected, &ending);
            for difference in differences(&fixture, &own) {
                wrong.push(format!("{}: {difference}", fixture.name));
            }
        }
        assert!(wrong.is_empty(), "{folder}: {}", wrong.join("\n"));
    }
}

fn rename_expected(expected: &mut Value, ending: &str) {
    if let Some(Value::String(id)) = expected.get_mut("main_unique_id") {
        id.push_str(ending);
    }
    if let Some(Value::Array(others)) = expected.get_mut("parallel_calls") {
        for other in others {
            rename_expected(other, ending);
        }
    }
}

#[test]
fn equal_ids_of_two_tenants_are_two_calls() {
    let first = one("asterisk", "in_attended_transfer_accepted");
    let mut second = one("asterisk", "in_attended_transfer_accepted");
    for event in &mut second.events {
        event.body["Token"] = "375291112244".into();
    }
    let both = merged(&[first.events.clone(), second.events], 0.3);
    let calls = finished(&both);
    let tenants: BTreeSet<_> = calls.iter().map(FinishedCall::tenant).collect();
    assert_eq!(tenants, BTreeSet::from([Some("375291112233"), Some("375291112244")]));
    for tenant in tenants {
        let own: Vec<_> = calls.iter().filter(|call| call.tenant() == tenant).cloned().collect();
        assert_eq!(differences(&first, &own), Vec::<String>::new());
    }
}

#[test]
fn equal_ids_of_two_named_pbxs_are_two_calls() {
    let fixture = one("asterisk-ami", "in_group_of_local_channels_answered");
    let mut calls: CallTracker = tracker();
    let mut updates = Vec::new();
    for event in &fixture.events {
        for pbx in ["minsk", "brest"] {
            if let Ok(Reading::Event(read)) = PbxEvent::read(&event.name, &event.body) {
                updates.extend(calls.process(at(event.t), &read.on_pbx(pbx)));
            }
        }
    }
    updates.extend(calls.finish());
    for pbx in ["minsk", "brest"] {
        let own: Vec<_> = updates
            .iter()
            .filter_map(|update| match update {
                CallUpdate::Finished(call) if call.tenant() == Some(pbx) => Some((**call).clone()),
                _ => None,
            })
            .collect();
        assert_eq!(differences(&fixture, &own), Vec::<String>::new(), "{pbx}");
    }
}

#[test]
fn concurrent_calls_of_one_client_are_two_calls() {
    let first = one("asterisk", "in_group_answered");
    let mut second = one("asterisk", "in_single_extension_answered");
    // The other call's client calls twice, over another line.
    for event in &mut second.events {
        for (_, value) in &mut event.body {
            if value == "+375291138402" {
                *value = "375446307423".into();
            }
        }
    }
    second.expected["client_phone"] = "375446307423".into();
    let calls = finished(&merged(&[first.events.clone(), second.events.clone()], 2.0));
    assert_eq!(calls.len(), 2);
    for fixture in [first, second] {
        let id = fixture.expected["main_unique_id"].as_str().unwrap();
        let own: Vec<_> =
            calls.iter().filter(|call| call.record().call_id().as_str() == id).cloned().collect();
        assert_eq!(differences(&fixture, &own), Vec::<String>::new(), "{id}");
    }
}

#[test]
fn pattern_separates_short_line_names_from_extensions() {
    let mut fixture = one("asterisk-ami", "in_direct_answered_client_hangs_up");
    for event in &mut fixture.events {
        for (key, value) in &mut event.body {
            let Value::String(text) = value else { continue };
            if key.ends_with("Channel") {
                *text = text.replace("0001371", "9001");
            } else if key.ends_with("Context") {
                *text = text.replace("from-trunk", "incoming");
            }
        }
    }
    let listen = |pattern: Option<&str>| {
        let mut builder = CallTracker::builder();
        if let Some(pattern) = pattern {
            builder = builder.extensions(pattern.parse().unwrap());
        }
        let mut calls = builder.build();
        for event in &fixture.events {
            crate::fixture::process(&mut calls, event);
        }
        let updates = calls.finish();
        let Some(CallUpdate::Finished(call)) = updates.into_iter().next_back() else {
            panic!("no call");
        };
        call
    };
    assert!(!listen(None).is_external(), "9001 looks like an extension");
    assert!(listen(Some("1[0-9]{2}")).is_external());
}
