//! Calls between employees.

use compact_str::CompactString;
use vochi_crm_core::{CallRecord, Direction, Extension, Outcome, Party, Reason, Seconds};

use super::employees::rang;
use super::{call_id, moment, outcome, recording, seconds, with_warnings};
use crate::finished::FinishedCall;
use crate::read::CallKind;
use crate::rules::Rules;
use crate::scene::{Channel, ChannelAt, Micros, Report, Scene};

/// Builds the call between employees of a scene; `None` if no other employee was called.
pub(crate) fn internal(scene: &Scene, rules: &Rules) -> Option<FinishedCall> {
    InternalCall::of(scene, rules)?.finish()
}

/// A call between employees.
struct InternalCall<'a> {
    scene: &'a Scene,
    /// Everyone in it, the caller first.
    people: Vec<CompactString>,
    /// The dialplan's hangup event.
    report: Option<&'a Report>,
    /// Called employees who entered a bridge, and when.
    joined: Vec<(Micros, CompactString)>,
}

impl<'a> InternalCall<'a> {
    fn of(scene: &'a Scene, rules: &Rules) -> Option<Self> {
        let people = rang(scene, None, &[], rules, |_| true);
        let reports = scene.plan.iter().flat_map(|plan| &plan.reports);
        let report = reports
            .filter(|report| is_between_employees(report, rules))
            .min_by_key(|report| report.at);
        if people.is_empty() || people.len() < 2 && report.is_none() {
            return None;
        }
        let mut joined: Vec<(Micros, CompactString)> = people
            .iter()
            .skip(1)
            .filter_map(|other| {
                let mut phones = phones_of(scene, other);
                let listener = phones.find(|phone| phone.was_bridged())?;
                Some((listener.answered_at()?, other.clone()))
            })
            .collect();
        joined.sort();
        Some(Self { scene, people, report, joined })
    }

    fn caller(&self) -> &str {
        self.people.first().map_or("", CompactString::as_str)
    }

    /// When the first called employee answered.
    fn answered_at(&self) -> Option<Micros> {
        let caller_in = phones_of(self.scene, self.caller()).any(Channel::was_bridged);
        let (first, _) = self.joined.first().filter(|_| caller_in)?;
        Some(*first)
    }

    fn dialled(&self) -> impl Iterator<Item = &'a Channel> {
        let phones = self.scene.channels.iter();
        phones.filter(|channel| channel.peer.extension().is_some() && channel.dial.is_some())
    }

    fn outcome(&self, key: ChannelAt) -> (Outcome, Option<Reason>) {
        if self.answered_at().is_some() {
            (Outcome::Answered, None)
        } else if self.scene.dialplan {
            let taken = self.report.is_some_and(|report| report.answered == Some(true));
            let outcome = if taken { Outcome::Answered } else { Outcome::NoAnswer };
            (outcome, None)
        } else {
            outcome::outgoing(self.dialled(), self.scene.channel(key))
        }
    }

    fn ended(&self) -> Micros {
        let hung = self.scene.channels.iter().filter_map(Channel::hung_at);
        hung.chain(self.report.map(|report| report.at)).max().unwrap_or(self.scene.last_at)
    }

    /// The channel it is named after.
    fn key(&self) -> Option<ChannelAt> {
        let own = |channel: &Channel| channel.peer.extension() == Some(self.caller());
        let all = || self.scene.all();
        all()
            .filter(|(_, channel)| own(channel))
            .min_by_key(|(_, channel)| (channel.dial.is_some(), channel.first_at))
            .or_else(|| all().min_by_key(|(_, channel)| channel.first_at))
            .map(|(at, _)| at)
    }

    fn finish(self) -> Option<FinishedCall> {
        let key = self.key()?;
        let (outcome, reason) = self.outcome(key);
        let ended = self.ended();
        let mut record = CallRecord::new(
            call_id(self.scene, key)?,
            Direction::Internal,
            Party::Extension(Extension::new(self.caller()).ok()?),
            moment(self.scene.first_at),
            outcome,
        )
        .with_ended_at(moment(ended));
        let dials = self.dialled().filter_map(|channel| channel.dial.as_deref());
        let sought = dials.map(|dial| dial.at).min().unwrap_or(self.scene.first_at);
        if let Some(first) = self.answered_at() {
            record = record.with_wait(seconds(sought, first));
            if let Some(end) = self.end_of_talk() {
                record = record.with_talk(seconds(first, end).max(Seconds::new(1)));
            }
        } else if !outcome.is_answered() {
            record = record.with_talk(Seconds::ZERO).with_wait(seconds(sought, ended));
        }
        if let Some(reason) = reason {
            record = record.with_reason(reason);
        }
        for extension in &self.people {
            if let Ok(extension) = Extension::new(extension) {
                record = record.with_rang(extension);
            }
        }
        if self.answered_at().is_some() {
            for (_, name) in &self.joined {
                if let Ok(name) = Extension::new(name) {
                    record = record.with_talked_with(name);
                }
            }
        }
        let record = with_warnings(record, self.scene);
        Some(FinishedCall {
            answered_by: record.talked_with().first().cloned(),
            record,
            tenant: self.scene.tenant.clone(),
            answered_by_mobile: None,
            transferred_to: None,
            recording: recording(self.scene, key, &[]),
            raw_client: None,
        })
    }

    /// When the caller left the last bridge; `None` if no event shows it.
    fn end_of_talk(&self) -> Option<Micros> {
        let caller =
            |(_, channel): &(ChannelAt, &Channel)| channel.peer.extension() == Some(self.caller());
        let left =
            self.scene.all().filter(caller).filter_map(|(at, _)| self.scene.stays(at).pop()?.to);
        left.max().or(self.report.map(|report| report.at))
    }
}

fn phones_of<'a>(scene: &'a Scene, name: &'a str) -> impl Iterator<Item = &'a Channel> {
    let own = move |channel: &&Channel| channel.peer.extension() == Some(name);
    scene.channels.iter().filter(own)
}

fn is_between_employees(report: &Report, rules: &Rules) -> bool {
    let phone = report.phone.as_deref();
    report.kind != CallKind::Outgoing && phone.is_some_and(|phone| rules.employee(phone).is_some())
}
