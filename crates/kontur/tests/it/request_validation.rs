//! Absent fields and invalid credentials.

use vochi_crm_core::http::Operation;
use vochi_crm_core::{ErrorKind, LegId};
use vochi_crm_kontur::api::{
    AuthorizePrivate, AuthorizePublic, CreateContacts, NewContact, RegisterCall, RegisteredLeg,
};
use vochi_crm_kontur::model::{CallDirection, ExternalId, Participant, StoredFile};

use super::operations::FILE;
use super::support::text;

fn register(legs: impl IntoIterator<Item = RegisteredLeg>) -> RegisterCall {
    let (id, at) = (ExternalId::new("1763631515.42").unwrap(), "2025-11-20T09:38:35Z");
    RegisterCall::new(at.parse::<vochi_crm_core::Timestamp>().unwrap(), id, CallDirection::Inbound)
        .legs(legs)
}

fn leg(id: &str) -> RegisteredLeg {
    let id = LegId::new(id).unwrap();
    RegisteredLeg::new(id, Participant::Client, Participant::unknown_user())
}

#[test]
fn missing_fields_are_omitted() {
    let contact = NewContact::new(text("Иван"));
    let request = CreateContacts::new().items([contact]).request().unwrap();
    assert_eq!(
        std::str::from_utf8(&request.body_ref().encode()).unwrap(),
        r#"{"items":[{"name":"Иван"}]}"#
    );
    let file: StoredFile = serde_json::from_str(&format!(r#"{{"fileId":"{FILE}"}}"#)).unwrap();
    let call = register([leg("1").recordings([file])]);
    let body = |call: &RegisterCall| {
        let bytes = call.request().unwrap().body_ref().encode();
        String::from_utf8(bytes.to_vec()).unwrap()
    };
    assert!(body(&call).contains(&format!(r#""recordings":[{{"fileId":"{FILE}"}}]"#)));
    assert!(!body(&call.without_recordings()).contains("recordings"));
}

#[test]
fn invalid_credentials_are_config_errors() {
    for key in ["", " ", "a\nb"] {
        let error = AuthorizePrivate::new(key).request().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
    }
    for secret in ["", "secretKey", "=value", "secretKey=", "a\n=b"] {
        let ask = AuthorizePublic::new("invented-key", secret);
        let error = ask.request().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{secret:?}");
    }
}
