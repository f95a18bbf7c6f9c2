//! Writing of corporate customers: from requests, seeds and with history rows.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::super::checks::{Endpoint, RequestContext};
use super::super::differences::differences;
use super::super::handlers::Change;
use super::super::journal::{self, Author, Subject};
use super::super::state::Account;
use super::{Company, Contact, Corporate};
use crate::wire::Response;

/// The corporate customer, contact or company after the request.
pub(in crate::retailcrm) fn written(
    endpoint: Endpoint,
    cx: &RequestContext<'_>,
) -> (Response, Change) {
    let nothing = Map::new();
    let fields = cx.written.as_ref().unwrap_or(&nothing);
    let creates = endpoint == Endpoint::CorporateCreate;
    let known = cx.corporate().filter(|_| !creates).cloned();
    let mut corporate = known.unwrap_or_else(|| {
        let mut fresh = Corporate::new(cx.account.free_corporate_id(), "");
        fresh.site = cx.site().unwrap_or(fresh.site);
        fresh.created_at = journal::now();
        fresh
    });
    let id = match endpoint {
        Endpoint::ContactCreate => {
            let mut contact = Contact::new(0);
            contact.write(fields, cx.account);
            corporate.add_contact(contact);
            corporate.number(cx.account);
            corporate.contacts.last().map(|it| it.id)
        }
        Endpoint::ContactEdit => cx.contact().map(|known| {
            corporate.edit_contact(known.id, fields, cx.account);
            corporate.number(cx.account);
            // A contact referenced by its customer is reported with the customer's id.
            let by_itself = cx.part.parse() == Ok(known.id);
            if by_itself { known.id } else { known.customer_id }
        }),
        Endpoint::CompanyCreate => {
            let mut company = Company::new("");
            company.created_at = journal::now();
            company.write(fields);
            corporate.add_company(company);
            corporate.number(cx.account);
            corporate.companies.last().map(|it| it.id)
        }
        Endpoint::CompanyEdit => cx.company().map(|known| {
            corporate.edit_company(known.id, fields);
            known.id
        }),
        _ => {
            corporate.write(fields, cx.account);
            corporate.number(cx.account);
            Some(corporate.id)
        }
    };
    let status = match endpoint {
        Endpoint::CorporateCreate | Endpoint::ContactCreate | Endpoint::CompanyCreate => {
            StatusCode::CREATED
        }
        _ => StatusCode::OK,
    };
    let answer = Response::json(status, &json!({"success": true, "id": id}));
    (answer, Change::Corporate(Box::new(corporate)))
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

impl Contact {
    fn write(&mut self, fields: &Map<String, Value>, account: &Account) {
        if let Some(id) = fields.get("customer").and_then(|it| account.resolve_customer(it, None)) {
            self.customer_id = id;
        }
        if let Some(main) = fields.get("isMain").and_then(Value::as_bool) {
            self.is_main = main;
        }
        if let Some(companies) = fields.get("companies").and_then(Value::as_array) {
            let reference = companies.iter().filter_map(company_ref);
            let known = std::mem::take(&mut self.companies);
            let tie = |id| known.iter().find(|(_, company)| *company == id);
            self.companies = reference.map(|id| tie(id).copied().unwrap_or((0, id))).collect();
        }
    }
}

/// The company of a contact: `{"id": 771}`, or `{"company": {"id": 771}}` as in responses.
pub(in crate::retailcrm) fn company_ref(tie: &Value) -> Option<u64> {
    let company = tie.get("company").unwrap_or(tie);
    company.get("id")?.as_u64()
}

impl Company {
    fn write(&mut self, fields: &Map<String, Value>) {
        for (name, value) in fields {
            match name.as_str() {
                "id" => {}
                "externalId" => self.external_id = text(value),
                "name" => self.name = text(value).unwrap_or_default(),
                "brand" => self.brand = text(value),
                "isMain" => self.is_main = value.as_bool().unwrap_or_default(),
                "active" => self.active = value.as_bool().unwrap_or_default(),
                _ => {
                    self.more.insert(name.clone(), value.clone());
                }
            }
        }
    }
}

impl Corporate {
    fn write(&mut self, fields: &Map<String, Value>, account: &Account) {
        for (name, value) in fields {
            let items = || value.as_array().into_iter().flatten();
            let objects = || items().filter_map(Value::as_object);
            match name.as_str() {
                // Addresses have their own paths, which are not implemented.
                "type" | "id" | "addresses" => {}
                "externalId" => self.external_id = text(value),
                "nickName" => self.nick_name = text(value).unwrap_or_default(),
                "createdAt" => self.created_at = text(value).unwrap_or_default(),
                "managerId" => self.manager_id = value.as_u64(),
                "customFields" => {
                    let fields = value.as_object().cloned().unwrap_or_default();
                    self.custom_fields.extend(fields);
                }
                "addTags" => {
                    for tag in items().filter_map(text) {
                        if !self.tags.contains(&tag) {
                            self.tags.push(tag);
                        }
                    }
                }
                "removeTags" => {
                    let gone: Vec<String> = items().filter_map(text).collect();
                    self.tags.retain(|tag| !gone.contains(tag));
                }
                "customerContacts" => {
                    for fields in objects() {
                        let mut contact = Contact::new(0);
                        contact.write(fields, account);
                        self.add_contact(contact);
                    }
                }
                "companies" => {
                    for fields in objects() {
                        let mut company = Company::new("");
                        company.write(fields);
                        self.add_company(company);
                    }
                }
                _ => {
                    self.more.insert(name.clone(), value.clone());
                }
            }
        }
    }

    /// The first contact becomes the main one, as does any written as main.
    fn add_contact(&mut self, mut contact: Contact) {
        contact.is_main |= self.contacts.is_empty();
        if contact.is_main {
            self.contacts.iter_mut().for_each(|it| it.is_main = false);
        }
        self.contacts.push(contact);
    }

    fn add_company(&mut self, mut company: Company) {
        company.is_main |= self.companies.is_empty();
        if company.is_main {
            self.companies.iter_mut().for_each(|it| it.is_main = false);
        }
        self.companies.push(company);
    }

    fn edit_contact(&mut self, id: u64, fields: &Map<String, Value>, account: &Account) {
        let main = fields.get("isMain") == Some(&Value::Bool(true));
        for contact in &mut self.contacts {
            if contact.id == id {
                contact.write(fields, account);
            } else if main {
                contact.is_main = false;
            }
        }
    }

    fn edit_company(&mut self, id: u64, fields: &Map<String, Value>) {
        let main = fields.get("isMain") == Some(&Value::Bool(true));
        for company in &mut self.companies {
            if company.id == id {
                company.write(fields);
            } else if main {
                company.is_main = false;
            }
        }
    }

    /// Assigns missing ids.
    fn number(&mut self, account: &Account) {
        let others = account.corporates.iter().filter(|it| it.id != self.id);
        let (mut contact, mut company, mut tie) = (0, 0, 0);
        for corporate in others.chain([&*self]) {
            for it in &corporate.contacts {
                contact = contact.max(it.id);
                tie = it.companies.iter().fold(tie, |last, (id, _)| last.max(*id));
            }
            company = corporate.companies.iter().fold(company, |last, it| last.max(it.id));
        }
        let next = |last: &mut u64, id: &mut u64| {
            if *id == 0 {
                *last = last.saturating_add(1);
                *id = *last;
            }
        };
        for it in &mut self.contacts {
            next(&mut contact, &mut it.id);
            it.companies.iter_mut().for_each(|(id, _)| next(&mut tie, id));
        }
        for it in &mut self.companies {
            next(&mut company, &mut it.id);
        }
    }
}

impl Account {
    fn free_corporate_id(&self) -> u64 {
        let last = self.corporates.iter().map(|it| it.id).max().unwrap_or(0);
        last.saturating_add(1)
    }

    /// Adds or replaces a corporate customer, without a history row.
    pub(in crate::retailcrm) fn put_corporate(&mut self, mut corporate: Corporate) {
        corporate.number(self);
        let mut known = self.corporates.iter_mut();
        match known.find(|known| known.id == corporate.id) {
            Some(known) => *known = corporate,
            None => self.corporates.push(corporate),
        }
    }

    /// Creates or edits a corporate customer, with history rows.
    pub(in crate::retailcrm) fn write_corporate(&mut self, corporate: Corporate, author: Author) {
        let before = self.corporate(corporate.id).cloned();
        match &before {
            None => {
                let whole = corporate.to_full_json();
                self.journal.created(Subject::Corporate, author, &whole);
            }
            Some(before) => self.note_parts(before, &corporate, author),
        }
        if let Some(before) = &before {
            let (old, new) = (before.to_json(), corporate.to_json());
            self.journal.edited(Subject::Corporate, author, &old, &new);
        }
        self.put_corporate(corporate);
    }

    /// Adds rows for new contacts, companies and links, and for changed fields of companies.
    fn note_parts(&mut self, before: &Corporate, after: &Corporate, author: Author) {
        let entity = after.to_json();
        let mut note = |field: &str, old: Value, new: Value, more: Value| {
            let change = (field, old, new);
            self.journal.noted(Subject::Corporate, author, &entity, change, more);
        };
        for it in &after.companies {
            let short = json!({"id": it.id, "name": it.name});
            match before.companies.iter().find(|known| known.id == it.id) {
                None => note("company", Value::Null, short, json!({"company": it.to_json()})),
                Some(known) => {
                    let (old, new) = (known.to_json(), it.to_json());
                    for (field, old, new) in differences(Subject::Corporate, &old, &new) {
                        if field != "is_main" {
                            let field = format!("company.{field}");
                            note(&field, old, new, json!({"company": short}));
                        }
                    }
                }
            }
        }
        for it in &after.contacts {
            let known = before.contacts.iter().find(|known| known.id == it.id);
            let contact = json!({"id": it.id, "customer": {"id": it.customer_id}});
            if known.is_none() {
                let more = json!({"customerContact": contact});
                note("contact", Value::Null, json!({"id": it.id}), more);
            }
            let tied = known.map_or(&[][..], |known| &known.companies);
            for (tie, company) in it.companies.iter().filter(|tie| !tied.contains(tie)) {
                let new = json!({"id": tie, "customer_contact": {"id": it.id}});
                let more = json!({
                    "company": after.company(*company),
                    "customerContact": {"id": it.id},
                });
                note("contact.contact_company", Value::Null, new, more);
            }
        }
    }

    /// Removes a corporate customer.
    pub(in crate::retailcrm) fn remove_corporate(&mut self, id: u64, author: Author) {
        if let Some(gone) = self.corporate(id).map(Corporate::to_json) {
            self.journal.deleted(Subject::Corporate, author, &gone, None);
            self.corporates.retain(|it| it.id != id);
        }
    }

    /// Adds or replaces a corporate customer in the CRM's JSON form; `id` and `site` are optional.
    pub(in crate::retailcrm) fn seed_corporate(&mut self, given: &Value) -> Result<(), String> {
        let mut fields =
            given.as_object().cloned().ok_or("a corporate customer must be an object")?;
        let id = match fields.remove("id") {
            None => self.free_corporate_id(),
            Some(id) => id.as_u64().ok_or("a corporate customer's \"id\" must be a number")?,
        };
        if !fields.get("nickName").is_some_and(Value::is_string) {
            return Err("a corporate customer needs a \"nickName\"".into());
        }
        let mut corporate = Corporate::new(id, "");
        if let Some(Value::String(site)) = fields.remove("site") {
            corporate.site = site;
        }
        corporate.write(&fields, self);
        self.put_corporate(corporate);
        Ok(())
    }
}
