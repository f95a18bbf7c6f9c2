//! `Debug` output contains no configured, sent or received secret.

use std::fmt::Debug;

use serde_json::json;
use vochi_crm_core::config::{Keys as _, check};
use vochi_crm_core::http::{Operation, Response};
use vochi_crm_kontur::Config;
use vochi_crm_kontur::api::{
    AuthorizePrivate, AuthorizePublic, DownloadFile, GetInstance, SetupIntegration,
};
use vochi_crm_kontur::model::{FileId, InstanceId};

use super::operations::{FILE, INSTANCE};

/// A part of every secret in this test.
const CANARY: &str = "canary";

fn assert_redacted(what: &str, shown: &impl Debug) {
    let text = format!("{shown:?} {shown:#?}");
    assert!(!text.contains(CANARY), "{what}: {text}");
}

fn instance() -> InstanceId {
    InstanceId::new(INSTANCE).unwrap()
}

#[test]
fn configuration_debug_is_redacted() {
    let written = json!({
        "workspace": "vochi-demo",
        "api_key": "canary-key",
        "integration_secret": "secretKey=canary",
        "access_key": "canary-access",
        "bearer": "canary-bearer",
        "instance_id": INSTANCE,
        "redirect_by": "client",
        "phone_form": "plus",
        "continue_by": "raw",
        "lost_events": "repeat",
        "register_legs": "answered",
        "url": "https://crm.kontur.ru",
    });
    for (key, value) in written.as_object().unwrap() {
        check(Config::KEYS, key, value).unwrap();
    }
    assert_eq!(Config::KEYS.len(), written.as_object().unwrap().len());
    let config: Config = serde_json::from_value(written).unwrap();
    assert_redacted("the configuration", &config);
    assert_eq!(config.bearer.unwrap().expose(), "canary-bearer");
    assert!(serde_json::from_value::<Config>(json!({"redirect_by": "unknown"})).is_err());
}

#[test]
fn requests_debug_is_redacted() {
    let private = AuthorizePrivate::new("canary-key");
    assert_redacted("an authorization", &private);
    assert_redacted("its request", &private.request().unwrap());
    let public = AuthorizePublic::new("canary-key", "secretKey=canary");
    assert_redacted("an authorization", &public);
    assert_redacted("its request", &public.request().unwrap());
    let wrong = AuthorizePublic::new("canary-key", "canary\n").request();
    assert_redacted("its refusal", &wrong.unwrap_err());
    let setup = SetupIntegration::new(instance()).setting("SecretKey", CANARY);
    assert_redacted("a setup", &setup);
}

#[test]
fn responses_debug_is_redacted() {
    let integration = json!({
        "id": INSTANCE,
        "secrets": [{"id": "secretKey", "value": "canary", "values": ["canary", 7, "canary-2"]}],
    });
    let read = GetInstance(instance()).decode(&Response::ok_json(&integration)).unwrap();
    assert_eq!(read.secrets.good[0].values.len(), 2);
    assert_redacted("an instance", &read);
    let response = json!({"accessKey": "canary", "integrationInstance": integration});
    let read = AuthorizePrivate::new("invented-key").decode(&Response::ok_json(&response)).unwrap();
    assert_eq!(read.access_key.expose(), CANARY);
    assert_redacted("an authorization", &read);
    let broken = json!({"accessKey": {"canary": "canary"}});
    let error =
        AuthorizePrivate::new("invented-key").decode(&Response::ok_json(&broken)).unwrap_err();
    assert_redacted("an unreadable response", &error);
}

#[test]
fn file_content_is_not_printed() {
    let get = DownloadFile::new(FileId::new(FILE).unwrap());
    let content = get.decode(&Response::ok_json(&json!("canary"))).unwrap();
    assert_eq!(content.content_type.as_deref(), Some("application/json"));
    assert_eq!(&content.bytes[..], b"\"canary\"");
    assert_redacted("a file", &content);
}
