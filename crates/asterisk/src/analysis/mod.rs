//! Derives calls from the facts of a scene. Stateless: the same facts give the same call, in any
//! order of arrival.

pub(crate) mod audibility;
pub(crate) mod employees;
mod internal;
mod legs;
pub(crate) mod numbers;
pub(crate) mod outcome;
pub(crate) mod parties;
pub(crate) mod termination;
mod transfer;

use std::time::Duration;

use vochi_crm_core::{
    CallEvent, CallId, CallRecord, Direction, EventKind, Extension, Line, Outcome, Reason, Seconds,
    Timestamp, Transfer, TransferResult, Warning, WarningKind,
};

use self::audibility::{Talk, talk};
use self::employees::{Person, person, rang, talkers};
pub(crate) use self::internal::internal;
use self::numbers::{line_of, phone_of};
use self::parties::Client;
use self::transfer::{View, transfer};
use crate::finished::{FinishedCall, RecordingId};
use crate::rules::Rules;
use crate::scene::{Channel, ChannelAt, Micros, Scene};

pub(crate) fn moment(at: Micros) -> Timestamp {
    Timestamp::from_unix_micros(at)
}

fn seconds(from: Micros, to: Micros) -> Seconds {
    let micros = u64::try_from(to.saturating_sub(from)).unwrap_or_default();
    Seconds::rounded(Duration::from_micros(micros))
}

/// Outcome, reason and talk time of a call for a client.
pub(crate) struct Ending {
    pub(crate) outcome: Outcome,
    pub(crate) reason: Option<Reason>,
    pub(crate) talk: Option<Seconds>,
}

/// Analysis of a client's call at the current time.
pub(crate) struct CallAnalysis<'a> {
    scene: &'a Scene,
    clients: &'a [Client],
    client: &'a Client,
    rules: &'a Rules,
    talk: Talk,
    /// When it ended for the client; without an observed end, the time of its last event.
    ended: Micros,
    end_observed: bool,
}

impl<'a> CallAnalysis<'a> {
    pub(crate) fn new(
        scene: &'a Scene,
        clients: &'a [Client],
        client: &'a Client,
        rules: &'a Rules,
    ) -> Self {
        let talk = talk(scene, clients, client);
        let end = end(scene, client, &talk);
        Self {
            scene,
            clients,
            client,
            rules,
            talk,
            ended: end.unwrap_or(scene.last_at),
            end_observed: end.is_some(),
        }
    }

    pub(crate) fn ending(&self) -> Ending {
        let reported = self.reported_answered();
        if let Some(from) = self.talk.from {
            let to = self.talk.to.or(self.end_observed.then_some(self.ended));
            return Ending {
                outcome: Outcome::Answered,
                reason: None,
                talk: to.map(|to| seconds(from, to.max(from)).max(Seconds::new(1))),
            };
        }
        if reported || self.talk.proved {
            return Ending { outcome: Outcome::Answered, reason: None, talk: None };
        }
        let message = self.client.direction == Direction::Inbound
            && self.own().any(|channel| channel.message);
        let (outcome, reason) = if message {
            (Outcome::Voicemail, None)
        } else {
            outcome::unanswered(self.scene, self.client)
        };
        Ending { outcome, reason, talk: Some(Seconds::ZERO) }
    }

    /// The end of the call as a live event.
    pub(crate) fn end(&self, at: Micros) -> Option<CallEvent> {
        let ending = self.ending();
        let kind = EventKind::Ended {
            outcome: Some(ending.outcome),
            reason: ending.reason,
            talk: ending.talk,
        };
        Some(CallEvent::new(call_id(self.scene, self.client.key)?, moment(at), kind))
    }

