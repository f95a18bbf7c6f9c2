//! What telephony tells of a call has to be like. Members and legs have files of their own.

use crate::check::Check;

use super::super::communications::raw;
use super::super::first::PREFIX;
use super::values::{GUID, MOMENT, TEXT, everywhere, guid, moment, one_of, phone, text};
use super::{Endpoint, Found, Row, Seen, members, problem, register};

const DIRECTIONS: &[&str] = &["inbound", "outbound", "internal"];
const EVENTS: &[&str] = &["appeared", "connected", "paused", "disconnected", "finished"];

/// Where members of a leg, and of register-call, may be.
const IN_ITEMS: &[&str] = &["recordings", "startedAt", "finishedAt"];

pub(super) const FIELDS: &[Row] = &[
    problem(Check::guess("field.known", "§7", "no field the method does not have"), |seen| {
        let known = seen.endpoint().and_then(Endpoint::fields);
        let (Some(known), Some(body)) = (known, seen.told()) else {
            return Vec::new();
        };
        let mut found = body.only(known);
        // These have a row of their own.
        found.retain(|it| {
            !seen.is(Endpoint::RegisterCall) || !IN_ITEMS.contains(&it.field.as_str())
        });
        found.extend(seen.items().iter().flat_map(|it| it.only(register::ITEM)));
        found.extend(seen.members().iter().flat_map(|it| it.only(members::MEMBER)));
        let files = seen.recordings();
        found.extend(files.iter().flat_map(|it| it.only(register::RECORDING)));
        found
    }),
    problem(
        Check::documented(
            "register.inside_items",
            "§1.7",
            "recordings, startedAt and finishedAt belong inside items[]",
        ),
        |seen| {
            let body = seen.of(Endpoint::RegisterCall);
            let astray =
                IN_ITEMS.iter().filter(|name| body.as_ref().is_some_and(|it| it.has(name)));
            astray
                .map(|name| Found::new(*name, format!("Could not find member '{name}'.")))
                .collect()
        },
    ),
    problem(
        Check::guess(
            "field.given",
            "§7",
            "externalId, direction, timestamp, items, legs, members and files are given",
        ),
        |seen| {
            let needs = seen.endpoint().map(Endpoint::needs).unwrap_or_default();
            let mut found = seen.told().map(|it| it.given(needs)).unwrap_or_default();
            found.extend(seen.items().iter().flat_map(|it| it.given(register::ITEM_NEEDS)));
            found.extend(seen.members().iter().flat_map(|it| it.given(&["type"])));
            let files = seen.recordings();
            found.extend(files.iter().flat_map(|it| it.given(register::RECORDING)));
            found
        },
    ),
    problem(
        Check::documented(
            "field.not_null",
            "§6, §7",
            "what may be left out is left out, never null: startedAt of a missed call above all",
        ),
        |seen| each_field(seen, serde_json::Value::is_null, "The value must not be null."),
    ),
    problem(Check::guess("field.not_empty", "§7", "no text is empty"), |seen| {
        let empty = |value: &serde_json::Value| value.as_str() == Some("");
        each_field(seen, empty, "The value must not be empty.")
    }),
    problem(
        Check::documented(
            "field.text",
            "§5, §7",
            "externalId, ids of legs, phones, file names and types are texts",
        ),
        |seen| {
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
            convertible(seen, &texts, TEXT, text)
        },
    ),
    problem(
        Check::documented(
            "field.guid",
            "§4, §6.1",
            "communicationId, userId, fileId and recordingFileId are ids in lower case",
        ),
        |seen| {
            let ids = ["communicationId", "userId", "fileId", "recordingFileId"];
            convertible(seen, &ids, GUID, guid)
        },
    ),
    problem(
        Check::documented(
            "field.moment",
            "§4",
            "moments are RFC 3339 with an offset and at most 7 digits of a second",
        ),
        |seen| {
            let moments = ["timestamp", "externalCreatedAt", "startedAt", "finishedAt"];
            convertible(seen, &moments, MOMENT, moment)
        },
    ),
    problem(
        Check::answered("direction.choice", "§4, §5", "direction is inbound, outbound or internal"),
        |seen| {
            let to = "Xcom.Api.Models.Communications.CommunicationDirection";
            convertible(seen, &["direction"], to, one_of(DIRECTIONS))
        },
    ),
    problem(
        Check::documented(
            "event.type_choice",
            "§6.3",
            "type of an event is appeared, connected, paused or disconnected",
        ),
        |seen| {
            let to = "Xcom.Api.Models.Communications.CallEventType";
            let event = seen.of(Endpoint::CallEvent);
            event.map(|it| it.converts("type", to, one_of(EVENTS))).unwrap_or_default()
        },
    ),
    problem(
        Check::guess(
            "event.not_finished",
            "§6.3",
            "a leg ends with disconnected and a call with call-finished, never with `finished`",
        ),
        |seen| {
            let event = seen.of(Endpoint::CallEvent);
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
        |seen| {
            let Some(body) = seen.told() else {
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
        |seen| {
            let Some(body) = seen.told() else {
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
        |seen| {
            let Some(body) = seen.told() else {
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
        |seen| {
            let names = matches!(
                seen.endpoint(),
                Some(Endpoint::CallEvent | Endpoint::CallFinished | Endpoint::CallRecording)
            );
            match seen.told() {
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

fn each_field(seen: &Seen<'_>, wrong: fn(&serde_json::Value) -> bool, says: &str) -> Vec<Found> {
    let objects = everywhere(seen);
    let found = objects.iter().flat_map(|object| {
        let fields = object.map.iter().filter(|(_, value)| wrong(value));
        fields.flat_map(|(name, _)| object.at(name, says))
    });
    found.collect()
}

/// Whether these fields, wherever they are, can be read as what they are.
fn convertible(
    seen: &Seen<'_>,
    names: &[&str],
    to: &str,
    good: impl Fn(&serde_json::Value) -> bool,
) -> Vec<Found> {
    let objects = everywhere(seen);
    let found = objects
        .iter()
        .flat_map(|object| names.iter().flat_map(|name| object.converts(name, to, &good)));
    found.collect()
}
