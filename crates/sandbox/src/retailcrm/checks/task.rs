//! What the `task` of `POST /api/v5/tasks/create` and `…/{id}/edit` has to be like.

use serde_json::Value;

use crate::check::{Check, Detail};

use super::links::{Linked, nobody};
use super::values::{
    CHOICE, Entity, INVALID, date_time, flag, nothing_empty, of_written, phone, text, whole_number,
};
use super::{Endpoint, Refusal, Row, Seen};

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

const fn row(check: Check, finds: fn(&Seen<'_>) -> Vec<Detail>) -> Row {
    Row { check, refusal: Refusal::NotLoaded("Task is not loaded"), finds }
}

fn task(seen: &Seen<'_>, check: impl Fn(&Entity<'_>) -> Vec<Detail>) -> Vec<Detail> {
    if seen.is(Endpoint::TaskCreate) || seen.is(Endpoint::TaskEdit) {
        of_written(seen, check)
    } else {
        Vec::new()
    }
}

fn each(seen: &Seen<'_>, names: &[&str], good: fn(&Value) -> bool) -> Vec<Detail> {
    task(seen, |it| {
        let names = names.iter();
        names.flat_map(|name| it.unless(name, INVALID, good)).collect()
    })
}

/// What this operation cannot do without.
fn given(seen: &Seen<'_>, endpoint: Endpoint, name: &str) -> Vec<Detail> {
    task(seen, |it| if seen.is(endpoint) { it.given(name) } else { Vec::new() })
}

/// `Y-m-d H:i`, a moment that exists.
fn minute(value: &Value) -> bool {
    value.as_str().is_some_and(|text| date_time(&format!("{text}:00")))
}

pub(super) const WRITTEN: &[Row] = &[
    row(Check::guess("task.known_fields", "§6", "no field a task does not have"), |seen| {
        task(seen, |it| {
            let mut found = it.only(FIELDS);
            // Official clients repeat the id they edit by.
            let edit = seen.is(Endpoint::TaskEdit);
            found.retain(|detail| !(edit && detail.field == "id"));
            found.extend(Linked::Customer.extra(it));
            found.extend(Linked::Order.extra(it));
            found
        })
    }),
    row(Check::guess("task.nothing_empty", "§6", "nothing empty or null is sent"), |seen| {
        task(seen, |it| {
            let mut found = nothing_empty(it);
            // What is named by nothing is answered in other words.
            found.retain(|detail| !matches!(&*detail.field, "customer" | "order"));
            found
        })
    }),
    row(Check::guess("task.text_given", "§6", "a task is created with a text"), |seen| {
        given(seen, Endpoint::TaskCreate, "text")
    }),
    row(
        Check::guess("task.performer_given", "§6", "a task is created with a performerId"),
        |seen| given(seen, Endpoint::TaskCreate, "performerId"),
    ),
    row(Check::answered("task.performer_kept", "§6", "an edit repeats the performerId"), |seen| {
        given(seen, Endpoint::TaskEdit, "performerId")
    }),
    row(
        Check::documented("task.texts", "§6", "text, commentary, phone and phoneSite are texts"),
        |seen| each(seen, &["text", "commentary", "phone", "phoneSite"], text),
    ),
    row(
        Check::documented(
            "task.datetime",
            "§1.3, §6",
            "datetime is Y-m-d H:i, without seconds, a moment that exists",
        ),
        |seen| each(seen, &["datetime"], minute),
    ),
    row(Check::documented("task.flags", "§6", "complete is true or false"), |seen| {
        each(seen, &["complete"], flag)
    }),
    row(Check::documented("task.performer_form", "§6", "performerId is a number"), |seen| {
        each(seen, &["performerId"], whole_number)
    }),
    row(
        Check::guess("task.performer_known", "§6", "performerId is a user of the account"),
        |seen| task(seen, |it| nobody(it, "performerId")),
    ),
    row(
        Check::documented(
            "task.link_form",
            "§6",
            "customer is an object with an id or an externalId, order one with an id, an \
             externalId or a number",
        ),
        |seen| {
            task(seen, |it| {
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
        |seen| {
            task(seen, |it| {
                let mut found = Linked::Customer.known(it, seen);
                found.extend(Linked::Order.known(it, seen));
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
        |seen| task(seen, |it| it.unless("phone", INVALID, |it| !it.is_string() || phone(it))),
    ),
    row(
        Check::guess(
            "task.phone_site",
            "§1.9, §6",
            "phoneSite goes with phone, and is a shop the key reaches",
        ),
        |seen| {
            task(seen, |it| {
                if it.has("phoneSite") && !it.has("phone") {
                    return it.given("phone");
                }
                it.unless("phoneSite", CHOICE, |site| {
                    site.as_str().is_none_or(|site| seen.account.reaches_site(site))
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
    fn a_minute_is_a_date_and_a_time_without_seconds() {
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
