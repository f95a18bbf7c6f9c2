//! Checks of the legs of register-call and their files.

use serde_json::{Value, json};

use super::{Case, Says, case};
use crate::kontur::support::{recording, registered, telephony};
use crate::support::with;

/// register-call with these changes.
fn in_call(row: &'static str, changes: Value, field: &'static str) -> Case {
    let body = with(registered(), changes);
    case(row, telephony("register-call", &body), Says::Problem(field, ""))
}

/// With these changes to its leg.
fn in_leg(row: &'static str, changes: Value, field: &'static str) -> Case {
    let leg = with(registered()["items"][0].clone(), changes);
    in_call(row, json!({"items": [leg]}), field)
}

fn in_file(row: &'static str, changes: Value, field: &'static str) -> Case {
    let file = with(recording(), changes);
    in_leg(row, json!({"recordings": [file]}), field)
}

pub(super) fn cases() -> Vec<Case> {
    let leg = registered()["items"][0].clone();
    let mut missed = leg.clone();
    missed["startedAt"] = Value::Null;
    vec![
        in_leg("field.known", json!({"duration": 5}), "items[0].duration"),
        in_file("field.known", json!({"url": "x"}), "items[0].recordings[0].url"),
        in_call("register.inside_items", json!({"recordings": [recording()]}), "recordings"),
        in_call(
            "register.inside_items",
            json!({"startedAt": "2025-11-20T09:38:44+00:00"}),
            "startedAt",
        ),
        in_call("field.given", json!({"items": null}), "items"),
        in_call("field.given", json!({"externalCreatedAt": null}), "externalCreatedAt"),
        in_leg("field.given", json!({"id": null}), "items[0].id"),
        in_leg("field.given", json!({"finishedAt": null}), "items[0].finishedAt"),
        in_file("field.given", json!({"fileName": null}), "items[0].recordings[0].fileName"),
        in_call("field.not_null", json!({"items": [missed]}), "items[0].startedAt"),
        in_leg("member.type_choice", json!({"to": {"type": "operator"}}), "items[0].to.type"),
        in_call("register.items_form", json!({"items": {"0": leg}}), "items"),
        in_leg("register.items_form", json!({"recordings": ["x"]}), "items[0].recordings"),
        in_call("item.ids_unique", json!({"items": [leg, leg]}), "items[1].id"),
        in_leg("item.talk_positive", json!({"startedAt": leg["finishedAt"]}), "items[0].startedAt"),
        in_leg("recordings.some", json!({"recordings": []}), "items[0].recordings"),
        in_file(
            "recording.length_text",
            json!({"contentLength": 10}),
            "items[0].recordings[0].contentLength",
        ),
        in_leg("leg.no_slash", json!({"id": "a/b"}), "items[0].id"),
    ]
}
