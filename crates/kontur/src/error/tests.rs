//! Tests of the error table, one per row.

use serde_json::json;
use vochi_crm_core::http::Response;

use super::*;

fn response(status: u16, body: impl Into<Vec<u8>>) -> Response {
    let mut headers = http::HeaderMap::new();
    headers.insert(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static("application/json; charset=utf-8"),
    );
    let body: Vec<u8> = body.into();
    Response::new(StatusCode::from_u16(status).unwrap(), headers, body)
}

fn refusal(status: u16, body: &serde_json::Value) -> Refusal {
    judge(&response(status, body.to_string())).unwrap_err()
}

fn error_body(word: &str) -> serde_json::Value {
    json!({"status": word, "message": "m"})
}

/// Returns kind, advice and effect of a refusal.
fn verdict(refusal: &Refusal) -> (ErrorKind, Advice, Effect) {
    (refusal.kind(), refusal.advice(), refusal.effect())
}

const NEVER: (Advice, Effect) = (Advice::Never, Effect::NotApplied);
const RENEW: (Advice, Effect) = (Advice::Renew, Effect::NotApplied);
const MAYBE: (Advice, Effect) = (Advice::Transient, Effect::Maybe);

#[test]
fn unknown_call_hints_to_start_it_first() {
    let refusal = refusal(409, &error_body("communicationNotFound"));
    assert_eq!(verdict(&refusal), (ErrorKind::NotFound, NEVER.0, NEVER.1));
    assert!(format!("{refusal:?}").contains("call-started"));
}

#[test]
fn not_found_status_maps_to_not_found() {
    for status in [409, 404, 400] {
        let refusal = refusal(status, &error_body("notFound"));
        assert_eq!(verdict(&refusal), (ErrorKind::NotFound, NEVER.0, NEVER.1));
    }
}

#[test]
fn error_codes_ignore_case() {
    for word in ["IntegrationNotFound", "integrationNotFound"] {
        let refusal = refusal(409, &error_body(word));
        assert_eq!(refusal.kind(), ErrorKind::NotFound);
        assert!(format!("{refusal:?}").contains("\"IntegrationNotFound\""));
        assert!(format!("{refusal:?}").contains("instance_id"));
    }
}

#[test]
fn not_supported_is_rejected() {
    let body = json!({"invalidDatas": [], "invalidConstraints": {}, "status": "notSupported",
        "message": "Feature Call is not supported by any integration"});
    let refusal = refusal(409, &body);
    assert_eq!(verdict(&refusal), (ErrorKind::Rejected, NEVER.0, NEVER.1));
    let text = format!("{refusal:?}");
    assert!(!text.contains("invalidDatas"), "empty details are omitted");
    assert!(text.contains("run setup"));
}

#[test]
fn not_installed_hints_to_install() {
    for status in [409, 401, 403] {
        let refusal = refusal(status, &error_body("notInstalled"));
        assert_eq!(verdict(&refusal), (ErrorKind::Auth, NEVER.0, NEVER.1));
        assert!(format!("{refusal:?}").contains("press Install"));
    }
}

#[test]
fn too_large_file_is_rejected() {
    assert_eq!(
        verdict(&refusal(409, &error_body("fileTooLarge"))),
        (ErrorKind::Rejected, NEVER.0, NEVER.1)
    );
    let text = judge(&response(413, "")).unwrap_err();
    assert_eq!(verdict(&text), (ErrorKind::Rejected, NEVER.0, NEVER.1));
}

#[test]
fn invalid_patch_names_path() {
    let body = json!({"errorInfo": {"invalidPaths": [{"op": "replace", "path": "/id"}],
        "invalidValueTypes": [], "status": "invalidArgs",
        "message": "Patch contains invalid operations"},
        "isSuccessful": false, "responseCode": "conflict"});
    for status in [409, 200] {
        let refusal = refusal(status, &body);
        assert_eq!(verdict(&refusal), (ErrorKind::Rejected, NEVER.0, NEVER.1));
        assert!(format!("{refusal:?}").contains("/id"), "{refusal:?}");
    }
}

#[test]
fn failure_wrapper_with_http_200_is_refusal() {
    for body in [
        json!({"isSuccessful": false}),
        json!({"isSuccessful": "False", "responseCode": "conflict"}),
        json!({"isSuccessful": false, "errorInfo": []}),
    ] {
        assert_eq!(refusal(200, &body).kind(), ErrorKind::Rejected, "{body}");
    }
    for body in [json!({"isSuccessful": true}), json!({"status": "sealed"})] {
        assert!(judge(&response(200, body.to_string())).is_ok());
    }
}

