//! Which scene an id or a number belongs to.

use std::collections::HashMap;

use compact_str::CompactString;
use smallvec::SmallVec;

/// The place of a scene among all open ones.
pub(crate) type SceneAt = u32;

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum What {
    /// A channel, or the call its first channel names.
    Channel,
    Bridge,
    /// Two halves of a Local channel.
    Pair,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    scope: u32,
    what: What,
    name: CompactString,
}

/// Names that belong to one scene each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(HashMap<Key, SceneAt>);

impl Names {
    pub(crate) fn get(&self, scope: u32, what: What, name: &str) -> Option<SceneAt> {
        self.0
            .get(&Key {
                scope,
                what,
                name: name.into(),
            })
            .copied()
    }

    pub(crate) fn set(&mut self, scope: u32, what: What, name: &str, scene: SceneAt) {
        let name = name.into();
        self.0.insert(Key { scope, what, name }, scene);
    }

    /// Forgets a name, if it belongs to that scene.
    pub(crate) fn unset(&mut self, scope: u32, what: What, name: &str, scene: SceneAt) {
        let name = name.into();
        let key = Key { scope, what, name };
        if self.0.get(&key) == Some(&scene) {
            self.0.remove(&key);
        }
    }
}

/// Numbers several scenes may have in common: employees, clients.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers(HashMap<(u32, CompactString), SmallVec<[SceneAt; 2]>>);

impl Numbers {
    pub(crate) fn get(&self, scope: u32, number: &str) -> &[SceneAt] {
        self.0
            .get(&(scope, CompactString::from(number)))
            .map(SmallVec::as_slice)
            .unwrap_or_default()
    }

    pub(crate) fn add(&mut self, scope: u32, number: &str, scene: SceneAt) {
        let scenes = self.0.entry((scope, number.into())).or_default();
        if !scenes.contains(&scene) {
            scenes.push(scene);
        }
    }

    pub(crate) fn drop_scene(&mut self, scope: u32, number: &str, scene: SceneAt) {
        let key = (scope, CompactString::from(number));
        if let Some(scenes) = self.0.get_mut(&key) {
            scenes.retain(|known| *known != scene);
            if scenes.is_empty() {
                self.0.remove(&key);
            }
        }
    }
}

/// What was closed lately, so that a repeated event does not begin it anew.
#[derive(Clone, Debug, Default)]
pub(crate) struct Closed {
    names: HashMap<(u32, CompactString), i64>,
    order: std::collections::VecDeque<(i64, u32, CompactString)>,
}

impl Closed {
    pub(crate) fn add(&mut self, scope: u32, name: &str, until: i64) {
        let name = CompactString::from(name);
        self.names.insert((scope, name.clone()), until);
        self.order.push_back((until, scope, name));
    }

    pub(crate) fn has(&self, scope: u32, name: &str) -> bool {
        self.names.contains_key(&(scope, CompactString::from(name)))
    }

    pub(crate) fn forget(&mut self, now: i64) {
        while let Some((until, _, _)) = self.order.front()
            && *until <= now
        {
            if let Some((until, scope, name)) = self.order.pop_front() {
                let key = (scope, name);
                if self.names.get(&key) == Some(&until) {
                    self.names.remove(&key);
                }
            }
        }
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (&i64, &u32, &CompactString)> {
        self.order
            .iter()
            .map(|(until, scope, name)| (until, scope, name))
    }
}
