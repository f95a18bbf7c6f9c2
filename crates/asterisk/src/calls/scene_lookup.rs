//! Finds the call of a channel whose ids are not known yet.
//!
//! AMI names the call with `Linkedid` and bridges. A dialplan does not: its channels are recognised
//! by the bridge they enter, by the other half of their Local channel, or by their numbers.

use vochi_crm_core::Direction;

use super::index::{Name, SceneAt};
use super::{CallTracker, number_key};
use crate::analysis::audibility::audible;
use crate::analysis::employees::caller;
use crate::analysis::parties::{Client, clients, is_outgoing};
use crate::analysis::termination::ended_for_client_at;
use crate::peer::{Half, Peer};
use crate::read::ChannelRef;
use crate::rules::same_number;
use crate::scene::{BridgeId, Channel, ChannelAt, Micros, SECOND, Scene, Scope};

/// An employee who left the client for a consultation dials within this time.
const CONSULTS_WITHIN: Micros = 300 * SECOND;

/// A call without events for this long may be over.
const INACTIVE_AFTER: Micros = 1_800 * SECOND;

impl CallTracker {
    /// Finds the open scene of a dialplan's channel by its bridge, Local pair or numbers.
    pub(super) fn find_scene(
        &self,
        scope: Scope,
        named: &ChannelRef<'_>,
        peer: &Peer,
        bridge: Option<BridgeId>,
    ) -> Option<SceneAt> {
        let by_bridge = bridge.and_then(|bridge| self.names.get(Name::bridge(scope, bridge)));
        let by_pair = || {
            let pair = peer.pair()?;
            let at = self.names.get(Name::pair(scope, pair))?;
            let known = self.scene(at)?;
            // A third channel of a pair belongs to another pair: the PBX was restarted.
            let mut known = known.channels.iter();
            known.all(|channel| channel.peer != *peer).then_some(at)
        };
        if let Some(found) = by_bridge.or_else(by_pair) {
            return Some(found);
        }
        let caller = named.caller.as_deref();
        let connected = named.connected.as_deref();
        match peer {
            Peer::Line(_) => caller.and_then(|caller| self.sole_call_of(scope, caller)),
            Peer::Employee(_) => connected
                .filter(|other| self.rules.is_outside(other))
                .and_then(|client| self.sole_call_of(scope, client)),
            Peer::Local { half, .. } => {
                let employee = match half {
                    Half::Two => caller,
                    Half::One => connected,
                };
                let employee = employee.filter(|who| self.rules.is_extension(who));
                employee.and_then(|who| self.call_of_employee(scope, who)).or_else(|| {
                    [caller, connected]
                        .into_iter()
                        .flatten()
                        .filter(|number| self.rules.is_outside(number))
                        .find_map(|client| self.sole_call_of(scope, client))
                })
            }
            Peer::Unknown | Peer::Helper => None,
        }
    }

    /// Returns the open call of a client, if it has exactly one.
    fn sole_call_of(&self, scope: Scope, phone: &str) -> Option<SceneAt> {
        match self.clients.get(scope, &number_key(phone)) {
            [only] => Some(*only),
            _ => None,
        }
    }

    /// Finds the call of a mobile leg by its client, preferring one that rang the mobile.
    pub(super) fn forwarded_call(
        &self,
        scope: Scope,
        client: &str,
        mobile: Option<&str>,
    ) -> Option<SceneAt> {
        let open = self.clients.get(scope, &number_key(client));
        let lets_ring = |at: &&SceneAt| {
            let plan = self.scene(**at).and_then(|scene| scene.plan.as_deref());
            plan.is_some_and(|plan| {
                let named = plan.dials.iter().flat_map(|dial| &dial.extensions);
                let mut named =
                    named.filter(|one| mobile.is_some_and(|mobile| same_number(one, mobile)));
                named.next().is_some()
            })
        };
        let started_at = |at: &&SceneAt| self.scene(**at).map(|scene| scene.first_at);
        open.iter()
            .filter(lets_ring)
            .max_by_key(started_at)
            .or_else(|| open.iter().max_by_key(started_at))
            .copied()
    }

    /// Returns the latest open call in which an employee talked with a client.
    pub(super) fn call_of_employee(&self, scope: Scope, employee: &str) -> Option<SceneAt> {
        self.employees
            .get(scope, employee)
            .iter()
            .copied()
            .filter(|at| {
                self.scene(*at).is_some_and(|scene| {
                    clients(scene, &self.rules).iter().any(|client| {
                        ended_for_client_at(scene, client).is_none()
                            && has_talked(scene, client, employee)
                    })
                })
            })
            .max_by_key(|at| self.scene(*at).map(|scene| scene.first_at))
    }

    /// Returns the call whose client waits while an employee, at that time, consults a colleague.
    pub(super) fn consulting_call(
        &self,
        scope: Scope,
        employee: &str,
        at: Micros,
    ) -> Option<SceneAt> {
        self.employees
            .get(scope, employee)
            .iter()
            .copied()
            .filter(|place| {
                self.scene(*place).is_some_and(|scene| {
                    let clients = clients(scene, &self.rules);
                    let mut each = clients.iter();
                    each.any(|client| is_consulting(scene, &clients, client, employee, at))
                })
            })
            .max_by_key(|place| self.scene(*place).map(|scene| scene.first_at))
    }

