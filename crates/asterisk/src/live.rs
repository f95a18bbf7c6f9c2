//! Calls while they live: what changed for a client, as events.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use vochi_crm_core::{CallEvent, Direction, EventKind, Extension, Leg, LegEnd, Line, TransferMode};

use crate::calls::is_over;
use crate::peer::{Half, Peer};
use crate::read::BridgeKind;
use crate::rules::Rules;
use crate::scene::{BridgeAt, Channel, ChannelAt, Micros, Scene};
use crate::understand::cast::{Client, is_human, line_of, phone_of};
use crate::understand::people::{caller, person};
use crate::understand::reach::{People, heard};
use crate::understand::{Story, call_id, moment};

type Names = Vec<CompactString>;

/// What was told of a client's call so far.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Live {
    /// The channel that names the call.
    pub(crate) key: ChannelAt,
    /// Nothing is told before the record: it may yet turn out to be part of another call.
    pub(crate) muted: bool,
    /// Whether anything was told.
    pub(crate) told: bool,
    pub(crate) ended: bool,
    /// The record is out.
    pub(crate) recorded: bool,
    held: bool,
    /// The client rings elsewhere after somebody had it.
    passed_on: bool,
    /// Who rings.
    ringing: Names,
    /// Who has the client, or keeps it on hold.
    with: Names,
    /// Colleagues who were asked and answered.
    asked: Names,
    /// Who had it last.
    last: Option<CompactString>,
}

impl Live {
    pub(crate) fn new(key: ChannelAt) -> Self {
        Self {
            key,
            muted: false,
            told: false,
            ended: false,
            recorded: false,
            held: false,
            passed_on: false,
            ringing: Names::new(),
            with: Names::new(),
            asked: Names::new(),
            last: None,
        }
    }
}

impl Live {
    /// Whether somebody was told of the call and not of its end.
    pub(crate) fn is_open(&self) -> bool {
        self.told && !self.ended
    }
}

/// The present of one client's call.
struct Now<'a> {
    scene: &'a Scene,
    clients: &'a [Client],
    client: &'a Client,
    rules: &'a Rules,
    at: Micros,
}

/// Tells what changed for a client since it was last looked at.
pub(crate) fn advance(
    scene: &Scene,
    clients: &[Client],
    client: &Client,
    live: &mut Live,
    rules: &Rules,
    at: Micros,
    out: &mut Vec<CallEvent>,
) {
    if live.muted || live.ended {
        return;
    }
    let now = Now {
        scene,
        clients,
        client,
        rules,
        at,
    };
    now.advance(live, out);
}

/// A call that turned out to be part of another one: whatever was shown of it goes.
pub(crate) fn withdrawn(scene: &Scene, key: ChannelAt, at: Micros) -> Option<CallEvent> {
    let ended = EventKind::Ended {
        outcome: None,
        reason: None,
        talk: None,
    };
    Some(CallEvent::new(call_id(scene, key)?, moment(at), ended))
}

