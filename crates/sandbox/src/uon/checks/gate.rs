//! Checks before the content of a request: key, limit, path, permission, encoding.

use http::Method;

use crate::check::{Detail, answered, documented, guess};
use crate::schema::Path;

use super::{Refusal, Row};

pub(super) const KEY: &[Row] = &[Row::new(
    "key.known",
    guess("§1"),
    "the first segment of the path is a key of the account",
    Refusal::UnknownKey,
    |cx| Detail::whole_if(cx.key.is_none()),
)];

pub(super) const LIMIT: &[Row] = &[Row::new(
    "limit.key",
    documented("§2"),
    "at most 10 requests of a key in any second",
    Refusal::Busy,
    |cx| Detail::whole_if(cx.over),
)];

pub(super) const PATH: &[Row] = &[
    Row::new(
        "path",
        answered("§1, §3.2, §7"),
        "the path is one of the reference that the stand-in has, and ends in .json",
        Refusal::NoRoute,
        |cx| Detail::whole_if(matches!(cx.path, Path::Unknown)),
    ),
    Row::new(
        "verb",
        answered("§1, §3.2, §7"),
        "the verb is the one of the operation: every write and several reads are POST",
        Refusal::Method,
        |cx| Detail::whole_if(matches!(cx.path, Path::OtherVerb)),
    ),
];

pub(super) const PERMISSION: &[Row] = &[Row::new(
    "key.permission",
    documented("§1, §3.2"),
    "the box GET or POST of the key is ticked for the verb",
    Refusal::Forbidden,
    |cx| {
        let allows = |key: &super::super::account::Key| {
            if cx.request.method == Method::GET { key.get } else { key.post }
        };
        Detail::whole_if(!cx.key.is_some_and(allows))
    },
)];

/// What is accepted and ignored around the content.
pub(super) const FORM: &[Row] = &[
    Row::new(
        "query.known",
        documented("§1, §4"),
        "no query besides office_id of manager: pages and filters are in the path or in the body",
        Refusal::Ignored,
        |cx| {
            let known = cx.operation().map_or(&[][..], |it| it.query);
            let unknown =
                cx.request.query.iter().filter(|(name, _)| !known.contains(&name.as_str()));
            unknown.map(|(name, _)| Detail::new(name, "")).collect()
        },
    ),
    Row::new(
        "path.phone",
        documented("§7.1"),
        "the number of user/phone is digits with the country code, without a plus",
        Refusal::Ignored,
        |cx| {
            let wrong = cx.argument("phone").is_some_and(|it| !super::kinds::is_phone(it));
            if wrong { vec![Detail::new("phone", "")] } else { Vec::new() }
        },
    ),
    Row::new(
        "body.form",
        documented("§1"),
        "a body is a JSON object as application/json, or application/x-www-form-urlencoded",
        Refusal::Ignored,
        |cx| Detail::whole_if(!cx.is_read),
    ),
    Row::new("body.none", guess("§1"), "a GET request has no body", Refusal::Ignored, |cx| {
        Detail::whole_if(cx.request.method == Method::GET && !cx.request.body.is_empty())
    }),
];
