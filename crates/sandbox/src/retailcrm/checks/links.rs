//! References to customers and orders in other objects.

use serde_json::Value;

use crate::check::Source;
use crate::schema::field;

use super::super::journal::Subject;
use super::values::CHOICE;
use super::{Field, Kind};

pub(super) const SET_ONE: &str = "Set one of the following fields: id, externalId";

pub(super) const OF_CUSTOMER: &[&str] = &["id", "externalId"];
pub(super) const OF_ORDER: &[&str] = &["id", "externalId", "number"];

fn has_one(value: &Value, names: &[&str]) -> bool {
    names.iter().any(|name| value.get(name).is_some())
}

/// Returns true unless an object names nothing; other values have a rule of their own.
fn is_named(value: &Value, names: &[&str]) -> bool {
    !value.is_object() || has_one(value, names)
}

fn is_reference(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| {
        fields.iter().all(|(name, value)| match name.as_str() {
            "id" => value.is_u64(),
            "type" => value.as_str() == Some("customer"),
            _ => value.is_string(),
        })
    })
}

/// Returns true if a reference in an attachment would be refused for its form.
pub(super) fn is_malformed(value: &Value, names: &[&str]) -> bool {
    !is_named(value, names) || !is_reference(value)
}

/// A reference that has to be there and to name its entity.
pub(super) const NAMED_BY_ID: Kind =
    Kind::new("an object with an id or an externalId", |it, _| has_one(it, OF_CUSTOMER))
        .example(r#"{"id": 60}"#, r#"[{}, {"site": "shop-one"}, 60]"#)
        .says(SET_ONE);

const NAMED_CUSTOMER: Kind = Kind::new("by id or externalId", |it, _| is_named(it, OF_CUSTOMER))
    .refusing(r#"[{}, {"site": "shop-one"}]"#)
    .says(SET_ONE);

const NAMED_ORDER: Kind = Kind::new("by id, externalId or number", |it, _| is_named(it, OF_ORDER))
    .refusing("[{}]")
    .says("Set one of the following fields: id, externalId, number");

const REFERENCE: Kind =
    Kind::new("an object of an id, a number, and of texts", |it, _| is_reference(it))
        .refusing(r#"[{"id": "205"}, {"id": 205, "site": 5}, 205]"#);

const KNOWN_CUSTOMER: Kind =
    Kind::new("a customer that the key reaches, of the shop that is named", |it, cx| {
        cx.reference(Subject::Customer, it).is_some()
    })
    .example(r#"{"id": 205}"#, r#"[{"id": 4711}, {"id": 205, "site": "shop-two"}]"#)
    .says(CHOICE);

const KNOWN_ORDER: Kind =
    Kind::new("an order that the key reaches, of the shop that is named", |it, cx| {
        cx.reference(Subject::Order, it).is_some()
    })
    .example(r#"{"number": "501A"}"#, r#"[{"id": 4711}, {"number": "4711A"}]"#)
    .says(CHOICE);

const CUSTOMER_NAMES: &[Field] = &[field("id"), field("externalId"), field("site"), field("type")];
const ORDER_NAMES: &[Field] =
    &[field("id"), field("externalId"), field("number"), field("site"), field("type")];

/// The field `customer`, a reference; an empty one has a message of its own.
pub(super) const fn customer(form: Source, known: Source) -> Field {
    field("customer")
        .form(NAMED_CUSTOMER, form)
        .value(REFERENCE, form)
        .value(KNOWN_CUSTOMER, known)
        .blank_elsewhere(|_, _| true)
        .inside(CUSTOMER_NAMES)
}

/// The field `order`, a reference; an empty one has a message of its own.
pub(super) const fn order(form: Source, known: Source) -> Field {
    field("order")
        .form(NAMED_ORDER, form)
        .value(REFERENCE, form)
        .value(KNOWN_ORDER, known)
        .blank_elsewhere(|_, _| true)
        .inside(ORDER_NAMES)
}
