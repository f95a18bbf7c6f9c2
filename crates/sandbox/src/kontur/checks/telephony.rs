//! Checks of telephony requests. Members and legs have their own files.

use crate::check::Check;

use super::super::communications::raw;
use super::super::seed::PREFIX;
use super::values::{GUID, MOMENT, TEXT, everywhere, guid, moment, one_of, phone, text};
use super::{Endpoint, Mismatch, RequestContext, Row, members, problem, register};

const DIRECTIONS: &[&str] = &["inbound", "outbound", "internal"];
const EVENTS: &[&str] = &["appeared", "connected", "paused", "disconnected", "finished"];

/// Members that belong to the legs of register-call.
const IN_ITEMS: &[&str] = &["recordings", "startedAt", "finishedAt"];

pub(super) const FIELDS: &[Row] = &[
    problem(Check::guess("field.known", "§7", "no field the method does not have"), |cx| {
        let known = cx.endpoint().and_then(Endpoint::fields);
        let (Some(known), Some(body)) = (known, cx.telephony_body()) else {
            return Vec::new();
        };
        let mut found = body.only(known);
        // These have their own row.
        found.retain(|it| !cx.is(Endpoint::RegisterCall) || !IN_ITEMS.contains(&it.field.as_str()));
        found.extend(cx.items().iter().flat_map(|it| it.only(register::ITEM)));
        found.extend(cx.members().iter().flat_map(|it| it.only(members::MEMBER)));
        let files = cx.recordings();
        found.extend(files.iter().flat_map(|it| it.only(register::RECORDING)));
        found
    }),
    problem(
        Check::documented(
            "register.inside_items",
            "§1.7",
            "recordings, startedAt and finishedAt belong inside items[]",
        ),
        |cx| {
            let body = cx.of(Endpoint::RegisterCall);
            let astray =
                IN_ITEMS.iter().filter(|name| body.as_ref().is_some_and(|it| it.has(name)));
            astray
                .map(|name| Mismatch::new(*name, format!("Could not find member '{name}'.")))
                .collect()
        },
    ),
    problem(
        Check::guess(
            "field.given",
            "§7",
            "externalId, direction, timestamp, items, legs, members and files are given",
        ),
        |cx| {
            let needs = cx.endpoint().map(Endpoint::needs).unwrap_or_default();
            let mut found = cx.telephony_body().map(|it| it.missing(needs)).unwrap_or_default();
            found.extend(cx.items().iter().flat_map(|it| it.missing(register::ITEM_NEEDS)));
            found.extend(cx.members().iter().flat_map(|it| it.missing(&["type"])));
            let files = cx.recordings();
            found.extend(files.iter().flat_map(|it| it.missing(register::RECORDING)));
            found
        },
    ),
    problem(
        Check::documented(
            "field.not_null",
            "§6, §7",
            "what may be left out is left out, never null: startedAt of a missed call above all",
        ),
        |cx| each_field(cx, serde_json::Value::is_null, "The value must not be null."),
    ),
    problem(Check::guess("field.not_empty", "§7", "no text is empty"), |cx| {
        let empty = |value: &serde_json::Value| value.as_str() == Some("");
        each_field(cx, empty, "The value must not be empty.")
    }),
    problem(
        Check::documented(
            "field.text",
            "§5, §7",
            "externalId, ids of legs, phones, file names and types are texts",
        ),
        |cx| {
            let texts = [
                "externalId",
                "externalVatsPhone",
                "clientPhone",
                "externalCallItemId",
                "realtimeCallItemId",
                "id",
                "fileName",
                "contentType",
            ];
            convertible(cx, &texts, TEXT, text)
        },
    ),
    problem(
        Check::documented(
            "field.guid",
            "§4, §6.1",
            "communicationId, userId, fileId and recordingFileId are ids in lower case",
        ),
        |cx| {
            let ids = ["communicationId", "userId", "fileId", "recordingFileId"];
            convertible(cx, &ids, GUID, guid)
        },
    ),
    problem(
        Check::documented(
            "field.moment",
            "§4",
            "moments are RFC 3339 with an offset and at most 7 digits of a second",
        ),
        |cx| {
            let moments = ["timestamp", "externalCreatedAt", "startedAt", "finishedAt"];
            convertible(cx, &moments, MOMENT, moment)
        },
    ),
    problem(
        Check::answered("direction.choice", "§4, §5", "direction is inbound, outbound or internal"),
        |cx| {
            let to = "Xcom.Api.Models.Communications.CommunicationDirection";
            convertible(cx, &["direction"], to, one_of(DIRECTIONS))
        },
    ),
    problem(
        Check::documented(
            "event.type_choice",
            "§6.3",
            "type of an event is appeared, connected, paused or disconnected",
        ),
        |cx| {
            let to = "Xcom.Api.Models.Communications.CallEventType";
            let event = cx.of(Endpoint::CallEvent);
            event.map(|it| it.converts("type", to, one_of(EVENTS))).unwrap_or_default()
        },
    ),
    problem(
        Check::guess(
            "event.not_finished",
            "§6.3",
            "a leg ends with disconnected and a call with call-finished, never with `finished`",
        ),
        |cx| {
            let event = cx.of(Endpoint::CallEvent);
            match event {
                Some(it) if it.text("type") == Some("finished") => {
                    it.at("type", "The value is not supported.")
                }
                _ => Vec::new(),
            }
        },
    ),
    problem(
        Check::guess(
            "phone.form",
            "§4",
            "clientPhone and externalVatsPhone are digits with the country code, without a plus",
        ),
        |cx| {
            let Some(body) = cx.telephony_body() else {
                return Vec::new();
            };
            let names = ["clientPhone", "externalVatsPhone"];
            let wrong = names.into_iter().filter(|name| {
                let number = body.text(name).filter(|it| !it.is_empty());
                number.is_some_and(|it| !phone(it))
            });
            wrong.flat_map(|name| body.at(name, "The phone number is not valid.")).collect()
        },
    ),
    problem(
        Check::guess(
            "client_phone.external",
            "§7",
            "an internal call has no clientPhone; one from a hidden number has none either",
        ),
        |cx| {
            let Some(body) = cx.telephony_body() else {
                return Vec::new();
            };
            let internal = body.text("direction") == Some("internal");
            if internal && body.has("clientPhone") {
                body.at("clientPhone", "An internal call has no clientPhone.")
            } else {
                Vec::new()
            }
        },
    ),
    problem(
        Check::documented(
            "external_id.no_slash",
            "§1.4, §6.2",
            "an externalId has no slash but the one of the prefix it came back with",
        ),
        |cx| {
            let Some(body) = cx.telephony_body() else {
                return Vec::new();
            };
            let id = body.text("externalId").unwrap_or_default();
            if id.strip_prefix(PREFIX).unwrap_or(id).contains('/') {
                body.at("externalId", format!("The id {:?} has a slash.", raw(id)))
            } else {
                Vec::new()
            }
        },
    ),
    problem(
        Check::guess(
            "call.named",
            "§6.1, §6.2",
            "an event, the end and a recording name their call: communicationId or externalId",
        ),
        |cx| {
            let names = matches!(
                cx.endpoint(),
                Some(Endpoint::CallEvent | Endpoint::CallFinished | Endpoint::CallRecording)
            );
            match cx.telephony_body() {
                Some(it) if names && !it.has("communicationId") && !it.has("externalId") => {
                    it.at("communicationId", "The communicationId field is required.")
                }
                _ => Vec::new(),
            }
        },
    ),
    members::TYPE,
    members::CLIENT_WITHOUT_USER,
    members::PAIR,
    members::NO_SLASH,
    register::ITEMS,
    register::IDS_UNIQUE,
    register::TALK,
    register::RECORDINGS_SOME,
    register::LENGTH,
];

fn each_field(
    cx: &RequestContext<'_>,
    wrong: fn(&serde_json::Value) -> bool,
    says: &str,
) -> Vec<Mismatch> {
    let objects = everywhere(cx);
    let found = objects.iter().flat_map(|object| {
        let fields = object.map.iter().filter(|(_, value)| wrong(value));
        fields.flat_map(|(name, _)| object.at(name, says))
    });
    found.collect()
}

/// Checks that these fields convert to their types, anywhere in the body.
fn convertible(
    cx: &RequestContext<'_>,
    names: &[&str],
    to: &str,
    good: impl Fn(&serde_json::Value) -> bool,
) -> Vec<Mismatch> {
    let objects = everywhere(cx);
    let found = objects
        .iter()
        .flat_map(|object| names.iter().flat_map(|name| object.converts(name, to, &good)));
    found.collect()
}
