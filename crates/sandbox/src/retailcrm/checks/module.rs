//! Checks of `integrationModule` in `POST /api/v5/integration-modules/{code}/edit`, and of
//! `requires` in `…/update-scopes`.

use serde_json::Value;

use crate::check::{Detail, answered, documented, guess};
use crate::schema::field;

use super::Endpoint::{ModuleEdit, ModuleScopes};
use super::kinds::{FLAG, OBJECT, OBJECTS, PHONE, TEXT, TEXTS, WHOLE};
use super::values::{BLANK, CHOICE, link};
use super::{Field, Kind, Refusal, RequestContext, Row, Schema};

/// Plain http on this machine only; a blank one has a rule of its own.
const LINK: Kind = Kind::new("an https link", |it, _| it.as_str() == Some("") || link(it)).example(
    r#""https://connector.example.test/account""#,
    r#"["http://connector.example.test/account", 5]"#,
);

/// Plain http on this machine only.
const HOOK: Kind = Kind::new("an https link", |it, _| link(it)).example(
    r#""https://connector.example.test/call""#,
    r#"["http://connector.example.test/call", "", 5]"#,
);

const SVG: Kind = Kind::new("a link to an SVG picture", |it, _| {
    let url = it.as_str().and_then(|text| url::Url::parse(text).ok());
    url.is_some_and(|url| url.path().to_ascii_lowercase().ends_with(".svg"))
})
.example(
    r#""https://connector.example.test/logo.svg""#,
    r#"["https://connector.example.test/logo.png", 5]"#,
)
.says("Logo image must be svg");

/// PHP serializes an empty map as a list (§1.8), so a response may be sent back.
const ACTIONS: Kind = Kind::new("activity and settings, each with a path", |it, _| match it {
    Value::Array(items) => items.is_empty(),
    Value::Object(actions) => actions.iter().all(|(name, path)| {
        matches!(name.as_str(), "activity" | "settings")
            && path.as_str().is_some_and(|path| path.starts_with('/'))
    }),
    _ => false,
})
.example(
    r#"{"activity": "/activity", "settings": "/settings"}"#,
    r#"[{"call": "/call"}, {"activity": "activity"}, ["activity"]]"#,
)
.says(CHOICE);

const FILLED: Kind = Kind::new("a text with something in it", |it, _| {
    it.as_str().is_some_and(|text| !text.is_empty())
})
.example(r#""101""#, r#"["", 102]"#);

const PAIR: &[Field] = &[
    field("userId").required(documented("§2.4")).form(WHOLE, documented("§2.4")),
    field("code").required(documented("§2.4")).form(FILLED, documented("§2.4")),
];

const LINE: &[Field] = &[
    field("siteCode").required(documented("§2.4")).form(FILLED, documented("§2.4")),
    field("externalPhone").required(documented("§2.4")).form(PHONE, documented("§2.4")),
];

const TELEPHONY: &[Field] = &[
    field("makeCallUrl").form(HOOK, guess("§2.4, §3")),
    field("changeUserStatusUrl").form(HOOK, guess("§2.4, §3")),
    field("allowEdit").form(FLAG, documented("§2.4")),
    field("inputEventSupported").form(FLAG, documented("§2.4")),
    field("outputEventSupported").form(FLAG, documented("§2.4")),
    field("hangupEventSupported").form(FLAG, documented("§2.4")),
    field("additionalCodes")
        .form(OBJECTS.accepting(r#"[{"userId": 7, "code": "101"}]"#), documented("§2.4"))
        .each(PAIR),
    field("externalPhones")
        .form(
            OBJECTS.accepting(r#"[{"siteCode": "shop-one", "externalPhone": "375171234567"}]"#),
            documented("§2.4"),
        )
        .each(LINE),
];

pub(super) const MODULE: Schema = Schema::new(
    "module",
    Refusal::EntityMap,
    |cx| cx.objects_of(&[ModuleEdit]),
    &[
        field("code")
            .check(
                "of_path",
                documented("§2.4"),
                "code is the one in the path",
                |module, cx: &RequestContext<'_>| module.text("code") == Some(cx.thing.as_str()),
            )
            .refuses(r#"[{"code": null}, {"code": "another", "integrationCode": null}]"#)
            .check(
                "prefix",
                answered("§2.4"),
                "code begins with integrationCode, when that is sent",
                |module, _| {
                    let prefix = module.text("integrationCode").unwrap_or_default();
                    module.text("code").is_none_or(|code| code.starts_with(prefix))
                },
            )
            .says("Code prefix must match integrationCode")
            .refuses(r#"[{"integrationCode": "other"}]"#),
        field("integrationCode").form(TEXT.accepting(r#""vochi""#), documented("§2.4")),
        field("active").form(FLAG, documented("§2.4")),
        field("freeze").form(FLAG, documented("§2.4")),
        field("native").form(FLAG, documented("§2.4")),
        field("name").form(TEXT, documented("§2.4")),
        field("logo").form(SVG, answered("§2.4")),
        field("clientId").form(TEXT, documented("§2.4")),
        field("baseUrl")
            .check("given", answered("§2.4"), "baseUrl is given", |module, _| {
                module.text("baseUrl").is_some_and(|url| !url.is_empty())
            })
            .says("This value should not be blank")
            .refuses(r#"[{"baseUrl": null}]"#)
            .form(LINK.refusing(r#"["http://connector.example.test"]"#), guess("§2.4, §3")),
        field("actions").form(ACTIONS, answered("§2.4")),
        field("availableCountries").form(TEXTS, documented("§2.4")),
        field("accountUrl").form(LINK, guess("§2.4, §3")),
        field("integrations").form(OBJECT.accepting("{}"), documented("§2.4")).inside(&[field(
            "telephony",
        )
        .form(OBJECT.accepting("{}"), documented("§2.4"))
        .inside(TELEPHONY)]),
    ],
)
.of(&[ModuleEdit])
.known(guess("§2.4"));

pub(super) const PAID: &[Row] = &[Row::new(
    "module.paid",
    answered("§1.4"),
    "there is money in the account when a module is activated",
    Refusal::NotActivated,
    |cx| {
        let text = "Your account has insufficient funds to activate integration module";
        let modules = cx.objects_of(&[ModuleEdit]);
        let activates =
            modules.iter().any(|it| it.fields.get("active") == Some(&Value::Bool(true)));
        if activates && !cx.account.has_funds { vec![Detail::new("", text)] } else { Vec::new() }
    },
)];

pub(super) const CONNECTED: &[Row] = &[Row::new(
    "module.simple_connection",
    answered("§2.4"),
    "the module was connected by the simple connection of the marketplace",
    Refusal::Says(400, "Not enabled simple connection"),
    |cx| {
        let connected = cx.account.simple_connections.contains(&cx.thing);
        Detail::whole_if(cx.is(ModuleScopes) && !connected)
    },
)];

const SOME: Kind =
    Kind::new("not an empty list", |it, _| it.as_array().is_none_or(|it| !it.is_empty()))
        .refusing("[[]]")
        .says(BLANK);

pub(super) const SCOPES: Schema = Schema::new(
    "requires",
    Refusal::EntityMap,
    |cx| cx.objects_of(&[ModuleScopes]),
    &[field("scopes")
        .required(documented("§2.4"))
        .form(SOME, documented("§2.4"))
        .value(TEXTS, documented("§2.4"))],
)
.of(&[ModuleScopes])
.known(documented("§2.4"));
