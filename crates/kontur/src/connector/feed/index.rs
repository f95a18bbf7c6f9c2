//! What the feed told so far: employees, contacts, companies, and who has which number.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use vochi_crm_core::PhoneNumber;
use vochi_crm_core::phone::PhoneReader;
use vochi_crm_core::wire::Items;

use super::event::{Model, Told};
use crate::model::{
    Company, CompanyId, Contact, ContactId, FeedEvent, FeedEventType, InstanceId, PhoneText, User,
    UserId,
};

/// What integrations sign their changes with.
const INTEGRATION: &str = "Integration.";

/// Whose card it is. A contact comes before a company: a person called.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::connector) enum CardId {
    Contact(ContactId),
    Company(CompanyId),
}

/// What is kept of a contact or company.
#[derive(Debug)]
pub(in crate::connector) struct Card {
    pub(in crate::connector) id: CardId,
    pub(in crate::connector) name: Option<String>,
    companies: Vec<CompanyId>,
    numbers: Vec<PhoneNumber>,
    /// What stands where a number should and could not be read as one.
    unread: Vec<String>,
    gone: bool,
    /// The number of the last event about it.
    told: u64,
    /// The last event about it by each who changes things, as numbers of marks and of events.
    by: Vec<(usize, u64)>,
}

/// What is kept of an employee.
#[derive(Debug)]
pub(in crate::connector) struct Person {
    pub(in crate::connector) name: String,
    active: bool,
    gone: bool,
    /// The number of the first event about them.
    met: u64,
}

/// Everything the feed told.
#[derive(Debug, Default)]
pub(in crate::connector) struct Index {
    people: BTreeMap<UserId, Person>,
    cards: HashMap<CardId, Card>,
    by_number: HashMap<PhoneNumber, Vec<CardId>>,
    /// The cards with something that could not be read as a number.
    unread: BTreeSet<CardId>,
    /// With what things are changed, each once.
    marks: Vec<String>,
    /// What an integration signs with, by its id in the workspace.
    integrations: BTreeMap<InstanceId, String>,
    events: u64,
    unreadable: u64,
}

