//! What the facts of a scene mean. Nothing here remembers anything: the same facts give the same
//! call, in whatever order they came.

pub(crate) mod cast;
mod outcome;
pub(crate) mod people;
pub(crate) mod reach;
mod transfer;

use std::time::Duration;

use compact_str::CompactString;
use vochi_crm_core::{
    CallEvent, CallId, CallRecord, Direction, EventKind, Extension, LegEnd, LegId, LegRecord, Line,
    Outcome, Party, Reason, Seconds, Timestamp, Transfer, TransferResult,
};

use self::cast::{Client, line_of, phone_of};
use self::people::{Person, caller, person, rang, talkers};
use self::reach::{Talk, talk};
use self::transfer::{View, transfer};
use crate::finished::{FinishedCall, RecordingId};
use crate::read::{CallKind, DialEnd};
use crate::rules::Rules;
use crate::scene::{Channel, ChannelAt, Micros, Report, Scene};

pub(crate) fn moment(at: Micros) -> Timestamp {
    Timestamp::from_unix_micros(at)
}

fn seconds(from: Micros, to: Micros) -> Seconds {
    let micros = u64::try_from(to.saturating_sub(from)).unwrap_or_default();
    Seconds::rounded(Duration::from_micros(micros))
}

/// How a call ended for a client, in short.
pub(crate) struct Ending {
    pub(crate) outcome: Outcome,
    pub(crate) reason: Option<Reason>,
    pub(crate) talk: Option<Seconds>,
}

/// Reads a client's call as it stands at that time.
pub(crate) struct Story<'a> {
    scene: &'a Scene,
    clients: &'a [Client],
    client: &'a Client,
    rules: &'a Rules,
    talk: Talk,
    /// When it ended for the client.
    ended: Micros,
}

impl<'a> Story<'a> {
    pub(crate) fn new(
        scene: &'a Scene,
        clients: &'a [Client],
        client: &'a Client,
        rules: &'a Rules,
    ) -> Self {
        let talk = talk(scene, clients, client);
        let ended = ended(scene, client, &talk);
        Self {
            scene,
            clients,
            client,
            rules,
            talk,
            ended,
        }
    }

    pub(crate) fn ending(&self) -> Ending {
        let reported = self.reported_answered();
        if let Some(from) = self.talk.from {
            let to = self.talk.to.unwrap_or(self.ended).max(from);
            return Ending {
                outcome: Outcome::Answered,
                reason: None,
                talk: Some(seconds(from, to).max(Seconds::new(1))),
            };
        }
        if reported {
            return Ending {
                outcome: Outcome::Answered,
                reason: None,
                talk: None,
            };
        }
        let message = self.client.direction == Direction::Inbound
            && self.own().any(|channel| channel.message);
        let (outcome, reason) = if message {
            (Outcome::Voicemail, None)
        } else {
            outcome::unanswered(self.scene, self.client)
        };
        Ending {
            outcome,
            reason,
            talk: Some(Seconds::ZERO),
        }
    }

    /// The end of the call as a live event.
    pub(crate) fn end(&self, at: Micros) -> Option<CallEvent> {
        let ending = self.ending();
        let kind = EventKind::Ended {
            outcome: Some(ending.outcome),
            reason: ending.reason,
            talk: ending.talk,
        };
        Some(CallEvent::new(
            call_id(self.scene, self.client.key)?,
            moment(at),
            kind,
        ))
    }

