//! Whom an object means that names a customer: `{"id": 60}`, or `{"externalId": "ext-60"}` of a shop.

use serde_json::Value;

use super::checks::Seen;
use super::journal::Subject;
use super::state::Account;

/// Whether this one, of the shop, is meant.
fn is_meant(
    meant: &Value,
    site: Option<&str>,
    (id, external_id): (u64, Option<&str>),
    own: &str,
) -> bool {
    if let Some(wanted) = meant.get("id") {
        return wanted.as_u64() == Some(id);
    }
    let wanted = meant.get("externalId").and_then(Value::as_str);
    let site = meant.get("site").and_then(Value::as_str).or(site);
    wanted.is_some() && external_id == wanted && site.is_none_or(|site| site == own)
}

impl Account {
    /// The customer meant, of this shop if an `externalId` does not say of which.
    pub(super) fn customer_meant(&self, meant: &Value, site: Option<&str>) -> Option<u64> {
        let mut here = self.customers.iter();
        let found = here.find(|it| {
            let names = (it.id, it.external_id.as_deref());
            it.combined_to.is_none()
                && self.reaches_site(&it.site)
                && is_meant(meant, site, names, &it.site)
        });
        found.map(|it| it.id)
    }
}

impl Seen<'_> {
    /// The customer, or the corporate one, that a part of this request means.
    pub(super) fn meant(&self, subject: Subject, meant: &Value) -> Option<u64> {
        let site = self.site();
        if subject != Subject::Corporate {
            return self.account.customer_meant(meant, site.as_deref());
        }
        let mut here = self.account.corporates.iter();
        let found = here.find(|it| {
            let names = (it.id, it.external_id.as_deref());
            self.account.reaches_site(&it.site) && is_meant(meant, site.as_deref(), names, &it.site)
        });
        found.map(|it| it.id)
    }
}
