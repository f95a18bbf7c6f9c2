//! Checks of the legs of register-call and their files.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::check::Check;

use super::super::ids;
use super::values::TEXT;
use super::{Endpoint, Row, problem};

pub(super) const ITEM: &[&str] = &["id", "from", "to", "recordings", "startedAt", "finishedAt"];
pub(super) const ITEM_NEEDS: &[&str] = &["id", "from", "to", "finishedAt"];
pub(super) const RECORDING: &[&str] = &["fileId", "fileName", "contentType", "contentLength"];

pub(super) const ITEMS: Row = problem(
    Check::documented("register.items_form", "§7", "items and recordings are lists of objects"),
    |cx| {
        let objects = |value: &Value| {
            let items = value.as_array();
            items.is_some_and(|items| items.iter().all(Value::is_object))
        };
        let to = "System.Collections.Generic.List";
        let body = cx.of(Endpoint::RegisterCall);
        let mut found: Vec<_> =
            body.iter().flat_map(|it| it.converts("items", to, objects)).collect();
        let items = cx.items();
        found.extend(items.iter().flat_map(|it| it.converts("recordings", to, objects)));
        found
    },
);

pub(super) const IDS_UNIQUE: Row = problem(
    Check::documented("item.ids_unique", "§6.1", "every leg of a call has an id of its own"),
    |cx| {
        let mut known = BTreeSet::new();
        let items = cx.items();
        let doubled = items.iter().filter(|item| {
            let id = item.text("id");
            id.is_some_and(|id| !known.insert(id))
        });
        let mut found = Vec::new();
        for item in doubled {
            found.extend(item.at("id", "The id is not unique."));
        }
        found
    },
);

pub(super) const TALK: Row = problem(
    Check::guess(
        "item.talk_positive",
        "§6",
        "startedAt, when a leg was answered, is before finishedAt",
    ),
    |cx| {
        let items = cx.items();
        let backwards = items.iter().filter(|item| {
            let at = |name| item.text(name).and_then(ids::moment);
            match (at("startedAt"), at("finishedAt")) {
                (Some(started), Some(finished)) => started >= finished,
                _ => false,
            }
        });
        backwards
            .flat_map(|item| item.at("startedAt", "The leg ends before it is answered."))
            .collect()
    },
);

pub(super) const RECORDINGS_SOME: Row = problem(
    Check::guess("recordings.some", "§7.1", "recordings is left out when there is none, never []"),
    |cx| {
        let items = cx.items();
        let empty = items.iter().filter(|item| {
            let list = item.map.get("recordings").and_then(Value::as_array);
            list.is_some_and(Vec::is_empty)
        });
        empty.flat_map(|item| item.at("recordings", "The list is empty.")).collect()
    },
);

pub(super) const LENGTH: Row = problem(
    Check::documented(
        "recording.length_text",
        "§1.13, §7",
        "contentLength is a text of digits in register-call",
    ),
    |cx| {
        let digits = |value: &Value| {
            let text = value.as_str();
            text.is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let files = cx.recordings();
        files.iter().flat_map(|it| it.converts("contentLength", TEXT, digits)).collect()
    },
);
