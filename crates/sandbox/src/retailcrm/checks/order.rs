//! What the `order` of `POST /api/v5/orders/create` and `…/{id}/edit` has to be like.

use serde_json::Value;

use crate::check::{Check, Detail};

use super::super::orders::{METHODS, STATUSES, TYPES};
use super::links::{Linked, nobody};
use super::values::{
    CHOICE, EXTRA, Entity, INVALID, date, date_time, flag, list_of, nothing_empty, of_written,
    one_of, text, whole_number,
};
use super::{Endpoint, Refusal, Row, Seen};

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

const fn row(check: Check, finds: fn(&Seen<'_>) -> Vec<Detail>) -> Row {
    Row { check, refusal: Refusal::EntityMap, finds }
}

fn order(seen: &Seen<'_>, check: impl Fn(&Entity<'_>) -> Vec<Detail>) -> Vec<Detail> {
    if seen.is(Endpoint::OrderCreate) || seen.is(Endpoint::OrderEdit) {
        of_written(seen, check)
    } else {
        Vec::new()
    }
}

fn each(seen: &Seen<'_>, names: &[&str], good: fn(&Value) -> bool) -> Vec<Detail> {
    order(seen, |it| {
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
    finds: |seen| {
        order(seen, |it| {
            if seen.is(Endpoint::OrderCreate) && !it.has("externalId") {
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
        |seen| {
            order(seen, |it| {
                let known = [TEXTS, NUMBERS, FLAGS, OBJECTS, LISTS, OTHERS].concat();
                let mut found = it.only(&known);
                // The official Python client repeats the id it edits by.
                let edit = seen.is(Endpoint::OrderEdit);
                found.retain(|detail| !(edit && detail.field == "id"));
                found.extend(Linked::Customer.extra(it));
                found
            })
        },
    ),
    row(Check::guess("order.nothing_empty", "§6", "nothing empty or null is sent"), |seen| {
        order(seen, |it| {
            let mut found = nothing_empty(it);
            // An empty customer is named by nothing, which the CRM says in other words.
            found.retain(|detail| detail.field != "customer");
            found
        })
    }),
    row(
        Check::guess("order.whose", "§6", "an order is created with a firstName or a customer"),
        |seen| {
            order(seen, |it| {
                let named = it.has("firstName") || it.has("customer");
                if seen.is(Endpoint::OrderCreate) && !named {
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
        |seen| {
            order(seen, |it| {
                let edited = seen.is(Endpoint::OrderEdit).then(|| seen.order()).flatten();
                let own = edited.map(|order| order.id);
                let site = edited.map_or_else(|| seen.site(), |order| Some(order.site.clone()));
                it.unless("externalId", "This value is already used.", |id| {
                    !seen.account.orders.iter().any(|other| {
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
        |seen| {
            order(seen, |it| {
                if seen.is(Endpoint::OrderEdit) && it.has("items") {
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
        |seen| each(seen, TEXTS, text),
    ),
    row(
        Check::documented(
            "order.codes_known",
            "§6",
            "orderMethod, orderType and status are codes the account has",
        ),
        |seen| {
            order(seen, |it| {
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
        |seen| each(seen, NUMBERS, Value::is_number),
    ),
    row(
        Check::documented("order.flags", "§6", "call, expired and shipped are true or false"),
        |seen| each(seen, FLAGS, flag),
    ),
    row(Check::documented("order.manager_form", "§6", "managerId is a number"), |seen| {
        each(seen, &["managerId"], whole_number)
    }),
    row(Check::guess("order.manager_known", "§6", "managerId is a user of the account"), |seen| {
        order(seen, |it| nobody(it, "managerId"))
    }),
    row(
        Check::documented(
            "order.customer_form",
            "§6",
            "customer is an object with an id or an externalId",
        ),
        |seen| order(seen, |it| Linked::Customer.form(it)),
    ),
    row(Check::guess("order.customer_known", "§6", "customer is one the key reaches"), |seen| {
        order(seen, |it| Linked::Customer.known(it, seen))
    }),
    row(
        Check::documented(
            "order.dates",
            "§1.3, §6",
            "createdAt is Y-m-d H:i:s, shipmentDate is Y-m-d, days that exist",
        ),
        |seen| {
            let moment = |it: &Value| it.as_str().is_some_and(date_time);
            let day = |it: &Value| it.as_str().is_some_and(date);
            let mut found = each(seen, &["createdAt"], moment);
            found.extend(each(seen, &["shipmentDate"], day));
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
        |seen| {
            let mut found = each(seen, OBJECTS, Value::is_object);
            found.extend(each(seen, LISTS, |it| list_of(it, Value::is_object)));
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
    finds: |seen| {
        order(seen, |it| {
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
