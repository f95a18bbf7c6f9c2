//! Parameters that are required, or refused in another form.

use serde_json::Value;

use crate::check::{Source, answered, documented, guess};
use crate::php::number;
use crate::schema::{Object, field};

use super::super::portal::text_of;
use super::kinds::{
    AUDIO, BASE64, CALL_TYPE, DATE, DIALLED, EVENT, ID, LATER, LIST, MAP, MOMENT, SIDE,
};
use super::{Endpoint as E, Field, Refusal, RequestContext, Rules, Schema};

macro_rules! required {
    ($name:literal, $refusal:expr, $endpoints:expr, $fields:expr) => {
        &Schema::new($name, $refusal, |cx| cx.filled_of($endpoints), $fields)
    };
}

const fn needs(name: &'static str, source: Source, says: &'static str) -> Field {
    field(name).required(source).says(says)
}

const REGISTER: Source = answered("§4");
const FINISH: Source = answered("§5");
const RECORD: Source = answered("§7");
const LINES: Source = answered("§8");
const PHRASES: Source = answered("§8");
const CRM: Source = answered("§10.2");

const NO_USER: &str = "USER_ID or USER_PHONE_INNER should be set";
const UNKNOWN_USER: &str = "User is not found or is not active";

/// The user of a call; an unknown extension counts as none (§4).
const fn user(source: Source) -> Field {
    field::<Rules>("USER_ID")
        .check("given", source, "USER_ID or the extension of an active employee is sent", has_user)
        .says(NO_USER)
        .refuses(
            r#"[{"USER_ID": null}, {"USER_ID": ""}, {"USER_ID": 0},
                {"USER_ID": null, "USER_PHONE_INNER": "999"}]"#,
        )
        .check("active", source, "the user is an active employee", |it, cx| {
            let id = it.fields.get("USER_ID").and_then(number).filter(|id| *id != 0);
            id.is_none_or(|id| cx.portal.active_user(id).is_some())
        })
        .says(UNKNOWN_USER)
        .refuses(r#"[{"USER_ID": 99}, {"USER_ID": 21}]"#)
}

fn has_user(it: &Object<'_>, cx: &RequestContext<'_>) -> bool {
    let id = it.fields.get("USER_ID").and_then(number).filter(|id| *id != 0);
    let extension = it.fields.get("USER_PHONE_INNER").map(text_of);
    id.is_some() || extension.is_some_and(|it| cx.portal.user_by_extension(&it).is_some())
}