    fn own(&self) -> impl Iterator<Item = &'a Channel> {
        let scene = self.scene;
        self.client
            .channels
            .iter()
            .filter_map(move |at| scene.channel(*at))
    }

    /// Nothing is known of the client's bridges, and the dialplan says that it was answered.
    fn reported_answered(&self) -> bool {
        let report = self
            .scene
            .plan
            .as_deref()
            .and_then(|plan| plan.report_of(self.client.key));
        report.is_some_and(|report| report.answered == Some(true))
            && !self.own().any(Channel::was_bridged)
    }

    fn wait(&self, outcome: Outcome) -> Option<Seconds> {
        let until = match outcome {
            Outcome::Voicemail => return None,
            Outcome::Answered => self.talk.from?,
            _ => self.ended,
        };
        Some(seconds(self.client.sought, until))
    }

    /// The call as it goes out; none where an id cannot be one.
    pub(crate) fn finish(&self, tenant: Option<&str>) -> Option<FinishedCall> {
        let ending = self.ending();
        let raw = phone_of(self.scene, self.client);
        let (began, ended) = self.span();
        let mut record = CallRecord::new(
            call_id(self.scene, self.client.key)?,
            self.client.direction,
            self.rules.party(raw),
            moment(began),
            ending.outcome,
        )
        .with_ended_at(moment(ended));
        if let Some(talk) = ending.talk {
            record = record.with_talk(talk);
        }
        if let Some(wait) = self.wait(ending.outcome) {
            record = record.with_wait(wait);
        }
        if let Some(reason) = ending.reason {
            record = record.with_reason(reason);
        }
        if let Some(line) = line_of(self.scene, self.client).and_then(|line| Line::new(line).ok()) {
            record = record.with_line(line);
        }
        for extension in rang(self.scene, Some(self.client), self.rules) {
            if let Ok(extension) = Extension::new(&extension) {
                record = record.with_rang(extension);
            }
        }
        let talked = self.talked(ending.outcome);
        for person in &talked {
            if let Ok(name) = Extension::new(person.name()) {
                record = record.with_talked_with(name);
            }
        }
        let mut transferred_to = None;
        if ending.outcome.is_answered()
            && let Some(attempt) = transfer(&self.view())
        {
            let to = attempt
                .to
                .as_ref()
                .and_then(|to| Extension::new(to.name()).ok());
            if attempt.result == TransferResult::Accepted {
                transferred_to.clone_from(&to);
            }
            record = record.with_transfer(Transfer {
                mode: attempt.mode,
                result: Some(attempt.result),
                to,
            });
        }
        for leg in self.legs() {
            record = record.with_leg(leg);
        }
        let first = |extensions: bool| {
            let spells = self.talk.spells.iter();
            let people = spells.filter_map(|spell| person(self.scene, spell.who, self.rules));
            people
                .chain(talked.iter().cloned())
                .find(|person| person.extension().is_some() == extensions)
                .and_then(|person| Extension::new(person.name()).ok())
        };
        Some(FinishedCall {
            record,
            tenant: tenant.map(Into::into),
            answered_by: first(true),
            answered_by_mobile: first(false),
            transferred_to,
            recording: recording(self.scene, self.client.key),
            raw_client: raw.map(Into::into),
        })
    }

    fn view(&self) -> View<'_> {
        View {
            scene: self.scene,
            clients: self.clients,
            client: self.client,
            talk: &self.talk,
            rules: self.rules,
        }
    }

    fn talked(&self, outcome: Outcome) -> Vec<Person> {
        let talked = talkers(self.scene, self.client, &self.talk, self.rules);
        if !talked.is_empty() || !outcome.is_answered() {
            return talked.into_vec();
        }
        // Only the hangup arrived; it may still name one who answered.
        let report = self
            .scene
            .plan
            .as_deref()
            .and_then(|plan| plan.report_of(self.client.key));
        let named = report.and_then(|report| report.extensions.first());
        named
            .filter(|named| self.rules.is_extension(named))
            .map(|named| Person::Extension(named.clone()))
            .into_iter()
            .collect()
    }

    /// When it began and ended. Where events were lost, the PBX's own clock tells.
    fn span(&self) -> (Micros, Micros) {
        let report = self
            .scene
            .plan
            .as_deref()
            .filter(|plan| plan.arrivals.is_empty() && plan.dials.is_empty())
            .and_then(|plan| plan.report_of(self.client.key));
        let unseen = !self.own().any(Channel::was_bridged);
        match report {
            Some(report) if unseen => {
                let ended = report.ended.unwrap_or(self.ended);
                (report.began.unwrap_or(self.client.began).min(ended), ended)
            }
            _ => (self.client.began, self.ended.max(self.client.began)),
        }
    }

    fn legs(&self) -> Vec<LegRecord> {
        let call = self.scene.channel(self.client.key);
        let client_side = self.client.channels.as_slice();
        let caller = caller(self.scene, self.client, self.rules)
            .and_then(|caller| Extension::new(&caller).ok());
        let mut legs: Vec<(Micros, LegRecord)> = Vec::new();
        for (at, channel) in self.scene.all() {
            let Some((from, to)) = self.ends(at, channel, client_side, caller.as_ref()) else {
                continue;
            };
            // Some CRMs put a prefix and a slash in front of ids.
            let Ok(id) = LegId::new(channel.id.replace('/', "-")) else {
                continue;
            };
            let answered = match channel.dial.as_deref().and_then(|dial| dial.end) {
                Some((_, end)) if end != DialEnd::Answered => None,
                _ => channel.answered_at(),
            };
            let left = self.scene.stays(at).pop().and_then(|stay| stay.to);
            let over = channel.dial.as_deref().and_then(|dial| dial.end);
            let ended = channel
                .hung_at()
                .or(left)
                .or(over.map(|(at, _)| at))
                .map_or(self.ended, |at| at.min(self.ended));
            legs.push((
                channel.first_at,
                LegRecord {
                    id,
                    from,
                    to,
                    answered_at: answered.map(moment),
                    ended_at: Some(moment(ended)),
                    recording: None,
                },
            ));
        }
        if call.is_none() {
            return Vec::new();
        }
        legs.sort_by_key(|(at, _)| *at);
        legs.into_iter().map(|(_, leg)| leg).collect()
    }

    /// Between whom a channel was a leg of this call, if it was one.
    fn ends(
        &self,
        at: ChannelAt,
        channel: &Channel,
        client_side: &[ChannelAt],
        caller: Option<&Extension>,
    ) -> Option<(LegEnd, LegEnd)> {
        let employee = |who: &Person| {
            Extension::new(who.name()).map_or(LegEnd::UnknownEmployee, LegEnd::Employee)
        };
        if client_side.contains(&at) {
            let outbound = self.client.direction == Direction::Outbound;
            return outbound.then(|| {
                let from = caller
                    .cloned()
                    .map_or(LegEnd::UnknownEmployee, LegEnd::Employee);
                (from, LegEnd::Client)
            });
        }
        let who = person(self.scene, at, self.rules)?;
        let calls = channel.dial.as_deref().is_none_or(|dial| dial.orphan) && !self.scene.dialplan;
        if at == self.client.key || calls {
            // A phone that dialled in: it picked the call up, or is the caller.
            let heard = self.talk.spells.iter().any(|spell| spell.who == at);
            let leg_of_client = self.client.direction != Direction::Outbound && heard;
            return leg_of_client.then(|| (LegEnd::Client, employee(&who)));
        }
        let dialler = channel.dial.as_deref().and_then(|dial| dial.by);
        let from = match dialler.and_then(|by| person(self.scene, by, self.rules)) {
            Some(asking) if dialler.is_none_or(|by| !client_side.contains(&by)) => {
                employee(&asking)
            }
            _ if channel.dial.is_some() && dialler.is_none() => LegEnd::Pbx,
            _ => LegEnd::Client,
        };
        Some((from, employee(&who)))
    }
}

