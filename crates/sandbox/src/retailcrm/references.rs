//! References to entities: `{"id": 60}`, `{"externalId": "ext-60"}` of a shop, `{"number": "501A"}`
//! of an order.

use serde_json::Value;

use super::checks::RequestContext;
use super::journal::Subject;
use super::state::Account;

/// Identifiers of an entity.
struct Names<'a> {
    id: u64,
    external_id: Option<&'a str>,
    /// Orders only.
    number: Option<&'a str>,
    site: &'a str,
}

/// Returns true if all given identifiers match; the shop counts if neither an id nor another shop
/// is given.
fn refers_to(reference: &Value, site: Option<&str>, one: &Names<'_>) -> bool {
    let field = |name: &str| reference.get(name);
    let text = |name: &str, have: Option<&str>| {
        field(name).is_none_or(|wanted| wanted.as_str().is_some_and(|it| Some(it) == have))
    };
    let id = field("id");
    let named = id.or(field("externalId")).or(field("number")).is_some();
    named
        && id.is_none_or(|id| id.as_u64() == Some(one.id))
        && text("externalId", one.external_id)
        && text("number", one.number)
        && text("site", Some(one.site))
        && (id.is_some() || field("site").is_some() || site.is_none_or(|site| site == one.site))
}

impl Account {
    /// The referenced customer; an `externalId` without a shop refers to this shop.
    pub(super) fn resolve_customer(&self, reference: &Value, site: Option<&str>) -> Option<u64> {
        let mut here = self.customers.iter();
        let found = here.find(|it| {
            let names = Names {
                id: it.id,
                external_id: it.external_id.as_deref(),
                number: None,
                site: &it.site,
            };
            it.combined_to.is_none()
                && self.reaches_site(&it.site)
                && refers_to(reference, site, &names)
        });
        found.map(|it| it.id)
    }

    fn resolve_corporate(&self, reference: &Value, site: Option<&str>) -> Option<u64> {
        let mut here = self.corporates.iter();
        let found = here.find(|it| {
            let names = Names {
                id: it.id,
                external_id: it.external_id.as_deref(),
                number: None,
                site: &it.site,
            };
            self.reaches_site(&it.site) && refers_to(reference, site, &names)
        });
        found.map(|it| it.id)
    }

    fn resolve_order(&self, reference: &Value, site: Option<&str>) -> Option<u64> {
        let mut here = self.orders.iter();
        let found = here.find(|it| {
            let names = Names {
                id: it.id,
                external_id: it.external_id.as_deref(),
                number: Some(&it.number),
                site: &it.site,
            };
            self.reaches_site(&it.site) && refers_to(reference, site, &names)
        });
        found.map(|it| it.id)
    }
}

impl RequestContext<'_> {
    /// The id of the customer, corporate customer or order that a reference names.
    pub(super) fn reference(&self, subject: Subject, reference: &Value) -> Option<u64> {
        let site = self.site();
        let site = site.as_deref();
        match subject {
            Subject::Customer => self.account.resolve_customer(reference, site),
            Subject::Corporate => self.account.resolve_corporate(reference, site),
            Subject::Order => self.account.resolve_order(reference, site),
        }
    }
}
