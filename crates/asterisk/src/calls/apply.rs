//! Facts put into the scene they belong to.

use compact_str::CompactString;
use smallvec::SmallVec;
use vochi_crm_core::LocalTime;

use super::home::holders;
use super::index::{Name, SceneAt};
use super::{CallTracker, number_key};
use crate::peer::Peer;
use crate::read::{BridgeKind, CallKind, Named, Told, Written};
use crate::scene::{Arrival, BridgeId, Channel, ChannelAt, How, Micros, Move, PlanDial, Report};

impl CallTracker {
    /// Puts a fact where it belongs and says where that is. None if it belongs to a call that was
    /// closed, or to none.
    pub(super) fn place(&mut self, scope: u32, at: Micros, told: &Told<'_>) -> Option<SceneAt> {
        match told {
            Told::Appeared(named) => {
                let (scene, channel) = self.seen(scope, at, named)?;
                if named.begins() {
                    self.with(scene, channel, |channel| channel.calls = true);
                    self.note_question(scene, channel, at);
                }
                Some(scene)
            }
            Told::Seen(named) => {
                let (scene, channel) = self.seen(scope, at, named)?;
                let rings_at_client = |channel: &Channel| {
                    // A listener tells of a phone before it is answered only when a call is passed
                    // on to it.
                    let outside = |other: &str| self.rules.is_outside(other);
                    named.linked.is_none()
                        && channel.peer.extension().is_some()
                        && channel.connected().is_some_and(outside)
                };
                let told = self.scene(scene)?.channel(channel)?;
                if named.rings() || rings_at_client(told) {
                    self.with(scene, channel, |channel| channel.ring(at));
                }
                Some(scene)
            }
            Told::DialBegun { by, to, string } => {
                let (scene, to, by) = self.dialled(scope, at, by.as_ref(), to)?;
                self.with(scene, to, |channel| {
                    let string = string.as_deref();
                    // Whom it dials, the names of all but lines tell.
                    let needs_string = channel.peer.is_line();
                    let dial = channel.dial_mut(at);
                    dial.at = if dial.orphan { at } else { dial.at.min(at) };
                    dial.orphan = false;
                    dial.by = dial.by.or(by);
                    if dial.string.is_none() && needs_string {
                        dial.string = string.map(Into::into);
                    }
                });
                Some(scene)
            }
            Told::DialRings { by, to } => {
                let (scene, to, _) = self.dialled(scope, at, by.as_ref(), to)?;
                self.with(scene, to, |channel| channel.ring(at));
                Some(scene)
            }
            Told::DialEnded { by, to, end } => {
                let (scene, to, _) = self.dialled(scope, at, by.as_ref(), to)?;
                self.with(scene, to, |channel| {
                    let dial = channel.dial_mut(at);
                    if dial.end.is_none_or(|(known, _)| at < known) {
                        dial.end = Some((at, *end));
                    }
                });
                Some(scene)
            }
            Told::Entered {
                channel,
                bridge,
                kind,
                late,
            } => self.entered(scope, at, channel, bridge_id(bridge), *kind, *late),
            Told::Left {
                channel,
                bridge,
                remaining,
            } => self.left(scope, at, channel, bridge_id(bridge), *remaining),
            Told::BridgeGone { bridge } => {
                let bridge = BridgeId::of(bridge);
                let scene = self.names.get(Name::bridge(scope, bridge))?;
                let open = self.scene_mut(scene)?;
                let place = open.bridge(bridge)?;
                open.empty(place, at);
                open.touch(at);
                Some(scene)
            }
            Told::HungUp { channel, cause } => {
                let (scene, channel) = self.seen(scope, at, channel)?;
                let cause = cause.and_then(|cause| cause.try_into().ok());
                self.with(scene, channel, |channel| channel.hang(at, cause));
                Some(scene)
            }
            Told::AsksToHangUp(named) => {
                self.mark(scope, at, named, |channel| channel.asked = true)
            }
            Told::Held(named) => self.mark(scope, at, named, |channel| channel.hold(at, true)),
            Told::Resumed(named) => self.mark(scope, at, named, |channel| channel.hold(at, false)),
            Told::Message(named) => self.mark(scope, at, named, |channel| channel.message = true),
            Told::Recorded(named) => {
                let (scene, channel) = self.seen(scope, at, named)?;
                let open = self.scene_mut(scene)?;
                let known = open.recorded.get_or_insert((at, channel));
                *known = (at, channel).min(*known);
                Some(scene)
            }
            Told::Blind { by, client, to } => {
                let (scene, by) = self.seen(scope, at, by)?;
                let scene = self.together(scope, at, scene, by, client.as_ref())?;
                self.moved(scope, scene, at, How::Blind, by, to.as_deref())
            }
            Told::Attended {
                by,
                second,
                client,
                target,
            } => {
                let id = by.id.clone();
                let (scene, by) = self.seen(scope, at, by)?;
                let mut scene = scene;
                for other in [Some(second), client.as_ref(), target.as_ref()] {
                    scene = self.together(scope, at, scene, by, other)?;
                }
                let by = self.scene(scene)?.find(&id)?;
                self.moved(scope, scene, at, How::Attended, by, None)
            }
            Told::Together(one, other) => {
                let (scene, by) = self.seen(scope, at, one)?;
                self.together(scope, at, scene, by, Some(other))
            }
            Told::Arrived { id, phone, line } => {
                let (scene, channel) = self.planned(scope, at, id, None)?;
                self.scene_mut(scene)?.plan_mut().arrive(Arrival {
                    at,
                    channel,
                    phone: phone.as_deref().map(Into::into),
                    line: line.as_deref().map(Into::into),
                });
                if let Some(phone) = phone {
                    self.clients.add(scope, &number_key(phone), scene);
                }
                Some(scene)
            }
            Told::Dialled {
                id,
                kind,
                phone,
                extensions,
                line,
            } => self.plan_dials(scope, at, id, *kind, phone, extensions, line.as_deref()),
            Told::Reported {
                id,
                kind,
                answered,
                phone,
                extensions,
                line,
                began,
                received,
                ended,
            } => {
                let lasted = match (began, ended) {
                    (Some(began), Some(ended)) => {
                        let zone = &self.rules.zone;
                        zone.instant(*ended).unix_micros() - zone.instant(*began).unix_micros()
                    }
                    _ => 0,
                };
                let home = self.reported_home(
                    scope,
                    at.saturating_sub(lasted.max(0)),
                    *kind,
                    phone.as_deref(),
                    extensions,
                );
                let (scene, channel) = self.planned(scope, at, id, home)?;
                let instant = |time: &Option<LocalTime>| {
                    time.map(|time| self.rules.zone.instant(time).unix_micros())
                };
                let report = Report {
                    at,
                    channel,
                    kind: *kind,
                    answered: *answered,
                    phone: phone.as_deref().map(Into::into),
                    extensions: texts(extensions),
                    line: line.as_deref().map(Into::into),
                    began: instant(began).or_else(|| {
                        // Some listeners stamp the receipt at the end; it is no start of a transfer.
                        instant(received).filter(|_| *kind != CallKind::Internal)
                    }),
                    ended: instant(ended),
                };
                self.scene_mut(scene)?.plan_mut().report(report);
                Some(scene)
            }
        }
    }

