//! The legs a finished call is registered with.
//!
//! Kontur has no field for the outcome of a call: a call is answered if one of its legs has an
//! answer time. So the legs must agree with the outcome of the record. Kontur computes the talk
//! time from answer and end: a leg without an observed end ends with its last observed event, so
//! that no talk time is invented.

use std::time::Duration;

use vochi_crm_core::{
    CallRecord, Direction, Extension, LegEnd, LegId, LegRecord, Result, Seconds, Timestamp,
};

use super::legs::Ends as _;
use crate::RegisterLegs;

/// The shortest talk time of an answered call.
const MIN_TALK: Duration = Duration::from_secs(1);

/// Returns the legs of a record.
///
/// Without known legs, there is one for the answering employee, or one per employee that rang.
pub(super) fn legs(record: &CallRecord, keep: RegisterLegs) -> Result<Vec<LegRecord>> {
    let answered = record.outcome().is_answered();
    let talks = record.legs().iter().filter(|leg| leg.is_talk());
    let mut legs: Vec<LegRecord> = talks.cloned().collect();
    for leg in &mut legs {
        let ended = leg.ended_at.unwrap_or_else(|| last_event(record, leg));
        if !answered {
            leg.answered_at = None;
        }
        leg.ended_at = Some(end_after(leg.answered_at, ended));
    }
    let is_answered = |leg: &LegRecord| is_relevant(record, leg) && leg.answered_at.is_some();
    if answered && !legs.iter().any(is_answered) {
        mark_answered(record, &mut legs)?;
    } else if legs.is_empty() {
        add_ringing_legs(record, &mut legs)?;
    }
    if answered && keep == RegisterLegs::Answered {
        legs.retain(|leg| leg.answered_at.is_some());
    }
    Ok(legs)
}

/// Returns the leg of a recording of the whole call: the last answered one, else the last that
/// rang.
pub(super) fn main_leg<'a>(record: &CallRecord, legs: &'a [LegRecord]) -> Option<&'a LegRecord> {
    let of_client = || legs.iter().rev().filter(|leg| is_relevant(record, leg));
    of_client().find(|leg| leg.answered_at.is_some()).or_else(|| of_client().next()).or(legs.last())
}

/// Returns true if no employee is known to have taken part in the call.
pub(super) fn has_no_employee(record: &CallRecord) -> bool {
    record.handled_by().is_none()
        && record.legs().iter().all(|leg| leg.employees().next().is_none())
}

/// Returns true for a leg that determines the call's outcome.
fn is_relevant(record: &CallRecord, leg: &LegRecord) -> bool {
    leg.is_talk() && (leg.has_client() || record.direction() == Direction::Internal)
}

/// Returns the last observed event of a leg without an end: the answer of the next employee, or the
/// end of the call.
fn last_event(record: &CallRecord, leg: &LegRecord) -> Timestamp {
    let next_answer = |answered: Timestamp| {
        let others = record.legs().iter().filter(|other| is_relevant(record, other));
        let answers = others.filter_map(|other| other.answered_at);
        answers.filter(|at| *at > answered).min()
    };
    leg.answered_at.and_then(next_answer).unwrap_or_else(|| record.ended_at())
}

/// Returns the end of a leg: an answered one lasts at least a second.
fn end_after(answered: Option<Timestamp>, ended: Timestamp) -> Timestamp {
    match answered {
        Some(answered) if ended <= answered => answered.plus(MIN_TALK),
        _ => ended,
    }
}

/// Marks a leg as answered if the call was answered but no leg was.
///
/// The employee who talked last gets the answer; a missing leg is added.
fn mark_answered(record: &CallRecord, legs: &mut Vec<LegRecord>) -> Result<()> {
    let employee = record.handled_by();
    let known = legs.iter().rposition(|leg| {
        is_relevant(record, leg) && employee.is_none_or(|one| leg.employees().any(|own| own == one))
    });
    let at = if let Some(at) = known {
        at
    } else {
        let leg = build_leg(record, legs, employee)?;
        legs.push(leg);
        legs.len() - 1
    };
    if let Some(leg) = legs.get_mut(at) {
        let (answered, ended) = talk_period(record, leg.ended_at);
        leg.answered_at = Some(answered);
        leg.ended_at = Some(end_after(leg.answered_at, ended));
    }
    Ok(())
}

/// Returns the start and end of the conversation.
///
/// Kontur computes the talk time from them, so both follow the record's talk time; if it is
/// unknown, the conversation ends with its leg.
fn talk_period(record: &CallRecord, leg_ended: Option<Timestamp>) -> (Timestamp, Timestamp) {
    let talk = record.talk().map(duration);
    let ended = leg_ended.filter(|_| talk.is_none());
    let ended = ended.unwrap_or_else(|| record.ended_at());
    if let Some(wait) = record.wait() {
        let answered = record.started_at().plus(duration(wait));
        return (answered, talk.map_or(ended, |talk| answered.plus(talk)));
    }
    let talk = talk.unwrap_or(MIN_TALK);
    let lasted = ended.since(record.started_at());
    match lasted.checked_sub(talk) {
        Some(wait) => (record.started_at().plus(wait), ended),
        None => (record.started_at(), record.started_at().plus(talk)),
    }
}

fn duration(seconds: Seconds) -> Duration {
    Duration::from_secs(seconds.get().into())
}

/// Adds the legs that rang. An outgoing call has one: the calling employee's.
fn add_ringing_legs(record: &CallRecord, legs: &mut Vec<LegRecord>) -> Result<()> {
    let inbound = record.direction() != Direction::Outbound;
    let employees: Vec<Option<&Extension>> = match record.rang() {
        rang if inbound && !rang.is_empty() => rang.iter().map(Some).collect(),
        _ => vec![record.handled_by()],
    };
    for employee in employees {
        let leg = build_leg(record, legs, employee)?;
        legs.push(leg);
    }
    Ok(())
}

/// Builds a leg that no event reported. Its id is the same in every run.
fn build_leg(
    record: &CallRecord,
    legs: &[LegRecord],
    employee: Option<&Extension>,
) -> Result<LegRecord> {
    let employee = employee.map_or(LegEnd::UnknownEmployee, |one| LegEnd::Employee(one.clone()));
    let (from, to) = match record.direction() {
        Direction::Outbound => (employee, LegEnd::Client),
        _ => (LegEnd::Client, employee),
    };
    let mut number = legs.len() + 1;
    let id = loop {
        let id = LegId::new(format!("{}.{number}", record.call_id()))?;
        if legs.iter().all(|leg| leg.id != id) {
            break id;
        }
        number += 1;
    };
    Ok(LegRecord {
        id,
        from,
        to,
        answered_at: None,
        ended_at: Some(record.ended_at()),
        recording: None,
    })
}
