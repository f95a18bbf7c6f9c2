//! Corporate customers, their contacts and their companies (§5.6).

mod read;
mod seed;
mod write;

use serde_json::{Map, Value, json};

use super::checks::RequestContext;
use super::handlers::known;
use super::state::Account;

pub(super) use read::{companies, contacts, list, one};
pub(super) use seed::corporates as seed;
pub(super) use write::{company_ref, written};

/// A corporate customer with its companies and contacts.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Corporate {
    /// The CRM's id.
    pub id: u64,
    /// The external id.
    pub external_id: Option<String>,
    /// The display name.
    pub nick_name: String,
    /// The shop.
    pub site: String,
    /// `Y-m-d H:i:s` in the account's zone.
    pub created_at: String,
    /// The responsible employee.
    pub manager_id: Option<u64>,
    /// The contacts.
    pub contacts: Vec<Contact>,
    /// The companies.
    pub companies: Vec<Company>,
    /// Custom fields by code.
    pub custom_fields: Map<String, Value>,
    /// Names of tags.
    pub tags: Vec<String>,
    pub(super) main_address: Option<Value>,
    /// Other fields as sent.
    pub(super) more: Map<String, Value>,
}

/// A contact of a corporate customer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contact {
    /// The CRM's id of the contact, different from the customer's; 0 until assigned.
    pub id: u64,
    /// The customer.
    pub customer_id: u64,
    /// Whether it is the main contact.
    pub is_main: bool,
    /// Ids of the links to companies, and of the companies; a link id of 0 is assigned later.
    pub companies: Vec<(u64, u64)>,
}

/// One company of a corporate customer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Company {
    /// The CRM's id; 0 until assigned.
    pub id: u64,
    /// The external id.
    pub external_id: Option<String>,
    /// The name.
    pub name: String,
    /// The brand name.
    pub brand: Option<String>,
    /// Whether it is the main company.
    pub is_main: bool,
    /// Whether it is active.
    pub active: bool,
    /// `Y-m-d H:i:s` in the account's zone.
    pub created_at: String,
    /// Other fields as sent.
    pub(super) more: Map<String, Value>,
}

impl Contact {
    /// Creates a contact of this customer, without companies.
    pub fn new(customer_id: u64) -> Self {
        Self { id: 0, customer_id, is_main: false, companies: Vec::new() }
    }
}

impl Company {
    /// Creates an active company with this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            id: 0,
            external_id: None,
            name: name.into(),
            brand: None,
            is_main: false,
            active: true,
            created_at: "2026-02-17 14:42:52".into(),
            more: Map::new(),
        }
    }

    fn to_json(&self) -> Map<String, Value> {
        let json = known(json!({
            "isMain": self.is_main,
            "id": self.id,
            "externalId": self.external_id,
            "active": self.active,
            "name": self.name,
            "brand": self.brand,
            "createdAt": self.created_at,
            "contragent": {"contragentType": "legal-entity"},
            "marginSumm": 0,
            "totalSumm": 0,
            "averageSumm": 0,
            "ordersCount": 0,
            "costSumm": 0,
            "customFields": [],
        }));
        with(json, &self.more)
    }
}

