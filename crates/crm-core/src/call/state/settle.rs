//! Building the record of a finished call from its state.

use super::{CallState, LiveLeg};
use crate::call::{CallId, CallRecord, LegRecord};
use crate::time::Seconds;
use crate::warning::WarningKind;

impl CallState {
    /// Builds the record from the reported events; `None` while direction, client, start or end is
    /// unknown.
    pub fn to_record(&self, call_id: &CallId) -> Option<CallRecord> {
        self.ended_at?;
        let record = CallRecord::new(
            call_id.clone(),
            self.direction?,
            self.client.clone()?,
            self.started_at?,
            self.outcome?,
        );
        Some(self.complete(record))
    }

    /// Fills in missing values of a record from the events. A talk time that the record marks as
    /// unknown stays unknown.
    #[must_use]
    pub fn complete(&self, mut record: CallRecord) -> CallRecord {
        if record.line().is_none()
            && let Some(line) = &self.line
        {
            record = record.with_line(line.clone());
        }
        if record.crm_call_id().is_none()
            && let Some(id) = &self.crm_call_id
        {
            record = record.with_crm_call_id(id.clone());
        }
        if record.recording().is_none()
            && let Some(recording) = &self.recording
        {
            record = record.with_recording(recording.clone());
        }
        if record.reason().is_none()
            && record.outcome() == self.outcome.unwrap_or(record.outcome())
            && let Some(reason) = self.reason
        {
            record = record.with_reason(reason);
        }
        if record.transfer().is_none()
            && let Some(transfer) = &self.transfer
        {
            record = record.with_transfer(transfer.clone());
        }
        if !record.has_end()
            && let Some(at) = self.ended_at
        {
            record = record.with_ended_at(at);
        }
        if record.talk().is_none()
            && record.outcome().is_answered()
            && !record.warns(WarningKind::TalkUnknown)
            && let Some(talk) = self.talk
        {
            record = record.with_talk(talk);
        }
        if record.wait().is_none()
            && let Some(wait) = self.waited(&record)
        {
            record = record.with_wait(wait);
        }
        for (name, value) in self.extra.iter() {
            if record.extra().get(name).is_none() {
                record = record.with_extra(name, value.clone());
            }
        }
        self.complete_employees(record)
    }

    fn complete_employees(&self, mut record: CallRecord) -> CallRecord {
        if record.rang().is_empty() && record.talked_with().is_empty() {
            for extension in self.employees() {
                record = record.with_rang(extension.clone());
            }
            if record.outcome().is_answered() {
                for extension in &self.talked_with {
                    record = record.with_talked_with(extension.clone());
                }
            }
        }
        if record.legs().is_empty() {
            for leg in &self.legs {
                record = record.with_leg(LegRecord {
                    id: leg.id.clone(),
                    from: leg.from.clone(),
                    to: leg.to.clone(),
                    answered_at: leg.answered_at,
                    ended_at: leg.ended_at,
                    recording: leg.recording.clone(),
                });
            }
            return record;
        }
        let legs = self.with_live_leg_ids(record.legs().to_vec());
        record.with_legs(legs)
    }

    /// Gives legs of a record the ids they had in the live events: a PBX that reports leg ids only
    /// after the call had them generated. Legs between the same ends are matched in order, answered
    /// ones first, since the same ends may have been connected without an answer before.
    fn with_live_leg_ids(&self, mut legs: Vec<LegRecord>) -> Vec<LegRecord> {
        let mut left: Vec<&LiveLeg> = self.legs.iter().collect();
        left.retain(|live| legs.iter().all(|leg| leg.id != live.id));
        let answered = |live: &LiveLeg, leg: &LegRecord| {
            live.answered_at.is_some() == leg.answered_at.is_some()
        };
        for alike in [answered, |_: &LiveLeg, _: &LegRecord| true] {
            for leg in &mut legs {
                if self.legs.iter().any(|live| live.id == leg.id) {
                    continue;
                }
                let same = left.iter().position(|live| {
                    live.from == leg.from && live.to == leg.to && alike(live, leg)
                });
                if let Some(same) = same {
                    leg.id = left.remove(same).id.clone();
                }
            }
        }
        for leg in legs.iter_mut().filter(|leg| leg.recording.is_none()) {
            let live = self.legs.iter().find(|live| live.id == leg.id);
            leg.recording = live.and_then(|live| live.recording.clone());
        }
        legs
    }

    /// The wait time: from the first event to the answer, or to the end if there was no answer. It
    /// is unknown for an answered call without an observed answer. Without earlier events the call
    /// started with its record.
    fn waited(&self, record: &CallRecord) -> Option<Seconds> {
        let mut started = self.started_at?;
        let end = self.ended_at.filter(|_| !record.outcome().is_answered());
        let until = self.answered_at.or(end)?;
        if until == started {
            started = started.min(record.started_at());
        }
        Some(Seconds::rounded(until.since(started)))
    }
}
