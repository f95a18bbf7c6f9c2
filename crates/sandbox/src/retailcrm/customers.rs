//! Customers: fields, search, reading and writing.

use serde_json::{Map, Value, json};

use super::checks::{Endpoint, RequestContext};
use super::handlers::{known, page_of};
use super::journal::{self, Author, Subject};
use super::seed;
use super::state::{Account, digits, full_name};

/// Last digits that a search compares: the national number, so that `+375291112233` finds `8 (029)
/// 111-22-33`.
const COMPARED_DIGITS: usize = 9;
/// With fewer digits, a search text is part of a name.
const MIN_DIGITS: usize = 5;

/// A customer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Customer {
    /// The CRM's id.
    pub id: u64,
    /// The external id.
    pub external_id: Option<String>,
    /// The shop.
    pub site: String,
    /// `Y-m-d H:i:s` in the account's zone.
    pub created_at: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: Option<String>,
    /// Patronymic.
    pub patronymic: Option<String>,
    /// The email; a missing one is an empty text in responses.
    pub email: Option<String>,
    /// The phone numbers as typed.
    pub phones: Vec<String>,
    /// The responsible employee.
    pub manager_id: Option<u64>,
    /// Whether this is only a contact of a corporate customer.
    pub is_contact: bool,
    /// Custom fields by code.
    pub custom_fields: Map<String, Value>,
    /// Names of tags.
    pub tags: Vec<String>,
    /// The customer this one was merged into; requests for it lead there.
    pub combined_to: Option<u64>,
    /// Other fields as sent.
    pub(super) more: Map<String, Value>,
}

impl Customer {
    /// Creates a customer of the first shop with this name and these numbers, without a responsible
    /// employee.
    pub fn new<P: Into<String>>(
        id: u64,
        first_name: impl Into<String>,
        phones: impl IntoIterator<Item = P>,
    ) -> Self {
        Self {
            id,
            external_id: None,
            site: seed::SITE.into(),
            created_at: "2026-02-06 08:51:50".into(),
            first_name: first_name.into(),
            last_name: None,
            patronymic: None,
            email: None,
            phones: phones.into_iter().map(Into::into).collect(),
            manager_id: None,
            is_contact: false,
            custom_fields: Map::new(),
            tags: Vec::new(),
            combined_to: None,
            more: Map::new(),
        }
    }

    pub(super) fn full_name(&self) -> String {
        full_name(&self.first_name, self.last_name.as_deref())
    }

