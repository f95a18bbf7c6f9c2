//! What Bitrix24 ignores silently, or understands in another way than it was meant.

use serde_json::Value;

use crate::check::{Detail, Source, answered, documented, guess};
use crate::php::text_of;
use crate::schema::{When, field};

use super::super::portal::List as L;
use super::super::rights::Credential;
use super::super::{batch, handlers, query};
use super::kinds::{
    COMMUNICATION, DECIMAL, E164, ENTITY, EVENT_TYPE, FLAG, HALT, ID, IDS, LINE, LIST, MAP, METHOD,
    NAMES, NOTIFICATION, OFFSET_DATE, PHONES, SECONDS, START, STATUS, TEXT, TWENTY, URL, USER,
    VOTE, YES_NO,
};
use super::{Endpoint as E, Field, Kind, Refusal, RequestContext, Row, Rules, Schema};

const fn of(name: &'static str, kind: Kind, source: Source) -> Field {
    field(name).form(kind, source)
}

macro_rules! known {
    ($name:literal, $source:expr, $endpoints:expr, $fields:expr) => {
        known!($name, $source, $endpoints, $fields, "")
    };
    ($name:literal, $source:expr, $endpoints:expr, $fields:expr, $plain:literal) => {
        &Schema::new($name, Refusal::Ignored, |cx| cx.of($endpoints), $fields)
            .known($source)
            .not_blank(documented("§1.2, §16"))
            .plain($plain)
    };
}

/// `fields` of a new record.
macro_rules! record {
    ($name:literal, $list:expr, $fields:expr, $plain:literal) => {
        &Schema::new($name, Refusal::Ignored, |cx| cx.fields_of(E::Add, $list), $fields)
            .known(answered("§10.2"))
            .plain($plain)
    };
}

const CALL: Source = documented("§4");
const END: Source = documented("§5");
const FORMS: Source = documented("§1.2");
const LISTS: Source = documented("§2.3, §10.2");
const EVENTS: Source = documented("§9.5");
const OFFLINE: Source = documented("§9.6");
const ENTITIES: Source = documented("§10.2");
const ITEMS: Source = documented("§10.4");

const RECORD_PHONES: Field = of("PHONE", PHONES, ENTITIES);
const ASSIGNED: Field = of("ASSIGNED_BY_ID", ID, ENTITIES);
const OPENED: Field = of("OPENED", YES_NO, ENTITIES);

