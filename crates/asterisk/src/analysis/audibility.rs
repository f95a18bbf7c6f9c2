//! Which channels hear each other, through bridges and Local channel pairs.

use smallvec::SmallVec;

use super::parties::{Client, is_employee};
use crate::peer::Peer;
use crate::read::BridgeKind;
use crate::scene::{BridgeAt, ChannelAt, Micros, SECOND, Scene, Stay, Stays};

/// Channels of employees that a client hears.
pub(crate) type Listeners = SmallVec<[ChannelAt; 4]>;

/// Everyone a client hears.
#[derive(Debug, Default)]
pub(crate) struct Audible {
    pub(crate) people: Listeners,
    /// Channels of other clients.
    clients: Listeners,
}

/// Returns everyone a client hears, given the bridge of every channel.
pub(crate) fn audible(
    scene: &Scene,
    clients: &[Client],
    client: &Client,
    place: impl Fn(ChannelAt) -> Option<BridgeAt>,
) -> Audible {
    let mut audible = Audible::default();
    let mut seen: SmallVec<[BridgeAt; 4]> = SmallVec::new();
    let mut next: SmallVec<[BridgeAt; 4]> =
        client.channels.iter().filter_map(|at| place(*at)).collect();
    while let Some(bridge) = next.pop() {
        if seen.contains(&bridge) || scene.kind(bridge) == BridgeKind::Holding {
            continue;
        }
        seen.push(bridge);
        for (at, channel) in scene.all().filter(|(at, _)| place(*at) == Some(bridge)) {
            if is_employee(scene, clients, at) {
                audible.people.push(at);
            } else if channel.peer.is_line() {
                if !client.channels.contains(&at) {
                    audible.clients.push(at);
                }
            } else if let Some(other) = scene.other_half(at).and_then(&place) {
                next.push(other);
            }
        }
    }
    audible
}

/// A time range in which a client heard one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TalkSpan {
    pub(crate) who: ChannelAt,
    pub(crate) from: Micros,
    /// `None` while it lasts.
    pub(crate) to: Option<Micros>,
}

impl TalkSpan {
    /// Returns true if it covers a stay in a bridge, from its start or shortly after.
    pub(crate) fn covers(&self, stay: &Stay) -> bool {
        let begins = self.from <= stay.from + SECOND / 2;
        let within = stay.to.is_none_or(|end| self.from < end);
        let lasts = self.to.is_none_or(|to| to > stay.from && stay.to.is_some_and(|end| to >= end));
        begins && within && lasts
    }
}

/// Who talked with a client, and when.
#[derive(Clone, Debug, Default)]
pub(crate) struct Talk {
    /// With employees.
    pub(crate) spans: Vec<TalkSpan>,
    /// With other clients.
    pub(crate) with_clients: Vec<TalkSpan>,
    /// First moment with an employee.
    pub(crate) from: Option<Micros>,
    /// Last exit from a bridge shared with an employee; `None` while in one.
    pub(crate) to: Option<Micros>,
    /// The talk is inferred: the dialplan reported no employee's channel.
    pub(crate) unseen: bool,
    /// The client and an employee left one bridge; their entries are unknown.
    pub(crate) proved: bool,
}

