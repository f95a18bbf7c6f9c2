//! Checks of `integrationModule` in `POST /api/v5/integration-modules/{code}/edit`.

use serde_json::Value;

use crate::check::{Check, Detail};

use super::values::{
    CHOICE, Entity, INVALID, flag, link, list_of, of_written, phone, text, whole_number,
};
use super::{Endpoint, Refusal, RequestContext, Row};

const FIELDS: &[&str] = &[
    "code",
    "integrationCode",
    "active",
    "freeze",
    "native",
    "name",
    "logo",
    "clientId",
    "baseUrl",
    "actions",
    "availableCountries",
    "accountUrl",
    "integrations",
];

const TELEPHONY: &[&str] = &[
    "makeCallUrl",
    "changeUserStatusUrl",
    "allowEdit",
    "inputEventSupported",
    "outputEventSupported",
    "hangupEventSupported",
    "additionalCodes",
    "externalPhones",
];

const FLAGS: &[&str] =
    &["allowEdit", "inputEventSupported", "outputEventSupported", "hangupEventSupported"];

const fn row(check: Check, finds: fn(&RequestContext<'_>) -> Vec<Detail>) -> Row {
    Row { check, refusal: Refusal::EntityMap, finds }
}

fn module(cx: &RequestContext<'_>, check: impl Fn(&Entity<'_>) -> Vec<Detail>) -> Vec<Detail> {
    if cx.is(Endpoint::ModuleEdit) { of_written(cx, check) } else { Vec::new() }
}

fn telephony(cx: &RequestContext<'_>, check: impl Fn(&Entity<'_>) -> Vec<Detail>) -> Vec<Detail> {
    module(cx, |it| {
        it.inside("integrations")
            .and_then(|it| it.inside("telephony"))
            .map_or_else(Vec::new, |it| check(&it))
    })
}

