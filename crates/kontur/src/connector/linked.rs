//! Whom Kontur itself takes a caller for: the links it answers when a call begins.

use std::time::Duration;

use vochi_crm_core::cache::{CacheKey, Lifetime};
use vochi_crm_core::connector::{Customer, CustomerKind};
use vochi_crm_core::{Cx, Error, ErrorKind, PhoneNumber, Warning, WarningKind};

use super::Connector;
use super::feed::CardId;
use super::find::customer;
use crate::api::GetContact;
use crate::model::{Contact, Links};

/// How long a call's links stand for its number. A number changes hands seldom, and the next call
/// brings them anew.
const KEPT: Lifetime = Lifetime::new(Duration::from_hours(1), Duration::ZERO);

impl Connector {
    /// Remembers whom Kontur tied a call of this number to.
    pub(super) async fn remember_links(&self, phone: PhoneNumber, links: &Links) {
        let key = self.links_of(phone);
        let cache = self.hub().cache();
        cache.invalidate(&key).await;
        if !links.is_empty() {
            let links = links.clone();
            let kept = cache.get_or_load(key, KEPT, || async { Ok::<_, Error>(Some(links)) });
            // Nothing is loaded, so nothing can fail.
            drop(kept.await);
        }
    }

    /// Whom a call of this number was tied to, the first candidates for whose it is: Kontur matches
    /// numbers by rules of its own.
    pub(super) async fn linked(
        &self,
        cx: &Cx,
        phone: PhoneNumber,
        warnings: &mut Vec<Warning>,
    ) -> Vec<Customer> {
        let key = self.links_of(phone);
        let nothing = || async { Ok::<Option<Links>, Error>(None) };
        let links = self.hub().cache().get_or_load(key, KEPT, nothing).await;
        let Ok(Some(links)) = links else {
            return Vec::new();
        };
        let mut customers = Vec::new();
        for contact in links.contact_ids {
            let id = CardId::Contact(contact.clone());
            let known = self.told().ask(|index| Some(customer(index.card(&id)?, index)));
            if let Some(known) = known {
                customers.push(known);
                continue;
            }
            match self.client().send(cx, GetContact(contact)).await {
                Ok(contact) => customers.push(self.of_contact(&contact)),
                // The link is as old as the call; the contact may be gone meanwhile.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => warnings.push(Warning::new(
                    WarningKind::Incomplete,
                    format!(
                        "a contact Kontur tied a call to could not be read: {}",
                        error.message()
                    ),
                )),
            }
        }
        for company in links.company_ids {
            let id = CardId::Company(company);
            let known = self.told().ask(|index| Some(customer(index.card(&id)?, index)));
            customers.extend(known);
        }
        customers
    }

    /// A contact the feed has not told of.
    fn of_contact(&self, contact: &Contact) -> Customer {
        let mut customer = Customer::new(contact.id.as_str(), CustomerKind::Person);
        customer.name.clone_from(&contact.name);
        let companies: Vec<String> = self.told().ask(|index| {
            let names = contact.links.company_ids.iter();
            names.filter_map(|id| index.company_name(id).map(str::to_owned)).collect()
        });
        customer.company = (!companies.is_empty()).then(|| companies.join(", "));
        customer
    }

    fn links_of(&self, phone: PhoneNumber) -> CacheKey {
        CacheKey::new(self.own().name().as_str(), "kontur links", phone.e164())
    }
}
