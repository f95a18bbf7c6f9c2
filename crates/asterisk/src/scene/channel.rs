//! One channel: a phone, a trunk or half of a Local pair, and where it was when.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Bridge, BridgeAt, ChannelAt, MOST, Micros};
use crate::peer::Peer;
use crate::read::{DialEnd, Named};

/// A channel and everything known of it. There are several to a call and many calls: it is kept small.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Channel {
    pub(crate) id: CompactString,
    pub(crate) peer: Peer,
    /// The first channel of the call it began in, among the links of its scene.
    pub(super) link: Option<u16>,
    pub(crate) first_at: Micros,
    pub(crate) dial: Option<Box<Dial>>,
    pub(crate) cause: Option<u16>,
    /// It began by dialling, instead of being dialled.
    pub(crate) calls: bool,
    /// Its far side hung up.
    pub(crate) asked: bool,
    pub(crate) message: bool,
    hung_at: Known,
    rang_at: Known,
    labels: Option<Box<Labels>>,
    holds: Option<Box<Holds>>,
    points: SmallVec<[Point; 1]>,
}

type Holds = SmallVec<[(Micros, bool); 2]>;

/// A time that may not be known, in the space of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known(Micros);

impl Known {
    const NOT: Self = Self(Micros::MIN);

    fn get(self) -> Option<Micros> {
        (self != Self::NOT).then_some(self.0)
    }

    fn at_the_earliest(&mut self, at: Micros) {
        if self.get().is_none_or(|known| at < known) {
            *self = Self(at);
        }
    }
}

/// What the PBX shows beside a channel. It changes later: the earliest word counts.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Labels {
    told_at: Micros,
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
    /// A dial's end without a beginning: pickup, or a lost event.
    pub(crate) orphan: bool,
}

/// A moment a channel came into a bridge or left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Point {
    at: Micros,
    bridge: BridgeAt,
    enters: bool,
}

/// A time in a bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stay {
    pub(crate) bridge: BridgeAt,
    pub(crate) from: Micros,
    /// None while it lasts.
    pub(crate) to: Option<Micros>,
}

pub(crate) type Stays = SmallVec<[Stay; 4]>;

