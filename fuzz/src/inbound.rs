//! Requests that claim to be a CRM's.

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use vochi_crm::CrmName;
use vochi_crm::bitrix24::inbound as bitrix24;
use vochi_crm::inbound::InboundRequest;
use vochi_crm::kontur::inbound as kontur;
use vochi_crm::retailcrm::inbound as retailcrm;
use vochi_crm::uon::inbound as uon;

use crate::accounts::{SECRET, assert_well_formed, connectors};

/// Paths that some connector serves; the first byte of the input chooses one.
const PATHS: &[&str] = &[
    retailcrm::MAKE_CALL_PATH,
    retailcrm::USER_STATUS_PATH,
    retailcrm::ACTIVITY_PATH,
    retailcrm::SETTINGS_PATH,
    retailcrm::TRIGGER_PATH,
    kontur::CALL_PATH,
    kontur::HANGUP_PATH,
    kontur::SYNC_PATH,
    kontur::UPGRADE_PATH,
    kontur::SETUP_PATH,
    kontur::EVENTS_PATH,
    uon::HOOK_PATH,
    bitrix24::EVENT_PATH,
    "",
];

const CONTENT_TYPES: &[&str] =
    &["application/x-www-form-urlencoded", "application/json", "multipart/form-data", "text/plain"];

/// Parses a request in each connector and checks the invariants. The first bytes choose path, content
/// type and method; a zero byte separates query and body. `$` stands for the account's secret.
/// Returns the CRMs for which it is an event.
///
/// # Panics
/// Parsing panics; a refusal is not well formed or has a success status; an event shows the secret.
pub fn inbound(input: &[u8]) -> Vec<CrmName> {
    let [path, content_type, method, rest @ ..] = input else {
        return Vec::new();
    };
    let text = String::from_utf8_lossy(rest).replace('$', SECRET);
    let (query, body) = text.split_once('\0').unwrap_or((&text, ""));
    let mut headers = HeaderMap::new();
    let content_type = CONTENT_TYPES[usize::from(*content_type) % CONTENT_TYPES.len()];
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(kontur::ECHO, HeaderValue::from_static("echo-1"));
    headers.insert("X-XCOM-AccessKey", HeaderValue::from_static(SECRET));
    let method = if method % 2 == 0 { Method::GET } else { Method::POST };
    let path = PATHS[usize::from(*path) % PATHS.len()].trim_start_matches('/');
    let path = format!("/{path}");
    let request = InboundRequest::new(method, path, query, headers, body.to_owned());
    let response = vochi_crm::http::Response::new(StatusCode::OK, HeaderMap::new(), "");
    let mut accepted_by = Vec::new();
    for crm in connectors(response) {
        let (reply, event) = crm.parse_inbound(&request);
        match event {
            Ok(event) => {
                let shown = format!("{event:?}");
                assert!(!shown.contains(SECRET), "an event shows the secret: {shown}");
                accepted_by.push(crm.crm());
            }
            Err(error) => {
                assert_well_formed(&error);
                assert!(!reply.status.is_success(), "refused with {}: {error}", reply.status);
            }
        }
    }
    accepted_by
}
