//! The error table: what Bitrix24's refusals mean, and what an operator can do.

use vochi_crm_bitrix24::api::{AddEntity, GetProfile};
use vochi_crm_bitrix24::model::{Contact, ContactData};
use vochi_crm_core::http::{ApiRequest, RawRequest, Response};
use vochi_crm_core::testing::{Fixture, response};
use vochi_crm_core::{Cx, Effect, Error, ErrorKind, Text};

use super::portal::{Portal, WEBHOOK};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/bitrix24");

/// The error of a read, without retries.
async fn read(answer: Response) -> Error {
    let portal = Portal::new();
    portal.answer("profile", answer);
    let client = portal.open(&serde_json::json!({"webhook_url": WEBHOOK, "retries": 0}));
    client.send(&Cx::live(), GetProfile).await.unwrap_err()
}

/// The error of a write, without retries.
async fn write(answer: Response) -> Error {
    let portal = Portal::new();
    portal.answer("crm.contact.add", answer);
    let client = portal.open(&serde_json::json!({"webhook_url": WEBHOOK, "retries": 0}));
    let contact = AddEntity::<Contact>::new(ContactData::new().name(Text::new("Ольга").unwrap()));
    client.send(&Cx::live(), contact).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn every_recorded_error_has_its_kind_and_a_hint() {
    use ErrorKind::{Auth, RateLimited, Rejected, Unavailable, Unsupported};
    let fixture = Fixture::open(FIXTURES, "system.errors");
    for (name, kind, hint) in [
        ("query_limit_exceeded", RateLimited, "fewer requests"),
        ("operation_time_limit", RateLimited, "operating time"),
        ("overload_limit", Unavailable, "support"),
        ("internal_server_error", Unavailable, "later"),
        ("error_unexpected_answer", Unavailable, "later"),
        ("expired_token", Auth, "webhook_url"),
        ("invalid_token", Auth, "webhook_url"),
        ("no_auth_found", Auth, "webhook"),
        ("no_auth_found_old_portal_http_200", Auth, "webhook"),
        ("invalid_credentials", Auth, "right"),
        ("insufficient_scope_webhook", Auth, "scopes"),
        ("insufficient_scope_oauth_401", Auth, "scopes"),
        ("access_denied", Auth, "tariff"),
        ("user_access_error", Auth, "right"),
        ("authorization_error", Auth, "dismissed"),
        ("error_oauth", Auth, "install"),
        ("application_not_found", Auth, "install"),
        ("payment_required", Auth, "subscription"),
        ("method_confirm_waiting", Auth, "confirm"),
        ("method_confirm_denied", Auth, "confirm"),
        ("wrong_auth_type", Auth, "client_id"),
        ("error_method_not_found", Unsupported, "method"),
        ("invalid_request", Rejected, "correct"),
        ("portal_deleted_documented_status", Auth, "deleted"),
        ("portal_deleted_410", Auth, "deleted"),
        ("portal_deleted_403", Auth, "deleted"),
        ("error_manifest_is_not_available", Unsupported, "method"),
        ("wrong_encoding", Rejected, "correct"),
        ("allowed_only_intranet_user", Auth, "right"),
        ("html_403", Auth, "access"),
        ("html_502", Unavailable, "later"),
        ("empty_body_500", Unavailable, "later"),
        ("rest_v3_error_object", Rejected, "correct"),
    ] {
        let error = read(fixture.response(name)).await;
        assert_eq!(error.kind(), kind, "{name}: {error}");
        let text = error.hint().unwrap_or_default();
        assert!(text.contains(hint), "{name}: the hint is {text:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn text_decides_where_the_code_says_nothing() {
    use ErrorKind::{Auth, NotFound, Rejected};
    for (text, kind, code) in [
        ("Not found", NotFound, "Not found"),
        ("Access denied.", Auth, "Access denied"),
        ("User is not found or is not active", Rejected, "User is not found or is not active"),
        ("Line already exists", Rejected, "Line already exists"),
        ("Call is not found (call should be registered)", NotFound, "Call is not found"),
        (
            "Call is not found in the statistic table. Looks like it is not finished yet.",
            Rejected,
            "Call is not found in the statistic table",
        ),
        ("Something else", Rejected, "ERROR_CORE"),
    ] {
        for error in ["ERROR_CORE", ""] {
            let body = serde_json::json!({"error": error, "error_description": text});
            let refused = read(response(400, "application/json", body.to_string())).await;
            assert_eq!(refused.kind(), kind, "{error:?} {text}: {refused}");
            let expected = (!(error.is_empty() && code == "ERROR_CORE")).then_some(code);
            assert_eq!(refused.code(), expected, "{error:?} {text}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn letter_case_of_a_code_does_not_matter() {
    for code in ["no_auth_found", "NO_AUTH_FOUND", "No_Auth_Found"] {
        let error = read(super::portal::error(401, code)).await;
        assert_eq!(error.kind(), ErrorKind::Auth, "{code}");
        assert_eq!(error.code(), Some(code));
    }
}

#[tokio::test(start_paused = true)]
async fn null_is_a_result_and_a_missing_result_is_none() {
    for (body, is_result) in [
        (r#"{"result":null,"time":{}}"#, true),
        (r#"{"result":null,"time":[]}"#, true),
        (r#"{"result":false}"#, true),
        (r#"{"result":[1],"time":{"operating":{}}}"#, true),
        (r#"{"time":{}}"#, false),
        (r"{}", false),
        ("null", false),
    ] {
        let portal = Portal::new();
        portal.answer("some.method", response(200, "application/json", body));
        let client = portal.open(&serde_json::json!({"webhook_url": WEBHOOK, "retries": 0}));
        let request = RawRequest::new(ApiRequest::post("/some.method"));
        let answer = client.raw(&Cx::live(), request).await;
        assert_eq!(answer.is_ok(), is_result, "{body}: {answer:?}");
        if let Err(error) = answer {
            assert_eq!(error.kind(), ErrorKind::Decode, "{body}: {error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn only_a_fault_of_the_server_leaves_a_write_in_doubt() {
    let html = || response(502, "text/html", "<html>bad gateway</html>");
    let page = || response(200, "text/html", "<html>sign in</html>");
    for (name, answer, effect) in [
        ("a limit", super::portal::error(503, "QUERY_LIMIT_EXCEEDED"), Effect::NotApplied),
        ("a refusal", super::portal::error(400, "ERROR_CORE"), Effect::NotApplied),
        ("a fault", super::portal::error(500, "INTERNAL_SERVER_ERROR"), Effect::Maybe),
        ("a gateway", html(), Effect::Maybe),
        ("another server", page(), Effect::Maybe),
    ] {
        let error = write(answer).await;
        assert_eq!(error.effect(), effect, "{name}: {error}");
    }
}
