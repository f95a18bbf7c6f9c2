//! Removal of channels that a scene no longer needs.

use super::{BridgeAt, ChannelAt, CompactString, Scene};

impl Scene {
    /// Removes all but the open channels and their bridges, after all clients were recorded. An
    /// agent may stay connected all day.
    pub(crate) fn prune(&mut self) {
        let keep: Vec<bool> =
            self.channels.iter().map(|channel| channel.hung_at().is_none()).collect();
        let mut current_bridge: Vec<Option<BridgeAt>> =
            (0_u16..).take(self.channels.len()).map(|at| self.current_bridge(at)).collect();
        self.moves.clear();
        self.recorded.clear();
        self.live.clear();
        self.freed = None;
        self.had_clients = true;
        self.retain_channels(&keep);
        let mut kept = keep.iter();
        current_bridge.retain(|_| kept.next().copied().unwrap_or(true));
        self.retain_bridges(&current_bridge);
    }

    /// Removes the channels not to keep, and their links.
    pub(crate) fn retain_channels(&mut self, keep: &[bool]) {
        let places = new_places(keep);
        let place = |at: ChannelAt| places.get(usize::from(at)).copied().flatten();
        let mut kept = keep.iter();
        self.channels.retain(|_| kept.next().copied().unwrap_or(true));
        for dial in self.channels.iter_mut().filter_map(|channel| channel.dial.as_deref_mut()) {
            dial.by = dial.by.and_then(place);
        }
        self.recorded.retain(|(_, channel)| moved(channel, place));
        self.moves.retain_mut(|found| moved(&mut found.by, place));
        self.live.retain(|live| moved(&mut live.key, place));
        if let Some(freed) = &mut self.freed {
            freed.rings.retain_mut(|ring| ring.client.as_mut().is_none_or(|at| moved(at, place)));
        }
        if let Some(plan) = &mut self.plan {
            plan.arrivals.retain(|arrival| moved(&mut arrival.channel, place));
            plan.dials.retain_mut(|dial| moved(&mut dial.channel, place));
            plan.reports.retain_mut(|report| moved(&mut report.channel, place));
        }
        self.retain_links();
    }

    fn retain_links(&mut self) {
        let mut links = smallvec::SmallVec::<[CompactString; 1]>::new();
        for channel in &mut self.channels {
            let Some(link) = channel.link.and_then(|link| self.links.get(usize::from(link))) else {
                continue;
            };
            let known = links.iter().position(|known| known == link);
            let place = known.unwrap_or_else(|| {
                links.push(link.clone());
                links.len() - 1
            });
            channel.link = u16::try_from(place).ok();
        }
        self.links = links;
    }

    /// Removes empty bridges, and the bridge history except the last entry into the others.
    fn retain_bridges(&mut self, current_bridge: &[Option<BridgeAt>]) {
        let used: Vec<bool> = (0_u16..)
            .take(self.bridges.len())
            .map(|bridge| current_bridge.contains(&Some(bridge)))
            .collect();
        let bridges: Vec<BridgeAt> =
            new_places(&used).into_iter().map(|place| place.unwrap_or(BridgeAt::MAX)).collect();
        for (channel, at) in self.channels.iter_mut().zip(current_bridge) {
            channel.keep_last_entry(*at);
            channel.renumber_bridges(&bridges);
        }
        let mut kept = used.iter();
        self.bridges.retain(|_| kept.next().copied().unwrap_or(true));
        for bridge in &mut self.bridges {
            bridge.emptied.clear();
        }
    }
}

/// Renumbers a channel reference. Returns false if the channel was removed.
fn moved(at: &mut ChannelAt, place: impl Fn(ChannelAt) -> Option<ChannelAt>) -> bool {
    let new = place(*at);
    *at = new.unwrap_or(*at);
    new.is_some()
}

/// New position of each kept item.
fn new_places(keep: &[bool]) -> Vec<Option<ChannelAt>> {
    let mut next = 0;
    keep.iter()
        .map(|kept| {
            kept.then(|| {
                let place = next;
                next += 1;
                place
            })
        })
        .collect()
}
