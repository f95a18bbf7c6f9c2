//! Checks of uploaded files.

use crate::check::Check;

use super::{Endpoint, Mismatch, Refusal, Row, problem};

pub(super) const PART: &[Row] = &[
    Row {
        check: Check::answered("file.size", "§10", "a file has at most 100 000 000 bytes"),
        refusal: Refusal::Conflict("fileTooLarge"),
        finds: |cx| {
            let limit = cx.workspace.file_limit;
            let mut parts = cx.parts.iter().flatten();
            let large = cx.is_too_large() || parts.any(|it| it.content.len() > limit);
            if cx.is(Endpoint::Upload) && large {
                let id = super::super::ids::guid();
                vec![Mismatch::new("", format!("File Too Large. Id: {id}"))]
            } else {
                Vec::new()
            }
        },
    },
    problem(
        Check::documented(
            "file.part",
            "§10",
            "the body is one part called file, with a filename and a Content-Type",
        ),
        |cx| {
            let one = match cx.parts.as_deref() {
                Some([part]) => {
                    let named = part.file_name.as_deref().is_some_and(|it| !it.is_empty());
                    part.name == "file" && named && part.content_type.is_some()
                }
                _ => false,
            };
            if cx.is(Endpoint::Upload) && !one {
                vec![Mismatch::new("file", "The file field is required.")]
            } else {
                Vec::new()
            }
        },
    ),
    problem(Check::guess("file.ascii_name", "§10", "the name of a file is ASCII"), |cx| {
        let parts = cx.parts.iter().flatten();
        let mut names = parts.filter_map(|it| it.file_name.as_deref());
        if names.any(|it| !it.is_ascii()) {
            vec![Mismatch::new("file", "The name of the file is not valid.")]
        } else {
            Vec::new()
        }
    }),
];
