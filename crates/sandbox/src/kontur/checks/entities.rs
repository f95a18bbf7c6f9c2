//! Checks of contacts, companies and patches.

use serde_json::{Map, Value};

use crate::check::Check;

use super::super::patch::{self, Members};
use super::values::Fields;
use super::{Endpoint, Mismatch, Refusal, RequestContext, Row, problem};

const CONTACT: &[&str] = &[
    "id",
    "name",
    "position",
    "links",
    "phones",
    "emails",
    "messengerContacts",
    "regionCode",
    "customFields",
    "tags",
];
const COMPANY: &[&str] = &[
    "id",
    "inn",
    "kpp",
    "name",
    "regionCode",
    "description",
    "phones",
    "emails",
    "messengerContacts",
    "customFields",
    "tags",
];

/// The new contacts or company of the request.
fn entities<'a>(cx: &'a RequestContext<'_>) -> Vec<Fields<'a>> {
    let contacts = cx.of(Endpoint::ContactsCreate);
    let contacts = contacts.map(|it| it.each("items")).unwrap_or_default();
    contacts.into_iter().chain(cx.of(Endpoint::CompaniesCreate)).collect()
}

/// The operations of a patch; `None` if invalid.
fn operations(cx: &RequestContext<'_>) -> Option<Vec<Value>> {
    let body = cx.body.as_ref()?;
    let patches = cx.is(Endpoint::InstancePatch) || cx.is(Endpoint::ContactPatch);
    let operations = body.get("operations")?.as_array()?;
    (patches && body.len() == 1).then(|| operations.clone())
}

pub(super) const FIELDS: &[Row] = &[
    problem(
        Check::documented(
            "contacts.items",
            "§11",
            "new contacts are {\"items\":[…]}, a list of objects with something in it",
        ),
        |cx| {
            let items = cx.body.as_ref().and_then(|it| it.get("items")?.as_array());
            let right = items.is_some_and(|it| !it.is_empty() && it.iter().all(Value::is_object));
            if cx.is(Endpoint::ContactsCreate) && !right {
                vec![Mismatch::new("items", "The items field is required.")]
            } else {
                Vec::new()
            }
        },
    ),
    problem(
        Check::guess("entity.known_fields", "§11", "no field a contact or a company does not have"),
        |cx| {
            let known = if cx.is(Endpoint::CompaniesCreate) { COMPANY } else { CONTACT };
            entities(cx).iter().flat_map(|it| it.only(known)).collect()
        },
    ),
    problem(Check::guess("entity.name_given", "§11", "a contact or a company has a name"), |cx| {
        let nameless = |it: &Fields<'_>| it.text("name").is_none_or(str::is_empty);
        let all = entities(cx);
        let found = all.iter().filter(|it| nameless(it));
        found.flat_map(|it| it.at("name", "The name field is required.")).collect()
    }),
    problem(
        Check::documented(
            "entity.phones_form",
            "§11",
            "phones and emails are lists of objects with type and value, texts",
        ),
        |cx| {
            let mut found = Vec::new();
            for entity in entities(cx) {
                for name in ["phones", "emails"] {
                    if entity.map.get(name).is_some_and(|it| !are_cards(it)) {
                        found.extend(entity.at(name, "The value is not valid."));
                    }
                }
            }
            found
        },
    ),
    problem(
        Check::documented(
            "patch.operations",
            "§1.11, §9",
            "a patch is operations and nothing else, each with op (add, remove, replace), path, and \
             a value unless it removes",
        ),
        |cx| {
            let patches = cx.is(Endpoint::InstancePatch) || cx.is(Endpoint::ContactPatch);
            let right = operations(cx)
                .is_some_and(|it| !it.is_empty() && it.iter().all(patch::is_operation));
            if patches && !right {
                vec![Mismatch::new("operations", "The operations field is required.")]
            } else {
                Vec::new()
            }
        },
    ),
];

