//! Checks of query parameters.

use crate::check::Check;

use super::super::ids;
use super::values::phone;
use super::{Endpoint, Mismatch, RequestContext, Row, problem};

/// Most events of a page.
const LARGEST_PAGE: usize = 1000;

fn wrong(name: &str, says: &str) -> Vec<Mismatch> {
    vec![Mismatch::new(name, says)]
}

pub(super) const PARAMETERS: &[Row] = &[
    problem(
        Check::guess("query.known", "§7, §9, §10, §12", "no parameter the operation does not read"),
        |cx| {
            let reads = cx.endpoint().map(Endpoint::reads).unwrap_or_default();
            let extra = cx.request.query.iter();
            extra
                .filter(|(name, _)| !reads.contains(&name.as_str()))
                .flat_map(|(name, _)| wrong(name, "The parameter is not known."))
                .collect()
        },
    ),
    problem(
        Check::documented(
            "redirect.one",
            "§7",
            "call-redirect is asked with externalId or phoneNumber, one of them",
        ),
        |cx| {
            let is_set = |name| cx.parameter(name).is_some_and(|it| !it.is_empty());
            let one = is_set("externalId") != is_set("phoneNumber");
            if cx.is(Endpoint::CallRedirect) && !one {
                wrong("callRedirectRequest", "Give externalId or phoneNumber.")
            } else {
                Vec::new()
            }
        },
    ),
    problem(
        Check::guess(
            "redirect.phone_form",
            "§4, §7",
            "phoneNumber is digits with the country code, without a plus",
        ),
        |cx| {
            let number = cx.parameter("phoneNumber").filter(|it| !it.is_empty());
            if number.is_some_and(|it| !phone(it)) && cx.is(Endpoint::CallRedirect) {
                wrong("phoneNumber", "The phone number is not valid.")
            } else {
                Vec::new()
            }
        },
    ),
    problem(
        Check::documented("file.download_choice", "§10", "download, when sent, is true or false"),
        |cx| {
            let download = cx.parameter("download");
            if cx.is(Endpoint::File) && !matches!(download, None | Some("true" | "false")) {
                wrong("download", "The value is not valid.")
            } else {
                Vec::new()
            }
        },
    ),
    problem(
        Check::documented(
            "events.offset",
            "§12",
            "offset is the zero id or one the feed gave: never computed",
        ),
        |cx| {
            let known = |offset: &str| ids::is_guid(offset) && knows_offset(cx, offset);
            if cx.is(Endpoint::Events) && !cx.parameter("offset").is_some_and(known) {
                wrong("offset", "The value is not valid.")
            } else {
                Vec::new()
            }
        },
    ),
    problem(Check::guess("events.limit", "§12", "limit is a number from 1 to 1000"), |cx| {
        let fits = |limit: &str| {
            let number = limit.parse::<usize>();
            number.is_ok_and(|it| (1..=LARGEST_PAGE).contains(&it))
        };
        if cx.is(Endpoint::Events) && !cx.parameter("limit").is_some_and(fits) {
            wrong("limit", "The value is not valid.")
        } else {
            Vec::new()
        }
    }),
    problem(
        Check::documented(
            "ui_settings.key",
            "§9",
            "ui-settings is asked with key=@main-telephony-settings=<id of the telephony>",
        ),
        |cx| {
            let key = cx.parameter("key");
            let fits = key.is_some_and(|it| it.starts_with("@main-telephony-settings="));
            if cx.is(Endpoint::UiSettings) && !fits {
                wrong("key", "The value is not valid.")
            } else {
                Vec::new()
            }
        },
    ),
];

fn knows_offset(cx: &RequestContext<'_>, offset: &str) -> bool {
    cx.workspace.feed.after(offset).is_some()
}
