//! Outside parties of a scene; each has its own call.

use smallvec::SmallVec;
use vochi_crm_core::Direction;

use crate::peer::{Half, Peer};
use crate::read::{BridgeKind, CallKind};
use crate::rules::{Rules, same_number};
use crate::scene::{Channel, ChannelAt, Micros, MoveKind, Plan, PlanDial, Scene};

/// One outside party of a scene.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// The channel that names the call: the client's own, or the one that dialled it.
    pub(crate) key: ChannelAt,
    pub(crate) direction: Direction,
    /// The client's own channels; several if lines were tried in turn.
    pub(crate) channels: SmallVec<[ChannelAt; 2]>,
    /// When the call began.
    pub(crate) began: Micros,
    /// When the client was first dialled, or arrived.
    pub(crate) sought: Micros,
}

pub(crate) type Clients = SmallVec<[Client; 1]>;

/// Returns the outside parties of a scene.
pub(crate) fn clients(scene: &Scene, rules: &Rules) -> Clients {
    let found = match &scene.plan {
        Some(plan) => planned(scene, plan, rules),
        None => Clients::new(),
    };
    if !found.is_empty() {
        return found;
    }
    if scene.dialplan { clients_from_bridges(scene) } else { connected(scene) }
}

/// Returns true if the channel belongs to an employee: a phone, or a mobile the call was forwarded
/// to.
pub(crate) fn is_employee(scene: &Scene, clients: &[Client], at: ChannelAt) -> bool {
    match scene.channel(at).map(|channel| &channel.peer) {
        Some(Peer::Employee(_)) => true,
        Some(Peer::Line(_)) => !clients.iter().any(|client| client.channels.contains(&at)),
        _ => false,
    }
}

/// Finds clients by AMI's channels: lines that called in or were dialled.
fn connected(scene: &Scene) -> Clients {
    let mut clients = Clients::new();
    for (at, channel) in scene.all() {
        if channel.peer.is_line() && arrives(scene, channel) {
            clients.push(Client {
                key: at,
                direction: Direction::Inbound,
                channels: SmallVec::from_slice(&[at]),
                began: channel.first_at,
                sought: channel.first_at,
            });
        }
    }
    let mut dialled: SmallVec<[Dialled; 4]> = scene
        .all()
        .filter(|(_, channel)| channel.peer.is_line())
        .filter_map(|(line, channel)| {
            let at = channel.dial.as_deref()?.at;
            let mut root = root(scene, line)?;
            if root.channel == line
                && !channel.is_dialled_by_pbx()
                && let Some((caller, _)) = calling_employee(scene)
            {
                // The dial event was lost; an employee of this call dialled it.
                root.channel = caller;
            }
            Some(Dialled { at, line, root })
        })
        .collect();
    dialled.sort_by_key(|one| (one.at, one.line));
    if clients.is_empty() && dialled.is_empty() {
        clients.extend(reached(scene));
    }
    for one in &dialled {
        if is_first_called(one, &dialled) {
            continue;
        }
        let root = one.root.channel;
        if let Some(known) = clients
            .iter_mut()
            .find(|client| client.key == root && client.direction == Direction::Outbound)
        {
            known.channels.push(one.line);
            continue;
        }
        if !clients.is_empty() && !is_call_of_its_own(scene, root, one.line) {
            continue;
        }
        clients.push(Client {
            key: root,
            direction: Direction::Outbound,
            channels: SmallVec::from_slice(&[one.line]),
            began: scene.channel(root).map_or(one.at, |channel| channel.first_at.min(one.at)),
            sought: one.at,
        });
    }
    clients
}

/// A line that was dialled.
struct Dialled {
    at: Micros,
    line: ChannelAt,
    root: Root,
}

/// The first channel of a chain of dials.
#[derive(Clone, Copy)]
struct Root {
    channel: ChannelAt,
    /// The half of the Local channel that the PBX itself dialled.
    half: Option<Half>,
}

