//! Checks of `calls` in `POST /api/v5/telephony/calls/upload`.

use serde_json::Value;

use crate::check::{Detail, documented, guess};
use crate::schema::{Object, field};

use super::kinds::{MOMENT, PHONE, SHOP, SOURCE, TEXT, WHOLE, choice};
use super::values::{BLANK, FIFTY, link, open_link};
use super::{Endpoint, Kind, Refusal, RequestContext, Row, Schema, When};

const RESULTS: &[&str] = &["answered", "busy", "failed", "no answer", "not allowed", "unknown"];

/// Plain http on this machine only, in a strict account.
const RECORDING: Kind =
    Kind::new("a link without a login; of a strict account an https one", |it, cx| {
        if cx.account.strict { link(it) } else { open_link(it) }
    })
    .example(
        r#""http://pbx.example.test/1.mp3""#,
        r#"["ftp://pbx.example.test/1.mp3", "/rec/1.mp3", "https://user:word@pbx.example.test/1.mp3", 1]"#,
    );

const GOOGLE_LABEL: Kind =
    Kind::new("the Google Analytics label of the client, not the module's clientId", |it, cx| {
        it.as_str().is_some_and(|id| id != cx.account.client_id())
    })
    .example(r#""1234567890.0987654321""#, r#"["9f0d6c1e5b7a4c2f8e3d1a6b0c9d8e7f", 7]"#);

fn batch(
    cx: &RequestContext<'_>,
    wrong: impl Fn(usize) -> bool,
    text: &'static str,
) -> Vec<Detail> {
    match &cx.calls {
        Some(calls) if wrong(calls.len()) => vec![Detail::new("calls", text)],
        _ => Vec::new(),
    }
}

pub(super) const BATCH: &[Row] = &[
    Row::new(
        "calls.some",
        guess("§2.2"),
        "there is a call in the list",
        Refusal::EntityList,
        |cx| batch(cx, |count| count == 0, BLANK),
    ),
    Row::new(
        "calls.at_most_50",
        documented("§1.5, §2.2"),
        "at most 50 calls at once",
        Refusal::EntityList,
        |cx| batch(cx, |count| count > 50, FIFTY),
    ),
];

pub(super) const CALL: Schema = Schema::new(
    "call",
    Refusal::EntityList,
    |cx| Object::list("calls", cx.calls.as_deref().unwrap_or_default()),
    &[
        field("date").required(guess("§2.2")).form(MOMENT, documented("§1.3, §2.2")),
        field("type")
            .required(guess("§2.2"))
            .form(choice(&["in", "out"]).refusing(r#"["hangup"]"#), documented("§2.2")),
        field("phone").required(guess("§2.2")).form(PHONE, guess("§2.2")),
        // The event's `no answered`, `missed` and `cancel` are not among the results.
        field("result")
            .required(guess("§2.2"))
            .form(choice(RESULTS).refusing(r#"["no answered", "missed"]"#), documented("§2.2")),
        field("code")
            .required(guess("§2.2"))
            .when(&[When::Without("userId")])
            .form(TEXT.refusing(r#"[101, ["101"]]"#), documented("§2.2")),
        field("userId").form(WHOLE, documented("§2.2")),
        field("duration").form(WHOLE, documented("§2.2")),
        field("durationWaiting")
            .form(WHOLE, documented("§2.2"))
            .check(
                "of_talk",
                guess("§2.2"),
                "duration is the talk time: 0 for an unanswered call; waiting has its own field",
                |call, _| {
                    let talk = call.fields.get("duration").and_then(Value::as_u64);
                    call.text("result") == Some("answered") || talk.unwrap_or(0) == 0
                },
            )
            .at("duration")
            .refuses(r#"[{"result": "no answer", "duration": 5}]"#),
        field("externalId").required(guess("§2.2")).form(TEXT, documented("§2.2")),
        field("recordUrl").form(RECORDING, guess("§2.2")),
        field("externalPhone").form(PHONE, guess("§2.2")),
        field("site").form(SHOP, guess("§1.9, §2.2")),
        field("source").form(SOURCE, documented("§2.2")),
        field("clientId").form(GOOGLE_LABEL, documented("§2.2")),
    ],
)
.of(&[Endpoint::CallsUpload])
.known(guess("§2.2"))
.not_blank(guess("§2.2"));
