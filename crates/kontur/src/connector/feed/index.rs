//! Employees, contacts and companies read from the feed, and an index of their numbers.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use vochi_crm_core::PhoneNumber;
use vochi_crm_core::phone::PhoneReader;
use vochi_crm_core::wire::Items;

use super::event::{CardData, Model};
use crate::model::{
    Company, CompanyId, Contact, ContactId, FeedEvent, FeedEventType, InstanceId, PhoneText, User,
    UserId,
};

/// The prefix of `createdWith` in changes made by integrations.
const INTEGRATION: &str = "Integration.";

/// The id of a contact or company. A contact comes first, because a person is calling.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::connector) enum CardId {
    Contact(ContactId),
    Company(CompanyId),
}

/// A contact or company.
#[derive(Debug)]
pub(in crate::connector) struct Card {
    pub(in crate::connector) id: CardId,
    pub(in crate::connector) name: Option<String>,
    companies: Vec<CompanyId>,
    numbers: Vec<PhoneNumber>,
    /// Phone texts that could not be parsed.
    unparsed: Vec<String>,
    deleted: bool,
    /// The number of the last event about it.
    last_event: u64,
    /// The last event by each source, as indexes of sources and event numbers.
    last_by_source: Vec<(usize, u64)>,
}

/// An employee.
#[derive(Debug)]
pub(in crate::connector) struct Person {
    pub(in crate::connector) name: String,
    active: bool,
    deleted: bool,
    /// The number of the first event about the employee.
    first_event: u64,
}

/// The entities read from the feed.
#[derive(Debug, Default)]
pub(in crate::connector) struct Index {
    people: BTreeMap<UserId, Person>,
    cards: HashMap<CardId, Card>,
    by_number: HashMap<PhoneNumber, Vec<CardId>>,
    /// The cards with an unparsed phone text.
    unparsed: BTreeSet<CardId>,
    /// The distinct `createdWith` values of changes.
    sources: Vec<String>,
    /// The `createdWith` value of an integration, by its id in the workspace.
    integrations: BTreeMap<InstanceId, String>,
    events: u64,
    unreadable: u64,
}

impl Index {
    /// Adds a page of events. Unreadable events are counted and skipped.
    pub(super) fn add(&mut self, events: &Items<FeedEvent>, phones: PhoneReader) {
        for event in &events.good {
            self.events += 1;
            let readable = match event.kind {
                Some(FeedEventType::Link) => self.link(event, true),
                Some(FeedEventType::Unlink) => self.link(event, false),
                _ => self.change(event, phones),
            };
            if !readable {
                self.unreadable += 1;
            }
        }
        let broken = events.broken.len() as u64;
        self.events += broken;
        self.unreadable += broken;
    }

    /// Returns the number of events.
    pub(in crate::connector) fn events(&self) -> u64 {
        self.events
    }

    /// Returns the number of unreadable events.
    pub(in crate::connector) fn unreadable(&self) -> u64 {
        self.unreadable
    }

    /// Returns the number of cards that are not deleted.
    pub(in crate::connector) fn cards(&self) -> usize {
        self.cards.values().filter(|card| !card.deleted).count()
    }

    /// Returns an employee, deleted or not.
    pub(in crate::connector) fn person(&self, id: &UserId) -> Option<&Person> {
        self.people.get(id)
    }

    /// Returns all employees in the order of their first event, deleted ones included.
    pub(in crate::connector) fn people(&self) -> Vec<(&UserId, &Person)> {
        let mut people: Vec<_> = self.people.iter().collect();
        people.sort_by_key(|(_, person)| person.first_event);
        people
    }

