//! Legs of a finished call.

use vochi_crm_core::{Direction, Extension, LegEnd, LegId, LegRecord};

use super::audibility::TalkSpan;
use super::employees::{Person, caller, person};
use super::{CallAnalysis, moment};
use crate::read::DialEnd;
use crate::scene::{Channel, ChannelAt, Micros};

impl CallAnalysis<'_> {
    /// Returns the legs in order of their start. They agree with the record on who had the client,
    /// from when and for how long.
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
            // Some CRMs add a prefix and a slash to ids.
            let Ok(id) = LegId::new(channel.id.replace('/', "-")) else {
                continue;
            };
            let mut leg = self.connection(at, channel, id, (from, to));
            if !answered && (leg.from == LegEnd::Client || leg.to == LegEnd::Client) {
                // A phone that was picked up to decline, or a line answered without a talk.
                leg.answered_at = None;
            }
            if client_side.contains(&at) || self.talk.spans.is_empty() {
                legs.push((channel.first_at, leg));
            } else if leg.from == LegEnd::Client {
                legs.push((channel.first_at, self.talk_of(at, leg)));
            } else {
                let (question, talk) = self.consultation_leg(at, leg);
                legs.push((channel.first_at, question));
                legs.extend(talk);
            }
        }
        legs.sort_by_key(|(at, _)| *at);
        legs.into_iter().map(|(_, leg)| leg).collect()
    }

    /// Builds the leg of a channel, answered when its phone was.
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

    /// Limits a client's leg to the talk: a phone that answered an offer of the call, or a
    /// consultation, was not connected yet.
    fn talk_of(&self, at: ChannelAt, leg: LegRecord) -> LegRecord {
        match self.had_client(at) {
            Some((from, to)) => {
                LegRecord { answered_at: Some(moment(from)), ended_at: Some(moment(to)), ..leg }
            }
            None => LegRecord { answered_at: None, ..leg },
        }
    }

    /// Splits a consultation leg when the colleague takes over the client.
    fn consultation_leg(
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

    /// Time range in which an employee had the client, gaps included. The first employee's range
    /// starts with the talk, the last one's ends with it: a dialplan may report either late.
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

    /// Returns the two parties of a channel's leg, if it is a leg of this call.
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
            // A phone that dialled in: it picked up the call, or is the caller.
            let talked = self.talk.spans.iter().any(|span| span.who == at);
            let leg_of_client = self.client.direction != Direction::Outbound && talked;
            return leg_of_client.then(|| (LegEnd::Client, employee(&who)));
        }
        let dialler = channel.dial.as_deref().and_then(|dial| dial.by);
        let from = match dialler.and_then(|by| person(self.scene, by, self.rules)) {
            Some(consulting) if dialler.is_none_or(|by| !client_side.contains(&by)) => {
                employee(&consulting)
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
