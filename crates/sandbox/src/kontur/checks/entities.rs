//! Checks of contacts, companies and patches.

use serde_json::{Map, Value};

use crate::check::{Check, Detail, Source, documented, guess};
use crate::schema::field;

use super::super::patch::{self, Members};
use super::super::state::find;
use super::{Endpoint, Field, Refusal, RequestContext, Row, Schema, row};

const ENTITY: Source = guess("§11");

const NAME: Field = field("name")
    .check("text", ENTITY, "a contact or a company has a name, a text", |it, _| {
        it.text("name").is_some_and(|it| !it.is_empty())
    })
    .says("The name field is required.")
    .refuses(r#"[{"name": null}, {"name": ""}, {"name": 5}]"#);
const PHONES: Field = field("phones")
    .check("form", documented("§11"), "phones are a list of type and value, texts", |it, _| {
        it.fields.get("phones").is_none_or(are_cards)
    })
    .refuses(r#"[{"phones": ["375291112233"]}, {"phones": [{"value": "375291112233"}]}]"#);
const EMAILS: Field = field("emails")
    .check("form", documented("§11"), "emails are a list of type and value, texts", |it, _| {
        it.fields.get("emails").is_none_or(are_cards)
    })
    .refuses(r#"[{"emails": [{"value": "nina@example.org"}]}, {"emails": "nina@example.org"}]"#);

const PATCHES: &[Endpoint] = &[Endpoint::InstancePatch, Endpoint::ContactPatch];

/// New contacts and companies, and the operations of patches.
pub(super) const WRITTEN: &[&Schema] = &[
    &Schema::new(
        "contacts",
        Refusal::Problem,
        |cx| cx.body_of(&[Endpoint::ContactsCreate]),
        &[field("items")
            .check(
                "objects",
                documented("§11"),
                "new contacts are {\"items\":[…]}, a list of objects with something in it",
                |it, _| {
                    let items = it.fields.get("items").and_then(Value::as_array);
                    items.is_some_and(|it| !it.is_empty() && it.iter().all(Value::is_object))
                },
            )
            .says("The items field is required.")
            .refuses(r#"[{"items": null}, {"items": []}, {"items": {"name": "Нина"}}]"#)],
    ),
    &Schema::new(
        "contact",
        Refusal::Problem,
        |cx| {
            let body = cx.body_of(&[Endpoint::ContactsCreate]);
            body.iter().flat_map(|it| it.each("items")).collect()
        },
        &[
            field("id"),
            NAME,
            field("position"),
            field("links"),
            PHONES,
            EMAILS,
            field("messengerContacts"),
            field("regionCode"),
            field("customFields"),
            field("tags"),
        ],
    )
    .known(ENTITY),
    &Schema::new(
        "company",
        Refusal::Problem,
        |cx| cx.body_of(&[Endpoint::CompaniesCreate]),
        &[
            field("id"),
            field("inn"),
            field("kpp"),
            NAME,
            field("regionCode"),
            field("description"),
            PHONES,
            EMAILS,
            field("messengerContacts"),
            field("customFields"),
            field("tags"),
        ],
    )
    .known(ENTITY),
    &Schema::new(
        "patch",
        Refusal::Problem,
        |cx| cx.body_of(PATCHES),
        &[field("operations")
            .check(
                "form",
                documented("§1.11, §9"),
                "a patch is operations and nothing else, each with op (add, remove, replace), \
                 path, and a value unless it removes",
                |it, _| {
                    let operations = operations(it.fields);
                    operations
                        .is_some_and(|it| !it.is_empty() && it.iter().all(patch::is_operation))
                },
            )
            .says("The operations field is required.")
            .refuses(
                r#"[{"operations": []}, {"operations": [{"op": "move", "path": "/features"}]},
                    {"operations": [{"op": "add", "path": "/webHooks"}]}, {"more": 1}]"#,
            )],
    ),
];

const fn patch_row(check: Check, finds: super::Finds) -> Row {
    row(check, Refusal::Patch, finds)
}

/// Patches that cannot be applied, or make an invalid instance.
pub(super) const PATCHED: &[Row] = &[
    patch_row(
        Check::answered(
            "patch.paths",
            "§1.11, §5, §9",
            "paths lead to members that may be changed, elements by their id and never by their \
             place; new ones are added to the list itself",
        ),
        |cx| {
            let failed = apply(cx).and_then(Result::err);
            failed.map(|it| Detail::new("invalidPaths", it)).into_iter().collect()
        },
    ),
    patch_row(
        Check::documented(
            "patch.features_form",
            "§9",
            "features are call, hangup and sendSms, true or false",
        ),
        |cx| {
            let fits = |it: &Value| {
                it.as_object().is_some_and(|it| {
                    it.iter().all(|(name, value)| {
                        matches!(name.as_str(), "call" | "hangup" | "sendSms") && value.is_boolean()
                    })
                })
            };
            let features = after(cx).and_then(|mut it| it.remove("features"));
            let wrong = features.filter(|it| !fits(it));
            wrong.map(|it| Detail::new("invalidValueTypes", it)).into_iter().collect()
        },
    ),
    patch_row(
        Check::documented(
            "patch.web_hook_form",
            "§9",
            "a webhook has relativeUrl, triggerType schedule with a period or entityEvent with \
             filter items, and disabled",
        ),
        |cx| web_hook(cx, "invalidValueTypes", |it| !is_web_hook(it)),
    ),
    patch_row(
        Check::guess(
            "patch.web_hook_url",
            "§9",
            "relativeUrl begins without a slash and is no whole address: the first of the three \
             forms in print",
        ),
        |cx| {
            web_hook(cx, "invalidDatas", |it| {
                let url = it["relativeUrl"].as_str().unwrap_or_default();
                url.starts_with('/') || url.contains("://")
            })
        },
    ),
];

fn are_cards(value: &Value) -> bool {
    let card = |it: &Value| it["type"].is_string() && it["value"].is_string();
    value.as_array().is_some_and(|it| it.iter().all(card))
}

/// The operations of a patch, if there is nothing else in it.
fn operations(body: &Map<String, Value>) -> Option<&Vec<Value>> {
    let operations = body.get("operations")?.as_array()?;
    (body.len() == 1).then_some(operations)
}

/// The patched object, or the operation that fails.
fn apply(cx: &RequestContext<'_>) -> Option<Result<Map<String, Value>, Value>> {
    let (model, members): (_, Members) = if cx.is(&[Endpoint::InstancePatch]) {
        (&cx.workspace.instance, patch::INSTANCE)
    } else if cx.is(&[Endpoint::ContactPatch]) {
        (find(&cx.workspace.contacts, &cx.thing)?, patch::CONTACT)
    } else {
        return None;
    };
    Some(patch::apply(model, operations(cx.body.as_ref()?)?, members))
}

/// The instance after the patch.
fn after(cx: &RequestContext<'_>) -> Option<Map<String, Value>> {
    if cx.is(&[Endpoint::InstancePatch]) { apply(cx)?.ok() } else { None }
}

/// The first wrong webhook of the instance after the patch.
fn web_hook(cx: &RequestContext<'_>, kind: &str, wrong: fn(&Value) -> bool) -> Vec<Detail> {
    let hooks = after(cx).and_then(|it| it.get("webHooks")?.as_array().cloned());
    let wrong = hooks.into_iter().flatten().find(wrong);
    wrong.map(|it| Detail::new(kind, it)).into_iter().collect()
}

fn is_web_hook(hook: &Value) -> bool {
    let url = hook["relativeUrl"].as_str().is_some_and(|it| !it.is_empty());
    let trigger = match hook["triggerType"].as_str() {
        Some("schedule") => hook["schedule"]["period"].as_str().is_some_and(is_period),
        Some("entityEvent") => {
            let items = hook["filter"]["items"].as_array();
            items.is_some_and(|it| !it.is_empty() && it.iter().all(Value::is_object))
        }
        _ => false,
    };
    url && trigger && hook.get("disabled").is_none_or(Value::is_boolean)
}

/// Returns true for a period such as `00:05:00`.
fn is_period(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    parts.len() == 3
        && parts.iter().all(|it| it.len() == 2 && it.bytes().all(|byte| byte.is_ascii_digit()))
}
