//! Corporate customers, their contacts and their companies (§5.6).

mod write;

use serde_json::{Value, json};

use super::checks::RequestContext;
use super::filters::{self, By, Filter, Form, part_of};
use super::handlers::page_of;
use super::seed::SITE;
use super::state::Account;
use super::store::{Fields, fields, full_name, id_of, objects, only, reference, text, values};

pub(super) use write::{company_ref, written};

/// Lists of parts in the stored corporate customer.
const CONTACTS: &str = "customerContacts";
const COMPANIES: &str = "companies";

pub(super) const FILTERS: &[Filter] = &[
    ("nickName", Form::Texts, By::Is("nickName")),
    ("name", Form::Text, By::Part("nickName")),
    ("companyName", Form::Text, By::Part("companies.name")),
    (
        "contactName",
        Form::Text,
        By::Check(|cx, it, wanted| {
            let ids = values(it, "customerContacts.customer.id").into_iter();
            let ids = ids.filter_map(Value::as_u64);
            let mut customers = ids.filter_map(|id| cx.account.customers.get(id));
            customers.any(|customer| part_of(&full_name(customer), wanted))
        }),
    ),
    ("contactIds", Form::Numbers, By::Is("customerContacts.customer.id")),
    ("ids", Form::Numbers, By::Is("id")),
    ("managers", Form::Numbers, By::Is("managerId")),
    ("externalIds", Form::Texts, By::Is("externalId")),
    ("sites", Form::Texts, By::Is("site")),
];

pub(super) const FILTERS_OF_CONTACTS: &[Filter] =
    &[("contactIds", Form::Numbers, By::Is("customer.id"))];

/// A corporate customer of the first shop, without a responsible employee.
fn fresh(id: u64) -> Fields {
    fields(json!({
        "type": "customer_corporate",
        "id": id,
        "nickName": "",
        "createdAt": "2026-02-17 13:28:18",
        "vip": false,
        "bad": false,
        "site": SITE,
        "tags": [],
        "marginSumm": 0,
        "totalSumm": 0,
        "averageSumm": 0,
        "ordersCount": 0,
        // PHP serializes an empty map as a list (§1.8).
        "customFields": [],
        "personalDiscount": 0,
        CONTACTS: [],
        COMPANIES: [],
    }))
}

/// An active company without a name and an id.
fn fresh_company() -> Fields {
    fields(json!({
        "isMain": false,
        "id": 0,
        "active": true,
        "name": "",
        "createdAt": "2026-02-17 14:42:52",
        "contragent": {"contragentType": "legal-entity"},
        "marginSumm": 0,
        "totalSumm": 0,
        "averageSumm": 0,
        "ordersCount": 0,
        "costSumm": 0,
        "customFields": [],
    }))
}

/// Seed corporate customers. All invented.
pub(super) fn seed() -> Vec<Fields> {
    let seeds = [
        json!({
            "id": 5041,
            "nickName": "ООО Пример",
            "managerId": 7,
            CONTACTS: [
                {
                    "id": 944,
                    "isMain": true,
                    "customer": {"id": 60},
                    "companies": [{"id": 160, "company": {"id": 771}}],
                },
                {"id": 945, "isMain": false, "customer": {"id": 61}, "companies": []},
            ],
            COMPANIES: [{"id": 771, "isMain": true, "name": "ООО Пример", "brand": "Пример"}],
        }),
        json!({
            "id": 5042,
            "externalId": "corp-5042",
            "nickName": "Образец и сыновья",
            "site": "shop-two",
            "managerId": 19,
            CONTACTS: [{
                "id": 946,
                "isMain": true,
                "customer": {"id": 204},
                "companies": [{"id": 161, "company": {"id": 772}}],
            }],
            COMPANIES: [{"id": 772, "isMain": true, "name": "ЧП Образец", "brand": "Образец"}],
        }),
    ];
    let whole = |seed| {
        let mut corporate = fresh(0);
        corporate.extend(fields(seed));
        let companies = objects(&corporate, COMPANIES).map(|it| {
            let mut company = fresh_company();
            company.extend(it.clone());
            company
        });
        let companies = json!(companies.collect::<Vec<Fields>>());
        corporate.insert(COMPANIES.into(), companies);
        corporate.insert("mainAddress".into(), json!({"id": 3553, "name": "Офис"}));
        corporate
    };
    seeds.into_iter().map(whole).collect()
}

fn company_of(corporate: &Fields, id: Option<u64>) -> Option<Value> {
    let company = objects(corporate, COMPANIES).find(|it| Some(id_of(it)) == id)?;
    Some(Value::Object(only(company, &["id", "name"])))
}

/// The links of a contact to companies.
fn ties(corporate: &Fields, contact: &Fields) -> Value {
    let ties = objects(contact, COMPANIES);
    let ties = ties.map(|tie| {
        json!({"id": tie.get("id"), "company": company_of(corporate, reference(tie, "company"))})
    });
    ties.collect()
}

