//! Orders: fields, search, reading and writing (§6).

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::wire::Response;

use super::checks::{Endpoint, RequestContext};
use super::customers::{Customer, part_of, same_number};
use super::handlers::{Change, known, page_of};
use super::journal::{Author, Subject, now};
use super::seed;
use super::state::{Account, until};

/// Id of the next order.
const NEXT_ORDER_ID: u64 = 501;

/// Order method codes of the account.
pub(super) const METHODS: &[&str] = &["phone", "shopping-cart", "one-click"];
/// Order type codes of the account.
pub(super) const TYPES: &[&str] = &["eshop-individual", "eshop-legal"];
/// Order status codes of the account.
pub(super) const STATUSES: &[&str] = &["new", "complete", "cancel-other"];

/// An order.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Order {
    /// The CRM's id.
    pub id: u64,
    /// The number.
    pub number: String,
    /// The external id.
    pub external_id: Option<String>,
    /// The shop.
    pub site: String,
    /// `Y-m-d H:i:s` in the account's zone.
    pub created_at: String,
    /// Time of the last status change, in the same form.
    pub status_updated_at: String,
    /// The status code.
    pub status: String,
    /// The order method code.
    pub order_method: Option<String>,
    /// Given name of the recipient.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// The phone number as sent.
    pub phone: Option<String>,
    /// The responsible employee.
    pub manager_id: Option<u64>,
    /// The customer.
    pub customer_id: Option<u64>,
    /// The manager's comment.
    pub manager_comment: Option<String>,
    /// Custom fields by code.
    pub custom_fields: Map<String, Value>,
    /// Other fields as sent.
    pub(super) more: Map<String, Value>,
}

impl Order {
    /// Creates an order of the first shop, without a customer.
    pub fn new(id: u64) -> Self {
        Self {
            id,
            number: format!("{id}A"),
            external_id: None,
            site: seed::SITE.into(),
            created_at: "2026-03-14 10:45:00".into(),
            status_updated_at: "2026-03-14 10:45:00".into(),
            status: "new".into(),
            order_method: None,
            first_name: None,
            last_name: None,
            phone: None,
            manager_id: None,
            customer_id: None,
            manager_comment: None,
            custom_fields: Map::new(),
            more: Map::new(),
        }
    }