    /// Returns the cards with this number: contacts before companies, each by latest event first.
    pub(in crate::connector) fn with_number(&self, number: PhoneNumber) -> Vec<&Card> {
        let read = self.by_number.get(&number).into_iter().flatten();
        let read = read.filter_map(|id| self.cards.get(id));
        let text = PhoneText::from(number);
        let unparsed = self.unparsed.iter().filter_map(|id| self.cards.get(id));
        let same = unparsed.filter(|card| card.unparsed.iter().any(|other| text.is_same(other)));
        let mut found: Vec<&Card> = read.chain(same).filter(|card| !card.deleted).collect();
        found.sort_by_key(|card| {
            let is_company = matches!(card.id, CardId::Company(_));
            (is_company, Reverse(card.last_event))
        });
        // One event is about one card.
        found.dedup_by_key(|card| card.last_event);
        found
    }

    /// Returns a card unless it is unknown or deleted.
    pub(in crate::connector) fn card(&self, id: &CardId) -> Option<&Card> {
        self.cards.get(id).filter(|card| !card.deleted)
    }

    /// Returns the name of a company unless it is unknown or deleted.
    pub(in crate::connector) fn company_name(&self, id: &CompanyId) -> Option<&str> {
        let card = self.cards.get(&CardId::Company(id.clone()))?;
        card.name.as_deref().filter(|_| !card.deleted)
    }

    /// Returns the `createdWith` value of this integration, if known.
    pub(in crate::connector) fn source_of(&self, instance: &InstanceId) -> Option<&str> {
        self.integrations.get(instance).map(String::as_str)
    }

    /// Returns true if any integration changed a card.
    pub(in crate::connector) fn has_integrations(&self) -> bool {
        self.sources.iter().any(|source| source.starts_with(INTEGRATION))
    }

    /// Returns the cards changed by others than this source, the last changed one at the end.
    pub(in crate::connector) fn changed(&self, ours: Option<&str>) -> Vec<&Card> {
        let mut changed: Vec<(u64, &Card)> = Vec::new();
        for card in self.cards.values().filter(|card| !card.deleted) {
            let others = card.last_by_source.iter().filter(|(source, _)| {
                let source = self.sources.get(*source).map(String::as_str);
                source.is_none_or(|source| Some(source) != ours)
            });
            if let Some(last) = others.map(|(_, event)| *event).max() {
                changed.push((last, card));
            }
        }
        changed.sort_by_key(|(last, _)| *last);
        changed.into_iter().map(|(_, card)| card).collect()
    }

    /// Links a contact to a company or unlinks it. Other links are ignored.
    fn link(&mut self, event: &FeedEvent, linked: bool) -> bool {
        let ids = &event.entity_ids;
        if let (Some(contact), Some(company)) = (ids.contact(), ids.company())
            && let Some(card) = self.cards.get_mut(&CardId::Contact(contact))
        {
            card.companies.retain(|known| *known != company);
            if linked {
                card.companies.push(company);
            }
        }
        true
    }

    /// Applies a change; returns false for an unreadable user, contact or company.
    fn change(&mut self, event: &FeedEvent, phones: PhoneReader) -> bool {
        self.learn_source(event);
        let ids = &event.entity_ids;
        let model = Model::of(event);
        if let Some(id) = ids.user() {
            return self.person_changed(id, &model);
        }
        if let Some(id) = ids.contact() {
            let data = model.read::<Contact>(id.as_str());
            let data = data.map(|contact| {
                let companies = contact.links.company_ids;
                CardData::new(contact.name, companies, &contact.phones, phones)
            });
            return self.card_changed(CardId::Contact(id), data, &model, event);
        }
        if let Some(id) = ids.company() {
            let data = model.read::<Company>(id.as_str());
            let data = data
                .map(|company| CardData::new(company.name, Vec::new(), &company.phones, phones));
            return self.card_changed(CardId::Company(id), data, &model, event);
        }
        true
    }

