//! Customers: search, reading and writing (§5).

use http::StatusCode;
use serde_json::{Value, json};

use super::checks::RequestContext;
use super::filters::{self, By, Filter, Form, part_of, same_number};
use super::handlers::{Change, page_of};
use super::journal::{Author, Subject};
use super::operations::Endpoint;
use super::seed;
use super::state::Account;
use super::store::{self, Fields, fields, full_name, id_of, only, phones, text};
use crate::wire::Response;

/// §5.1. `phone` is undocumented; a live account accepted it without filtering, so clients must
/// handle that.
pub(super) const FILTERS: &[Filter] = &[
    ("name", Form::Text, By::Check(|_, it, wanted| is_called(it, wanted))),
    ("email", Form::Text, By::Is("email")),
    ("phone", Form::Text, By::Nothing),
    ("isContact", Form::Flag, By::Is("isContact")),
    ("dateFrom", Form::Date, By::Check(|_, it, from| day_of(it) >= from)),
    ("dateTo", Form::Date, By::Check(|_, it, to| day_of(it) <= to)),
    ("customFields", Form::Fields, By::Nothing),
    ("tags", Form::Texts, By::Is("tags.name")),
    ("ids", Form::Numbers, By::Is("id")),
    ("externalIds", Form::Texts, By::Is("externalId")),
    ("sites", Form::Texts, By::Is("site")),
    ("managers", Form::Numbers, By::Is("managerId")),
];

fn day_of(customer: &Fields) -> &str {
    text(customer, "createdAt").and_then(|it| it.get(..10)).unwrap_or_default()
}

/// A customer of the first shop without a name, a number and a responsible employee.
fn fresh(id: u64) -> Fields {
    fields(json!({
        "type": "customer",
        "id": id,
        "isContact": false,
        "createdAt": "2026-02-06 08:51:50",
        "vip": false,
        "bad": false,
        "site": seed::SITE,
        "contragent": {"contragentType": "individual"},
        "tags": [],
        "marginSumm": 0,
        "totalSumm": 0,
        "averageSumm": 0,
        "ordersCount": 0,
        "costSumm": 0,
        // PHP serializes an empty map as a list (§1.8).
        "customFields": [],
        "personalDiscount": 0,
        "cumulativeDiscount": 0,
        "segments": [],
        "firstName": "",
        "email": "",
        "phones": [],
        "customerSubscriptions": [],
        "mgCustomers": [],
    }))
}

/// A customer in the CRM's JSON; missing fields have defaults.
pub(super) fn from_json(id: u64, given: &Fields) -> Fields {
    let mut customer = fresh(id);
    write(&mut customer, given);
    customer
}

fn write(customer: &mut Fields, written: &Fields) {
    written.iter().for_each(|(name, value)| store::write(customer, name, value));
}

/// Matches `filter[name]`: the name or a number (§5.1).
pub(super) fn is_called(customer: &Fields, wanted: &str) -> bool {
    let names = ["firstName", "lastName", "patronymic"];
    let names: Vec<&str> = names.into_iter().filter_map(|name| text(customer, name)).collect();
    phones(customer).iter().any(|phone| same_number(phone, wanted))
        || part_of(&names.join(" "), wanted)
        || part_of(&full_name(customer), wanted)
}

impl RequestContext<'_> {
    /// The customer of the path.
    pub(super) fn customer(&self) -> Option<&Fields> {
        self.entity(&self.account.customers)
    }
}

pub(super) fn list(cx: &RequestContext<'_>) -> Value {
    let here = cx.account.customers.iter();
    let here = here.filter(|it| !cx.account.is_merged(it) && cx.account.reaches(it));
    let found: Vec<&Fields> = here.filter(|it| filters::passes(cx, it)).collect();
    page_of(cx, "customers", &found)
}

/// §5.2. A merged customer has a response of its own.
pub(super) fn one(cx: &RequestContext<'_>) -> (Response, Change) {
    let customer = cx.customer();
    let merged = customer.and_then(|it| cx.account.merged.get(&id_of(it)));
    let (status, body) = match merged.and_then(|into| cx.account.customers.get(*into)) {
        Some(other) => (
            StatusCode::NOT_FOUND,
            json!({
                "success": false,
                "errorMsg": "Not found",
                "combinedTo": only(other, &["id", "externalId", "site"]),
            }),
        ),
        None => (StatusCode::OK, json!({"success": true, "customer": customer})),
    };
    (Response::json(status, &body), Change::Nothing)
}

/// The customer after the request.
pub(super) fn after(cx: &RequestContext<'_>) -> Fields {
    let edited = cx.customer().filter(|_| cx.is(Endpoint::CustomerEdit)).cloned();
    let mut customer = edited.unwrap_or_else(|| {
        let mut fresh = fresh(cx.account.customers.free_id());
        cx.stamp(&mut fresh);
        fresh
    });
    write(&mut customer, cx.written());
    customer
}

/// §5.3, §5.4.
pub(super) fn written(cx: &RequestContext<'_>) -> (Response, Change) {
    let customer = after(cx);
    let created = cx.is(Endpoint::CustomerCreate);
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    let body = json!({"success": true, "id": id_of(&customer)});
    (Response::json(status, &body), Change::Entity(Subject::Customer, customer))
}

impl Account {
    pub(super) fn is_merged(&self, customer: &Fields) -> bool {
        self.merged.contains_key(&id_of(customer))
    }

    /// A customer who is not merged into another one.
    pub(super) fn active_customer(&self, id: u64) -> Option<&Fields> {
        self.customers.get(id).filter(|it| !self.is_merged(it))
    }

    /// Creates or edits a customer, with history rows.
    pub(super) fn write_customer(&mut self, customer: Fields, author: Author) {
        let before = self.customers.get(id_of(&customer));
        self.journal.written(Subject::Customer, author, before, &customer);
        self.customers.put(customer);
    }

    /// Removes a customer; a merged one leads to the other.
    pub(super) fn remove_customer(&mut self, id: u64, into: Option<u64>, author: Author) {
        let Some(gone) = self.active_customer(id).cloned() else { return };
        let to = into.and_then(|into| self.customers.get(into));
        self.journal.deleted(Subject::Customer, author, &gone, to);
        match into {
            None => self.customers.remove(id),
            Some(other) => {
                self.merged.insert(id, other);
                self.hand_over(id, other);
            }
        }
    }

    /// Adds or replaces a customer in the CRM's JSON, without a history row; `id` and `site` are
    /// optional.
    pub(super) fn put_customer(&mut self, given: &Value) -> Result<(), String> {
        let given = given.as_object().ok_or("a customer must be an object")?;
        let id = match given.get("id") {
            None => self.customers.free_id(),
            Some(id) => id.as_u64().ok_or("a customer's \"id\" must be a number")?,
        };
        if !given.get("firstName").is_some_and(Value::is_string) {
            return Err("a customer needs a \"firstName\"".into());
        }
        self.merged.remove(&id);
        self.customers.put(from_json(id, given));
        Ok(())
    }
}
