//! Corporate customers, their contacts and their companies (§5.6).

mod first;
mod read;
mod write;

use serde_json::{Map, Value, json};

use super::checks::Seen;
use super::handlers::known;
use super::state::Account;

pub(super) use first::corporates as first;
pub(super) use read::{companies, contacts, list, one};
pub(super) use write::{company_meant, written};

/// A corporate customer: a company or several, and who speaks for them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Corporate {
    /// The CRM's id.
    pub id: u64,
    /// The id somebody else gave.
    pub external_id: Option<String>,
    /// What people in the CRM call it.
    pub nick_name: String,
    /// The shop.
    pub site: String,
    /// `Y-m-d H:i:s` in the account's zone.
    pub created_at: String,
    /// The employee responsible.
    pub manager_id: Option<u64>,
    /// Who speaks for it.
    pub contacts: Vec<Contact>,
    /// The companies it is made of.
    pub companies: Vec<Company>,
    /// Fields the account's administrator added, by code.
    pub custom_fields: Map<String, Value>,
    /// Names of tags.
    pub tags: Vec<String>,
    pub(super) main_address: Option<Value>,
    /// Whatever else was written, as it was written.
    pub(super) more: Map<String, Value>,
}

/// A customer who speaks for a corporate customer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contact {
    /// The CRM's id of the contact, which is not the customer's; 0 until the account gives one.
    pub id: u64,
    /// The customer.
    pub customer_id: u64,
    /// Whether this one is asked for first.
    pub is_main: bool,
    /// The ids of the ties to companies, and the companies; an id of 0 is given by the account.
    pub companies: Vec<(u64, u64)>,
}

/// One company of a corporate customer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Company {
    /// The CRM's id; 0 until the account gives one.
    pub id: u64,
    /// The id somebody else gave.
    pub external_id: Option<String>,
    /// Its name.
    pub name: String,
    /// What it is known as.
    pub brand: Option<String>,
    /// Whether it is the one that stands for all.
    pub is_main: bool,
    /// Whether it is still worked with.
    pub active: bool,
    /// `Y-m-d H:i:s` in the account's zone.
    pub created_at: String,
    /// Whatever else was written, as it was written.
    pub(super) more: Map<String, Value>,
}

impl Contact {
    /// This customer, with no company yet.
    pub fn new(customer_id: u64) -> Self {
        Self { id: 0, customer_id, is_main: false, companies: Vec::new() }
    }
}

impl Company {
    /// An active company of this name.
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

    fn tells(&self) -> Map<String, Value> {
        let told = known(json!({
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
        with(told, &self.more)
    }
}

fn with(told: Value, more: &Map<String, Value>) -> Map<String, Value> {
    let mut told = match told {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    told.extend(more.clone());
    told
}

impl Corporate {
    /// A corporate customer of the first shop with this name, and nobody responsible.
    pub fn new(id: u64, nick_name: impl Into<String>) -> Self {
        Self {
            id,
            external_id: None,
            nick_name: nick_name.into(),
            site: super::first::SITE.into(),
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

    /// With this customer as a contact, the first one the main one.
    #[must_use]
    pub fn with_contact(mut self, customer_id: u64) -> Self {
        let is_main = self.contacts.is_empty();
        self.contacts.push(Contact { is_main, ..Contact::new(customer_id) });
        self
    }

    /// With a company of this name, the first one the main one.
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

    /// As the list tells it.
    pub(super) fn tells(&self) -> Map<String, Value> {
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
        // An empty PHP map leaves as a list (§1.8).
        let custom_fields =
            if self.custom_fields.is_empty() { json!([]) } else { json!(self.custom_fields) };
        let told = known(json!({
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
        with(told, &self.more)
    }

    /// With everything that belongs to it, as a history tells what was created.
    fn tells_whole(&self) -> Map<String, Value> {
        let mut told = self.tells();
        let contacts = self.contacts.iter();
        let contacts: Vec<Value> =
            contacts.map(|it| json!({"id": it.id, "customer": {"id": it.customer_id}})).collect();
        let companies: Vec<_> = self.companies.iter().map(Company::tells).collect();
        told.insert("customerContacts".into(), json!(contacts));
        told.insert("companies".into(), json!(companies));
        told
    }
}

impl Seen<'_> {
    /// The corporate customer the path names.
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

    /// The contact the path names: by its own id or its customer's, or by its customer's externalId.
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

    /// The company the path names.
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
