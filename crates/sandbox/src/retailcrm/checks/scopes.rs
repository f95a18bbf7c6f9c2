//! Checks of `POST /api/v5/integration-modules/{code}/update-scopes`.

use crate::check::{Check, Detail};

use super::values::{BLANK, INVALID, list_of, of_written, text};
use super::{Endpoint, Refusal, Row};

pub(super) const ASKED: &[Row] = &[
    Row {
        check: Check::answered(
            "module.simple_connection",
            "§2.4",
            "the module was connected by the simple connection of the marketplace",
        ),
        refusal: Refusal::Says(400, "Not enabled simple connection"),
        finds: |cx| {
            let connected = cx.account.simple_connections.contains(&cx.thing);
            if cx.is(Endpoint::ModuleScopes) && !connected {
                vec![Detail::whole()]
            } else {
                Vec::new()
            }
        },
    },
    Row {
        check: Check::documented(
            "module.scopes",
            "§2.4",
            "requires has scopes, a list of at least one text, and nothing else",
        ),
        refusal: Refusal::EntityMap,
        finds: |cx| {
            if !cx.is(Endpoint::ModuleScopes) {
                return Vec::new();
            }
            of_written(cx, |it| {
                let mut found = it.only(&["scopes"]);
                match it.fields.get("scopes").map(|scopes| (scopes, scopes.as_array())) {
                    None => found.extend(it.at("scopes", BLANK)),
                    Some((_, Some(list))) if list.is_empty() => {
                        found.extend(it.at("scopes", BLANK));
                    }
                    Some((scopes, _)) if !list_of(scopes, text) => {
                        found.extend(it.at("scopes", INVALID));
                    }
                    Some(_) => {}
                }
                found
            })
        },
    },
];
