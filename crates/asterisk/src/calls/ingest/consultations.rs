//! Consultations: an employee with a waiting client calls a colleague.

use compact_str::CompactString;
use smallvec::SmallVec;

use super::super::CallTracker;
use super::super::index::SceneAt;
use super::super::scene_lookup::holding_channel;
use crate::scene::{ChannelAt, Micros, Move, MoveKind, Scope};

impl CallTracker {
    /// Records a possible consultation: an employee with a client on hold calls a colleague.
    pub(super) fn note_consultation(&mut self, scene: SceneAt, channel: ChannelAt, at: Micros) {
        let Some(open) = self.scene(scene) else {
            return;
        };
        let Some(own) = open.channel(channel) else {
            return;
        };
        let asks_colleague = own.exten().is_some_and(|exten| self.rules.is_extension(exten));
        let Some(employee) = own.peer.extension().filter(|_| asks_colleague) else {
            return;
        };
        let employee = CompactString::from(employee);
        let to = own.exten().map(CompactString::from);
        for other in self.other_calls(open.scope, &employee, scene) {
            let Some(asked) = self.scene_mut(other) else {
                continue;
            };
            if let Some(by) = holding_channel(asked, &employee, at) {
                asked.add_move(Move {
                    at,
                    how: MoveKind::Consultation { answered: false },
                    by,
                    to: to.clone(),
                });
            }
        }
    }

    /// Records that the colleague answered: the consulting phone entered a bridge.
    pub(super) fn note_consultation_answer(&mut self, scene: SceneAt, channel: ChannelAt) {
        let Some(open) = self.scene(scene) else {
            return;
        };
        let Some(own) = open.channel(channel).filter(|own| own.calls) else {
            return;
        };
        let (Some(employee), began) = (own.peer.extension(), own.first_at) else {
            return;
        };
        let employee = CompactString::from(employee);
        for other in self.other_calls(open.scope, &employee, scene) {
            let Some(asked) = self.scene_mut(other) else {
                continue;
            };
            for found in &mut asked.moves {
                if found.at == began && matches!(found.how, MoveKind::Consultation { .. }) {
                    found.how = MoveKind::Consultation { answered: true };
                }
            }
        }
    }

    /// Returns the employee's open calls other than this one.
    fn other_calls(&self, scope: Scope, employee: &str, than: SceneAt) -> SmallVec<[SceneAt; 4]> {
        let calls = self.employees.get(scope, employee).iter().copied();
        calls.filter(|other| *other != than).collect()
    }
}
