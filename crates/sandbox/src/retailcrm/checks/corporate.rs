//! Checks of `customerCorporate` in `POST /api/v5/customers-corporate/create` and `…/{id}/edit`.

use serde_json::Value;

use crate::check::{Check, Detail};

use super::parts::{COMPANY, CONTACT, CONTACT_CUSTOMER};
use super::values::{
    BLANK, CHOICE, Entity, INVALID, date_time, flag, list_of, nothing_empty, of_written, one_of,
    text, texts_only, whole_number,
};
use super::{Endpoint, Refusal, RequestContext, Row};

const FIELDS: &[&str] = &[
    "type",
    "externalId",
    "nickName",
    "createdAt",
    "managerId",
    "vip",
    "bad",
    "source",
    "addTags",
    "removeTags",
    "customFields",
    "personalDiscount",
];

/// Fields of a new corporate customer only; later they have their own paths.
const PARTS: &[&str] = &["customerContacts", "companies", "addresses"];

const fn row(check: Check, finds: fn(&RequestContext<'_>) -> Vec<Detail>) -> Row {
    Row { check, refusal: Refusal::EntityMap, finds }
}

fn corporate(cx: &RequestContext<'_>, check: impl Fn(&Entity<'_>) -> Vec<Detail>) -> Vec<Detail> {
    if cx.is(Endpoint::CorporateCreate) || cx.is(Endpoint::CorporateEdit) {
        of_written(cx, check)
    } else {
        Vec::new()
    }
}

fn all(it: &Entity<'_>, names: &[&str], good: fn(&Value) -> bool) -> Vec<Detail> {
    let names = names.iter();
    names.flat_map(|name| it.unless(name, INVALID, good)).collect()
}

pub(super) const WRITTEN: &[Row] = &[
    row(
        Check::guess(
            "corporate.known_fields",
            "§5.6",
            "no field a corporate customer does not have, and none that only the CRM writes; \
             contacts, companies and addresses with a new one only",
        ),
        |cx| {
            corporate(cx, |it| {
                let mut found = it.only(&[FIELDS, PARTS].concat());
                if cx.is(Endpoint::CorporateEdit) {
                    found = it.only(FIELDS);
                    // The official Python client repeats the id of the path.
                    found.retain(|detail| detail.field != "id");
                }
                for contact in it.each("customerContacts") {
                    found.extend(contact.only(CONTACT));
                    let customer = contact.inside("customer");
                    found.extend(customer.iter().flat_map(|it| it.only(CONTACT_CUSTOMER)));
                }
                let companies = it.each("companies");
                found.extend(companies.iter().flat_map(|it| it.only(COMPANY)));
                found
            })
        },
    ),
    row(Check::guess("corporate.nothing_empty", "§5.6", "nothing empty or null is sent"), |cx| {
        corporate(cx, nothing_empty)
    }),
    row(
        Check::guess(
            "corporate.nick_name_given",
            "§5.6",
            "a corporate customer is created with a nickName",
        ),
        |cx| {
            corporate(cx, |it| {
                if cx.is(Endpoint::CorporateCreate) && !it.has("nickName") {
                    it.at("nickName", BLANK)
                } else {
                    Vec::new()
                }
            })
        },
    ),
    row(
        Check::guess(
            "corporate.external_id_free",
            "§5.6",
            "no other corporate customer of the shop has this externalId",
        ),
        |cx| {
            corporate(cx, |it| {
                let own = cx.corporate().map(|it| it.id);
                let site = cx.site();
                it.unless("externalId", "This value is already used.", |id| {
                    !cx.account.corporates.iter().any(|other| {
                        Some(other.id) != own
                            && other.external_id.as_deref() == id.as_str()
                            && site.as_ref().is_none_or(|site| other.site == *site)
                    })
                })
            })
        },
    ),
    row(Check::documented("corporate.type", "§5.6", "type is customer_corporate"), |cx| {
        corporate(cx, |it| it.unless("type", CHOICE, one_of(&["customer_corporate"])))
    }),
    row(Check::documented("corporate.texts", "§5.6", "externalId and nickName are texts"), |cx| {
        corporate(cx, |it| all(it, &["externalId", "nickName"], text))
    }),
    row(Check::documented("corporate.manager_form", "§5.6", "managerId is a number"), |cx| {
        corporate(cx, |it| it.unless("managerId", INVALID, whole_number))
    }),
    row(
        Check::guess("corporate.manager_known", "§5.6", "managerId is a user of the account"),
        |cx| {
            corporate(cx, |it| {
                it.unless("managerId", CHOICE, |id| {
                    id.as_u64().is_none_or(|id| cx.account.user(id).is_some())
                })
            })
        },
    ),
    row(
        Check::documented(
            "corporate.others",
            "§5.6",
            "vip and bad are true or false, createdAt is Y-m-d H:i:s, customFields an object, \
             personalDiscount a number, source an object of texts, addTags and removeTags lists of \
             texts",
        ),
        |cx| {
            corporate(cx, |it| {
                let mut found = all(it, &["vip", "bad"], flag);
                found.extend(all(it, &["createdAt"], |it| it.as_str().is_some_and(date_time)));
                found.extend(all(it, &["customFields"], Value::is_object));
                found.extend(all(it, &["personalDiscount"], Value::is_number));
                found.extend(all(it, &["source"], |it| {
                    let known = ["source", "medium", "campaign", "keyword", "content"];
                    texts_only(it, &known)
                }));
                let tags = |it: &Value| list_of(it, text);
                found.extend(all(it, &["addTags", "removeTags"], tags));
                found
            })
        },
    ),
    row(
        Check::documented(
            "corporate.parts_form",
            "§5.6",
            "customerContacts, companies and addresses are lists of objects",
        ),
        |cx| corporate(cx, |it| all(it, PARTS, |it| list_of(it, Value::is_object))),
    ),
];
