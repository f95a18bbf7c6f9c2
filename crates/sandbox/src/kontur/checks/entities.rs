//! Contacts, companies and changes.

use serde_json::{Map, Value};

use crate::check::Check;

use super::super::patch::{self, Members};
use super::values::Fields;
use super::{Endpoint, Found, Refusal, Row, Seen, problem};

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

/// The new contacts, or the new company.
fn entities<'a>(seen: &'a Seen<'_>) -> Vec<Fields<'a>> {
    let contacts = seen.of(Endpoint::ContactsCreate);
    let contacts = contacts.map(|it| it.each("items")).unwrap_or_default();
    contacts.into_iter().chain(seen.of(Endpoint::CompaniesCreate)).collect()
}

/// The operations of a patch; none when it is not one.
fn operations(seen: &Seen<'_>) -> Option<Vec<Value>> {
    let body = seen.body.as_ref()?;
    let patches = seen.is(Endpoint::InstancePatch) || seen.is(Endpoint::ContactPatch);
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
        |seen| {
            let items = seen.body.as_ref().and_then(|it| it.get("items")?.as_array());
            let right = items.is_some_and(|it| !it.is_empty() && it.iter().all(Value::is_object));
            if seen.is(Endpoint::ContactsCreate) && !right {
                vec![Found::new("items", "The items field is required.")]
            } else {
                Vec::new()
            }
        },
    ),
    problem(
        Check::guess("entity.known_fields", "§11", "no field a contact or a company does not have"),
        |seen| {
            let known = if seen.is(Endpoint::CompaniesCreate) { COMPANY } else { CONTACT };
            entities(seen).iter().flat_map(|it| it.only(known)).collect()
        },
    ),
    problem(
        Check::guess("entity.name_given", "§11", "a contact or a company has a name"),
        |seen| {
            let nameless = |it: &Fields<'_>| it.text("name").is_none_or(str::is_empty);
            let all = entities(seen);
            let found = all.iter().filter(|it| nameless(it));
            found.flat_map(|it| it.at("name", "The name field is required.")).collect()
        },
    ),
    problem(
        Check::documented(
            "entity.phones_form",
            "§11",
            "phones and emails are lists of objects with type and value, texts",
        ),
        |seen| {
            let mut found = Vec::new();
            for entity in entities(seen) {
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
        |seen| {
            let patches = seen.is(Endpoint::InstancePatch) || seen.is(Endpoint::ContactPatch);
            let right = operations(seen)
                .is_some_and(|it| !it.is_empty() && it.iter().all(patch::is_operation));
            if patches && !right {
                vec![Found::new("operations", "The operations field is required.")]
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
        finds: |seen| match patched(seen) {
            Some(Err(operation)) => vec![Found::new("invalidPaths", operation)],
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
        finds: |seen| {
            let known = ["call", "hangup", "sendSms"];
            let fits = |it: &Value| {
                it.as_object().is_some_and(|it| {
                    it.iter()
                        .all(|(name, value)| known.contains(&name.as_str()) && value.is_boolean())
                })
            };
            let features = after(seen).and_then(|it| it.get("features").cloned());
            match features {
                Some(features) if seen.is(Endpoint::InstancePatch) && !fits(&features) => {
                    vec![Found::new("invalidValueTypes", features)]
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
        finds: |seen| {
            let hooks = after(seen).and_then(|it| it.get("webHooks")?.as_array().cloned());
            let wrong = hooks.into_iter().flatten().find(|it| !is_web_hook(it));
            let wrong = wrong.map(|it| Found::new("invalidValueTypes", it));
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
        finds: |seen| {
            let hooks = after(seen).and_then(|it| it.get("webHooks")?.as_array().cloned());
            let wrong = hooks.into_iter().flatten().find(|it| {
                let url = it["relativeUrl"].as_str().unwrap_or_default();
                url.starts_with('/') || url.contains("://")
            });
            let wrong = wrong.map(|it| Found::new("invalidDatas", it));
            wrong.into_iter().collect()
        },
    },
];

fn are_cards(value: &Value) -> bool {
    let card = |it: &Value| it["type"].is_string() && it["value"].is_string();
    value.as_array().is_some_and(|it| it.iter().all(card))
}

fn patched(seen: &Seen<'_>) -> Option<Result<Map<String, Value>, Value>> {
    let operations = operations(seen)?;
    let (model, members) = target(seen)?;
    Some(patch::apply(model, &operations, members))
}

fn target<'a>(seen: &Seen<'a>) -> Option<(&'a Map<String, Value>, Members)> {
    if seen.is(Endpoint::InstancePatch) {
        return Some((&seen.workspace.instance, patch::INSTANCE));
    }
    let contacts = &seen.workspace.contacts;
    let contact = contacts.iter().find(|it| super::super::state::id_of(it) == seen.names.thing)?;
    Some((contact, patch::CONTACT))
}

/// The instance as it would be.
fn after(seen: &Seen<'_>) -> Option<Map<String, Value>> {
    if seen.is(Endpoint::InstancePatch) { patched(seen)?.ok() } else { None }
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

/// `00:05:00`.
fn is_period(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    parts.len() == 3
        && parts.iter().all(|it| it.len() == 2 && it.bytes().all(|byte| byte.is_ascii_digit()))
}
