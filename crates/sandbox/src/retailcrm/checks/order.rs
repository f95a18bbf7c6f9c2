//! Checks of `order` in `POST /api/v5/orders/create` and `…/{id}/edit`.

use serde_json::Value;

use crate::check::{Check, Detail};

use super::super::orders::{METHODS, STATUSES, TYPES};
use super::links::{Linked, unknown_employee};
use super::values::{
    CHOICE, EXTRA, Entity, INVALID, date, date_time, flag, list_of, nothing_empty, of_written,
    one_of, text, whole_number,
};
use super::{Endpoint, Refusal, RequestContext, Row};

const TEXTS: &[&str] = &[
    "number",
    "externalId",
    "orderMethod",
    "orderType",
    "status",
    "statusComment",
    "privilegeType",
    "countryIso",
    "firstName",
    "lastName",
    "patronymic",
    "phone",
    "additionalPhone",
    "email",
    "customerComment",
    "managerComment",
    "shipmentStore",
];
const NUMBERS: &[&str] = &[
    "weight",
    "length",
    "width",
    "height",
    "discountManualAmount",
    "discountManualPercent",
    "mark",
];
const FLAGS: &[&str] = &["call", "expired", "shipped"];
const OBJECTS: &[&str] = &["contragent", "delivery", "source", "customFields"];
const LISTS: &[&str] = &["items", "payments"];
const OTHERS: &[&str] = &["managerId", "customer", "createdAt", "shipmentDate"];

const fn row(check: Check, finds: fn(&RequestContext<'_>) -> Vec<Detail>) -> Row {
    Row { check, refusal: Refusal::EntityMap, finds }
}

fn order(cx: &RequestContext<'_>, check: impl Fn(&Entity<'_>) -> Vec<Detail>) -> Vec<Detail> {
    if cx.is(Endpoint::OrderCreate) || cx.is(Endpoint::OrderEdit) {
        of_written(cx, check)
    } else {
        Vec::new()
    }
}

fn each(cx: &RequestContext<'_>, names: &[&str], good: fn(&Value) -> bool) -> Vec<Detail> {
    order(cx, |it| {
        let names = names.iter();
        names.flat_map(|name| it.unless(name, INVALID, good)).collect()
    })
}

pub(super) const NEEDED: &[Row] = &[Row {
    check: Check::guess(
        "order.external_id_given",
        "§6",
        "an order is created with an externalId: without it a repeat doubles the order",
    ),
    refusal: Refusal::Says(400, "Parameter 'externalId' in 'order' is missing"),
    finds: |cx| {
        order(cx, |it| {
            if cx.is(Endpoint::OrderCreate) && !it.has("externalId") {
                vec![Detail::whole()]
            } else {
                Vec::new()
            }
        })
    },
}];

