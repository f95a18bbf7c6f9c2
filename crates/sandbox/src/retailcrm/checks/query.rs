//! Checks of query values.

use crate::check::{Detail, answered, documented, guess};
use crate::schema::{Object, field};

use super::super::filters::Form;
use super::super::operations::Endpoint;
use super::kinds::{PHONE, choice};
use super::values::{INVALID, date, date_time};
use super::{Kind, Refusal, RequestContext, Row, Schema};

const FLAGS: &[&str] = &["0", "1"];
const STATUSES: &[&str] = &["free", "busy", "dinner", "break"];
const PROGRESS: &[&str] = &["performing", "completed"];
const BY: Kind = choice(&["externalId", "id"]).refusing(r#"["phone"]"#);

const PAGE: Kind = Kind::new("a number from 1", |it, _| {
    it.as_str().is_some_and(|it| it.parse::<u32>().is_ok_and(|page| page > 0))
})
.example(r#""1""#, r#"["0"]"#);

/// The plus is encoded; a bare one arrives as a space.
const QUERIED: Kind = PHONE.refusing(r#"[" 375291112233", "+000"]"#);

/// The official Python client writes `True` for a flag.
const FLAG: Kind = choice(&["0", "1", "True"]).refusing(r#"["true"]"#);

/// The official Python client writes `filter=None`.
const MAP: Kind = Kind::new("written filter[name]=…", |it, _| it.as_str() == Some("None"))
    .refusing(r#"["active"]"#);

pub(super) const PARAMETERS: Schema = Schema::new(
    "query",
    Refusal::Input,
    |cx| vec![Object::root(&cx.single)],
    &[
        field("limit").form(choice(&["20", "50", "100"]).refusing(r#"["10"]"#), documented("§1.6")),
        field("page").form(PAGE, documented("§1.6")),
        field("phone").form(QUERIED, guess("§2.3")),
        field("details").form(FLAG, documented("§1.3, §2.3")),
        field("ignoreStatus").form(FLAG, documented("§1.3, §2.3")),
        field("filter").form(MAP, documented("§1.3")),
        field("by").form(BY, documented("§5.2, §5.4, §5.6, §6")),
        field("entityBy").form(BY, documented("§5.2, §5.4, §5.6, §6")),
        field("status").form(choice(STATUSES).refusing(r#"["away"]"#), documented("§4")),
    ],
);

pub(super) const FILTERS: &[Row] = &[
    Row::new(
        "query.filter_known",
        answered("§1.4, §4, §5, §6, §7"),
        "a filter the operation has",
        Refusal::Input,
        |cx| filters(cx, |form, _| form.is_some()),
    ),
    Row::new(
        "query.filter_value",
        answered("§1.4, §4, §5, §6, §7"),
        "flags 0 or 1, dates Y-m-d, known statuses, ids are numbers",
        Refusal::Input,
        |cx| filters(cx, |form, value| form.is_none_or(|form| fits(form, value))),
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
