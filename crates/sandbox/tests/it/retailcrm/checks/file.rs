//! Checks of files.

use super::{Case, EXTRA, INVALID, case, input, says};
use crate::support::{FILES, FORM, Wire, upload};

pub(super) fn cases() -> Vec<Case> {
    let get = |rest: &str| Wire::get(&format!("{FILES}{rest}"));
    let missing = || says("Parameter 'file' is missing");
    let multipart = "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nRIFF\r\n--b--\r\n";
    let typed = |body: &str, media_type: &str| upload(body).header("Content-Type", media_type);
    vec![
        case("file.raw_bytes", typed(multipart, "multipart/form-data; boundary=b"), 400, missing()),
        case("file.raw_bytes", typed("file=RIFF", FORM), 400, missing()),
        case("file.raw_bytes", typed("{}", "application/json"), 400, missing()),
        case("file.raw_bytes", typed("RIFF", ""), 400, missing()),
        case("file.some_bytes", upload(""), 400, missing()),
        case(
            "parameter.known",
            Wire { target: format!("{FILES}/upload?filename=1.mp3"), ..upload("RIFF") },
            400,
            input("filename", EXTRA),
        ),
        Case {
            arrange: |sandbox| sandbox.retailcrm().set_funds(false),
            ..case(
                "file.paid",
                upload("RIFF"),
                400,
                says("Your account doesn't have enough money to upload files."),
            )
        },
        Case {
            arrange: |sandbox| sandbox.retailcrm().set_scopes(["file_read"]),
            ..case("key.scope", upload("RIFF"), 403, says("Access denied."))
        },
        Case {
            arrange: |sandbox| sandbox.retailcrm().set_scopes(["file_write"]),
            ..case("key.scope", get("/25/download"), 403, says("Access denied."))
        },
        case("verb", get("/25/delete"), 405, says("Method Not Allowed")),
        case(
            "query.filter_value",
            get("?filter[isAttached]=yes"),
            400,
            input("children[isAttached]", INVALID),
        ),
        case("file.known", get("/4711"), 404, says("Not found")),
        case("file.known", get("/4711/download"), 404, says("Not found")),
        case("file.known", Wire::post(&format!("{FILES}/4711/delete"), ""), 404, says("Not found")),
        case(
            "parameter.given",
            Wire::post(&format!("{FILES}/25/edit"), "filename=1.mp3"),
            400,
            says("Parameter 'file' is missing"),
        ),
    ]
}
