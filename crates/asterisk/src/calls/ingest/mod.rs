//! Stores the facts of an event in the scene they belong to.

mod bridges;
mod consultations;
mod dialplan;

use compact_str::CompactString;

use super::index::{Name, SceneAt};
use super::{CallTracker, number_key};
use crate::analysis::numbers::dialled_number;
use crate::peer::Peer;
use crate::read::{Attempt, ChannelRef, DialEnd, Dialect, FieldText, Payload, PbxEvent};
use crate::scene::{
    BridgeId, Channel, ChannelAt, MAX_ATTEMPTS, MAX_CHANNELS, Micros, Move, MoveKind, Scope,
};

/// PBX, tenant, dialect and time of an event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment<'a> {
    pub(super) scope: Scope,
    pub(super) tenant: Option<&'a str>,
    pub(super) dialect: Dialect,
    pub(super) at: Micros,
}

impl<'a> Moment<'a> {
    pub(super) fn of(event: &'a PbxEvent<'_>, at: Micros) -> Self {
        let tenant = event.scope.as_deref();
        Self { scope: Scope::of(tenant), tenant, dialect: event.dialect, at }
    }
}

/// Where an event shows a channel.
#[derive(Clone, Copy, Debug)]
enum Seen {
    Anywhere,
    /// At this bridge; `None` if it is not shared or not named.
    AtBridge(Option<BridgeId>),
}

impl CallTracker {
    /// Stores an event and returns its scene; `None` if it belongs to a closed call or to none.
    pub(super) fn ingest(&mut self, when: Moment<'_>, payload: &Payload<'_>) -> Option<SceneAt> {
        let at = when.at;
        match payload {
            Payload::ChannelCreated(named) => self.channel_created(when, named),
            Payload::Seen(named) => self.state_changed(when, named),
            Payload::DialStarted { attempt, string } => {
                self.dial_started(when, attempt, string.as_deref())
            }
            Payload::DialRinging(attempt) => {
                let scene = self.dial_started(when, attempt, None)?;
                let to = self.scene(scene)?.find(&attempt.to.id)?;
                self.with(scene, to, |channel| channel.ring(at));
                Some(scene)
            }
            Payload::DialEnded { attempt, end } => self.dial_ended(when, attempt, *end),
            Payload::BridgeEntered(membership) => self.entered(when, membership),
            Payload::BridgeLeft { from, remaining } => self.left(when, from, *remaining),
            Payload::BridgeDestroyed { bridge } => {
                self.bridge_destroyed(when, BridgeId::of(bridge))
            }
            Payload::HungUp { channel, cause } => {
                let cause = cause.and_then(|cause| cause.try_into().ok());
                self.mark(when, channel, |channel| channel.hang(at, cause))
            }
            Payload::HangupRequested(named) => {
                self.mark(when, named, |channel| channel.asked = true)
            }
            Payload::Held(named) => self.held(when, named, true),
            Payload::Resumed(named) => self.held(when, named, false),
            Payload::Message(named) => self.mark(when, named, |channel| channel.message = true),
            Payload::Recorded(named) => {
                let (scene, channel) = self.seen(when, named)?;
                self.scene_mut(scene)?.record(at, channel);
                Some(scene)
            }
            Payload::Blind { by, client, to } => {
                let scene = self.join_channels(when, by, client.as_ref())?;
                self.moved(when, scene, MoveKind::Blind, by, to.as_deref())
            }
            Payload::Attended { by, second, client, target } => {
                let others = [Some(second), client.as_ref(), target.as_ref()];
                let scene = self.join_channels(when, by, others.into_iter().flatten())?;
                self.moved(when, scene, MoveKind::Attended, by, None)
            }
            Payload::Linked(one, other) => self.join_channels(when, one, Some(other)),
            Payload::Arrived(arrived) => self.arrived(when, arrived),
            Payload::Dialled(dialled) => self.plan_dials(when, dialled),
            Payload::Reported(reported) => self.reported(when, reported),
            // These concern every call of the PBX.
            Payload::PbxStopped | Payload::PbxStarted { .. } => None,
        }
    }