fn main_of<'a>(corporate: &'a Fields, name: &str) -> Option<&'a Fields> {
    objects(corporate, name).find(|it| it.get("isMain") == Some(&json!(true)))
}

/// The JSON of the list: without contacts and companies.
fn brief(corporate: &Fields) -> Fields {
    let mut sent = corporate.clone();
    sent.remove(CONTACTS);
    sent.remove(COMPANIES);
    if let Some(contact) = main_of(corporate, CONTACTS) {
        let main = json!({
            "id": contact.get("id"),
            "customer": contact.get("customer"),
            "companies": ties(corporate, contact),
        });
        sent.insert("mainCustomerContact".into(), main);
    }
    if let Some(company) = main_of(corporate, COMPANIES) {
        sent.insert("mainCompany".into(), json!(only(company, &["id", "name"])));
    }
    sent
}

/// The JSON with all parts, as in a history's creation row.
fn whole(corporate: &Fields) -> Fields {
    let mut sent = brief(corporate);
    let contacts = objects(corporate, CONTACTS).map(|it| json!(only(it, &["id", "customer"])));
    sent.insert(CONTACTS.into(), contacts.collect());
    sent.insert(COMPANIES.into(), json!(corporate.get(COMPANIES)));
    sent
}

impl RequestContext<'_> {
    /// The corporate customer of the path.
    pub(super) fn corporate(&self) -> Option<&Fields> {
        self.entity(&self.account.corporates)
    }

    /// The contact of the path: by its own id, its customer's id, or its customer's externalId.
    pub(super) fn contact(&self) -> Option<&Fields> {
        let contacts = || self.corporate().into_iter().flat_map(|it| objects(it, CONTACTS));
        if self.parameter("entityBy") == Some("id") {
            let id = self.part.parse::<u64>().ok();
            let own = contacts().find(|it| Some(id_of(it)) == id);
            return own.or_else(|| contacts().find(|it| reference(it, "customer") == id));
        }
        contacts().find(|it| {
            let id = reference(it, "customer").unwrap_or_default();
            let customer = self.account.customers.get(id);
            customer.and_then(|it| text(it, "externalId")) == Some(self.part.as_str())
        })
    }

    /// The company of the path.
    pub(super) fn company(&self) -> Option<&Fields> {
        let mut companies = objects(self.corporate()?, COMPANIES);
        if self.parameter("entityBy") == Some("id") {
            let id = self.part.parse().ok();
            return companies.find(|it| Some(id_of(it)) == id);
        }
        companies.find(|it| text(it, "externalId") == Some(self.part.as_str()))
    }
}

/// The list has no contacts.
pub(super) fn list(cx: &RequestContext<'_>) -> Value {
    let here = cx.account.corporates.iter().filter(|it| cx.account.reaches(it));
    let found = here.filter(|it| filters::passes(cx, it));
    page_of(cx, "customersCorporate", &found.map(brief).collect::<Vec<Fields>>())
}

pub(super) fn one(cx: &RequestContext<'_>) -> Value {
    let mut json = cx.corporate().map(brief).unwrap_or_default();
    json.insert("addresses".into(), json!([]));
    json.insert(COMPANIES.into(), json!([]));
    json!({"success": true, "customerCorporate": json})
}

/// Ids only, without names and numbers.
pub(super) fn contacts(cx: &RequestContext<'_>) -> Value {
    let all = cx.corporate().into_iter().flat_map(|corporate| {
        objects(corporate, CONTACTS).map(move |contact| {
            let id = reference(contact, "customer");
            let customer = id.and_then(|id| cx.account.customers.get(id));
            let mut named = customer
                .map_or_else(|| only(corporate, &["site"]), |it| only(it, &["externalId", "site"]));
            named.insert("id".into(), json!(id));
            fields(json!({
                "isMain": contact.get("isMain"),
                "id": contact.get("id"),
                "customer": named,
                "companies": ties(corporate, contact),
            }))
        })
    });
    let found: Vec<Fields> = all.filter(|it| filters::passes(cx, it)).collect();
    page_of(cx, "contacts", &found)
}

pub(super) fn companies(cx: &RequestContext<'_>) -> Value {
    let all = cx.corporate().into_iter().flat_map(|corporate| {
        let customer = only(corporate, &["site", "id", "externalId", "type"]);
        objects(corporate, COMPANIES).map(move |company| {
            let mut sent = company.clone();
            sent.insert("customer".into(), json!(customer));
            sent
        })
    });
    page_of(cx, "companies", &all.collect::<Vec<Fields>>())
}

impl Account {
    /// Id of the next corporate customer.
    fn free_corporate_id(&self) -> u64 {
        let last = self.corporates.iter().map(id_of).max().unwrap_or(0);
        last.saturating_add(1)
    }
}
