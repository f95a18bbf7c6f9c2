//! Kinds of values that several objects share, with their examples.

use serde_json::Value;

use super::Kind;
use super::values::{self, CHOICE, list_of, texts_only};

pub(super) const TEXT: Kind =
    Kind::new("a text", |it, _| it.is_string()).example(r#""text""#, "[5]").with_blank(r#"" ""#);

pub(super) const TEXTS: Kind = Kind::new("a list of texts", |it, _| list_of(it, Value::is_string))
    .example(r#"["101"]"#, r#"[[101], "101"]"#)
    .with_blank("[]");

pub(super) const WHOLE: Kind =
    Kind::new("a whole number", |it, _| it.is_u64()).example("5", r#"["7", 1.5, -1]"#);

pub(super) const WHOLES: Kind =
    Kind::new("a list of whole numbers", |it, _| list_of(it, Value::is_u64))
        .example("[7]", r#"[["7"], 7]"#)
        .with_blank("[]");

pub(super) const NUMBER: Kind =
    Kind::new("a number", |it, _| it.is_number()).example("1.5", r#"["5"]"#);

pub(super) const FLAG: Kind =
    Kind::new("true or false", |it, _| it.is_boolean()).example("true", r#"[1, "true"]"#);

pub(super) const OBJECT: Kind = Kind::new("an object", |it, _| it.is_object())
    .example(r#"{"a": "b"}"#, r#"[["a"], "{}"]"#)
    .with_blank("{}");

pub(super) const OBJECTS: Kind =
    Kind::new("a list of objects", |it, _| list_of(it, Value::is_object))
        .example(r#"[{"a": "b"}]"#, r#"[[1], {"a": "b"}, "[]"]"#)
        .with_blank("[]");

/// §1.3.
pub(super) const MOMENT: Kind =
    Kind::new("Y-m-d H:i:s, without a zone, a moment that exists", |it, _| {
        it.as_str().is_some_and(values::date_time)
    })
    .example(
        r#""2026-03-14 10:15:00""#,
        r#"["2026-03-14T10:15:00Z", "2026-02-30 10:15:00", "2026-03-14", 1773474900]"#,
    );

/// §1.3.
pub(super) const DAY: Kind =
    Kind::new("Y-m-d, a day that exists", |it, _| it.as_str().is_some_and(values::date))
        .example(r#""2026-03-14""#, r#"["14.03.1990", "2026-02-30", 5]"#);

/// §1.3.
pub(super) const MINUTE: Kind =
    Kind::new("Y-m-d H:i, without seconds, a moment that exists", |it, _| {
        it.as_str().is_some_and(|text| values::date_time(&format!("{text}:00")))
    })
    .example(
        r#""2026-03-14 11:20""#,
        r#"["2026-03-14 11:20:00", "2026-02-30 11:20", "2026-03-14T11:20", "14.03.2026 11:20", 1]"#,
    );

/// §2.2.
pub(super) const PHONE: Kind = Kind::new(
    "an international number, with or without the plus",
    |it, _| values::phone(it),
)
.example(
    r#""375291112233""#,
    r#"["8 (029) 111-22-33", "+000", " 375291112233", "0001363", "anonymous", 375291112233]"#,
);

/// §1.9.
pub(super) const SHOP: Kind = Kind::new("a shop the key reaches", |it, cx| {
    it.as_str().is_some_and(|code| cx.account.reaches_site(code))
})
.example(r#""shop-one""#, r#"["shop-nine", 1]"#)
.says(CHOICE);

pub(super) const USER: Kind = Kind::new("a user of the account", |it, cx| {
    it.as_u64().is_some_and(|id| cx.account.user(id).is_some())
})
.example("7", "[4711]")
.says(CHOICE);

pub(super) const SOURCE: Kind =
    Kind::new("an object of texts: source, medium, campaign, keyword, content", |it, _| {
        texts_only(it, &["source", "medium", "campaign", "keyword", "content"])
    })
    .example(r#"{"source": "google"}"#, r#"[{"campaign": 7}, {"from": "call"}, "google"]"#);

/// §5.3: a customer's type, for example.
pub(super) const fn choice(texts: &'static [&'static str]) -> Kind {
    Kind::one_of(texts).says(CHOICE)
}