    fn with(&mut self, scene: SceneAt, channel: ChannelAt, change: impl FnOnce(&mut Channel)) {
        let found =
            self.scene_mut(scene).and_then(|scene| scene.channels.get_mut(usize::from(channel)));
        if let Some(channel) = found {
            change(channel);
        }
    }

    fn mark(
        &mut self,
        when: Moment<'_>,
        named: &ChannelRef<'_>,
        change: impl FnOnce(&mut Channel),
    ) -> Option<SceneAt> {
        let (scene, channel) = self.seen(when, named)?;
        self.with(scene, channel, change);
        Some(scene)
    }

    fn held(&mut self, when: Moment<'_>, named: &ChannelRef<'_>, held: bool) -> Option<SceneAt> {
        let (scene, channel) = self.seen(when, named)?;
        let open = self.scene_mut(scene)?;
        if !open.channels.get_mut(usize::from(channel))?.hold(when.at, held) {
            open.drop_fact();
        }
        Some(scene)
    }

    fn channel_created(&mut self, when: Moment<'_>, named: &ChannelRef<'_>) -> Option<SceneAt> {
        let (scene, channel) = self.seen(when, named)?;
        self.mark_trunk_channel(scene, channel, named);
        if named.begins() {
            self.with(scene, channel, |channel| channel.calls = true);
            self.note_consultation(scene, channel, when.at);
        }
        Some(scene)
    }

    /// Turns a phone into a line if its channel began in a trunk's context; another event may
    /// arrive first.
    fn mark_trunk_channel(&mut self, scene: SceneAt, at: ChannelAt, named: &ChannelRef<'_>) {
        let Some(line @ Peer::Line(_)) = self.peer(named) else {
            return;
        };
        let Some(open) = self.scene_mut(scene) else {
            return;
        };
        let scope = open.scope;
        let Some(channel) = open.channels.get_mut(usize::from(at)) else {
            return;
        };
        if let Peer::Employee(taken_for) = std::mem::replace(&mut channel.peer, line) {
            let phone = |one: &Channel| one.peer.extension() == Some(taken_for.as_str());
            if !open.channels.iter().any(phone) {
                self.employees.drop_scene(scope, &taken_for, scene);
            }
        }
        self.recognise_mobile(scene, at);
    }

    /// Turns a line into an employee's phone if its number is an employee's mobile.
    fn recognise_mobile(&mut self, scene: SceneAt, at: ChannelAt) -> bool {
        if self.rules.employees.is_empty() {
            return false;
        }
        let open = self.scene(scene);
        let line = open.and_then(|open| Some((open.scope, open.channel(at)?)));
        let Some((scope, channel)) = line.filter(|(_, channel)| channel.peer.is_line()) else {
            return false;
        };
        let number = dialled_number(channel);
        let Some(mobile) = number.and_then(|number| self.rules.employee_mobile(number)) else {
            return false;
        };
        self.employees.add(scope, &mobile, scene);
        self.with(scene, at, |channel| channel.peer = Peer::Employee(mobile));
        true
    }

    fn state_changed(&mut self, when: Moment<'_>, named: &ChannelRef<'_>) -> Option<SceneAt> {
        let (scene, channel) = self.seen(when, named)?;
        let state_changed = self.scene(scene)?.channel(channel)?;
        // A dialplan reports a phone before it is answered only when a client is transferred to it.
        let rings_at_client = when.dialect == Dialect::Dialplan
            && state_changed.peer.extension().is_some()
            && state_changed.connected().is_some_and(|other| self.rules.is_outside(other));
        // Some channel drivers create a channel first and report later that it dials.
        let begins = named.begins() && state_changed.dial.is_none() && !state_changed.calls;
        if begins {
            self.with(scene, channel, |channel| channel.calls = true);
            self.note_consultation(scene, channel, when.at);
        }
        if named.rings() || rings_at_client {
            self.with(scene, channel, |channel| channel.ring(when.at));
        }
        Some(scene)
    }

