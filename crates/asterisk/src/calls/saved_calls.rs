//! Serialization of open calls across a restart.

use serde::{Deserialize, Serialize};

use super::CallTracker;
use super::index::Name;
use crate::analysis::parties::clients;
use crate::scene::{Micros, Scene};

/// Open calls of a tracker, to keep across a restart.
///
/// The host chooses the storage format. The content is internal and may change with the version of
/// the library.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SavedCalls {
    now: Micros,
    scenes: Vec<Scene>,
    closed: Vec<(Micros, Name)>,
}

impl CallTracker {
    /// Returns a copy of the open calls.
    ///
    /// ```
    /// use vochi_crm_asterisk::{CallTracker, SavedCalls};
    /// let calls = CallTracker::builder().build();
    /// let text = serde_json::to_string(&calls.save())?;
    /// let saved: SavedCalls = serde_json::from_str(&text)?;
    /// let calls = CallTracker::builder().resume(saved);
    /// assert_eq!(calls.open_calls(), 0);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn save(&self) -> SavedCalls {
        SavedCalls {
            now: self.now,
            scenes: self.scenes.iter().flatten().map(|scene| (**scene).clone()).collect(),
            closed: self.closed.entries().collect(),
        }
    }

    pub(super) fn restore(&mut self, saved: SavedCalls) {
        self.now = saved.now;
        for (until, name) in saved.closed {
            self.closed.add(name, until);
        }
        for scene in saved.scenes {
            let found = clients(&scene, &self.rules);
            let due = self.next_check(&scene, &found);
            let at = self.keep(scene);
            self.reindex(at);
            self.plan(at, due);
        }
    }
}
