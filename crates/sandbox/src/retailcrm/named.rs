//! How an order, a task or a file names what it belongs to: `{"id": 60}`, `{"externalId": "ext-60"}`.

use serde_json::{Map, Value};

use super::customers::Customer;
use super::files::Attached;
use super::orders::Order;
use super::state::Account;

/// Whether what is named and what is there are the same, or it is not named so.
fn same(named: &Map<String, Value>, name: &str, have: Option<&str>) -> bool {
    match named.get(name) {
        None => true,
        Some(wanted) => wanted.as_str().is_some_and(|wanted| have == Some(wanted)),
    }
}

fn same_id(named: &Map<String, Value>, have: u64) -> bool {
    named.get("id").is_none_or(|id| id.as_u64() == Some(have))
}

/// Whether it is named at all, by one of these.
pub(super) fn is_named(named: &Map<String, Value>, names: &[&str]) -> bool {
    names.iter().any(|name| named.contains_key(*name))
}

/// What may name a customer.
pub(super) const OF_CUSTOMER: &[&str] = &["id", "externalId"];
/// What may name an order.
pub(super) const OF_ORDER: &[&str] = &["id", "externalId", "number"];

impl Account {
    /// The customer that is named, if the key reaches it.
    pub(super) fn customer_named(&self, named: &Map<String, Value>) -> Option<&Customer> {
        let mut customers = self.customers.iter();
        customers.find(|it| {
            is_named(named, OF_CUSTOMER)
                && it.combined_to.is_none()
                && self.reaches_site(&it.site)
                && same_id(named, it.id)
                && same(named, "externalId", it.external_id.as_deref())
                && same(named, "site", Some(&it.site))
        })
    }

    /// What belongs to a customer who is merged into another one is the other one's.
    pub(super) fn hand_over(&mut self, from: u64, to: u64) {
        let orders = self.orders.iter_mut().map(|it| &mut it.customer_id);
        let tasks = self.tasks.iter_mut().map(|it| &mut it.customer_id);
        for owner in orders.chain(tasks).filter(|it| **it == Some(from)) {
            *owner = Some(to);
        }
        let files = self.files.iter_mut().flat_map(|it| &mut it.attached_to);
        for owner in files.filter(|it| **it == Attached::Customer(from)) {
            *owner = Attached::Customer(to);
        }
    }

    /// The order that is named, if the key reaches it.
    pub(super) fn order_named(&self, named: &Map<String, Value>) -> Option<&Order> {
        let mut orders = self.orders.iter();
        orders.find(|it| {
            is_named(named, OF_ORDER)
                && self.reaches_site(&it.site)
                && same_id(named, it.id)
                && same(named, "externalId", it.external_id.as_deref())
                && same(named, "number", Some(&it.number))
                && same(named, "site", Some(&it.site))
        })
    }
}
