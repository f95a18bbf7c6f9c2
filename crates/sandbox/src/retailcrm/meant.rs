//! What an object means that names something: `{"id": 60}`, `{"externalId": "ext-60"}` of a shop,
//! `{"number": "501A"}` of an order.

use serde_json::Value;

use super::checks::Seen;
use super::journal::Subject;
use super::state::Account;

/// What something may be named by.
struct Names<'a> {
    id: u64,
    external_id: Option<&'a str>,
    /// Orders have one.
    number: Option<&'a str>,
    site: &'a str,
}

/// Whether all that is said is true of this one; of the shop, if no id says which and no other shop
/// is named.
fn is_meant(meant: &Value, site: Option<&str>, one: &Names<'_>) -> bool {
    let said = |name: &str| meant.get(name);
    let text = |name: &str, have: Option<&str>| {
        said(name).is_none_or(|wanted| wanted.as_str().is_some_and(|it| Some(it) == have))
    };
    let id = said("id");
    let named = id.or(said("externalId")).or(said("number")).is_some();
    named
        && id.is_none_or(|id| id.as_u64() == Some(one.id))
        && text("externalId", one.external_id)
        && text("number", one.number)
        && text("site", Some(one.site))
        && (id.is_some() || said("site").is_some() || site.is_none_or(|site| site == one.site))
}

impl Account {
    /// The customer meant, of this shop if an `externalId` does not say of which.
    pub(super) fn customer_meant(&self, meant: &Value, site: Option<&str>) -> Option<u64> {
        let mut here = self.customers.iter();
        let found = here.find(|it| {
            let names = Names {
                id: it.id,
                external_id: it.external_id.as_deref(),
                number: None,
                site: &it.site,
            };
            it.combined_to.is_none() && self.reaches_site(&it.site) && is_meant(meant, site, &names)
        });
        found.map(|it| it.id)
    }

    fn corporate_meant(&self, meant: &Value, site: Option<&str>) -> Option<u64> {
        let mut here = self.corporates.iter();
        let found = here.find(|it| {
            let names = Names {
                id: it.id,
                external_id: it.external_id.as_deref(),
                number: None,
                site: &it.site,
            };
            self.reaches_site(&it.site) && is_meant(meant, site, &names)
        });
        found.map(|it| it.id)
    }

    fn order_meant(&self, meant: &Value, site: Option<&str>) -> Option<u64> {
        let mut here = self.orders.iter();
        let found = here.find(|it| {
            let names = Names {
                id: it.id,
                external_id: it.external_id.as_deref(),
                number: Some(&it.number),
                site: &it.site,
            };
            self.reaches_site(&it.site) && is_meant(meant, site, &names)
        });
        found.map(|it| it.id)
    }
}

impl Seen<'_> {
    /// The id of the customer, the corporate one or the order that a part of this request means.
    pub(super) fn meant(&self, subject: Subject, meant: &Value) -> Option<u64> {
        let site = self.site();
        let site = site.as_deref();
        match subject {
            Subject::Customer => self.account.customer_meant(meant, site),
            Subject::Corporate => self.account.corporate_meant(meant, site),
            Subject::Order => self.account.order_meant(meant, site),
        }
    }
}
