//! One test per row of the table.

use serde_json::json;
use vochi_crm_core::http::Response;

use super::*;

fn answer(status: u16, body: impl Into<Vec<u8>>) -> Response {
    let mut headers = http::HeaderMap::new();
    headers.insert(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static("application/json; charset=utf-8"),
    );
    let body: Vec<u8> = body.into();
    Response::new(StatusCode::from_u16(status).unwrap(), headers, body)
}

fn refusal(status: u16, body: &serde_json::Value) -> Refusal {
    judge(&answer(status, body.to_string())).unwrap_err()
}

fn said(word: &str) -> serde_json::Value {
    json!({"status": word, "message": "m"})
}

/// Kind, advice and effect of a refusal.
fn verdict(refusal: &Refusal) -> (ErrorKind, Advice, Effect) {
    (refusal.kind(), refusal.advice(), refusal.effect())
}

const NO: (Advice, Effect) = (Advice::Never, Effect::NotApplied);
const RENEW: (Advice, Effect) = (Advice::Renew, Effect::NotApplied);
const MAYBE: (Advice, Effect) = (Advice::Transient, Effect::Maybe);

#[test]
fn a_call_that_is_not_known_is_to_be_started_first() {
    let refusal = refusal(409, &said("communicationNotFound"));
    assert_eq!(verdict(&refusal), (ErrorKind::NotFound, NO.0, NO.1));
    assert!(format!("{refusal:?}").contains("call-started"));
}

#[test]
fn a_thing_that_is_not_found_is_not_found() {
    for status in [409, 404, 400] {
        let refusal = refusal(status, &said("notFound"));
        assert_eq!(verdict(&refusal), (ErrorKind::NotFound, NO.0, NO.1));
    }
}

#[test]
fn words_are_compared_without_case_and_told_in_one_spelling() {
    for word in ["IntegrationNotFound", "integrationNotFound"] {
        let refusal = refusal(409, &said(word));
        assert_eq!(refusal.kind(), ErrorKind::NotFound);
        assert!(format!("{refusal:?}").contains("\"IntegrationNotFound\""));
        assert!(format!("{refusal:?}").contains("instance_id"));
    }
}

#[test]
fn what_is_not_supported_is_rejected() {
    let body = json!({"invalidDatas": [], "invalidConstraints": {}, "status": "notSupported",
        "message": "Feature Call is not supported by any integration"});
    let refusal = refusal(409, &body);
    assert_eq!(verdict(&refusal), (ErrorKind::Rejected, NO.0, NO.1));
    let told = format!("{refusal:?}");
    assert!(!told.contains("invalidDatas"), "empty details say nothing");
    assert!(told.contains("run setup"));
}

#[test]
fn an_integration_that_is_not_installed_is_to_be_installed() {
    for status in [409, 401, 403] {
        let refusal = refusal(status, &said("notInstalled"));
        assert_eq!(verdict(&refusal), (ErrorKind::Auth, NO.0, NO.1));
        assert!(format!("{refusal:?}").contains("press Install"));
    }
}

#[test]
fn a_file_too_large_is_rejected() {
    assert_eq!(verdict(&refusal(409, &said("fileTooLarge"))), (ErrorKind::Rejected, NO.0, NO.1));
    let told = judge(&answer(413, "")).unwrap_err();
    assert_eq!(verdict(&told), (ErrorKind::Rejected, NO.0, NO.1));
}

#[test]
fn a_patch_that_cannot_be_says_which_path() {
    let body = json!({"errorInfo": {"invalidPaths": [{"op": "replace", "path": "/id"}],
        "invalidValueTypes": [], "status": "invalidArgs",
        "message": "Patch contains invalid operations"},
        "isSuccessful": false, "responseCode": "conflict"});
    for status in [409, 200] {
        let refusal = refusal(status, &body);
        assert_eq!(verdict(&refusal), (ErrorKind::Rejected, NO.0, NO.1));
        assert!(format!("{refusal:?}").contains("/id"), "{refusal:?}");
    }
}

#[test]
fn a_success_that_says_it_is_none_is_a_refusal() {
    for body in [
        json!({"isSuccessful": false}),
        json!({"isSuccessful": "False", "responseCode": "conflict"}),
        json!({"isSuccessful": false, "errorInfo": []}),
    ] {
        assert_eq!(refusal(200, &body).kind(), ErrorKind::Rejected, "{body}");
    }
    for body in [json!({"isSuccessful": true}), json!({"status": "sealed"})] {
        assert!(judge(&answer(200, body.to_string())).is_ok());
    }
}

