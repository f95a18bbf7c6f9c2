//! Orders: search, reading and writing (§6).

use http::StatusCode;
use serde_json::{Value, json};

use crate::wire::Response;

use super::checks::RequestContext;
use super::customers::is_called;
use super::filters::{self, By, Filter, Form, part_of, same_number};
use super::handlers::{Change, page_of};
use super::journal::{Author, Subject, now};
use super::operations::Endpoint;
use super::seed;
use super::state::Account;
use super::store::{self, Fields, fields, id_of, phones, reference, text};

/// Order method codes of the account.
pub(super) const METHODS: &[&str] = &["phone", "shopping-cart", "one-click"];
/// Order type codes of the account.
pub(super) const TYPES: &[&str] = &["eshop-individual", "eshop-legal"];
/// Order status codes of the account.
pub(super) const STATUSES: &[&str] = &["new", "complete", "cancel-other"];

pub(super) const FILTERS: &[Filter] = &[
    (
        "customerId",
        Form::Number,
        By::Check(|_, it, wanted| {
            reference(it, "customer").is_some_and(|id| wanted.parse() == Ok(id))
        }),
    ),
    ("customer", Form::Text, By::Check(is_of)),
    ("createdAtFrom", Form::Date, By::From("createdAt")),
    ("createdAtTo", Form::Date, By::Until("createdAt")),
    ("ids", Form::Numbers, By::Is("id")),
    ("externalIds", Form::Texts, By::Is("externalId")),
    ("numbers", Form::Texts, By::Is("number")),
    ("sites", Form::Texts, By::Is("site")),
    ("managers", Form::Numbers, By::Is("managerId")),
    ("extendedStatus", Form::Texts, By::Is("status")),
];

/// Matches `filter[customer]`: the name or a number, like `filter[name]` of customers.
fn is_of(cx: &RequestContext<'_>, order: &Fields, wanted: &str) -> bool {
    let names: Vec<&str> =
        ["firstName", "lastName"].into_iter().filter_map(|name| text(order, name)).collect();
    let customer = reference(order, "customer").and_then(|id| cx.account.customers.get(id));
    part_of(&names.join(" "), wanted)
        || text(order, "phone").is_some_and(|phone| same_number(phone, wanted))
        || customer.is_some_and(|customer| is_called(customer, wanted))
}

/// An order of the first shop, without a customer.
pub(super) fn fresh(id: u64) -> Fields {
    let at = "2026-03-14 10:45:00";
    fields(json!({
        "slug": id,
        "id": id,
        "number": format!("{id}A"),
        "orderType": TYPES.first(),
        "privilegeType": "none",
        "countryIso": "BY",
        "createdAt": at,
        "statusUpdatedAt": at,
        "summ": 0,
        "totalSumm": 0,
        "prepaySum": 0,
        "purchaseSumm": 0,
        "call": false,
        "expired": false,
        "delivery": {"cost": 0, "netCost": 0, "address": {}},
        "site": seed::SITE,
        "status": "new",
        "items": [],
        "payments": {},
        "fromApi": true,
        "shipped": false,
        // PHP serializes an empty map as a list (§1.8).
        "customFields": [],
        "currency": "BYN",
    }))
}

fn write(order: &mut Fields, written: &Fields, cx: &RequestContext<'_>) {
    for (name, value) in written {
        if name == "customer" {
            let id = cx.reference(Subject::Customer, value);
            order.insert(name.clone(), json!({"id": id}));
            continue;
        }
        if name == "status" && order.get(name) != Some(value) {
            order.insert("statusUpdatedAt".into(), json!(now()));
        }
        store::write(order, name, value);
    }
}

/// Missing fields come from the customer (assumed; the names are in a fixture).
fn fill(order: &mut Fields, account: &Account) {
    let customer = reference(order, "customer").and_then(|id| account.customers.get(id));
    let Some(customer) = customer else { return };
    let phone = phones(customer).into_iter().next().map(Value::String);
    let values = [
        ("firstName", customer.get("firstName").cloned()),
        ("lastName", customer.get("lastName").cloned()),
        ("phone", phone),
    ];
    for (name, value) in values {
        if let (false, Some(value)) = (order.contains_key(name), value) {
            order.insert(name.to_owned(), value);
        }
    }
}