    /// The open call a hangup belongs to whose own channel nobody told of.
    fn reported_home(
        &self,
        scope: u32,
        began: Micros,
        kind: CallKind,
        phone: Option<&str>,
        extensions: &[Written<'_>],
    ) -> Option<SceneAt> {
        let outside = phone.filter(|phone| self.rules.is_outside(phone))?;
        let first = extensions.first();
        match (kind, first) {
            (CallKind::Internal, _) => self.carried_on(scope, outside, None),
            (CallKind::Outgoing, Some(client)) if self.rules.is_outside(client) => {
                self.carried_on(scope, client, phone)
            }
            (CallKind::Outgoing, Some(employee)) => self.asking(scope, employee, began),
            (CallKind::Outgoing, None) => self.strays_with(scope, outside).first().copied(),
            _ => None,
        }
    }

    fn with(&mut self, scene: SceneAt, channel: ChannelAt, change: impl FnOnce(&mut Channel)) {
        let found = self
            .scene_mut(scene)
            .and_then(|scene| scene.channels.get_mut(usize::from(channel)));
        if let Some(channel) = found {
            change(channel);
        }
    }

    fn mark(
        &mut self,
        scope: u32,
        at: Micros,
        named: &Named<'_>,
        change: impl FnOnce(&mut Channel),
    ) -> Option<SceneAt> {
        let (scene, channel) = self.seen(scope, at, named)?;
        self.with(scene, channel, change);
        Some(scene)
    }

    /// The scene and place of a channel an event of AMI, or a dialplan's channel event, names.
    fn seen(&mut self, scope: u32, at: Micros, named: &Named<'_>) -> Option<(SceneAt, ChannelAt)> {
        self.seen_in(scope, at, named, None)
    }

    fn seen_in(
        &mut self,
        scope: u32,
        at: Micros,
        named: &Named<'_>,
        bridge: Option<BridgeId>,
    ) -> Option<(SceneAt, ChannelAt)> {
        let known = self.names.get(Name::channel(scope, &named.id));
        if known.is_none() && self.closed.has(Name::channel(scope, &named.id)) {
            return None;
        }
        let linked = named
            .linked
            .as_deref()
            .and_then(|linked| self.names.get(Name::channel(scope, linked)));
        let scene = match (known, linked) {
            (Some(known), Some(linked)) if known != linked => self.join(known, linked),
            (Some(known), _) => known,
            (None, Some(linked)) => linked,
            (None, None) => {
                let peer = self.peer(named).unwrap_or_default();
                let home = if named.linked.is_none() {
                    self.home_of(scope, named, &peer, bridge)
                } else {
                    None
                };
                home.unwrap_or_else(|| self.begin(scope, at))
            }
        };
        let is_dialplan = named.linked.is_none();
        let open = self.scene(scene)?;
        let seen_before = open.find(&named.id);
        let nameless = seen_before
            .and_then(|place| open.channel(place))
            .is_none_or(|channel| channel.peer == Peer::Unknown);
        let peer = if nameless { self.peer(named) } else { None };
        let open = self.scene_mut(scene)?;
        open.touch(at);
        open.dialplan |= is_dialplan;
        if seen_before.is_none()
            && let Some(linked) = named.linked.as_deref()
        {
            open.link(&named.id, linked, at);
        }
        let (place, channel) = open.channel_mut(&named.id, at)?;
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
                Some(other) => scene = self.join(scene, other),
                None => self.names.set(pair, scene),
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

    fn peer(&self, named: &Named<'_>) -> Option<Peer> {
        let name = named.name.as_deref()?;
        Some(Peer::of(name, &self.rules.extensions))
    }

    /// A dial's two channels, in one scene.
    fn dialled(
        &mut self,
        scope: u32,
        at: Micros,
        by: Option<&Named<'_>>,
        to: &Named<'_>,
    ) -> Option<(SceneAt, ChannelAt, Option<ChannelAt>)> {
        let (scene, place) = self.seen(scope, at, to)?;
        let Some(by) = by else {
            return Some((scene, place, None));
        };
        let scene = self.together(scope, at, scene, place, Some(by))?;
        let open = self.scene(scene)?;
        Some((scene, open.find(&to.id)?, open.find(&by.id)))
    }

    /// Another channel an event names beside one that is placed: it belongs to the same scene.
    fn together(
        &mut self,
        scope: u32,
        at: Micros,
        scene: SceneAt,
        _place: ChannelAt,
        other: Option<&Named<'_>>,
    ) -> Option<SceneAt> {
        let Some(other) = other else {
            return Some(scene);
        };
        match self.seen(scope, at, other) {
            Some((second, _)) => Some(self.join(scene, second)),
            None => Some(scene),
        }
    }

    fn moved(
        &mut self,
        _scope: u32,
        scene: SceneAt,
        at: Micros,
        how: How,
        by: ChannelAt,
        to: Option<&str>,
    ) -> Option<SceneAt> {
        self.scene_mut(scene)?.note_move(Move {
            at,
            how,
            by,
            to: to.map(Into::into),
        });
        Some(scene)
    }

    fn entered(
        &mut self,
        scope: u32,
        at: Micros,
        channel: &Named<'_>,
        bridge: Option<BridgeId>,
        kind: BridgeKind,
        late: bool,
    ) -> Option<SceneAt> {
        let (scene, _) = self.seen_in(scope, at, channel, bridge)?;
        let scene = self.in_bridge(scope, scene, bridge);
        let open = self.scene_mut(scene)?;
        open.dialplan |= late;
        let place = open.bridge(bridge.unwrap_or(BridgeId::UNNAMED))?;
        if kind != BridgeKind::Talk
            && let Some(bridge) = open.bridges.get_mut(usize::from(place))
        {
            bridge.kind = kind;
        }
        let (own, found) = open.channel_mut(&channel.id, at)?;
        found.enter(place, at);
        self.note_answer(scene, own);
        // Calling through a Local channel, the employee of another call only asks somebody.
        if let Some(asked) = self.question_of(scene) {
            return Some(self.join(scene, asked));
        }
        Some(scene)
    }

    fn left(
        &mut self,
        scope: u32,
        at: Micros,
        channel: &Named<'_>,
        bridge: Option<BridgeId>,
        remaining: Option<u32>,
    ) -> Option<SceneAt> {
        let (scene, own) = self.seen_in(scope, at, channel, bridge)?;
        let scene = self.in_bridge(scope, scene, bridge);
        let open = self.scene_mut(scene)?;
        let own = open.find(&channel.id).unwrap_or(own);
        let place = match bridge {
            Some(bridge) => open.bridge(bridge)?,
            // The listener does not say which: the one it is in.
            None => open.whereabouts(own)?,
        };
        if remaining == Some(0) {
            open.empty(place, at);
        }
        let (_, found) = open.channel_mut(&channel.id, at)?;
        found.leave(place, at);
        Some(scene)
    }

    /// Everybody in a bridge belongs to one scene.
    fn in_bridge(&mut self, scope: u32, scene: SceneAt, bridge: Option<BridgeId>) -> SceneAt {
        let Some(bridge) = bridge else {
            return scene;
        };
        match self.names.get(Name::bridge(scope, bridge)) {
            Some(other) => self.join(scene, other),
            None => {
                self.names.set(Name::bridge(scope, bridge), scene);
                scene
            }
        }
    }

    /// The scene and place of a channel a dialplan's own event names.
    fn planned(
        &mut self,
        scope: u32,
        at: Micros,
        id: &str,
        home: Option<SceneAt>,
    ) -> Option<(SceneAt, ChannelAt)> {
        let known = self.names.get(Name::channel(scope, id));
        if known.is_none() && self.closed.has(Name::channel(scope, id)) {
            return None;
        }
        let scene = match (known, home) {
            (Some(known), Some(home)) => self.join(known, home),
            (Some(known), None) => known,
            (None, Some(home)) => home,
            (None, None) => self.begin(scope, at),
        };
        if known.is_none() {
            self.names.set(Name::channel(scope, id), scene);
        }
        let open = self.scene_mut(scene)?;
        open.touch(at);
        open.dialplan = true;
        let (place, _) = open.channel_mut(id, at)?;
        Some((scene, place))
    }

    #[allow(clippy::too_many_arguments, reason = "the fields of one event")]
    fn plan_dials(
        &mut self,
        scope: u32,
        at: Micros,
        id: &str,
        kind: CallKind,
        phone: &Option<Written<'_>>,
        extensions: &[Written<'_>],
        line: Option<&str>,
    ) -> Option<SceneAt> {
        let phone = phone.as_deref();
        let first = extensions.first().map(AsRef::as_ref);
        let home = match (kind, first) {
            (CallKind::Outgoing, Some(client)) if self.rules.is_outside(client) => {
                self.carried_on(scope, client, phone)
            }
            (CallKind::Outgoing, Some(employee)) => self.asking(scope, employee, at),
            _ => None,
        };
        let (scene, channel) = self.planned(scope, at, id, home)?;
        let open = self.scene_mut(scene)?;
        open.plan_mut().dial(PlanDial {
            at,
            channel,
            kind,
            phone: phone.map(Into::into),
            extensions: texts(extensions),
            line: line.map(Into::into),
        });
        let mut scene = scene;
        if let Some(phone) = phone {
            if home.is_none() {
                for stray in self.strays_with(scope, phone) {
                    scene = self.join(scene, stray);
                }
            }
            self.clients.add(scope, &number_key(phone), scene);
        }
        for extension in extensions {
            self.employees.add(scope, extension, scene);
        }
        Some(scene)
    }

    /// An employee who keeps a client on hold calls a colleague: a question, as far as anybody can
    /// tell.
    fn note_question(&mut self, scene: SceneAt, channel: ChannelAt, at: Micros) {
        let Some(open) = self.scene(scene) else {
            return;
        };
        let Some(own) = open.channel(channel) else {
            return;
        };
        let asks_colleague = own
            .exten()
            .is_some_and(|exten| self.rules.is_extension(exten));
        let Some(employee) = own.peer.extension().filter(|_| asks_colleague) else {
            return;
        };
        let employee = CompactString::from(employee);
        let to = own.exten().map(CompactString::from);
        let others: SmallVec<[SceneAt; 4]> = self
            .employees
            .get(open.scope, &employee)
            .iter()
            .copied()
            .filter(|other| *other != scene)
            .collect();
        for other in others {
            let Some(asked) = self.scene_mut(other) else {
                continue;
            };
            if let Some(by) = holders(asked, &employee, at) {
                asked.note_move(Move {
                    at,
                    how: How::Asked { answered: false },
                    by,
                    to: to.clone(),
                });
            }
        }
    }

    /// The phone that asked a colleague came into a bridge: the colleague answered.
    fn note_answer(&mut self, scene: SceneAt, channel: ChannelAt) {
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
        let others: SmallVec<[SceneAt; 4]> = self
            .employees
            .get(open.scope, &employee)
            .iter()
            .copied()
            .filter(|other| *other != scene)
            .collect();
        for other in others {
            let Some(asked) = self.scene_mut(other) else {
                continue;
            };
            for found in &mut asked.moves {
                if found.at == began && matches!(found.how, How::Asked { .. }) {
                    found.how = How::Asked { answered: true };
                }
            }
        }
    }
}

fn bridge_id(written: &Option<Written<'_>>) -> Option<BridgeId> {
    written.as_deref().map(BridgeId::of)
}

fn texts(written: &[Written<'_>]) -> Box<[CompactString]> {
    written
        .iter()
        .map(|text| CompactString::from(text.as_ref()))
        .collect()
}
