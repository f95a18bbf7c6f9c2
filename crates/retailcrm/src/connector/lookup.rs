//! Lookup by phone number: the customer, the company, the responsible manager.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use vochi_crm_core::connector::{Customer as Common, CustomerKind as CommonKind};
use vochi_crm_core::spi::LookupJob;
use vochi_crm_core::{
    Account, Cx, Directory, ErrorKind, PhoneNumber, Responsible, Result, Warning,
};

use super::mapping::incomplete;
use crate::api::{FindManager, GetUser};
use crate::model::{
    CorporateCustomer, Customer, CustomerId, CustomerKind, Manager, ManagerCustomer,
    ManagerResponse, UserId,
};
use crate::{Client, Config};

/// Finds customers and their managers.
pub(super) struct Lookup<'a> {
    client: &'a Client,
    pub(super) account: &'a Account,
    directory: &'a Directory<UserId>,
    config: &'a Config,
    /// Names of employees, each read once per lookup.
    names: Mutex<BTreeMap<UserId, Result<String, Warning>>>,
}

/// The manager responsible for a number, and the customer with the number.
#[derive(Debug, Default)]
pub(super) struct ManagerOfNumber {
    pub(super) responsible: Option<Responsible>,
    pub(super) customer: Option<CustomerId>,
}

impl LookupJob for Lookup<'_> {
    /// The search by name finds the customers, and only its failure is an error. The response of
    /// `telephony/manager` adds the address of the card, and a customer that the search did not
    /// find.
    async fn find(&self, cx: &Cx, phone: PhoneNumber) -> Result<Vec<Common>> {
        let customers = self.client.customers().by_phone(cx, phone).await?;
        let card = match self.client.send(cx, self.manager_request(phone)).await {
            Ok(card) => card,
            Err(error) => {
                cx.add_warnings([incomplete("the address of the customer's card", &error)]);
                ManagerResponse::default()
            }
        };
        let mut candidates = Vec::with_capacity(customers.len() + 1);
        for customer in &customers {
            let candidate = self.candidate(cx, customer, &card).await;
            candidates.push(candidate);
        }
        let mut ids: Vec<CustomerId> = customers.iter().map(|customer| customer.id).collect();
        if let Some((id, customer)) = self.named_customer(&card, phone)
            && !ids.contains(&id)
        {
            ids.push(id);
            candidates.push(self.other_candidate(id, customer, &card));
        }
        match self.companies(cx, &ids).await {
            Ok(companies) => {
                for (id, candidate) in ids.iter().zip(&mut candidates) {
                    candidate.company = companies.get(id).cloned();
                }
            }
            Err(error) => cx.add_warnings([incomplete("the customer's company", &error)]),
        }
        // The CRM's popup shows this customer, so it is the first result.
        let shown = card.customer.as_ref().and_then(id_of);
        if let Some(place) = ids.iter().position(|id| Some(*id) == shown)
            && let Some(front) = candidates.get_mut(..=place)
        {
            front.rotate_right(1);
        }
        Ok(candidates)
    }

    async fn responsible(&self, cx: &Cx, phone: PhoneNumber) -> Result<Option<Responsible>> {
        Ok(self.manager(cx, phone).await?.responsible)
    }
}

impl<'a> Lookup<'a> {
    pub(super) fn new(
        client: &'a Client,
        account: &'a Account,
        directory: &'a Directory<UserId>,
        config: &'a Config,
    ) -> Self {
        Self { client, account, directory, config, names: Mutex::default() }
    }

    /// The responsible manager is the one of `telephony/manager`. If neither that response nor the
    /// directory has an extension for them, the manager of the customer's card is used, if the
    /// directory has one. A number unknown to the CRM needs no further request.
    pub(super) async fn manager(&self, cx: &Cx, phone: PhoneNumber) -> Result<ManagerOfNumber> {
        let answer = self.client.send(cx, self.manager_request(phone)).await?;
        let mut customer = self.named_customer(&answer, phone).map(|(id, _)| id);
        let manager = answer.manager.as_ref();
        let named = manager.map(|manager| self.responsible_manager(manager));
        let reachable = named.as_ref().is_some_and(|named| named.extension.is_some());
        if reachable || (named.is_none() && customer.is_none()) {
            return Ok(ManagerOfNumber { responsible: named, customer });
        }
        let responsible = match self.manager_of_card(cx, phone, &mut customer).await {
            Ok(Some(user)) => {
                let other = self.employee(user, None, None);
                match named {
                    Some(named) if other.extension.is_none() => Some(named),
                    _ => Some(other),
                }
            }
            Ok(None) => named,
            Err(error) => {
                let Some(named) = named else {
                    return Err(error);
                };
                tracing::warn!(
                    account = %self.account.name(), %error,
                    "cannot read the customer of a manager without an extension"
                );
                Some(named)
            }
        };
        Ok(ManagerOfNumber { responsible, customer })
    }

    /// Builds the request for the manager of a number, with all details.
    pub(super) fn manager_request(&self, phone: PhoneNumber) -> FindManager {
        FindManager::new(phone)
            .details()
            .ignore_status()
            .client_id(self.config.sent_client_id().cloned())
    }

