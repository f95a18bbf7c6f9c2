//! Checks of `event` in `POST /api/v5/telephony/call/event`.

use crate::check::{documented, guess};
use crate::schema::{Object, field};

use super::kinds::{PHONE, SHOP, TEXT, TEXTS, WHOLES, choice};
use super::values::texts_only;
use super::{Endpoint, Kind, Refusal, Schema, When};

const HANGUP: &[When] = &[When::Is("type", "hangup")];
const HANGUP_STATUSES: &[&str] = &["answered", "busy", "cancel", "failed", "no answered"];

const WEB_ANALYTICS: Kind =
    Kind::new("an object of campaign (name, code) and queryString, texts", |it, _| {
        it.as_object().is_some_and(|fields| {
            fields.iter().all(|(name, value)| match name.as_str() {
                "campaign" => texts_only(value, &["name", "code"]),
                "queryString" => value.is_string(),
                _ => false,
            })
        })
    })
    .example(
        r#"{"campaign": {"name": "Весна", "code": "spring"}, "queryString": "a=b"}"#,
        r#"[{"campaign": {"name": "Весна", "id": 3}}, {"url": "a"}, {"queryString": 5}, "a=b"]"#,
    );

pub(super) const EVENT: Schema = Schema::new(
    "event",
    Refusal::EntityMap,
    |cx| cx.event.iter().map(Object::root).collect(),
    &[
        field("phone").required(documented("§2.1")).form(PHONE, guess("§2.1, §2.2")),
        field("type").required(documented("§2.1")).form(
            choice(&["in", "out", "hangup"]).refusing(r#"["answered", 1]"#),
            documented("§2.1"),
        ),
        field("codes")
            .required(documented("§2.1"))
            .when(&[When::Without("userIds")])
            .form(TEXTS, documented("§2.1")),
        field("userIds").form(WHOLES, documented("§2.1")),
        field("hangupStatus")
            .required(documented("§2.1"))
            .when(HANGUP)
            .form(
                choice(HANGUP_STATUSES).refusing(r#"["no answer", "missed"]"#),
                documented("§2.1"),
            )
            .only(guess("§2.1"))
            .when(HANGUP),
        field("externalPhone").form(PHONE, guess("§2.1")),
        field("callExternalId").form(TEXT, documented("§2.1")),
        field("site").form(SHOP, guess("§1.9, §2.1")),
        field("webAnalyticsData").form(WEB_ANALYTICS, documented("§2.1")),
    ],
)
.of(&[Endpoint::CallEvent])
.known(guess("§2.1"))
.not_blank(guess("§2.1"));
