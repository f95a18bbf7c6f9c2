//! Clients by phone number, their open leads and requests, and the managers responsible.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use vochi_crm_core::cache::{CacheKey, Lifetime};
use vochi_crm_core::connector::{Context, Customer};
use vochi_crm_core::spi::LookupJob;
use vochi_crm_core::{Cx, Directory, Error, ErrorKind, PhoneNumber, Responsible, Result, TryAgain};

use super::mapping::{card_url, common_of, incomplete};
use crate::api::{
    ListClientLeads, ListClientRequests, ListLeadStatuses, ListManagers, ListRequestStatuses,
};
use crate::model::{Lead, LeadStatusId, Request, RequestStatusId, User, UserId};
use crate::{Client, Config};

/// How long a client's card is cached, and that a number is unknown.
const CARDS: Lifetime = Lifetime::new(Duration::from_secs(180), Duration::from_secs(90));
/// How long dictionaries and managers are cached.
const DICTIONARIES: Lifetime = Lifetime::new(Duration::from_secs(600), Duration::from_secs(60));

/// The clients of a number, by E.164.
const CLIENTS: &str = "uon clients";
/// The numbers whose cached clients include this one, by its id.
const NUMBERS: &str = "uon numbers";
/// The open leads and requests of a client, by its id.
const CARD: &str = "uon card";

/// The number of requests that one task may still send.
#[derive(Debug)]
pub(super) struct Budget(AtomicU32);

impl Budget {
    pub(super) const fn new(requests: u32) -> Self {
        Self(AtomicU32::new(requests))
    }

    /// The number of requests left.
    pub(super) fn left(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    /// Takes requests.
    ///
    /// # Errors
    /// If there are not enough; nothing is taken.
    pub(super) fn take(&self, requests: u32) -> Result<()> {
        let take = |left: u32| left.checked_sub(requests);
        let taken = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        taken.map(drop).map_err(|_| {
            Error::new(ErrorKind::RateLimited, "too many requests after one call")
                .with_try_again(TryAgain::Later)
        })
    }
}

/// The open leads and requests of a client.
#[derive(Clone, Debug, Default)]
pub(super) struct OpenCases {
    pub(super) leads: Vec<Lead>,
    pub(super) requests: Vec<Request>,
}

/// Finds clients and their managers.
pub(super) struct Lookup<'a> {
    pub(super) client: &'a Client,
    pub(super) context: &'a Context,
    pub(super) directory: &'a Directory<UserId>,
    pub(super) config: &'a Config,
    /// The number of the account.
    pub(super) number: Option<u64>,
    /// The requests that may be sent; unlimited for a lookup of the host.
    pub(super) budget: Budget,
}

impl LookupJob for Lookup<'_> {
    /// The manager of the likeliest client is found through leads and requests too.
    async fn find(&self, cx: &Cx, phone: PhoneNumber) -> Result<Vec<Customer>> {
        let clients = self.clients(cx, phone).await?;
        let mut found = Vec::with_capacity(clients.len());
        for client in &clients {
            let mut common = common_of(client, card_url(self.number, client));
            let manager = match client.manager_id {
                None if found.is_empty() => match self.manager_of_cases(cx, client.id).await {
                    Ok(manager) => manager,
                    Err(error) => {
                        cx.add_warnings([incomplete("the client's leads and requests", &error)]);
                        None
                    }
                },
                manager => manager,
            };
            common.responsible = match manager {
                Some(manager) => Some(self.employee(cx, manager).await),
                None => None,
            };
            found.push(common);
        }
        Ok(found)
    }

    /// The manager of the likeliest client; without one, of an open lead, then of an open request;
    /// then of the other clients with the number.
    async fn responsible(&self, cx: &Cx, phone: PhoneNumber) -> Result<Option<Responsible>> {
        let clients = self.clients(cx, phone).await?;
        let Some(first) = clients.first() else {
            return Ok(None);
        };
        let manager = match first.manager_id {
            Some(manager) => Some(manager),
            None => self.manager_of_cases(cx, first.id).await?,
        };
        let other = || clients.iter().find_map(|client| client.manager_id);
        match manager.or_else(other) {
            Some(manager) => Ok(Some(self.employee(cx, manager).await)),
            None => Ok(None),
        }
    }
}

