//! Checks of uploaded files.

use crate::check::{Check, Detail};

use super::super::ids;
use super::{Endpoint, Refusal, RequestContext, Row, row};

pub(super) const PART: &[Row] = &[
    row(
        Check::answered("file.size", "§10", "a file has at most 100 000 000 bytes"),
        Refusal::Conflict("fileTooLarge"),
        |cx| {
            let limit = cx.workspace.file_limit;
            let large =
                cx.is_too_large() || cx.parts.iter().flatten().any(|it| it.content.len() > limit);
            of_upload(cx, large, "", &format!("File Too Large. Id: {}", ids::guid()))
        },
    ),
    row(
        Check::documented(
            "file.part",
            "§10",
            "the body is one part called file, with a filename and a Content-Type",
        ),
        Refusal::Problem,
        |cx| {
            let is_file = matches!(cx.parts.as_deref(), Some([part]) if part.name == "file"
                && part.file_name.as_deref().is_some_and(|it| !it.is_empty())
                && part.content_type.is_some());
            of_upload(cx, !is_file, "file", "The file field is required.")
        },
    ),
    row(
        Check::guess("file.ascii_name", "§10", "the name of a file is ASCII"),
        Refusal::Problem,
        |cx| {
            let mut names = cx.parts.iter().flatten().filter_map(|it| it.file_name.as_deref());
            let named = names.any(|it| !it.is_ascii());
            of_upload(cx, named, "file", "The name of the file is not valid.")
        },
    ),
];

/// The violation of an upload.
fn of_upload(cx: &RequestContext<'_>, wrong: bool, field: &str, says: &str) -> Vec<Detail> {
    Detail::says_if(wrong && cx.is(&[Endpoint::Upload]), field, || says.to_owned())
}