impl Stay {
    pub(crate) fn holds(&self, at: Micros) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }
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

    /// Takes in what an event tells of it.
    pub(crate) fn learn(&mut self, at: Micros, named: &Named<'_>, dialplan: bool) {
        let begins = named.begins();
        // What AMI shows beside a phone that is called, or a Local channel, others show better.
        let silent = self.peer.extension().is_some() || self.peer.pair().is_some();
        let matters = dialplan || begins || !silent;
        let exten = named.exten.as_deref().filter(|exten| *exten != "s");
        let told = [named.caller.as_deref(), named.connected.as_deref(), exten];
        if !matters || told.iter().all(Option::is_none) {
            return;
        }
        let labels = self.labels.get_or_insert_with(|| {
            Box::new(Labels {
                told_at: Micros::MAX,
                caller: None,
                connected: None,
                exten: None,
            })
        });
        let earlier = at < labels.told_at;
        labels.told_at = labels.told_at.min(at);
        let take = |known: &mut Option<Box<str>>, told: Option<&str>, later_too: bool| {
            if let Some(told) = told
                && (earlier || later_too && known.is_none())
            {
                *known = Some(told.into());
            }
        };
        // A caller who hid the number at first has none, whatever the dialplan makes of it.
        let later_too = dialplan || begins && !self.calls;
        take(&mut labels.caller, named.caller.as_deref(), later_too);
        take(&mut labels.exten, exten, dialplan);
        if labels.connected.is_none() {
            labels.connected = named.connected.as_deref().map(Into::into);
        }
    }

    /// Who calls, as its first event said.
    pub(crate) fn caller(&self) -> Option<&str> {
        self.labels.as_deref()?.caller.as_deref()
    }

    /// Who is on the other side, as its first event said.
    pub(crate) fn connected(&self) -> Option<&str> {
        self.labels.as_deref()?.connected.as_deref()
    }

    /// What was dialled, as its first event said.
    pub(crate) fn exten(&self) -> Option<&str> {
        self.labels.as_deref()?.exten.as_deref()
    }

    /// When it was hung up.
    pub(crate) fn hung_at(&self) -> Option<Micros> {
        self.hung_at.get()
    }

    /// When it was first known to ring.
    pub(crate) fn rang_at(&self) -> Option<Micros> {
        self.rang_at.get()
    }

    pub(crate) fn ring(&mut self, at: Micros) {
        self.rang_at.at_the_earliest(at);
    }

    /// The attempt to reach it, begun by whatever tells of it first.
    pub(crate) fn dial_mut(&mut self, at: Micros) -> &mut Dial {
        self.dial.get_or_insert_with(|| {
            Box::new(Dial {
                at,
                by: None,
                string: None,
                end: None,
                orphan: true,
            })
        })
    }

    pub(crate) fn enter(&mut self, bridge: BridgeAt, at: Micros) {
        self.point(bridge, at, true);
    }

    pub(crate) fn leave(&mut self, bridge: BridgeAt, at: Micros) {
        self.point(bridge, at, false);
    }

    fn point(&mut self, bridge: BridgeAt, at: Micros, enters: bool) {
        let new = Point { at, bridge, enters };
        if self.points.len() >= MOST || self.points.contains(&new) {
            return;
        }
        let place = self.points.partition_point(|known| known.at <= at);
        self.points.insert(place, new);
    }

    /// When it was in which bridge, in order. A channel is in one bridge at a time: coming into
    /// another one leaves the one before.
    pub(crate) fn stays(&self, bridges: &[Bridge]) -> Stays {
        let mut stays = Stays::new();
        let mut open: Option<(BridgeAt, Micros)> = None;
        let mut rest: SmallVec<[Point; 8]> = SmallVec::from_slice(&self.points);
        let mut next = 0;
        while let Some(now) = rest.get(next).map(|point| point.at) {
            // Of several points of one time, first the one that fits.
            let fits = |point: &Point| match open {
                Some((bridge, _)) => !point.enters && point.bridge == bridge,
                None => point.enters,
            };
            let same_time = rest.iter().skip(next).take_while(|point| point.at == now);
            let place = same_time.clone().position(fits).unwrap_or(0);
            rest.swap(next, next + place);
            let Some(point) = rest.get(next).copied() else {
                break;
            };
            next += 1;
            match (point.enters, open) {
                (true, Some((bridge, _))) if bridge == point.bridge => {}
                (true, Some((bridge, from))) => {
                    stays.push(close(bridge, from, point.at));
                    open = Some((point.bridge, point.at));
                }
                (true, None) => open = Some((point.bridge, point.at)),
                (false, Some((bridge, from))) if bridge == point.bridge => {
                    stays.push(close(bridge, from, point.at));
                    open = None;
                }
                // It left a bridge nobody saw it in: it was there at least for a moment.
                (false, _) => {
                    if !stays.iter().any(|stay| stay.bridge == point.bridge) {
                        if let Some((bridge, from)) = open.take() {
                            stays.push(close(bridge, from, point.at));
                        }
                        stays.push(close(point.bridge, point.at, point.at));
                    }
                }
            }
        }
        if let Some((bridge, from)) = open {
            stays.push(Stay {
                bridge,
                from,
                to: None,
            });
        }
        for stay in &mut stays {
            let emptied = bridges
                .get(usize::from(stay.bridge))
                .map(|bridge| bridge.emptied.as_slice())
                .unwrap_or_default();
            let emptied = emptied.iter().copied().filter(|end| *end > stay.from);
            let first_end = emptied.chain(self.hung_at()).min();
            if let Some(end) = first_end
                && stay.to.is_none_or(|to| end < to)
            {
                stay.to = Some(end.max(stay.from));
            }
        }
        stays
    }

    /// Whether it was ever in a bridge.
    pub(crate) fn was_bridged(&self) -> bool {
        !self.points.is_empty()
    }

    pub(crate) fn hold(&mut self, at: Micros, held: bool) {
        let holds = self.holds.get_or_insert_default();
        if !holds.contains(&(at, held)) && holds.len() < MOST {
            let place = holds.partition_point(|(known, _)| *known <= at);
            holds.insert(place, (at, held));
        }
    }

    fn held(&self) -> &[(Micros, bool)] {
        self.holds
            .as_deref()
            .map(SmallVec::as_slice)
            .unwrap_or_default()
    }

    /// Whether it keeps its other side on hold at that time.
    pub(crate) fn holds_at(&self, at: Micros) -> bool {
        let until = self.held().iter().take_while(|(known, _)| *known <= at);
        until.last().is_some_and(|(_, held)| *held)
    }

    /// Whether it keeps its other side on hold. Whoever comes into a bridge again took it back.
    pub(crate) fn holds_now(&self) -> bool {
        let entered = self
            .points
            .iter()
            .filter(|point| point.enters)
            .map(|point| point.at)
            .max();
        let holds =
            |(at, held): &(Micros, bool)| *held && entered.is_none_or(|entered| entered <= *at);
        self.hung_at().is_none() && self.held().last().is_some_and(holds)
    }

    /// It was answered, as far as anybody said.
    pub(crate) fn answered_at(&self) -> Option<Micros> {
        self.dial
            .as_deref()
            .and_then(|dial| dial.end)
            .filter(|(_, end)| *end == DialEnd::Answered)
            .map(|(at, _)| at)
            .or_else(|| {
                self.points
                    .iter()
                    .find(|point| point.enters)
                    .map(|point| point.at)
            })
    }

    /// Whether it rings now, or was answered and is not connected yet.
    pub(crate) fn rings_now(&self) -> bool {
        let rings_on = |dial: &Dial| dial.end.is_none_or(|(_, end)| end == DialEnd::Answered);
        self.rang_at().is_some()
            && self.hung_at().is_none()
            && self.points.is_empty()
            && self.dial.as_deref().is_none_or(rings_on)
    }

    pub(crate) fn hang(&mut self, at: Micros, cause: Option<u16>) {
        self.hung_at.at_the_earliest(at);
        self.cause = self.cause.or(cause);
    }

    /// Keeps of its moments only the last coming into that bridge.
    pub(super) fn forget_but(&mut self, bridge: Option<BridgeAt>) {
        let last = self
            .points
            .iter()
            .rfind(|point| point.enters && Some(point.bridge) == bridge)
            .copied();
        self.points = last.into_iter().collect();
        self.holds = None;
    }

    pub(super) fn moved_bridges(&mut self, places: &[BridgeAt]) {
        for point in &mut self.points {
            if let Some(place) = places.get(usize::from(point.bridge)) {
                point.bridge = *place;
            }
        }
    }
}

