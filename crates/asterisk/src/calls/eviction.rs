//! Eviction of finished ring attempts: a queue may ring the same phones for hours.

use super::CallTracker;
use super::index::{Name, SceneAt};
use crate::analysis::employees::{ring_of, rings_for};
use crate::analysis::outcome::{count_attempt, deciding_channels};
use crate::analysis::parties::Client;
use crate::peer::Peer;
use crate::scene::{
    Channel, ChannelAt, EVICTION_START, FreedAttempts, FreedRing, MAX_ATTEMPTS, Micros, SECOND,
    Scene,
};

/// An attempt that never rang counts as finished after this time: its end was lost.
const LOST_END_AFTER: Micros = 180 * SECOND;

/// Shortest time between two evictions in one scene.
const EVICTION_INTERVAL: Micros = SECOND;

/// How long the id of an evicted attempt is remembered, so that a late event does not reopen it.
const REMEMBERED_FOR: Micros = 60 * SECOND;

impl CallTracker {
    /// Evicts finished ring attempts from a scene over its capacity. Keeps the channels of clients,
    /// channels that were bridged, and channels that placed a call.
    pub(super) fn evict_attempts(
        &mut self,
        scene: &mut Scene,
        at: SceneAt,
        clients: &[Client],
        now: Micros,
    ) {
        if scene.dialplan || now < scene.crowd.relieved_at.saturating_add(EVICTION_INTERVAL) {
            return;
        }
        scene.crowd.relieved_at = now;
        let full = scene.channels.len() >= MAX_ATTEMPTS;
        let late = if full { 0 } else { self.timeouts.reorder };
        let over = |channel: &Channel| {
            if let Some(hung) = channel.hung_at() {
                return hung + late <= now;
            }
            let dialled = channel.dial.as_deref().map_or(channel.first_at, |dial| dial.at);
            channel.rang_at().is_none() && dialled + LOST_END_AFTER <= now
        };
        let keep = needed(scene, clients, over);
        if keep.contains(&false) {
            self.free(scene, at, clients, &keep, now);
        }
        let room = (2 * scene.channels.len()).clamp(EVICTION_START, MAX_ATTEMPTS);
        scene.crowd.at = u16::try_from(room).unwrap_or(u16::MAX);
    }

    fn free(
        &mut self,
        scene: &mut Scene,
        at: SceneAt,
        clients: &[Client],
        keep: &[bool],
        now: Micros,
    ) {
        self.unindex(at, scene);
        let mut freed = scene.freed.take().unwrap_or_default();
        let free = (0_u16..).zip(&scene.channels).zip(keep).filter(|(_, keep)| !**keep);
        for ((place, channel), _) in free {
            count(&mut freed, scene, clients, place, channel);
            if channel.hung_at().is_some() {
                let name = Name::channel(scene.scope, &channel.id);
                self.closed.add(name, now.saturating_add(REMEMBERED_FOR));
            }
        }
        scene.freed = Some(freed);
        scene.retain_channels(keep);
        self.index_scene(at, scene);
    }
}

/// Adds an evicted attempt to the totals of the call.
fn count(
    freed: &mut FreedAttempts,
    scene: &Scene,
    clients: &[Client],
    at: ChannelAt,
    channel: &Channel,
) {
    if let (Some(who), Some(since)) = (channel.peer.extension(), ring_of(scene, channel)) {
        let mut rang = |client| {
            freed.rang(FreedRing { at: since, who: who.into(), client });
        };
        if clients.len() < 2 {
            rang(None);
        } else {
            let own = |client: &&Client| rings_for(scene, clients, client, at, |_| true);
            clients.iter().filter(own).for_each(|client| rang(Some(client.key)));
        }
    }
    count_attempt(&mut freed.attempts, channel);
}

/// Returns which channels of a scene must stay: all but finished ring attempts.
fn needed(scene: &Scene, clients: &[Client], over: impl Fn(&Channel) -> bool) -> Vec<bool> {
    let attempt = |channel: &Channel| {
        let makes_a_call = channel.calls && channel.peer.pair().is_none();
        !channel.was_bridged() && !channel.message && !makes_a_call && over(channel)
    };
    let mut keep: Vec<bool> = scene.channels.iter().map(|channel| !attempt(channel)).collect();
    let mut protect = |at: ChannelAt| {
        if let Some(keep) = keep.get_mut(usize::from(at)) {
            *keep = true;
        }
    };
    for client in clients {
        protect(client.key);
        deciding_channels(scene, client).into_iter().for_each(&mut protect);
    }
    scene.live.iter().for_each(|live| protect(live.key));
    scene.recorded.iter().for_each(|(_, at)| protect(*at));
    scene.moves.iter().for_each(|found| protect(found.by));
    // Keep the dialling channels of every kept channel, through chains of Local channels.
    let mut waiting: Vec<ChannelAt> =
        scene.all().zip(&keep).filter(|(_, keep)| **keep).map(|((at, _), _)| at).collect();
    while let Some(at) = waiting.pop() {
        let dialler = scene.channel(at).and_then(|channel| channel.dial.as_deref()?.by);
        let local =
            scene.channel(at).is_some_and(|channel| matches!(channel.peer, Peer::Local { .. }));
        let other = if local { scene.other_half(at) } else { None };
        for at in dialler.into_iter().chain(other) {
            if let Some(keep) = keep.get_mut(usize::from(at)).filter(|keep| !**keep) {
                *keep = true;
                waiting.push(at);
            }
        }
    }
    keep
}