pub(super) const PATCH: &[Row] = &[
    Row {
        check: Check::answered(
            "patch.paths",
            "§1.11, §5, §9",
            "paths lead to members that may be changed, elements by their id and never by their \
             place; new ones are added to the list itself",
        ),
        refusal: Refusal::Patch,
        finds: |cx| match patched(cx) {
            Some(Err(operation)) => vec![Mismatch::new("invalidPaths", operation)],
            _ => Vec::new(),
        },
    },
    Row {
        check: Check::documented(
            "patch.features_form",
            "§9",
            "features are call, hangup and sendSms, true or false",
        ),
        refusal: Refusal::Patch,
        finds: |cx| {
            let known = ["call", "hangup", "sendSms"];
            let fits = |it: &Value| {
                it.as_object().is_some_and(|it| {
                    it.iter()
                        .all(|(name, value)| known.contains(&name.as_str()) && value.is_boolean())
                })
            };
            let features = after(cx).and_then(|it| it.get("features").cloned());
            match features {
                Some(features) if cx.is(Endpoint::InstancePatch) && !fits(&features) => {
                    vec![Mismatch::new("invalidValueTypes", features)]
                }
                _ => Vec::new(),
            }
        },
    },
    Row {
        check: Check::documented(
            "patch.web_hook_form",
            "§9",
            "a webhook has relativeUrl, triggerType schedule with a period or entityEvent with \
             filter items, and disabled",
        ),
        refusal: Refusal::Patch,
        finds: |cx| {
            let hooks = after(cx).and_then(|it| it.get("webHooks")?.as_array().cloned());
            let wrong = hooks.into_iter().flatten().find(|it| !is_web_hook(it));
            let wrong = wrong.map(|it| Mismatch::new("invalidValueTypes", it));
            wrong.into_iter().collect()
        },
    },
    Row {
        check: Check::guess(
            "patch.web_hook_url",
            "§9",
            "relativeUrl begins without a slash and is no whole address: the first of the three \
             forms in print",
        ),
        refusal: Refusal::Patch,
        finds: |cx| {
            let hooks = after(cx).and_then(|it| it.get("webHooks")?.as_array().cloned());
            let wrong = hooks.into_iter().flatten().find(|it| {
                let url = it["relativeUrl"].as_str().unwrap_or_default();
                url.starts_with('/') || url.contains("://")
            });
            let wrong = wrong.map(|it| Mismatch::new("invalidDatas", it));
            wrong.into_iter().collect()
        },
    },
];

fn are_cards(value: &Value) -> bool {
    let card = |it: &Value| it["type"].is_string() && it["value"].is_string();
    value.as_array().is_some_and(|it| it.iter().all(card))
}

fn patched(cx: &RequestContext<'_>) -> Option<Result<Map<String, Value>, Value>> {
    let operations = operations(cx)?;
    let (model, members) = target(cx)?;
    Some(patch::apply(model, &operations, members))
}

fn target<'a>(cx: &RequestContext<'a>) -> Option<(&'a Map<String, Value>, Members)> {
    if cx.is(Endpoint::InstancePatch) {
        return Some((&cx.workspace.instance, patch::INSTANCE));
    }
    let contacts = &cx.workspace.contacts;
    let contact = contacts.iter().find(|it| super::super::state::id_of(it) == cx.names.thing)?;
    Some((contact, patch::CONTACT))
}

/// The instance after the patch.
fn after(cx: &RequestContext<'_>) -> Option<Map<String, Value>> {
    if cx.is(Endpoint::InstancePatch) { patched(cx)?.ok() } else { None }
}

fn is_web_hook(hook: &Value) -> bool {
    let url = hook["relativeUrl"].as_str().is_some_and(|it| !it.is_empty());
    let period = hook["schedule"]["period"].as_str().is_some_and(is_period);
    let items = hook["filter"]["items"].as_array();
    let asks = items.is_some_and(|it| !it.is_empty() && it.iter().all(Value::is_object));
    let trigger = match hook["triggerType"].as_str() {
        Some("schedule") => period,
        Some("entityEvent") => asks,
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
