//! The connections a finished call was made of.

use vochi_crm_core::{Direction, Extension, LegEnd, LegId, LegRecord};

use super::people::{Person, caller, person};
use super::{Story, moment};
use crate::read::DialEnd;
use crate::scene::{Channel, ChannelAt, Micros};

impl Story<'_> {
    pub(super) fn legs(&self) -> Vec<LegRecord> {
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
