//! The error table with the fixtures' error responses.

use http::{HeaderMap, StatusCode};
use proptest::strategy::Strategy as _;
use serde_json::{Value, json};
use vochi_crm_core::http::{Advice, Operation as _, Refusal, Response};
use vochi_crm_core::{Effect, Error, ErrorKind};
use vochi_crm_kontur::api::CallRedirect;
use vochi_crm_kontur::judge;
use vochi_crm_kontur::model::{ErrorStatus, PhoneText, ResponsibleUsers};

use super::fixture::Fixture;

#[test]
fn every_documented_error_is_in_the_table() {
    use ErrorKind::{Auth, NotFound, Rejected, Unavailable};
    let catalogue = Fixture::open("errors-catalogue");
    for (name, kind, advice) in [
        ("status_message", NotFound, Advice::Never),
        ("status_message_with_details", Rejected, Advice::Never),
        ("wrapped", Rejected, Advice::Never),
        ("problem_details", Rejected, Advice::Never),
        ("problem_details_under_409", Rejected, Advice::Never),
        ("plain_error", Rejected, Advice::Never),
        ("json_string_error", Rejected, Advice::Never),
        ("unauthorized", Auth, Advice::Renew),
        ("unauthorized_plain", Auth, Advice::Renew),
        ("html_gateway", Unavailable, Advice::Transient),
        ("empty", Unavailable, Advice::Transient),
        ("pascal_status", NotFound, Advice::Never),
    ] {
        let refusal = judge(&catalogue.response(name)).unwrap_err();
        assert_eq!((refusal.kind(), refusal.advice()), (kind, advice), "{name}");
        let not_applied = advice != Advice::Transient;
        assert_eq!(refusal.effect() == Effect::NotApplied, not_applied, "{name}");
    }
    assert_eq!(catalogue.responses().len(), 12);
}

#[test]
fn other_fixture_errors_have_expected_kind() {
    for (fixture, name, kind) in [
        ("authorize-private-integration", "not_installed", ErrorKind::Auth),
        ("call-event-appeared", "communication_not_found", ErrorKind::NotFound),
        ("call-event-appeared", "access_key_expired", ErrorKind::Auth),
        ("call-started", "validation_problem", ErrorKind::Rejected),
        ("call-started", "throttled", ErrorKind::RateLimited),
        ("call-redirect-by-phone", "not_found", ErrorKind::NotFound),
        ("files-upload", "too_large", ErrorKind::Rejected),
        ("instances-get", "not_found", ErrorKind::NotFound),
        ("instances-patch-features", "invalid_path", ErrorKind::Rejected),
        ("integrations-setup", "integration_not_found", ErrorKind::NotFound),
        ("register-call-answered", "error_plain", ErrorKind::Rejected),
        ("ui-settings-main-telephony", "not_found", ErrorKind::NotFound),
        ("users-list-unverified", "missing", ErrorKind::NotFound),
    ] {
        let refusal = judge(&Fixture::open(fixture).response(name)).unwrap_err();
        assert_eq!(refusal.kind(), kind, "{fixture}: {name}");
    }
}

#[test]
fn missing_responsible_user_is_no_error() {
    let ask = CallRedirect::Phone(PhoneText::digits_of("375291112233").unwrap());
    let recovered = |refusal: Refusal| ask.recover(&refusal, &Response::ok_json(&Value::Null));
    let refused = |kind, code: &str| Refusal::new(kind, "refused").with_code(code);
    let missing = recovered(refused(ErrorKind::NotFound, "notFound"));
    assert_eq!(missing, Some(ResponsibleUsers::default()));
    for (kind, code) in [
        (ErrorKind::NotFound, "communicationNotFound"),
        (ErrorKind::Rejected, "notFound"),
        (ErrorKind::NotFound, "Error"),
    ] {
        assert_eq!(recovered(refused(kind, code)), None, "{code}");
    }
    let body = json!({"status": "notFound", "message": "Workspace not found"});
    let response = Response::new(StatusCode::CONFLICT, HeaderMap::new(), body.to_string());
    assert_eq!(recovered(judge(&response).unwrap_err()), None, "an unknown workspace");
    let error = Error::new(ErrorKind::NotFound, "refused").with_code("CommunicationNotFound");
    assert_eq!(ErrorStatus::of_error(&error), Some(ErrorStatus::CommunicationNotFound));
}

proptest::proptest! {
    #[test]
    fn arbitrary_response_does_not_panic(
        status in 200_u16..600,
        body in proptest::prelude::prop_oneof![
            proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
            r#"\{"isSuccessful":(true|false|null|"x"),"errorInfo":(null|\[1\]|\{"status":(7|"x")\})\}"#
                .prop_map(String::into_bytes),
            r#"\{"errors":(null|\[\]|\{"a":(1|"x"|\["y",null\])\}),"status":(400|"x"|\{\})\}"#
                .prop_map(String::into_bytes),
        ],
    ) {
        let status = StatusCode::from_u16(status).unwrap();
        let response = Response::new(status, HeaderMap::new(), body);
        match judge(&response) {
            Ok(()) => assert!(status.is_success()),
            Err(refusal) => assert_ne!(refusal.kind(), ErrorKind::Internal),
        }
    }
}