    fn person_changed(&mut self, id: UserId, model: &Model<'_>) -> bool {
        let first_event = self.events;
        let data = model.read::<User>(id.as_str()).map(|user| {
            let inactive = user
                .status
                .as_deref()
                .is_some_and(|status| status.trim().eq_ignore_ascii_case("inactive"));
            let active = !inactive && user.is_hidden != Some(true);
            (user.display_name(), active)
        });
        let known = self.people.get_mut(&id);
        match (data, known) {
            (Some((name, active)), known) => {
                let first_event = known.map_or(first_event, |known| known.first_event);
                let deleted = model.deleted;
                let person = Person { name, active, deleted, first_event };
                self.people.insert(id, person);
                true
            }
            (None, Some(known)) if model.deleted || model.restored => {
                known.deleted = model.deleted;
                true
            }
            (None, _) => model.deleted,
        }
    }

    fn card_changed(
        &mut self,
        id: CardId,
        data: Option<CardData>,
        model: &Model<'_>,
        event: &FeedEvent,
    ) -> bool {
        let number = self.events;
        let source = self.source_index(event.created.created_with.as_deref().unwrap_or_default());
        let before = self.cards.remove(&id);
        let mut last_by_source =
            before.as_ref().map(|card| card.last_by_source.clone()).unwrap_or_default();
        last_by_source.retain(|(other, _)| *other != source);
        last_by_source.push((source, number));
        let (mut card, readable) = match (data, before) {
            (Some(data), before) => {
                if let Some(before) = before {
                    self.unindex_numbers(&before);
                }
                let card = Card {
                    id: id.clone(),
                    name: data.name,
                    companies: data.companies,
                    numbers: data.numbers,
                    unparsed: data.unparsed,
                    deleted: model.deleted,
                    last_event: number,
                    last_by_source,
                };
                self.index_numbers(&card);
                self.cards.insert(id, card);
                return true;
            }
            (None, Some(card)) => (card, model.deleted || model.restored),
            (None, None) => return model.deleted,
        };
        card.deleted = model.deleted || (card.deleted && !model.restored);
        card.last_event = number;
        card.last_by_source = last_by_source;
        self.cards.insert(id, card);
        readable
    }

    fn index_numbers(&mut self, card: &Card) {
        for number in &card.numbers {
            self.by_number.entry(*number).or_default().push(card.id.clone());
        }
        if !card.unparsed.is_empty() {
            self.unparsed.insert(card.id.clone());
        }
    }

    fn unindex_numbers(&mut self, card: &Card) {
        for number in &card.numbers {
            if let Some(ids) = self.by_number.get_mut(number) {
                ids.retain(|id| *id != card.id);
                if ids.is_empty() {
                    self.by_number.remove(number);
                }
            }
        }
        self.unparsed.remove(&card.id);
    }

    fn source_index(&mut self, source: &str) -> usize {
        let known = self.sources.iter().position(|known| known == source);
        known.unwrap_or_else(|| {
            self.sources.push(source.to_owned());
            self.sources.len() - 1
        })
    }

    /// Learns the source of an integration from a call: the call contains the integration's id.
    fn learn_source(&mut self, event: &FeedEvent) {
        let source = event.created.created_with.as_deref();
        let Some(source) = source.filter(|source| source.starts_with(INTEGRATION)) else {
            return;
        };
        let of_call = event
            .entity_ids
            .communication()
            .and_then(|_| event.change.as_ref()?.new.as_ref()?["integrationId"].as_str());
        if let Some(instance) = of_call.and_then(|id| InstanceId::new(id).ok()) {
            self.integrations.insert(instance, source.to_owned());
        }
    }
}

impl Person {
    /// Returns true unless the employee is deleted.
    pub(in crate::connector) fn is_known(&self) -> bool {
        !self.deleted
    }

    /// Returns true if the employee may work in the CRM.
    pub(in crate::connector) fn is_active(&self) -> bool {
        self.active && !self.deleted
    }
}

impl Card {
    /// Returns the companies a contact belongs to.
    pub(in crate::connector) fn companies(&self) -> &[CompanyId] {
        &self.companies
    }
}
