//! Customers by phone number and their responsible employees, and the users of the feed.
//!
//! Candidates come from the clients Kontur linked a call to and from the cards of the feed.

use std::collections::BTreeSet;

use vochi_crm_core::connector::{Customer, CustomerKind};
use vochi_crm_core::spi::LookupJob;
use vochi_crm_core::{
    CrmUser, CrmUserId, Cx, Error, Line, PhoneNumber, Responsible, Result, WarningKind,
};

use super::caller_links::CallerLinks;
use super::feed::{Card, CardId, Index, Person};
use super::names::Names;
use crate::RedirectBy;
use crate::api::CallRedirect;
use crate::model::{PhoneText, UserId};

/// Finds clients and their responsible employees.
pub(super) struct Lookup<'a> {
    pub(super) names: Names<'a>,
    pub(super) links: CallerLinks<'a>,
}

impl LookupJob for Lookup<'_> {
    /// Reads the feed on. Only an unreadable feed fails the lookup.
    async fn begin(&self, cx: &Cx) -> Result<()> {
        let feed = self.links.feed.read(cx).await?;
        cx.warn(
            WarningKind::Incomplete,
            "Kontur has no search by phone: numbers are looked up in its feed of events",
        );
        cx.add_warnings(feed.warnings());
        Ok(())
    }

    async fn find(&self, cx: &Cx, phone: PhoneNumber) -> Result<Vec<Customer>> {
        let mut candidates = self.links.customers(cx, phone).await;
        let cards: Vec<Customer> = self.links.feed.known().query(|index| {
            let cards = index.with_number(phone).into_iter();
            cards.map(|card| customer(card, index)).collect()
        });
        for one in cards {
            if candidates.iter().all(|known| known.id != one.id) {
                candidates.push(one);
            }
        }
        // Kontur looks the number up itself, so its response concerns the first candidate.
        if let Some(first) = candidates.first_mut() {
            match self.responsible(cx, phone).await {
                Ok(responsible) => first.responsible = responsible,
                Err(error) => cx.warn(
                    WarningKind::Incomplete,
                    format!("cannot read the responsible employee: {}", error.message()),
                ),
            }
        }
        Ok(candidates)
    }

    /// Returns the employee Kontur assigns to a caller: the first with an extension, else the
    /// first.
    ///
    /// The feed is not read for a name, because a caller may be waiting.
    async fn responsible(&self, cx: &Cx, phone: PhoneNumber) -> Result<Option<Responsible>> {
        let queried = match self.names.config.redirect_by {
            RedirectBy::Client => phone,
            RedirectBy::Line => self.only_line()?,
        };
        let number = PhoneText::from(queried).in_form(self.names.config.phone_form);
        let users = self.links.client.send(cx, CallRedirect::Phone(number)).await?;
        let mut first = None;
        for user in &users.user_ids {
            let responsible = self.employee(user)?;
            if responsible.extension.is_some() {
                return Ok(Some(responsible));
            }
            first.get_or_insert(responsible);
        }
        Ok(first)
    }
}

impl Lookup<'_> {
    /// Returns the employees in the feed.
    pub(super) async fn users(&self, cx: &Cx) -> Result<Vec<CrmUser>> {
        let feed = self.links.feed.read(cx).await?;
        cx.add_warnings(feed.warnings());
        feed.query(|index| {
            let people = index.people().into_iter();
            let user = |(id, person): (&UserId, &Person)| {
                Ok(CrmUser::new(self.common_id(id)?, person.name.clone(), person.is_active()))
            };
            people.map(user).collect()
        })
    }

    fn employee(&self, user: &UserId) -> Result<Responsible> {
        let name = self
            .links
            .feed
            .known()
            .query(|index| index.person(user).map(|person| person.name.clone()));
        let extension = self.names.directory.extension_of(user).cloned();
        Ok(Responsible::new(self.common_id(user)?, name, extension))
    }

    /// Returns a user's id in the common model, spelled as in the directory.
    ///
    /// Kontur uses lower case; a directory may contain capitals.
    pub(super) fn common_id(&self, user: &UserId) -> Result<CrmUserId> {
        let directory = self.names.account.directory();
        let mut named = directory
            .extensions()
            .map(|(_, user)| user)
            .chain(directory.default_user())
            .chain(directory.missed_user());
        let same = named.find(|other| UserId::of(other).is_ok_and(|other| other == *user));
        match same {
            Some(same) => Ok(same.clone()),
            None => user.to_common(),
        }
    }

    /// Returns the account's own number if there is exactly one.
    fn only_line(&self) -> Result<PhoneNumber> {
        let mut numbers = BTreeSet::new();
        for line in self.names.account.config().lines.keys() {
            numbers.extend(self.names.directory.number_of(&Line::new(line)?));
        }
        let mut numbers = numbers.into_iter();
        match (numbers.next(), numbers.next()) {
            (Some(only), None) => Ok(only),
            (only, _) => Err(Error::config(format!(
                "redirect_by: the value line requires one number in `lines`, but there {}",
                if only.is_some() { "are several" } else { "are none" }
            ))
            .with_hint("set redirect_by = \"client\", or leave one number in `lines`")),
        }
    }
}

/// Converts a card to the common model. The URL of a card is not documented.
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
