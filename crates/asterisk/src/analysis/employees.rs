//! Employees of a call: whose phones rang, who talked.

use compact_str::CompactString;
use smallvec::SmallVec;
use vochi_crm_core::Direction;

use super::audibility::Talk;
use super::numbers::dialled_number;
use super::parties::Client;
use crate::peer::{Half, Peer};
use crate::read::{CallKind, DialEnd};
use crate::rules::Rules;
use crate::scene::{Channel, ChannelAt, Micros, Scene};

/// An employee in a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Person {
    /// By extension.
    Extension(CompactString),
    /// By mobile number, in E.164 if it can be parsed.
    Mobile(CompactString),
}

impl Person {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Extension(name) | Self::Mobile(name) => name,
        }
    }

    pub(crate) fn into_name(self) -> CompactString {
        match self {
            Self::Extension(name) | Self::Mobile(name) => name,
        }
    }

    pub(crate) fn extension(&self) -> Option<&str> {
        match self {
            Self::Extension(name) => Some(name),
            Self::Mobile(_) => None,
        }
    }
}

/// Returns the employee behind a channel.
pub(crate) fn person(scene: &Scene, at: ChannelAt, rules: &Rules) -> Option<Person> {
    let channel = scene.channel(at)?;
    match &channel.peer {
        Peer::Employee(extension) => Some(Person::Extension(extension.clone())),
        Peer::Line(_) => dialled_number(channel).map(|raw| Person::Mobile(rules.mobile(raw))),
        _ => None,
    }
}

/// Returns the employee who placed an outgoing call.
pub(crate) fn caller(scene: &Scene, client: &Client, rules: &Rules) -> Option<CompactString> {
    if client.direction != Direction::Outbound {
        return None;
    }
    let own = scene.channel(client.key).and_then(|channel| channel.peer.extension());
    if let Some(own) = own {
        return Some(own.into());
    }
    let plan = scene.plan.as_deref()?;
    let named =
        |extensions: &[CompactString]| extensions.iter().find_map(|one| rules.employee(one));
    plan.dials
        .iter()
        .filter(|dial| dial.channel == client.key)
        .find_map(|dial| named(&dial.extensions))
        .or_else(|| named(&plan.report_of(client.key)?.extensions))
}

/// A phone that rang.
#[derive(Clone, Debug)]
pub(crate) struct Ring {
    pub(crate) at: Micros,
    pub(crate) who: CompactString,
}

/// Returns the employees whose phones rang, in order; the calling employee first. With several
/// clients in a scene, each has its own, and the colleagues consulted about it.
pub(crate) fn rang(
    scene: &Scene,
    key: Option<&Client>,
    others: &[Client],
    rules: &Rules,
    talked_with: impl Fn(&str) -> bool,
) -> Vec<CompactString> {
    let mut rings: Vec<Ring> = Vec::new();
    let is_own =
        |at: ChannelAt| key.is_none_or(|client| rings_for(scene, others, client, at, &talked_with));
    let own_event = |channel: ChannelAt| match key {
        Some(client) => {
            let mut theirs = others.iter().filter(|other| other.key != client.key);
            theirs.all(|other| other.key != channel)
        }
        None => true,
    };
    for (place, channel) in scene.all() {
        if let Some(extension) = channel.peer.extension()
            && let Some(at) = ring_of(scene, channel)
            && is_own(place)
        {
            rings.push(Ring { at, who: extension.into() });
        }
        rings.extend(consulted_ring(channel, rules));
    }
    let freed = scene.freed.iter().flat_map(|freed| &freed.rings);
    let own_ring = |client: Option<ChannelAt>| {
        key.is_none_or(|own| client.is_none_or(|client| client == own.key))
    };
    rings.extend(
        freed
            .filter(|ring| own_ring(ring.client))
            .map(|ring| Ring { at: ring.at, who: ring.who.clone() }),
    );
    if let Some(plan) = &scene.plan {
        for dial in plan
            .dials
            .iter()
            .filter(|dial| dial.kind != CallKind::Outgoing && own_event(dial.channel))
        {
            let named = dial.extensions.iter();
            rings.extend(
                named.filter_map(|one| rules.employee(one)).map(|who| Ring { at: dial.at, who }),
            );
        }
        for report in plan.reports.iter().filter(|report| own_event(report.channel)) {
            let named = report.extensions.iter();
            rings.extend(
                named.filter_map(|one| rules.employee(one)).map(|who| Ring { at: report.at, who }),
            );
        }
    }
    rings.sort_by_key(|ring| ring.at);
    let mut order: Vec<CompactString> =
        key.and_then(|client| caller(scene, client, rules)).into_iter().collect();
    if key.is_none() {
        // The caller of an internal call comes first.
        let calls =
            |channel: &&Channel| channel.calls || (scene.dialplan && channel.exten().is_some());
        let callers = scene.channels.iter().filter(calls);
        let own = callers
            .filter_map(|channel| Some((channel.first_at, channel.peer.extension()?)))
            .min()
            .map(|(_, extension)| extension);
        order.extend(own.map(CompactString::from));
        let plan = scene.plan.as_deref();
        let caller = plan.and_then(|plan| plan.reports.first()?.phone.as_deref());
        if order.is_empty() {
            order.extend(caller.and_then(|caller| rules.employee(caller)));
        }
    }
    for ring in rings {
        if !order.contains(&ring.who) {
            order.push(ring.who);
        }
    }
    order
}