/// Returns true for the line the PBX called first, to connect it with a second one. It belongs to
/// the company, as an employee's phone does in a click-to-call. Either it dialled the second line,
/// or it was reached by the far half of a Local channel whose near half did.
fn is_first_called(one: &Dialled, dialled: &[Dialled]) -> bool {
    dialled.iter().filter(|other| other.line != one.line).any(|other| {
        let halves = (one.root.half, other.root.half) == (Some(Half::Two), Some(Half::One));
        other.root.channel == one.line || halves && other.root.channel == one.root.channel
    })
}

/// Finds the line of an employee's outgoing call whose dial events were all lost.
fn reached(scene: &Scene) -> Option<Client> {
    let (key, caller) = calling_employee(scene)?;
    let (line, channel) =
        scene.all().find(|(_, channel)| channel.peer.is_line() && channel.was_bridged())?;
    Some(Client {
        key,
        direction: Direction::Outbound,
        channels: SmallVec::from_slice(&[line]),
        began: caller.first_at,
        sought: channel.first_at,
    })
}

/// The employee's channel that placed a call.
fn calling_employee(scene: &Scene) -> Option<(ChannelAt, &Channel)> {
    let mut all = scene.all();
    all.find(|(_, channel)| channel.calls && channel.peer.extension().is_some())
}

/// Returns true if a line called in, instead of being dialled.
fn arrives(scene: &Scene, channel: &Channel) -> bool {
    match &channel.dial {
        Some(dial) => dial.orphan && channel.calls,
        None => channel.calls || scene.linked(channel) == Some(channel.id.as_str()),
    }
}

/// Returns the first channel of the dials that led to this one; `None` if an existing client's
/// channel dialled it, which is a forwarded call.
fn root(scene: &Scene, of: ChannelAt) -> Option<Root> {
    let root = |channel, half| Some(Root { channel, half });
    let mut at = of;
    // Chains of forwards and Local channels; the bound guards against a cycle in a broken stream.
    for _ in 0..16 {
        let channel = scene.channel(at)?;
        let dialler = |channel: &Channel| channel.dial.as_deref().and_then(|dial| dial.by);
        let half = match channel.peer {
            Peer::Local { half, .. } => Some(half),
            _ => None,
        };
        let next = match (half, dialler(channel)) {
            (_, Some(dialler)) => dialler,
            (Some(Half::Two), None) => match scene.other_half(at) {
                Some(other) => match scene.channel(other).and_then(dialler) {
                    Some(by) => by,
                    None => return root(other, half),
                },
                None => return root(at, None),
            },
            // The PBX itself dialled it first.
            (half, None) => return root(at, half),
        };
        let dialler = scene.channel(next)?;
        if dialler.peer.is_line() && !dialler.is_dialled_by_pbx() {
            return None;
        }
        at = next;
    }
    None
}

/// Returns true if a dialled outside party is a separate call in a scene that already has a client.
/// One that was consulted and took over the client is part of that client's call; one in the same
/// conference is not.
fn is_call_of_its_own(scene: &Scene, root: ChannelAt, at: ChannelAt) -> bool {
    let Some(first) = scene.channel(root) else {
        return false;
    };
    let separate = match first.peer {
        Peer::Employee(_) => first.calls,
        _ => first.is_dialled_by_pbx(),
    };
    let employee = |at: ChannelAt| scene.channel(at).and_then(|one| one.peer.extension());
    let handed_over = employee(root).is_some()
        && scene
            .moves
            .iter()
            .any(|found| found.how == MoveKind::Attended && employee(found.by) == employee(root));
    let in_a_room = |at: ChannelAt| {
        let stays = scene.stays(at);
        stays.iter().any(|stay| scene.kind(stay.bridge) == BridgeKind::Conference)
    };
    separate && !handed_over && (in_a_room(at) || in_a_room(root))
}

