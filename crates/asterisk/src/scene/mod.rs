//! A scene: related channels of a PBX, and the facts about them.
//!
//! A scene only stores facts. They may be added in any order and more than once; each has its own
//! time. `analysis` derives the calls from all of them.

mod channel;
mod freed_attempts;
mod join;
mod live;
mod plan;
mod prune;
mod stays;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

pub(crate) use channel::Channel;
pub(crate) use freed_attempts::{Attempts, FreedAttempts, FreedRing};
pub(crate) use live::{Live, LiveState, Lookup, Names, distinct};
pub(crate) use plan::{Arrival, Plan, PlanDial, Report};
pub(crate) use stays::{Stay, Stays};

use crate::hash;
use crate::read::BridgeKind;

/// Microseconds since 1970, as the host gave them.
pub(crate) type Micros = i64;

/// One second.
pub(crate) const SECOND: Micros = 1_000_000;

/// Position of a channel in its scene.
pub(crate) type ChannelAt = u16;

/// Position of a bridge in its scene.
pub(crate) type BridgeAt = u16;

/// Most channels in a scene that only ring. Events about further ones are dropped.
pub(crate) const MAX_ATTEMPTS: usize = 1_000;

/// Most channels and most bridges of one scene.
pub(crate) const MAX_CHANNELS: usize = 2 * MAX_ATTEMPTS;

/// Most facts of one kind about one channel, bridge or scene.
const MAX_FACTS: usize = 250;

/// Number of channels at which finished ring attempts are evicted.
pub(crate) const EVICTION_START: usize = 128;

/// A bridge, by the hash of its id; unique within a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BridgeId(u64);

impl BridgeId {
    /// The call's own bridge, where a dialplan does not name it.
    pub(crate) const UNNAMED: Self = Self(0);

    pub(crate) fn of(id: &str) -> Self {
        Self(hash::of(&[id.as_bytes()]) | 1)
    }

    pub(crate) fn key(self) -> u64 {
        self.0
    }
}

/// Namespace of ids: one tenant of one PBX, by the hash of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Scope(u64);

impl Scope {
    pub(crate) fn of(tenant: Option<&str>) -> Self {
        Self(match tenant {
            None => hash::of(&[&[0]]),
            Some(tenant) => hash::of(&[&[1], tenant.as_bytes()]),
        })
    }

    pub(crate) fn key(self) -> u64 {
        self.0
    }
}

/// Related channels of a PBX, and the facts about them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Scene {
    pub(crate) scope: Scope,
    pub(crate) tenant: Option<Box<str>>,
    pub(crate) channels: Vec<Channel>,
    /// The calls its channels began in, each by the id of its first channel.
    pub(crate) links: SmallVec<[CompactString; 1]>,
    pub(crate) bridges: Vec<Bridge>,
    pub(crate) first_at: Micros,
    pub(crate) last_at: Micros,
    pub(crate) moves: Vec<Move>,
    /// When and on which channels recordings were started.
    pub(crate) recorded: SmallVec<[(Micros, ChannelAt); 1]>,
    /// It had clients whose records were emitted and whose channels were removed.
    pub(crate) had_clients: bool,
    /// Its events come from a dialplan: incomplete and delayed.
    pub(crate) dialplan: bool,
    /// Facts from the dialplan's own events.
    pub(crate) plan: Option<Box<Plan>>,
    /// Live state of each client's call.
    pub(crate) live: SmallVec<[Live; 1]>,
    /// Totals of evicted ring attempts.
    pub(crate) freed: Option<Box<FreedAttempts>>,
    pub(crate) crowd: Limits,
}

/// Limits of a scene.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Limits {
    /// Number of channels at which the next eviction starts.
    pub(crate) at: u16,
    /// Time of the last eviction.
    pub(crate) relieved_at: Micros,
    /// Facts were dropped: the record may be incomplete.
    pub(crate) incomplete: bool,
    /// An event was dropped since the tracker last checked.
    pub(crate) dropped: bool,
}

/// A bridge: its channels hear each other.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Bridge {
    pub(crate) id: BridgeId,
    pub(crate) kind: BridgeKind,
    /// Times at which it was certainly empty.
    pub(crate) emptied: Vec<Micros>,
}

/// A transfer that the PBX reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Move {
    pub(crate) at: Micros,
    pub(crate) how: MoveKind,
    /// The transferring channel.
    pub(crate) by: ChannelAt,
    /// The destination, as the PBX wrote it.
    pub(crate) to: Option<CompactString>,
}

/// Kinds of transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum MoveKind {
    Blind,
    Attended,
    /// The employee consulted a colleague in a separate call that was not joined.
    #[serde(rename = "Asked")]
    Consultation {
        answered: bool,
    },
}

impl Scene {
    pub(crate) fn new(scope: Scope, tenant: Option<&str>, at: Micros) -> Self {
        Self {
            scope,
            tenant: tenant.map(Into::into),
            channels: Vec::new(),
            links: SmallVec::new(),
            bridges: Vec::new(),
            first_at: at,
            last_at: at,
            moves: Vec::new(),
            recorded: SmallVec::new(),
            had_clients: false,
            dialplan: false,
            plan: None,
            live: SmallVec::new(),
            freed: None,
            crowd: Limits {
                at: u16::try_from(EVICTION_START).unwrap_or(u16::MAX),
                relieved_at: Micros::MIN,
                incomplete: false,
                dropped: false,
            },
        }
    }

    /// Records that a fact was dropped.
    pub(crate) fn drop_fact(&mut self) {
        self.crowd.incomplete = true;
        self.crowd.dropped = true;
    }

