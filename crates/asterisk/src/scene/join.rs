//! Two scenes that turn out to be one.

use super::{BridgeAt, ChannelAt, Scene};

impl Scene {
    /// Takes over everything another scene knows.
    pub(crate) fn join(&mut self, mut other: Self) {
        self.touch(other.first_at);
        self.touch(other.last_at);
        self.dialplan |= other.dialplan;
        let bridges: Vec<BridgeAt> = other
            .bridges
            .iter()
            .map(|bridge| {
                let place = self.bridge(&bridge.id).unwrap_or(BridgeAt::MAX);
                if let Some(mine) = self.bridges.get_mut(usize::from(place)) {
                    if bridge.kind != super::BridgeKind::Talk {
                        mine.kind = bridge.kind;
                    }
                    mine.emptied.extend(bridge.emptied.iter().copied());
                }
                place
            })
            .collect();
        let shift = ChannelAt::try_from(self.channels.len()).unwrap_or(ChannelAt::MAX);
        let moved = |at: ChannelAt| at.saturating_add(shift);
        for mut channel in other.channels.drain(..) {
            channel.moved_bridges(&bridges);
            if let Some(by) = channel
                .dial
                .as_deref_mut()
                .and_then(|dial| dial.by.as_mut())
            {
                *by = moved(*by);
            }
            self.channels.push(channel);
        }
        for mut found in other.moves {
            found.by = moved(found.by);
            self.note_move(found);
        }
        if let Some(plan) = other.plan {
            let mine = self.plan_mut();
            for mut arrival in plan.arrivals {
                arrival.channel = moved(arrival.channel);
                mine.arrive(arrival);
            }
            for mut dial in plan.dials {
                dial.channel = moved(dial.channel);
                mine.dial(dial);
            }
            for mut report in plan.reports {
                report.channel = moved(report.channel);
                mine.report(report);
            }
        }
        for mut live in other.live {
            live.key = moved(live.key);
            self.live.push(live);
        }
    }
}