    fn dial_started(
        &mut self,
        when: Moment<'_>,
        attempt: &Attempt<'_>,
        string: Option<&str>,
    ) -> Option<SceneAt> {
        let (scene, to, by) = self.dialled(when, attempt)?;
        self.with(scene, to, |channel| {
            // The dial string matters for lines only: the names of other channels say what they
            // dial.
            let string = string.filter(|_| channel.peer.is_line());
            let dial = channel.dial_mut(when.at);
            dial.at = if dial.orphan { when.at } else { dial.at.min(when.at) };
            dial.orphan = false;
            dial.by = dial.by.or(by);
            if dial.string.is_none() {
                dial.string = string.map(Into::into);
            }
        });
        self.recognise_mobile(scene, to);
        Some(scene)
    }

    fn dial_ended(
        &mut self,
        when: Moment<'_>,
        attempt: &Attempt<'_>,
        end: DialEnd,
    ) -> Option<SceneAt> {
        let (scene, to, by) = self.dialled(when, attempt)?;
        self.with(scene, to, |channel| {
            let dial = channel.dial_mut(when.at);
            dial.by = dial.by.or(by);
            if dial.end.is_none_or(|(known, _)| when.at < known) {
                dial.end = Some((when.at, end));
            }
        });
        Some(scene)
    }

    /// Returns the scene and position of the channel an AMI or dialplan channel event names.
    fn seen(&mut self, when: Moment<'_>, named: &ChannelRef<'_>) -> Option<(SceneAt, ChannelAt)> {
        self.seen_in(when, named, Seen::Anywhere)
    }

    fn seen_in(
        &mut self,
        when: Moment<'_>,
        named: &ChannelRef<'_>,
        seen: Seen,
    ) -> Option<(SceneAt, ChannelAt)> {
        let Moment { scope, at, .. } = when;
        let known = self.names.get(Name::channel(scope, &named.id));
        if known.is_none() && self.closed.has(Name::channel(scope, &named.id)) {
            return None;
        }
        let linked =
            named.linked.as_deref().and_then(|linked| self.names.get(Name::channel(scope, linked)));
        let scene = match (known, linked) {
            (Some(known), Some(linked)) if known != linked => self.join(known, linked),
            (Some(known), _) => known,
            (None, Some(linked)) => linked,
            (None, None) => {
                let peer = self.peer(named).unwrap_or_default();
                let parent = match (when.dialect, seen) {
                    (Dialect::Dialplan, Seen::AtBridge(bridge)) => {
                        self.find_scene(scope, named, &peer, bridge)
                    }
                    (Dialect::Dialplan, Seen::Anywhere) => {
                        self.find_scene(scope, named, &peer, None)
                    }
                    (Dialect::Ami, _) => None,
                };
                parent.unwrap_or_else(|| self.begin(when))
            }
        };
        let is_dialplan = when.dialect == Dialect::Dialplan;
        let open = self.scene(scene)?;
        let seen_before = open.find(&named.id);
        let known_channel = seen_before.and_then(|place| open.channel(place));
        // The PBX gives a helper the name of the channel it replaces.
        let nameless = known_channel
            .is_none_or(|channel| matches!(channel.peer, Peer::Unknown | Peer::Helper));
        // Later the channel may belong to the call of a bridge it entered.
        let begins_earlier = known_channel.is_none_or(|channel| at < channel.first_at);
        let peer = if nameless { self.peer(named) } else { None };
        // The first event of a phone or a Local channel may be one of many ring attempts.
        let only_rings =
            matches!(peer, Some(Peer::Employee(_) | Peer::Local { .. } | Peer::Helper))
                && !(named.begins() && peer.as_ref().is_some_and(|peer| peer.pair().is_none()))
                && matches!(seen, Seen::Anywhere);
        let most = if only_rings { MAX_ATTEMPTS } else { MAX_CHANNELS };
        let open = self.scene_mut(scene)?;
        open.touch(at);
        open.dialplan |= is_dialplan;
        let Some((place, _)) = open.channel_mut(&named.id, at, most) else {
            self.dropped += 1;
            return None;
        };
        if begins_earlier && let Some(linked) = named.linked.as_deref() {
            open.link(place, linked);
        }
        let channel = open.channels.get_mut(usize::from(place))?;
        let mut pair = None;
        let mut employee = None;
        let mut client = None;
        if let Some(peer) = peer {
            if is_dialplan && peer.is_line() {
                client = named.caller.as_deref().map(number_key);
            }
            pair = peer.pair().map(|pair| Name::pair(scope, pair));
            employee = peer.extension().map(CompactString::from);
            channel.peer = peer;
        }
        channel.learn(at, named, is_dialplan);
        if self.recognise_mobile(scene, place) {
            client = None;
        }
        let linked = named.linked.as_deref().filter(|_| seen_before.is_none());
        let ids = [Some(&*named.id).filter(|_| known.is_none()), linked];
        for id in ids.into_iter().flatten() {
            let name = Name::channel(scope, id);
            if self.names.get(name).is_none() {
                self.names.set(name, scene);
            }
        }
        let mut scene = scene;
        if let Some(pair) = pair {
            match self.names.get(pair) {
                Some(other) if self.completes(other, scene, &named.id) => {
                    scene = self.join(scene, other);
                }
                // The PBX restarted and reuses the name: these are other channels.
                _ => self.names.set(pair, scene),
            }
        }
        if let Some(employee) = employee {
            self.employees.add(scope, &employee, scene);
        }
        if let Some(client) = client {
            self.clients.add(scope, &client, scene);
        }
        let place = self.scene(scene)?.find(&named.id).unwrap_or(place);
        Some((scene, place))
    }

