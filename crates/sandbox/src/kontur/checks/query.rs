//! Checks of query parameters.

use crate::check::{Check, Detail, documented, guess};
use crate::schema::field;

use super::super::ids;
use super::kinds::{PHONE_INVALID, is_phone};
use super::{Endpoint, Refusal, RequestContext, Row, Schema, row};

/// Most events of a page.
const LARGEST_PAGE: usize = 1000;

/// The parameters of each operation.
pub(super) const PARAMETERS: &[&Schema] = &[
    &Schema::new(
        "query.call-redirect",
        Refusal::Problem,
        |cx| cx.query_of(Endpoint::CallRedirect),
        &[
            field("externalId")
                .check(
                    "one",
                    documented("§7"),
                    "call-redirect is asked with externalId or phoneNumber, one of them",
                    |it, _| {
                        let given = |name| it.text(name).is_some_and(|it| !it.is_empty());
                        given("externalId") != given("phoneNumber")
                    },
                )
                .at("callRedirectRequest")
                .says("Give externalId or phoneNumber.")
                .refuses(r#"[{"phoneNumber": null}, {"externalId": "1763631515.42"}]"#),
            field("phoneNumber")
                .check(
                    "form",
                    guess("§4, §7"),
                    "phoneNumber is digits with the country code, without a plus",
                    |it, _| it.text("phoneNumber").is_none_or(|it| it.is_empty() || is_phone(it)),
                )
                .says(PHONE_INVALID)
                .refuses(r#"[{"phoneNumber": "+375291112233"}]"#),
        ],
    ),
    &Schema::new(
        "query.file",
        Refusal::Problem,
        |cx| cx.query_of(Endpoint::File),
        &[field("download")
            .check("flag", documented("§10"), "download, when sent, is true or false", |it, _| {
                matches!(it.text("download"), None | Some("true" | "false"))
            })
            .refuses(r#"[{"download": "1"}, {"download": ""}]"#)],
    ),
    &Schema::new(
        "query.events",
        Refusal::Problem,
        |cx| cx.query_of(Endpoint::Events),
        &[
            field("offset")
                .check(
                    "known",
                    documented("§12"),
                    "offset is the zero id or one the feed gave: never computed",
                    |it, cx: &RequestContext<'_>| {
                        let offset = it.text("offset").filter(|it| ids::is_guid(it));
                        offset.is_some_and(|it| cx.workspace.feed.after(it).is_some())
                    },
                )
                .refuses(
                    r#"[{"offset": null}, {"offset": "0"},
                        {"offset": "3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01"}]"#,
                ),
            field("limit")
                .check("range", guess("§12"), "limit is a number from 1 to 1000", |it, _| {
                    let limit = it.text("limit").and_then(|it| it.parse().ok());
                    limit.is_some_and(|it| (1..=LARGEST_PAGE).contains(&it))
                })
                .refuses(r#"[{"limit": null}, {"limit": "0"}, {"limit": "1001"}]"#),
        ],
    ),
    &Schema::new(
        "query.ui-settings",
        Refusal::Problem,
        |cx| cx.query_of(Endpoint::UiSettings),
        &[field("key")
            .check(
                "form",
                documented("§9"),
                "ui-settings is asked with key=@main-telephony-settings=<id of the telephony>",
                |it, _| {
                    it.text("key").is_some_and(|it| it.starts_with("@main-telephony-settings="))
                },
            )
            .refuses(r#"[{"key": null}, {"key": "@main"}]"#)],
    ),
];

pub(super) const KNOWN: &[Row] = &[row(
    Check::guess("query.known", "§7, §9, §10, §12", "no parameter the operation does not read"),
    Refusal::Problem,
    |cx| {
        let known = cx.operation().map(|it| it.parameters).unwrap_or_default();
        let names = cx.request.query.iter().map(|(name, _)| name);
        let extra = names.filter(|name| !known.contains(&name.as_str()));
        extra.map(|name| Detail::new(name, "The parameter is not known.")).collect()
    },
)];
