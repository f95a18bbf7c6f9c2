//! The legs a finished call is registered with.
//!
//! Kontur has no word for how a call ended: it was answered if one of its legs has a time of an
//! answer. So the legs must agree with the outcome of the record, whatever the events made of them.
//! It shows as the talk time what lies between an answer and an end: a leg whose end was not observed
//! ends with the last event that was observed of it, so that no talk time is invented.

use std::time::Duration;

use vochi_crm_core::{
    CallRecord, Direction, Extension, LegEnd, LegId, LegRecord, Result, Seconds, Timestamp,
};

use super::legs::Ends as _;
use crate::RegisterLegs;

/// The shortest talk of an answered call.
const LEAST_TALK: Duration = Duration::from_secs(1);

/// The legs of a settled record: those that are known, else one per talk, or one per employee whose
/// phone rang.
pub(super) fn legs(record: &CallRecord, keep: RegisterLegs) -> Result<Vec<LegRecord>> {
    let answered = record.outcome().is_answered();
    let talks = record.legs().iter().filter(|leg| leg.is_talk());
    let mut legs: Vec<LegRecord> = talks.cloned().collect();
    for leg in &mut legs {
        let ended = leg.ended_at.unwrap_or_else(|| last_event(record, leg));
        if !answered {
            leg.answered_at = None;
        }
        leg.ended_at = Some(after(leg.answered_at, ended));
    }
    let taken = |leg: &LegRecord| counts(record, leg) && leg.answered_at.is_some();
    if answered && !legs.iter().any(taken) {
        take_up(record, &mut legs)?;
    } else if legs.is_empty() {
        rang(record, &mut legs)?;
    }
    if answered && keep == RegisterLegs::Answered {
        legs.retain(|leg| leg.answered_at.is_some());
    }
    Ok(legs)
}

/// The leg a recording of the whole call belongs to: the last talk, else the last that rang.
pub(super) fn main_leg<'a>(record: &CallRecord, legs: &'a [LegRecord]) -> Option<&'a LegRecord> {
    let of_client = || legs.iter().rev().filter(|leg| counts(record, leg));
    of_client().find(|leg| leg.answered_at.is_some()).or_else(|| of_client().next()).or(legs.last())
}

/// Returns true if no employee is known to have taken part in the call.
pub(super) fn has_no_employee(record: &CallRecord) -> bool {
    record.handled_by().is_none()
        && record.legs().iter().all(|leg| leg.employees().next().is_none())
}

/// Returns true for a leg that the call's outcome is about.
fn counts(record: &CallRecord, leg: &LegRecord) -> bool {
    leg.is_talk() && (leg.has_client() || record.direction() == Direction::Internal)
}

/// The last event observed of a leg without an end: the next employee takes the client, or the call
/// ends.
fn last_event(record: &CallRecord, leg: &LegRecord) -> Timestamp {
    let taken = |answered: Timestamp| {
        let others = record.legs().iter().filter(|other| counts(record, other));
        let answers = others.filter_map(|other| other.answered_at);
        answers.filter(|at| *at > answered).min()
    };
    leg.answered_at.and_then(taken).unwrap_or_else(|| record.ended_at())
}

/// The end of a leg: an answered one lasts a second at least.
fn after(answered: Option<Timestamp>, ended: Timestamp) -> Timestamp {
    match answered {
        Some(answered) if ended <= answered => answered.plus(LEAST_TALK),
        _ => ended,
    }
}

/// The call was answered and no leg says so: the answer was lost, or no leg is known. It goes to
/// the employee who talked last.
fn take_up(record: &CallRecord, legs: &mut Vec<LegRecord>) -> Result<()> {
    let employee = record.handled_by();
    let known = legs.iter().rposition(|leg| {
        counts(record, leg) && employee.is_none_or(|one| leg.employees().any(|own| own == one))
    });
    let at = if let Some(at) = known {
        at
    } else {
        let leg = made(record, legs, employee)?;
        legs.push(leg);
        legs.len() - 1
    };
    if let Some(leg) = legs.get_mut(at) {
        let (answered, ended) = talked(record, leg.ended_at);
        leg.answered_at = Some(answered);
        leg.ended_at = Some(after(leg.answered_at, ended));
    }
    Ok(())
}

/// When the talk began and ended. The talk time is what Kontur shows, so both keep to it; where it is
/// unknown, the talk ends with its leg.
fn talked(record: &CallRecord, leg_ended: Option<Timestamp>) -> (Timestamp, Timestamp) {
    let talk = record.talk().map(duration);
    let ended = leg_ended.filter(|_| talk.is_none());
    let ended = ended.unwrap_or_else(|| record.ended_at());
    if let Some(wait) = record.wait() {
        let answered = record.started_at().plus(duration(wait));
        return (answered, talk.map_or(ended, |talk| answered.plus(talk)));
    }
    let talk = talk.unwrap_or(LEAST_TALK);
    let lasted = ended.since(record.started_at());
    match lasted.checked_sub(talk) {
        Some(wait) => (record.started_at().plus(wait), ended),
        None => (record.started_at(), record.started_at().plus(talk)),
    }
}

fn duration(seconds: Seconds) -> Duration {
    Duration::from_secs(seconds.get().into())
}

/// The phones that rang. An outgoing call has one: that of the employee who called.
fn rang(record: &CallRecord, legs: &mut Vec<LegRecord>) -> Result<()> {
    let inbound = record.direction() != Direction::Outbound;
    let employees: Vec<Option<&Extension>> = match record.rang() {
        rang if inbound && !rang.is_empty() => rang.iter().map(Some).collect(),
        _ => vec![record.handled_by()],
    };
    for employee in employees {
        let leg = made(record, legs, employee)?;
        legs.push(leg);
    }
    Ok(())
}

/// A leg that no event reported. Its id is the one the next run will make as well.
fn made(
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
