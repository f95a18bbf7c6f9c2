//! Under which names and numbers a scene is found.

use compact_str::CompactString;

use super::index::{Name, SceneAt};
use super::{CallTracker, number_key};
use crate::read::BridgeKind;
use crate::scene::{BridgeId, Scene};

/// Every number a scene is found by.
pub(super) struct Listed<'a> {
    pub(super) channels: Vec<Name>,
    /// Of bridges and of pairs.
    names: Vec<Name>,
    employees: Vec<&'a str>,
    clients: Vec<String>,
}

impl CallTracker {
    pub(super) fn listed(scene: &Scene) -> Listed<'_> {
        let mut listed = Listed {
            channels: Vec::new(),
            names: Vec::new(),
            employees: Vec::new(),
            clients: Vec::new(),
        };
        for channel in &scene.channels {
            listed.channels.push(Name::channel(scene.scope, &channel.id));
            if let Some(pair) = channel.peer.pair() {
                listed.names.push(Name::pair(scene.scope, pair));
            }
            if let Some(extension) = channel.peer.extension() {
                listed.employees.push(extension);
            }
            if let (true, Some(caller)) =
                (scene.dialplan && channel.peer.is_line(), channel.caller())
            {
                listed.clients.push(number_key(caller));
            }
        }
        for linked in &scene.links {
            listed.channels.push(Name::channel(scene.scope, linked));
        }
        for bridge in &scene.bridges {
            if bridge.id != BridgeId::UNNAMED && bridge.kind != BridgeKind::Holding {
                listed.names.push(Name::bridge(scene.scope, bridge.id));
            }
        }
        if let Some(plan) = &scene.plan {
            let arrived = plan.arrivals.iter().filter_map(|one| one.phone.as_deref());
            let dialled = plan.dials.iter().filter_map(|one| one.phone.as_deref());
            for phone in arrived.chain(dialled) {
                listed.clients.push(number_key(phone));
            }
            for dial in &plan.dials {
                listed.employees.extend(dial.extensions.iter().map(CompactString::as_str));
            }
        }
        listed
    }

    pub(super) fn list(&mut self, at: SceneAt) {
        let place = usize::try_from(at).unwrap_or(usize::MAX);
        let Some(scene) = self.scenes.get_mut(place).and_then(Option::take) else {
            return;
        };
        self.list_scene(at, &scene);
        if let Some(slot) = self.scenes.get_mut(place) {
            *slot = Some(scene);
        }
    }

    pub(super) fn list_scene(&mut self, at: SceneAt, scene: &Scene) {
        let listed = Self::listed(scene);
        for name in listed.channels.into_iter().chain(listed.names) {
            self.names.set(name, at);
        }
        for employee in listed.employees {
            self.employees.add(scene.scope, employee, at);
        }
        for client in listed.clients {
            self.clients.add(scene.scope, &client, at);
        }
    }

    pub(super) fn unlist(&mut self, at: SceneAt, scene: &Scene) {
        let listed = Self::listed(scene);
        for name in listed.channels.into_iter().chain(listed.names) {
            self.names.unset(name, at);
        }
        for employee in listed.employees {
            self.employees.drop_scene(scene.scope, employee, at);
        }
        for client in listed.clients {
            self.clients.drop_scene(scene.scope, &client, at);
        }
    }
}
