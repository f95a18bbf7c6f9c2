//! Checks of `customer` in `POST /api/v5/customers/create` and `…/{id}/edit`.

use crate::check::{Detail, answered, documented, guess};
use crate::schema::field;

use super::super::journal::Subject;
use super::super::store::id_of;
use super::Endpoint::{CustomerCreate, CustomerEdit};
use super::kinds::{DAY, FLAG, MOMENT, NUMBER, OBJECT, SOURCE, TEXT, TEXTS, USER, WHOLE, choice};
use super::values::{TAKEN, list_of};
use super::{Kind, Refusal, Row, Schema, When};

/// In whatever form (§5.3).
const PHONES: Kind = Kind::new("a list of {number}, each a text", |it, _| {
    list_of(it, |it| it.get("number").is_some_and(serde_json::Value::is_string))
})
.example(
    r#"[{"number": "8 (029) 111-22-33"}]"#,
    r#"["375291112233", ["+375291112233"], [{"number": 5}]]"#,
)
.with_blank("[]");

const FREE: Kind = Kind::new("one that no other customer of the shop has", |it, cx| {
    let own = cx.customer().map(id_of);
    cx.is_free(Subject::Customer, it, own, cx.site().as_deref())
})
.example(r#""free-1""#, r#"["ext-61"]"#)
.says(TAKEN);

pub(super) const NEEDED: &[Row] = &[Row::new(
    "customer.externalId.required",
    answered("§1.4, §5.3"),
    "a strict account creates a customer with an externalId only",
    Refusal::Says(400, "Parameter 'externalId' in 'customer' is missing"),
    |cx| {
        let customers = cx.objects_of(&[CustomerCreate]);
        Detail::whole_if(cx.account.strict && customers.iter().any(|it| !it.has("externalId")))
    },
)];

pub(super) const CUSTOMER: Schema = Schema::new(
    "customer",
    Refusal::EntityMap,
    |cx| cx.objects_of(&[CustomerCreate, CustomerEdit]),
    &[
        field("type").form(choice(&["customer"]), documented("§5.3")),
        field("externalId").form(TEXT, documented("§5.1")).value(FREE, guess("§5.3")),
        field("isContact").form(FLAG, documented("§5.1")),
        field("createdAt").form(MOMENT, documented("§1.3, §5.1")),
        field("managerId").form(WHOLE, documented("§5.1")).value(USER, guess("§5.1")),
        field("vip").form(FLAG, documented("§5.1")),
        field("bad").form(FLAG, documented("§5.1")),
        field("contragent").form(OBJECT, documented("§5.1")),
        field("addTags").form(TEXTS, documented("§5.1")),
        field("removeTags").form(TEXTS, documented("§5.1")),
        field("customFields").form(OBJECT, documented("§5.1")),
        field("personalDiscount").form(NUMBER, documented("§5.1")),
        field("address").form(OBJECT, documented("§5.1")),
        field("firstName")
            .required(documented("§5.3"))
            .when(&[When::On(&[CustomerCreate])])
            .says("Specify the first name")
            .form(TEXT, documented("§5.1")),
        field("lastName").form(TEXT, documented("§5.1")),
        field("patronymic").form(TEXT, documented("§5.1")),
        field("sex").form(choice(&["male", "female"]), documented("§5.1")),
        field("email").form(TEXT, documented("§5.1")),
        field("phones").form(PHONES, documented("§5.1, §5.3")).each(&[field("number")]),
        field("birthday").form(DAY, documented("§1.3, §5.1")),
        field("source").form(SOURCE, documented("§5.1")),
        field("photoUrl").form(TEXT, documented("§5.1")),
    ],
)
.of(&[CustomerCreate, CustomerEdit])
// There is no company, and the official Python client repeats the id of the path.
.known(guess("§5.1"))
.ignoring(&["id"], &[CustomerEdit])
.not_blank(guess("§5.3, §5.4"));