#[test]
fn wrong_data_names_every_field_and_the_telling_one_first() {
    let body = json!({"errors": {"callStartedInfo": ["The callStartedInfo field is required."],
        "direction": ["Error converting value"]}, "title": "One or more validation errors.",
        "status": 400, "traceId": "00-1a2b"});
    for status in [400, 409] {
        let refusal = refusal(status, &body);
        assert_eq!(verdict(&refusal), (ErrorKind::Rejected, NO.0, NO.1));
        let told = format!("{refusal:?}");
        let place = |text: &str| told.find(text).unwrap();
        assert!(place("direction:") < place("callStartedInfo:"));
        assert!(told.contains("00-1a2b"));
    }
}

#[test]
fn a_number_as_status_is_a_problem_and_not_a_word() {
    let refusal = refusal(400, &json!({"status": 400, "title": "Bad Request"}));
    assert_eq!(verdict(&refusal), (ErrorKind::Rejected, NO.0, NO.1));
    assert!(format!("{refusal:?}").contains("Bad Request"));
}

#[test]
fn a_text_means_the_same_with_quotes_and_without() {
    for body in ["\"Error\"", "Error"] {
        let refusal = judge(&answer(409, body)).unwrap_err();
        assert_eq!(verdict(&refusal), (ErrorKind::Rejected, NO.0, NO.1));
        assert!(format!("{refusal:?}").contains("code: Some(\"Error\")"));
    }
}

#[test]
fn a_key_that_is_refused_is_renewed() {
    for status in [401, 403] {
        for body in ["\"Unauthorized\"", "Unauthorized", "", "<html>"] {
            let refusal = judge(&answer(status, body)).unwrap_err();
            assert_eq!(verdict(&refusal), (ErrorKind::Auth, RENEW.0, RENEW.1));
        }
    }
}

#[test]
fn a_limit_is_waited_for() {
    let refusal = judge(&answer(429, said("notFound").to_string())).unwrap_err();
    assert_eq!(refusal.kind(), ErrorKind::RateLimited);
    assert_eq!(refusal.advice(), Advice::Throttled);
    assert_eq!(refusal.effect(), Effect::NotApplied);
}

#[test]
fn a_broken_server_may_have_done_it() {
    for (status, kind) in [
        (408, ErrorKind::Timeout),
        (500, ErrorKind::Unavailable),
        (502, ErrorKind::Unavailable),
        (503, ErrorKind::Unavailable),
    ] {
        for body in ["", "<html>502</html>", "\"Error\""] {
            let refusal = judge(&answer(status, body)).unwrap_err();
            assert_eq!(verdict(&refusal), (kind, MAYBE.0, MAYBE.1));
        }
    }
}

#[test]
fn an_address_that_is_wrong_is_told() {
    let refusal = judge(&answer(404, "<html>")).unwrap_err();
    assert_eq!(verdict(&refusal), (ErrorKind::NotFound, NO.0, NO.1));
    assert!(format!("{refusal:?}").contains("workspace"));
    let refusal = judge(&answer(302, "")).unwrap_err();
    assert_eq!(verdict(&refusal), (ErrorKind::Auth, NO.0, NO.1));
}

#[test]
fn anything_else_is_rejected_with_the_beginning_of_its_body() {
    for body in ["[1,2]", "{\"a\":1}", "<p>no</p>", "{broken"] {
        let refusal = judge(&answer(409, body)).unwrap_err();
        assert_eq!(verdict(&refusal), (ErrorKind::Rejected, NO.0, NO.1));
        assert!(format!("{refusal:?}").contains(&format!("{body:?}")), "{body}");
    }
}

#[test]
fn a_file_is_never_taken_for_a_refusal() {
    for body in ["{\"isSuccessful\":false}", "{", "<", "Error"] {
        let mut recording = answer(200, body);
        recording
            .headers
            .insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("audio/mpeg"));
        assert!(judge(&recording).is_ok(), "{body}");
    }
}

#[test]
fn a_success_that_is_no_answer_leaves_in_doubt_whether_it_was_done() {
    for body in ["<html>maintenance</html>", "\r\n<!DOCTYPE html>", "{\"id\":\"3f0c", "[1,"] {
        let refusal = judge(&answer(200, body)).unwrap_err();
        assert_eq!(verdict(&refusal), (ErrorKind::Decode, MAYBE.0, MAYBE.1), "{body}");
    }
    for body in ["", "OK", "\"OK\"", "[]", "{}", "ID3\u{4}"] {
        assert!(judge(&answer(200, body)).is_ok(), "{body}");
    }
}

#[test]
fn a_success_that_says_error_is_refused_and_not_certain() {
    for body in ["\"Error\"", "Error", " error\r\n"] {
        let refusal = judge(&answer(200, body)).unwrap_err();
        let doubt = (ErrorKind::Rejected, Advice::Never, Effect::Maybe);
        assert_eq!(verdict(&refusal), doubt, "{body}");
        assert!(format!("{refusal:?}").contains("code: Some(\"Error\")"));
    }
}
