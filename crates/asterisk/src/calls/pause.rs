//! Processing a stream in parts.

use super::{CallTracker, CallUpdate};

impl CallTracker {
    /// Ends a part of a stream: finished calls are returned without waiting for late events. Every
    /// other call stays open, to be [saved](Self::save) for the next part.
    pub fn pause(&mut self) -> Vec<CallUpdate> {
        let mut scenes: Vec<_> = self.scenes.iter().flatten().collect();
        scenes.sort_by_key(|scene| scene.first_at);
        let mut scopes = Vec::new();
        for scope in scenes.into_iter().map(|scene| scene.scope) {
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        let mut updates = Vec::new();
        for scope in scopes {
            let end = self.now(scope).saturating_add(self.timeouts.reorder);
            self.advance_clock(scope, end, &mut updates);
        }
        updates
    }
}