    /// Returns true if a Local channel is the missing half of a pair in another scene.
    fn completes(&self, other: SceneAt, own: SceneAt, id: &str) -> bool {
        let new = self.scene(own).and_then(|scene| {
            let channel = scene.channel(scene.find(id)?)?;
            Some(&channel.peer)
        });
        let known = self.scene(other);
        known.is_some_and(|known| {
            let mut same = known.channels.iter().filter(|channel| channel.id != id);
            same.all(|channel| Some(&channel.peer) != new)
        })
    }

    fn peer(&self, named: &ChannelRef<'_>) -> Option<Peer> {
        let name = named.name.as_deref()?;
        Some(Peer::of(name, named.context.as_deref(), &self.rules))
    }

    /// Returns the two channels of a dial, joined into one scene.
    fn dialled(
        &mut self,
        when: Moment<'_>,
        attempt: &Attempt<'_>,
    ) -> Option<(SceneAt, ChannelAt, Option<ChannelAt>)> {
        let scene = self.join_channels(when, &attempt.to, attempt.by.as_ref())?;
        let open = self.scene(scene)?;
        let by = attempt.by.as_ref().and_then(|by| open.find(&by.id));
        Some((scene, open.find(&attempt.to.id)?, by))
    }

    /// Joins the scenes of several channels that one event names.
    fn join_channels<'b, 'c: 'b>(
        &mut self,
        when: Moment<'_>,
        one: &ChannelRef<'_>,
        others: impl IntoIterator<Item = &'b ChannelRef<'c>>,
    ) -> Option<SceneAt> {
        let (mut scene, _) = self.seen(when, one)?;
        for other in others {
            if let Some((second, _)) = self.seen(when, other) {
                scene = self.join(scene, second);
            }
        }
        Some(scene)
    }

    fn moved(
        &mut self,
        when: Moment<'_>,
        scene: SceneAt,
        how: MoveKind,
        by: &ChannelRef<'_>,
        to: Option<&str>,
    ) -> Option<SceneAt> {
        let open = self.scene_mut(scene)?;
        let by = open.find(&by.id)?;
        open.add_move(Move { at: when.at, how, by, to: to.map(Into::into) });
        Some(scene)
    }
}

fn bridge_id(written: Option<&FieldText<'_>>) -> Option<BridgeId> {
    written.map(|written| BridgeId::of(written))
}
