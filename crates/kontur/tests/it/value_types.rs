//! Values that their types reject.

use serde_json::json;
use vochi_crm_core::{ErrorKind, LegId, Result};
use vochi_crm_kontur::Client;
use vochi_crm_kontur::model::{
    CommunicationId, CompanyId, ContactId, DealId, ElementId, EventId, EventOffset, ExternalId,
    FileId, FileName, InstanceId, PhoneText, UserId, WebhookId,
};

const ZERO: &str = "00000000-0000-0000-0000-000000000000";

fn refused(case: &str, outcome: Result<impl std::fmt::Debug>) {
    let error = outcome.expect_err(case);
    assert_eq!(error.kind(), ErrorKind::Input, "{case}: {error}");
    assert!(!error.message().is_empty(), "{case}");
    let text = error.message();
    assert!(!text.contains(char::is_control), "{case}: {text:?}");
}

#[test]
fn guid_ids_reject_other_texts() {
    for text in [
        "",
        " ",
        "101",
        ZERO,
        "a1b2c3d4-1111-4a4a-8b8b-00000000010",
        "a1b2c3d4-1111-4a4a-8b8b-0000000001011",
        "a1b2c3d4-1111-4a4a-8b8b/000000000101",
        "a1b2c3d4-1111-4a4a-8b8b-00000000010\u{0}",
        "{a1b2c3d4-1111-4a4a-8b8b-000000000101}",
        "а1b2c3d4-1111-4a4a-8b8b-00000000010",
    ] {
        refused(&format!("UserId {text:?}"), UserId::new(text));
        refused(&format!("ContactId {text:?}"), ContactId::new(text));
        refused(&format!("CompanyId {text:?}"), CompanyId::new(text));
        refused(&format!("DealId {text:?}"), DealId::new(text));
        refused(&format!("InstanceId {text:?}"), InstanceId::new(text));
        refused(&format!("WebhookId {text:?}"), WebhookId::new(text));
        refused(&format!("ElementId {text:?}"), ElementId::new(text));
    }
}

#[test]
fn opaque_ids_reject_control_characters() {
    let long = "7".repeat(256);
    for text in ["", "\t ", "a\nb", "a\u{0}b", "a\u{85}b", ZERO, &long] {
        let communication = CommunicationId::new(text);
        refused(&format!("CommunicationId {text:?}"), communication);
        refused(&format!("FileId {text:?}"), FileId::new(text));
        refused(&format!("EventId {text:?}"), EventId::new(text));
        if text != ZERO {
            // The zero GUID is the start of the feed.
            refused(&format!("EventOffset {text:?}"), EventOffset::new(text));
        }
    }
}

#[test]
fn call_and_leg_ids_reject_slashes() {
    let long = "7".repeat(256);
    for text in ["", " ", "/", "pbx/1763631515.42", "a\r\nb", &long] {
        refused(&format!("ExternalId {text:?}"), ExternalId::new(text));
        refused(&format!("LegId {text:?}"), LegId::new(text));
    }
    for text in ["", "Vochi/", "Vochi/a\nb", &long] {
        let returned = ExternalId::returned(text);
        refused(&format!("ExternalId returned as {text:?}"), returned);
    }
}

#[test]
fn file_name_rejects_special_characters() {
    let long = "7".repeat(256);
    for text in ["", " ", "a/b.mp3", "a\\b.mp3", "a\"b.mp3", "a\r\nb", "a\u{0}", "ё.mp3", &long] {
        refused(&format!("FileName {text:?}"), FileName::new(text));
    }
    for text in ["", " ", &long] {
        refused(&format!("FileName nearest {text:?}"), FileName::nearest(text));
    }
    for text in ["a/../b\r\n\u{202e}.mp3", "\"", "ё"] {
        let near = FileName::nearest(text).unwrap();
        assert!(FileName::new(near.as_str()).is_ok(), "{text:?}: {near}");
    }
}

#[test]
fn phone_text_needs_a_digit() {
    for text in ["", " ", "+", "anonymous", "()-", "٣٧٥"] {
        assert_eq!(PhoneText::digits_of(text), None, "{text:?}");
    }
}

#[test]
fn ids_in_responses_are_validated() {
    for value in [json!(""), json!(ZERO), json!("a\nb"), json!(7), json!(null)] {
        let id = serde_json::from_value::<CommunicationId>(value.clone());
        assert!(id.is_err(), "CommunicationId {value}");
        let id = serde_json::from_value::<FileId>(value.clone());
        assert!(id.is_err(), "FileId {value}");
    }
    let error = serde_json::from_value::<UserId>(json!("canary")).unwrap_err();
    assert!(!error.to_string().contains("canary"), "{error}");
}

#[test]
fn invalid_keys_are_config_errors() {
    let hub = vochi_crm_core::Hub::new().unwrap();
    let good = || Client::builder("vochi-demo").api_key("invented-key");
    let built = [
        ("no key", Client::builder("vochi-demo").build(&hub)),
        ("a blank key", good().api_key(" ").build(&hub)),
        ("a key in two lines", good().api_key("canary\nb").build(&hub)),
        ("a secret without a name", good().integration_secret("canary").build(&hub)),
        ("a secret in two lines", good().integration_secret("a=canary\n").build(&hub)),
        ("an access key in two lines", good().access_key("canary\r").build(&hub)),
        ("a bearer in two lines", good().bearer("canary\u{0}").build(&hub)),
        ("no workspace", Client::builder(" ").api_key("k").build(&hub)),
        ("a parent folder", Client::builder("..").api_key("k").build(&hub)),
        ("two workspaces", Client::builder("a/b").api_key("k").build(&hub)),
        ("no URL", good().url("").build(&hub)),
    ];
    for (case, client) in built {
        let error = client.expect_err(case);
        assert_eq!(error.kind(), ErrorKind::Config, "{case}: {error}");
        let text = format!("{error} {error:?}");
        assert!(!text.contains("canary"), "{case}: {text}");
    }
}
