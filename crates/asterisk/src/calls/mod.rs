//! The call tracker: PBX events in, call updates out.

mod builder;
mod close;
mod eviction;
mod index;
mod index_keys;
mod ingest;
mod pause;
mod restart;
mod saved_calls;
mod scene_lookup;
mod timeouts;
mod update;

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use vochi_crm_core::{CallEvent, Direction, Timestamp};

pub use self::builder::CallTrackerBuilder;
pub use self::saved_calls::SavedCalls;
pub use self::timeouts::Timeouts;
pub use self::update::{CallUpdate, LiveEvent};

use self::index::{Closed, Names, Numbers, SceneAt};
use self::ingest::Moment;
use crate::analysis::moment;
use crate::analysis::parties::{Client, Clients, clients};
use crate::live::{advance, withdraw};
use crate::read::{Payload, PbxEvent};
use crate::rules::Rules;
use crate::scene::{Live, MAX_CHANNELS, Micros, SECOND, Scene, Scope};

/// Turns PBX events into calls: live events at once, one record per outside party at the end.
///
/// A pure state machine without clock or I/O: every event carries the time it happened, and the
/// latest one of a tenant or PBX is its current time. [`pass_time`](Self::pass_time) advances a
/// quiet stream. Events may arrive up to ten seconds out of order, twice, or not at all.
///
/// ```
/// use serde_json::json;
/// use vochi_crm_asterisk::{CallTracker, CallUpdate, PbxEvent, Reading};
/// use vochi_crm_core::{Outcome, Timestamp, phone::PhoneReader};
///
/// let mut calls = CallTracker::builder()
///     .phones(PhoneReader::new().with_region("BY".parse()?))
///     .build();
/// let began: Timestamp = "2026-03-02T08:00:00Z".parse()?;
/// let events = [
///     (0, "start", json!({"UniqueId": "17.185", "Phone": "80291112233", "CallType": 0, "Trunk": "0001363"})),
///     (1, "dial", json!({"UniqueId": "17.185", "Phone": "80291112233", "CallType": 0, "Extensions": ["151", "152"]})),
///     (26, "hangup", json!({"UniqueId": "17.185", "Phone": "80291112233", "CallType": 0, "CallStatus": "0"})),
/// ];
/// let mut updates = Vec::new();
/// for (second, name, body) in &events {
///     let at = began.plus(std::time::Duration::from_secs(*second));
///     if let Reading::Event(event) = PbxEvent::read(name, body.as_object().ok_or("no object")?)? {
///         updates.extend(calls.process(at, &event));
///     }
/// }
/// updates.extend(calls.finish());
///
/// let Some(CallUpdate::Finished(call)) = updates.last() else { return Err("no record".into()) };
/// assert_eq!(call.record().outcome(), Outcome::Missed);
/// assert_eq!(call.record().client().to_string(), "+375291112233");
/// assert_eq!(call.record().wait().map(|wait| wait.get()), Some(26));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CallTracker {
    rules: Rules,
    timeouts: TimeoutMicros,
    /// Clocks of the PBXs with open calls; they need not agree.
    clocks: HashMap<Scope, PbxClock>,
    /// The latest time of any event.
    now: Micros,
    scenes: Vec<Option<Box<Scene>>>,
    free: Vec<SceneAt>,
    names: Names,
    /// Scenes by the extensions that take part, to find consultations.
    employees: Numbers,
    /// Scenes by the digits of their clients' numbers.
    clients: Numbers,
    closed: Closed,
    /// When each scene is checked next.
    planned: Vec<Micros>,
    /// The same in order, over all PBXs.
    next: BTreeSet<(Micros, SceneAt)>,
    late: u64,
    dropped: u64,
}

/// Clock and schedule of one PBX.
#[derive(Clone, Debug)]
struct PbxClock {
    now: Micros,
    /// Number of open scenes.
    open: usize,
    /// When to check which scene; a scene may occur more than once.
    due: BinaryHeap<Reverse<(Micros, SceneAt)>>,
}