    /// The JSON of the CRM's response, including the customer.
    pub(super) fn to_json(&self, account: &Account) -> Map<String, Value> {
        let customer = self.customer_id.and_then(|id| account.customer(id));
        let customer = customer.map(Customer::to_json);
        // PHP serializes an empty map as a list (§1.8).
        let custom_fields =
            if self.custom_fields.is_empty() { json!([]) } else { json!(self.custom_fields) };
        let json = known(json!({
            "slug": self.id,
            "id": self.id,
            "number": self.number,
            "externalId": self.external_id,
            "orderType": TYPES.first(),
            "orderMethod": self.order_method,
            "privilegeType": "none",
            "countryIso": "BY",
            "createdAt": self.created_at,
            "statusUpdatedAt": self.status_updated_at,
            "summ": 0,
            "totalSumm": 0,
            "prepaySum": 0,
            "purchaseSumm": 0,
            "markDatetime": self.created_at,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "phone": self.phone,
            "call": false,
            "expired": false,
            "managerId": self.manager_id,
            "managerComment": self.manager_comment,
            "customer": customer,
            "contact": customer,
            "delivery": {"cost": 0, "netCost": 0, "address": {}},
            "site": self.site,
            "status": self.status,
            "items": [],
            "payments": {},
            "fromApi": true,
            "shipped": false,
            "customFields": custom_fields,
            "currency": "BYN",
        }));
        let mut json = match json {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        json.extend(self.more.clone());
        json
    }

    /// Applies the fields.
    fn write(&mut self, written: &Map<String, Value>, cx: &RequestContext<'_>) {
        for (name, value) in written {
            let text = || value.as_str().map(str::to_owned);
            match name.as_str() {
                // The official Python client repeats the id of the path; `contact` follows from the
                // customer.
                "id" | "contact" => {}
                "number" => self.number = text().unwrap_or_default(),
                "externalId" => self.external_id = text(),
                "createdAt" => self.created_at = text().unwrap_or_default(),
                "status" => {
                    let status = text().unwrap_or_default();
                    if status != self.status {
                        self.status_updated_at = now();
                    }
                    self.status = status;
                }
                "orderMethod" => self.order_method = text(),
                "firstName" => self.first_name = text(),
                "lastName" => self.last_name = text(),
                "phone" => self.phone = text(),
                "managerId" => self.manager_id = value.as_u64(),
                "managerComment" => self.manager_comment = text(),
                "customer" => self.customer_id = cx.reference(Subject::Customer, value),
                "customFields" => {
                    let fields = value.as_object().cloned().unwrap_or_default();
                    self.custom_fields.extend(fields);
                }
                _ => {
                    self.more.insert(name.clone(), value.clone());
                }
            }
        }
    }

    /// Missing fields come from the customer (assumed; the names are in a fixture).
    fn fill(&mut self, account: &Account) {
        let Some(customer) = self.customer_id.and_then(|id| account.customer(id)) else {
            return;
        };
        if self.first_name.is_none() {
            self.first_name = Some(customer.first_name.clone());
        }
        if self.last_name.is_none() {
            self.last_name.clone_from(&customer.last_name);
        }
        if self.phone.is_none() {
            self.phone = customer.phones.first().cloned();
        }
    }

    /// Matches `filter[customer]`: the name or a number, like `filter[name]` of customers.
    fn is_of(&self, wanted: &str, account: &Account) -> bool {
        let names = [self.first_name.as_deref(), self.last_name.as_deref()];
        let names: Vec<&str> = names.into_iter().flatten().collect();
        let customer = self.customer_id.and_then(|id| account.customer(id));
        let mut phones = self.phone.iter();
        part_of(&names.join(" "), wanted)
            || phones.any(|phone| same_number(phone, wanted))
            || customer.is_some_and(|customer| customer.called(wanted))
    }
}

/// Seed orders, oldest first. The last one is the order of the fixtures.
pub(super) fn seed() -> Vec<Order> {
    let of = |id, created_at: &str, customer_id| Order {
        created_at: created_at.to_owned(),
        status_updated_at: created_at.to_owned(),
        customer_id: Some(customer_id),
        ..Order::new(id)
    };
    let named = |first: &str, last: &str, phone: &str, order: Order| Order {
        first_name: Some(first.to_owned()),
        last_name: Some(last.to_owned()),
        phone: Some(phone.to_owned()),
        ..order
    };
    vec![
        Order {
            external_id: Some("site-1498".into()),
            status: "complete".into(),
            order_method: Some("shopping-cart".into()),
            manager_id: Some(18),
            ..named("Ольга", "Мельник", "+375446370646", of(498, "2026-02-20 12:00:00", 201))
        },
        Order {
            external_id: Some("site-1499".into()),
            order_method: Some("one-click".into()),
            manager_id: Some(18),
            ..named("Ольга", "Мельник", "8 (044) 637-06-46", of(499, "2026-03-02 09:30:00", 201))
        },
        Order {
            site: "shop-two".into(),
            order_method: Some("phone".into()),
            manager_id: Some(19),
            ..named("Андрей", "Соловьёв", "+7 (962) 791-74-60", of(500, "2026-03-05 16:20:00", 204))
        },
        Order {
            external_id: Some("vochi-call-pbx1-1773474900.42".into()),
            order_method: Some("phone".into()),
            manager_id: Some(7),
            ..named("Иван", "Иванов", "+375291112233", of(501, "2026-03-14 10:45:00", 60))
        },
    ]
}

impl RequestContext<'_> {
    /// The order of the path.
    pub(super) fn order(&self) -> Option<&Order> {
        let orders = self.account.orders.iter();
        let mut orders = orders.filter(|it| self.account.reaches_site(&it.site));
        if self.parameter("by") == Some("id") {
            let id = self.thing.parse().ok();
            return orders.find(|it| Some(it.id) == id);
        }
        let site = self.site();
        orders.find(|it| {
            it.external_id.as_deref() == Some(self.thing.as_str())
                && site.as_ref().is_none_or(|site| it.site == *site)
        })
    }
}

