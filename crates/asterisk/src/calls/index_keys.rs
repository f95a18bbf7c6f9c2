//! Keys that a scene is indexed by: names, extensions and client numbers.

use compact_str::CompactString;

use super::index::{Name, SceneAt};
use super::{CallTracker, number_key};
use crate::read::BridgeKind;
use crate::scene::{BridgeId, Scene};

/// All index keys of a scene.
pub(super) struct IndexKeys<'a> {
    pub(super) channels: Vec<Name>,
    /// Names of bridges and of Local channel pairs.
    names: Vec<Name>,
    employees: Vec<&'a str>,
    clients: Vec<String>,
}

impl CallTracker {
    pub(super) fn index_keys(scene: &Scene) -> IndexKeys<'_> {
        let mut index_keys = IndexKeys {
            channels: Vec::new(),
            names: Vec::new(),
            employees: Vec::new(),
            clients: Vec::new(),
        };
        for channel in &scene.channels {
            index_keys.channels.push(Name::channel(scene.scope, &channel.id));
            if let Some(pair) = channel.peer.pair() {
                index_keys.names.push(Name::pair(scene.scope, pair));
            }
            if let Some(extension) = channel.peer.extension() {
                index_keys.employees.push(extension);
            }
            if let (true, Some(caller)) =
                (scene.dialplan && channel.peer.is_line(), channel.caller())
            {
                index_keys.clients.push(number_key(caller));
            }
        }
        for linked in &scene.links {
            index_keys.channels.push(Name::channel(scene.scope, linked));
        }
        for bridge in &scene.bridges {
            if bridge.id != BridgeId::UNNAMED && bridge.kind != BridgeKind::Holding {
                index_keys.names.push(Name::bridge(scene.scope, bridge.id));
            }
        }
        if let Some(plan) = &scene.plan {
            let arrived = plan.arrivals.iter().filter_map(|one| one.phone.as_deref());
            let dialled = plan.dials.iter().filter_map(|one| one.phone.as_deref());
            for phone in arrived.chain(dialled) {
                index_keys.clients.push(number_key(phone));
            }
            for dial in &plan.dials {
                index_keys.employees.extend(dial.extensions.iter().map(CompactString::as_str));
            }
        }
        index_keys
    }

    pub(super) fn reindex(&mut self, at: SceneAt) {
        let place = usize::try_from(at).unwrap_or(usize::MAX);
        let Some(scene) = self.scenes.get_mut(place).and_then(Option::take) else {
            return;
        };
        self.index_scene(at, &scene);
        if let Some(slot) = self.scenes.get_mut(place) {
            *slot = Some(scene);
        }
    }

    pub(super) fn index_scene(&mut self, at: SceneAt, scene: &Scene) {
        let index_keys = Self::index_keys(scene);
        for name in index_keys.channels.into_iter().chain(index_keys.names) {
            self.names.set(name, at);
        }
        for employee in index_keys.employees {
            self.employees.add(scene.scope, employee, at);
        }
        for client in index_keys.clients {
            self.clients.add(scene.scope, &client, at);
        }
    }

    pub(super) fn unindex(&mut self, at: SceneAt, scene: &Scene) {
        let index_keys = Self::index_keys(scene);
        for name in index_keys.channels.into_iter().chain(index_keys.names) {
            self.names.unset(name, at);
        }
        for employee in index_keys.employees {
            self.employees.drop_scene(scene.scope, employee, at);
        }
        for client in index_keys.clients {
            self.clients.drop_scene(scene.scope, &client, at);
        }
    }
}
