//! Checks of query values.

use crate::check::{Detail, Source, answered, documented, guess};

use super::super::filters::Form;
use super::super::operations::Endpoint;
use super::values::{CHOICE, INVALID, date, date_time, is_phone};
use super::{Refusal, RequestContext, Row};

const LIMITS: &[&str] = &["20", "50", "100"];
const FLAGS: &[&str] = &["0", "1"];
const STATUSES: &[&str] = &["free", "busy", "dinner", "break"];
const PROGRESS: &[&str] = &["performing", "completed"];

const fn row(
    name: &'static str,
    source: Source,
    demands: &'static str,
    finds: fn(&RequestContext<'_>) -> Vec<Detail>,
) -> Row {
    Row::new(name, source, demands, Refusal::Input, finds)
}

fn unless(
    cx: &RequestContext<'_>,
    name: &str,
    text: &'static str,
    good: fn(&str) -> bool,
) -> Vec<Detail> {
    match cx.parameter(name) {
        Some(value) if !good(value) => vec![Detail::new(name, text)],
        _ => Vec::new(),
    }
}

pub(super) const VALUES: &[Row] = &[
    row("query.limit", documented("§1.6"), "limit is 20, 50 or 100", |cx| {
        unless(cx, "limit", CHOICE, |it| LIMITS.contains(&it))
    }),
    row("query.page", documented("§1.6"), "page is a number from 1", |cx| {
        unless(cx, "page", INVALID, |it| it.parse::<u32>().is_ok_and(|page| page > 0))
    }),
    row(
        "query.phone_form",
        guess("§2.3"),
        "phone is an international number, with or without the plus, and the plus is encoded",
        |cx| unless(cx, "phone", INVALID, is_phone),
    ),
    row(
        "query.flag",
        documented("§1.3, §2.3"),
        "details and ignoreStatus are 0 or 1 (the official Python client writes True)",
        |cx| {
            let flag = |it: &str| FLAGS.contains(&it) || it == "True";
            let mut found = unless(cx, "details", CHOICE, flag);
            found.extend(unless(cx, "ignoreStatus", CHOICE, flag));
            found
        },
    ),
    row(
        "query.filter_map",
        documented("§1.3"),
        "filter is written filter[name]=… (the official Python client writes filter=None)",
        |cx| unless(cx, "filter", INVALID, |it| it == "None"),
    ),
    row(
        "query.filter_known",
        answered("§1.4, §4, §5, §6, §7"),
        "a filter the operation has",
        |cx| filters(cx, |form, _| form.is_some()),
    ),
    row(
        "query.filter_value",
        answered("§1.4, §4, §5, §6, §7"),
        "flags 0 or 1, dates Y-m-d, known statuses, ids are numbers",
        |cx| filters(cx, |form, value| form.is_none_or(|form| fits(form, value))),
    ),
    row(
        "query.by",
        documented("§5.2, §5.4, §5.6, §6"),
        "by and entityBy are id or externalId",
        |cx| {
            let good = |it: &str| matches!(it, "id" | "externalId");
            let mut found = unless(cx, "by", CHOICE, good);
            found.extend(unless(cx, "entityBy", CHOICE, good));
            found
        },
    ),
    row(
        "query.status",
        documented("§4"),
        "the status of an employee is free, busy, dinner or break",
        |cx| unless(cx, "status", CHOICE, |it| STATUSES.contains(&it)),
    ),
];

fn fits(form: Form, value: &str) -> bool {
    match form {
        Form::Flag => FLAGS.contains(&value),
        Form::Status => STATUSES.contains(&value),
        Form::Progress => PROGRESS.contains(&value),
        Form::Date => date(value) || date_time(value),
        Form::Number | Form::Numbers => value.parse::<u64>().is_ok(),
        Form::Text | Form::Texts | Form::Fields => !value.is_empty(),
    }
}

/// Invalid filters, by the name in the first brackets.
fn filters(cx: &RequestContext<'_>, good: fn(Option<Form>, &str) -> bool) -> Vec<Detail> {
    // The only filter with a known message, in the account's language.
    let text = match cx.endpoint() {
        Some(Endpoint::History(_)) => "Значение недопустимо.",
        _ => INVALID,
    };
    let known = cx.operation().map(|it| it.filters).unwrap_or_default();
    let parameters = cx.parameters.iter();
    parameters
        .filter_map(|(parameter, value)| {
            let (name, rest) = parameter.strip_prefix("filter[")?.split_once(']')?;
            let form = known.iter().find(|(known, ..)| *known == name).map(|(_, form, _)| *form);
            let form = form.filter(|form| form.has_brackets() == rest.starts_with('['));
            (!good(form, value)).then(|| Detail::new(format!("children[{name}]"), text))
        })
        .collect()
}