fn with(json: Value, more: &Map<String, Value>) -> Map<String, Value> {
    let mut json = match json {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    json.extend(more.clone());
    json
}

impl Corporate {
    /// Creates a corporate customer of the first shop with this name, without a responsible
    /// employee.
    pub fn new(id: u64, nick_name: impl Into<String>) -> Self {
        Self {
            id,
            external_id: None,
            nick_name: nick_name.into(),
            site: super::seed::SITE.into(),
            created_at: "2026-02-17 13:28:18".into(),
            manager_id: None,
            contacts: Vec::new(),
            companies: Vec::new(),
            custom_fields: Map::new(),
            tags: Vec::new(),
            main_address: None,
            more: Map::new(),
        }
    }

    /// Adds a contact; the first one is the main one.
    #[must_use]
    pub fn with_contact(mut self, customer_id: u64) -> Self {
        let is_main = self.contacts.is_empty();
        self.contacts.push(Contact { is_main, ..Contact::new(customer_id) });
        self
    }

    /// Adds a company; the first one is the main one.
    #[must_use]
    pub fn with_company(mut self, name: impl Into<String>) -> Self {
        let is_main = self.companies.is_empty();
        self.companies.push(Company { is_main, ..Company::new(name) });
        self
    }

    fn company(&self, id: u64) -> Option<Value> {
        let company = self.companies.iter().find(|company| company.id == id)?;
        Some(json!({"id": company.id, "name": company.name}))
    }

    fn ties(&self, contact: &Contact) -> Value {
        let ties = contact.companies.iter();
        ties.map(|(tie, company)| json!({"id": tie, "company": self.company(*company)})).collect()
    }

    /// The JSON of the list.
    pub(super) fn to_json(&self) -> Map<String, Value> {
        let main_contact = self.contacts.iter().find(|it| it.is_main).map(|contact| {
            json!({
                "id": contact.id,
                "customer": {"id": contact.customer_id},
                "companies": self.ties(contact),
            })
        });
        let main_company = self.companies.iter().find(|it| it.is_main);
        let tags = self.tags.iter();
        let tags: Vec<Value> =
            tags.map(|name| json!({"name": name, "color": "#cccccc", "attached": true})).collect();
        // PHP serializes an empty map as a list (§1.8).
        let custom_fields =
            if self.custom_fields.is_empty() { json!([]) } else { json!(self.custom_fields) };
        let json = known(json!({
            "type": "customer_corporate",
            "id": self.id,
            "externalId": self.external_id,
            "nickName": self.nick_name,
            "mainAddress": self.main_address,
            "createdAt": self.created_at,
            "managerId": self.manager_id,
            "vip": false,
            "bad": false,
            "site": self.site,
            "tags": tags,
            "marginSumm": 0,
            "totalSumm": 0,
            "averageSumm": 0,
            "ordersCount": 0,
            "customFields": custom_fields,
            "personalDiscount": 0,
            "mainCustomerContact": main_contact,
            "mainCompany": main_company.and_then(|it| self.company(it.id)),
        }));
        with(json, &self.more)
    }

    /// The JSON with all parts, as in a history's creation row.
    fn to_full_json(&self) -> Map<String, Value> {
        let mut json = self.to_json();
        let contacts = self.contacts.iter();
        let contacts: Vec<Value> =
            contacts.map(|it| json!({"id": it.id, "customer": {"id": it.customer_id}})).collect();
        let companies: Vec<_> = self.companies.iter().map(Company::to_json).collect();
        json.insert("customerContacts".into(), json!(contacts));
        json.insert("companies".into(), json!(companies));
        json
    }
}

impl RequestContext<'_> {
    /// The corporate customer of the path.
    pub(super) fn corporate(&self) -> Option<&Corporate> {
        let all = self.account.corporates.iter();
        let mut all = all.filter(|it| self.account.reaches_site(&it.site));
        if self.parameter("by") == Some("id") {
            let id = self.thing.parse().ok();
            return all.find(|it| Some(it.id) == id);
        }
        let site = self.site();
        all.find(|it| {
            it.external_id.as_deref() == Some(self.thing.as_str())
                && site.as_ref().is_none_or(|site| it.site == *site)
        })
    }

    /// The contact of the path: by its own id, its customer's id, or its customer's externalId.
    pub(super) fn contact(&self) -> Option<&Contact> {
        let contacts = &self.corporate()?.contacts;
        if self.parameter("entityBy") == Some("id") {
            let id = self.part.parse::<u64>().ok()?;
            let own = contacts.iter().find(|it| it.id == id);
            return own.or_else(|| contacts.iter().find(|it| it.customer_id == id));
        }
        contacts.iter().find(|it| {
            let customer = self.account.customer(it.customer_id);
            customer.and_then(|it| it.external_id.as_deref()) == Some(self.part.as_str())
        })
    }

    /// The company of the path.
    pub(super) fn company(&self) -> Option<&Company> {
        let mut companies = self.corporate()?.companies.iter();
        if self.parameter("entityBy") == Some("id") {
            let id = self.part.parse().ok();
            return companies.find(|it| Some(it.id) == id);
        }
        companies.find(|it| it.external_id.as_deref() == Some(self.part.as_str()))
    }
}

impl Account {
    pub(super) fn corporate(&self, id: u64) -> Option<&Corporate> {
        self.corporates.iter().find(|it| it.id == id)
    }
}