fn close(bridge: BridgeAt, from: Micros, to: Micros) -> Stay {
    Stay {
        bridge,
        from,
        to: Some(to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stays(points: &[(i64, u16, bool)]) -> Vec<(u16, i64, Option<i64>)> {
        let mut channel = Channel::new("1.1", 0);
        for (at, bridge, enters) in points {
            channel.point(*bridge, *at, *enters);
        }
        let stays = channel.stays(&[]);
        stays
            .iter()
            .map(|stay| (stay.bridge, stay.from, stay.to))
            .collect()
    }

    #[test]
    fn order_and_repetition_of_facts_do_not_matter() {
        let tidy = stays(&[(1, 0, true), (5, 0, false), (6, 1, true), (9, 1, false)]);
        assert_eq!(tidy, [(0, 1, Some(5)), (1, 6, Some(9))]);
        let shuffled = stays(&[
            (9, 1, false),
            (6, 1, true),
            (1, 0, true),
            (6, 1, true),
            (5, 0, false),
        ]);
        assert_eq!(shuffled, tidy);
    }

    #[test]
    fn coming_into_another_bridge_leaves_the_one_before() {
        let seen = stays(&[(1, 0, true), (5, 1, true), (6, 0, false)]);
        assert_eq!(
            seen,
            [(0, 1, Some(5)), (1, 5, None)],
            "a late leave changes nothing"
        );
    }

    #[test]
    fn leaving_an_unseen_bridge_proves_having_been_there() {
        let seen = stays(&[(1, 0, true), (7, 1, false)]);
        assert_eq!(seen, [(0, 1, Some(7)), (1, 7, Some(7))]);
    }
}