impl Lookup<'_> {
    fn key(&self, kind: &'static str, key: impl Into<String>) -> CacheKey {
        CacheKey::new(self.context.account().name().as_str(), kind, key)
    }

    /// The clients of a number, cached.
    pub(super) async fn clients(&self, cx: &Cx, phone: PhoneNumber) -> Result<Vec<User>> {
        let key = self.key(CLIENTS, phone.e164());
        let load = || async {
            let found = self.search(cx, phone).await?;
            Ok::<_, Error>((!found.is_empty()).then_some(found))
        };
        let found = self.context.hub().cache().get_or_load(key, CARDS, load).await?;
        Ok(found.unwrap_or_default())
    }

    /// The clients of a number, without the cache: a client may have been created while the call
    /// lasted.
    pub(super) async fn present_clients(&self, cx: &Cx, phone: PhoneNumber) -> Result<Vec<User>> {
        let found = self.search(cx, phone).await?;
        let kept = (!found.is_empty()).then_some(&found);
        self.context.hub().cache().insert(self.key(CLIENTS, phone.e164()), kept).await;
        Ok(found)
    }

    async fn search(&self, cx: &Cx, phone: PhoneNumber) -> Result<Vec<User>> {
        self.budget.take(1 + u32::from(self.config.national_spellings))?;
        let found = self.client.users_by_phone(cx, phone).await?;
        let cache = self.context.hub().cache();
        for client in &found {
            let key = self.key(NUMBERS, client.id.to_string());
            let known: Option<BTreeSet<PhoneNumber>> = cache.get(&key, CARDS).await.flatten();
            let mut numbers = known.unwrap_or_default();
            numbers.insert(phone);
            cache.insert(key, Some(&numbers)).await;
        }
        Ok(found)
    }

    /// Drops what is cached of a number.
    pub(super) async fn forget_number(&self, phone: PhoneNumber) {
        self.context.hub().cache().invalidate(&self.key(CLIENTS, phone.e164())).await;
    }

    /// Drops what is cached of a client, under all its known numbers.
    pub(super) async fn forget_client(&self, client: &str) {
        let cache = self.context.hub().cache();
        let key = self.key(NUMBERS, client);
        let numbers: Option<BTreeSet<PhoneNumber>> = cache.get(&key, CARDS).await.flatten();
        for phone in numbers.unwrap_or_default() {
            self.forget_number(phone).await;
        }
        cache.invalidate(&key).await;
        cache.invalidate(&self.key(CARD, client)).await;
    }

    /// The manager of an open lead of a client, else of an open request.
    pub(super) async fn manager_of_cases(&self, cx: &Cx, client: UserId) -> Result<Option<UserId>> {
        let cases = self.open_cases(cx, client).await?;
        let of_leads = cases.leads.iter().find_map(|lead| lead.manager_id);
        Ok(of_leads.or_else(|| cases.requests.iter().find_map(|request| request.manager_id)))
    }

    /// The open leads and requests of a client, cached.
    async fn open_cases(&self, cx: &Cx, client: UserId) -> Result<OpenCases> {
        let load = || async {
            let leads = self.open_leads(cx, client).await?;
            let requests = self.open_requests(cx, client).await?;
            Ok::<_, Error>(Some(OpenCases { leads, requests }))
        };
        let key = self.key(CARD, client.to_string());
        let found = self.context.hub().cache().get_or_load(key, CARDS, load).await?;
        Ok(found.unwrap_or_default())
    }

    /// The leads of a client whose status is not archived. A lead with an unknown status is open.
    pub(super) async fn open_leads(&self, cx: &Cx, client: UserId) -> Result<Vec<Lead>> {
        self.budget.take(1)?;
        let mut leads = self.client.all(cx, ListClientLeads::new(client)).await?;
        if leads.is_empty() {
            return Ok(leads);
        }
        let closed = self.closed_lead_statuses(cx).await?;
        leads.retain(|lead| lead.status_id.is_none_or(|status| !closed.contains(&status)));
        Ok(leads)
    }

    async fn open_requests(&self, cx: &Cx, client: UserId) -> Result<Vec<Request>> {
        self.budget.take(1)?;
        let mut requests = self.client.all(cx, ListClientRequests::new(client)).await?;
        if requests.is_empty() {
            return Ok(requests);
        }
        let closed = self.closed_request_statuses(cx).await?;
        requests.retain(|request| request.status_id.is_none_or(|status| !closed.contains(&status)));
        Ok(requests)
    }

    async fn closed_lead_statuses(&self, cx: &Cx) -> Result<BTreeSet<LeadStatusId>> {
        let load = || async {
            self.budget.take(1)?;
            let all = self.client.all(cx, ListLeadStatuses).await?;
            let closed = all.into_iter().filter(|status| status.is_archive == Some(true));
            Ok::<_, Error>(Some(closed.map(|status| status.id).collect()))
        };
        let key = self.key("uon lead statuses", "");
        let found = self.context.hub().cache().get_or_load(key, DICTIONARIES, load).await?;
        Ok(found.unwrap_or_default())
    }

    async fn closed_request_statuses(&self, cx: &Cx) -> Result<BTreeSet<RequestStatusId>> {
        let load = || async {
            self.budget.take(1)?;
            let all = self.client.all(cx, ListRequestStatuses).await?;
            let closed = all
                .into_iter()
                .filter(|status| status.is_archive == Some(true) || status.is_cancel == Some(true));
            Ok::<_, Error>(Some(closed.map(|status| status.id).collect()))
        };
        let key = self.key("uon request statuses", "");
        let found = self.context.hub().cache().get_or_load(key, DICTIONARIES, load).await?;
        Ok(found.unwrap_or_default())
    }

    /// The employees, cached.
    async fn managers(&self, cx: &Cx) -> Result<Vec<User>> {
        let load = || async {
            self.budget.take(1)?;
            let managers = self.client.all(cx, ListManagers).await?;
            Ok::<_, Error>((!managers.is_empty()).then_some(managers))
        };
        let key = self.key("uon managers", "");
        let found = self.context.hub().cache().get_or_load(key, DICTIONARIES, load).await?;
        Ok(found.unwrap_or_default())
    }

    /// Drops the cached employees.
    pub(super) async fn forget_managers(&self) {
        self.context.hub().cache().invalidate(&self.key("uon managers", "")).await;
    }

    /// An employee with name and extension. Only the configured extension counts: it is not documented
    /// what the inner number of a record is.
    async fn employee(&self, cx: &Cx, user: UserId) -> Responsible {
        let name = match self.managers(cx).await {
            Ok(managers) => {
                managers.iter().find(|manager| manager.id == user).map(User::display_name)
            }
            Err(error) => {
                cx.add_warnings([incomplete(&format!("the name of user {user}"), &error)]);
                None
            }
        };
        let extension = self.directory.extension_of(&user).cloned();
        Responsible::new(user.into(), name, extension)
    }

    /// The common form of changed clients, with the names of their managers.
    pub(super) async fn customers(&self, cx: &Cx, clients: &[User]) -> Vec<Customer> {
        let mut customers = Vec::with_capacity(clients.len());
        for client in clients {
            let mut common = common_of(client, card_url(self.number, client));
            if let Some(manager) = client.manager_id {
                common.responsible = Some(self.employee(cx, manager).await);
            }
            customers.push(common);
        }
        customers
    }
}
