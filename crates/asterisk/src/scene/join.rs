//! Joining of two scenes of one call.

use super::{BridgeAt, ChannelAt, Scene};

impl Scene {
    /// Adds all facts of another scene.
    pub(crate) fn join(&mut self, mut other: Self) {
        self.touch(other.first_at);
        self.touch(other.last_at);
        self.dialplan |= other.dialplan;
        self.had_clients |= other.had_clients;
        self.crowd.incomplete |= other.crowd.incomplete;
        self.crowd.dropped |= other.crowd.dropped;
        let bridges: Vec<BridgeAt> = other
            .bridges
            .iter()
            .map(|bridge| {
                let place = self.bridge(bridge.id).unwrap_or(BridgeAt::MAX);
                if let Some(mine) = self.bridges.get_mut(usize::from(place)) {
                    if bridge.kind != super::BridgeKind::Talk {
                        mine.kind = bridge.kind;
                    }
                    mine.emptied.extend(&bridge.emptied);
                }
                place
            })
            .collect();
        let shift = ChannelAt::try_from(self.channels.len()).unwrap_or(ChannelAt::MAX);
        let moved = |at: ChannelAt| at.saturating_add(shift);
        let links: Vec<u16> = other
            .links
            .iter()
            .map(|linked| {
                let known = self.links.iter().position(|known| known == linked);
                let place = known.unwrap_or_else(|| {
                    self.links.push(linked.clone());
                    self.links.len() - 1
                });
                u16::try_from(place).unwrap_or(u16::MAX)
            })
            .collect();
        self.channels.reserve_exact(other.channels.len());
        for mut channel in other.channels.drain(..) {
            channel.renumber_bridges(&bridges);
            channel.link = channel.link.and_then(|link| links.get(usize::from(link)).copied());
            if let Some(by) = channel.dial.as_deref_mut().and_then(|dial| dial.by.as_mut()) {
                *by = moved(*by);
            }
            self.channels.push(channel);
        }
        for (at, channel) in other.recorded {
            self.recorded.push((at, moved(channel)));
        }
        for mut found in other.moves {
            found.by = moved(found.by);
            self.add_move(found);
        }
        let mut complete = true;
        if let Some(plan) = other.plan {
            let mine = self.plan_mut();
            for mut arrival in plan.arrivals {
                arrival.channel = moved(arrival.channel);
                mine.arrive(arrival);
            }
            for mut dial in plan.dials {
                dial.channel = moved(dial.channel);
                complete &= mine.dial(dial);
            }
            for mut report in plan.reports {
                report.channel = moved(report.channel);
                mine.report(report);
            }
        }
        if !complete {
            self.drop_fact();
        }
        if let Some(freed) = other.freed {
            self.freed.get_or_insert_default().join(*freed, moved);
        }
        for mut live in other.live {
            live.key = moved(live.key);
            self.live.push(live);
        }
    }
}
