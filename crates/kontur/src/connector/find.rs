//! Who has a number: whom Kontur tied a call of it to, and the cards the feed told of.

use std::collections::HashMap;

use vochi_crm_core::connector::{Customer, CustomerKind, Found};
use vochi_crm_core::{Cx, Error, PhoneNumber, Result, Warning, WarningKind};

use super::Connector;
use super::feed::{Card, CardId, Index};

impl Connector {
    /// Who has these numbers; one that is named twice is looked for once. The feed is read on first,
    /// so only a feed that cannot be read fails the question.
    pub(super) async fn find_all(&self, cx: &Cx, phones: &[PhoneNumber]) -> Result<Vec<Found>> {
        if phones.is_empty() {
            return Ok(Vec::new());
        }
        let feed = self.feed(cx).await?;
        let mut warnings = vec![Warning::new(
            WarningKind::Incomplete,
            "Kontur has no search by phone: who has a number is known from its feed of events",
        )];
        warnings.extend(feed.warnings());
        let mut met: HashMap<PhoneNumber, usize> = HashMap::new();
        let mut found: Vec<Found> = Vec::with_capacity(phones.len());
        for phone in phones {
            let before = met.get(phone).and_then(|index| found.get(*index)).cloned();
            let one = match before {
                Some(same) => same,
                None => self.find_one(cx, *phone, &warnings).await,
            };
            met.entry(*phone).or_insert(found.len());
            found.push(one);
        }
        Ok(found)
    }

    async fn find_one(&self, cx: &Cx, phone: PhoneNumber, warnings: &[Warning]) -> Found {
        let mut warnings = warnings.to_vec();
        let mut candidates = self.linked(cx, phone, &mut warnings).await;
        let told: Vec<Customer> = self.told().ask(|index| {
            let cards = index.with_number(phone).into_iter();
            cards.map(|card| customer(card, index)).collect()
        });
        for one in told {
            if candidates.iter().all(|known| known.id != one.id) {
                candidates.push(one);
            }
        }
        let mut found = Found::new(phone, candidates);
        found.warnings = warnings;
        // Kontur is asked by the number, so its answer is about whoever it takes the caller for.
        if let Some(first) = found.candidates.first_mut() {
            match self.whose(cx, phone).await {
                Ok(responsible) => first.responsible = responsible,
                Err(error) => found.warnings.push(incomplete(&error)),
            }
        }
        found
    }
}

/// A card in the common terms. The address of a card is documented nowhere.
pub(super) fn customer(card: &Card, names: &Index) -> Customer {
    let (id, kind) = match &card.id {
        CardId::Contact(id) => (id.as_str(), CustomerKind::Person),
        CardId::Company(id) => (id.as_str(), CustomerKind::Company),
    };
    let companies: Vec<&str> =
        card.companies().iter().filter_map(|id| names.company_name(id)).collect();
    let mut customer = Customer::new(id, kind);
    customer.name.clone_from(&card.name);
    customer.company = (!companies.is_empty()).then(|| companies.join(", "));
    customer
}

fn incomplete(error: &Error) -> Warning {
    Warning::new(
        WarningKind::Incomplete,
        format!("who is responsible could not be read: {}", error.message()),
    )
}