/// Oldest first: newest first is not documented, so clients must not rely on it.
pub(super) fn list(cx: &RequestContext<'_>) -> Value {
    let account = cx.account;
    let same = |name: &str, have: &dyn Fn(&str) -> bool| {
        cx.parameter(&format!("filter[{name}]")).is_none_or(have)
    };
    let among = |name: &str, have: &dyn Fn(&str) -> bool| {
        let wanted = cx.list(&format!("filter[{name}]"));
        wanted.is_empty() || wanted.into_iter().any(have)
    };
    let is = |id: Option<u64>, wanted: &str| id.is_some_and(|id| wanted.parse() == Ok(id));
    let orders = account.orders.iter();
    let found: Vec<Map<String, Value>> = orders
        .filter(|it| account.reaches_site(&it.site))
        .filter(|it| {
            same("customerId", &|id| is(it.customer_id, id))
                && same("customer", &|wanted| it.is_of(wanted, account))
                && same("createdAtFrom", &|from| it.created_at.as_str() >= from)
                && same("createdAtTo", &|to| until(&it.created_at, to))
                && among("ids", &|id| is(Some(it.id), id))
                && among("externalIds", &|id| it.external_id.as_deref() == Some(id))
                && among("numbers", &|number| it.number == number)
                && among("sites", &|site| it.site == site)
                && among("managers", &|id| is(it.manager_id, id))
                && among("extendedStatus", &|status| it.status == status)
        })
        .map(|it| it.to_json(account))
        .collect();
    page_of(cx, "orders", &found)
}

pub(super) fn one(cx: &RequestContext<'_>) -> Value {
    let order = cx.order().map(|order| order.to_json(cx.account));
    json!({"success": true, "order": order})
}

/// The order after the request.
pub(super) fn written(endpoint: Endpoint, cx: &RequestContext<'_>) -> (Response, Change) {
    let nothing = Map::new();
    let fields = cx.written.as_ref().unwrap_or(&nothing);
    let edited = cx.order().filter(|_| endpoint == Endpoint::OrderEdit);
    let (mut order, status) = if let Some(order) = edited {
        (order.clone(), StatusCode::OK)
    } else {
        let mut fresh = Order::new(cx.account.free_order_id());
        fresh.site = cx.site().unwrap_or(fresh.site);
        fresh.created_at = now();
        fresh.status_updated_at.clone_from(&fresh.created_at);
        (fresh, StatusCode::CREATED)
    };
    order.write(fields, cx);
    if endpoint == Endpoint::OrderCreate {
        order.fill(cx.account);
    }
    let body = json!({"success": true, "id": order.id, "order": order.to_json(cx.account)});
    (Response::json(status, &body), Change::Order(Box::new(order)))
}

impl Account {
    pub(super) fn order(&self, id: u64) -> Option<&Order> {
        self.orders.iter().find(|order| order.id == id)
    }

    /// The latest order of a customer.
    pub(super) fn last_order_of(&self, customer_id: u64) -> Option<&Order> {
        let own = self.orders.iter();
        let own = own.filter(|order| order.customer_id == Some(customer_id));
        // Times of this form sort as text.
        own.max_by_key(|order| (order.created_at.as_str(), order.id))
    }

    /// Creates or edits an order, with history rows.
    pub(super) fn write_order(&mut self, order: Order, author: Author) {
        let after = order.to_json(self);
        match self.order(order.id).map(|known| known.to_json(self)) {
            None => self.journal.created(Subject::Order, author, &after),
            Some(before) => self.journal.edited(Subject::Order, author, &before, &after),
        }
        self.put_order(order);
    }

    pub(super) fn remove_order(&mut self, id: u64, author: Author) {
        if let Some(gone) = self.order(id).map(|order| order.to_json(self)) {
            self.journal.deleted(Subject::Order, author, &gone, None);
        }
        self.orders.retain(|order| order.id != id);
    }

    /// Adds or replaces an order, without a history row.
    pub(super) fn put_order(&mut self, order: Order) {
        match self.orders.iter_mut().find(|it| it.id == order.id) {
            Some(known) => *known = order,
            None => self.orders.push(order),
        }
    }

    fn free_order_id(&self) -> u64 {
        let mut ids = NEXT_ORDER_ID.max(self.lowest_free_id)..;
        ids.find(|id| self.order(*id).is_none()).unwrap_or(u64::MAX)
    }
}
