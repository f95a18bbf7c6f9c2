//! Everything that hangs together on a PBX: the channels of a call, and what happened to them.
//!
//! A scene only remembers. Facts may be added in any order and more than once: each stands with its
//! own time, and what they mean is worked out anew from all of them (`understand`).

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

/// A second of them.
pub(crate) const SECOND: Micros = 1_000_000;

/// The place of a channel in its scene.
pub(crate) type ChannelAt = u16;

/// The place of a bridge in its scene.
pub(crate) type BridgeAt = u16;

/// The most channels of one scene that only ring. Beyond it, events about further ones are dropped.
pub(crate) const MOST_ATTEMPTS: usize = 1_000;

/// The most channels and bridges of one scene.
pub(crate) const MOST: usize = 2 * MOST_ATTEMPTS;

/// The most facts of one kind about one channel, bridge or scene.
const MOST_FACTS: usize = 250;

/// With so many channels, a scene is relieved of ring attempts that are over.
pub(crate) const CROWDED: usize = 128;

/// A bridge, by the hash of its id: two of one call do not have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BridgeId(u64);

impl BridgeId {
    /// The one a listener does not name: the call's own.
    pub(crate) const UNNAMED: Self = Self(0);

    pub(crate) fn of(id: &str) -> Self {
        Self(hash::of(&[id.as_bytes()]) | 1)
    }

    pub(crate) fn key(self) -> u64 {
        self.0
    }
}

/// What ids are unique in: one tenant of one PBX, by the hash of its name.
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

/// Everything that hangs together on a PBX.
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
    /// When recordings were begun, and on which channels.
    pub(crate) recorded: SmallVec<[(Micros, ChannelAt); 1]>,
    /// It had clients whose records are out, and whose channels are forgotten.
    pub(crate) had_clients: bool,
    /// A dialplan's listener tells of it: only part of what happens is sent, and late.
    pub(crate) dialplan: bool,
    /// What a dialplan said of it.
    pub(crate) plan: Option<Box<Plan>>,
    /// What was told of each client's call while it lived.
    pub(crate) live: SmallVec<[Live; 1]>,
    /// What is known of ring attempts whose channels were freed.
    pub(crate) freed: Option<Box<FreedAttempts>>,
    pub(crate) crowd: Capacity,
}

/// How a scene keeps within its bounds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Capacity {
    /// With so many channels, it is looked through for ring attempts to free.
    pub(crate) at: u16,
    /// When it was last looked through for them.
    pub(crate) relieved_at: Micros,
    /// Facts found no room: the record may be incomplete.
    pub(crate) incomplete: bool,
    /// An event was dropped since the tracker last looked.
    pub(crate) dropped: bool,
}

/// Where channels hear each other.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Bridge {
    pub(crate) id: BridgeId,
    pub(crate) kind: BridgeKind,
    /// When it surely held nobody.
    pub(crate) emptied: Vec<Micros>,
}

/// A passing on of the call that the PBX told of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Move {
    pub(crate) at: Micros,
    pub(crate) how: MoveKind,
    /// The channel that passes the client on.
    pub(crate) by: ChannelAt,
    /// Where to, as the PBX wrote it.
    pub(crate) to: Option<CompactString>,
}

/// How a call is passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum MoveKind {
    Blind,
    Attended,
    /// The employee asked a colleague in a call of its own, which was not joined.
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
            crowd: Capacity {
                at: u16::try_from(CROWDED).unwrap_or(u16::MAX),
                relieved_at: Micros::MIN,
                incomplete: false,
                dropped: false,
            },
        }
    }

    /// Notes that a fact found no room.
    pub(crate) fn drop_fact(&mut self) {
        self.crowd.incomplete = true;
        self.crowd.dropped = true;
    }

    /// Notes that something happened at that time.
    pub(crate) fn touch(&mut self, at: Micros) {
        self.first_at = self.first_at.min(at);
        self.last_at = self.last_at.max(at);
    }

    /// Returns true if an outside party's record went out.
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

    /// The channel of that id, added if it is new; none if the scene has `most` channels without it.
    pub(crate) fn channel_mut(
        &mut self,
        id: &str,
        at: Micros,
        most: usize,
    ) -> Option<(ChannelAt, &mut Channel)> {
        let position = match self.channels.iter().position(|channel| channel.id == id) {
            Some(position) => position,
            None if self.channels.len() < most => {
                // Calls have few channels; room for more than there are would be most of the memory.
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

    /// Notes in which call a channel began.
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
            None if self.bridges.len() < MOST => {
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

    /// Notes that a bridge holds no channel at that time.
    pub(crate) fn empty(&mut self, bridge: BridgeAt, at: Micros) {
        let bridge = self.bridges.get_mut(usize::from(bridge));
        let kept = bridge.is_none_or(|bridge| push_fact(&mut bridge.emptied, at));
        if !kept {
            self.drop_fact();
        }
    }

    pub(crate) fn note_move(&mut self, found: Move) {
        if push_fact(&mut self.moves, found) {
            self.moves.sort_by_key(|known| known.at);
        } else {
            self.drop_fact();
        }
    }

    /// Notes that a recording began on a channel.
    pub(crate) fn record(&mut self, at: Micros, channel: ChannelAt) {
        if !self.recorded.contains(&(at, channel)) {
            if self.recorded.len() < MOST_FACTS {
                self.recorded.push((at, channel));
            } else {
                self.drop_fact();
            }
        }
    }

    pub(crate) fn plan_mut(&mut self) -> &mut Plan {
        self.plan.get_or_insert_default()
    }

    /// When a channel was in which bridge.
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

    /// Every channel with its place.
    pub(crate) fn all(&self) -> impl Iterator<Item = (ChannelAt, &Channel)> {
        (0_u16..).zip(&self.channels)
    }
}

/// Adds a fact, once. Returns false if there are as many as are kept.
fn push_fact<T: PartialEq>(facts: &mut Vec<T>, fact: T) -> bool {
    if facts.contains(&fact) {
        return true;
    }
    let room = facts.len() < MOST_FACTS;
    if room {
        facts.push(fact);
    }
    room
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_stays_small() {
        assert!(
            size_of::<Channel>() <= 160,
            "{} bytes for every channel of every open call",
            size_of::<Channel>()
        );
        assert!(size_of::<Scene>() <= 480, "{} bytes", size_of::<Scene>());
    }
}