#[test]
fn validation_error_lists_fields_by_relevance() {
    let body = json!({"errors": {"callStartedInfo": ["The callStartedInfo field is required."],
        "direction": ["Error converting value"]}, "title": "One or more validation errors.",
        "status": 400, "traceId": "00-1a2b"});
    for status in [400, 409] {
        let refusal = refusal(status, &body);
        assert_eq!(verdict(&refusal), (ErrorKind::Rejected, NEVER.0, NEVER.1));
        let text = format!("{refusal:?}");
        let position = |part: &str| text.find(part).unwrap();
        assert!(position("direction:") < position("callStartedInfo:"));
        assert!(text.contains("00-1a2b"));
    }
}

#[test]
fn numeric_status_is_problem_details() {
    let refusal = refusal(400, &json!({"status": 400, "title": "Bad Request"}));
    assert_eq!(verdict(&refusal), (ErrorKind::Rejected, NEVER.0, NEVER.1));
    assert!(format!("{refusal:?}").contains("Bad Request"));
}

#[test]
fn quoted_and_bare_text_are_equal() {
    for body in ["\"Error\"", "Error"] {
        let refusal = judge(&response(409, body)).unwrap_err();
        assert_eq!(verdict(&refusal), (ErrorKind::Rejected, NEVER.0, NEVER.1));
        assert!(format!("{refusal:?}").contains("code: Some(\"Error\")"));
    }
}

#[test]
fn refused_key_is_renewed() {
    for status in [401, 403] {
        for body in ["\"Unauthorized\"", "Unauthorized", "", "<html>"] {
            let refusal = judge(&response(status, body)).unwrap_err();
            assert_eq!(verdict(&refusal), (ErrorKind::Auth, RENEW.0, RENEW.1));
        }
    }
}

#[test]
fn rate_limit_is_throttled() {
    let refusal = judge(&response(429, error_body("notFound").to_string())).unwrap_err();
    assert_eq!(refusal.kind(), ErrorKind::RateLimited);
    assert_eq!(refusal.advice(), Advice::Throttled);
    assert_eq!(refusal.effect(), Effect::NotApplied);
}

#[test]
fn server_error_leaves_effect_unknown() {
    for (status, kind) in [
        (408, ErrorKind::Timeout),
        (500, ErrorKind::Unavailable),
        (502, ErrorKind::Unavailable),
        (503, ErrorKind::Unavailable),
    ] {
        for body in ["", "<html>502</html>", "\"Error\""] {
            let refusal = judge(&response(status, body)).unwrap_err();
            assert_eq!(verdict(&refusal), (kind, MAYBE.0, MAYBE.1));
        }
    }
}

#[test]
fn wrong_url_hints_to_check_url() {
    let refusal = judge(&response(404, "<html>")).unwrap_err();
    assert_eq!(verdict(&refusal), (ErrorKind::NotFound, NEVER.0, NEVER.1));
    assert!(format!("{refusal:?}").contains("workspace"));
    let refusal = judge(&response(302, "")).unwrap_err();
    assert_eq!(verdict(&refusal), (ErrorKind::Auth, NEVER.0, NEVER.1));
}

#[test]
fn unknown_body_is_rejected_and_quoted() {
    for body in ["[1,2]", "{\"a\":1}", "<p>no</p>", "{broken"] {
        let refusal = judge(&response(409, body)).unwrap_err();
        assert_eq!(verdict(&refusal), (ErrorKind::Rejected, NEVER.0, NEVER.1));
        assert!(format!("{refusal:?}").contains(&format!("{body:?}")), "{body}");
    }
}

#[test]
fn file_content_is_never_a_refusal() {
    for body in ["{\"isSuccessful\":false}", "{", "<", "Error"] {
        let mut recording = response(200, body);
        recording
            .headers
            .insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("audio/mpeg"));
        assert!(judge(&recording).is_ok(), "{body}");
    }
}

#[test]
fn html_success_leaves_effect_unknown() {
    for body in ["<html>maintenance</html>", "\r\n<!DOCTYPE html>", "{\"id\":\"3f0c", "[1,"] {
        let refusal = judge(&response(200, body)).unwrap_err();
        assert_eq!(verdict(&refusal), (ErrorKind::Decode, MAYBE.0, MAYBE.1), "{body}");
    }
    for body in ["", "OK", "\"OK\"", "[]", "{}", "ID3\u{4}"] {
        assert!(judge(&response(200, body)).is_ok(), "{body}");
    }
}

#[test]
fn error_text_with_http_200_leaves_effect_unknown() {
    for body in ["\"Error\"", "Error", " error\r\n"] {
        let refusal = judge(&response(200, body)).unwrap_err();
        let doubt = (ErrorKind::Rejected, Advice::Never, Effect::Maybe);
        assert_eq!(verdict(&refusal), doubt, "{body}");
        assert!(format!("{refusal:?}").contains("code: Some(\"Error\")"));
    }
}
