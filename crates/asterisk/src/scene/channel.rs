//! One channel: a phone, a trunk or half of a Local pair, with its bridge history.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::stays::{Point, Stays, stays};
use super::{Bridge, BridgeAt, ChannelAt, MAX_FACTS, Micros};
use crate::peer::Peer;
use crate::read::{ChannelRef, DialEnd};

/// A channel and its known facts. Kept small: every open call has several.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Channel {
    pub(crate) id: CompactString,
    pub(crate) peer: Peer,
    /// Index into the scene's links: the first channel of the call it began in.
    pub(super) link: Option<u16>,
    pub(crate) first_at: Micros,
    pub(crate) dial: Option<Box<Dial>>,
    pub(crate) cause: Option<u16>,
    /// It placed a call, instead of being dialled.
    pub(crate) calls: bool,
    /// Its far side requested the hangup.
    pub(crate) asked: bool,
    pub(crate) message: bool,
    hung_at: Known,
    rang_at: Known,
    labels: Option<Box<Labels>>,
    holds: Option<Box<Holds>>,
    points: SmallVec<[Point; 1]>,
}

type Holds = SmallVec<[(Micros, bool); 2]>;

/// Optional time in the size of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known(Micros);

impl Known {
    const NOT: Self = Self(Micros::MIN);

    fn get(self) -> Option<Micros> {
        (self != Self::NOT).then_some(self.0)
    }

    fn set_min(&mut self, at: Micros) {
        if self.get().is_none_or(|known| at < known) {
            *self = Self(at);
        }
    }
}

/// Caller and dialled numbers of a channel. They change later: the earliest values count.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Labels {
    #[serde(rename = "told_at")] // quoted
    seen_at: Micros,
    caller: Option<Box<str>>,
    connected: Option<Box<str>>,
    exten: Option<Box<str>>,
}

/// An attempt to reach a channel.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Dial {
    pub(crate) at: Micros,
    pub(crate) by: Option<ChannelAt>,
    pub(crate) string: Option<Box<str>>,
    pub(crate) end: Option<(Micros, DialEnd)>,
    /// A dial end without a start: pickup, or a lost event.
    pub(crate) orphan: bool,
}

impl Channel {
    pub(super) fn new(id: &str, at: Micros) -> Self {
        Self {
            id: id.into(),
            peer: Peer::Unknown,
            link: None,
            first_at: at,
            dial: None,
            cause: None,
            calls: false,
            asked: false,
            message: false,
            hung_at: Known::NOT,
            rang_at: Known::NOT,
            labels: None,
            holds: None,
            points: SmallVec::new(),
        }
    }

    /// Stores the numbers that an event shows for the channel.
    pub(crate) fn learn(&mut self, at: Micros, named: &ChannelRef<'_>, dialplan: bool) {
        let begins = named.begins();
        // Of a dialled phone or a Local channel, AMI shows numbers that other channels show better.
        let silent = self.peer.extension().is_some() || self.peer.pair().is_some();
        let matters = dialplan || begins || !silent;
        let exten = named.exten.as_deref().filter(|exten| *exten != "s");
        let values = [named.caller.as_deref(), named.connected.as_deref(), exten];
        if !matters || values.iter().all(Option::is_none) {
            return;
        }
        let labels = self.labels.get_or_insert_with(|| {
            Box::new(Labels { seen_at: Micros::MAX, caller: None, connected: None, exten: None })
        });
        let earlier = at < labels.seen_at;
        labels.seen_at = labels.seen_at.min(at);
        let take = |known: &mut Option<Box<str>>, value: Option<&str>, later_too: bool| {
            if let Some(value) = value
                && (earlier || later_too && known.is_none())
            {
                *known = Some(value.into());
            }
        };
        // A caller who hid the number has none, even if the dialplan sets one later.
        let later_too = dialplan || begins && !self.calls;
        take(&mut labels.caller, named.caller.as_deref(), later_too);
        take(&mut labels.exten, exten, later_too);
        if labels.connected.is_none() {
            labels.connected = named.connected.as_deref().map(Into::into);
        }
    }

    /// Caller number of its first event.
    pub(crate) fn caller(&self) -> Option<&str> {
        self.labels.as_deref()?.caller.as_deref()
    }

    /// Connected number of its first event.
    pub(crate) fn connected(&self) -> Option<&str> {
        self.labels.as_deref()?.connected.as_deref()
    }

    /// Dialled number of its first event.
    pub(crate) fn exten(&self) -> Option<&str> {
        self.labels.as_deref()?.exten.as_deref()
    }

    /// Time of its hangup.
    pub(crate) fn hung_at(&self) -> Option<Micros> {
        self.hung_at.get()
    }

    /// Earliest time it was known to ring.
    pub(crate) fn rang_at(&self) -> Option<Micros> {
        self.rang_at.get()
    }

    pub(crate) fn ring(&mut self, at: Micros) {
        self.rang_at.set_min(at);
    }

