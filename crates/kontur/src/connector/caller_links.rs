//! The clients Kontur linked a caller to, from the response to a call start.

use std::time::Duration;

use vochi_crm_core::cache::{CacheKey, Lifetime};
use vochi_crm_core::connector::{Context, Customer, CustomerKind};
use vochi_crm_core::{Cx, ErrorKind, PhoneNumber, WarningKind};

use super::feed::{CardId, FeedReader};
use super::lookup::customer;
use crate::Client;
use crate::api::GetContact;
use crate::model::{Contact, Links};

/// How long a call's links are valid for its number. The next call refreshes them.
const LINKS_LIFETIME: Lifetime = Lifetime::new(Duration::from_secs(3600), Duration::ZERO);

/// Stores the links of calls by number.
#[derive(Clone, Copy)]
pub(super) struct CallerLinks<'a> {
    pub(super) client: &'a Client,
    pub(super) context: &'a Context,
    pub(super) feed: FeedReader<'a>,
}

impl CallerLinks<'_> {
    /// Stores the clients Kontur linked a call of this number to.
    pub(super) async fn remember(&self, phone: PhoneNumber, links: &Links) {
        let links = (!links.is_empty()).then_some(links);
        self.context.hub().cache().insert(self.key(phone), links).await;
    }

    /// Returns the clients a call of this number was linked to.
    ///
    /// They come first among the candidates, because Kontur matches numbers by its own rules.
    pub(super) async fn customers(&self, cx: &Cx, phone: PhoneNumber) -> Vec<Customer> {
        let known = self.context.hub().cache().get::<Links>(&self.key(phone), LINKS_LIFETIME).await;
        let Some(links) = known.flatten() else {
            return Vec::new();
        };
        let mut customers = Vec::new();
        for contact in links.contact_ids {
            let id = CardId::Contact(contact.clone());
            let known = self.feed.known().query(|index| Some(customer(index.card(&id)?, index)));
            if let Some(known) = known {
                customers.push(known);
                continue;
            }
            match self.client.send(cx, GetContact(contact)).await {
                Ok(contact) => customers.push(self.of_contact(&contact)),
                // The contact may have been deleted since the call.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => cx.warn(
                    WarningKind::Incomplete,
                    format!("cannot read a contact linked to the call: {}", error.message()),
                ),
            }
        }
        for company in links.company_ids {
            let id = CardId::Company(company);
            let known = self.feed.known().query(|index| Some(customer(index.card(&id)?, index)));
            customers.extend(known);
        }
        customers
    }

    /// Converts a contact that is not in the feed.
    fn of_contact(&self, contact: &Contact) -> Customer {
        let mut customer = Customer::new(contact.id.as_str(), CustomerKind::Person);
        customer.name.clone_from(&contact.name);
        let companies: Vec<String> = self.feed.known().query(|index| {
            let names = contact.links.company_ids.iter();
            names.filter_map(|id| index.company_name(id).map(str::to_owned)).collect()
        });
        customer.company = (!companies.is_empty()).then(|| companies.join(", "));
        customer
    }

    fn key(&self, phone: PhoneNumber) -> CacheKey {
        CacheKey::new(self.context.account().name().as_str(), "kontur links", phone.e164())
    }
}
