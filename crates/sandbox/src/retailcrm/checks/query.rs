//! Checks of query values.

use crate::check::{Check, Detail};

use super::super::journal::Subject;
use super::endpoint::Endpoint;
use super::values::{CHOICE, INVALID, date, date_time, is_phone};
use super::{Refusal, RequestContext, Row};

const LIMITS: &[&str] = &["20", "50", "100"];
const FLAGS: &[&str] = &["0", "1"];
const STATUSES: &[&str] = &["free", "busy", "dinner", "break"];
const PROGRESS: &[&str] = &["performing", "completed"];

const fn row(check: Check, finds: fn(&RequestContext<'_>) -> Vec<Detail>) -> Row {
    Row { check, refusal: Refusal::Input, finds }
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
    row(Check::documented("query.limit", "§1.6", "limit is 20, 50 or 100"), |cx| {
        unless(cx, "limit", CHOICE, |it| LIMITS.contains(&it))
    }),
    row(Check::documented("query.page", "§1.6", "page is a number from 1"), |cx| {
        unless(cx, "page", INVALID, |it| it.parse::<u32>().is_ok_and(|page| page > 0))
    }),
    row(
        Check::guess(
            "query.phone_form",
            "§2.3",
            "phone is an international number, with or without the plus, and the plus is encoded",
        ),
        |cx| unless(cx, "phone", INVALID, is_phone),
    ),
    row(
        Check::documented(
            "query.flag",
            "§1.3, §2.3",
            "details and ignoreStatus are 0 or 1 (the official Python client writes True)",
        ),
        |cx| {
            let flag = |it: &str| FLAGS.contains(&it) || it == "True";
            let mut found = unless(cx, "details", CHOICE, flag);
            found.extend(unless(cx, "ignoreStatus", CHOICE, flag));
            found
        },
    ),
    row(
        Check::documented(
            "query.filter_map",
            "§1.3",
            "filter is written filter[name]=… (the official Python client writes filter=None)",
        ),
        |cx| unless(cx, "filter", INVALID, |it| it == "None"),
    ),
    row(
        Check::answered("query.filter_known", "§1.4, §4, §5, §6, §7", "a filter the operation has"),
        |cx| filters(cx, |kind, _| kind.is_some()),
    ),
    row(
        Check::answered(
            "query.filter_value",
            "§1.4, §4, §5, §6, §7",
            "flags 0 or 1, dates Y-m-d, known statuses, ids are numbers",
        ),
        |cx| filters(cx, |kind, value| kind.is_none_or(|kind| kind.fits(value))),
    ),
    row(
        Check::documented(
            "query.by",
            "§5.2, §5.4, §5.6, §6",
            "by and entityBy are id or externalId",
        ),
        |cx| {
            let good = |it: &str| matches!(it, "id" | "externalId");
            let mut found = unless(cx, "by", CHOICE, good);
            found.extend(unless(cx, "entityBy", CHOICE, good));
            found
        },
    ),
    row(
        Check::documented(
            "query.status",
            "§4",
            "the status of an employee is free, busy, dinner or break",
        ),
        |cx| unless(cx, "status", CHOICE, |it| STATUSES.contains(&it)),
    ),
];

/// Type of a filter's value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Flag,
    Status,
    /// Status of a task.
    Progress,
    Date,
    Number,
    Texts,
    Numbers,
    /// `filter[customFields][code]=…`
    Fields,
}

impl Kind {
    fn has_brackets(self) -> bool {
        matches!(self, Self::Texts | Self::Numbers | Self::Fields)
    }

    fn fits(self, value: &str) -> bool {
        match self {
            Self::Flag => FLAGS.contains(&value),
            Self::Status => STATUSES.contains(&value),
            Self::Progress => PROGRESS.contains(&value),
            Self::Date => date(value) || date_time(value),
            Self::Number | Self::Numbers => value.parse::<u64>().is_ok(),
            Self::Text | Self::Texts | Self::Fields => !value.is_empty(),
        }
    }
}

/// Invalid filters, by the name in the first brackets.
fn filters(cx: &RequestContext<'_>, good: fn(Option<Kind>, &str) -> bool) -> Vec<Detail> {
    // The only filter with a known message, in the account's language.
    let text = match cx.endpoint() {
        Some(Endpoint::History(_)) => "Значение недопустимо.",
        _ => INVALID,
    };
    let inner = |name: &str| {
        let rest = name.strip_prefix("filter[")?;
        rest.split_once(']').map(|(inner, tail)| (inner.to_owned(), tail.starts_with('[')))
    };
    cx.parameters
        .iter()
        .filter_map(|(name, value)| Some((inner(name)?, value)))
        .filter(|((name, brackets), value)| {
            let kind = cx
                .endpoint()
                .and_then(|endpoint| kind(endpoint, name))
                .filter(|kind| kind.has_brackets() == *brackets);
            !good(kind, value)
        })
        .map(|((name, _), _)| Detail::new(format!("children[{name}]"), text))
        .collect()
}

