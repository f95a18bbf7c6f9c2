//! Corporate customers, their contacts and their companies (§5.6).

use serde_json::{Value, json};

use super::checks::Seen;
use super::customers::Customer;
use super::first;
use super::handlers::{known, page_of};

/// A corporate customer.
#[derive(Debug, Clone)]
pub(super) struct Corporate {
    id: u64,
    external_id: Option<&'static str>,
    nick_name: &'static str,
    site: &'static str,
    manager_id: Option<u64>,
    contacts: Vec<Contact>,
    companies: Vec<Company>,
}

/// A customer who speaks for a company.
#[derive(Debug, Clone)]
struct Contact {
    id: u64,
    customer_id: u64,
    /// The id of the tie to a company, and the company.
    company: Option<(u64, u64)>,
}

#[derive(Debug, Clone)]
struct Company {
    id: u64,
    name: &'static str,
    brand: &'static str,
}

pub(super) fn first() -> Vec<Corporate> {
    vec![
        Corporate {
            id: 5041,
            external_id: None,
            nick_name: "ООО Пример",
            site: first::SITE,
            manager_id: Some(7),
            contacts: vec![
                Contact {
                    id: 944,
                    customer_id: 60,
                    company: Some((160, 771)),
                },
                Contact {
                    id: 945,
                    customer_id: 61,
                    company: None,
                },
            ],
            companies: vec![Company {
                id: 771,
                name: "ООО Пример",
                brand: "Пример",
            }],
        },
        Corporate {
            id: 5042,
            external_id: Some("corp-5042"),
            nick_name: "Образец и сыновья",
            site: "shop-two",
            manager_id: Some(19),
            contacts: vec![Contact {
                id: 946,
                customer_id: 204,
                company: Some((161, 772)),
            }],
            companies: vec![Company {
                id: 772,
                name: "ЧП Образец",
                brand: "Образец",
            }],
        },
    ]
}

impl Corporate {
    fn company(&self, id: u64) -> Option<Value> {
        let company = self.companies.iter().find(|company| company.id == id)?;
        Some(json!({"id": company.id, "name": company.name}))
    }

    fn ties(&self, contact: &Contact) -> Value {
        let ties: Vec<Value> = contact
            .company
            .iter()
            .map(|(tie, company)| json!({"id": tie, "company": self.company(*company)}))
            .collect();
        json!(ties)
    }

    fn tells(&self) -> Value {
        let main_contact = self.contacts.first().map(|contact| {
            json!({
                "id": contact.id,
                "customer": {"id": contact.customer_id},
                "companies": self.ties(contact),
            })
        });
        known(json!({
            "type": "customer_corporate",
            "id": self.id,
            "externalId": self.external_id,
            "nickName": self.nick_name,
            "mainAddress": {"id": 3553, "name": "Офис"},
            "createdAt": "2026-02-17 13:28:18",
            "managerId": self.manager_id,
            "vip": false,
            "bad": false,
            "site": self.site,
            "tags": [],
            "marginSumm": 0,
            "totalSumm": 0,
            "averageSumm": 0,
            "ordersCount": 0,
            "customFields": [],
            "personalDiscount": 0,
            "mainCustomerContact": main_contact,
            "mainCompany": self.companies.first().and_then(|it| self.company(it.id)),
        }))
    }
}

impl Seen<'_> {
    /// The corporate customer the path names.
    pub(super) fn corporate(&self) -> Option<&Corporate> {
        let all = self.account.corporates.iter();
        let mut all = all.filter(|it| self.account.reaches_site(it.site));
        if self.parameter("by") == Some("id") {
            let id = self.thing.parse().ok();
            return all.find(|it| Some(it.id) == id);
        }
        let site = self.site();
        all.find(|it| {
            it.external_id == Some(self.thing.as_str())
                && site.as_ref().is_none_or(|site| it.site == *site)
        })
    }
}

