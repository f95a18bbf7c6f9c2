//! Orders: what the account keeps of one, and how they are found, read and written (§6).

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::wire::Answer;

use super::checks::{Endpoint, Seen};
use super::customers::{Customer, part_of, same_number};
use super::first;
use super::handlers::{Change, known, page_of};
use super::journal::{Author, Subject, now};
use super::state::{Account, until};

/// The id of the next order that is created.
const FREE_ORDER_ID: u64 = 501;

/// The account's words for how an order came.
pub(super) const METHODS: &[&str] = &["phone", "shopping-cart", "one-click"];
/// The account's kinds of orders.
pub(super) const TYPES: &[&str] = &["eshop-individual", "eshop-legal"];
/// The account's states of an order.
pub(super) const STATUSES: &[&str] = &["new", "complete", "cancel-other"];

/// An order.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Order {
    /// The CRM's id.
    pub id: u64,
    /// What people call it.
    pub number: String,
    /// The id somebody else gave.
    pub external_id: Option<String>,
    /// The shop.
    pub site: String,
    /// `Y-m-d H:i:s` in the account's zone.
    pub created_at: String,
    /// When the status became what it is, in the same form.
    pub status_updated_at: String,
    /// The code of how far it is.
    pub status: String,
    /// The code of how it came.
    pub order_method: Option<String>,
    /// Given name of whom it is for.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// The number to call about it, as it was written.
    pub phone: Option<String>,
    /// The employee responsible.
    pub manager_id: Option<u64>,
    /// The customer.
    pub customer_id: Option<u64>,
    /// What an employee notes about it.
    pub manager_comment: Option<String>,
    /// Fields the account's administrator added, by code.
    pub custom_fields: Map<String, Value>,
    /// Whatever else was written, as it was written.
    pub(super) more: Map<String, Value>,
}

impl Order {
    /// A new order of the first shop, of nobody.
    pub fn new(id: u64) -> Self {
        Self {
            id,
            number: format!("{id}A"),
            external_id: None,
            site: first::SITE.into(),
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

    /// As the CRM tells it, with its customer.
    pub(super) fn tells(&self, account: &Account) -> Map<String, Value> {
        let customer = self.customer_id.and_then(|id| account.customer(id));
        let customer = customer.map(Customer::tells);
        // An empty PHP map leaves as a list (§1.8).
        let custom_fields =
            if self.custom_fields.is_empty() { json!([]) } else { json!(self.custom_fields) };
        let told = known(json!({
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
        let mut told = match told {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        told.extend(self.more.clone());
        told
    }

    /// Takes over what was written.
    fn write(&mut self, written: &Map<String, Value>, seen: &Seen<'_>) {
        for (name, value) in written {
            let text = || value.as_str().map(str::to_owned);
            match name.as_str() {
                // The official Python client repeats the id it edits by; `contact` follows from
                // the customer.
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
                "customer" => self.customer_id = seen.meant(Subject::Customer, value),
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

    /// What was not written is the customer's (a guess; the names are in a fixture).
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

    /// `filter[customer]` means the name or a number, as `filter[name]` does for customers.
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

/// In the order they came. The last one is the one the fixtures tell of.
pub(super) fn first() -> Vec<Order> {
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

impl Seen<'_> {
    /// The order the path names.
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

/// Oldest first: newest first is not promised, so nobody may count on it.
pub(super) fn list(seen: &Seen<'_>) -> Value {
    let account = seen.account;
    let same = |name: &str, have: &dyn Fn(&str) -> bool| {
        seen.parameter(&format!("filter[{name}]")).is_none_or(have)
    };
    let among = |name: &str, have: &dyn Fn(&str) -> bool| {
        let wanted = seen.list(&format!("filter[{name}]"));
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
        .map(|it| it.tells(account))
        .collect();
    page_of(seen, "orders", &found)
}

pub(super) fn one(seen: &Seen<'_>) -> Value {
    let order = seen.order().map(|order| order.tells(seen.account));
    json!({"success": true, "order": order})
}

/// The order as created or edited.
pub(super) fn written(endpoint: Endpoint, seen: &Seen<'_>) -> (Answer, Change) {
    let nothing = Map::new();
    let fields = seen.written.as_ref().unwrap_or(&nothing);
    let edited = seen.order().filter(|_| endpoint == Endpoint::OrderEdit);
    let (mut order, status) = if let Some(order) = edited {
        (order.clone(), StatusCode::OK)
    } else {
        let mut fresh = Order::new(seen.account.free_order_id());
        fresh.site = seen.site().unwrap_or(fresh.site);
        fresh.created_at = now();
        fresh.status_updated_at.clone_from(&fresh.created_at);
        (fresh, StatusCode::CREATED)
    };
    order.write(fields, seen);
    if endpoint == Endpoint::OrderCreate {
        order.fill(seen.account);
    }
    let body = json!({"success": true, "id": order.id, "order": order.tells(seen.account)});
    (Answer::json(status, &body), Change::Order(Box::new(order)))
}

impl Account {
    pub(super) fn order(&self, id: u64) -> Option<&Order> {
        self.orders.iter().find(|order| order.id == id)
    }

    /// The youngest order of a customer.
    pub(super) fn last_order_of(&self, customer_id: u64) -> Option<&Order> {
        let own = self.orders.iter();
        let own = own.filter(|order| order.customer_id == Some(customer_id));
        // Moments of this form sort as text.
        own.max_by_key(|order| (order.created_at.as_str(), order.id))
    }

    /// Creates or edits an order, and says so in the journal.
    pub(super) fn write_order(&mut self, order: Order, author: Author) {
        let after = order.tells(self);
        match self.order(order.id).map(|known| known.tells(self)) {
            None => self.journal.created(Subject::Order, author, &after),
            Some(before) => self.journal.edited(Subject::Order, author, &before, &after),
        }
        self.put_order(order);
    }

    pub(super) fn remove_order(&mut self, id: u64, author: Author) {
        if let Some(gone) = self.order(id).map(|order| order.tells(self)) {
            self.journal.deleted(Subject::Order, author, &gone, None);
        }
        self.orders.retain(|order| order.id != id);
    }

    /// Adds an order, or replaces the one of the same id; no history tells.
    pub(super) fn put_order(&mut self, order: Order) {
        match self.orders.iter_mut().find(|it| it.id == order.id) {
            Some(known) => *known = order,
            None => self.orders.push(order),
        }
    }

    fn free_order_id(&self) -> u64 {
        let mut ids = FREE_ORDER_ID.max(self.lowest_free_id)..;
        ids.find(|id| self.order(*id).is_none()).unwrap_or(u64::MAX)
    }
}