    pub(super) fn to_json(&self) -> Map<String, Value> {
        let phones: Vec<Value> =
            self.phones.iter().map(|number| json!({"number": number})).collect();
        let tags: Vec<Value> = self
            .tags
            .iter()
            .map(|name| json!({"name": name, "color": "#cccccc", "attached": true}))
            .collect();
        // PHP serializes an empty map as a list (§1.8).
        let custom_fields =
            if self.custom_fields.is_empty() { json!([]) } else { json!(self.custom_fields) };
        let json = known(json!({
            "type": "customer",
            "id": self.id,
            "externalId": self.external_id,
            "isContact": self.is_contact,
            "createdAt": self.created_at,
            "managerId": self.manager_id,
            "vip": false,
            "bad": false,
            "site": self.site,
            "contragent": {"contragentType": "individual"},
            "tags": tags,
            "marginSumm": 0,
            "totalSumm": 0,
            "averageSumm": 0,
            "ordersCount": 0,
            "costSumm": 0,
            "customFields": custom_fields,
            "personalDiscount": 0,
            "cumulativeDiscount": 0,
            "segments": [],
            "firstName": self.first_name,
            "lastName": self.last_name,
            "patronymic": self.patronymic,
            "email": self.email.as_deref().unwrap_or_default(),
            "phones": phones,
            "customerSubscriptions": [],
            "mgCustomers": [],
        }));
        let mut json = match json {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        json.extend(self.more.clone());
        json
    }

    /// Applies the fields; numbers are added, never removed (§5.4).
    pub(super) fn write(&mut self, written: &Map<String, Value>) {
        for (name, value) in written {
            let text = || value.as_str().map(str::to_owned);
            let texts = || -> Vec<String> {
                let items = value.as_array().into_iter().flatten();
                items.filter_map(Value::as_str).map(str::to_owned).collect()
            };
            match name.as_str() {
                // The official Python client repeats the id of the path.
                "type" | "id" => {}
                "externalId" => self.external_id = text(),
                "createdAt" => self.created_at = text().unwrap_or_default(),
                "firstName" => self.first_name = text().unwrap_or_default(),
                "lastName" => self.last_name = text(),
                "patronymic" => self.patronymic = text(),
                "email" => self.email = text(),
                "managerId" => self.manager_id = value.as_u64(),
                "isContact" => self.is_contact = value.as_bool().unwrap_or_default(),
                "addTags" => {
                    let tags = texts().into_iter();
                    let fresh: Vec<String> = tags.filter(|tag| !self.tags.contains(tag)).collect();
                    self.tags.extend(fresh);
                }
                "removeTags" => {
                    let gone = texts();
                    self.tags.retain(|tag| !gone.contains(tag));
                }
                "customFields" => {
                    let fields = value.as_object().cloned().unwrap_or_default();
                    self.custom_fields.extend(fields);
                }
                "phones" => {
                    let items = value.as_array().into_iter().flatten();
                    let numbers = items.filter_map(|it| it.get("number")?.as_str());
                    for number in numbers {
                        if !self.phones.iter().any(|known| known == number) {
                            self.phones.push(number.to_owned());
                        }
                    }
                }
                _ => {
                    self.more.insert(name.clone(), value.clone());
                }
            }
        }
    }

    /// Matches `filter[name]`: the name or a number (§5.1).
    pub(super) fn called(&self, wanted: &str) -> bool {
        let names =
            [Some(self.first_name.as_str()), self.last_name.as_deref(), self.patronymic.as_deref()];
        let names: Vec<&str> = names.into_iter().flatten().collect();
        let mut phones = self.phones.iter();
        phones.any(|phone| same_number(phone, wanted))
            || part_of(&names.join(" "), wanted)
            || part_of(&self.full_name(), wanted)
    }
}

/// Returns true if the search text is this number.
pub(super) fn same_number(phone: &str, wanted: &str) -> bool {
    let number = digits(wanted);
    let tail = number.get(number.len().saturating_sub(COMPARED_DIGITS)..);
    number.len() >= MIN_DIGITS && tail.is_some_and(|tail| digits(phone).contains(tail))
}

/// Case-insensitive substring test.
pub(super) fn part_of(text: &str, wanted: &str) -> bool {
    text.to_lowercase().contains(&wanted.trim().to_lowercase())
}

impl RequestContext<'_> {
    /// The customer of the path.
    pub(super) fn customer(&self) -> Option<&Customer> {
        let mut customers = self.account.customers.iter();
        let of_this_site = |site: &str| self.site().is_none_or(|wanted| wanted == site);
        if self.parameter("by") == Some("id") {
            let id = self.thing.parse().ok();
            return customers.find(|it| Some(it.id) == id && self.account.reaches_site(&it.site));
        }
        let name = Some(self.thing.as_str()).filter(|name| !name.is_empty())?;
        customers.find(|it| {
            it.external_id.as_deref() == Some(name)
                && of_this_site(&it.site)
                && self.account.reaches_site(&it.site)
        })
    }

    /// The requested shop, or the only one.
    pub(super) fn site(&self) -> Option<String> {
        let mut open = self.account.open_sites();
        let only = open.next().filter(|_| open.next().is_none());
        self.parameter("site").or(only).map(str::to_owned)
    }
}

/// §5.1. The filter `phone` is undocumented; a live account accepted it without filtering, so
/// clients must handle that.
pub(super) fn list(cx: &RequestContext<'_>) -> Value {
    let same = |name: &str, have: &dyn Fn(&str) -> bool| {
        cx.parameter(&format!("filter[{name}]")).is_none_or(have)
    };
    let among = |name: &str, have: &dyn Fn(&str) -> bool| {
        let wanted = cx.list(&format!("filter[{name}]"));
        wanted.is_empty() || wanted.into_iter().any(have)
    };
    let fields = cx.inside("filter[customFields]");
    let found: Vec<Map<String, Value>> = cx
        .account
        .customers
        .iter()
        .filter(|it| it.combined_to.is_none() && cx.account.reaches_site(&it.site))
        .filter(|it| {
            let day = it.created_at.get(..10).unwrap_or_default();
            same("name", &|wanted| it.called(wanted))
                && same("email", &|wanted| it.email.as_deref() == Some(wanted))
                && same("isContact", &|wanted| it.is_contact == (wanted == "1"))
                // Dates of this form sort as text.
                && same("dateFrom", &|from| day >= from)
                && same("dateTo", &|to| day <= to)
                && among("ids", &|id| it.id.to_string() == id)
                && among("externalIds", &|id| it.external_id.as_deref() == Some(id))
                && among("sites", &|site| it.site == site)
                && among("managers", &|id| it.manager_id.is_some_and(|own| own.to_string() == id))
                && among("tags", &|tag| it.tags.iter().any(|own| own == tag))
                && fields.iter().all(|(code, wanted)| match it.custom_fields.get(code) {
                    Some(Value::String(text)) => text == wanted,
                    Some(other) => serde_json::from_str(wanted).is_ok_and(|it: Value| it == *other),
                    None => false,
                })
        })
        .map(Customer::to_json)
        .collect();
    page_of(cx, "customers", &found)
}

