//! Channels that enter and leave bridges.

use super::super::CallTracker;
use super::super::index::{Name, SceneAt};
use super::{Moment, Seen, bridge_id};
use crate::read::{BridgeKind, BridgeMembership};
use crate::scene::{BridgeId, MAX_CHANNELS};

impl CallTracker {
    pub(super) fn entered(
        &mut self,
        when: Moment<'_>,
        membership: &BridgeMembership<'_>,
    ) -> Option<SceneAt> {
        let scene = self.at_bridge(when, membership)?;
        let open = self.scene_mut(scene)?;
        let bridge = bridge_id(membership.bridge.as_ref()).unwrap_or(BridgeId::UNNAMED);
        let place = open.bridge(bridge)?;
        if membership.kind != BridgeKind::Talk
            && let Some(bridge) = open.bridges.get_mut(usize::from(place))
        {
            bridge.kind = membership.kind;
        }
        let (own, found) = open.channel_mut(&membership.channel.id, when.at, MAX_CHANNELS)?;
        if !found.enter(place, when.at) {
            open.drop_fact();
        }
        self.note_consultation_answer(scene, own);
        // An employee of another call who dials through a Local channel consults a colleague.
        Some(match self.consulted_call(scene) {
            Some(asked) => self.join(scene, asked),
            None => scene,
        })
    }

    pub(super) fn left(
        &mut self,
        when: Moment<'_>,
        from: &BridgeMembership<'_>,
        remaining: Option<u32>,
    ) -> Option<SceneAt> {
        let scene = self.at_bridge(when, from)?;
        let open = self.scene_mut(scene)?;
        let own = open.find(&from.channel.id)?;
        let place = match bridge_id(from.bridge.as_ref()) {
            Some(bridge) => open.bridge(bridge)?,
            // The dialplan does not name the bridge: it is the current one.
            None => open.current_bridge(own)?,
        };
        if remaining == Some(0) {
            open.empty(place, when.at);
        }
        let (_, found) = open.channel_mut(&from.channel.id, when.at, MAX_CHANNELS)?;
        if !found.leave(place, when.at) {
            open.drop_fact();
        }
        Some(scene)
    }

    pub(super) fn bridge_destroyed(
        &mut self,
        when: Moment<'_>,
        bridge: BridgeId,
    ) -> Option<SceneAt> {
        let scene = self.names.get(Name::bridge(when.scope, bridge))?;
        let open = self.scene_mut(scene)?;
        let place = open.bridge(bridge)?;
        open.empty(place, when.at);
        open.touch(when.at);
        Some(scene)
    }

    /// Returns the scene of a channel at a bridge. All channels of a bridge share a scene, except
    /// in a parking lot, where they are unrelated.
    fn at_bridge(
        &mut self,
        when: Moment<'_>,
        membership: &BridgeMembership<'_>,
    ) -> Option<SceneAt> {
        let shared = bridge_id(membership.bridge.as_ref())
            .filter(|_| membership.kind != BridgeKind::Holding);
        let (scene, _) = self.seen_in(when, &membership.channel, Seen::AtBridge(shared))?;
        let Some(bridge) = shared else {
            return Some(scene);
        };
        let name = Name::bridge(when.scope, bridge);
        if let Some(other) = self.names.get(name) {
            return Some(self.join(scene, other));
        }
        self.names.set(name, scene);
        Some(scene)
    }
}
