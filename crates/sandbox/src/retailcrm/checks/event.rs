//! Checks of `event` in `POST /api/v5/telephony/call/event`.

use serde_json::Value;

use crate::check::{Check, Detail};

use super::values::{
    CHOICE, Entity, INVALID, list_of, nothing_empty, of_event, one_of, phone, text, texts_only,
    whole_number,
};
use super::{Refusal, RequestContext, Row};

const FIELDS: &[&str] = &[
    "phone",
    "type",
    "codes",
    "userIds",
    "hangupStatus",
    "externalPhone",
    "callExternalId",
    "site",
    "webAnalyticsData",
];

const HANGUP_STATUSES: &[&str] = &["answered", "busy", "cancel", "failed", "no answered"];

const fn row(check: Check, finds: fn(&RequestContext<'_>) -> Vec<Detail>) -> Row {
    Row { check, refusal: Refusal::EntityMap, finds }
}

pub(super) const EVENT: &[Row] = &[
    row(Check::guess("event.known_fields", "§2.1", "no field the event does not have"), |cx| {
        of_event(cx, |event| event.only(FIELDS))
    }),
    row(Check::guess("event.nothing_empty", "§2.1", "nothing empty or null is sent"), |cx| {
        of_event(cx, nothing_empty)
    }),
    row(
        Check::documented("event.phone_given", "§2.1", "phone is given: the outside party"),
        |cx| of_event(cx, |event| event.missing("phone")),
    ),
    row(
        Check::guess(
            "event.phone_form",
            "§2.1, §2.2",
            "phone is an international number, with or without the plus",
        ),
        |cx| of_event(cx, |event| event.unless("phone", INVALID, phone)),
    ),
    row(Check::documented("event.type_given", "§2.1", "type is given"), |cx| {
        of_event(cx, |event| event.missing("type"))
    }),
    row(Check::documented("event.type_choice", "§2.1", "type is in, out or hangup"), |cx| {
        of_event(cx, |event| event.unless("type", CHOICE, one_of(&["in", "out", "hangup"])))
    }),
    row(
        Check::documented("event.addressed", "§2.1", "codes or userIds name the recipients"),
        |cx| {
            of_event(
                cx,
                |event| {
                    if event.has("userIds") { Vec::new() } else { event.missing("codes") }
                },
            )
        },
    ),
    row(
        Check::documented("event.codes_form", "§2.1", "codes is a list of texts, not of numbers"),
        |cx| of_event(cx, |event| event.unless("codes", INVALID, |it| list_of(it, text))),
    ),
    row(
        Check::documented(
            "event.user_ids_form",
            "§2.1",
            "userIds is a list of numbers, not of texts",
        ),
        |cx| of_event(cx, |event| event.unless("userIds", INVALID, |it| list_of(it, whole_number))),
    ),
    row(
        Check::documented("event.hangup_status_given", "§2.1", "a hangup says how the call ended"),
        |cx| {
            of_event(
                cx,
                |event| {
                    if is_hangup(event) { event.missing("hangupStatus") } else { Vec::new() }
                },
            )
        },
    ),
    row(
        Check::documented(
            "event.hangup_status_choice",
            "§2.1",
            "hangupStatus is answered, busy, cancel, failed or `no answered`",
        ),
        |cx| of_event(cx, |event| event.unless("hangupStatus", CHOICE, one_of(HANGUP_STATUSES))),
    ),
    row(
        Check::guess(
            "event.hangup_status_at_hangup",
            "§2.1",
            "hangupStatus belongs to hangup alone",
        ),
        |cx| of_event(cx, |event| event.unless("hangupStatus", INVALID, |_| is_hangup(event))),
    ),
    row(
        Check::guess(
            "event.external_phone_form",
            "§2.1",
            "externalPhone is one of our outside numbers, international",
        ),
        |cx| of_event(cx, |event| event.unless("externalPhone", INVALID, phone)),
    ),
    row(Check::documented("event.call_id_form", "§2.1", "callExternalId is a text"), |cx| {
        of_event(cx, |event| event.unless("callExternalId", INVALID, text))
    }),
    row(Check::guess("event.site_known", "§1.9, §2.1", "site is a shop the key reaches"), |cx| {
        of_event(cx, |event| event.unless("site", CHOICE, |it| site(event, it)))
    }),
    row(
        Check::documented(
            "event.web_analytics_form",
            "§2.1",
            "webAnalyticsData holds campaign (name, code) and queryString, texts",
        ),
        |cx| of_event(cx, |event| event.unless("webAnalyticsData", INVALID, web_analytics)),
    ),
];

fn is_hangup(event: &Entity<'_>) -> bool {
    event.text("type") == Some("hangup")
}

pub(super) fn site(entity: &Entity<'_>, value: &Value) -> bool {
    value.as_str().is_some_and(|code| entity.account.reaches_site(code))
}

fn web_analytics(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| {
        fields.iter().all(|(name, value)| match name.as_str() {
            "campaign" => texts_only(value, &["name", "code"]),
            "queryString" => value.is_string(),
            _ => false,
        })
    })
}