/// The list does not carry the contacts.
pub(super) fn list(seen: &Seen<'_>) -> Value {
    let part = |name: &str, have: &[&str]| {
        seen.parameter(&format!("filter[{name}]"))
            .is_none_or(|wanted| {
                let wanted = wanted.to_lowercase();
                have.iter().any(|it| it.to_lowercase().contains(&wanted))
            })
    };
    let among = |name: &str, have: &dyn Fn(&str) -> bool| {
        let wanted = seen.list(&format!("filter[{name}]"));
        wanted.is_empty() || wanted.into_iter().any(have)
    };
    let names_of_contacts = |it: &Corporate| -> Vec<String> {
        let customers = it
            .contacts
            .iter()
            .filter_map(|contact| seen.account.customer(contact.customer_id));
        customers.map(Customer::full_name).collect()
    };
    let found: Vec<Value> = seen
        .account
        .corporates
        .iter()
        .filter(|it| seen.account.reaches_site(it.site))
        .filter(|it| {
            let companies: Vec<&str> = it.companies.iter().map(|it| it.name).collect();
            let contacts = names_of_contacts(it);
            let contacts: Vec<&str> = contacts.iter().map(String::as_str).collect();
            part("name", &[it.nick_name])
                && part("companyName", &companies)
                && part("contactName", &contacts)
                && among("nickName", &|name| it.nick_name == name)
                && among("contactIds", &|id| {
                    let mut contacts = it.contacts.iter();
                    contacts.any(|contact| contact.customer_id.to_string() == id)
                })
                && among("ids", &|id| it.id.to_string() == id)
                && among("externalIds", &|id| it.external_id == Some(id))
                && among("sites", &|site| it.site == site)
                && among("managers", &|id| {
                    it.manager_id.is_some_and(|own| own.to_string() == id)
                })
        })
        .map(Corporate::tells)
        .collect();
    page_of(seen, "customersCorporate", &found)
}

pub(super) fn one(seen: &Seen<'_>) -> Value {
    let mut told = seen.corporate().map(Corporate::tells).unwrap_or_default();
    if let Value::Object(fields) = &mut told {
        fields.insert("addresses".into(), json!([]));
        fields.insert("companies".into(), json!([]));
    }
    json!({"success": true, "customerCorporate": told})
}

/// Ids only: neither names nor numbers.
pub(super) fn contacts(seen: &Seen<'_>) -> Value {
    let wanted = seen.list("filter[contactIds]");
    let Some(corporate) = seen.corporate() else {
        return page_of::<Value>(seen, "contacts", &[]);
    };
    let found: Vec<Value> = corporate
        .contacts
        .iter()
        .enumerate()
        .filter(|(_, contact)| {
            let id = contact.customer_id.to_string();
            wanted.is_empty() || wanted.contains(&id.as_str())
        })
        .map(|(index, contact)| {
            let customer = seen.account.customer(contact.customer_id);
            json!({
                "isMain": index == 0,
                "id": contact.id,
                "customer": known(json!({
                    "id": contact.customer_id,
                    "externalId": customer.and_then(|it| it.external_id.as_deref()),
                    "site": customer.map_or(corporate.site, |it| it.site.as_str()),
                })),
                "companies": corporate.ties(contact),
            })
        })
        .collect();
    page_of(seen, "contacts", &found)
}

pub(super) fn companies(seen: &Seen<'_>) -> Value {
    let Some(corporate) = seen.corporate() else {
        return page_of::<Value>(seen, "companies", &[]);
    };
    let found: Vec<Value> = corporate
        .companies
        .iter()
        .enumerate()
        .map(|(index, company)| {
            json!({
                "isMain": index == 0,
                "id": company.id,
                "customer": {
                    "site": corporate.site,
                    "id": corporate.id,
                    "type": "customer_corporate",
                },
                "active": true,
                "name": company.name,
                "brand": company.brand,
                "createdAt": "2026-02-17 14:42:52",
                "contragent": {"contragentType": "legal-entity"},
                "marginSumm": 0,
                "totalSumm": 0,
                "averageSumm": 0,
                "ordersCount": 0,
                "costSumm": 0,
                "customFields": [],
            })
        })
        .collect();
    page_of(seen, "companies", &found)
}