pub(super) const WRITTEN: &[Row] = &[
    row(
        Check::guess(
            "module.known_fields",
            "§2.4",
            "no field a module does not have; additionalCodes belong in integrations.telephony",
        ),
        |cx| {
            module(cx, |it| {
                let mut found = it.only(FIELDS);
                let inside = it.inside("integrations");
                found.extend(inside.iter().flat_map(|it| it.only(&["telephony"])));
                let inside = inside.and_then(|it| it.inside("telephony"));
                if let Some(telephony) = inside {
                    found.extend(telephony.only(TELEPHONY));
                    let codes = telephony.each("additionalCodes").into_iter();
                    found.extend(codes.flat_map(|it| it.only(&["userId", "code"])));
                    let phones = telephony.each("externalPhones").into_iter();
                    found.extend(phones.flat_map(|it| it.only(&["siteCode", "externalPhone"])));
                }
                found
            })
        },
    ),
    row(Check::documented("module.code_of_path", "§2.4", "code is the one in the path"), |cx| {
        module(cx, |it| {
            if it.text("code") == Some(cx.thing.as_str()) {
                Vec::new()
            } else {
                it.at("code", INVALID)
            }
        })
    }),
    row(
        Check::answered(
            "module.code_prefix",
            "§2.4",
            "code begins with integrationCode, when that is sent",
        ),
        |cx| {
            module(cx, |it| match (it.text("code"), it.text("integrationCode")) {
                (Some(code), Some(prefix)) if !code.starts_with(prefix) => {
                    it.at("code", "Code prefix must match integrationCode")
                }
                _ => Vec::new(),
            })
        },
    ),
    row(
        Check::documented("module.texts", "§2.4", "integrationCode, name and clientId are texts"),
        |cx| each(cx, &["integrationCode", "name", "clientId"], text),
    ),
    row(
        Check::documented("module.flags", "§2.4", "active, freeze and native are true or false"),
        |cx| each(cx, &["active", "freeze", "native"], flag),
    ),
    row(Check::answered("module.logo_svg", "§2.4", "logo is a link to an SVG picture"), |cx| {
        module(cx, |it| it.unless("logo", "Logo image must be svg", svg))
    }),
    row(Check::answered("module.base_url_given", "§2.4", "baseUrl is given"), |cx| {
        module(cx, |it| {
            if it.text("baseUrl").is_some_and(|url| !url.is_empty()) {
                Vec::new()
            } else {
                it.at("baseUrl", "This value should not be blank")
            }
        })
    }),
    row(
        Check::guess(
            "module.links",
            "§2.4, §3",
            "baseUrl and accountUrl are https links (plain http on this machine only)",
        ),
        |cx| each(cx, &["baseUrl", "accountUrl"], |it| it.as_str() == Some("") || link(it)),
    ),
    row(
        Check::answered(
            "module.actions",
            "§2.4",
            "actions names activity or settings, each with a path; other names are a wrong choice",
        ),
        |cx| module(cx, |it| it.unless("actions", CHOICE, actions)),
    ),
    row(
        Check::documented("module.countries", "§2.4", "availableCountries is a list of texts"),
        |cx| each(cx, &["availableCountries"], |it| list_of(it, text)),
    ),
    row(
        Check::documented(
            "module.integrations_form",
            "§2.4",
            "integrations is an object, and so is telephony in it",
        ),
        |cx| {
            module(cx, |it| {
                let mut found = it.unless("integrations", INVALID, Value::is_object);
                let inside = it.inside("integrations");
                found.extend(
                    inside.iter().flat_map(|it| it.unless("telephony", INVALID, Value::is_object)),
                );
                found
            })
        },
    ),
    row(
        Check::guess(
            "module.hooks",
            "§2.4, §3",
            "makeCallUrl and changeUserStatusUrl are https links (plain http on this machine only)",
        ),
        |cx| {
            telephony(cx, |it| {
                let mut found = it.unless("makeCallUrl", INVALID, link);
                found.extend(it.unless("changeUserStatusUrl", INVALID, link));
                found
            })
        },
    ),
    row(
        Check::documented(
            "module.telephony_flags",
            "§2.4",
            "allowEdit and the three …EventSupported are true or false",
        ),
        |cx| {
            telephony(cx, |it| {
                let flags = FLAGS.iter();
                flags.flat_map(|name| it.unless(name, INVALID, flag)).collect()
            })
        },
    ),
    row(
        Check::documented(
            "module.additional_codes",
            "§2.4",
            "additionalCodes is a list of {userId, code}: the id a number, the extension a text",
        ),
        |cx| {
            telephony(cx, |it| {
                let mut found = it.unless("additionalCodes", INVALID, objects);
                for pair in it.each("additionalCodes") {
                    found.extend(needed(&pair, "userId", whole_number));
                    found.extend(needed(&pair, "code", filled));
                }
                found
            })
        },
    ),
    row(
        Check::documented(
            "module.external_phones",
            "§2.4",
            "externalPhones is a list of {siteCode, externalPhone}: a shop and our number there",
        ),
        |cx| {
            telephony(cx, |it| {
                let mut found = it.unless("externalPhones", INVALID, objects);
                for pair in it.each("externalPhones") {
                    found.extend(needed(&pair, "siteCode", filled));
                    found.extend(needed(&pair, "externalPhone", phone));
                }
                found
            })
        },
    ),
];

pub(super) const PAID: &[Row] = &[Row {
    check: Check::answered(
        "module.paid",
        "§1.4",
        "there is money in the account when a module is activated",
    ),
    refusal: Refusal::NotActivated,
    finds: |cx| {
        let text = "Your account has insufficient funds to activate integration module";
        module(cx, |it| {
            let activates = it.fields.get("active") == Some(&Value::Bool(true));
            if activates && !cx.account.has_funds {
                vec![Detail::new("", text)]
            } else {
                Vec::new()
            }
        })
    },
}];

fn each(cx: &RequestContext<'_>, names: &[&str], good: fn(&Value) -> bool) -> Vec<Detail> {
    module(cx, |it| {
        let names = names.iter();
        names.flat_map(|name| it.unless(name, INVALID, good)).collect()
    })
}

fn needed(entity: &Entity<'_>, name: &str, good: fn(&Value) -> bool) -> Vec<Detail> {
    let mut found = entity.missing(name);
    found.extend(entity.unless(name, INVALID, good));
    found
}

fn filled(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

fn objects(value: &Value) -> bool {
    list_of(value, Value::is_object)
}

fn svg(value: &Value) -> bool {
    let url = value.as_str().and_then(|text| url::Url::parse(text).ok());
    url.is_some_and(|url| url.path().to_ascii_lowercase().ends_with(".svg"))
}

/// PHP serializes an empty map as a list (§1.8), so a response may be sent back.
fn actions(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(actions) => actions.iter().all(|(name, path)| {
            matches!(name.as_str(), "activity" | "settings")
                && path.as_str().is_some_and(|path| path.starts_with('/'))
        }),
        _ => false,
    }
}