/// Seed orders, oldest first. The last one is the order of the fixtures.
pub(super) fn seed() -> Vec<Fields> {
    let orders = json!([
        {
            "id": 498,
            "externalId": "site-1498",
            "status": "complete",
            "orderMethod": "shopping-cart",
            "managerId": 18,
            "firstName": "Ольга",
            "lastName": "Мельник",
            "phone": "+375446370646",
            "createdAt": "2026-02-20 12:00:00",
            "customer": {"id": 201},
        },
        {
            "id": 499,
            "externalId": "site-1499",
            "orderMethod": "one-click",
            "managerId": 18,
            "firstName": "Ольга",
            "lastName": "Мельник",
            "phone": "8 (044) 637-06-46",
            "createdAt": "2026-03-02 09:30:00",
            "customer": {"id": 201},
        },
        {
            "id": 500,
            "site": "shop-two",
            "orderMethod": "phone",
            "managerId": 19,
            "firstName": "Андрей",
            "lastName": "Соловьёв",
            "phone": "+7 (962) 791-74-60",
            "createdAt": "2026-03-05 16:20:00",
            "customer": {"id": 204},
        },
        {
            "id": 501,
            "externalId": "vochi-call-pbx1-1773474900.42",
            "orderMethod": "phone",
            "managerId": 7,
            "firstName": "Иван",
            "lastName": "Иванов",
            "phone": "+375291112233",
            "createdAt": "2026-03-14 10:45:00",
            "customer": {"id": 60},
        },
    ]);
    let orders = orders.as_array().into_iter().flatten().filter_map(Value::as_object);
    orders.map(from_json).collect()
}

/// An order in the CRM's JSON; missing fields have defaults.
pub(super) fn from_json(given: &Fields) -> Fields {
    let mut order = fresh(id_of(given));
    order.extend(given.clone());
    if !given.contains_key("statusUpdatedAt") {
        order.insert("statusUpdatedAt".into(), order["createdAt"].clone());
    }
    order
}

impl RequestContext<'_> {
    /// The order of the path.
    pub(super) fn order(&self) -> Option<&Fields> {
        self.entity(&self.account.orders)
    }
}

/// Oldest first: newest first is not documented, so clients must not rely on it.
pub(super) fn list(cx: &RequestContext<'_>) -> Value {
    let here = cx.account.orders.iter().filter(|it| cx.account.reaches(it));
    let found = here.filter(|it| filters::passes(cx, it));
    let found: Vec<Fields> = found.map(|it| cx.account.order_json(it)).collect();
    page_of(cx, "orders", &found)
}

pub(super) fn one(cx: &RequestContext<'_>) -> Value {
    json!({"success": true, "order": cx.order().map(|order| cx.account.order_json(order))})
}

/// The order after the request.
pub(super) fn written(cx: &RequestContext<'_>) -> (Response, Change) {
    let edited = cx.order().filter(|_| cx.is(Endpoint::OrderEdit));
    let mut order = edited.cloned().unwrap_or_else(|| {
        let mut fresh = fresh(cx.account.orders.free_id());
        cx.stamp(&mut fresh);
        fresh.insert("statusUpdatedAt".into(), fresh["createdAt"].clone());
        fresh
    });
    write(&mut order, cx.written(), cx);
    let status = if edited.is_some() {
        StatusCode::OK
    } else {
        fill(&mut order, cx.account);
        StatusCode::CREATED
    };
    let sent = cx.account.order_json(&order);
    let body = json!({"success": true, "id": id_of(&order), "order": sent});
    (Response::json(status, &body), Change::Entity(Subject::Order, order))
}

impl Account {
    /// The JSON of the CRM's response, with the whole customer.
    pub(super) fn order_json(&self, order: &Fields) -> Fields {
        let mut sent = order.clone();
        sent.insert("markDatetime".into(), json!(order.get("createdAt")));
        let customer = reference(order, "customer").and_then(|id| self.customers.get(id));
        for name in ["customer", "contact"] {
            match customer {
                Some(customer) => sent.insert(name.into(), json!(customer)),
                None => sent.remove(name),
            };
        }
        sent
    }

    /// The latest order of a customer.
    pub(super) fn last_order_of(&self, customer_id: u64) -> Option<&Fields> {
        let own = self.orders.iter();
        let own = own.filter(|order| reference(order, "customer") == Some(customer_id));
        // Times of this form sort as text.
        own.max_by_key(|order| (text(order, "createdAt"), id_of(order)))
    }

    /// Creates or edits an order, with history rows.
    pub(super) fn write_order(&mut self, order: Fields, author: Author) {
        let before = self.orders.get(id_of(&order)).map(|it| self.order_json(it));
        let after = self.order_json(&order);
        self.journal.written(Subject::Order, author, before.as_ref(), &after);
        self.orders.put(order);
    }

    pub(super) fn remove_order(&mut self, id: u64, author: Author) {
        if let Some(gone) = self.orders.get(id).map(|order| self.order_json(order)) {
            self.journal.deleted(Subject::Order, author, &gone, None);
        }
        self.orders.remove(id);
    }
}
