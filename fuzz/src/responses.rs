//! Responses of the CRMs: each error table has an answer to everything.

use http::{HeaderMap, HeaderValue, StatusCode, header};
use vochi_crm::http::Response;
use vochi_crm::{CrmName, Cx, Effect};

use crate::accounts::{assert_well_formed, connectors};

const CONTENT_TYPES: &[&str] = &["application/json", "text/html", "application/problem+json", ""];

/// Looks up a client with each connector, which gets a response made of the input, and checks the
/// invariants. The first bytes choose status and content type, the rest is the body.
/// Returns the CRMs for which it is a success.
///
/// # Panics
/// Reading panics; an error is not well formed; a read has an effect; an error status is a success.
pub fn response(input: &[u8]) -> Vec<CrmName> {
    let [status, content_type, body @ ..] = input else {
        return Vec::new();
    };
    let status = StatusCode::from_u16(200 + u16::from(*status) * 3 / 2).expect("200 to 582");
    let mut headers = HeaderMap::new();
    let content_type = CONTENT_TYPES[usize::from(*content_type) % CONTENT_TYPES.len()];
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let phone = "+375291112233".parse().expect("a number");
    let mut accepted_by = Vec::new();
    runtime.block_on(async {
        for crm in connectors(Response::new(status, headers, body.to_vec())) {
            match crm.responsible(&Cx::live(), &phone).await {
                Ok(_) => accepted_by.push(crm.crm()),
                Err(error) => {
                    assert_well_formed(&error);
                    assert_ne!(error.effect(), Effect::Applied, "a read changes nothing: {error}");
                }
            }
        }
    });
    accepted_by
}