    /// Returns the attempt to reach it, creating it if needed.
    pub(crate) fn dial_mut(&mut self, at: Micros) -> &mut Dial {
        self.dial.get_or_insert_with(|| {
            Box::new(Dial { at, by: None, string: None, end: None, orphan: true })
        })
    }

    /// Returns true if the PBX itself dialled it, for no other channel.
    pub(crate) fn is_dialled_by_pbx(&self) -> bool {
        self.dial.as_deref().is_some_and(|dial| dial.by.is_none() && !dial.orphan)
    }

    /// Result of the attempt to reach it.
    pub(crate) fn dial_end(&self) -> Option<DialEnd> {
        self.dial.as_deref()?.end.map(|(_, end)| end)
    }

    /// Records that it entered a bridge. Returns false if an earlier entry was dropped for it.
    pub(crate) fn enter(&mut self, bridge: BridgeAt, at: Micros) -> bool {
        self.point(bridge, at, true)
    }

    /// Records that it left a bridge. Returns false if an earlier entry was dropped for it.
    pub(crate) fn leave(&mut self, bridge: BridgeAt, at: Micros) -> bool {
        self.point(bridge, at, false)
    }

    fn point(&mut self, bridge: BridgeAt, at: Micros, enters: bool) -> bool {
        let new = Point { at, bridge, enters };
        if self.points.contains(&new) {
            return true;
        }
        let full = self.points.len() >= MAX_FACTS;
        if full {
            // The first entry and the latest ones determine the duration.
            self.points.remove(1);
        }
        let place = self.points.partition_point(|known| known.at <= at);
        self.points.insert(place, new);
        !full
    }

    /// Returns its stays in bridges, in order.
    pub(crate) fn stays(&self, bridges: &[Bridge]) -> Stays {
        stays(&self.points, bridges, self.hung_at())
    }

    /// Returns true if it was ever in a bridge.
    pub(crate) fn was_bridged(&self) -> bool {
        !self.points.is_empty()
    }

    /// Records that it put its other side on hold or resumed it. Returns false if an earlier entry
    /// was dropped for it.
    pub(crate) fn hold(&mut self, at: Micros, held: bool) -> bool {
        let holds = self.holds.get_or_insert_default();
        if holds.contains(&(at, held)) {
            return true;
        }
        let full = holds.len() >= MAX_FACTS;
        if full {
            holds.remove(0);
        }
        let place = holds.partition_point(|(known, _)| *known <= at);
        holds.insert(place, (at, held));
        !full
    }

    fn held(&self) -> &[(Micros, bool)] {
        self.holds.as_deref().map(SmallVec::as_slice).unwrap_or_default()
    }

    /// Returns true if it holds its other side at that time.
    pub(crate) fn holds_at(&self, at: Micros) -> bool {
        let until = self.held().iter().take_while(|(known, _)| *known <= at);
        until.last().is_some_and(|(_, held)| *held)
    }

    /// Returns true if it holds its other side now. Entering a bridge ends the hold.
    pub(crate) fn holds_now(&self) -> bool {
        let entered = self.points.iter().filter(|point| point.enters).map(|point| point.at).max();
        let holds =
            |(at, held): &(Micros, bool)| *held && entered.is_none_or(|entered| entered <= *at);
        self.hung_at().is_none() && self.held().last().is_some_and(holds)
    }

    /// Time of its answer, from a dial end or the first bridge.
    pub(crate) fn answered_at(&self) -> Option<Micros> {
        self.dial
            .as_deref()
            .and_then(|dial| dial.end)
            .filter(|(_, end)| *end == DialEnd::Answered)
            .map(|(at, _)| at)
            .or_else(|| self.points.iter().find(|point| point.enters).map(|point| point.at))
    }

    /// Returns true if it rings now, or was answered and is not connected yet.
    pub(crate) fn rings_now(&self) -> bool {
        let rings_on = |dial: &Dial| dial.end.is_none_or(|(_, end)| end == DialEnd::Answered);
        self.rang_at().is_some()
            && self.hung_at().is_none()
            && self.points.is_empty()
            && self.dial.as_deref().is_none_or(rings_on)
    }

    pub(crate) fn hang(&mut self, at: Micros, cause: Option<u16>) {
        self.hung_at.set_min(at);
        self.cause = self.cause.or(cause);
    }

    /// Removes its bridge history except the last entry into that bridge.
    pub(super) fn keep_last_entry(&mut self, bridge: Option<BridgeAt>) {
        let last =
            self.points.iter().rfind(|point| point.enters && Some(point.bridge) == bridge).copied();
        self.points = last.into_iter().collect();
        self.holds = None;
    }

    pub(super) fn renumber_bridges(&mut self, places: &[BridgeAt]) {
        for point in &mut self.points {
            if let Some(place) = places.get(usize::from(point.bridge)) {
                point.bridge = *place;
            }
        }
    }
}