impl Now<'_> {
    fn advance(&self, live: &mut Live, out: &mut Vec<CallEvent>) {
        if is_over(self.scene, self.client, self.at) {
            if live.told {
                out.extend(self.end());
            }
            live.ended = true;
            return;
        }
        let people = self.heard();
        let with = self.with(&people, live);
        let mut ringing = self.ringing();
        if self.scene.dialplan && with.is_empty() && !live.held && self.bridge().is_some() {
            // Somebody took it, and the listener has yet to tell who.
            ringing.clone_from(&live.ringing);
        }
        self.dial_out(live, out);
        self.rings(live, &ringing, &with, out);
        self.talks(live, &people, &with, out);
    }

    fn event(&self, kind: EventKind) -> Option<CallEvent> {
        Some(CallEvent::new(
            call_id(self.scene, self.client.key)?,
            moment(self.at),
            kind,
        ))
    }

    /// An event that may be the first one and so tells everything.
    fn full(&self, kind: EventKind) -> Option<CallEvent> {
        let mut event = self
            .event(kind)?
            .with_direction(self.client.direction)
            .with_client(self.rules.party(phone_of(self.scene, self.client)));
        let line = line_of(self.scene, self.client).and_then(|line| Line::new(line).ok());
        if let Some(line) = line {
            event = event.with_line(line);
        }
        Some(event)
    }

    fn end(&self) -> Option<CallEvent> {
        Story::new(self.scene, self.clients, self.client, self.rules).end(self.at)
    }

    fn heard(&self) -> People {
        let place = |at: ChannelAt| self.scene.whereabouts(at);
        heard(self.scene, self.clients, self.client, place)
    }

    /// Who has the client now. Somebody who is in no bridge for a moment is only moved by the PBX.
    fn with(&self, people: &People, live: &Live) -> Names {
        let mut names = Names::new();
        for at in people {
            if let Some(person) = person(self.scene, *at, self.rules) {
                push_once(&mut names, person.name());
            }
        }
        if names.is_empty() {
            if self.scene.dialplan
                && self.client.direction == Direction::Outbound
                && live.last.is_none()
                && self.bridge().is_some()
            {
                // Whoever dialled has the client, whether or not their own channel was told of.
                names.extend(caller(self.scene, self.client, self.rules));
            }
            return names;
        }
        let newcomer = names.iter().any(|name| !live.with.contains(name));
        for name in live.with.iter().filter(|_| !newcomer) {
            let moving = self.seats(name).any(|(at, phone)| {
                phone.hung_at().is_none()
                    && phone.was_bridged()
                    && self.scene.whereabouts(at).is_none()
            });
            if moving && !self.scene.dialplan {
                push_once(&mut names, name);
            }
        }
        names
    }

    /// The bridge the client is in.
    fn bridge(&self) -> Option<BridgeAt> {
        let mut own = self.client.channels.iter();
        own.find_map(|at| self.scene.whereabouts(*at))
            .filter(|bridge| self.scene.kind(*bridge) != BridgeKind::Holding)
    }

    /// The channels of a person of the company.
    fn seats<'b>(&'b self, name: &'b str) -> impl Iterator<Item = (ChannelAt, &'b Channel)> {
        self.scene.all().filter(move |(at, _)| {
            is_human(self.scene, self.clients, *at)
                && person(self.scene, *at, self.rules).is_some_and(|one| one.name() == name)
        })
    }

    /// Whose phones ring for the client now.
    fn ringing(&self) -> Names {
        let mut names = Names::new();
        for (at, channel) in self.scene.all() {
            let own = self.client.channels.contains(&at) || at == self.client.key;
            if !own
                && channel.rings_now()
                && let Some(person) = person(self.scene, at, self.rules)
            {
                push_once(&mut names, person.name());
            }
        }
        // A dialplan names everybody it lets ring, and nobody's phone that stops; whoever rang is
        // done when the client comes into a bridge.
        let entered = self
            .client
            .channels
            .iter()
            .flat_map(|at| self.scene.stays(*at));
        let entered = entered.map(|stay| stay.from).max().unwrap_or(Micros::MIN);
        let dials = self.scene.plan.iter().flat_map(|plan| &plan.dials);
        let last = dials
            .filter(|dial| dial.channel == self.client.key && dial.at > entered)
            .filter(|_| self.client.direction == Direction::Inbound)
            .last();
        for name in last.iter().flat_map(|dial| &dial.extensions) {
            if self.rules.is_extension(name) {
                push_once(&mut names, name);
            } else {
                push_once(&mut names, &self.rules.mobile(name));
            }
        }
        names
    }

    /// The client is dialled.
    fn dial_out(&self, live: &mut Live, out: &mut Vec<CallEvent>) {
        if live.told || self.client.direction != Direction::Outbound {
            return;
        }
        let caller = caller(self.scene, self.client, self.rules)
            .or_else(|| self.first_employee())
            .and_then(|caller| Extension::new(&caller).ok());
        let leg = match &caller {
            Some(caller) => Leg::to_client(caller.clone()),
            None => Leg::new(LegEnd::UnknownEmployee, LegEnd::Client),
        };
        out.extend(
            self.full(EventKind::Ringing)
                .map(|event| event.with_leg(leg)),
        );
        live.told = true;
    }

    /// In a click-to-call the employee's phone was dialled before the client.
    fn first_employee(&self) -> Option<CompactString> {
        let mut channels = self.scene.channels.iter();
        channels.find_map(|channel| channel.peer.extension().map(CompactString::from))
    }

    fn rings(&self, live: &mut Live, ringing: &Names, with: &Names, out: &mut Vec<CallEvent>) {
        let mut new: SmallVec<[Extension; 3]> = ringing
            .iter()
            .filter(|name| !live.ringing.contains(name) && !live.with.contains(name))
            .filter_map(|name| Extension::new(name).ok())
            .collect();
        let last = live
            .last
            .as_deref()
            .and_then(|last| Extension::new(last).ok());
        let asks = last.clone().filter(|_| live.held || !with.is_empty());
        if let (Some(last), None, false, false) = (last, &asks, new.is_empty(), live.passed_on) {
            // The client rings on although somebody had it: it was passed on.
            let to = new.remove(0);
            out.extend(self.event(EventKind::Transferred {
                mode: TransferMode::Blind,
                from: Some(last),
                to,
            }));
            live.passed_on = true;
            live.with.clear();
        }
        if !new.is_empty() {
            let mut event = self.full(EventKind::Ringing);
            for extension in new {
                let leg = match &asks {
                    Some(asking) => question(asking, extension),
                    None => Leg::to_employee(extension),
                };
                event = event.map(|event| event.with_leg(leg));
            }
            out.extend(event);
            live.told = true;
        }
        let silent = live.ringing.iter().filter(|name| !ringing.contains(name));
        let silent: Names = silent
            .filter(|name| !with.contains(name))
            .cloned()
            .collect();
        let (answered, stopped): (Names, Names) = silent.into_iter().partition(|name| {
            let mut seats = self.seats(name);
            seats.any(|(at, _)| self.scene.whereabouts(at).is_some())
        });
        out.extend(self.left(stopped.iter()));
        live.ringing.clone_from(ringing);
        for name in answered {
            if let Some(asking) = &asks {
                // A colleague answered and hears whoever asks, not the client.
                let leg = Extension::new(&name).ok().map(|to| question(asking, to));
                let event = self.event(EventKind::Answered);
                out.extend(event.zip(leg).map(|(event, leg)| event.with_leg(leg)));
                live.asked.push(name);
            } else {
                // The client comes into the bridge in a moment, or once the offer is accepted.
                live.ringing.push(name);
            }
        }
    }

    fn left<'b>(&self, names: impl Iterator<Item = &'b CompactString>) -> Option<CallEvent> {
        let mut legs = names
            .filter_map(|name| Extension::new(name).ok())
            .map(Leg::to_employee)
            .peekable();
        legs.peek()?;
        let event = self.event(EventKind::LegEnded)?;
        Some(legs.fold(event, CallEvent::with_leg))
    }

    fn talks(&self, live: &mut Live, people: &People, with: &Names, out: &mut Vec<CallEvent>) {
        self.gone_again(live, with, out);
        let had = live.with.clone();
        for name in with.iter().filter(|name| !had.contains(name)) {
            let Ok(extension) = Extension::new(name) else {
                continue;
            };
            let from = live.last.as_deref().filter(|last| {
                *last != name.as_str() && !with.iter().any(|other| other.as_str() == *last)
            });
            let from = from.and_then(|last| Extension::new(last).ok());
            let attended = live.asked.contains(name) || self.was_asked(name, live);
            if let Some(from) = from.filter(|_| attended || !had.is_empty()) {
                let mode = if attended {
                    TransferMode::Attended
                } else {
                    TransferMode::Blind
                };
                out.extend(self.event(EventKind::Transferred {
                    mode,
                    from: Some(from),
                    to: extension.clone(),
                }));
                live.with.clear();
                live.asked.retain(|asked| asked != name);
                if attended {
                    continue;
                }
            }
            let leg = if self.client.direction == Direction::Outbound && live.last.is_none() {
                Leg::to_client(extension)
            } else {
                Leg::to_employee(extension)
            };
            let answered = if live.told {
                self.event(EventKind::Answered)
            } else {
                self.full(EventKind::Answered)
            };
            out.extend(answered.map(|event| event.with_leg(leg)));
            live.told = true;
        }
        if with.is_empty() {
            self.alone(live, out);
            return;
        }
        let gone: Names = live
            .with
            .iter()
            .filter(|name| !with.contains(name))
            .cloned()
            .collect();
        out.extend(self.left(gone.iter()));
        let holds = people
            .iter()
            .any(|at| self.scene.channel(*at).is_some_and(Channel::holds_now));
        if holds != live.held && !(live.with.is_empty() && !holds) {
            self.hold(live, holds, with, out);
        }
        live.held = holds;
        live.passed_on = false;
        live.with.clone_from(with);
        live.last = with.last().cloned();
    }

    /// Colleagues who were asked and hung up.
    fn gone_again(&self, live: &mut Live, with: &Names, out: &mut Vec<CallEvent>) {
        let gone: Names = live
            .asked
            .iter()
            .filter(|name| !with.contains(name))
            .filter(|name| {
                self.seats(name).all(|(at, phone)| {
                    phone.hung_at().is_some()
                        || self.scene.dialplan && self.scene.whereabouts(at).is_none()
                })
            })
            .cloned()
            .collect();
        live.asked.retain(|name| !gone.contains(name));
        out.extend(self.left(gone.iter()));
    }

    /// Whether whoever takes the client over was called by the one who had it, or answered while
    /// that one was away asking.
    fn was_asked(&self, name: &str, live: &Live) -> bool {
        let Some(last) = live.last.as_deref() else {
            return false;
        };
        let calls_for_last = |channel: &Channel| {
            matches!(
                channel.peer,
                Peer::Local {
                    half: Half::Two,
                    ..
                }
            ) && channel.caller() == Some(last)
        };
        live.held && !live.passed_on
            || self.scene.dialplan && self.scene.channels.iter().any(calls_for_last)
            || self.seats(name).any(|(_, phone)| {
                let dialler = phone.dial.as_deref().and_then(|dial| dial.by);
                dialler
                    .and_then(|by| person(self.scene, by, self.rules))
                    .is_some_and(|by| by.name() == last)
            })
    }

    fn hold(&self, live: &Live, holds: bool, with: &Names, out: &mut Vec<CallEvent>) {
        let kind = if holds {
            EventKind::Held
        } else {
            EventKind::Resumed
        };
        let who = live.last.as_ref().filter(|last| with.contains(last));
        let leg = who
            .or(with.first())
            .and_then(|name| Extension::new(name).ok())
            .map(Leg::to_employee);
        out.extend(self.event(kind).map(|event| match leg {
            Some(leg) => event.with_leg(leg),
            None => event,
        }));
    }

    /// Nobody of those who had the client hears it now.
    fn alone(&self, live: &mut Live, out: &mut Vec<CallEvent>) {
        let (gone, there): (Names, Names) = live.with.iter().cloned().partition(|name| {
            let mut seats = self.seats(name).peekable();
            seats.peek().is_some() && seats.all(|(_, phone)| phone.hung_at().is_some())
        });
        out.extend(self.left(gone.iter()));
        let asks = there.iter().any(|name| {
            let mut seats = self.seats(name);
            seats.any(|(at, _)| self.scene.whereabouts(at).is_some())
        });
        if there.is_empty() {
            live.held = false;
        } else if asks && self.bridge().is_some() && !live.held {
            // The employee is in another bridge, asking somebody; the client waits.
            self.hold(live, true, &there, out);
            live.held = true;
        }
        live.with = there;
    }
}

/// The leg on which one employee asks another.
fn question(asking: &Extension, to: Extension) -> Leg {
    Leg::new(LegEnd::Employee(asking.clone()), LegEnd::Employee(to))
}

fn push_once(names: &mut Names, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.into());
    }
}