fn kind(endpoint: Endpoint, name: &str) -> Option<Kind> {
    let kind = match (endpoint, name) {
        (Endpoint::Users, "email") => Kind::Text,
        (Endpoint::Users, "status") => Kind::Status,
        (Endpoint::Users, "online" | "active" | "isManager" | "isPosManager" | "isAdmin") => {
            Kind::Flag
        }
        (Endpoint::Users, "groups") => Kind::Texts,
        (Endpoint::Users, "createdAtFrom" | "createdAtTo") => Kind::Date,
        // `phone` is undocumented, but a live account accepted it.
        (Endpoint::Customers, "name" | "email" | "phone") => Kind::Text,
        (Endpoint::Customers, "isContact") => Kind::Flag,
        (Endpoint::Customers, "dateFrom" | "dateTo") => Kind::Date,
        (Endpoint::Customers, "customFields") => Kind::Fields,
        (Endpoint::Customers, "tags") => Kind::Texts,
        (Endpoint::Corporates, "nickName") => Kind::Texts,
        (Endpoint::Corporates, "name" | "companyName" | "contactName") => Kind::Text,
        (Endpoint::Corporates | Endpoint::CorporateContacts, "contactIds") => Kind::Numbers,
        (Endpoint::Customers | Endpoint::Corporates, "ids" | "managers") => Kind::Numbers,
        (Endpoint::Customers | Endpoint::Corporates, "externalIds" | "sites") => Kind::Texts,
        (Endpoint::History(_), "sinceId") => Kind::Number,
        (Endpoint::History(_), "startDate" | "endDate") => Kind::Date,
        (Endpoint::History(Subject::Order), "orderId") => Kind::Number,
        (Endpoint::History(Subject::Order), "orderExternalId") => Kind::Text,
        (Endpoint::History(Subject::Customer | Subject::Corporate), "customerId") => Kind::Number,
        (Endpoint::History(Subject::Customer | Subject::Corporate), "customerExternalId") => {
            Kind::Text
        }
        (Endpoint::RequestLog(_), "ids" | "customerIds" | "managerIds") => Kind::Numbers,
        (Endpoint::RequestLog(_), "customerExternalIds") => Kind::Texts,
        (Endpoint::RequestLog(_), "text") => Kind::Text,
        (Endpoint::RequestLog(_), "createdAtFrom" | "createdAtTo") => Kind::Date,
        (Endpoint::Orders, name) => return of_orders(name),
        (Endpoint::Tasks, name) => return of_tasks(name),
        (Endpoint::Files, name) => return of_files(name),
        _ => return None,
    };
    Some(kind)
}

/// §6.
fn of_orders(name: &str) -> Option<Kind> {
    match name {
        "customerId" => Some(Kind::Number),
        "customer" => Some(Kind::Text),
        "ids" | "managers" => Some(Kind::Numbers),
        "externalIds" | "numbers" | "sites" | "extendedStatus" => Some(Kind::Texts),
        "createdAtFrom" | "createdAtTo" => Some(Kind::Date),
        _ => None,
    }
}

/// §6; the dates are from the official client's model.
fn of_tasks(name: &str) -> Option<Kind> {
    match name {
        "ids" | "performers" | "creators" => Some(Kind::Numbers),
        "status" => Some(Kind::Progress),
        "customer" | "orderNumber" | "text" => Some(Kind::Text),
        "dateFrom" | "dateTo" | "createdAtFrom" | "createdAtTo" | "completedAtFrom"
        | "completedAtTo" => Some(Kind::Date),
        _ => None,
    }
}

/// Not in the reference (§8); from the official client's model.
fn of_files(name: &str) -> Option<Kind> {
    match name {
        "ids" | "orderIds" | "customerIds" => Some(Kind::Numbers),
        "orderExternalIds" | "customerExternalIds" | "type" | "sites" => Some(Kind::Texts),
        "sizeFrom" | "sizeTo" => Some(Kind::Number),
        "createdAtFrom" | "createdAtTo" => Some(Kind::Date),
        "filename" => Some(Kind::Text),
        "isAttached" => Some(Kind::Flag),
        _ => None,
    }
}