/// [`Timeouts`] in microseconds.
#[derive(Clone, Copy, Debug)]
struct TimeoutMicros {
    reorder: Micros,
    after_last_bridge: Micros,
    waiting: Micros,
    silent: Micros,
    remembered: Micros,
}

impl CallTracker {
    /// Returns a builder with default settings.
    pub fn builder() -> CallTrackerBuilder {
        CallTrackerBuilder::default()
    }

    /// Processes an event that happened at that time and returns what it changed.
    pub fn process(&mut self, at: Timestamp, event: &PbxEvent<'_>) -> Vec<CallUpdate> {
        let at = at.unix_micros();
        let when = Moment::of(event, at);
        let mut updates = Vec::new();
        self.advance_clock(when.scope, at, &mut updates);
        match event.payload {
            Payload::PbxStopped => self.pbx_stopped(when.scope, at, &mut updates),
            Payload::PbxStarted { uptime_seconds } => {
                let started = at.saturating_sub(Micros::from(uptime_seconds) * SECOND);
                self.pbx_started(when.scope, started, &mut updates);
            }
            _ => {
                let dropped = self.dropped;
                match self.ingest(when, &event.payload) {
                    Some(scene) => self.refresh(scene, at, &mut updates),
                    None if self.dropped == dropped => self.late += 1,
                    None => {}
                }
            }
        }
        updates
    }

    /// Advances the time of every PBX without an event, and closes calls whose hangup was lost.
    pub fn pass_time(&mut self, now: Timestamp) -> Vec<CallUpdate> {
        let mut updates = Vec::new();
        let now = now.unix_micros();
        self.now = self.now.max(now);
        while let Some((due, at)) = self.next.first().copied()
            && due <= now
        {
            let scope = self.scene(at).map(|scene| scene.scope);
            if let Some(clock) = scope.and_then(|scope| self.clocks.get_mut(&scope)) {
                clock.now = clock.now.max(now);
            }
            self.unplan(at);
            self.close_due(at, &mut updates);
        }
        self.closed.forget(self.now);
        updates
    }