impl Index {
    /// Takes in a page of events. What cannot be read is counted and costs nothing else.
    pub(super) fn take(&mut self, events: &Items<FeedEvent>, phones: PhoneReader) {
        for event in &events.good {
            self.events += 1;
            let readable = match event.kind {
                Some(FeedEventType::Link) => self.tie(event, true),
                Some(FeedEventType::Unlink) => self.tie(event, false),
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

    /// How many events there were.
    pub(in crate::connector) fn events(&self) -> u64 {
        self.events
    }

    /// How many of them could not be read.
    pub(in crate::connector) fn unreadable(&self) -> u64 {
        self.unreadable
    }

    /// How many cards there are now.
    pub(in crate::connector) fn cards(&self) -> usize {
        self.cards.values().filter(|card| !card.gone).count()
    }

    /// An employee, also one who is gone.
    pub(in crate::connector) fn person(&self, id: &UserId) -> Option<&Person> {
        self.people.get(id)
    }

    /// The employees in the order the feed introduced them, those who are gone among them.
    pub(in crate::connector) fn people(&self) -> Vec<(&UserId, &Person)> {
        let mut people: Vec<_> = self.people.iter().collect();
        people.sort_by_key(|(_, person)| person.met);
        people
    }

    /// The cards with this number: contacts before companies, of each sort the one first that the
    /// feed told of last.
    pub(in crate::connector) fn with_number(&self, number: PhoneNumber) -> Vec<&Card> {
        let read = self.by_number.get(&number).into_iter().flatten();
        let read = read.filter_map(|id| self.cards.get(id));
        let text = PhoneText::from(number);
        let unread = self.unread.iter().filter_map(|id| self.cards.get(id));
        let same = unread.filter(|card| card.unread.iter().any(|other| text.is_same(other)));
        let mut found: Vec<&Card> = read.chain(same).filter(|card| !card.gone).collect();
        found.sort_by_key(|card| {
            let is_company = matches!(card.id, CardId::Company(_));
            (is_company, Reverse(card.told))
        });
        // One event is about one card.
        found.dedup_by_key(|card| card.told);
        found
    }

    /// A card, if the feed told it and it is still there.
    pub(in crate::connector) fn card(&self, id: &CardId) -> Option<&Card> {
        self.cards.get(id).filter(|card| !card.gone)
    }

    /// The name of a company, if the feed told it.
    pub(in crate::connector) fn company_name(&self, id: &CompanyId) -> Option<&str> {
        let card = self.cards.get(&CardId::Company(id.clone()))?;
        card.name.as_deref().filter(|_| !card.gone)
    }

    /// What this integration signs its changes with, if the feed told.
    pub(in crate::connector) fn mark_of(&self, instance: &InstanceId) -> Option<&str> {
        self.integrations.get(instance).map(String::as_str)
    }

    /// Whether any integration changed a card.
    pub(in crate::connector) fn has_integrations(&self) -> bool {
        self.marks.iter().any(|mark| mark.starts_with(INTEGRATION))
    }

    /// The cards that somebody else than this mark's integration changed, the one changed last at
    /// the end.
    pub(in crate::connector) fn changed(&self, ours: Option<&str>) -> Vec<&Card> {
        let mut changed: Vec<(u64, &Card)> = Vec::new();
        for card in self.cards.values().filter(|card| !card.gone) {
            let others = card.by.iter().filter(|(mark, _)| {
                let mark = self.marks.get(*mark).map(String::as_str);
                mark.is_none_or(|mark| Some(mark) != ours)
            });
            if let Some(last) = others.map(|(_, event)| *event).max() {
                changed.push((last, card));
            }
        }
        changed.sort_by_key(|(last, _)| *last);
        changed.into_iter().map(|(_, card)| card).collect()
    }

    /// Ties a contact to a company, or unties it; other ties are nothing to us.
    fn tie(&mut self, event: &FeedEvent, tied: bool) -> bool {
        let ids = &event.entity_ids;
        if let (Some(contact), Some(company)) = (ids.contact(), ids.company())
            && let Some(card) = self.cards.get_mut(&CardId::Contact(contact))
        {
            card.companies.retain(|known| *known != company);
            if tied {
                card.companies.push(company);
            }
        }
        true
    }

    /// Takes in a change; `false` if it is about something of ours and cannot be read.
    fn change(&mut self, event: &FeedEvent, phones: PhoneReader) -> bool {
        self.learn_mark(event);
        let ids = &event.entity_ids;
        let model = Model::of(event);
        if let Some(id) = ids.user() {
            return self.person_changed(id, &model);
        }
        if let Some(id) = ids.contact() {
            let told = model.read::<Contact>(id.as_str());
            let told = told.map(|contact| {
                let companies = contact.links.company_ids;
                Told::new(contact.name, companies, &contact.phones, phones)
            });
            return self.card_changed(CardId::Contact(id), told, &model, event);
        }
        if let Some(id) = ids.company() {
            let told = model.read::<Company>(id.as_str());
            let told =
                told.map(|company| Told::new(company.name, Vec::new(), &company.phones, phones));
            return self.card_changed(CardId::Company(id), told, &model, event);
        }
        true
    }

    fn person_changed(&mut self, id: UserId, model: &Model<'_>) -> bool {
        let met = self.events;
        let told = model.read::<User>(id.as_str()).map(|user| {
            let inactive = user
                .status
                .as_deref()
                .is_some_and(|status| status.trim().eq_ignore_ascii_case("inactive"));
            let active = !inactive && user.is_hidden != Some(true);
            (user.display_name(), active)
        });
        let known = self.people.get_mut(&id);
        match (told, known) {
            (Some((name, active)), known) => {
                let met = known.map_or(met, |known| known.met);
                let gone = model.gone;
                let person = Person { name, active, gone, met };
                self.people.insert(id, person);
                true
            }
            (None, Some(known)) if model.gone || model.back => {
                known.gone = model.gone;
                true
            }
            (None, _) => model.gone,
        }
    }

    fn card_changed(
        &mut self,
        id: CardId,
        told: Option<Told>,
        model: &Model<'_>,
        event: &FeedEvent,
    ) -> bool {
        let number = self.events;
        let mark = self.mark(event.created.created_with.as_deref().unwrap_or_default());
        let before = self.cards.remove(&id);
        let mut by = before.as_ref().map(|card| card.by.clone()).unwrap_or_default();
        by.retain(|(other, _)| *other != mark);
        by.push((mark, number));
        let (mut card, readable) = match (told, before) {
            (Some(told), before) => {
                if let Some(before) = before {
                    self.forget_numbers(&before);
                }
                let card = Card {
                    id: id.clone(),
                    name: told.name,
                    companies: told.companies,
                    numbers: told.numbers,
                    unread: told.unread,
                    gone: model.gone,
                    told: number,
                    by,
                };
                self.keep_numbers(&card);
                self.cards.insert(id, card);
                return true;
            }
            (None, Some(card)) => (card, model.gone || model.back),
            (None, None) => return model.gone,
        };
        card.gone = model.gone || (card.gone && !model.back);
        card.told = number;
        card.by = by;
        self.cards.insert(id, card);
        readable
    }

    fn keep_numbers(&mut self, card: &Card) {
        for number in &card.numbers {
            self.by_number.entry(*number).or_default().push(card.id.clone());
        }
        if !card.unread.is_empty() {
            self.unread.insert(card.id.clone());
        }
    }

    fn forget_numbers(&mut self, card: &Card) {
        for number in &card.numbers {
            if let Some(ids) = self.by_number.get_mut(number) {
                ids.retain(|id| *id != card.id);
                if ids.is_empty() {
                    self.by_number.remove(number);
                }
            }
        }
        self.unread.remove(&card.id);
    }

    fn mark(&mut self, mark: &str) -> usize {
        let known = self.marks.iter().position(|known| known == mark);
        known.unwrap_or_else(|| {
            self.marks.push(mark.to_owned());
            self.marks.len() - 1
        })
    }

    /// A call is told of by the integration that registered it, and names it.
    fn learn_mark(&mut self, event: &FeedEvent) {
        let mark = event.created.created_with.as_deref();
        let Some(mark) = mark.filter(|mark| mark.starts_with(INTEGRATION)) else {
            return;
        };
        let of_call = event
            .entity_ids
            .communication()
            .and_then(|_| event.change.as_ref()?.new.as_ref()?["integrationId"].as_str());
        if let Some(instance) = of_call.and_then(|id| InstanceId::new(id).ok()) {
            self.integrations.insert(instance, mark.to_owned());
        }
    }
}

impl Person {
    /// Whether they are there.
    pub(in crate::connector) fn is_known(&self) -> bool {
        !self.gone
    }

    /// Whether they may work in the CRM.
    pub(in crate::connector) fn is_active(&self) -> bool {
        self.active && !self.gone
    }
}

impl Card {
    /// The companies a contact belongs to.
    pub(in crate::connector) fn companies(&self) -> &[CompanyId] {
        &self.companies
    }
}
