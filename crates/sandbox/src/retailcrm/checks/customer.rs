//! Checks of `customer` in `POST /api/v5/customers/create` and `…/{id}/edit`.

use serde_json::Value;

use crate::check::{Check, Detail};

use super::values::{
    CHOICE, Entity, INVALID, date, date_time, flag, list_of, nothing_empty, of_written, one_of,
    text, texts_only, whole_number,
};
use super::{Endpoint, Refusal, RequestContext, Row};

const FIELDS: &[&str] = &[
    "type",
    "externalId",
    "isContact",
    "createdAt",
    "managerId",
    "vip",
    "bad",
    "contragent",
    "addTags",
    "removeTags",
    "customFields",
    "personalDiscount",
    "address",
    "firstName",
    "lastName",
    "patronymic",
    "sex",
    "email",
    "phones",
    "birthday",
    "source",
    "photoUrl",
];

const TEXTS: &[&str] = &["externalId", "firstName", "lastName", "patronymic", "email", "photoUrl"];

const fn row(check: Check, finds: fn(&RequestContext<'_>) -> Vec<Detail>) -> Row {
    Row { check, refusal: Refusal::EntityMap, finds }
}

fn customer(cx: &RequestContext<'_>, check: impl Fn(&Entity<'_>) -> Vec<Detail>) -> Vec<Detail> {
    if cx.is(Endpoint::CustomerCreate) || cx.is(Endpoint::CustomerEdit) {
        of_written(cx, check)
    } else {
        Vec::new()
    }
}

pub(super) const NEEDED: &[Row] = &[Row {
    check: Check::answered(
        "customer.external_id_given",
        "§1.4, §5.3",
        "a strict account creates a customer with an externalId only",
    ),
    refusal: Refusal::Says(400, "Parameter 'externalId' in 'customer' is missing"),
    finds: |cx| {
        customer(cx, |it| {
            let demands = cx.account.strict && cx.is(Endpoint::CustomerCreate);
            if demands && !it.has("externalId") { vec![Detail::whole()] } else { Vec::new() }
        })
    },
}];

pub(super) const WRITTEN: &[Row] = &[
    row(
        Check::guess(
            "customer.known_fields",
            "§5.1",
            "no field a customer does not have (there is no company), and none that only the CRM \
             writes",
        ),
        |cx| {
            customer(cx, |it| {
                let mut found = it.only(FIELDS);
                // The official Python client repeats the id of the path.
                let edit = cx.is(Endpoint::CustomerEdit);
                found.retain(|detail| !(edit && detail.field == "id"));
                found.extend(it.each("phones").iter().flat_map(|it| it.only(&["number"])));
                found
            })
        },
    ),
    row(
        Check::guess("customer.nothing_empty", "§5.3, §5.4", "nothing empty or null is sent"),
        |cx| customer(cx, nothing_empty),
    ),
    row(
        Check::documented(
            "customer.first_name_given",
            "§5.3",
            "a customer is created with a firstName",
        ),
        |cx| {
            customer(cx, |it| {
                if cx.is(Endpoint::CustomerCreate) && !it.has("firstName") {
                    it.at("firstName", "Specify the first name")
                } else {
                    Vec::new()
                }
            })
        },
    ),
    row(
        Check::guess(
            "customer.external_id_free",
            "§5.3",
            "no other customer of the shop has this externalId",
        ),
        |cx| {
            customer(cx, |it| {
                let own = cx.customer().map(|customer| customer.id);
                let site = cx.site();
                it.unless("externalId", "This value is already used.", |id| {
                    !cx.account.customers.iter().any(|other| {
                        Some(other.id) != own
                            && other.external_id.as_deref() == id.as_str()
                            && site.as_ref().is_none_or(|site| other.site == *site)
                    })
                })
            })
        },
    ),
    row(Check::documented("customer.type", "§5.3", "type is customer"), |cx| {
        customer(cx, |it| it.unless("type", CHOICE, one_of(&["customer"])))
    }),
    row(
        Check::documented(
            "customer.texts",
            "§5.1",
            "externalId, names, email and photoUrl are texts",
        ),
        |cx| {
            customer(cx, |it| {
                let names = TEXTS.iter();
                names.flat_map(|name| it.unless(name, INVALID, text)).collect()
            })
        },
    ),
    row(
        Check::documented("customer.flags", "§5.1", "isContact, vip and bad are true or false"),
        |cx| {
            customer(cx, |it| {
                let names = ["isContact", "vip", "bad"];
                names.iter().flat_map(|name| it.unless(name, INVALID, flag)).collect()
            })
        },
    ),
    row(
        Check::documented(
            "customer.phones_form",
            "§5.1, §5.3",
            "phones is a list of {number}, each a text, in whatever form",
        ),
        |cx| {
            customer(cx, |it| {
                let number = |it: &Value| it.get("number").is_some_and(Value::is_string);
                it.unless("phones", INVALID, |it| list_of(it, number))
            })
        },
    ),
    row(Check::documented("customer.manager_form", "§5.1", "managerId is a number"), |cx| {
        customer(cx, |it| it.unless("managerId", INVALID, whole_number))
    }),
    row(
        Check::guess("customer.manager_known", "§5.1", "managerId is a user of the account"),
        |cx| {
            customer(cx, |it| {
                it.unless("managerId", CHOICE, |id| {
                    id.as_u64().is_none_or(|id| cx.account.user(id).is_some())
                })
            })
        },
    ),
    row(
        Check::documented(
            "customer.dates",
            "§1.3, §5.1",
            "createdAt is Y-m-d H:i:s, birthday is Y-m-d, days that exist",
        ),
        |cx| {
            customer(cx, |it| {
                let moment = |it: &Value| it.as_str().is_some_and(date_time);
                let day = |it: &Value| it.as_str().is_some_and(date);
                let mut found = it.unless("createdAt", INVALID, moment);
                found.extend(it.unless("birthday", INVALID, day));
                found
            })
        },
    ),
    row(
        Check::documented(
            "customer.objects",
            "§5.1",
            "contragent and address are objects, and so are customFields, a map by code",
        ),
        |cx| {
            customer(cx, |it| {
                let names = ["contragent", "address", "customFields"];
                names.iter().flat_map(|name| it.unless(name, INVALID, Value::is_object)).collect()
            })
        },
    ),
    row(
        Check::documented("customer.tags", "§5.1", "addTags and removeTags are lists of texts"),
        |cx| {
            customer(cx, |it| {
                let texts = |it: &Value| list_of(it, text);
                let mut found = it.unless("addTags", INVALID, texts);
                found.extend(it.unless("removeTags", INVALID, texts));
                found
            })
        },
    ),
    row(
        Check::documented(
            "customer.others",
            "§5.1",
            "sex is male or female, personalDiscount a number, source an object of texts",
        ),
        |cx| {
            customer(cx, |it| {
                let mut found = it.unless("sex", CHOICE, one_of(&["male", "female"]));
                found.extend(it.unless("personalDiscount", INVALID, Value::is_number));
                found.extend(it.unless("source", INVALID, |it| {
                    let known = ["source", "medium", "campaign", "keyword", "content"];
                    texts_only(it, &known)
                }));
                found
            })
        },
    ),
];
