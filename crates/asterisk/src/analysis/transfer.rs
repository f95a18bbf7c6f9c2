//! Transfers of a call: attempts, and who has the client after them.

use compact_str::CompactString;
use vochi_crm_core::{TransferMode, TransferResult};

use super::audibility::{Talk, TalkSpan};
use super::employees::{Person, last_holder, person};
use super::parties::{Client, is_employee, is_outgoing};
use crate::peer::{Half, Peer};
use crate::read::{BridgeKind, CallKind};
use crate::rules::Rules;
use crate::scene::{ChannelAt, Micros, Move, MoveKind, SECOND, Scene};

/// Time in which a blind transfer reaches a parking lot.
const PARKED_WITHIN: Micros = 3 * SECOND;

/// A transfer attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) at: Micros,
    pub(crate) mode: TransferMode,
    pub(crate) result: TransferResult,
    pub(crate) to: Option<Person>,
    /// The client was joined with another client.
    joined: bool,
}

/// Inputs of the transfer analysis.
pub(crate) struct View<'a> {
    pub(crate) scene: &'a Scene,
    pub(crate) clients: &'a [Client],
    pub(crate) client: &'a Client,
    pub(crate) talk: &'a Talk,
    pub(crate) rules: &'a Rules,
}

/// Returns the deciding transfer: the last that succeeded, else the last attempt.
pub(crate) fn transfer(view: &View<'_>) -> Option<Attempt> {
    let mut attempts = view.signalled();
    attempts.extend(view.consultations());
    attempts.extend(view.redials(&attempts));
    attempts.extend(view.unsignalled(&attempts));
    attempts.extend(view.reported(&attempts));
    let accepted = |attempt: &&Attempt| attempt.result == TransferResult::Accepted;
    let counts = attempts
        .iter()
        .filter(accepted)
        .max_by_key(|attempt| attempt.at)
        .or_else(|| attempts.iter().max_by_key(|attempt| attempt.at))?;
    let mut counts = counts.clone();
    if counts.result == TransferResult::Accepted && !counts.joined {
        counts.to = last_holder(view.scene, view.talk, view.rules).or(counts.to);
    }
    Some(counts)
}

