//! Channels that come into bridges and leave them.

use super::super::CallTracker;
use super::super::index::{Name, SceneAt};
use super::{Moment, bridge_id};
use crate::read::{BridgeKind, Coming, Named};
use crate::scene::BridgeId;

impl CallTracker {
    pub(super) fn entered(&mut self, when: Moment, coming: &Coming<'_>) -> Option<SceneAt> {
        let bridge = bridge_id(coming.bridge.as_ref());
        let (scene, _) = self.seen_in(when, &coming.channel, bridge)?;
        let scene = self.in_bridge(when, scene, bridge);
        let open = self.scene_mut(scene)?;
        let place = open.bridge(bridge.unwrap_or(BridgeId::UNNAMED))?;
        if coming.kind != BridgeKind::Talk
            && let Some(bridge) = open.bridges.get_mut(usize::from(place))
        {
            bridge.kind = coming.kind;
        }
        let (own, found) = open.channel_mut(&coming.channel.id, when.at)?;
        found.enter(place, when.at);
        self.note_answer(scene, own);
        // Calling through a Local channel, the employee of another call only asks somebody.
        Some(match self.question_of(scene) {
            Some(asked) => self.join(scene, asked),
            None => scene,
        })
    }

    pub(super) fn left(
        &mut self,
        when: Moment,
        channel: &Named<'_>,
        bridge: Option<BridgeId>,
        remaining: Option<u32>,
    ) -> Option<SceneAt> {
        let (scene, _) = self.seen_in(when, channel, bridge)?;
        let scene = self.in_bridge(when, scene, bridge);
        let open = self.scene_mut(scene)?;
        let own = open.find(&channel.id)?;
        let place = match bridge {
            Some(bridge) => open.bridge(bridge)?,
            // The listener does not say which: the one it is in.
            None => open.whereabouts(own)?,
        };
        if remaining == Some(0) {
            open.empty(place, when.at);
        }
        let (_, found) = open.channel_mut(&channel.id, when.at)?;
        found.leave(place, when.at);
        Some(scene)
    }

    pub(super) fn bridge_gone(&mut self, when: Moment, bridge: BridgeId) -> Option<SceneAt> {
        let scene = self.names.get(Name::bridge(when.scope, bridge))?;
        let open = self.scene_mut(scene)?;
        let place = open.bridge(bridge)?;
        open.empty(place, when.at);
        open.touch(when.at);
        Some(scene)
    }

    /// Everybody in a bridge belongs to one scene.
    fn in_bridge(&mut self, when: Moment, scene: SceneAt, bridge: Option<BridgeId>) -> SceneAt {
        let Some(bridge) = bridge else {
            return scene;
        };
        let name = Name::bridge(when.scope, bridge);
        if let Some(other) = self.names.get(name) {
            return self.join(scene, other);
        }
        self.names.set(name, scene);
        scene
    }
}
