//! Checks of `task` in `POST /api/v5/tasks/create` and `…/{id}/edit`.

use serde_json::Value;

use crate::check::{Check, Detail};

use super::links::{Linked, unknown_employee};
use super::values::{
    CHOICE, Entity, INVALID, date_time, flag, nothing_empty, of_written, phone, text, whole_number,
};
use super::{Endpoint, Refusal, RequestContext, Row};

const FIELDS: &[&str] = &[
    "text",
    "commentary",
    "datetime",
    "performerId",
    "customer",
    "order",
    "phone",
    "phoneSite",
    "complete",
];

const fn row(check: Check, finds: fn(&RequestContext<'_>) -> Vec<Detail>) -> Row {
    Row { check, refusal: Refusal::NotLoaded("Task is not loaded"), finds }
}

fn task(cx: &RequestContext<'_>, check: impl Fn(&Entity<'_>) -> Vec<Detail>) -> Vec<Detail> {
    if cx.is(Endpoint::TaskCreate) || cx.is(Endpoint::TaskEdit) {
        of_written(cx, check)
    } else {
        Vec::new()
    }
}

fn each(cx: &RequestContext<'_>, names: &[&str], good: fn(&Value) -> bool) -> Vec<Detail> {
    task(cx, |it| {
        let names = names.iter();
        names.flat_map(|name| it.unless(name, INVALID, good)).collect()
    })
}

/// Violation for a missing required field of an operation.
fn required(cx: &RequestContext<'_>, endpoint: Endpoint, name: &str) -> Vec<Detail> {
    task(cx, |it| if cx.is(endpoint) { it.missing(name) } else { Vec::new() })
}

/// Returns true for a valid `Y-m-d H:i`.
fn minute(value: &Value) -> bool {
    value.as_str().is_some_and(|text| date_time(&format!("{text}:00")))
}

pub(super) const WRITTEN: &[Row] = &[
    row(Check::guess("task.known_fields", "§6", "no field a task does not have"), |cx| {
        task(cx, |it| {
            let mut found = it.only(FIELDS);
            // Official clients repeat the id of the path.
            let edit = cx.is(Endpoint::TaskEdit);
            found.retain(|detail| !(edit && detail.field == "id"));
            found.extend(Linked::Customer.extra(it));
            found.extend(Linked::Order.extra(it));
            found
        })
    }),
    row(Check::guess("task.nothing_empty", "§6", "nothing empty or null is sent"), |cx| {
        task(cx, |it| {
            let mut found = nothing_empty(it);
            // An empty reference has another message.
            found.retain(|detail| !matches!(&*detail.field, "customer" | "order"));
            found
        })
    }),
    row(Check::guess("task.text_given", "§6", "a task is created with a text"), |cx| {
        required(cx, Endpoint::TaskCreate, "text")
    }),
    row(Check::guess("task.performer_given", "§6", "a task is created with a performerId"), |cx| {
        required(cx, Endpoint::TaskCreate, "performerId")
    }),
    row(Check::answered("task.performer_kept", "§6", "an edit repeats the performerId"), |cx| {
        required(cx, Endpoint::TaskEdit, "performerId")
    }),
    row(
        Check::documented("task.texts", "§6", "text, commentary, phone and phoneSite are texts"),
        |cx| each(cx, &["text", "commentary", "phone", "phoneSite"], text),
    ),
    row(
        Check::documented(
            "task.datetime",
            "§1.3, §6",
            "datetime is Y-m-d H:i, without seconds, a moment that exists",
        ),
        |cx| each(cx, &["datetime"], minute),
    ),
    row(Check::documented("task.flags", "§6", "complete is true or false"), |cx| {
        each(cx, &["complete"], flag)
    }),
    row(Check::documented("task.performer_form", "§6", "performerId is a number"), |cx| {
        each(cx, &["performerId"], whole_number)
    }),
    row(Check::guess("task.performer_known", "§6", "performerId is a user of the account"), |cx| {
        task(cx, |it| unknown_employee(it, "performerId"))
    }),
    row(
        Check::documented(
            "task.link_form",
            "§6",
            "customer is an object with an id or an externalId, order one with an id, an \
             externalId or a number",
        ),
        |cx| {
            task(cx, |it| {
                let mut found = Linked::Customer.form(it);
                found.extend(Linked::Order.form(it));
                found
            })
        },
    ),
    row(
        Check::guess(
            "task.link_known",
            "§6",
            "customer and order are ones the key reaches, in the shop that is named",
        ),
        |cx| {
            task(cx, |it| {
                let mut found = Linked::Customer.known(it, cx);
                found.extend(Linked::Order.known(it, cx));
                found
            })
        },
    ),
    row(
        Check::guess(
            "task.phone_form",
            "§6",
            "phone is an international number, with or without the plus",
        ),
        |cx| task(cx, |it| it.unless("phone", INVALID, |it| !it.is_string() || phone(it))),
    ),
    row(
        Check::guess(
            "task.phone_site",
            "§1.9, §6",
            "phoneSite goes with phone, and is a shop the key reaches",
        ),
        |cx| {
            task(cx, |it| {
                if it.has("phoneSite") && !it.has("phone") {
                    return it.missing("phone");
                }
                it.unless("phoneSite", CHOICE, |site| {
                    site.as_str().is_none_or(|site| cx.account.reaches_site(site))
                })
            })
        },
    ),
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::minute;

    #[test]
    fn minute_is_a_date_and_time_without_seconds() {
        for (value, good) in [
            (json!("2026-03-14 11:20"), true),
            (json!("2026-03-14 11:20:00"), false),
            (json!("2026-02-30 11:20"), false),
            (json!("2026-03-14T11:20"), false),
            (json!("14.03.2026 11:20"), false),
            (json!(1), false),
        ] {
            assert_eq!(minute(&value), good, "{value}");
        }
    }
}
