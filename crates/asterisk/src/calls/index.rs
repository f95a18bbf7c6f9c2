//! Index from ids and numbers to scenes.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::hash;
use crate::scene::{BridgeId, Micros, Scope};

/// Position of a scene in the tracker.
pub(crate) type SceneAt = u32;

/// Hash of a name on one PBX: the texts would take a quarter of all memory. For a million names the
/// chance of any collision is one in thirty million.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Name(u64);

impl Name {
    /// Name of a channel, or of the call that its first channel names.
    pub(crate) fn channel(scope: Scope, id: &str) -> Self {
        Self::of(scope, 0, id.as_bytes())
    }

    pub(crate) fn bridge(scope: Scope, id: BridgeId) -> Self {
        Self::of(scope, 1, &id.key().to_le_bytes())
    }

    /// Name shared by the two halves of a Local channel.
    pub(crate) fn pair(scope: Scope, name: &str) -> Self {
        Self::of(scope, 2, name.as_bytes())
    }

    fn of(scope: Scope, what: u8, bytes: &[u8]) -> Self {
        Self(hash::of(&[&scope.key().to_le_bytes(), &[what], bytes]))
    }
}

/// Hasher for keys that are hashes already.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

type ByName<T> = HashMap<Name, T, BuildHasherDefault<Hashed>>;

/// Names that belong to one scene each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(ByName<SceneAt>);

impl Names {
    pub(crate) fn get(&self, name: Name) -> Option<SceneAt> {
        self.0.get(&name).copied()
    }

    pub(crate) fn set(&mut self, name: Name, scene: SceneAt) {
        self.0.insert(name, scene);
    }

    /// Removes a name if it belongs to that scene.
    pub(crate) fn unset(&mut self, name: Name, scene: SceneAt) {
        if self.0.get(&name) == Some(&scene) {
            self.0.remove(&name);
        }
    }
}

/// Numbers that several scenes may share: employees, clients.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers(HashMap<(Scope, CompactString), SmallVec<[SceneAt; 2]>>);

impl Numbers {
    pub(crate) fn get(&self, scope: Scope, number: &str) -> &[SceneAt] {
        self.0
            .get(&(scope, CompactString::from(number)))
            .map(SmallVec::as_slice)
            .unwrap_or_default()
    }

    pub(crate) fn add(&mut self, scope: Scope, number: &str, scene: SceneAt) {
        let scenes = self.0.entry((scope, number.into())).or_default();
        if !scenes.contains(&scene) {
            scenes.push(scene);
        }
    }

    pub(crate) fn drop_scene(&mut self, scope: Scope, number: &str, scene: SceneAt) {
        let key = (scope, CompactString::from(number));
        if let Some(scenes) = self.0.get_mut(&key) {
            scenes.retain(|known| *known != scene);
            if scenes.is_empty() {
                self.0.remove(&key);
            }
        }
    }
}

/// Names of recently closed calls, so that a repeated event does not reopen one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Closed {
    names: ByName<Micros>,
    /// Expiry times in order; a name may occur more than once.
    order: BinaryHeap<Reverse<(Micros, Name)>>,
}

impl Closed {
    pub(crate) fn add(&mut self, name: Name, until: Micros) {
        if self.names.get(&name).is_none_or(|known| *known < until) {
            self.names.insert(name, until);
            self.order.push(Reverse((until, name)));
        }
    }

    pub(crate) fn has(&self, name: Name) -> bool {
        self.names.contains_key(&name)
    }

    pub(crate) fn forget(&mut self, now: Micros) {
        while let Some(Reverse((until, name))) = self.order.peek().copied()
            && until <= now
        {
            self.order.pop();
            if self.names.get(&name) == Some(&until) {
                self.names.remove(&name);
            }
        }
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (Micros, Name)> + '_ {
        self.names.iter().map(|(name, until)| (*until, *name))
    }
}
