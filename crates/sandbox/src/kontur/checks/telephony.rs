//! Checks of the bodies of telephony requests (§7).

use std::collections::BTreeSet;

use crate::check::{Check, Source, answered, documented, guess};
use crate::schema::{Object, field};

use super::super::ids;
use super::kinds::{
    EXTERNAL_ID, FILE, GUID, LEG, LENGTH, MEMBER, MOMENT, OBJECTS, PHONE, TEXT, USER,
};
use super::{Endpoint, Field, Kind, Refusal, RequestContext, Row, Schema, When, row};

const GIVEN: Source = guess("§7");
const TEXTS: Source = documented("§5, §7");
const IDS: Source = documented("§4, §6.1");
const MOMENTS: Source = documented("§4");

const EVENTS: &[&str] = &["appeared", "connected", "paused", "disconnected", "finished"];

const fn text(name: &'static str) -> Field {
    field(name).form(TEXT, TEXTS)
}

const fn guid(name: &'static str, kind: Kind) -> Field {
    field(name).form(kind, IDS)
}

const fn moment(name: &'static str) -> Field {
    field(name).form(MOMENT, MOMENTS)
}

/// An id of a leg.
const fn leg(name: &'static str) -> Field {
    text(name).value(LEG, documented("§1.4, §6.1"))
}

const CALL: Field = guid("communicationId", GUID);
/// The call, which externalId may name instead.
const NAMED: Field = CALL.required(guess("§6.1, §6.2")).when(&[When::Without("externalId")]);
const ID: Field = text("externalId").value(EXTERNAL_ID, documented("§1.4, §6.2"));
const LINE: Field = text("externalVatsPhone").value(PHONE, guess("§4"));
/// A call from a hidden number has no client either.
const CLIENT: Field = text("clientPhone")
    .value(PHONE, guess("§4"))
    .only(GIVEN)
    .when(&[When::IsNot("direction", "internal")])
    .says("An internal call has no clientPhone.");
