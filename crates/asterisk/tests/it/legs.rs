//! The legs of a call agree with its record.

use std::collections::BTreeSet;
use std::time::Duration;

use vochi_crm_asterisk::FinishedCall;
use vochi_crm_core::{Direction, LegEnd, LegRecord, Timestamp};

use crate::fixture::{all, finished};

/// The party of a leg other than the client.
fn with_client(leg: &LegRecord) -> Option<String> {
    match (&leg.from, &leg.to) {
        (LegEnd::Client, LegEnd::Employee(who)) | (LegEnd::Employee(who), LegEnd::Client) => {
            Some(who.to_string())
        }
        _ => None,
    }
}

fn close(one: Timestamp, other: Timestamp) -> bool {
    one.since(other).max(other.since(one)) <= Duration::from_millis(1500)
}

/// Differences between the legs and the record.
fn differences(call: &FinishedCall) -> Vec<String> {
    let record = call.record();
    let mut wrong = Vec::new();
    let talks: Vec<&LegRecord> = record
        .legs()
        .iter()
        .filter(|leg| leg.answered_at.is_some() && with_client(leg).is_some())
        .collect();
    let people: BTreeSet<String> = talks.iter().filter_map(|leg| with_client(leg)).collect();
    let talked: BTreeSet<String> = record.talked_with().iter().map(ToString::to_string).collect();
    if people != talked {
        wrong.push(format!("talked {talked:?}, legs of {people:?}"));
    }
    let ids: BTreeSet<&str> = record.legs().iter().map(|leg| leg.id.as_str()).collect();
    if ids.len() != record.legs().len() {
        wrong.push("two legs of one id".to_owned());
    }
    let first = talks.iter().filter_map(|leg| leg.answered_at).min();
    let last = talks.iter().filter_map(|leg| leg.ended_at).max();
    if let (Some(first), Some(last), Some(wait), Some(talk)) =
        (first, last, record.wait(), record.talk())
    {
        if record.direction() == Direction::Inbound {
            let began = record.started_at().plus(Duration::from_secs(wait.get().into()));
            if !close(first, began) {
                wrong.push(format!("the talk began {began}, the legs {first}"));
            }
        }
        let over = first.plus(Duration::from_secs(talk.get().into()));
        if !close(last, over) {
            wrong.push(format!("the talk was over {over}, the legs {last}"));
        }
    }
    wrong
}

#[test]
fn legs_match_the_talk_of_the_record() {
    let mut wrong = Vec::new();
    for folder in ["asterisk", "asterisk-ami"] {
        for fixture in all(folder) {
            let calls = finished(&fixture.events);
            // An internal call has no legs.
            let of_clients =
                |call: &&FinishedCall| call.record().direction() != Direction::Internal;
            for call in calls.iter().filter(of_clients) {
                for difference in differences(call) {
                    wrong.push(format!("{folder}/{}: {difference}", fixture.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