/// When the call ended for the client.
fn ended(scene: &Scene, client: &Client, talk: &Talk) -> Micros {
    let hung = client
        .channels
        .iter()
        .filter_map(|at| scene.channel(*at)?.hung_at())
        .max();
    let report = scene
        .plan
        .as_deref()
        .and_then(|plan| plan.report_of(client.key))
        .map(|report| report.at);
    match (talk.from, hung, talk.to) {
        (_, Some(hung), to) => to.map_or(hung, |to| hung.max(to)),
        (Some(_), None, Some(to)) => to,
        (_, None, _) => {
            let root = scene.channel(client.key).and_then(|root| root.hung_at());
            report.or(root).unwrap_or(scene.last_at)
        }
    }
}

/// The id of a call: the Linkedid its first channel began with.
pub(crate) fn call_id(scene: &Scene, key: ChannelAt) -> Option<CallId> {
    let channel = scene.channel(key)?;
    CallId::new(scene.linked(channel).unwrap_or(&channel.id)).ok()
}

/// What the PBX files the call's recording under: the first channel it was started on. A dialplan
/// names it after the call.
fn recording(scene: &Scene, key: ChannelAt) -> Option<RecordingId> {
    if scene.dialplan {
        return scene
            .channel(key)
            .map(|channel| RecordingId::new(&channel.id));
    }
    let (_, channel) = scene.recorded?;
    scene
        .channel(channel)
        .map(|channel| RecordingId::new(&channel.id))
}