/// §5.2. `Err` is the response for a merged customer.
pub(super) fn one(cx: &RequestContext<'_>) -> Result<Value, Value> {
    let customer = cx.customer();
    if let Some(other) = customer.and_then(|it| cx.account.customer(it.combined_to?)) {
        return Err(json!({
            "success": false,
            "errorMsg": "Not found",
            "combinedTo": known(json!({
                "id": other.id,
                "externalId": other.external_id,
                "site": other.site,
            })),
        }));
    }
    Ok(json!({"success": true, "customer": customer.map(Customer::to_json)}))
}

/// The customer after the request.
pub(super) fn written(endpoint: Endpoint, cx: &RequestContext<'_>) -> Customer {
    let nothing = Map::new();
    let fields = cx.written.as_ref().unwrap_or(&nothing);
    let mut customer = match cx.customer() {
        Some(customer) if endpoint == Endpoint::CustomerEdit => customer.clone(),
        _ => {
            let none: [&str; 0] = [];
            let mut fresh = Customer::new(cx.account.free_customer_id(), "", none);
            fresh.site = cx.site().unwrap_or(fresh.site);
            fresh.created_at = journal::now();
            fresh
        }
    };
    customer.write(fields);
    customer
}

impl Account {
    pub(super) fn customer(&self, id: u64) -> Option<&Customer> {
        self.customers.iter().find(|customer| customer.id == id)
    }

    /// Creates or edits a customer, with history rows.
    pub(super) fn write_customer(&mut self, customer: Customer, author: Author) {
        let after = customer.to_json();
        match self.customer(customer.id).map(Customer::to_json) {
            None => self.journal.created(Subject::Customer, author, &after),
            Some(before) => self.journal.edited(Subject::Customer, author, &before, &after),
        }
        self.put_customer(customer);
    }

    /// Removes a customer; a merged one leads to the other.
    pub(super) fn remove_customer(&mut self, id: u64, into: Option<u64>, author: Author) {
        let Some(customer) = self.customer(id).filter(|it| it.combined_to.is_none()) else {
            return;
        };
        let gone = customer.to_json();
        let to = into.and_then(|into| self.customer(into)).map(Customer::to_json);
        self.journal.deleted(Subject::Customer, author, &gone, to.as_ref());
        match into {
            None => self.customers.retain(|customer| customer.id != id),
            Some(other) => {
                self.customers
                    .iter_mut()
                    .filter(|customer| customer.id == id)
                    .for_each(|customer| customer.combined_to = into);
                self.hand_over(id, other);
            }
        }
    }

    /// Adds or replaces a customer, without a history row.
    pub(super) fn put_customer(&mut self, customer: Customer) {
        let mut known = self.customers.iter_mut();
        match known.find(|known| known.id == customer.id) {
            Some(known) => *known = customer,
            None => self.customers.push(customer),
        }
    }

    /// Adds or replaces a customer in the CRM's JSON form; `id` and `site` are optional.
    pub(super) fn seed_customer(&mut self, given: &Value) -> Result<(), String> {
        let mut fields = given.as_object().cloned().ok_or("a customer must be an object")?;
        let id = match fields.remove("id") {
            None => self.free_customer_id(),
            Some(id) => id.as_u64().ok_or("a customer's \"id\" must be a number")?,
        };
        if !fields.get("firstName").is_some_and(Value::is_string) {
            return Err("a customer needs a \"firstName\"".into());
        }
        let none: [&str; 0] = [];
        let mut customer = Customer::new(id, "", none);
        if let Some(Value::String(site)) = fields.remove("site") {
            customer.site = site;
        }
        customer.write(&fields);
        self.put_customer(customer);
        Ok(())
    }

    fn free_customer_id(&self) -> u64 {
        self.free_customer_ids().next().unwrap_or(u64::MAX)
    }

    /// Free ids in order.
    pub(super) fn free_customer_ids(&self) -> impl Iterator<Item = u64> + '_ {
        (seed::NEXT_CUSTOMER_ID.max(self.lowest_free_id)..)
            .filter(|id| self.customer(*id).is_none())
    }
}