/// Finds clients by the dialplan's own events.
fn planned(scene: &Scene, plan: &Plan, rules: &Rules) -> Clients {
    let mut clients = Clients::new();
    let inbound = |key: ChannelAt, at: Micros| Client {
        key,
        direction: Direction::Inbound,
        channels: SmallVec::from_slice(&[key]),
        began: at,
        sought: at,
    };
    for arrival in &plan.arrivals {
        let dialled =
            plan.dials.iter().filter(|dial| dial.channel == arrival.channel).map(|dial| dial.at);
        let at = dialled.chain([arrival.at]).min().unwrap_or(arrival.at);
        clients.push(inbound(arrival.channel, at));
    }
    let outside = |phone: Option<&str>, line: Option<&str>| match phone {
        Some(phone) => rules.is_outside(phone),
        None => line.is_some(),
    };
    if clients.is_empty() {
        for dial in &plan.dials {
            let incoming = matches!(dial.kind, CallKind::Incoming | CallKind::Unspecified)
                && outside(dial.phone.as_deref(), dial.line.as_deref());
            if incoming && !clients.iter().any(|client| client.key == dial.channel) {
                clients.push(inbound(dial.channel, dial.at));
            }
        }
    }
    if clients.is_empty()
        && let Some(dial) = plan.dials.iter().find(|dial| is_outgoing(dial, rules))
    {
        let phone = dial.phone.as_deref().unwrap_or_default();
        clients.push(outbound(scene, dial.channel, phone, dial.at));
    }
    if clients.is_empty() {
        for report in &plan.reports {
            let phone = report.phone.as_deref();
            if !outside(phone, report.line.as_deref()) {
                continue;
            }
            let began = scene.first_at;
            // A mobile leg names the client where an outgoing call names the employee.
            if report.extensions.iter().any(|one| rules.is_outside(one))
                || plan.dials.iter().any(|dial| dial.channel == report.channel)
            {
                continue;
            }
            match report.kind {
                CallKind::Outgoing => {
                    clients.push(outbound(scene, report.channel, phone.unwrap_or_default(), began));
                }
                // A transfer turns the hangup of an incoming call into an internal one; a call
                // between employees has no start time and no outside number.
                CallKind::Internal if report.began.is_none() => {}
                _ => clients.push(inbound(report.channel, began)),
            }
            if !clients.is_empty() {
                break;
            }
        }
    }
    clients
}

/// Returns true if the dialplan dials an outside party for an employee.
pub(crate) fn is_outgoing(dial: &PlanDial, rules: &Rules) -> bool {
    // A short number dialled over a line, such as a taxi service, is not an extension.
    let outside = |phone: &str| rules.is_outside(phone) || dial.line.is_some();
    dial.kind == CallKind::Outgoing
        && dial.phone.as_deref().is_some_and(outside)
        && dial.extensions.first().is_some_and(|first| rules.employee(first).is_some())
}

fn outbound(scene: &Scene, key: ChannelAt, phone: &str, at: Micros) -> Client {
    let own = scene.all().filter(|(at, channel)| {
        *at != key
            && channel.peer.is_line()
            && channel.caller().is_some_and(|caller| same_number(caller, phone))
    });
    Client {
        key,
        direction: Direction::Outbound,
        channels: own.map(|(at, _)| at).collect(),
        began: at,
        sought: at,
    }
}

/// Finds clients of a dialplan that sent bridge events only: the dialling side has a number in
/// `Exten`.
fn clients_from_bridges(scene: &Scene) -> Clients {
    let line = scene.all().find(|(_, channel)| channel.peer.is_line() && channel.was_bridged());
    let Some((at, channel)) = line else {
        return Clients::new();
    };
    let caller = scene
        .all()
        .find(|(_, channel)| channel.peer.extension().is_some() && channel.exten().is_some());
    match (channel.exten().is_some(), caller) {
        (false, Some((key, caller))) => SmallVec::from_iter([Client {
            key,
            direction: Direction::Outbound,
            channels: SmallVec::from_slice(&[at]),
            began: caller.first_at.min(channel.first_at),
            sought: caller.first_at.min(channel.first_at),
        }]),
        _ => SmallVec::from_iter([Client {
            key: at,
            direction: Direction::Inbound,
            channels: SmallVec::from_slice(&[at]),
            began: channel.first_at,
            sought: channel.first_at,
        }]),
    }
}