/// A call between employees; none where nobody else was called.
pub(crate) fn internal(scene: &Scene, rules: &Rules, tenant: Option<&str>) -> Option<FinishedCall> {
    let people = rang(scene, None, rules);
    let caller = people.first()?;
    let plan = scene.plan.as_deref();
    let reported = plan.and_then(|plan| {
        plan.reports
            .iter()
            .find(|report| is_between_employees(report, rules))
    });
    if people.len() < 2 && reported.is_none() {
        return None;
    }
    let key = first_channel(scene, caller)?;
    let joined: Vec<(Micros, &CompactString)> = people
        .iter()
        .skip(1)
        .filter_map(|other| {
            let heard = phones_of(scene, other).find(|channel| channel.was_bridged())?;
            Some((heard.answered_at()?, other))
        })
        .collect();
    let caller_in = phones_of(scene, caller).any(Channel::was_bridged);
    let answered = caller_in && !joined.is_empty();
    let ended = scene
        .channels
        .iter()
        .filter_map(|channel| channel.hung_at())
        .chain(reported.map(|report| report.at))
        .max()
        .unwrap_or(scene.last_at);
    let dialled = || {
        let phones = scene.channels.iter();
        phones.filter(|channel| channel.peer.extension().is_some() && channel.dial.is_some())
    };
    let sought = dialled()
        .filter_map(|channel| channel.dial.as_deref().map(|dial| dial.at))
        .min()
        .unwrap_or(scene.first_at);
    let root = scene.channel(key);
    let (outcome, reason) = if answered {
        (Outcome::Answered, None)
    } else if scene.dialplan {
        let taken = reported.is_some_and(|report| report.answered == Some(true));
        if taken {
            (Outcome::Answered, None)
        } else {
            (Outcome::NoAnswer, None)
        }
    } else {
        outcome::outgoing(dialled(), root)
    };
    let first = joined.iter().map(|(at, _)| *at).min();
    let left = scene
        .all()
        .filter(|(_, channel)| channel.peer.extension() == Some(caller.as_str()))
        .filter_map(|(at, _)| scene.stays(at).pop()?.to)
        .max();
    let mut record = CallRecord::new(
        call_id(scene, key)?,
        Direction::Internal,
        Party::Extension(Extension::new(caller).ok()?),
        moment(scene.first_at),
        outcome,
    )
    .with_ended_at(moment(ended));
    match (answered, first) {
        (true, Some(first)) => {
            let talked = seconds(first, left.unwrap_or(ended));
            record = record
                .with_talk(talked.max(Seconds::new(1)))
                .with_wait(seconds(sought, first));
        }
        _ if outcome.is_answered() => {}
        _ => {
            record = record
                .with_talk(Seconds::ZERO)
                .with_wait(seconds(sought, ended))
        }
    }
    if let Some(reason) = reason {
        record = record.with_reason(reason);
    }
    for extension in &people {
        if let Ok(extension) = Extension::new(extension) {
            record = record.with_rang(extension);
        }
    }
    let mut joined = joined;
    joined.sort();
    let talked: Vec<Extension> = joined
        .iter()
        .filter(|_| answered)
        .filter_map(|(_, name)| Extension::new(name).ok())
        .collect();
    for name in &talked {
        record = record.with_talked_with(name.clone());
    }
    Some(FinishedCall {
        record,
        tenant: tenant.map(Into::into),
        answered_by: talked.first().cloned(),
        answered_by_mobile: None,
        transferred_to: None,
        recording: recording(scene, key),
        raw_client: None,
    })
}

fn phones_of<'a>(scene: &'a Scene, name: &'a str) -> impl Iterator<Item = &'a Channel> {
    let own = move |channel: &&Channel| channel.peer.extension() == Some(name);
    scene.channels.iter().filter(own)
}

fn is_between_employees(report: &Report, rules: &Rules) -> bool {
    let phone = report.phone.as_deref();
    report.kind != CallKind::Outgoing && phone.is_some_and(|phone| rules.is_extension(phone))
}

/// The channel an internal call is named after.
fn first_channel(scene: &Scene, caller: &str) -> Option<ChannelAt> {
    let own = |channel: &Channel| channel.peer.extension() == Some(caller);
    scene
        .all()
        .filter(|(_, channel)| own(channel))
        .min_by_key(|(_, channel)| (channel.dial.is_some(), channel.first_at))
        .or_else(|| scene.all().min_by_key(|(_, channel)| channel.first_at))
        .map(|(at, _)| at)
}
