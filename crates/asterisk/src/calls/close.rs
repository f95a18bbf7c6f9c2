//! Detection of finished calls, and their records.

use super::index::{Name, SceneAt};
use super::{CallTracker, CallUpdate, live_event};
use crate::analysis::parties::{Client, Clients, clients};
use crate::analysis::termination::{ended_for_client_at, is_bridged, presumed_end, was_bridged};
use crate::analysis::{CallAnalysis, internal};
use crate::finished::FinishedCall;
use crate::scene::{Channel, ChannelAt, Live, Micros, Scene};

impl CallTracker {
    /// Returns when the scene must be checked if no event arrives.
    pub(super) fn next_check(&self, scene: &Scene, found: &Clients) -> Micros {
        let open = found.iter().filter(|client| !is_recorded(scene, client.key));
        let clients = open.map(|client| self.due(scene, client)).min();
        let whole = self.scene_due(scene, found);
        let ending = found
            .iter()
            .filter(|client| {
                let mut lives = scene.live.iter();
                lives.any(|live| live.key == client.key && live.is_open())
            })
            .filter_map(|client| presumed_end(scene, client))
            .min();
        [clients, ending].into_iter().flatten().fold(whole, Micros::min)
    }

    /// Returns when a client's call is closed if no event arrives.
    fn due(&self, scene: &Scene, client: &Client) -> Micros {
        let timeouts = &self.timeouts;
        if let Some(over) = ended_for_client_at(scene, client) {
            return over.saturating_add(timeouts.reorder);
        }
        let quiet = if is_bridged(scene, client) {
            timeouts.silent
        } else if was_bridged(scene, client) && scene.dialplan {
            timeouts.after_last_bridge
        } else {
            timeouts.waiting
        };
        scene.last_at.saturating_add(quiet)
    }

    /// Returns when the whole scene is closed if no event arrives.
    fn scene_due(&self, scene: &Scene, found: &Clients) -> Micros {
        let timeouts = &self.timeouts;
        let all_hung = scene.channels.iter().map(Channel::hung_at).collect::<Option<Vec<Micros>>>();
        if let Some(last) = all_hung.and_then(|hung| hung.into_iter().max()) {
            return last.max(scene.last_at).saturating_add(timeouts.reorder);
        }
        if scene.dialplan {
            // A dialplan reports the end of a call, not of every channel.
            let anybody = scene.all().any(|(at, _)| scene.current_bridge(at).is_some());
            let reported = scene.plan.as_deref().is_some_and(|plan| !plan.reports.is_empty());
            let quiet = match (anybody, reported) {
                (true, _) => timeouts.silent,
                (false, true) if found.is_empty() => timeouts.reorder,
                (false, true) => timeouts.after_last_bridge,
                (false, false) => timeouts.waiting,
            };
            return scene.last_at.saturating_add(quiet);
        }
        scene.last_at.saturating_add(timeouts.silent)
    }

    /// Closes the clients of a scene, or the scene, whose deadline has passed.
    pub(super) fn close_due(&mut self, at: SceneAt, updates: &mut Vec<CallUpdate>) {
        let Some(scene) = self.scene(at) else {
            return;
        };
        let now = self.now(scene.scope);
        let found = clients(scene, &self.rules);
        if self.scene_due(scene, &found) <= now {
            match self.consulted_call(at) {
                // Its call is still open and decides the result.
                Some(asked) => {
                    let whole = self.join(at, asked);
                    self.refresh(whole, now, updates);
                }
                None => self.close_scene(at, updates),
            }
            return;
        }
        let due =
            |client: &&Client| !is_recorded(scene, client.key) && self.due(scene, client) <= now;
        let due: Vec<ChannelAt> = found.iter().filter(due).map(|client| client.key).collect();
        if !due.is_empty()
            && let Some(asked) = self.consulted_call(at)
        {
            let whole = self.join(at, asked);
            self.refresh(whole, now, updates);
            return;
        }
        for key in due {
            self.record(at, key, updates);
        }
        self.prune(at);
        self.refresh(at, now, updates);
    }

    /// Records every client of a scene and removes the scene.
    pub(super) fn close_scene(&mut self, at: SceneAt, updates: &mut Vec<CallUpdate>) {
        let Some(scene) = self.scene(at) else {
            return;
        };
        let found = clients(scene, &self.rules);
        let keys: Vec<ChannelAt> = found.iter().map(|client| client.key).collect();
        for key in &keys {
            self.record(at, *key, updates);
        }
        let Some(scene) = self.scene(at) else {
            return;
        };
        let had_client = scene.had_client() || !keys.is_empty();
        if !had_client && let Some(call) = internal(scene, &self.rules) {
            updates.push(CallUpdate::Finished(Box::new(call)));
        }
        self.forget(at);
    }