    /// The manager in a customer's card (`managerId`): of the known customer, else of the first
    /// found by the number.
    async fn manager_of_card(
        &self,
        cx: &Cx,
        phone: PhoneNumber,
        customer: &mut Option<CustomerId>,
    ) -> Result<Option<UserId>> {
        let customers = self.client.customers();
        if let Some(id) = *customer {
            return match customers.get(cx, id).await {
                Ok(card) => Ok(card.manager_id),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            };
        }
        let found = customers.by_phone(cx, phone).await?;
        *customer = found.first().map(|first| first.id);
        Ok(found.iter().find_map(|card| card.manager_id))
    }

    async fn candidate(&self, cx: &Cx, customer: &Customer, card: &ManagerResponse) -> Common {
        let mut common = common_of(customer);
        let is_theirs = card.customer.as_ref().and_then(id_of).is_some_and(|id| id == customer.id);
        if is_theirs {
            common.url = card_url(card);
        }
        let manager = card.manager.as_ref();
        common.responsible = match customer.manager_id {
            Some(user) => {
                let same = manager.filter(|manager| manager.id == user);
                let name = match same.and_then(Manager::full_name) {
                    Some(name) => Some(name),
                    None => self.name_of(cx, user).await,
                };
                let code = same.and_then(|manager| manager.code.as_deref());
                Some(self.employee(user, name, code))
            }
            None if is_theirs => manager.map(|manager| self.responsible_manager(manager)),
            None => None,
        };
        common
    }

    /// Creates a candidate from a customer that is only in the response of `telephony/manager`.
    fn other_candidate(
        &self,
        id: CustomerId,
        customer: &ManagerCustomer,
        card: &ManagerResponse,
    ) -> Common {
        let mut common = Common::new(id.to_string(), CommonKind::Person);
        common.name = customer.full_name().or_else(|| customer.email.clone());
        common.url = card_url(card);
        common.responsible = card.manager.as_ref().map(|manager| self.responsible_manager(manager));
        common
    }

    /// The customer in a response of `telephony/manager`, if the number is theirs.
    pub(super) fn named_customer<'r>(
        &self,
        response: &'r ManagerResponse,
        phone: PhoneNumber,
    ) -> Option<(CustomerId, &'r ManagerCustomer)> {
        let customer = response.customer.as_ref()?;
        let reader = self.account.phones();
        let has_it = customer
            .phones
            .iter()
            .flat_map(|typed| reader.read_many(typed))
            .flatten()
            .any(|reading| reading.number() == phone);
        has_it.then_some((id_of(customer)?, customer))
    }

    /// Reads the names of these customers' companies.
    async fn companies(&self, cx: &Cx, ids: &[CustomerId]) -> Result<BTreeMap<CustomerId, String>> {
        let corporate = self.client.corporate_customers();
        let together = corporate.of_contacts(cx, ids.iter().copied()).await?;
        let mut companies = BTreeMap::new();
        if together.is_empty() {
            return Ok(companies);
        }
        if let [only] = ids {
            companies.extend(company_names(&together).map(|name| (*only, name)));
            return Ok(companies);
        }
        // The list does not link companies to contacts.
        for id in ids {
            let own = corporate.of_contacts(cx, [*id]).await?;
            companies.extend(company_names(&own).map(|name| (*id, name)));
        }
        Ok(companies)
    }

    async fn name_of(&self, cx: &Cx, user: UserId) -> Option<String> {
        let known = self.names().get(&user).cloned();
        let name = match known {
            Some(known) => known,
            None => match self.client.send(cx, GetUser(user)).await {
                Ok(found) => Ok(found.display_name()),
                Err(error) => Err(incomplete(&format!("the name of user {user}"), &error)),
            },
        };
        self.names().insert(user, name.clone());
        name.map_err(|warning| cx.add_warnings([warning])).ok()
    }

    fn names(&self) -> std::sync::MutexGuard<'_, BTreeMap<UserId, Result<String, Warning>>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn responsible_manager(&self, manager: &Manager) -> Responsible {
        self.employee(manager.id, manager.full_name(), manager.code.as_deref())
    }

    /// An employee with an extension: the directory's, else the CRM's.
    pub(super) fn employee(
        &self,
        user: UserId,
        name: Option<String>,
        code: Option<&str>,
    ) -> Responsible {
        let own = self.directory.extension_of(&user).cloned();
        let extension = own.or_else(|| code.and_then(|code| code.parse().ok()));
        Responsible::new(user.into(), name, extension)
    }
}

/// Converts a customer's own fields to the common model.
pub(super) fn common_of(customer: &Customer) -> Common {
    let kind = match &customer.kind {
        None | Some(CustomerKind::Person) => CommonKind::Person,
        Some(CustomerKind::Corporate) => CommonKind::Company,
        Some(CustomerKind::Other(word)) => CommonKind::Other(word.clone()),
    };
    let mut common = Common::new(customer.id.to_string(), kind);
    common.name = customer.full_name().or_else(|| customer.email.clone());
    common
}

/// The names of companies, joined by commas.
fn company_names(companies: &[CorporateCustomer]) -> Option<String> {
    let names: Vec<&str> = companies.iter().filter_map(CorporateCustomer::display_name).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn id_of(customer: &ManagerCustomer) -> Option<CustomerId> {
    customer.id.as_deref()?.parse().ok()
}

/// The address of the card in the response. The format of these addresses is not documented, so
/// none is derived.
fn card_url(card: &ManagerResponse) -> Option<String> {
    let link = card.links.as_ref()?.customer_link.as_ref()?;
    let is_whole = link.starts_with("https://") || link.starts_with("http://");
    is_whole.then(|| link.clone())
}