/// Computes who talked with a client, and when.
pub(crate) fn talk(scene: &Scene, clients: &[Client], client: &Client) -> Talk {
    let mut stays: Vec<Stays> =
        (0_u16..).take(scene.channels.len()).map(|at| scene.stays(at)).collect();
    lengthen(&mut stays);
    let own: SmallVec<[Stay; 8]> = client
        .channels
        .iter()
        .filter_map(|at| stays.get(usize::from(*at)))
        .flatten()
        .filter(|stay| scene.kind(stay.bridge) != BridgeKind::Holding)
        .copied()
        .collect();
    if own.is_empty() {
        return Talk::default();
    }
    let mut times: Vec<Micros> =
        stays.iter().flatten().flat_map(|stay| [Some(stay.from), stay.to]).flatten().collect();
    times.sort_unstable();
    times.dedup();
    let mut talk = Talk::default();
    let mut shared: SmallVec<[bool; 8]> = SmallVec::from_elem(false, own.len());
    for at in times {
        let place = |channel: ChannelAt| {
            let stay = stays.get(usize::from(channel))?.iter().find(|stay| stay.holds(at))?;
            Some(stay.bridge)
        };
        let Audible { people, clients } = audible(scene, clients, client, place);
        follow(&mut talk.spans, &people, at);
        follow(&mut talk.with_clients, &clients, at);
        if !people.is_empty() {
            talk.from.get_or_insert(at);
            for (stay, shared) in own.iter().zip(&mut shared) {
                *shared |= stay.holds(at);
            }
        }
    }
    if talk.from.is_none() {
        talk.prove(scene, clients, &own, &stays);
    }
    if talk.from.is_none() && !talk.proved && scene.dialplan {
        // A dialplan does not report every channel: a client in a bridge is connected with an
        // employee unless a bot is there.
        let with_helper = |stay: &Stay| {
            let helpers = scene.all().filter(|(_, channel)| channel.peer == Peer::Helper);
            let mut theirs = helpers.flat_map(|(at, _)| scene.stays(at));
            theirs.any(|other| other.bridge == stay.bridge)
        };
        let apart = |stay: &&Stay| stay.to.is_none_or(|to| to > stay.from) && !with_helper(stay);
        if let Some(first) = own.iter().filter(apart).map(|stay| stay.from).min() {
            talk.from = Some(first);
            talk.unseen = true;
            shared.fill(true);
        }
    }
    let with_employees =
        || own.iter().zip(&shared).filter(|(_, shared)| **shared).map(|(stay, _)| stay);
    let left = with_employees().map(|stay| talk.left(stay));
    talk.to = left.reduce(later).flatten();
    if let (Some(from), true) = (talk.from, scene.dialplan) {
        // A dialplan stamps events up to some seconds late, each with another delay.
        let entered = with_employees().map(|stay| stay.from).min();
        talk.from = entered.filter(|entered| from - entered <= 10 * SECOND).or(talk.from);
    }
    talk
}

/// The later of two ends; `None` while one lasts.
fn later(one: Option<Micros>, other: Option<Micros>) -> Option<Micros> {
    one.zip(other).map(|(one, other)| one.max(other))
}

/// Updates the spans: at this time, exactly these channels are heard.
fn follow(spans: &mut Vec<TalkSpan>, listeners: &[ChannelAt], at: Micros) {
    for span in spans.iter_mut() {
        if span.to.is_none() && !listeners.contains(&span.who) {
            span.to = Some(at);
        }
    }
    for who in listeners {
        let open = |span: &TalkSpan| span.who == *who && span.to.is_none();
        if !spans.iter().any(open) {
            spans.push(TalkSpan { who: *who, from: at, to: None });
        }
    }
}

/// Extends stays with an unknown entry back to the first other entry into that bridge, as far as
/// the channel was in no other one.
fn lengthen(stays: &mut [Stays]) {
    let seen: Vec<Stay> = stays.iter().flatten().copied().collect();
    for own in stays {
        let mut free_from = Micros::MIN;
        for stay in own {
            if stay.to == Some(stay.from) {
                let left = stay.from;
                let others = seen.iter().filter(|other| {
                    other.bridge == stay.bridge
                        && other.from < left
                        && other.to.is_none_or(|to| to >= left - SECOND)
                });
                if let Some(first) = others.map(|other| other.from).min() {
                    stay.from = first.max(free_from);
                }
            }
            free_from = stay.to.unwrap_or(Micros::MAX);
        }
    }
}

impl Talk {
    /// End of a stay with employees for the client: its exit from the bridge, or the exit of the
    /// last employee if another client remains. `None` while it lasts.
    fn left(&self, stay: &Stay) -> Option<Micros> {
        let during = |span: &&TalkSpan| {
            span.to.is_none_or(|to| to > stay.from) && stay.to.is_none_or(|to| span.from < to)
        };
        let people = self.spans.iter().filter(during).map(|span| span.to);
        let alone = people.reduce(later).flatten();
        let joined = |alone: &Micros| {
            let mut others = self.with_clients.iter().filter(during);
            others.any(|span| span.to.is_none_or(|to| to > *alone))
        };
        match alone.filter(joined) {
            Some(alone) => Some(stay.to.map_or(alone, |to| to.min(alone))),
            None => stay.to,
        }
    }

    /// Infers a talk from two channels that left the same bridge.
    fn prove(&mut self, scene: &Scene, clients: &[Client], own: &[Stay], stays: &[Stays]) {
        for (at, theirs) in (0_u16..).zip(stays) {
            if !is_employee(scene, clients, at) {
                continue;
            }
            let shared = theirs.iter().find(|stay| {
                let mut own = own.iter();
                own.any(|mine| mine.bridge == stay.bridge && mine.to.is_some() && stay.to.is_some())
            });
            if let Some(left) = shared.and_then(|stay| stay.to) {
                self.proved = true;
                self.spans.push(TalkSpan { who: at, from: left, to: Some(left) });
            }
        }
    }
}