    /// Returns true if an outgoing call may be a consultation: its employee has a waiting client.
    /// Certain only when the two calls are joined.
    pub(super) fn may_be_consultation(&self, scene: &Scene, own: SceneAt, client: &Client) -> bool {
        if client.direction != Direction::Outbound {
            return false;
        }
        let Some(employee) = caller(scene, client, &self.rules) else {
            return false;
        };
        let others = self.employees.get(scene.scope, &employee).iter();
        others.filter(|at| **at != own).any(|at| {
            let Some(other) = self.scene(*at) else {
                return false;
            };
            let clients = clients(other, &self.rules);
            clients.iter().any(|client| {
                if ended_for_client_at(other, client).is_some() {
                    return false;
                }
                // A call without recent events does not suppress live events: its end may be lost.
                if other.last_at < scene.last_at - INACTIVE_AFTER {
                    return false;
                }
                if !other.dialplan {
                    return keeps_on_hold(other, client, &employee);
                }
                // A dialplan does not report hold.
                is_bridged_with(other, client, &employee)
                    || is_consulting(other, &clients, client, &employee, scene.last_at)
            })
        })
    }

    /// Finds the open call that a dialplan's scene is a consultation of: its employee has a waiting
    /// client, or dials through a Local channel while in a call.
    pub(super) fn consulted_call(&self, at: SceneAt) -> Option<SceneAt> {
        let scene = self.scene(at).filter(|scene| scene.dialplan)?;
        let plan = scene.plan.as_deref();
        if plan.is_some_and(|plan| !plan.arrivals.is_empty()) {
            return None;
        }
        let dials = plan.map(|plan| plan.dials.as_slice()).unwrap_or_default();
        let other = |found: &SceneAt| *found != at;
        for dial in dials.iter().filter(|dial| is_outgoing(dial, &self.rules)) {
            let Some(employee) = dial.extensions.first() else {
                continue;
            };
            let consulting_call = self.consulting_call(scene.scope, employee, dial.at);
            if let Some(found) = consulting_call.filter(other) {
                return Some(found);
            }
        }
        let calls_for = scene.channels.iter().filter_map(|channel| match channel.peer {
            Peer::Local { half: Half::Two, .. } => channel.caller(),
            _ => None,
        });
        calls_for
            .filter(|employee| self.rules.is_extension(employee))
            .find_map(|employee| self.call_of_employee(scene.scope, employee).filter(other))
    }

    /// Returns scenes that know a client only by the number on a line.
    pub(super) fn unplanned_scenes_of(&self, scope: Scope, phone: &str) -> Vec<SceneAt> {
        let scenes = self.clients.get(scope, &number_key(phone)).iter().copied();
        scenes.filter(|at| self.scene(*at).is_some_and(|scene| scene.plan.is_none())).collect()
    }
}

/// Returns true if an employee's phone was ever in one bridge with the client.
fn has_talked(scene: &Scene, client: &Client, employee: &str) -> bool {
    let mut own = client.channels.iter().flat_map(|at| scene.stays(*at));
    own.any(|mine| {
        employee_channels(scene, employee).any(|at| {
            let mut theirs = scene.stays(at).into_iter();
            theirs.any(|stay| {
                stay.bridge == mine.bridge
                    && stay.to.is_none_or(|to| mine.from < to)
                    && mine.to.is_none_or(|to| stay.from < to)
            })
        })
    })
}

fn employee_channels<'a>(
    scene: &'a Scene,
    employee: &'a str,
) -> impl Iterator<Item = ChannelAt> + 'a {
    scene
        .all()
        .filter(move |(_, channel)| channel.peer.extension() == Some(employee))
        .map(|(at, _)| at)
}

/// Returns true if, at that time, the client waited alone in a bridge an employee had left to
/// consult a colleague.
fn is_consulting(
    scene: &Scene,
    clients: &[Client],
    client: &Client,
    employee: &str,
    at: Micros,
) -> bool {
    let place = |channel: ChannelAt| {
        let stays = scene.stays(channel);
        let stay = stays.into_iter().find(|stay| stay.holds(at))?;
        Some(stay.bridge)
    };
    let Some(waits) = client.channels.iter().find_map(|own| place(*own)) else {
        return false;
    };
    has_talked(scene, client, employee)
        && audible(scene, clients, client, place).people.is_empty()
        && employee_channels(scene, employee).any(|phone| {
            let hung = scene.channel(phone).and_then(Channel::hung_at);
            // Both leave within a moment when the call ends; a consultation starts soon after
            // leaving.
            let left = scene
                .stays(phone)
                .iter()
                .filter(|stay| stay.bridge == waits)
                .filter_map(|stay| stay.to)
                .any(|to| (at - CONSULTS_WITHIN..=at - SECOND).contains(&to));
            hung.is_none_or(|hung| hung > at) && left
        })
}

/// Returns true if an employee's phone is in one bridge with the client now.
fn is_bridged_with(scene: &Scene, client: &Client, employee: &str) -> bool {
    let bridge = client.channels.iter().find_map(|at| scene.current_bridge(*at));
    bridge.is_some()
        && employee_channels(scene, employee).any(|phone| scene.current_bridge(phone) == bridge)
}

fn keeps_on_hold(scene: &Scene, client: &Client, employee: &str) -> bool {
    has_talked(scene, client, employee)
        && employee_channels(scene, employee)
            .any(|at| scene.channel(at).is_some_and(Channel::holds_now))
}

/// Finds an employee's channel that keeps a client on hold at that time.
pub(super) fn holding_channel(scene: &Scene, employee: &str, at: Micros) -> Option<ChannelAt> {
    employee_channels(scene, employee).find(|phone| {
        scene.channel(*phone).is_some_and(|channel| channel.was_bridged() && channel.holds_at(at))
    })
}