/// Returns true if a phone rings for that client: dialled by the client's call, or by an employee
/// who talks with the client.
pub(crate) fn rings_for(
    scene: &Scene,
    clients: &[Client],
    client: &Client,
    at: ChannelAt,
    talked_with: impl Fn(&str) -> bool,
) -> bool {
    if clients.len() < 2 || scene.dialplan {
        return true;
    }
    let mut at = at;
    // Chains of Local channels; the bound guards against a cycle in a broken stream.
    for _ in 0..16 {
        let dialler = |at: ChannelAt| scene.channel(at)?.dial.as_deref()?.by;
        let own = |at: ChannelAt| client.key == at || client.channels.contains(&at);
        let by = dialler(at).or_else(|| {
            let other = scene.other_half(at)?;
            dialler(other).filter(|by| *by != at)
        });
        match by {
            Some(by) if own(by) => return true,
            Some(by) => at = by,
            None => break,
        }
    }
    let asks = scene.channel(at).and_then(|channel| channel.peer.extension());
    asks.is_some_and(talked_with)
}

/// Returns when a phone rang, if it did. A dialled phone that did not ring was busy, offline or
/// forwarded.
pub(crate) fn ring_of(scene: &Scene, channel: &Channel) -> Option<Micros> {
    if scene.dialplan {
        let rang = channel.was_bridged() || channel.rang_at().is_some();
        return rang.then_some(channel.first_at);
    }
    let dial = channel.dial.as_deref().filter(|dial| !dial.orphan)?;
    let answered = matches!(dial.end, Some((_, DialEnd::Answered)));
    (channel.rang_at().is_some() || answered).then_some(dial.at)
}

/// Returns the ring of a dialplan's consultation: a Local channel named after the dialled number,
/// with the caller's id. A number that is not an extension is a mobile.
fn consulted_ring(channel: &Channel, rules: &Rules) -> Option<Ring> {
    let Peer::Local { half: Half::One, .. } = channel.peer else {
        return None;
    };
    let rings = channel.caller()?;
    let number = channel.peer.local_number()?;
    (channel.connected().is_some() && rules.is_extension(number) && rules.is_extension(rings))
        .then(|| Ring { at: channel.first_at, who: rings.into() })
}

/// Returns the employees who talked with the client, in order of their first talk; the last holder
/// comes last.
pub(crate) fn talkers(
    scene: &Scene,
    client: &Client,
    talk: &Talk,
    rules: &Rules,
) -> SmallVec<[Person; 2]> {
    let mut people: SmallVec<[Person; 2]> = SmallVec::new();
    for span in &talk.spans {
        if let Some(person) = person(scene, span.who, rules)
            && !people.contains(&person)
        {
            people.push(person);
        }
    }
    if let Some(last) = last_holder(scene, talk, rules)
        && let Some(place) = people.iter().position(|known| *known == last)
    {
        let last = people.remove(place);
        people.push(last);
    }
    if people.is_empty() && talk.unseen {
        let connected = client
            .channels
            .iter()
            .filter_map(|at| scene.channel(*at)?.connected())
            .find(|connected| rules.is_extension(connected))
            .map(CompactString::from);
        people.extend(connected.or_else(|| caller(scene, client, rules)).map(Person::Extension));
    }
    people
}

/// Returns the employee who alone had the client when the call ended.
pub(crate) fn last_holder(scene: &Scene, talk: &Talk, rules: &Rules) -> Option<Person> {
    let end = |to: Option<Micros>| to.unwrap_or(Micros::MAX);
    let last = talk.spans.iter().map(|span| end(span.to)).max()?;
    // Employees who leave within a moment of each other stayed until the end; the one who came last
    // has the client.
    let mut at_the_end: SmallVec<[(Micros, Person); 2]> = SmallVec::new();
    for span in &talk.spans {
        if last.saturating_sub(end(span.to)) <= crate::scene::SECOND / 2
            && let Some(person) = person(scene, span.who, rules)
        {
            at_the_end.push((span.from, person));
        }
    }
    at_the_end.into_iter().max_by_key(|(from, _)| *from).map(|(_, person)| person)
}
