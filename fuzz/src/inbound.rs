//! Requests that claim to be a CRM's.

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use vochi_crm::inbound::InboundRequest;

use crate::accounts::{SECRET, assert_well_formed, connectors};

/// Paths that some connector serves; the first byte of the input chooses one.
const PATHS: &[&str] = &[
    "/make-call",
    "/user-status",
    "/activity",
    "/settings",
    "/trigger",
    "/communications/call",
    "/communications/hangup",
    "/webhook",
    "",
];

const CONTENT_TYPES: &[&str] =
    &["application/x-www-form-urlencoded", "application/json", "multipart/form-data", "text/plain"];

/// Parses a request in each connector and checks the invariants. The first bytes choose path, content
/// type and method; a zero byte separates query and body. `$` stands for the account's secret.
///
/// # Panics
/// Parsing panics; a refusal is not well formed or has a success status; an event shows the secret.
pub fn inbound(input: &[u8]) {
    let [path, content_type, method, rest @ ..] = input else {
        return;
    };
    let text = String::from_utf8_lossy(rest).replace('$', SECRET);
    let (query, body) = text.split_once('\0').unwrap_or((&text, ""));
    let mut headers = HeaderMap::new();
    let content_type = CONTENT_TYPES[usize::from(*content_type) % CONTENT_TYPES.len()];
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let method = if method % 2 == 0 { Method::GET } else { Method::POST };
    let path = PATHS[usize::from(*path) % PATHS.len()];
    let request = InboundRequest::new(method, path, query, headers, body.to_owned());
    let response = vochi_crm::http::Response::new(StatusCode::OK, HeaderMap::new(), "");
    for crm in connectors(response) {
        let (reply, event) = crm.parse_inbound(&request);
        match event {
            Ok(event) => {
                let shown = format!("{event:?}");
                assert!(!shown.contains(SECRET), "an event shows the secret: {shown}");
            }
            Err(error) => {
                assert_well_formed(&error);
                assert!(!reply.status.is_success(), "refused with {}: {error}", reply.status);
            }
        }
    }
}