const DIRECTION: Field = field("direction").required(GIVEN).form(
    Kind::one_of(&["inbound", "outbound", "internal"])
        .refusing(r#"["in2bound", "Inbound", 1]"#)
        .says("Xcom.Api.Models.Communications.CommunicationDirection"),
    answered("§4, §5"),
);
const TIMESTAMP: Field = moment("timestamp").required(GIVEN);

const PARTICIPANT: &[Field] = &[
    field("type").required(GIVEN).form(
        Kind::one_of(&["client", "user"])
            .example(r#""user""#, r#"["operator", 1]"#)
            .says("Xcom.Api.Models.Communications.CallMemberType"),
        documented("§4, §6"),
    ),
    guid("userId", USER)
        .only(guess("§6"))
        .when(&[When::IsNot("type", "client")])
        .says("A client has no userId."),
];
const FROM: Field =
    field("from").required(GIVEN).form(MEMBER, documented("§4, §6")).inside(PARTICIPANT);
const TO: Field = field("to")
    .required(GIVEN)
    .form(MEMBER, documented("§4, §6"))
    .check(
        "pair",
        guess("§6"),
        "a leg is between two: client and user, or two users who are not the same",
        |it, _| is_pair(it),
    )
    .says("A leg has two participants.")
    .refuses(
        r#"[{"from": {"type": "client"}, "to": {"type": "client"}},
            {"from": {"type": "user", "userId": "a1b2c3d4-1111-4a4a-8b8b-000000000101"}}]"#,
    )
    .inside(PARTICIPANT);

const RECORDING: &[Field] = &[
    guid("fileId", FILE).required(GIVEN),
    field("fileName").required(GIVEN).form(TEXT.accepting(r#""leg.mp3""#), TEXTS),
    field("contentType").required(GIVEN).form(TEXT.accepting(r#""audio/mpeg""#), TEXTS),
    field("contentLength").required(GIVEN).form(LENGTH, documented("§1.13, §7")),
];
const ITEM: &[Field] = &[
    leg("id").required(GIVEN),
    FROM,
    TO,
    field("recordings")
        .form(OBJECTS, documented("§7"))
        .value(
            Kind::new("left out when there is none, never []", |it, _| {
                it.as_array().is_some_and(|items| !items.is_empty())
            })
            .refusing("[[]]")
            .says("The list is empty."),
            guess("§7.1"),
        )
        .each(RECORDING),
    moment("startedAt")
        .check(
            "talk",
            guess("§6"),
            "startedAt, when a leg was answered, is before finishedAt",
            |it, _| {
                let at = |name| it.text(name).and_then(ids::moment);
                at("startedAt").zip(at("finishedAt")).is_none_or(|(from, to)| from < to)
            },
        )
        .says("The leg ends before it is answered.")
        .refuses(
            r#"[{"startedAt": "2025-11-20T09:42:10Z", "finishedAt": "2025-11-20T09:42:10Z"}]"#,
        ),
    moment("finishedAt").required(GIVEN),
];

type Objects = for<'a, 'r> fn(&'a RequestContext<'r>) -> Vec<Object<'a>>;

const fn method(name: &'static str, objects: Objects, fields: &'static [Field]) -> Schema {
    Schema::new(name, Refusal::Problem, objects, fields)
        .known(GIVEN)
        .not_null(documented("§6, §7"))
        .not_blank(GIVEN)
}

/// The body of each method.
pub(super) const METHODS: &[&Schema] = &[
    &method(
        "call-started",
        |cx| cx.body_of(&[Endpoint::CallStarted]),
        &[TIMESTAMP, CALL, ID.required(GIVEN), LINE, CLIENT, DIRECTION],
    ),
    &method(
        "call-event",
        |cx| cx.body_of(&[Endpoint::CallEvent]),
        &[
            NAMED,
            ID,
            leg("externalCallItemId").required(GIVEN),
            leg("realtimeCallItemId").required(GIVEN),
            TIMESTAMP,
            field("type")
                .required(GIVEN)
                .form(
                    Kind::one_of(EVENTS)
                        .refusing(r#"["ringing", 1]"#)
                        .says("Xcom.Api.Models.Communications.CallEventType"),
                    documented("§6.3"),
                )
                .value(
                    Kind::new(
                        "not `finished`: a leg ends with disconnected, a call with call-finished",
                        |it, _| it != "finished",
                    )
                    .example(r#""appeared""#, r#"["finished"]"#)
                    .says("The value is not supported."),
                    guess("§6.3"),
                ),
            FROM,
            TO,
        ],
    ),
    &method(
        "call-finished",
        |cx| cx.body_of(&[Endpoint::CallFinished]),
        &[TIMESTAMP, NAMED, ID, LINE, CLIENT, DIRECTION],
    ),
    &method("call-failed", |cx| cx.body_of(&[Endpoint::CallFailed]), &[CALL.required(GIVEN)]),
    &method(
        "call-recording",
        |cx| cx.body_of(&[Endpoint::CallRecording]),
        &[
            NAMED,
            ID,
            leg("externalCallItemId").required(GIVEN),
            leg("realtimeCallItemId"),
            guid("recordingFileId", FILE).required(GIVEN),
        ],
    ),
    &method(
        "register-call",
        |cx| cx.body_of(&[Endpoint::RegisterCall]),
        &[
            LINE,
            CLIENT,
            field("items").required(GIVEN).form(OBJECTS, documented("§7")).each(ITEM),
            CALL,
            moment("externalCreatedAt").required(GIVEN),
            ID.required(GIVEN),
            DIRECTION,
        ],
    )
    // recordings, startedAt and finishedAt belong inside items.
    .known(guess("§1.7, §7")),
];

/// Rules over the legs of register-call.
pub(super) const LEGS: &[Row] = &[row(
    Check::documented("item.ids_unique", "§6.1", "every leg of a call has an id of its own"),
    Refusal::Problem,
    |cx| {
        let mut known = BTreeSet::new();
        let items = cx.items();
        let doubled = items.iter().filter(|it| it.text("id").is_some_and(|id| !known.insert(id)));
        doubled.map(|it| it.at("id", "The id is not unique.")).collect()
    },
)];

/// Returns true if two participants differ; of unknown users there may be two.
fn is_pair(leg: &Object<'_>) -> bool {
    let (Some(from), Some(to)) = (leg.inside("from"), leg.inside("to")) else {
        return true;
    };
    let who = |it: &Object<'_>| {
        let id = it.text("userId").filter(|_| it.text("type") != Some("client"));
        (it.text("type").map(str::to_owned), id.map(str::to_owned))
    };
    who(&from) != who(&to) || (from.text("type") == Some("user") && !from.has("userId"))
}
