//! What the parameters of a request have to be like.

use crate::check::Check;

use super::super::mint;
use super::values::phone;
use super::{Endpoint, Found, Row, Seen, problem};

/// The most events asked for at once that the stand-in takes.
const LARGEST_PAGE: usize = 1000;

fn wrong(name: &str, says: &str) -> Vec<Found> {
    vec![Found::new(name, says)]
}

pub(super) const PARAMETERS: &[Row] = &[
    problem(
        Check::guess("query.known", "§7, §9, §10, §12", "no parameter the operation does not read"),
        |seen| {
            let reads = seen.endpoint().map(Endpoint::reads).unwrap_or_default();
            let extra = seen.request.query.iter();
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
        |seen| {
            let given = |name| seen.parameter(name).is_some_and(|it| !it.is_empty());
            let one = given("externalId") != given("phoneNumber");
            if seen.is(Endpoint::CallRedirect) && !one {
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
        |seen| {
            let number = seen.parameter("phoneNumber").filter(|it| !it.is_empty());
            if number.is_some_and(|it| !phone(it)) && seen.is(Endpoint::CallRedirect) {
                wrong("phoneNumber", "The phone number is not valid.")
            } else {
                Vec::new()
            }
        },
    ),
    problem(
        Check::documented("file.download_choice", "§10", "download, when sent, is true or false"),
        |seen| {
            let download = seen.parameter("download");
            if seen.is(Endpoint::File) && !matches!(download, None | Some("true" | "false")) {
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
        |seen| {
            let known = |offset: &str| mint::is_guid(offset) && knows_offset(seen, offset);
            if seen.is(Endpoint::Events) && !seen.parameter("offset").is_some_and(known) {
                wrong("offset", "The value is not valid.")
            } else {
                Vec::new()
            }
        },
    ),
    problem(Check::guess("events.limit", "§12", "limit is a number from 1 to 1000"), |seen| {
        let fits = |limit: &str| {
            let number = limit.parse::<usize>();
            number.is_ok_and(|it| (1..=LARGEST_PAGE).contains(&it))
        };
        if seen.is(Endpoint::Events) && !seen.parameter("limit").is_some_and(fits) {
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
        |seen| {
            let key = seen.parameter("key");
            let fits = key.is_some_and(|it| it.starts_with("@main-telephony-settings="));
            if seen.is(Endpoint::UiSettings) && !fits {
                wrong("key", "The value is not valid.")
            } else {
                Vec::new()
            }
        },
    ),
];

fn knows_offset(seen: &Seen<'_>, offset: &str) -> bool {
    seen.workspace.feed.after(offset).is_some()
}
