//! Scenes that outlive their calls: an agent who stays connected, colleagues who talk on.

use super::{BridgeAt, ChannelAt, Scene};

impl Scene {
    /// Forgets everything but the channels that are still there and the bridges they are in, after the
    /// records of all its clients went out.
    pub(crate) fn prune(&mut self) {
        let keep: Vec<bool> = self
            .channels
            .iter()
            .map(|channel| channel.hung_at().is_none())
            .collect();
        let places = new_places(&keep);
        let whereabouts: Vec<Option<BridgeAt>> = (0_u16..)
            .take(self.channels.len())
            .map(|at| self.whereabouts(at))
            .collect();
        let used: Vec<bool> = (0_u16..)
            .take(self.bridges.len())
            .map(|bridge| {
                let mut there = whereabouts.iter().zip(&keep);
                there.any(|(at, kept)| *kept && *at == Some(bridge))
            })
            .collect();
        let bridges: Vec<BridgeAt> = new_places(&used)
            .into_iter()
            .map(|place| place.unwrap_or(BridgeAt::MAX))
            .collect();
        for (channel, at) in self.channels.iter_mut().zip(&whereabouts) {
            channel.forget_but(*at);
            channel.moved_bridges(&bridges);
            if let Some(dial) = channel.dial.as_deref_mut() {
                dial.by = dial
                    .by
                    .and_then(|by| places.get(usize::from(by)).copied().flatten());
            }
        }
        let mut kept = keep.iter();
        self.channels
            .retain(|_| kept.next().copied().unwrap_or(true));
        let mut kept = used.iter();
        self.bridges
            .retain(|_| kept.next().copied().unwrap_or(true));
        for bridge in &mut self.bridges {
            bridge.emptied.clear();
        }
        self.moves.clear();
        self.recorded.clear();
        self.live.clear();
        self.had_clients = true;
    }
}

/// Where each of the kept ones will be.
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