impl View<'_> {
    fn who(&self, at: ChannelAt) -> Option<Person> {
        person(self.scene, at, self.rules)
    }

    /// The first other employee who heard the client at that time or later.
    fn next_after(&self, at: Micros, than: Option<&Person>) -> Option<(&TalkSpan, Person)> {
        let later = self.talk.spans.iter().filter(|span| span.from >= at - SECOND / 2);
        later
            .filter_map(|span| Some((span, self.who(span.who)?)))
            .find(|(_, who)| Some(who) != than)
    }

    /// When an employee first talked with the client, by any of their phones.
    fn first_talk(&self, employee: &Person) -> Option<Micros> {
        self.talk
            .spans
            .iter()
            .filter(|span| self.who(span.who).as_ref() == Some(employee))
            .map(|span| span.from)
            .min()
    }

    /// Transfers that the PBX reported.
    fn signalled(&self) -> Vec<Attempt> {
        let mut attempts = Vec::new();
        for found in &self.scene.moves {
            let by = self.who(found.by);
            let first = by.as_ref().and_then(|by| self.first_talk(by));
            if first.is_none_or(|first| first > found.at) || self.is_parking(found) {
                continue;
            }
            let next = self.next_after(found.at, by.as_ref());
            let (mode, otherwise) = match found.how {
                MoveKind::Blind => (TransferMode::Blind, TransferResult::NotAnswered),
                MoveKind::Attended => (TransferMode::Attended, TransferResult::NotAnswered),
                MoveKind::Consultation { answered: true } => {
                    (TransferMode::Attended, TransferResult::Refused)
                }
                MoveKind::Consultation { answered: false } => {
                    (TransferMode::Attended, TransferResult::NotAnswered)
                }
            };
            let next = next.filter(|_| !matches!(found.how, MoveKind::Consultation { .. }));
            let joined =
                found.how == MoveKind::Attended && next.is_none() && self.joined_at(found.at);
            attempts.push(Attempt {
                at: found.at,
                mode,
                result: if next.is_some() || joined { TransferResult::Accepted } else { otherwise },
                to: next.map(|(_, who)| who).or_else(|| self.named(found.to.as_deref())),
                joined,
            });
        }
        attempts
    }

    /// Returns true if a blind transfer moved the client into a parking lot, which is not a
    /// transfer.
    fn is_parking(&self, found: &Move) -> bool {
        let soon = found.at - SECOND / 2..=found.at + PARKED_WITHIN;
        let own = self.client.channels.iter().flat_map(|at| self.scene.stays(*at));
        found.how == MoveKind::Blind
            && own
                .filter(|stay| soon.contains(&stay.from))
                .any(|stay| self.scene.kind(stay.bridge) == BridgeKind::Holding)
    }

    /// Returns true if the client hears another client at that time or later.
    fn joined_at(&self, at: Micros) -> bool {
        let mut others = self.talk.with_clients.iter();
        others.any(|span| span.to.is_none_or(|to| to > at + SECOND / 2))
    }

    fn named(&self, to: Option<&str>) -> Option<Person> {
        let to = to?;
        if let Some(employee) = self.rules.employee(to) {
            Some(Person::Extension(employee))
        } else {
            self.rules.is_outside(to).then(|| Person::Mobile(self.rules.mobile(to)))
        }
    }

    /// Consultations: employees who left the client waiting and called a colleague.
    fn consultations(&self) -> Vec<Attempt> {
        let mut attempts = Vec::new();
        let mut talkers: Vec<Person> = Vec::new();
        for span in &self.talk.spans {
            if let Some(who) = self.who(span.who)
                && who.extension().is_some()
                && !talkers.contains(&who)
            {
                talkers.push(who);
            }
        }
        for talker in talkers {
            let Some(first) = self.first_talk(&talker) else {
                continue;
            };
            let known_already = self.scene.moves.iter().any(|found| {
                found.how == MoveKind::Attended && self.who(found.by).as_ref() == Some(&talker)
            });
            if known_already {
                continue;
            }
            let Some(at) = self.consultation_start(&talker, first) else {
                continue;
            };
            let next = self.next_after(at, Some(&talker));
            // An employee who talked with the client before the consultation is not its target.
            let next = next.filter(|(span, _)| {
                !self
                    .talk
                    .spans
                    .iter()
                    .any(|other| other.who == span.who && other.from < at - SECOND / 2)
            });
            let result = match &next {
                Some(_) => TransferResult::Accepted,
                None if self.third_party_answered(&talker, at) => TransferResult::Refused,
                None => TransferResult::NotAnswered,
            };
            attempts.push(Attempt {
                at,
                mode: TransferMode::Attended,
                result,
                to: next.map(|(_, who)| who),
                joined: false,
            });
        }
        attempts
    }

    /// When an employee started a consultation: their channel in a bridge without the client, a
    /// Local channel that dials for them, or a mobile dialled on their behalf.
    fn consultation_start(&self, talker: &Person, first: Micros) -> Option<Micros> {
        let name = talker.extension()?;
        let client_stays: Vec<_> =
            self.client.channels.iter().flat_map(|at| self.scene.stays(*at)).collect();
        let waits = |at: Micros| {
            client_stays.iter().any(|stay| stay.from <= at && stay.to.is_none_or(|to| at <= to))
        };
        let mut began: Option<Micros> = None;
        let mut note = |at: Micros| {
            // Not in the moment the talk starts: the PBX may move channels then.
            if at >= first + SECOND / 2 && waits(at) {
                began = Some(began.map_or(at, |known| known.min(at)));
            }
        };
        for (at, channel) in self.scene.all() {
            let own = channel.peer.extension() == Some(name)
                && self.talk.spans.iter().any(|span| span.who == at);
            if own {
                for stay in self.scene.stays(at) {
                    // A chain of Local channels may still connect the client.
                    let with_client =
                        self.talk.spans.iter().any(|span| span.who == at && span.covers(&stay));
                    let elsewhere = !client_stays.iter().any(|one| one.bridge == stay.bridge);
                    if elsewhere && !with_client && self.scene.kind(stay.bridge) == BridgeKind::Talk
                    {
                        note(stay.from);
                    }
                }
            }
            let calls_for = matches!(channel.peer, Peer::Local { half: Half::Two, .. })
                && channel.caller() == Some(name)
                && self.scene.dialplan;
            let is_key = at == self.client.key;
            if calls_for && !is_key {
                note(channel.first_at);
            }
        }
        let dials = self.scene.plan.iter().flat_map(|plan| &plan.dials);
        for dial in dials {
            if dial.channel != self.client.key
                && is_outgoing(dial, self.rules)
                && dial.extensions.first().is_some_and(|first| first == name)
            {
                note(dial.at);
            }
        }
        began
    }

    /// Returns true if an employee who never talked with the client answered after that time.
    fn third_party_answered(&self, asker: &Person, at: Micros) -> bool {
        self.scene.all().any(|(place, channel)| {
            is_employee(self.scene, self.clients, place)
                && self.who(place).as_ref() != Some(asker)
                && !self.talk.spans.iter().any(|span| span.who == place)
                && channel.was_bridged()
                && self.scene.stays(place).iter().any(|stay| stay.from >= at - SECOND / 2)
        })
    }

    /// Dials by the client's own channel after it talked: a blind transfer, or a redirect from a
    /// panel.
    fn redials(&self, known: &[Attempt]) -> Vec<Attempt> {
        let Some(first) = self.talk.from else {
            return Vec::new();
        };
        let mut dials: Vec<(Micros, Option<CompactString>)> = Vec::new();
        for (_, channel) in self.scene.all() {
            if let Some(dial) = channel.dial.as_deref()
                && dial.by.is_some_and(|by| self.client.channels.contains(&by))
                && !dial.orphan
                && dial.at > first
            {
                dials.push((dial.at, channel.peer.extension().map(CompactString::from)));
            }
        }
        for dial in self.scene.plan.iter().flat_map(|plan| &plan.dials) {
            let own =
                dial.channel == self.client.key || self.client.channels.contains(&dial.channel);
            if own && dial.at > first && !self.in_bridge(dial.at) {
                dials.push((dial.at, dial.extensions.first().cloned()));
            }
        }
        dials.sort();
        let mut attempts: Vec<Attempt> = Vec::new();
        for (at, to) in dials {
            // One transfer may ring several phones in turn.
            let repeated = attempts.iter().chain(known).any(|attempt| {
                attempt.mode == TransferMode::Blind
                    && attempt.at <= at + SECOND
                    && !self.talked_between(attempt.at, at)
            });
            // A return to the same employee, such as from a parking lot, is not a transfer.
            let before = self.talk.spans.iter().rev().find(|span| span.from < at);
            let back = before
                .and_then(|span| self.who(span.who))
                .is_some_and(|who| Some(who.name()) == to.as_deref());
            if repeated || back || self.talking(at) {
                continue;
            }
            let next = self.next_after(at, None);
            attempts.push(Attempt {
                at,
                mode: TransferMode::Blind,
                result: if next.is_some() {
                    TransferResult::Accepted
                } else {
                    TransferResult::NotAnswered
                },
                to: next.map(|(_, who)| who).or_else(|| self.named(to.as_deref())),
                joined: false,
            });
        }
        attempts
    }

    fn in_bridge(&self, at: Micros) -> bool {
        let mut own = self.client.channels.iter();
        own.any(|channel| self.scene.stays(*channel).iter().any(|stay| stay.holds(at)))
    }

    fn talking(&self, at: Micros) -> bool {
        let holds = |span: &TalkSpan| span.from <= at && span.to.is_none_or(|to| at < to);
        self.talk.spans.iter().any(holds)
    }

    fn talked_between(&self, from: Micros, to: Micros) -> bool {
        let begins = |span: &TalkSpan| span.from > from && span.from <= to;
        self.talk.spans.iter().any(begins)
    }

    /// Changes from one employee to another without a reported transfer.
    fn unsignalled(&self, known: &[Attempt]) -> Vec<Attempt> {
        let mut attempts: Vec<Attempt> = Vec::new();
        let mut before: Vec<&TalkSpan> = Vec::new();
        for span in &self.talk.spans {
            let Some(who) = self.who(span.who) else {
                continue;
            };
            let others_gone = before.iter().all(|one| {
                one.to.is_some_and(|to| to <= span.from) && self.who(one.who).as_ref() != Some(&who)
            });
            let conference = self.scene.stays(span.who).iter().any(|stay| {
                stay.holds(span.from) && self.scene.kind(stay.bridge) == BridgeKind::Conference
            });
            let known_already = known.iter().chain(&attempts).any(|attempt| {
                attempt.result == TransferResult::Accepted
                    && attempt.at <= span.from + SECOND / 2
                    && !self.talked_between(attempt.at + SECOND / 2, span.from - 1)
            });
            if !before.is_empty() && others_gone && !conference && !known_already {
                attempts.push(Attempt {
                    at: span.from,
                    mode: TransferMode::Blind,
                    result: TransferResult::Accepted,
                    to: Some(who),
                    joined: false,
                });
            }
            before.push(span);
        }
        attempts
    }

    /// The dialplan's hangup of the client's channel names another extension: an unanswered blind
    /// transfer.
    fn reported(&self, known: &[Attempt]) -> Option<Attempt> {
        let plan = self.scene.plan.as_deref()?;
        let report = plan.report_of(self.client.key)?;
        let first = self.talk.from?;
        let to = report.extensions.first()?;
        let talked = |name: &str| {
            self.talk
                .spans
                .iter()
                .any(|span| self.who(span.who).is_some_and(|who| who.name() == name))
        };
        let blind = report.kind == CallKind::Internal
            && report.at > first
            && !talked(to)
            && !known.iter().any(|attempt| attempt.mode == TransferMode::Blind);
        blind.then(|| Attempt {
            at: report.at,
            mode: TransferMode::Blind,
            result: TransferResult::NotAnswered,
            to: self.named(Some(to)),
            joined: false,
        })
    }
}
