//! Writing of corporate customers: from requests, seeds and with history rows.

use http::StatusCode;
use serde_json::{Value, json};

use super::super::checks::RequestContext;
use super::super::differences::differences;
use super::super::handlers::Change;
use super::super::journal::{Author, Subject, now};
use super::super::operations::Endpoint;
use super::super::state::Account;
use super::super::store::{self, Fields, id_of, objects, only, reference, values};
use super::{COMPANIES, CONTACTS, brief, company_of, fresh, fresh_company, whole};
use crate::wire::Response;

/// The corporate customer, contact or company after the request.
pub(in crate::retailcrm) fn written(cx: &RequestContext<'_>) -> (Response, Change) {
    let written = cx.written();
    let creates = cx.is(Endpoint::CorporateCreate);
    let mut corporate = cx.corporate().filter(|_| !creates).cloned().unwrap_or_else(|| {
        let mut fresh = fresh(cx.account.free_corporate_id());
        cx.stamp(&mut fresh);
        fresh
    });
    let last = |corporate: &Fields, name| objects(corporate, name).last().map(id_of);
    let (status, id) = match cx.endpoint() {
        Some(Endpoint::ContactCreate) => {
            add_part(&mut corporate, CONTACTS, contact(None, written, cx.account));
            cx.account.number(&mut corporate);
            (StatusCode::CREATED, last(&corporate, CONTACTS))
        }
        Some(Endpoint::ContactEdit) => {
            let known = cx.contact().cloned().unwrap_or_default();
            let id = id_of(&known);
            let customer = reference(&known, "customer");
            edit_part(&mut corporate, CONTACTS, &contact(Some(known), written, cx.account));
            cx.account.number(&mut corporate);
            // A contact referenced by its customer is reported with the customer's id.
            (StatusCode::OK, if cx.part.parse() == Ok(id) { Some(id) } else { customer })
        }
        Some(Endpoint::CompanyCreate) => {
            let mut fresh = fresh_company();
            fresh.insert("createdAt".into(), json!(now()));
            add_part(&mut corporate, COMPANIES, company(fresh, written));
            cx.account.number(&mut corporate);
            (StatusCode::CREATED, last(&corporate, COMPANIES))
        }
        Some(Endpoint::CompanyEdit) => {
            let known = cx.company().cloned().unwrap_or_default();
            let id = id_of(&known);
            edit_part(&mut corporate, COMPANIES, &company(known, written));
            (StatusCode::OK, Some(id))
        }
        _ => {
            write(&mut corporate, written, cx.account);
            cx.account.number(&mut corporate);
            let status = if creates { StatusCode::CREATED } else { StatusCode::OK };
            (status, Some(id_of(&corporate)))
        }
    };
    let answer = Response::json(status, &json!({"success": true, "id": id}));
    (answer, Change::Entity(Subject::Corporate, corporate))
}

/// The company of a contact: `{"id": 771}`, or `{"company": {"id": 771}}` as in responses.
pub(in crate::retailcrm) fn company_ref(tie: &Value) -> Option<u64> {
    let company = tie.get("company").unwrap_or(tie);
    company.get("id")?.as_u64()
}

/// A new or known contact with these fields.
fn contact(known: Option<Fields>, written: &Fields, account: &Account) -> Fields {
    let mut contact = known.unwrap_or_else(|| {
        store::fields(json!({"id": 0, "isMain": false, "customer": {"id": 0}, "companies": []}))
    });
    let customer = written.get("customer");
    let customer = customer.and_then(|it| account.resolve(Subject::Customer, it, None));
    if let Some(customer) = customer {
        contact.insert("customer".into(), json!(only(customer, &["id"])));
    }
    if let Some(main) = written.get("isMain").filter(|it| it.is_boolean()) {
        contact.insert("isMain".into(), main.clone());
    }
    if let Some(companies) = written.get(COMPANIES).and_then(Value::as_array) {
        let tie_of = |id| {
            let known = objects(&contact, COMPANIES);
            known.filter(|it| reference(it, "company") == Some(id)).map(id_of).next()
        };
        let ids = companies.iter().filter_map(company_ref);
        let ties = ids.map(|id| json!({"id": tie_of(id).unwrap_or(0), "company": {"id": id}}));
        let ties: Value = ties.collect();
        contact.insert(COMPANIES.into(), ties);
    }
    contact
}

fn company(mut company: Fields, written: &Fields) -> Fields {
    let written = written.iter().filter(|(name, _)| *name != "id");
    company.extend(written.map(|(name, value)| (name.clone(), value.clone())));
    company
}

fn write(corporate: &mut Fields, written: &Fields, account: &Account) {
    for (name, value) in written {
        match name.as_str() {
            CONTACTS => {
                for it in objects(written, CONTACTS) {
                    add_part(corporate, CONTACTS, contact(None, it, account));
                }
            }
            COMPANIES => {
                for it in objects(written, COMPANIES) {
                    add_part(corporate, COMPANIES, company(fresh_company(), it));
                }
            }
            // Addresses have their own paths, which are not implemented.
            "addresses" => {}
            _ => store::write(corporate, name, value),
        }
    }
}

fn parts<'a>(corporate: &'a mut Fields, name: &str) -> Option<&'a mut Vec<Value>> {
    corporate.get_mut(name).and_then(Value::as_array_mut)
}

