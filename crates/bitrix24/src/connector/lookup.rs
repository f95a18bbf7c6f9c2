//! Clients by phone number, and the employees responsible.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use vochi_crm_core::cache::{CacheKey, Lifetime};
use vochi_crm_core::connector::{Context, Customer};
use vochi_crm_core::spi::LookupJob;
use vochi_crm_core::{Cx, Directory, Error, Extension, PhoneNumber, Responsible, Result};

use super::mapping::{customer, incomplete};
use crate::Client;
use crate::api::{ListUsers, SearchCrmEntities};
use crate::model::{DialString, EntityType, FoundEntity, User, UserId};

/// How long a found client is cached, and that a number is unknown.
const CARDS: Lifetime = Lifetime::new(Duration::from_secs(180), Duration::from_secs(90));
/// How long the users are cached.
const USERS: Lifetime = Lifetime::new(Duration::from_secs(600), Duration::from_secs(60));

/// Finds clients and their responsible employees.
#[derive(Clone, Copy)]
pub(super) struct Lookup<'a> {
    pub(super) client: &'a Client,
    pub(super) context: &'a Context,
    pub(super) directory: &'a Directory<UserId>,
}

/// An entity with the number, as it is cached.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Match {
    kind: EntityType,
    id: u64,
    name: Option<String>,
    user: Option<UserId>,
    inner_phone: Option<String>,
}

impl From<FoundEntity> for Match {
    fn from(found: FoundEntity) -> Self {
        let assigned = found.assigned;
        let user = assigned.as_ref().and_then(|assigned| assigned.id).or(found.assigned_to);
        let inner_phone = assigned.and_then(|assigned| assigned.inner_phone);
        let FoundEntity { kind, id, name, .. } = found;
        Self { kind, id: id.get(), name, user, inner_phone }
    }
}

impl LookupJob for Lookup<'_> {
    async fn find(&self, cx: &Cx, phone: PhoneNumber) -> Result<Vec<Customer>> {
        let found = self.matches(cx, phone).await?;
        let portal = self.client.portal().to_string();
        let mut customers = Vec::with_capacity(found.len());
        for one in found {
            let mut common = customer(&portal, &one.kind, one.id, one.name.clone());
            common.responsible = self.responsible_of(cx, &one).await;
            customers.push(common);
        }
        Ok(customers)
    }

    /// The employee of the first entity with one: contacts come first, then leads and companies.
    async fn responsible(&self, cx: &Cx, phone: PhoneNumber) -> Result<Option<Responsible>> {
        let found = self.matches(cx, phone).await?;
        match found.iter().find(|one| one.user.is_some()) {
            Some(one) => Ok(self.responsible_of(cx, one).await),
            None => Ok(None),
        }
    }
}

impl Lookup<'_> {
    fn key(&self, kind: &'static str, key: impl Into<String>) -> CacheKey {
        CacheKey::new(self.context.account().name().as_str(), kind, key)
    }

    /// The entities of a number, cached.
    async fn matches(&self, cx: &Cx, phone: PhoneNumber) -> Result<Vec<Match>> {
        let load = || async {
            let found = self.client.send(cx, SearchCrmEntities(DialString::from(phone))).await?;
            let all = found.items.good.into_iter().map(Match::from).collect::<Vec<_>>();
            if let (true, Some(broken)) = (all.is_empty(), found.items.broken.first()) {
                return Err(Error::new(
                    vochi_crm_core::ErrorKind::Decode,
                    format!("cannot read the found clients: {}", broken.why),
                ));
            }
            Ok::<_, Error>((!all.is_empty()).then_some(all))
        };
        let key = self.key("bitrix24 clients", phone.e164());
        let found = self.context.hub().cache().get_or_load(key, CARDS, load).await?;
        Ok(found.unwrap_or_default())
    }

    /// The users, cached.
    async fn users(&self, cx: &Cx) -> Result<Vec<User>> {
        let load = || async {
            let users = self.all_users(cx).await?;
            Ok::<_, Error>((!users.is_empty()).then_some(users))
        };
        let key = self.key("bitrix24 users", "");
        let found = self.context.hub().cache().get_or_load(key, USERS, load).await?;
        Ok(found.unwrap_or_default())
    }

    /// All employees, over all pages.
    pub(super) async fn all_users(&self, cx: &Cx) -> Result<Vec<User>> {
        self.client.list(cx, ListUsers::employees()).all().await
    }

    async fn responsible_of(&self, cx: &Cx, one: &Match) -> Option<Responsible> {
        let extension = one.inner_phone.as_deref().and_then(|text| Extension::new(text).ok());
        Some(self.employee(cx, one.user?, extension).await)
    }

    /// An employee with name and extension: the configured one, else the portal's inner number.
    pub(super) async fn employee(
        &self,
        cx: &Cx,
        user: UserId,
        inner: Option<Extension>,
    ) -> Responsible {
        let known = match self.users(cx).await {
            Ok(users) => users.into_iter().find(|known| known.id == user),
            Err(error) => {
                let what = format!("cannot read the name of user {user}");
                cx.add_warnings([incomplete(&what, &error)]);
                None
            }
        };
        let inner = inner.or_else(|| Extension::new(known.as_ref()?.inner_phone.as_ref()?).ok());
        let extension = self.directory.extension_of(&user).cloned().or(inner);
        Responsible::new(user.into(), known.as_ref().map(User::display_name), extension)
    }
}