pub(super) const WRITTEN: &[Row] = &[
    row(
        Check::guess(
            "order.known_fields",
            "§6",
            "no field an order does not have, and none that only the CRM writes",
        ),
        |cx| {
            order(cx, |it| {
                let known = [TEXTS, NUMBERS, FLAGS, OBJECTS, LISTS, OTHERS].concat();
                let mut found = it.only(&known);
                // The official Python client repeats the id of the path.
                let edit = cx.is(Endpoint::OrderEdit);
                found.retain(|detail| !(edit && detail.field == "id"));
                found.extend(Linked::Customer.extra(it));
                found
            })
        },
    ),
    row(Check::guess("order.nothing_empty", "§6", "nothing empty or null is sent"), |cx| {
        order(cx, |it| {
            let mut found = nothing_empty(it);
            // An empty reference has another message.
            found.retain(|detail| detail.field != "customer");
            found
        })
    }),
    row(
        Check::guess("order.whose", "§6", "an order is created with a firstName or a customer"),
        |cx| {
            order(cx, |it| {
                let named = it.has("firstName") || it.has("customer");
                if cx.is(Endpoint::OrderCreate) && !named {
                    it.at("firstName", "Specify the first name")
                } else {
                    Vec::new()
                }
            })
        },
    ),
    row(
        Check::guess(
            "order.external_id_free",
            "§6",
            "no other order of the shop has this externalId",
        ),
        |cx| {
            order(cx, |it| {
                let edited = cx.is(Endpoint::OrderEdit).then(|| cx.order()).flatten();
                let own = edited.map(|order| order.id);
                let site = edited.map_or_else(|| cx.site(), |order| Some(order.site.clone()));
                it.unless("externalId", "This value is already used.", |id| {
                    !cx.account.orders.iter().any(|other| {
                        Some(other.id) != own
                            && other.external_id.is_some()
                            && other.external_id.as_deref() == id.as_str()
                            && site.as_ref().is_none_or(|site| other.site == *site)
                    })
                })
            })
        },
    ),
    row(
        Check::guess(
            "order.items_stay",
            "§6",
            "an edit sends no items: it would replace them with everything about them",
        ),
        |cx| {
            order(cx, |it| {
                if cx.is(Endpoint::OrderEdit) && it.has("items") {
                    it.at("items", EXTRA)
                } else {
                    Vec::new()
                }
            })
        },
    ),
    row(
        Check::documented(
            "order.texts",
            "§6",
            "externalId, number, codes, names, phone, email and comments are texts",
        ),
        |cx| each(cx, TEXTS, text),
    ),
    row(
        Check::documented(
            "order.codes_known",
            "§6",
            "orderMethod, orderType and status are codes the account has",
        ),
        |cx| {
            order(cx, |it| {
                let lists = [("orderMethod", METHODS), ("orderType", TYPES), ("status", STATUSES)];
                let lists = lists.into_iter().filter(|(name, _)| it.text(name).is_some());
                lists.flat_map(|(name, known)| it.unless(name, CHOICE, one_of(known))).collect()
            })
        },
    ),
    row(
        Check::documented(
            "order.numbers",
            "§6",
            "measures, weight, mark and discounts are numbers",
        ),
        |cx| each(cx, NUMBERS, Value::is_number),
    ),
    row(
        Check::documented("order.flags", "§6", "call, expired and shipped are true or false"),
        |cx| each(cx, FLAGS, flag),
    ),
    row(Check::documented("order.manager_form", "§6", "managerId is a number"), |cx| {
        each(cx, &["managerId"], whole_number)
    }),
    row(Check::guess("order.manager_known", "§6", "managerId is a user of the account"), |cx| {
        order(cx, |it| unknown_employee(it, "managerId"))
    }),
    row(
        Check::documented(
            "order.customer_form",
            "§6",
            "customer is an object with an id or an externalId",
        ),
        |cx| order(cx, |it| Linked::Customer.form(it)),
    ),
    row(Check::guess("order.customer_known", "§6", "customer is one the key reaches"), |cx| {
        order(cx, |it| Linked::Customer.known(it, cx))
    }),
    row(
        Check::documented(
            "order.dates",
            "§1.3, §6",
            "createdAt is Y-m-d H:i:s, shipmentDate is Y-m-d, days that exist",
        ),
        |cx| {
            let moment = |it: &Value| it.as_str().is_some_and(date_time);
            let day = |it: &Value| it.as_str().is_some_and(date);
            let mut found = each(cx, &["createdAt"], moment);
            found.extend(each(cx, &["shipmentDate"], day));
            found
        },
    ),
    row(
        Check::documented(
            "order.objects",
            "§6",
            "contragent, delivery, source and customFields are objects, items and payments lists \
             of objects",
        ),
        |cx| {
            let mut found = each(cx, OBJECTS, Value::is_object);
            found.extend(each(cx, LISTS, |it| list_of(it, Value::is_object)));
            found
        },
    ),
];

pub(super) const ITEMS: &[Row] = &[Row {
    check: Check::documented(
        "order.offer_known",
        "§6",
        "the offer of an item is in the catalogue, which holds nothing in this account",
    ),
    refusal: Refusal::NotLoadedList("Order is not loaded"),
    finds: |cx| {
        order(cx, |it| {
            let items = it.each("items").into_iter();
            items
                .filter_map(|item| {
                    Some((item.inside("offer")?, item.inside("offer")?.fields.get("id")?.clone()))
                })
                .flat_map(|(offer, id)| offer.at("id", format!("Offer with id {id} not found.")))
                .collect()
        })
    },
}];
