//! Legs that say something else than their record.
//!
//! A PBX tells of channels: a phone answered although its owner only heard an offer of the call, or
//! only a colleague's question about the client. Kontur draws from the legs alone who talked with the
//! client and for how long, so they are made to agree with the record, which knows.

use std::time::Duration;

use vochi_crm_core::call::LiveLeg;
use vochi_crm_core::{CallRecord, Direction, Extension, LegEnd, LegRecord, Result, Timestamp};

use super::legs::Ends as _;

/// How far the times of legs may be from those of the record, which are whole seconds.
const CLOSE: Duration = Duration::from_secs(1);

/// Adds the talks that lived and are no leg of the record, where nothing else says that their
/// employee had the client.
pub(super) fn remember(live: &[LiveLeg], record: CallRecord) -> CallRecord {
    let mut legs = record.legs().to_vec();
    let talks = live
        .iter()
        .filter(|leg| leg.has_client() && leg.answered_at.is_some());
    for talk in talks {
        let known = legs.iter().any(|leg| leg.id == talk.id);
        if !known && !talk.employees().any(|one| has_client(&legs, one)) {
            legs.push(LegRecord {
                id: talk.id.clone(),
                from: talk.from.clone(),
                to: talk.to.clone(),
                answered_at: talk.answered_at,
                ended_at: talk.ended_at,
                recording: talk.recording.clone(),
            });
        }
    }
    record.with_legs(legs)
}

/// Whether a leg says that somebody talked with the client.
fn has_client(legs: &[LegRecord], employee: &Extension) -> bool {
    legs.iter().any(|leg| {
        leg.has_client() && leg.answered_at.is_some() && leg.employees().any(|one| one == employee)
    })
}

/// Makes the legs of an answered call agree with its record.
pub(super) fn agree(record: &CallRecord, legs: &mut Vec<LegRecord>) -> Result<()> {
    if record.direction() == Direction::Outbound {
        own_phone(legs);
    }
    asked_meanwhile(record, legs);
    taken_over(record, legs)?;
    if record.direction() == Direction::Inbound {
        keep_to_times(record, legs);
    }
    Ok(())
}

/// The employee's own phone, which rings first in a click-to-call, is no second talk.
fn own_phone(legs: &mut Vec<LegRecord>) {
    let calling: Vec<LegRecord> = legs
        .iter()
        .filter(|leg| leg.to == LegEnd::Client)
        .cloned()
        .collect();
    legs.retain(|leg| {
        let own = |other: &LegRecord| other.from == leg.to && at_once(other, leg);
        leg.from != LegEnd::Client || !calling.iter().any(own)
    });
}

/// Whoever answered when somebody else had the client, and did not talk with the client, was asked
/// something: the client's leg to them only rang.
fn asked_meanwhile(record: &CallRecord, legs: &mut [LegRecord]) {
    let talked = |leg: &LegRecord| {
        let mut employees = leg.employees();
        employees.any(|one| record.talked_with().contains(one))
    };
    let talks: Vec<LegRecord> = legs
        .iter()
        .filter(|leg| leg.has_client() && talked(leg))
        .cloned()
        .collect();
    for leg in legs.iter_mut() {
        let during = |talk: &LegRecord| at_once(talk, leg) && talk.answered_at < leg.answered_at;
        if leg.has_client() && !talked(leg) && talks.iter().any(during) {
            leg.answered_at = None;
        }
    }
}

/// A colleague who was asked and then has the client. The question is over with that, whatever the
/// channels say, and the client's talk with the last one to have it may be told by nothing else.
fn taken_over(record: &CallRecord, legs: &mut Vec<LegRecord>) -> Result<()> {
    if let Some(last) = record.talked_with().last()
        && !has_client(legs, last)
    {
        let question = legs.iter().rev().find(|leg| {
            let asked = leg.employees().any(|one| one == last);
            asked && !leg.has_client() && leg.answered_at.is_some()
        });
        let ended = question.and_then(|leg| leg.ended_at);
        let left = legs
            .iter()
            .filter(|leg| leg.has_client() && leg.answered_at.is_some())
            .filter_map(|leg| leg.ended_at.filter(|at| Some(*at) < ended))
            .max();
        if left.is_some() {
            let talk = super::talks::made(record, legs, Some(last))?;
            legs.push(LegRecord {
                from: LegEnd::Client,
                to: LegEnd::Employee(last.clone()),
                answered_at: left,
                ended_at: ended,
                ..talk
            });
        }
    }
    let talks: Vec<LegRecord> = legs
        .iter()
        .filter(|leg| leg.has_client())
        .cloned()
        .collect();
    for question in legs.iter_mut().filter(|leg| !leg.has_client()) {
        let asked = question.to.extension();
        let of_asked = |talk: &&LegRecord| talk.employees().any(|one| Some(one) == asked);
        let taken = talks
            .iter()
            .filter(of_asked)
            .filter_map(|talk| talk.answered_at)
            .filter(|at| question.answered_at < Some(*at) && Some(*at) < question.ended_at)
            .min();
        if question.answered_at.is_some() && taken.is_some() {
            question.ended_at = taken;
        }
    }
    Ok(())
}

/// The talk begins when the client had waited, and lasts as long as the record says.
fn keep_to_times(record: &CallRecord, legs: &mut [LegRecord]) {
    let (Some(wait), Some(talk)) = (record.wait(), record.talk()) else {
        return;
    };
    let began = record
        .started_at()
        .plus(Duration::from_secs(wait.get().into()));
    let over = began.plus(Duration::from_secs(talk.get().into()));
    let taken = |leg: &&mut LegRecord| leg.has_client() && leg.answered_at.is_some();
    let mut talks: Vec<&mut LegRecord> = legs.iter_mut().filter(taken).collect();
    talks.sort_by_key(|leg| leg.answered_at);
    let first = talks.first().and_then(|leg| leg.answered_at);
    let last = talks.iter().filter_map(|leg| leg.ended_at).max();
    let (Some(first), Some(last)) = (first, last) else {
        return;
    };
    if is_close(first, began) && is_close(last, first.plus(over.since(began))) {
        return;
    }
    // Several talks of another clock would be torn apart.
    let inside = |leg: &&mut LegRecord| {
        let (answered, ended) = (leg.answered_at, leg.ended_at);
        let begins_first = answered == Some(first);
        let ends_last = ended == Some(last);
        (begins_first || answered.is_some_and(|at| began <= at && at < over))
            && (ends_last || ended.is_some_and(|at| began < at && at <= over))
    };
    if !talks.iter().all(inside) {
        return;
    }
    for leg in talks {
        if leg.answered_at == Some(first) {
            leg.answered_at = Some(began);
        }
        if leg.ended_at == Some(last) {
            leg.ended_at = Some(over);
        }
    }
}

/// Whether two legs were answered at one time.
fn at_once(one: &LegRecord, other: &LegRecord) -> bool {
    let times = |leg: &LegRecord| Some((leg.answered_at?, leg.ended_at?));
    let (Some(one), Some(other)) = (times(one), times(other)) else {
        return false;
    };
    one.0 < other.1 && other.0 < one.1
}

fn is_close(one: Timestamp, other: Timestamp) -> bool {
    one.since(other).max(other.since(one)) <= CLOSE
}