    /// Closes a scene at the end of the stream: records finished calls, reports open ones as
    /// unfinished.
    pub(super) fn end_of_stream(&mut self, at: SceneAt, updates: &mut Vec<CallUpdate>) {
        let Some(scene) = self.scene(at) else {
            return;
        };
        let now = self.now(scene.scope);
        let lost = scene.last_at.saturating_add(self.timeouts.waiting) <= now;
        let found = clients(scene, &self.rules);
        let goes_on = |client: &&Client| {
            let left = scene.dialplan && was_bridged(scene, client) && !is_bridged(scene, client);
            !(lost
                || left
                || is_recorded(scene, client.key)
                || ended_for_client_at(scene, client).is_some())
        };
        let open: Vec<&Client> = found.iter().filter(goes_on).collect();
        let between_employees = || {
            let live = scene.all().any(|(at, _)| scene.current_bridge(at).is_some());
            let reported = scene.plan.as_deref().is_some_and(|plan| !plan.reports.is_empty());
            let over = lost
                || scene.channels.iter().all(|channel| channel.hung_at().is_some())
                || scene.dialplan && reported && !live;
            if over || scene.had_client() { None } else { internal(scene, &self.rules) }
        };
        let unfinished: Vec<FinishedCall> = if found.is_empty() {
            between_employees().into_iter().collect()
        } else {
            let analysis =
                |client: &&Client| CallAnalysis::new(scene, &found, client, &self.rules).finish();
            open.iter().filter_map(analysis).collect()
        };
        if unfinished.is_empty() {
            return self.close_scene(at, updates);
        }
        let open: Vec<ChannelAt> = open.iter().map(|client| client.key).collect();
        for client in found.iter().filter(|client| !open.contains(&client.key)) {
            self.record(at, client.key, updates);
        }
        updates.extend(unfinished.into_iter().map(|call| CallUpdate::Unfinished(Box::new(call))));
        self.forget(at);
    }

    /// Emits a client's record, after an end event if its live call is still open.
    fn record(&mut self, at: SceneAt, key: ChannelAt, updates: &mut Vec<CallUpdate>) {
        let Some(scene) = self.scene(at) else {
            return;
        };
        if is_recorded(scene, key) {
            return;
        }
        let found = clients(scene, &self.rules);
        let Some(client) = found.iter().find(|client| client.key == key) else {
            return;
        };
        let analysis = CallAnalysis::new(scene, &found, client, &self.rules);
        let call = analysis.finish();
        let open = scene.live.iter().any(|live| live.key == key && live.is_open());
        if open && let Some(end) = analysis.end(self.now(scene.scope)) {
            updates.push(live_event(scene, end));
        }
        // Events after an early close must not produce a second record.
        let known = |call: &FinishedCall| {
            let id = call.record().call_id().as_str();
            self.closed.has(Name::channel(scene.scope, id))
        };
        if let Some(call) = call.filter(|call| !known(call)) {
            let name = Name::channel(scene.scope, call.record().call_id().as_str());
            let remembered = self.timeouts.silent.max(self.timeouts.remembered);
            self.closed.add(name, self.now.saturating_add(remembered));
            updates.push(CallUpdate::Finished(Box::new(call)));
        }
        if let Some(scene) = self.scene_mut(at) {
            let known = scene.live.iter().position(|live| live.key == key);
            let place = known.unwrap_or_else(|| {
                scene.live.push(Live::new(key));
                scene.live.len() - 1
            });
            if let Some(live) = scene.live.get_mut(place) {
                live.record();
            }
        }
    }

    /// Removes channels of recorded clients; the scene of a connected agent may stay open for a
    /// day.
    fn prune(&mut self, at: SceneAt) {
        let place = usize::try_from(at).unwrap_or(usize::MAX);
        let Some(mut scene) = self.scenes.get_mut(place).and_then(Option::take) else {
            return;
        };
        let found = clients(&scene, &self.rules);
        let gone = |client: &Client| {
            let own = client.channels.iter().chain([&client.key]);
            let mut own = own.filter_map(|at| scene.channel(*at));
            is_recorded(&scene, client.key) && own.all(|channel| channel.hung_at().is_some())
        };
        if !scene.dialplan && !found.is_empty() && found.iter().all(gone) {
            self.unindex(at, &scene);
            let until = self.now.saturating_add(self.timeouts.remembered);
            for channel in scene.channels.iter().filter(|one| one.hung_at().is_some()) {
                self.closed.add(Name::channel(scene.scope, &channel.id), until);
            }
            scene.prune();
        }
        if let Some(slot) = self.scenes.get_mut(place) {
            *slot = Some(scene);
        }
        self.reindex(at);
    }

    fn forget(&mut self, at: SceneAt) {
        let place = usize::try_from(at).unwrap_or(usize::MAX);
        let Some(scene) = self.scenes.get_mut(place).and_then(Option::take) else {
            return;
        };
        self.unindex(at, &scene);
        self.release(at, scene.scope);
        // A call closed by timeout may still get events until the longest timeout passes.
        let found = clients(&scene, &self.rules);
        let given_up = found.iter().any(|client| ended_for_client_at(&scene, client).is_none());
        let remembered = if given_up {
            self.timeouts.silent.max(self.timeouts.remembered)
        } else {
            self.timeouts.remembered
        };
        let until = self.now.saturating_add(remembered);
        for name in Self::index_keys(&scene).channels {
            self.closed.add(name, until);
        }
    }

    /// Joins scenes with the earlier call they belong to, before all are closed.
    pub(super) fn join_all(&mut self, open: &[SceneAt]) {
        for at in open {
            if let Some(asked) = self.consulted_call(*at) {
                self.join(*at, asked);
            }
        }
    }
}

fn is_recorded(scene: &Scene, key: ChannelAt) -> bool {
    let mut lives = scene.live.iter();
    lives.any(|live| live.key == key && live.is_recorded())
}
