//! Checks of contacts and companies of a corporate customer: `contact` and `company` of their own
//! paths, and those of a new corporate customer.

use serde_json::Value;

use crate::check::{Check, Detail};

use super::super::corporate::company_ref;
use super::note::names_customer;
use super::values::{
    BLANK, CHOICE, Entity, INVALID, flag, list_of, nothing_empty, of_written, text,
};
use super::{Endpoint, Refusal, RequestContext, Row};

pub(super) const CONTACT: &[&str] = &["isMain", "customer", "companies"];
pub(super) const CONTACT_CUSTOMER: &[&str] = &["id", "externalId", "site"];
pub(super) const COMPANY: &[&str] = &[
    "isMain",
    "externalId",
    "active",
    "name",
    "brand",
    "site",
    "contragent",
    "address",
    "customFields",
];

const SET_ONE: &str = "Set one of the following fields: id, externalId";

const fn row(check: Check, finds: fn(&RequestContext<'_>) -> Vec<Detail>) -> Row {
    Row { check, refusal: Refusal::EntityMap, finds }
}

/// Contacts to write, and whether each is new.
fn contacts(
    cx: &RequestContext<'_>,
    check: impl Fn(&Entity<'_>, bool) -> Vec<Detail>,
) -> Vec<Detail> {
    match cx.endpoint() {
        Some(Endpoint::ContactCreate) => of_written(cx, |it| check(it, true)),
        Some(Endpoint::ContactEdit) => of_written(cx, |it| check(it, false)),
        Some(Endpoint::CorporateCreate) => of_written(cx, |it| {
            let inside = it.each("customerContacts");
            inside.iter().flat_map(|it| check(it, true)).collect()
        }),
        _ => Vec::new(),
    }
}

/// Companies to write, and whether each is new.
fn companies(
    cx: &RequestContext<'_>,
    check: impl Fn(&Entity<'_>, bool) -> Vec<Detail>,
) -> Vec<Detail> {
    match cx.endpoint() {
        Some(Endpoint::CompanyCreate) => of_written(cx, |it| check(it, true)),
        Some(Endpoint::CompanyEdit) => of_written(cx, |it| check(it, false)),
        Some(Endpoint::CorporateCreate) => of_written(cx, |it| {
            let inside = it.each("companies");
            inside.iter().flat_map(|it| check(it, true)).collect()
        }),
        _ => Vec::new(),
    }
}

/// Whether the part has its own path; otherwise the corporate customer's rows check it too.
fn by_itself(cx: &RequestContext<'_>) -> bool {
    !cx.is(Endpoint::CorporateCreate)
}

/// The official Python client repeats the id of the path.
fn own(mut found: Vec<Detail>) -> Vec<Detail> {
    found.retain(|detail| detail.field != "id");
    found
}

pub(super) const WRITTEN: &[Row] = &[
    row(Check::guess("contact.known_fields", "§5.6", "no field a contact does not have"), |cx| {
        contacts(cx, |it, _| {
            if !by_itself(cx) {
                return Vec::new();
            }
            let mut found = own(it.only(CONTACT));
            let customer = it.inside("customer");
            found.extend(customer.iter().flat_map(|it| it.only(CONTACT_CUSTOMER)));
            found
        })
    }),
    row(Check::guess("contact.nothing_empty", "§5.6", "nothing empty or null is sent"), |cx| {
        contacts(cx, |it, _| {
            let mut found = if by_itself(cx) { nothing_empty(it) } else { Vec::new() };
            // An empty reference has another message.
            found.retain(|detail| detail.field != "customer");
            found
        })
    }),
    row(
        Check::guess(
            "contact.customer_given",
            "§5.6",
            "customer says by id or externalId who the contact is",
        ),
        |cx| {
            contacts(cx, |it, new| {
                let customer = it.fields.get("customer");
                if names_customer(customer) || !(new || customer.is_some()) {
                    Vec::new()
                } else {
                    it.at("customer", SET_ONE)
                }
            })
        },
    ),
    row(Check::guess("contact.customer_known", "§5.6", "the customer of that id exists"), |cx| {
        contacts(cx, |it, _| {
            it.unless("customer", CHOICE, |customer| {
                !names_customer(Some(customer))
                    || cx.account.resolve_customer(customer, None).is_some()
            })
        })
    }),
    row(
        Check::documented(
            "contact.others",
            "§5.6",
            "isMain is true or false, companies a list of companies by their id",
        ),
        |cx| {
            contacts(cx, |it, _| {
                let mut found = it.unless("isMain", INVALID, flag);
                found.extend(it.unless("companies", INVALID, |it| {
                    list_of(it, |it| company_ref(it).is_some())
                }));
                found
            })
        },
    ),
    row(
        Check::guess(
            "contact.companies_known",
            "§5.6",
            "the companies of a contact are the corporate customer's",
        ),
        |cx| {
            contacts(cx, |it, _| {
                let has = |id| {
                    let corporate = cx.corporate();
                    corporate.is_some_and(|it| it.companies.iter().any(|it| it.id == id))
                };
                it.unless("companies", CHOICE, |companies| {
                    let ids = companies.as_array().into_iter().flatten();
                    ids.filter_map(company_ref).all(has)
                })
            })
        },
    ),
    row(Check::guess("company.known_fields", "§5.6", "no field a company does not have"), |cx| {
        companies(cx, |it, _| if by_itself(cx) { own(it.only(COMPANY)) } else { Vec::new() })
    }),
    row(Check::guess("company.nothing_empty", "§5.6", "nothing empty or null is sent"), |cx| {
        companies(cx, |it, _| if by_itself(cx) { nothing_empty(it) } else { Vec::new() })
    }),
    row(Check::guess("company.name_given", "§5.6", "a company is created with a name"), |cx| {
        companies(
            cx,
            |it, new| {
                if new && !it.has("name") { it.at("name", BLANK) } else { Vec::new() }
            },
        )
    }),
    row(
        Check::documented(
            "company.others",
            "§5.6",
            "isMain and active are true or false, externalId, name, brand and site are texts, \
             contragent, address and customFields are objects",
        ),
        |cx| {
            companies(cx, |it, _| {
                let all = |names: &[&str], good: fn(&Value) -> bool| -> Vec<Detail> {
                    let names = names.iter();
                    names.flat_map(|name| it.unless(name, INVALID, good)).collect()
                };
                let mut found = all(&["isMain", "active"], flag);
                found.extend(all(&["externalId", "name", "brand", "site"], text));
                let objects = ["contragent", "address", "customFields"];
                found.extend(all(&objects, Value::is_object));
                found
            })
        },
    ),
];
