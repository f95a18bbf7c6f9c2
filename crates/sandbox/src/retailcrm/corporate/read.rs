//! Corporate customers as they are asked for.

use serde_json::{Map, Value, json};

use super::super::checks::Seen;
use super::super::customers::Customer;
use super::super::handlers::{known, page_of};
use super::Corporate;

/// The list does not carry the contacts.
pub(in crate::retailcrm) fn list(seen: &Seen<'_>) -> Value {
    let part = |name: &str, have: &[&str]| {
        seen.parameter(&format!("filter[{name}]")).is_none_or(|wanted| {
            let wanted = wanted.to_lowercase();
            have.iter().any(|it| it.to_lowercase().contains(&wanted))
        })
    };
    let among = |name: &str, have: &dyn Fn(&str) -> bool| {
        let wanted = seen.list(&format!("filter[{name}]"));
        wanted.is_empty() || wanted.into_iter().any(have)
    };
    let names_of_contacts = |it: &Corporate| -> Vec<String> {
        let customers =
            it.contacts.iter().filter_map(|contact| seen.account.customer(contact.customer_id));
        customers.map(Customer::full_name).collect()
    };
    let found: Vec<Map<String, Value>> = seen
        .account
        .corporates
        .iter()
        .filter(|it| seen.account.reaches_site(&it.site))
        .filter(|it| {
            let companies: Vec<&str> = it.companies.iter().map(|it| it.name.as_str()).collect();
            let contacts = names_of_contacts(it);
            let contacts: Vec<&str> = contacts.iter().map(String::as_str).collect();
            part("name", &[&it.nick_name])
                && part("companyName", &companies)
                && part("contactName", &contacts)
                && among("nickName", &|name| it.nick_name == name)
                && among("contactIds", &|id| {
                    let mut contacts = it.contacts.iter();
                    contacts.any(|contact| contact.customer_id.to_string() == id)
                })
                && among("ids", &|id| it.id.to_string() == id)
                && among("externalIds", &|id| it.external_id.as_deref() == Some(id))
                && among("sites", &|site| it.site == site)
                && among("managers", &|id| it.manager_id.is_some_and(|own| own.to_string() == id))
        })
        .map(Corporate::tells)
        .collect();
    page_of(seen, "customersCorporate", &found)
}

pub(in crate::retailcrm) fn one(seen: &Seen<'_>) -> Value {
    let mut told = seen.corporate().map(Corporate::tells).unwrap_or_default();
    told.insert("addresses".into(), json!([]));
    told.insert("companies".into(), json!([]));
    json!({"success": true, "customerCorporate": told})
}

/// Ids only: neither names nor numbers.
pub(in crate::retailcrm) fn contacts(seen: &Seen<'_>) -> Value {
    let wanted = seen.list("filter[contactIds]");
    let Some(corporate) = seen.corporate() else {
        return page_of::<Value>(seen, "contacts", &[]);
    };
    let found: Vec<Value> = corporate
        .contacts
        .iter()
        .filter(|contact| {
            let id = contact.customer_id.to_string();
            wanted.is_empty() || wanted.contains(&id.as_str())
        })
        .map(|contact| {
            let customer = seen.account.customer(contact.customer_id);
            json!({
                "isMain": contact.is_main,
                "id": contact.id,
                "customer": known(json!({
                    "id": contact.customer_id,
                    "externalId": customer.and_then(|it| it.external_id.as_deref()),
                    "site": customer.map_or(corporate.site.as_str(), |it| it.site.as_str()),
                })),
                "companies": corporate.ties(contact),
            })
        })
        .collect();
    page_of(seen, "contacts", &found)
}

pub(in crate::retailcrm) fn companies(seen: &Seen<'_>) -> Value {
    let Some(corporate) = seen.corporate() else {
        return page_of::<Value>(seen, "companies", &[]);
    };
    let customer = known(json!({
        "site": corporate.site,
        "id": corporate.id,
        "externalId": corporate.external_id,
        "type": "customer_corporate",
    }));
    let found: Vec<Map<String, Value>> = corporate
        .companies
        .iter()
        .map(|company| {
            let mut told = company.tells();
            told.insert("customer".into(), customer.clone());
            told
        })
        .collect();
    page_of(seen, "companies", &found)
}
