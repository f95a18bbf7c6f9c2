//! Current state of a call: who hears the client, whose phones ring.

use vochi_crm_core::Direction;

use super::{Snapshot, push_unique};
use crate::analysis::audibility::{Listeners, audible};
use crate::analysis::employees::{caller, person, rings_for};
use crate::analysis::parties::is_employee;
use crate::read::BridgeKind;
use crate::scene::{BridgeAt, Channel, ChannelAt, Live, Micros, Names, distinct};

impl Snapshot<'_> {
    pub(super) fn listeners(&self) -> Listeners {
        let place = |at: ChannelAt| self.scene.current_bridge(at);
        audible(self.scene, self.clients, self.client, place).people
    }

    /// Employees connected with the client. One in no bridge for a moment is being moved by the
    /// PBX.
    pub(super) fn with(&self, people: &Listeners, live: &Live) -> Names {
        let mut names = Names::new();
        for at in people {
            if let Some(person) = person(self.scene, *at, self.rules) {
                push_unique(&mut names, person.name());
            }
        }
        if names.is_empty() {
            if self.scene.dialplan
                && self.client.direction == Direction::Outbound
                && live.last.is_none()
                && self.bridge().is_some()
            {
                // The dialling employee has the client, even if their channel is unknown.
                names.extend(caller(self.scene, self.client, self.rules));
            }
            return names;
        }
        let newcomer = names.iter().any(|name| !live.with.contains(name));
        for name in live.with.iter().filter(|_| !newcomer) {
            let moving = self.channels_of(name).any(|(at, phone)| {
                phone.hung_at().is_none()
                    && phone.was_bridged()
                    && self.scene.current_bridge(at).is_none()
            });
            if moving && !self.scene.dialplan {
                push_unique(&mut names, name);
            }
        }
        names
    }

    /// The bridge the client is in.
    pub(super) fn bridge(&self) -> Option<BridgeAt> {
        let mut own = self.client.channels.iter();
        own.find_map(|at| self.scene.current_bridge(*at))
            .filter(|bridge| self.scene.kind(*bridge) != BridgeKind::Holding)
    }

    /// The channels of an employee.
    pub(super) fn channels_of<'b>(
        &'b self,
        name: &'b str,
    ) -> impl Iterator<Item = (ChannelAt, &'b Channel)> {
        self.scene.all().filter(move |(at, _)| {
            is_employee(self.scene, self.clients, *at)
                && person(self.scene, *at, self.rules).is_some_and(|one| one.name() == name)
        })
    }

    /// Employees whose phones ring for the client now.
    pub(super) fn ringing(&self, live: &Live) -> Names {
        let mut names = Names::new();
        for (at, channel) in self.scene.all() {
            let own = self.client.channels.contains(&at) || at == self.client.key;
            let had = |name: &str| live.with.iter().any(|with| with == name);
            if !own
                && channel.rings_now()
                && rings_for(self.scene, self.clients, self.client, at, had)
                && let Some(person) = person(self.scene, at, self.rules)
            {
                names.push(person.into_name());
            }
        }
        // A dialplan names the phones that start to ring, not those that stop; ringing ends when
        // the client enters a bridge.
        let entered = self.client.channels.iter().flat_map(|at| self.scene.stays(*at));
        let entered = entered.map(|stay| stay.from).max().unwrap_or(Micros::MIN);
        let dials = self.scene.plan.iter().flat_map(|plan| &plan.dials);
        let last = dials
            .filter(|dial| dial.channel == self.client.key && dial.at > entered)
            .rfind(|_| self.client.direction == Direction::Inbound);
        for name in last.iter().flat_map(|dial| &dial.extensions) {
            names.push(match self.rules.employee(name) {
                Some(employee) => employee,
                None => self.rules.mobile(name),
            });
        }
        distinct(&mut names);
        names
    }
}
