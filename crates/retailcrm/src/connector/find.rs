//! Who has a number: customers, what companies they buy for, who is responsible for them.

use std::collections::{BTreeMap, HashMap};

use vochi_crm_core::connector::{Customer as Common, CustomerKind as CommonKind, Found};
use vochi_crm_core::{Cx, Error, PhoneNumber, Responsible, Result, Warning, WarningKind};

use super::Connector;
use crate::api::GetUser;
use crate::model::{
    CorporateCustomer, Customer, CustomerId, CustomerKind, Manager, ManagerCustomer,
    ManagerResponse, UserId,
};

/// Names of employees, each asked for once while one question is answered.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<UserId, Result<String, Warning>>);

impl Names {
    /// Notes a name that is known already.
    pub(super) fn note(&mut self, user: UserId, name: String) {
        self.0.insert(user, Ok(name));
    }

    /// The name of a user, if it is known.
    pub(super) fn known(&self, user: UserId) -> Option<String> {
        self.0.get(&user)?.as_ref().ok().cloned()
    }
}

impl Connector {
    /// Who has these numbers; one that is named twice is asked for once.
    pub(super) async fn find_all(&self, cx: &Cx, phones: &[PhoneNumber]) -> Result<Vec<Found>> {
        let mut names = Names::default();
        let mut met: HashMap<PhoneNumber, usize> = HashMap::new();
        let mut found: Vec<Found> = Vec::with_capacity(phones.len());
        for phone in phones {
            let before = met.get(phone).and_then(|index| found.get(*index)).cloned();
            let one = match before {
                Some(same) => same,
                None => self.find_one(cx, *phone, &mut names).await?,
            };
            met.entry(*phone).or_insert(found.len());
            found.push(one);
        }
        Ok(found)
    }

    /// The search by name finds the customers, and it alone may fail the question; the telephony's
    /// own answer gives the address of the card, and whom that search does not find.
    async fn find_one(&self, cx: &Cx, phone: PhoneNumber, names: &mut Names) -> Result<Found> {
        let customers = self.client().customers().by_phone(cx, phone).await?;
        let mut warnings = Vec::new();
        let card = match self.client().send(cx, self.manager_request(phone)).await {
            Ok(card) => card,
            Err(error) => {
                warnings.push(incomplete("the address of the customer's card", &error));
                ManagerResponse::default()
            }
        };
        let mut candidates = Vec::with_capacity(customers.len() + 1);
        for customer in &customers {
            let candidate = self.candidate(cx, customer, &card, names, &mut warnings).await;
            candidates.push(candidate);
        }
        let mut ids: Vec<CustomerId> = customers.iter().map(|customer| customer.id).collect();
        if let Some((id, customer)) = self.named(&card, phone)
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
            Err(error) => warnings.push(incomplete("the customer's company", &error)),
        }
        // The CRM's popup shows this one; the first of the answer is to be the same.
        let shown = card.customer.as_ref().and_then(id_of);
        if let Some(place) = ids.iter().position(|id| Some(*id) == shown)
            && let Some(front) = candidates.get_mut(..=place)
        {
            front.rotate_right(1);
        }
        let mut found = Found::new(phone, candidates);
        found.warnings = warnings;
        Ok(found)
    }

    async fn candidate(
        &self,
        cx: &Cx,
        customer: &Customer,
        card: &ManagerResponse,
        names: &mut Names,
        warnings: &mut Vec<Warning>,
    ) -> Common {
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
                    None => self.name_of(cx, user, names, warnings).await,
                };
                let code = same.and_then(|manager| manager.code.as_deref());
                Some(self.employee(user, name, code))
            }
            None if is_theirs => manager.map(|manager| self.responsible_manager(manager)),
            None => None,
        };
        common
    }

    /// A customer whom only the telephony's own answer names.
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

    /// The customer an answer of the telephony names, if the number is theirs.
    pub(super) fn named<'a>(
        &self,
        answer: &'a ManagerResponse,
        phone: PhoneNumber,
    ) -> Option<(CustomerId, &'a ManagerCustomer)> {
        let customer = answer.customer.as_ref()?;
        let reader = self.own().phones();
        let has_it = customer
            .phones
            .iter()
            .flat_map(|typed| reader.read_many(typed))
            .flatten()
            .any(|reading| reading.number() == phone);
        has_it.then_some((id_of(customer)?, customer))
    }

    /// What the companies are called that these customers are contacts of.
    async fn companies(&self, cx: &Cx, ids: &[CustomerId]) -> Result<BTreeMap<CustomerId, String>> {
        let corporate = self.client().corporate_customers();
        let together = corporate.of_contacts(cx, ids.iter().copied()).await?;
        let mut companies = BTreeMap::new();
        if together.is_empty() {
            return Ok(companies);
        }
        if let [only] = ids {
            companies.extend(company_names(&together).map(|name| (*only, name)));
            return Ok(companies);
        }
        // The list does not say whose contact each company has.
        for id in ids {
            let own = corporate.of_contacts(cx, [*id]).await?;
            companies.extend(company_names(&own).map(|name| (*id, name)));
        }
        Ok(companies)
    }

    async fn name_of(
        &self,
        cx: &Cx,
        user: UserId,
        names: &mut Names,
        warnings: &mut Vec<Warning>,
    ) -> Option<String> {
        let asked = match names.0.get(&user) {
            Some(known) => known.clone(),
            None => match self.client().send(cx, GetUser(user)).await {
                Ok(found) => Ok(found.display_name()),
                Err(error) => Err(incomplete(&format!("the name of user {user}"), &error)),
            },
        };
        names.0.insert(user, asked.clone());
        asked
            .map_err(|warning| {
                if !warnings.contains(&warning) {
                    warnings.push(warning);
                }
            })
            .ok()
    }

    pub(super) fn responsible_manager(&self, manager: &Manager) -> Responsible {
        self.employee(manager.id, manager.full_name(), manager.code.as_deref())
    }

    /// An employee with an extension: the directory's, else the one the CRM has for them.
    pub(super) fn employee(
        &self,
        user: UserId,
        name: Option<String>,
        code: Option<&str>,
    ) -> Responsible {
        let user = user.into();
        let own = self.own().directory().extension_of(&user).cloned();
        let extension = own.or_else(|| code.and_then(|code| code.parse().ok()));
        Responsible::new(user, name, extension)
    }
}

/// A customer in the common terms, as far as its own fields tell.
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

/// The names of companies, of several one after the other.
fn company_names(companies: &[CorporateCustomer]) -> Option<String> {
    let names: Vec<&str> = companies.iter().filter_map(CorporateCustomer::display_name).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn id_of(customer: &ManagerCustomer) -> Option<CustomerId> {
    customer.id.as_deref()?.parse().ok()
}

/// The address of the card, as the CRM itself names it. It is not put together here: no source says
/// how.
fn card_url(card: &ManagerResponse) -> Option<String> {
    let link = card.links.as_ref()?.customer_link.as_ref()?;
    let is_whole = link.starts_with("https://") || link.starts_with("http://");
    is_whole.then(|| link.clone())
}

pub(super) fn incomplete(what: &str, error: &Error) -> Warning {
    Warning::new(WarningKind::Incomplete, format!("{what} could not be read: {}", error.message()))
}
