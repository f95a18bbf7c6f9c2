//! Checks of `calls` in `POST /api/v5/telephony/calls/upload`.

use serde_json::Value;

use crate::check::{Check, Detail};

use super::values::{
    BLANK, CHOICE, INVALID, date_time, link, nothing_empty, of_calls, one_of, open_link, phone,
    site, text, texts_only, whole_number,
};
use super::{Refusal, RequestContext, Row};

const FIELDS: &[&str] = &[
    "date",
    "type",
    "phone",
    "code",
    "userId",
    "result",
    "duration",
    "durationWaiting",
    "externalId",
    "recordUrl",
    "externalPhone",
    "site",
    "source",
    "clientId",
];

const RESULTS: &[&str] = &["answered", "busy", "failed", "no answer", "not allowed", "unknown"];

const fn row(check: Check, finds: fn(&RequestContext<'_>) -> Vec<Detail>) -> Row {
    Row { check, refusal: Refusal::EntityList, finds }
}

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
    row(Check::guess("calls.some", "§2.2", "there is a call in the list"), |cx| {
        batch(cx, |count| count == 0, BLANK)
    }),
    row(Check::documented("calls.at_most_50", "§1.5, §2.2", "at most 50 calls at once"), |cx| {
        let text = "This collection should contain 50 elements or less.";
        batch(cx, |count| count > 50, text)
    }),
];

pub(super) const CALL: &[Row] = &[
    row(Check::guess("call.known_fields", "§2.2", "no field a call does not have"), |cx| {
        of_calls(cx, |call| call.only(FIELDS))
    }),
    row(Check::guess("call.nothing_empty", "§2.2", "nothing empty or null is sent"), |cx| {
        of_calls(cx, nothing_empty)
    }),
    row(Check::guess("call.date_given", "§2.2", "date is given: when the call began"), |cx| {
        of_calls(cx, |call| call.missing("date"))
    }),
    row(
        Check::documented(
            "call.date_form",
            "§1.3, §2.2",
            "date is Y-m-d H:i:s, without a zone, and a moment that exists",
        ),
        |cx| {
            of_calls(cx, |call| {
                call.unless("date", INVALID, |it| it.as_str().is_some_and(date_time))
            })
        },
    ),
    row(Check::guess("call.type_given", "§2.2", "type is given"), |cx| {
        of_calls(cx, |call| call.missing("type"))
    }),
    row(Check::documented("call.type_choice", "§2.2", "type is in or out, never hangup"), |cx| {
        of_calls(cx, |call| call.unless("type", CHOICE, one_of(&["in", "out"])))
    }),
    row(Check::guess("call.phone_given", "§2.2", "phone is given: the client's number"), |cx| {
        of_calls(cx, |call| call.missing("phone"))
    }),
    row(
        Check::guess(
            "call.phone_form",
            "§2.2",
            "phone is an international number, with or without the plus",
        ),
        |cx| of_calls(cx, |call| call.unless("phone", INVALID, phone)),
    ),
    row(Check::guess("call.result_given", "§2.2", "result is given"), |cx| {
        of_calls(cx, |call| call.missing("result"))
    }),
    row(
        Check::documented(
            "call.result_choice",
            "§2.2",
            "result is answered, busy, failed, `no answer`, `not allowed` or unknown; the event's \
             `no answered`, `missed` and `cancel` are not among them",
        ),
        |cx| of_calls(cx, |call| call.unless("result", CHOICE, one_of(RESULTS))),
    ),
    row(Check::guess("call.handled_by", "§2.2", "code or userId says who handled it"), |cx| {
        of_calls(cx, |call| if call.has("userId") { Vec::new() } else { call.missing("code") })
    }),
    row(
        Check::documented("call.code_form", "§2.2", "code is one text: no number, no list"),
        |cx| of_calls(cx, |call| call.unless("code", INVALID, text)),
    ),
    row(Check::documented("call.user_id_form", "§2.2", "userId is a number"), |cx| {
        of_calls(cx, |call| call.unless("userId", INVALID, whole_number))
    }),
    row(Check::documented("call.duration_form", "§2.2", "duration is whole seconds"), |cx| {
        of_calls(cx, |call| call.unless("duration", INVALID, whole_number))
    }),
    row(Check::documented("call.waiting_form", "§2.2", "durationWaiting is whole seconds"), |cx| {
        of_calls(cx, |call| call.unless("durationWaiting", INVALID, whole_number))
    }),
    row(
        Check::guess(
            "call.no_talk_without_answer",
            "§2.2",
            "duration is the talk time: 0 for an unanswered call; waiting has its own field",
        ),
        |cx| {
            of_calls(cx, |call| {
                let talked = call.text("result") == Some("answered");
                call.unless("duration", INVALID, |it| talked || it.as_u64().unwrap_or(0) == 0)
            })
        },
    ),
    row(
        Check::guess(
            "call.external_id_given",
            "§2.2",
            "externalId is given: without it a repeat doubles the call",
        ),
        |cx| of_calls(cx, |call| call.missing("externalId")),
    ),
    row(Check::documented("call.external_id_form", "§2.2", "externalId is a text"), |cx| {
        of_calls(cx, |call| call.unless("externalId", INVALID, text))
    }),
    row(
        Check::guess(
            "call.record_url_form",
            "§2.2",
            "recordUrl is a link without a login; of a strict account an https one (plain http on \
             this machine only)",
        ),
        |cx| {
            of_calls(cx, |call| {
                let form = if cx.account.strict { link } else { open_link };
                call.unless("recordUrl", INVALID, form)
            })
        },
    ),
    row(
        Check::guess(
            "call.external_phone_form",
            "§2.2",
            "externalPhone is one of our outside numbers, international",
        ),
        |cx| of_calls(cx, |call| call.unless("externalPhone", INVALID, phone)),
    ),
    row(Check::guess("call.site_known", "§1.9, §2.2", "site is a shop the key reaches"), |cx| {
        of_calls(cx, |call| call.unless("site", CHOICE, |it| site(call, it)))
    }),
    row(
        Check::documented(
            "call.source_form",
            "§2.2",
            "source holds source, medium, campaign, keyword, content, texts",
        ),
        |cx| of_calls(cx, |call| call.unless("source", INVALID, source)),
    ),
    row(
        Check::documented(
            "call.client_id_is_google's",
            "§2.2",
            "clientId is the Google Analytics label of the client, not the module's clientId",
        ),
        |cx| {
            of_calls(cx, |call| {
                let own = call.account.client_id();
                let label = |it: &Value| it.as_str().is_some_and(|id| id != own);
                call.unless("clientId", INVALID, label)
            })
        },
    ),
];

fn source(value: &Value) -> bool {
    texts_only(value, &["source", "medium", "campaign", "keyword", "content"])
}
