//! The clients Kontur itself ties a caller to: the links in the response when a call begins.

use std::time::Duration;

use vochi_crm_core::cache::{CacheKey, Lifetime};
use vochi_crm_core::connector::{Context, Customer, CustomerKind};
use vochi_crm_core::{Cx, ErrorKind, PhoneNumber, WarningKind};

use super::feed::{CardId, FeedReader};
use super::lookup::customer;
use crate::Client;
use crate::api::GetContact;
use crate::model::{Contact, Links};

/// How long a call's links stand for its number. A number changes hands seldom, and the next call
/// brings them anew.
const KEPT: Lifetime = Lifetime::new(Duration::from_hours(1), Duration::ZERO);

/// Remembers the links of calls by number.
#[derive(Clone, Copy)]
pub(super) struct CallerLinks<'a> {
    pub(super) client: &'a Client,
    pub(super) context: &'a Context,
    pub(super) feed: FeedReader<'a>,
}

impl CallerLinks<'_> {
    /// Remembers the clients Kontur tied a call of this number to.
    pub(super) async fn remember(&self, phone: PhoneNumber, links: &Links) {
        let links = (!links.is_empty()).then_some(links);
        self.context.hub().cache().insert(self.key(phone), links).await;
    }

    /// The clients a call of this number was tied to, the first candidates for the caller: Kontur
    /// matches numbers by rules of its own.
    pub(super) async fn customers(&self, cx: &Cx, phone: PhoneNumber) -> Vec<Customer> {
        let known = self.context.hub().cache().get::<Links>(&self.key(phone), KEPT).await;
        let Some(links) = known.flatten() else {
            return Vec::new();
        };
        let mut customers = Vec::new();
        for contact in links.contact_ids {
            let id = CardId::Contact(contact.clone());
            let known = self.feed.known().ask(|index| Some(customer(index.card(&id)?, index)));
            if let Some(known) = known {
                customers.push(known);
                continue;
            }
            match self.client.send(cx, GetContact(contact)).await {
                Ok(contact) => customers.push(self.of_contact(&contact)),
                // The link is as old as the call; the contact may be gone by now.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => cx.warn(
                    WarningKind::Incomplete,
                    format!(
                        "a contact Kontur tied a call to could not be read: {}",
                        error.message()
                    ),
                ),
            }
        }
        for company in links.company_ids {
            let id = CardId::Company(company);
            let known = self.feed.known().ask(|index| Some(customer(index.card(&id)?, index)));
            customers.extend(known);
        }
        customers
    }

    /// A contact the feed has not shown.
    fn of_contact(&self, contact: &Contact) -> Customer {
        let mut customer = Customer::new(contact.id.as_str(), CustomerKind::Person);
        customer.name.clone_from(&contact.name);
        let companies: Vec<String> = self.feed.known().ask(|index| {
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