    /// Extends the time range of the scene.
    pub(crate) fn touch(&mut self, at: Micros) {
        self.first_at = self.first_at.min(at);
        self.last_at = self.last_at.max(at);
    }

    /// Returns true if an outside party's record was emitted.
    pub(crate) fn had_client(&self) -> bool {
        self.had_clients || self.live.iter().any(Live::is_recorded)
    }

    pub(crate) fn channel(&self, at: ChannelAt) -> Option<&Channel> {
        self.channels.get(usize::from(at))
    }

    pub(crate) fn find(&self, id: &str) -> Option<ChannelAt> {
        let position = self.channels.iter().position(|channel| channel.id == id)?;
        u16::try_from(position).ok()
    }

    /// Returns the channel with that id, creating it; `None` if the scene has `most` channels
    /// without it.
    pub(crate) fn channel_mut(
        &mut self,
        id: &str,
        at: Micros,
        most: usize,
    ) -> Option<(ChannelAt, &mut Channel)> {
        let position = match self.channels.iter().position(|channel| channel.id == id) {
            Some(position) => position,
            None if self.channels.len() < most => {
                // Calls have few channels: spare capacity would be most of the memory.
                self.channels.reserve_exact(1);
                self.channels.push(Channel::new(id, at));
                self.channels.len() - 1
            }
            None => {
                self.drop_fact();
                return None;
            }
        };
        let channel = self.channels.get_mut(position)?;
        channel.first_at = channel.first_at.min(at);
        Some((u16::try_from(position).ok()?, channel))
    }

    /// Records the call that a channel began in.
    pub(crate) fn link(&mut self, at: ChannelAt, linked: &str) {
        let known = self.links.iter().position(|known| known == linked);
        let place = known.unwrap_or_else(|| {
            self.links.push(linked.into());
            self.links.len() - 1
        });
        if let Some(channel) = self.channels.get_mut(usize::from(at)) {
            channel.link = u16::try_from(place).ok();
        }
    }

    /// The id of the first channel of the call a channel began in.
    pub(crate) fn linked(&self, channel: &Channel) -> Option<&str> {
        let place = usize::from(channel.link?);
        self.links.get(place).map(CompactString::as_str)
    }

    pub(crate) fn bridge(&mut self, id: BridgeId) -> Option<BridgeAt> {
        let position = match self.bridges.iter().position(|bridge| bridge.id == id) {
            Some(position) => position,
            None if self.bridges.len() < MAX_CHANNELS => {
                self.bridges.reserve_exact(1);
                self.bridges.push(Bridge { id, kind: BridgeKind::Talk, emptied: Vec::new() });
                self.bridges.len() - 1
            }
            None => {
                self.drop_fact();
                return None;
            }
        };
        u16::try_from(position).ok()
    }

    pub(crate) fn kind(&self, bridge: BridgeAt) -> BridgeKind {
        self.bridges.get(usize::from(bridge)).map_or(BridgeKind::Talk, |bridge| bridge.kind)
    }

    /// Records that a bridge was empty at that time.
    pub(crate) fn empty(&mut self, bridge: BridgeAt, at: Micros) {
        let bridge = self.bridges.get_mut(usize::from(bridge));
        let kept = bridge.is_none_or(|bridge| push_fact(&mut bridge.emptied, at));
        if !kept {
            self.drop_fact();
        }
    }

    pub(crate) fn add_move(&mut self, found: Move) {
        if push_fact(&mut self.moves, found) {
            self.moves.sort_by_key(|known| known.at);
        } else {
            self.drop_fact();
        }
    }

    /// Records the start of a recording on a channel.
    pub(crate) fn record(&mut self, at: Micros, channel: ChannelAt) {
        if !self.recorded.contains(&(at, channel)) {
            if self.recorded.len() < MAX_FACTS {
                self.recorded.push((at, channel));
            } else {
                self.drop_fact();
            }
        }
    }

    pub(crate) fn plan_mut(&mut self) -> &mut Plan {
        self.plan.get_or_insert_default()
    }

    /// Returns the stays of a channel in bridges.
    pub(crate) fn stays(&self, at: ChannelAt) -> Stays {
        self.channel(at).map(|channel| channel.stays(&self.bridges)).unwrap_or_default()
    }

    /// The bridge a channel is in now.
    pub(crate) fn current_bridge(&self, at: ChannelAt) -> Option<BridgeAt> {
        let last = self.stays(at).pop()?;
        last.to.is_none().then_some(last.bridge)
    }

    /// The other half of a Local channel.
    pub(crate) fn other_half(&self, at: ChannelAt) -> Option<ChannelAt> {
        let pair = self.channel(at)?.peer.pair()?;
        self.all()
            .find(|(other, channel)| *other != at && channel.peer.pair() == Some(pair))
            .map(|(other, _)| other)
    }

    /// All channels with their positions.
    pub(crate) fn all(&self) -> impl Iterator<Item = (ChannelAt, &Channel)> {
        (0_u16..).zip(&self.channels)
    }
}

/// Adds a fact once. Returns false if the limit is reached.
fn push_fact<T: PartialEq>(facts: &mut Vec<T>, fact: T) -> bool {
    if facts.contains(&fact) {
        return true;
    }
    let room = facts.len() < MAX_FACTS;
    if room {
        facts.push(fact);
    }
    room
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channel_and_scene_stay_small() {
        assert!(
            size_of::<Channel>() <= 160,
            "{} bytes for every channel of every open call",
            size_of::<Channel>()
        );
        assert!(size_of::<Scene>() <= 480, "{} bytes", size_of::<Scene>());
    }
}
