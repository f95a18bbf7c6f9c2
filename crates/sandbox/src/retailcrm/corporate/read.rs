//! Responses with corporate customers.

use serde_json::{Map, Value, json};

use super::super::checks::RequestContext;
use super::super::customers::Customer;
use super::super::handlers::{known, page_of};
use super::Corporate;

/// The list has no contacts.
pub(in crate::retailcrm) fn list(cx: &RequestContext<'_>) -> Value {
    let part = |name: &str, have: &[&str]| {
        cx.parameter(&format!("filter[{name}]")).is_none_or(|wanted| {
            let wanted = wanted.to_lowercase();
            have.iter().any(|it| it.to_lowercase().contains(&wanted))
        })
    };
    let among = |name: &str, have: &dyn Fn(&str) -> bool| {
        let wanted = cx.list(&format!("filter[{name}]"));
        wanted.is_empty() || wanted.into_iter().any(have)
    };
    let names_of_contacts = |it: &Corporate| -> Vec<String> {
        let customers =
            it.contacts.iter().filter_map(|contact| cx.account.customer(contact.customer_id));
        customers.map(Customer::full_name).collect()
    };
    let found: Vec<Map<String, Value>> = cx
        .account
        .corporates
        .iter()
        .filter(|it| cx.account.reaches_site(&it.site))
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
        .map(Corporate::to_json)
        .collect();
    page_of(cx, "customersCorporate", &found)
}

pub(in crate::retailcrm) fn one(cx: &RequestContext<'_>) -> Value {
    let mut json = cx.corporate().map(Corporate::to_json).unwrap_or_default();
    json.insert("addresses".into(), json!([]));
    json.insert("companies".into(), json!([]));
    json!({"success": true, "customerCorporate": json})
}

/// Ids only, without names and numbers.
pub(in crate::retailcrm) fn contacts(cx: &RequestContext<'_>) -> Value {
    let wanted = cx.list("filter[contactIds]");
    let Some(corporate) = cx.corporate() else {
        return page_of::<Value>(cx, "contacts", &[]);
    };
    let found: Vec<Value> = corporate
        .contacts
        .iter()
        .filter(|contact| {
            let id = contact.customer_id.to_string();
            wanted.is_empty() || wanted.contains(&id.as_str())
        })
        .map(|contact| {
            let customer = cx.account.customer(contact.customer_id);
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
    page_of(cx, "contacts", &found)
}

pub(in crate::retailcrm) fn companies(cx: &RequestContext<'_>) -> Value {
    let Some(corporate) = cx.corporate() else {
        return page_of::<Value>(cx, "companies", &[]);
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
            let mut json = company.to_json();
            json.insert("customer".into(), customer.clone());
            json
        })
        .collect();
    page_of(cx, "companies", &found)
}