    fn own(&self) -> impl Iterator<Item = &'a Channel> {
        let scene = self.scene;
        self.client.channels.iter().filter_map(move |at| scene.channel(*at))
    }

    /// Returns true if the dialplan reported an answer although no talk was observed.
    fn reported_answered(&self) -> bool {
        let plan = self.scene.plan.as_deref();
        let report = plan.and_then(|plan| plan.report_of(self.client.key));
        report.is_some_and(|report| report.answered == Some(true))
    }

    fn wait(&self, outcome: Outcome) -> Option<Seconds> {
        let until = match outcome {
            Outcome::Voicemail => return None,
            Outcome::Answered => self.talk.from?,
            _ if self.end_observed => self.ended,
            _ => return None,
        };
        Some(seconds(self.client.sought, until))
    }

    /// Builds the finished call; `None` if its id is invalid.
    pub(crate) fn finish(&self) -> Option<FinishedCall> {
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
        let talked_with_client = |name: &str| {
            let mut spans = self.talk.spans.iter();
            spans.any(|span| {
                let who = person(self.scene, span.who, self.rules);
                who.is_some_and(|who| who.name() == name)
            })
        };
        for extension in
            rang(self.scene, Some(self.client), self.clients, self.rules, talked_with_client)
        {
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
            let to = attempt.to.as_ref().and_then(|to| Extension::new(to.name()).ok());
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
        record = with_warnings(record, self.scene);
        let first = |extensions: bool| {
            let spans = self.talk.spans.iter();
            let people = spans.filter_map(|span| person(self.scene, span.who, self.rules));
            people
                .chain(talked.iter().cloned())
                .find(|person| person.extension().is_some() == extensions)
                .and_then(|person| Extension::new(person.name()).ok())
        };
        Some(FinishedCall {
            record,
            tenant: self.scene.tenant.clone(),
            answered_by: first(true),
            answered_by_mobile: first(false),
            transferred_to,
            recording: recording(self.scene, self.client.key, self.clients),
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
        // Only the hangup arrived; it may still name the answering employee.
        let report = self.scene.plan.as_deref().and_then(|plan| plan.report_of(self.client.key));
        let named = report.and_then(|report| report.extensions.first());
        named
            .and_then(|named| self.rules.employee(named))
            .map(Person::Extension)
            .into_iter()
            .collect()
    }

    /// Start and end of the call. With lost events, the timestamps of the PBX count.
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
}

/// Adds warnings about uncertain parts of a record.
fn with_warnings(mut record: CallRecord, scene: &Scene) -> CallRecord {
    let mut warnings = Vec::new();
    if record.outcome().is_answered() && record.talk().is_none() {
        let text = "was answered, but its talk time is unknown: its answer or end was not observed";
        warnings.push((WarningKind::TalkUnknown, text.to_owned()));
    }
    if scene.crowd.incomplete {
        let text = "exceeded the limit of channels or events: its record may be incomplete";
        warnings.push((WarningKind::IncompleteRecord, text.to_owned()));
    }
    if let Some(freed) = &scene.freed {
        let attempts = freed.attempts.all;
        let text = format!("had many ring attempts: {attempts} of them are missing in its legs");
        warnings.push((WarningKind::IncompleteRecord, text));
    }
    for (kind, text) in warnings {
        let text = format!("call {} {text}", record.call_id());
        record = record.with_warning(Warning::new(kind, text));
    }
    record
}

/// When the call ended for the client; `None` if no event shows it.
fn end(scene: &Scene, client: &Client, talk: &Talk) -> Option<Micros> {
    let own = client.channels.iter().filter_map(|at| scene.channel(*at));
    let hung = own.filter_map(Channel::hung_at).max();
    match (talk.from, hung, talk.to) {
        (_, Some(hung), to) => Some(to.map_or(hung, |to| hung.max(to))),
        (Some(_), None, Some(to)) => Some(to),
        (_, None, _) => {
            let report = scene.plan.as_deref().and_then(|plan| plan.report_of(client.key));
            let root = scene.channel(client.key).and_then(Channel::hung_at);
            report.map(|report| report.at).or(root)
        }
    }
}

/// The id of a call: the Linkedid its first channel began with.
pub(crate) fn call_id(scene: &Scene, key: ChannelAt) -> Option<CallId> {
    let channel = scene.channel(key)?;
    CallId::new(scene.linked(channel).unwrap_or(&channel.id)).ok()
}

/// The id of the call's recording: the first channel it was started on. A dialplan names it after
/// the call.
fn recording(scene: &Scene, key: ChannelAt, clients: &[Client]) -> Option<RecordingId> {
    if scene.dialplan {
        return scene.channel(key).map(|channel| RecordingId::new(&channel.id));
    }
    // With several calls in a scene, each has the recording started in it.
    let call = |at: ChannelAt| scene.channel(at).and_then(|channel| scene.linked(channel));
    let (_, channel) = scene
        .recorded
        .iter()
        .filter(|(_, channel)| clients.len() < 2 || call(*channel) == call(key))
        .min()?;
    scene.channel(*channel).map(|channel| RecordingId::new(&channel.id))
}