/// Parameters that are read; all others are ignored.
pub(super) const KNOWN: &[&Schema] = &[
    known!(
        "register",
        documented("§4"),
        &[E::Register],
        &[
            of("USER_PHONE_INNER", TEXT, CALL),
            field("PHONE_NUMBER").value(E164, documented("§16")),
            field("CALL_START_DATE").value(OFFSET_DATE, FORMS),
            of("CRM_CREATE", FLAG, FORMS),
            of("CRM_SOURCE", TEXT, CALL),
            of("CRM_ENTITY_TYPE", ENTITY, CALL),
            of("CRM_ENTITY_ID", ID, CALL)
                .required(documented("§4"))
                .when(&[When::With("CRM_ENTITY_TYPE")]),
            of("SHOW", FLAG, FORMS),
            of("ADD_TO_CHAT", FLAG, FORMS),
            of("LINE_NUMBER", LINE, CALL),
            of("EXTERNAL_CALL_ID", TEXT, CALL),
        ],
        "USER_ID TYPE CALL_LIST_ID"
    ),
    known!(
        "finish",
        documented("§5"),
        &[E::Finish],
        &[
            of("USER_PHONE_INNER", TEXT, END),
            of("DURATION", SECONDS, END),
            of("COST", DECIMAL, END),
            of("STATUS_CODE", STATUS, END),
            of("VOTE", VOTE, END),
            of("ADD_TO_CHAT", FLAG, FORMS),
            of("RECORD_URL", URL, END),
        ],
        "CALL_ID USER_ID COST_CURRENCY FAILED_REASON"
    ),
    known!(
        "card",
        documented("§6"),
        &[E::Show, E::Hide],
        &[
            field("CALL_ID").form(TEXT, documented("§6")).required(documented("§6")),
            of("USER_ID", IDS, documented("§6")),
        ]
    ),
    known!(
        "record",
        documented("§7"),
        &[E::Attach],
        &[
            field("CALL_ID").form(TEXT, documented("§7")).required(documented("§7")),
            of("RECORD_URL", URL, documented("§7")),
        ],
        "FILENAME FILE_CONTENT"
    ),
    known!(
        "search",
        documented("§8"),
        &[E::Search],
        &[of("PHONE_NUMBER", E164, documented("§16"))]
    ),
    known!(
        "line",
        documented("§8"),
        &[E::LineAdd, E::LineUpdate, E::LineDelete],
        &[of("NUMBER", LINE, CALL), of("CRM_AUTO_CREATE", YES_NO, documented("§8"))],
        "NAME"
    ),
    known!(
        "transcript",
        documented("§8"),
        &[E::Transcription],
        &[
            field("CALL_ID").form(TEXT, documented("§8")).required(documented("§8")),
            of("COST", DECIMAL, documented("§8")),
        ],
        "MESSAGES COST_CURRENCY"
    ),
    known!(
        "statistic",
        documented("§2.3, §8"),
        &[E::Statistic],
        &[
            of("FILTER", MAP, documented("§8")),
            of("SORT", TEXT, documented("§2.3")),
            of("ORDER", TEXT, documented("§2.3")),
            of("start", START, documented("§2.3")),
        ]
    ),
    known!(
        "phone-users",
        documented("§8"),
        &[E::PhoneUsers],
        &[of("USER_ID", IDS, documented("§8"))]
    ),
    &Schema::new("plain", Refusal::Ignored, |cx| cx.of(&[E::Plain]), &[]).known(guess("§12")),
    known!("scope", documented("§12"), &[E::Scope], &[field("FULL")]),
    known!(
        "method",
        documented("§12"),
        &[E::MethodGet],
        &[field("NAME").form(METHOD, documented("§12")).required(documented("§12"))]
    ),
    known!("feature", documented("§12"), &[E::FeatureGet], &[field("CODE")]),
    known!(
        "batch",
        documented("§2.4"),
        &[E::Batch],
        &[of("HALT", HALT, documented("§1.2, §2.4")), field("CMD")]
    ),
    known!("events", guess("§9.5"), &[E::Events], &[field("SCOPE"), field("FULL")]),
    known!(
        "bind",
        EVENTS,
        &[E::EventBind],
        &[
            of("HANDLER", URL, EVENTS),
            of("AUTH_TYPE", USER, EVENTS),
            of("EVENT_TYPE", EVENT_TYPE, EVENTS),
        ],
        "EVENT AUTH_CONNECTOR OPTIONS"
    ),
    known!(
        "unbind",
        EVENTS,
        &[E::EventUnbind],
        &[
            of("AUTH_TYPE", USER, EVENTS),
            of("EVENT_TYPE", EVENT_TYPE, EVENTS),
            field("EVENT")
                .check("given", documented("§9.5"), "one event is unbound, not all", |it, _| {
                    it.has("EVENT")
                })
                .refuses(r#"[{"EVENT": null}]"#),
        ],
        "HANDLER"
    ),
    known!(
        "offline-get",
        OFFLINE,
        &[E::OfflineGet],
        &[
            of("CLEAR", FLAG, OFFLINE),
            of("LIMIT", ID, OFFLINE),
            of("FILTER", MAP, OFFLINE),
            of("ORDER", MAP, OFFLINE),
        ],
        "AUTH_CONNECTOR ERROR PROCESS_ID"
    ),
    known!(
        "offline-list",
        OFFLINE,
        &[E::OfflineList],
        &[
            of("FILTER", MAP, OFFLINE),
            of("ORDER", MAP, OFFLINE),
            of("start", START, documented("§2.3")),
        ]
    ),
    known!(
        "offline-package",
        OFFLINE,
        &[E::OfflineClear, E::OfflineError],
        &[
            field("PROCESS_ID").form(TEXT, OFFLINE).required(OFFLINE),
            of("ID", LIST, OFFLINE),
            of("MESSAGE_ID", LIST, OFFLINE),
        ]
    ),
    known!(
        "users",
        documented("§11"),
        &[E::UserGet],
        &[
            of("FILTER", MAP, documented("§11")),
            of("SORT", TEXT, documented("§11")),
            of("SELECT", NAMES, documented("§11")),
            of("start", START, documented("§2.3")),
        ],
        "ORDER ADMIN_MODE"
    ),
    &Schema::new("user", Refusal::Ignored, |cx| cx.of(&[E::UserUpdate]), &[])
        .known(documented("§11"))
        .plain(
            "ID UF_PHONE_INNER NAME LAST_NAME SECOND_NAME WORK_PHONE PERSONAL_MOBILE \
             PERSONAL_PHONE ACTIVE",
        ),
    known!(
        "notice",
        documented("§12"),
        &[E::Notify],
        &[
            of("USER_ID", ID, documented("§12")),
            of("TYPE", NOTIFICATION, documented("§12")),
            field::<Rules>("CLIENT_ID")
                .check(
                    "with_tag",
                    documented("§12"),
                    "a webhook sends CLIENT_ID with TAG",
                    |it, cx| {
                        let is_application =
                            cx.credential.as_ref().is_ok_and(Credential::is_application);
                        is_application || !it.has("TAG") || it.has("CLIENT_ID")
                    },
                )
                .refuses(r#"[{"TAG": "missed"}]"#),
        ],
        "MESSAGE MESSAGE_OUT TAG SUB_TAG ATTACH"
    ),
    known!(
        "list",
        LISTS,
        &[E::List],
        &[
            of("order", MAP, LISTS),
            of("select", NAMES, LISTS),
            of("start", START, documented("§2.3")),
        ],
        "filter"
    ),
    known!("get", guess("§10.2"), &[E::Get], &[field("id")]),
    known!(
        "add",
        ENTITIES,
        &[E::Add, E::ActivityAdd],
        &[field("fields"), field("params").inside(&[of("REGISTER_SONET_EVENT", YES_NO, ENTITIES)]),]
    ),
    record!(
        "contact",
        L::Contacts,
        &[ASSIGNED, OPENED, RECORD_PHONES],
        "NAME SECOND_NAME LAST_NAME TYPE_ID SOURCE_ID COMPANY_ID EMAIL COMMENTS POST ORIGINATOR_ID \
         ORIGIN_ID"
    ),
    record!(
        "lead",
        L::Leads,
        &[ASSIGNED, OPENED, RECORD_PHONES],
        "TITLE NAME SECOND_NAME LAST_NAME STATUS_ID SOURCE_ID COMPANY_ID CONTACT_ID EMAIL COMMENTS \
         ORIGINATOR_ID ORIGIN_ID OPPORTUNITY CURRENCY_ID"
    ),
    record!(
        "company",
        L::Companies,
        &[ASSIGNED, OPENED, RECORD_PHONES],
        "TITLE COMPANY_TYPE EMAIL COMMENTS ORIGINATOR_ID ORIGIN_ID"
    ),
    record!(
        "deal",
        L::Deals,
        &[ASSIGNED, OPENED],
        "TITLE TYPE_ID CATEGORY_ID STAGE_ID CONTACT_ID CONTACT_IDS COMPANY_ID SOURCE_ID COMMENTS \
         OPPORTUNITY CURRENCY_ID ORIGINATOR_ID ORIGIN_ID CLOSED"
    ),
    known!(
        "duplicates",
        documented("§10.1"),
        &[E::Duplicates],
        &[
            of("type", COMMUNICATION, documented("§10.1")),
            field("values").form(TWENTY, documented("§10.1")).required(documented("§10.1")),
            of("entity_type", ENTITY, documented("§10.1")),
        ]
    ),
    known!(
        "items",
        ITEMS,
        &[E::ItemList],
        &[
            of("entityTypeId", ID, ITEMS),
            of("filter", MAP, ITEMS),
            of("order", MAP, ITEMS),
            of("select", NAMES, ITEMS),
            of("start", START, documented("§2.3")),
        ],
        "useOriginalUfNames"
    ),
    known!(
        "item",
        ITEMS,
        &[E::ItemGet, E::ItemAdd, E::ItemUpdate],
        &[
            of("entityTypeId", ID, ITEMS),
            of("id", ID, ITEMS)
                .required(ITEMS)
                .when(&[When::On(&[E::ItemGet, E::ItemUpdate])])
                .known_in(&[E::ItemGet, E::ItemUpdate]),
            of("fields", MAP, ITEMS)
                .required(ITEMS)
                .when(&[When::On(&[E::ItemAdd, E::ItemUpdate])])
                .known_in(&[E::ItemAdd, E::ItemUpdate]),
        ],
        "useOriginalUfNames"
    ),
];

pub(super) const FORM: &[Row] = &[
    Row::new(
        "body.form",
        documented("§1.2"),
        "a body is a JSON object, a form or multipart/form-data",
        Refusal::Ignored,
        |cx| Detail::whole_if(!handlers::is_readable(cx.request)),
    ),
    Row::new(
        "batch.length",
        answered("§2.4"),
        "a batch has at most 50 commands",
        Refusal::Ignored,
        |cx| commands(cx, |number, _, _| batch::is_surplus(number)),
    ),
    Row::new(
        "batch.method",
        answered("§2.4"),
        "no command is batch, upload or download",
        Refusal::Ignored,
        |cx| commands(cx, |_, name, _| batch::is_refused(name)),
    ),
    Row::new(
        "batch.hash",
        documented("§2.4"),
        "# is encoded in a command: a raw one cuts it",
        Refusal::Ignored,
        |cx| commands(cx, |_, _, text| text.contains('#')),
    ),
];

/// The commands of a batch that a function finds.
fn commands(
    cx: &RequestContext<'_>,
    finds: fn(number: usize, name: &str, text: &str) -> bool,
) -> Vec<Detail> {
    let commands = if cx.is(&[E::Batch]) { batch::described(cx.request) } else { Vec::new() };
    let found = commands.into_iter().filter(|(number, _, name, text)| finds(*number, name, text));
    found.map(|(_, key, ..)| Detail::new(key, "")).collect()
}

/// Checks of values inside the parameters.
pub(super) const ROWS: &[Row] = &[
    Row::new(
        "filter.known",
        documented("§10.2"),
        "a filter names members of the list; others are ignored",
        Refusal::Ignored,
        |cx| {
            let Some(operation) = cx.operation.filter(|it| it.endpoint == E::List) else {
                return Vec::new();
            };
            let filter = cx.parameters.get("filter").and_then(Value::as_object);
            let records = cx.portal.list(operation.list);
            let names = filter.into_iter().flat_map(|it| it.keys()).map(|it| query::field_of(it));
            let is_known = |name: &str| {
                name == "logic"
                    || name.bytes().all(|it| it.is_ascii_digit())
                    || ["PHONE", "EMAIL"].contains(&name)
                    || records.is_empty()
                    || records.iter().any(|it| it.contains_key(name))
            };
            names.filter(|name| !is_known(name)).map(|name| Detail::new(name, "")).collect()
        },
    ),
    Row::new(
        "fm.type",
        answered("§10.4"),
        "every element of fm has typeId; without it nothing happens",
        Refusal::Ignored,
        |cx| {
            let fields =
                cx.parameters.get("fields").filter(|_| cx.is(&[E::ItemAdd, E::ItemUpdate]));
            let fm = fields.and_then(|it| it.get("fm")).map(crate::php::items);
            let without = fm.into_iter().flatten().filter(|it| it.get("typeId").is_none());
            without.map(|it| Detail::new("fm", text_of(&it))).collect()
        },
    ),
    Row::new(
        "user.known",
        documented("§6, §10.2"),
        "a card is shown to active employees, and an entity belongs to one",
        Refusal::Ignored,
        |cx| {
            let users = cx.parameters.get("USER_ID").filter(|_| cx.is(&[E::Show, E::Hide]));
            let fields = cx.parameters.get("fields").filter(|_| cx.is(&[E::Add]));
            let users = users.or_else(|| fields?.get("ASSIGNED_BY_ID")).map(crate::php::items);
            let unknown = |it: &Value| {
                let id = crate::php::number(it).filter(|id| *id > 0);
                id.is_some_and(|id| cx.portal.active_user(id).is_none())
            };
            let users = users.into_iter().flatten();
            users.filter(unknown).map(|it| Detail::new(text_of(&it), "")).collect()
        },
    ),
];
