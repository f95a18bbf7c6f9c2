//! What the values in a query have to be like.

use crate::check::{Check, Detail};

use super::routes::Endpoint;
use super::values::{CHOICE, INVALID, date, date_time, is_phone};
use super::{Refusal, Row, Seen};

const LIMITS: &[&str] = &["20", "50", "100"];
const FLAGS: &[&str] = &["0", "1"];
const STATUSES: &[&str] = &["free", "busy", "dinner", "break"];

const fn row(check: Check, finds: fn(&Seen<'_>) -> Vec<Detail>) -> Row {
    Row {
        check,
        refusal: Refusal::Input,
        finds,
    }
}

fn unless(seen: &Seen<'_>, name: &str, text: &'static str, good: fn(&str) -> bool) -> Vec<Detail> {
    match seen.parameter(name) {
        Some(value) if !good(value) => vec![Detail::new(name, text)],
        _ => Vec::new(),
    }
}

pub(super) const VALUES: &[Row] = &[
    row(
        Check::documented("query.limit", "§1.6", "limit is 20, 50 or 100"),
        |seen| unless(seen, "limit", CHOICE, |it| LIMITS.contains(&it)),
    ),
    row(
        Check::documented("query.page", "§1.6", "page is a number from 1"),
        |seen| {
            unless(seen, "page", INVALID, |it| {
                it.parse::<u32>().is_ok_and(|page| page > 0)
            })
        },
    ),
    row(
        Check::guess(
            "query.phone_form",
            "§2.3",
            "phone is an international number, with or without the plus, and the plus is encoded",
        ),
        |seen| unless(seen, "phone", INVALID, is_phone),
    ),
    row(
        Check::documented(
            "query.flag",
            "§1.3, §2.3",
            "details and ignoreStatus are 0 or 1 (the official Python client writes True)",
        ),
        |seen| {
            let flag = |it: &str| FLAGS.contains(&it) || it == "True";
            let mut found = unless(seen, "details", CHOICE, flag);
            found.extend(unless(seen, "ignoreStatus", CHOICE, flag));
            found
        },
    ),
    row(
        Check::documented(
            "query.filter_map",
            "§1.3",
            "filter is written filter[name]=… (the official Python client writes filter=None)",
        ),
        |seen| unless(seen, "filter", INVALID, |it| it == "None"),
    ),
    row(
        Check::answered(
            "query.filter_known",
            "§1.4, §4",
            "a filter the operation has",
        ),
        |seen| filters(seen, |name, _| known(name)),
    ),
    row(
        Check::answered(
            "query.filter_value",
            "§1.4, §4",
            "flags 0 or 1, dates Y-m-d, known statuses",
        ),
        |seen| filters(seen, |name, value| !known(name) || fits(name, value)),
    ),
];

pub(super) const THING: &[Row] = &[Row {
    check: Check::answered("user.known", "§1.4, §4", "the user of this id exists"),
    refusal: Refusal::Says(404, "Not found"),
    finds: |seen| match seen.endpoint() {
        Some(Endpoint::User(id)) if seen.account.user(id).is_none() => vec![Detail::whole()],
        _ => Vec::new(),
    },
}];

/// Filters, by what stands in the first brackets, that are not good.
fn filters(seen: &Seen<'_>, good: fn(&str, &str) -> bool) -> Vec<Detail> {
    let inner = |name: &str| {
        let rest = name.strip_prefix("filter[")?;
        rest.split_once(']')
            .map(|(inner, tail)| (inner.to_owned(), tail.to_owned()))
    };
    seen.parameters
        .iter()
        .filter_map(|(name, value)| Some((inner(name)?, value)))
        // groups[] and groups[0] are the only list here.
        .filter(|((name, tail), value)| {
            let list = name == "groups";
            !(good(name, value) && list == tail.starts_with('['))
        })
        .map(|((name, _), _)| Detail::new(format!("children[{name}]"), INVALID))
        .collect()
}

fn known(name: &str) -> bool {
    matches!(
        name,
        "email"
            | "status"
            | "online"
            | "active"
            | "isManager"
            | "isPosManager"
            | "isAdmin"
            | "groups"
            | "createdAtFrom"
            | "createdAtTo"
    )
}

fn fits(name: &str, value: &str) -> bool {
    match name {
        "online" | "active" | "isManager" | "isPosManager" | "isAdmin" => FLAGS.contains(&value),
        "status" => STATUSES.contains(&value),
        "createdAtFrom" | "createdAtTo" => date(value) || date_time(value),
        _ => !value.is_empty(),
    }
}