/// Required parameters; an empty value counts as missing.
pub(super) const REQUIRED: &[&Schema] = &[
    required!(
        "register",
        Refusal::Telephony,
        &[E::Register],
        &[
            user(REGISTER),
            needs("TYPE", REGISTER, "Unknown TYPE").form(CALL_TYPE, REGISTER).says("Unknown TYPE"),
            field("CALL_START_DATE")
                .form(DATE, REGISTER)
                .says("CALL_START_DATE should be in the ISO-8601 format"),
            needs("PHONE_NUMBER", REGISTER, "Unsupported phone number format")
                .form(DIALLED, REGISTER)
                .says("Unsupported phone number format"),
        ]
    ),
    required!(
        "finish-id",
        Refusal::Named,
        &[E::Finish],
        &[field("CALL_ID")
            .check("text", FINISH, "CALL_ID is a text", |it, _| {
                it.fields.get("CALL_ID").is_some_and(Value::is_string)
            })
            .says("INVALID_ARGUMENT|CALL_ID must be a string")
            .refuses(r#"[{"CALL_ID": null}, {"CALL_ID": 17}, {"CALL_ID": ["a"]}]"#)]
    ),
    required!("finish", Refusal::Telephony, &[E::Finish], &[user(FINISH)]),
    &Schema::new("record", Refusal::Telephony, |cx| cx.of(&[E::Attach]), RECORD_FIELDS),
    required!(
        "search",
        Refusal::Telephony,
        &[E::Search],
        &[needs("PHONE_NUMBER", answered("§8"), "PHONE_NUMBER is empty")]
    ),
    required!(
        "line",
        Refusal::Telephony,
        &[E::LineAdd, E::LineUpdate, E::LineDelete],
        &[needs("NUMBER", LINES, "NUMBER should not be empty")]
    ),
    &Schema::new(
        "line-update",
        Refusal::Telephony,
        |cx| cx.of(&[E::LineUpdate]),
        &[field("NAME")
            .check("any", LINES, "a change has NAME or CRM_AUTO_CREATE", |it, _| {
                it.has("NAME") || it.has("CRM_AUTO_CREATE")
            })
            .says("There are no fields to update")
            .refuses(r#"[{"NAME": null, "CRM_AUTO_CREATE": null}]"#)],
    ),
    &Schema::new(
        "transcript",
        Refusal::Telephony,
        |cx| cx.of(&[E::Transcription]),
        &[needs("MESSAGES", PHRASES, "MESSAGES should be an array")
            .form(LIST, PHRASES)
            .says("MESSAGES should be an array")
            .each(&[
                needs("SIDE", PHRASES, "{path} should be either Client or User")
                    .form(SIDE, PHRASES)
                    .says("{path} should be either Client or User"),
                field("START_TIME")
                    .form(MOMENT, guess("§8"))
                    .says("{path} should be greater than or equal to zero"),
                needs("STOP_TIME", PHRASES, "{path} should be greater than zero")
                    .form(LATER, PHRASES)
                    .says("{path} should be greater than zero"),
                field("MESSAGE")
                    .check("given", PHRASES, "MESSAGE is not empty", |it, _| {
                        it.fields.get("MESSAGE").is_some_and(|it| !text_of(it).is_empty())
                    })
                    .says("{path} is empty")
                    .refuses(r#"[{"MESSAGE": null}, {"MESSAGE": ""}]"#),
            ])],
    ),
    required!(
        "notice",
        Refusal::Named,
        &[E::Notify],
        &[
            needs("USER_ID", answered("§12"), "USER_ID_EMPTY|User ID can't be empty"),
            needs("MESSAGE", answered("§12"), "MESSAGE_EMPTY|Message can't be empty"),
        ]
    ),
    required!(
        "feature",
        Refusal::Named,
        &[E::FeatureGet],
        &[needs("CODE", answered("§12"), "CODE_EMPTY|CODE can't be empty")]
    ),
    required!(
        "bind",
        Refusal::Named,
        &[E::EventBind],
        &[
            needs("EVENT", answered("§9.5"), "ERROR_EVENT_NOT_FOUND|Event not found")
                .form(EVENT, answered("§9.5"))
                .says("ERROR_EVENT_NOT_FOUND|Event not found"),
            field("HANDLER")
                .check(
                    "given",
                    documented("§9.5, §9.6"),
                    "an online event has HANDLER",
                    |it, _| { it.has("HANDLER") || it.text("EVENT_TYPE") == Some("offline") }
                )
                .says("ERROR_ARGUMENT|Argument 'HANDLER' is null or empty")
                .refuses(r#"[{"HANDLER": null}]"#),
        ]
    ),
    required!(
        "get",
        Refusal::Plain,
        &[E::Get],
        &[needs("id", CRM, "ID is not defined or invalid")
            .form(ID, CRM)
            .says("ID is not defined or invalid")]
    ),
    required!(
        "add",
        Refusal::Plain,
        &[E::Add, E::ActivityAdd],
        &[needs("fields", CRM, "Parameter 'fields' must be array.")
            .form(MAP, CRM)
            .says("Parameter 'fields' must be array.")]
    ),
    required!(
        "list",
        Refusal::Plain,
        &[E::List],
        &[field("filter").form(MAP, CRM).says("Parameter 'filter' must be array")]
    ),
    required!(
        "activity",
        Refusal::Plain,
        &[E::ActivityAdd],
        &[field("fields").inside(&[field("COMMUNICATIONS")
            .check("given", answered("§10.3"), "a call has a communication", |it, _| {
                it.fields.get("COMMUNICATIONS").and_then(Value::as_array).is_some_and(|it| {
                    !it.is_empty() && it.iter().all(|it| it.get("VALUE").is_some())
                })
            })
            .says("The field COMMUNICATIONS is not defined or invalid")
            .refuses(r#"[{"COMMUNICATIONS": null}, {"COMMUNICATIONS": []}]"#)
            .check("one", answered("§10.3"), "a call has exactly one communication", |it, _| {
                it.fields
                    .get("COMMUNICATIONS")
                    .and_then(Value::as_array)
                    .is_none_or(|it| it.len() < 2)
            })
            .says("The only one communication is allowed for activity of specified type")
            .refuses(r#"[{"COMMUNICATIONS": [{"VALUE": "1"}, {"VALUE": "2"}]}]"#)])]
    ),
    required!(
        "duplicates",
        Refusal::Named,
        &[E::Duplicates],
        &[needs(
            "type",
            answered("§10.1"),
            "Communication type is not defined|Parameter 'type' is required.",
        )]
    ),
    required!(
        "item",
        Refusal::Named,
        &[E::ItemList, E::ItemGet, E::ItemAdd, E::ItemUpdate],
        &[
            field("filter").inside(&[field("PHONE")
                .check("none", answered("§10.4"), "phones are in no filter", |it, _| {
                    !it.fields.keys().any(|it| {
                        ["PHONE", "EMAIL", "fm"].contains(&super::super::query::field_of(it))
                    })
                })
                .says("INVALID_ARG_VALUE|Invalid filter: field 'PHONE' is not allowed in filter")
                .refuses(r#"[{"PHONE": "+375291112233"}, {"=fm": "+375291112233"}]"#)]),
            field("fields").inside(&[field("fm")
                .check("list", answered("§10.4"), "fm is a list or an object", |it, _| {
                    it.fields.get("fm").is_none_or(|it| it.is_array() || it.is_object())
                })
                .says("100|Expected iterable value for multiple field, but got `string` instead")
                .refuses(r#"[{"fm": "+375291112233"}]"#)]),
        ]
    ),
    required!(
        "phone-users",
        Refusal::Plain,
        &[E::PhoneUsers],
        &[needs("USER_ID", answered("§8"), "Parameter USER_ID is not set")]
    ),
    required!(
        "user",
        Refusal::Plain,
        &[E::UserUpdate],
        &[needs("ID", guess("§11"), "ID is not defined or invalid")
            .form(ID, guess("§11"))
            .says("ID is not defined or invalid")]
    ),
];

const RECORD_FIELDS: &[Field] = &[
    field("FILENAME")
        .check("or_url", RECORD, "RECORD_URL or FILENAME is sent", |it, _| {
            it.has("RECORD_URL") || it.has("FILENAME")
        })
        .says(
            "Required parameters are not set. Request should contain either URL or FILENAME \
             parameter",
        )
        .refuses(r#"[{"FILENAME": null}]"#)
        .check("given", RECORD, "FILENAME is not empty, without RECORD_URL", |it, _| {
            it.has("RECORD_URL") || it.text("FILENAME") != Some("")
        })
        .says("File name is empty")
        .refuses(r#"[{"FILENAME": ""}]"#)
        .form(AUDIO, RECORD)
        .when(&[crate::schema::When::With("FILE_CONTENT")])
        .says("Wrong file extension. Only wav and mp3 are allowed"),
    field("FILE_CONTENT")
        .check("given", RECORD, "FILE_CONTENT is not empty", |it, _| {
            it.text("FILE_CONTENT") != Some("")
        })
        .says("File content is empty.")
        .refuses(r#"[{"FILE_CONTENT": ""}]"#)
        .form(BASE64, RECORD)
        .says("File content is not properly encoded. Base64 encoding is expected."),
];
