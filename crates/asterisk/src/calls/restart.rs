//! PBX shutdown and start: open calls end without a hangup.

use super::CallTracker;
use super::CallUpdate;
use super::index::SceneAt;
use crate::scene::{Micros, SECOND, Scene, Scope};

/// The uptime of a PBX is in whole seconds.
const ROUNDING: Micros = SECOND;

impl CallTracker {
    /// Ends every channel of a PBX that shuts down.
    pub(super) fn pbx_stopped(&mut self, scope: Scope, at: Micros, updates: &mut Vec<CallUpdate>) {
        for place in self.scenes_where(|scene| scene.scope == scope && !scene.dialplan) {
            if let Some(scene) = self.scene_mut(place) {
                for channel in &mut scene.channels {
                    if channel.hung_at().is_none() {
                        channel.hang(at, None);
                    }
                }
                scene.touch(at);
            }
            self.refresh(place, at, updates);
        }
    }

    /// Closes the calls that were open before a PBX started. Their end time is unknown.
    pub(super) fn pbx_started(
        &mut self,
        scope: Scope,
        started: Micros,
        updates: &mut Vec<CallUpdate>,
    ) {
        let before = started.saturating_sub(ROUNDING);
        let lost =
            |scene: &Scene| scene.scope == scope && !scene.dialplan && scene.last_at < before;
        for place in self.scenes_where(lost) {
            self.close_scene(place, updates);
        }
    }

    fn scenes_where(&self, wanted: impl Fn(&Scene) -> bool) -> Vec<SceneAt> {
        let all = (0..).zip(&self.scenes);
        all.filter(|(_, scene)| scene.as_deref().is_some_and(&wanted)).map(|(at, _)| at).collect()
    }
}
