//! The connections a finished call was made of.

use vochi_crm_core::{Direction, Extension, LegEnd, LegId, LegRecord};

use super::audibility::TalkSpan;
use super::employees::{Person, caller, person};
use super::{CallAnalysis, moment};
use crate::read::DialEnd;
use crate::scene::{Channel, ChannelAt, Micros};

impl CallAnalysis<'_> {
    /// The connections, in the order they began. They say the same as the record: who had the client,
    /// from when and how long.
    pub(super) fn legs(&self) -> Vec<LegRecord> {
        if self.scene.channel(self.client.key).is_none() {
            return Vec::new();
        }
        let client_side = self.client.channels.as_slice();
        let caller = caller(self.scene, self.client, self.rules)
            .and_then(|caller| Extension::new(&caller).ok());
        let answered = self.ending().outcome.is_answered();
        let mut legs: Vec<(Micros, LegRecord)> = Vec::new();
        for (at, channel) in self.scene.all() {
            let Some((from, to)) = self.ends(at, channel, client_side, caller.as_ref()) else {
                continue;
            };
            // Some CRMs put a prefix and a slash in front of ids.
            let Ok(id) = LegId::new(channel.id.replace('/', "-")) else {
                continue;
            };
            let mut leg = self.connection(at, channel, id, (from, to));
            if !answered && (leg.from == LegEnd::Client || leg.to == LegEnd::Client) {
                // A phone that was lifted to refuse, or a line that was answered for nobody.
                leg.answered_at = None;
            }
            if client_side.contains(&at) || self.talk.spans.is_empty() {
                legs.push((channel.first_at, leg));
            } else if leg.from == LegEnd::Client {
                legs.push((channel.first_at, self.talk_of(at, leg)));
            } else {
                let (question, talk) = self.consulted_call(at, leg);
                legs.push((channel.first_at, question));
                legs.extend(talk);
            }
        }
        legs.sort_by_key(|(at, _)| *at);
        legs.into_iter().map(|(_, leg)| leg).collect()
    }

    /// A channel as a leg: answered as its phone was.
    fn connection(
        &self,
        at: ChannelAt,
        channel: &Channel,
        id: LegId,
        (from, to): (LegEnd, LegEnd),
    ) -> LegRecord {
        let dial_end = channel.dial.as_deref().and_then(|dial| dial.end);
        let answered = match dial_end {
            Some((_, end)) if end != DialEnd::Answered => None,
            _ => channel.answered_at(),
        };
        let left = self.scene.stays(at).pop().and_then(|stay| stay.to);
        let ended = channel
            .hung_at()
            .or(left)
            .or(dial_end.map(|(at, _)| at))
            .map_or(self.ended, |at| at.min(self.ended));
        LegRecord {
            id,
            from,
            to,
            answered_at: answered.map(moment),
            ended_at: Some(moment(ended)),
            recording: None,
        }
    }

    /// A client's leg, answered while its employee had the client: a phone that heard an offer of the
    /// call, or a question about it, was answered too.
    fn talk_of(&self, at: ChannelAt, leg: LegRecord) -> LegRecord {
        match self.had_client(at) {
            Some((from, to)) => {
                LegRecord { answered_at: Some(moment(from)), ended_at: Some(moment(to)), ..leg }
            }
            None => LegRecord { answered_at: None, ..leg },
        }
    }

    /// A question to a colleague, over when the one asked has the client, and that talk.
    fn consulted_call(
        &self,
        at: ChannelAt,
        question: LegRecord,
    ) -> (LegRecord, Option<(Micros, LegRecord)>) {
        let id = LegId::new(format!("{}-client", question.id.as_str()));
        let (Some((from, to)), Ok(id)) = (self.had_client(at), id) else {
            return (question, None);
        };
        let talk = LegRecord {
            id,
            from: LegEnd::Client,
            to: question.to.clone(),
            answered_at: Some(moment(from)),
            ended_at: Some(moment(to)),
            recording: None,
        };
        let question = LegRecord {
            ended_at: question.ended_at.map(|ended| ended.min(moment(from))),
            ..question
        };
        (question, Some((from, talk)))
    }

    /// From when to when somebody had the client, with whatever was between. The first to have the
    /// client has it since the talk began, the last until it was over: the listener of a dialplan may
    /// be late with the one, and not with the other.
    fn had_client(&self, who: ChannelAt) -> Option<(Micros, Micros)> {
        let end = |to: Option<Micros>| to.unwrap_or(self.ended);
        let ends = |spans: &mut dyn Iterator<Item = &TalkSpan>| {
            spans
                .map(|span| (span.from, end(span.to)))
                .reduce(|(from, to), next| (from.min(next.0), to.max(next.1)))
        };
        let all = ends(&mut self.talk.spans.iter())?;
        let (mut from, mut to) = ends(&mut self.talk.spans.iter().filter(|it| it.who == who))?;
        if from == all.0 {
            from = self.talk.from.unwrap_or(from);
        }
        if to == all.1 {
            to = end(self.talk.to);
        }
        Some((from, to.max(from)))
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
                let from = caller.cloned().map_or(LegEnd::UnknownEmployee, LegEnd::Employee);
                (from, LegEnd::Client)
            });
        }
        let who = person(self.scene, at, self.rules)?;
        let calls = channel.dial.as_deref().is_none_or(|dial| dial.orphan) && !self.scene.dialplan;
        if at == self.client.key || calls {
            // A phone that dialled in: it picked the call up, or is the caller.
            let talked = self.talk.spans.iter().any(|span| span.who == at);
            let leg_of_client = self.client.direction != Direction::Outbound && talked;
            return leg_of_client.then(|| (LegEnd::Client, employee(&who)));
        }
        let dialler = channel.dial.as_deref().and_then(|dial| dial.by);
        let from = match dialler.and_then(|by| person(self.scene, by, self.rules)) {
            Some(consulting_call) if dialler.is_none_or(|by| !client_side.contains(&by)) => {
                employee(&consulting_call)
            }
            _ if channel.dial.is_some() && dialler.is_none() => LegEnd::Pbx,
            _ => LegEnd::Client,
        };
        let own_phone = self.client.direction == Direction::Outbound
            && from == LegEnd::Client
            && caller.is_some_and(|caller| caller.as_str() == who.name());
        (!own_phone).then(|| (from, employee(&who)))
    }
}
