//! The entity of a path, and references to entities: `{"id": 60}`, `{"externalId": "ext-60"}` of a
//! shop, `{"number": "501A"}` of an order.

use serde_json::{Value, json};

use super::checks::RequestContext;
use super::journal::{Subject, now};
use super::state::Account;
use super::store::{Fields, Store, id_of, text};

/// Returns true if all given identifiers match; the shop counts if neither an id nor another shop
/// is given.
fn refers_to(reference: &Value, site: Option<&str>, entity: &Fields) -> bool {
    let id = reference.get("id");
    let same = |name: &str| {
        let wanted = reference.get(name);
        wanted.is_none_or(|it| it.is_string() && Some(it) == entity.get(name))
    };
    let named = ["id", "externalId", "number"].iter().any(|name| reference.get(*name).is_some());
    let here = || site.is_none_or(|site| Some(site) == text(entity, "site"));
    named
        && id.is_none_or(|id| id.as_u64() == Some(id_of(entity)))
        && ["externalId", "number", "site"].into_iter().all(same)
        && (id.is_some() || reference.get("site").is_some() || here())
}

impl Account {
    pub(super) fn store(&self, subject: Subject) -> &Store {
        match subject {
            Subject::Customer => &self.customers,
            Subject::Corporate => &self.corporates,
            Subject::Order => &self.orders,
        }
    }

    /// Returns true if the key has access to the shop of an entity.
    pub(super) fn reaches(&self, entity: &Fields) -> bool {
        text(entity, "site").is_some_and(|site| self.reaches_site(site))
    }

    /// The referenced entity; an `externalId` without a shop refers to this shop.
    pub(super) fn resolve(
        &self,
        subject: Subject,
        reference: &Value,
        site: Option<&str>,
    ) -> Option<&Fields> {
        self.store(subject).iter().find(|it| {
            let merged = subject == Subject::Customer && self.is_merged(it);
            !merged && self.reaches(it) && refers_to(reference, site, it)
        })
    }
}

impl RequestContext<'_> {
    /// The id of the customer, corporate customer or order that a reference names.
    pub(super) fn reference(&self, subject: Subject, reference: &Value) -> Option<u64> {
        self.account.resolve(subject, reference, self.site().as_deref()).map(id_of)
    }

    /// The entity of the path.
    pub(super) fn entity<'b>(&'b self, store: &'b Store) -> Option<&'b Fields> {
        let mut here = store.iter().filter(|it| self.account.reaches(it));
        if self.parameter("by") == Some("id") {
            let id = self.thing.parse().ok();
            return here.find(|it| Some(id_of(it)) == id);
        }
        let name = Some(self.thing.as_str()).filter(|name| !name.is_empty())?;
        let site = self.site();
        here.find(|it| {
            text(it, "externalId") == Some(name)
                && site.as_deref().is_none_or(|site| text(it, "site") == Some(site))
        })
    }

    /// The requested shop, or the only one.
    pub(super) fn site(&self) -> Option<String> {
        let mut open = self.account.open_sites();
        let only = open.next().filter(|_| open.next().is_none());
        self.parameter("site").or(only).map(str::to_owned)
    }

    /// Sets the shop of the request and the time of creation of a new entity.
    pub(super) fn stamp(&self, entity: &mut Fields) {
        if let Some(site) = self.site() {
            entity.insert("site".into(), json!(site));
        }
        entity.insert("createdAt".into(), json!(now()));
    }

    /// Returns true if no other entity of the shop has this external id.
    pub(super) fn is_free(
        &self,
        subject: Subject,
        external_id: &Value,
        own: Option<u64>,
        site: Option<&str>,
    ) -> bool {
        !self.account.store(subject).iter().any(|other| {
            Some(id_of(other)) != own
                && other.get("externalId") == Some(external_id)
                && site.is_none_or(|site| text(other, "site") == Some(site))
        })
    }
}