/// The first part becomes the main one, as does any written as main.
fn add_part(corporate: &mut Fields, name: &str, mut part: Fields) {
    let Some(parts) = parts(corporate, name) else { return };
    if parts.is_empty() {
        part.insert("isMain".into(), json!(true));
    }
    if part.get("isMain") == Some(&json!(true)) {
        for other in parts.iter_mut() {
            other["isMain"] = json!(false);
        }
    }
    parts.push(Value::Object(part));
}

fn edit_part(corporate: &mut Fields, name: &str, part: &Fields) {
    let is_main = part.get("isMain") == Some(&json!(true));
    for other in parts(corporate, name).into_iter().flatten() {
        if other.get("id") == part.get("id") {
            *other = json!(part);
        } else if is_main {
            other["isMain"] = json!(false);
        }
    }
}

impl Account {
    /// Assigns ids to contacts, companies and links that have none.
    fn number(&self, corporate: &mut Fields) {
        let others = || self.corporates.iter().filter(|it| id_of(it) != id_of(corporate));
        let last = |path: &str| {
            let all = others().chain([&*corporate]).flat_map(|it| values(it, path));
            all.filter_map(Value::as_u64).max().unwrap_or(0)
        };
        let [mut contact, mut company, mut tie] = [
            last("customerContacts.id"),
            last("companies.id"),
            last("customerContacts.companies.id"),
        ];
        let next = |last: &mut u64, part: &mut Value| {
            if part["id"] == json!(0) {
                *last = last.saturating_add(1);
                part["id"] = json!(*last);
            }
        };
        for it in parts(corporate, CONTACTS).into_iter().flatten() {
            next(&mut contact, it);
            let ties = it.get_mut(COMPANIES).and_then(Value::as_array_mut);
            ties.into_iter().flatten().for_each(|it| next(&mut tie, it));
        }
        for it in parts(corporate, COMPANIES).into_iter().flatten() {
            next(&mut company, it);
        }
    }

    /// Creates or edits a corporate customer, with history rows.
    pub(in crate::retailcrm) fn write_corporate(&mut self, corporate: Fields, author: Author) {
        let before = self.corporates.get(id_of(&corporate)).cloned();
        if let Some(before) = &before {
            self.note_parts(before, &corporate, author);
        }
        let after = if before.is_none() { whole(&corporate) } else { brief(&corporate) };
        let before = before.as_ref().map(brief);
        self.journal.written(Subject::Corporate, author, before.as_ref(), &after);
        self.corporates.put(corporate);
    }

    /// Adds rows for new contacts, companies and links, and for changed fields of companies.
    fn note_parts(&mut self, before: &Fields, after: &Fields, author: Author) {
        let entity = brief(after);
        let mut note = |field: &str, old: Value, new: Value, more: Value| {
            let change = (field, old, new);
            self.journal.noted(Subject::Corporate, author, &entity, change, more);
        };
        for it in objects(after, COMPANIES) {
            let short = json!(only(it, &["id", "name"]));
            match objects(before, COMPANIES).find(|known| id_of(known) == id_of(it)) {
                None => note("company", Value::Null, short, json!({"company": it})),
                Some(known) => {
                    for (field, old, new) in differences(Subject::Corporate, known, it) {
                        if field != "is_main" {
                            let field = format!("company.{field}");
                            note(&field, old, new, json!({"company": short}));
                        }
                    }
                }
            }
        }
        for it in objects(after, CONTACTS) {
            let known = objects(before, CONTACTS).find(|known| id_of(known) == id_of(it));
            let id = json!({"id": id_of(it)});
            if known.is_none() {
                let contact = json!(only(it, &["id", "customer"]));
                note("contact", Value::Null, id.clone(), json!({"customerContact": contact}));
            }
            let tied = |tie: &Fields| {
                known.is_some_and(|known| objects(known, COMPANIES).any(|it| it == tie))
            };
            for tie in objects(it, COMPANIES).filter(|tie| !tied(tie)) {
                let new = json!({"id": id_of(tie), "customer_contact": id});
                let company = company_of(after, reference(tie, "company"));
                let more = json!({"company": company, "customerContact": id});
                note("contact.contact_company", Value::Null, new, more);
            }
        }
    }

    /// Removes a corporate customer.
    pub(in crate::retailcrm) fn remove_corporate(&mut self, id: u64, author: Author) {
        if let Some(gone) = self.corporates.get(id).map(brief) {
            self.journal.deleted(Subject::Corporate, author, &gone, None);
            self.corporates.remove(id);
        }
    }

    /// Adds or replaces a corporate customer in the CRM's JSON, without a history row; `id` and
    /// `site` are optional.
    pub(in crate::retailcrm) fn put_corporate(&mut self, given: &Value) -> Result<(), String> {
        let given = given.as_object().ok_or("a corporate customer must be an object")?;
        let id = match given.get("id") {
            None => self.free_corporate_id(),
            Some(id) => id.as_u64().ok_or("a corporate customer's \"id\" must be a number")?,
        };
        if !given.get("nickName").is_some_and(Value::is_string) {
            return Err("a corporate customer needs a \"nickName\"".into());
        }
        let mut corporate = fresh(id);
        write(&mut corporate, given, self);
        self.number(&mut corporate);
        self.corporates.put(corporate);
        Ok(())
    }
}