    /// Returns when [`pass_time`](Self::pass_time) has work to do if no event arrives before.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.next.first().map(|(due, _)| moment(*due))
    }

    /// Ends the stream and closes every call.
    ///
    /// Finished calls, and calls silent for [`Timeouts::waiting`], are returned as finished without
    /// waiting for late events. Calls that still go on are returned as [`CallUpdate::Unfinished`]
    /// and must not be recorded.
    pub fn finish(&mut self) -> Vec<CallUpdate> {
        let mut updates = Vec::new();
        let mut open: Vec<SceneAt> = (0..).take(self.scenes.len()).collect();
        open.retain(|at| self.scene(*at).is_some());
        // Oldest first, so that a part of an earlier call still finds it.
        open.sort_by_key(|at| self.scene(*at).map(|scene| scene.first_at));
        self.join_all(&open);
        for at in open {
            self.end_of_stream(at, &mut updates);
        }
        updates
    }

    /// Number of open calls, including calls between employees.
    pub fn open_calls(&self) -> usize {
        self.scenes.len() - self.free.len()
    }

    /// Number of events that arrived too late: for closed calls, or for bridges without an open
    /// call.
    pub fn late_events(&self) -> u64 {
        self.late
    }

    /// Number of events dropped because their call had too many channels. The record of such a call
    /// has a warning.
    pub fn dropped_events(&self) -> u64 {
        self.dropped
    }

    fn scene(&self, at: SceneAt) -> Option<&Scene> {
        self.scenes.get(usize::try_from(at).ok()?)?.as_deref()
    }

    fn scene_mut(&mut self, at: SceneAt) -> Option<&mut Scene> {
        self.scenes.get_mut(usize::try_from(at).ok()?)?.as_deref_mut()
    }

    fn begin(&mut self, when: Moment<'_>) -> SceneAt {
        self.keep(Scene::new(when.scope, when.tenant, when.at))
    }

    fn keep(&mut self, scene: Scene) -> SceneAt {
        let clock = self.clocks.entry(scene.scope).or_insert(PbxClock {
            now: scene.last_at,
            open: 0,
            due: BinaryHeap::new(),
        });
        clock.now = clock.now.max(scene.last_at);
        clock.open += 1;
        let scene = Some(Box::new(scene));
        let place = self.free.pop().unwrap_or_else(|| {
            self.scenes.push(None);
            self.planned.push(Micros::MAX);
            u32::try_from(self.scenes.len() - 1).unwrap_or(u32::MAX)
        });
        if let Some(slot) = usize::try_from(place).ok().and_then(|place| self.scenes.get_mut(place))
        {
            *slot = scene;
        }
        place
    }

    /// Advances a PBX's clock; scenes due by then are closed first.
    fn advance_clock(&mut self, scope: Scope, at: Micros, updates: &mut Vec<CallUpdate>) {
        self.now = self.now.max(at);
        while let Some((due, scene)) = self.overdue(scope, at) {
            if is_planned(&self.planned, due, scene) {
                self.unplan(scene);
                self.close_due(scene, updates);
            }
        }
        self.closed.forget(self.now);
    }

    /// Removes and returns the next scheduled check of a PBX whose time has come.
    fn overdue(&mut self, scope: Scope, at: Micros) -> Option<(Micros, SceneAt)> {
        let clock = self.clocks.get_mut(&scope)?;
        clock.now = clock.now.max(at);
        let Reverse((due, _)) = clock.due.peek()?;
        if *due > clock.now {
            return None;
        }
        clock.due.pop().map(|Reverse(entry)| entry)
    }

    /// Returns the current time of a PBX.
    fn now(&self, scope: Scope) -> Micros {
        self.clocks.get(&scope).map_or(self.now, |clock| clock.now)
    }

    /// Re-evaluates a scene after it changed.
    fn refresh(&mut self, at: SceneAt, when: Micros, updates: &mut Vec<CallUpdate>) {
        let place = usize::try_from(at).unwrap_or(usize::MAX);
        let Some(mut scene) = self.scenes.get_mut(place).and_then(Option::take) else {
            return;
        };
        if std::mem::take(&mut scene.crowd.dropped) {
            self.dropped += 1;
        }
        let mut found = clients(&scene, &self.rules);
        if scene.channels.len() >= usize::from(scene.crowd.at) {
            self.evict_attempts(&mut scene, at, &found, when);
            found = clients(&scene, &self.rules);
        }
        self.track_clients(&mut scene, at, &found);
        self.emit_updates(&mut scene, &found, when, updates);
        let due = self.next_check(&scene, &found);
        if let Some(slot) = self.scenes.get_mut(place) {
            *slot = Some(scene);
        }
        self.plan(at, due);
    }

    /// Adds live state for every client that has none.
    fn track_clients(&mut self, scene: &mut Scene, at: SceneAt, found: &Clients) {
        for client in found {
            if !scene.live.iter().any(|live| live.key == client.key) {
                let mut live = Live::new(client.key);
                if self.may_be_consultation(scene, at, client) {
                    live.mute();
                }
                scene.live.push(live);
            }
        }
    }

    fn emit_updates(
        &self,
        scene: &mut Scene,
        found: &Clients,
        at: Micros,
        updates: &mut Vec<CallUpdate>,
    ) {
        let mut events = Vec::new();
        let mut lives = std::mem::take(&mut scene.live);
        for live in &mut lives {
            match found.iter().find(|client| client.key == live.key) {
                Some(client) if origin_is_unseen(scene, client) => {}
                Some(client) => {
                    advance(scene, found, client, live, &self.rules, at, &mut events);
                }
                // It became part of another call: its popup must close.
                None => events.extend(withdraw(live, scene, at)),
            }
        }
        scene.live = lives;
        updates.extend(events.into_iter().map(|event| live_event(scene, event)));
    }

    fn plan(&mut self, at: SceneAt, due: Micros) {
        let Some(scope) = self.scene(at).map(|scene| scene.scope) else {
            return;
        };
        let place = usize::try_from(at).unwrap_or(usize::MAX);
        let (Some(clock), Some(planned)) =
            (self.clocks.get_mut(&scope), self.planned.get_mut(place))
        else {
            return;
        };
        // It was checked just now; the next check needs time to pass.
        let due = due.max(clock.now.saturating_add(1));
        if due < *planned {
            self.next.remove(&(*planned, at));
            self.next.insert((due, at));
            *planned = due;
            clock.due.push(Reverse((due, at)));
        }
        if clock.due.len() > 2 * clock.open + 64 {
            // Drop entries that were rescheduled or whose scene is closed.
            let planned = &self.planned;
            clock.due.retain(|Reverse((due, scene))| is_planned(planned, *due, *scene));
        }
    }

    /// Joins two scenes: the younger becomes part of the older.
    fn join(&mut self, one: SceneAt, other: SceneAt) -> SceneAt {
        if one == other {
            return one;
        }
        let began = |at: SceneAt| self.scene(at).map_or(Micros::MAX, |scene| scene.first_at);
        let (older, younger) =
            if (began(other), other) < (began(one), one) { (other, one) } else { (one, other) };
        let size = |at: SceneAt| self.scene(at).map_or(0, |scene| scene.channels.len());
        if size(older) + size(younger) > MAX_CHANNELS {
            for at in [older, younger] {
                if let Some(scene) = self.scene_mut(at) {
                    scene.drop_fact();
                }
            }
            return one;
        }
        let place = usize::try_from(younger).unwrap_or(usize::MAX);
        let Some(part) = self.scenes.get_mut(place).and_then(Option::take) else {
            return older;
        };
        self.unindex(younger, &part);
        self.release(younger, part.scope);
        let Some(whole) = self.scene_mut(older) else {
            return older;
        };
        whole.join(*part);
        self.reindex(older);
        older
    }

    fn release(&mut self, at: SceneAt, scope: Scope) {
        self.free.push(at);
        self.unplan(at);
        if let Some(clock) = self.clocks.get_mut(&scope) {
            clock.open = clock.open.saturating_sub(1);
            if clock.open == 0 {
                self.clocks.remove(&scope);
            }
        }
    }

    fn unplan(&mut self, at: SceneAt) {
        let place = usize::try_from(at).unwrap_or(usize::MAX);
        if let Some(planned) = self.planned.get_mut(place) {
            self.next.remove(&(*planned, at));
            *planned = Micros::MAX;
        }
    }
}

fn is_planned(planned: &[Micros], due: Micros, at: SceneAt) -> bool {
    let place = usize::try_from(at).unwrap_or(usize::MAX);
    planned.get(place) == Some(&due)
}

fn live_event(scene: &Scene, event: CallEvent) -> CallUpdate {
    CallUpdate::Live(Box::new(LiveEvent { tenant: scene.tenant.clone(), event }))
}

/// Returns true if the first channel of an outgoing call is still unknown. It may be a client's,
/// and the call one that is forwarded to a mobile.
fn origin_is_unseen(scene: &Scene, client: &Client) -> bool {
    let linked = scene.channel(client.key).and_then(|channel| scene.linked(channel));
    client.direction == Direction::Outbound
        && linked.is_some_and(|linked| scene.find(linked).is_none())
}

/// Index key of a client's number: its digits.
fn number_key(phone: &str) -> String {
    crate::rules::digits(phone).map(char::from).collect()
}
