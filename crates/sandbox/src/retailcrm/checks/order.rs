//! Checks of `order` in `POST /api/v5/orders/create` and `…/{id}/edit`.

use crate::check::{Detail, documented, guess};
use crate::schema::field;

use super::super::journal::Subject;
use super::super::orders::{METHODS, STATUSES, TYPES};
use super::super::store::{id_of, text as text_of};
use super::Endpoint::{OrderCreate, OrderEdit};
use super::kinds::{DAY, FLAG, MOMENT, NUMBER, OBJECT, OBJECTS, TEXT, USER, WHOLE, choice};
use super::links;
use super::values::{EXTRA, TAKEN};
use super::{Field, Kind, Refusal, Row, Schema, When};

const CREATE: &[When] = &[When::On(&[OrderCreate])];

const FREE: Kind = Kind::new("one that no other order of the shop has", |it, cx| {
    let edited = cx.order().filter(|_| cx.is(OrderEdit));
    let site = edited.and_then(|order| text_of(order, "site")).map(str::to_owned);
    let site = site.or_else(|| cx.site());
    cx.is_free(Subject::Order, it, edited.map(id_of), site.as_deref())
})
.example(r#""free-1""#, r#"["site-1499"]"#)
.says(TAKEN);

pub(super) const NEEDED: &[Row] = &[Row::new(
    "order.externalId.required",
    guess("§6"),
    "an order is created with an externalId: without it a repeat doubles the order",
    Refusal::Says(400, "Parameter 'externalId' in 'order' is missing"),
    |cx| {
        let orders = cx.objects_of(&[OrderCreate]);
        Detail::whole_if(orders.iter().any(|it| !it.has("externalId")))
    },
)];

const fn text(name: &'static str) -> Field {
    field(name).form(TEXT, documented("§6"))
}

const fn code(name: &'static str, codes: &'static [&'static str]) -> Field {
    text(name).value(choice(codes).refusing(r#"["no such code"]"#), documented("§6"))
}

const fn number(name: &'static str) -> Field {
    field(name).form(NUMBER, documented("§6"))
}

const fn flag(name: &'static str) -> Field {
    field(name).form(FLAG, documented("§6"))
}

const fn object(name: &'static str) -> Field {
    field(name).form(OBJECT, documented("§6"))
}

pub(super) const ORDER: Schema = Schema::new(
    "order",
    Refusal::EntityMap,
    |cx| cx.objects_of(&[OrderCreate, OrderEdit]),
    &[
        text("number"),
        text("externalId").value(FREE, guess("§6")),
        code("orderMethod", METHODS),
        code("orderType", TYPES),
        code("status", STATUSES),
        text("statusComment"),
        text("privilegeType"),
        text("countryIso"),
        field("firstName")
            .required(guess("§6"))
            .when(&[When::On(&[OrderCreate]), When::Without("customer")])
            .says("Specify the first name")
            .form(TEXT, documented("§6")),
        text("lastName"),
        text("patronymic"),
        text("phone"),
        text("additionalPhone"),
        text("email"),
        text("customerComment"),
        text("managerComment"),
        text("shipmentStore"),
        number("weight"),
        number("length"),
        number("width"),
        number("height"),
        number("discountManualAmount"),
        number("discountManualPercent"),
        number("mark"),
        flag("call"),
        flag("expired"),
        flag("shipped"),
        object("contragent"),
        object("delivery"),
        object("source"),
        object("customFields"),
        // An edit would replace the items with everything about them.
        field("items").only(guess("§6")).when(CREATE).says(EXTRA).form(OBJECTS, documented("§6")),
        field("payments").form(OBJECTS, documented("§6")),
        field("managerId").form(WHOLE, documented("§6")).value(USER, guess("§6")),
        links::customer(documented("§6"), guess("§6")),
        field("createdAt").form(MOMENT, documented("§1.3, §6")),
        field("shipmentDate").form(DAY, documented("§1.3, §6")),
    ],
)
.of(&[OrderCreate, OrderEdit])
// The official Python client repeats the id of the path.
.known(guess("§6"))
.ignoring(&["id"], &[OrderEdit])
.not_blank(guess("§6"));

pub(super) const ITEMS: &[Row] = &[Row::new(
    "order.items.offer.known",
    documented("§6"),
    "the offer of an item is in the catalogue, which holds nothing in this account",
    Refusal::NotLoadedList("Order is not loaded"),
    |cx| {
        let orders = cx.objects_of(&[OrderCreate, OrderEdit]);
        let items = orders.iter().flat_map(|it| it.each("items"));
        let offers = items.filter_map(|item| item.inside("offer"));
        offers
            .filter_map(|offer| {
                let id = offer.fields.get("id")?;
                Some(offer.at("id", format!("Offer with id {id} not found.")))
            })
            .collect()
    },
)];
