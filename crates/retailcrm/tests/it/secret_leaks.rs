//! Secrets in configuration errors.

use serde_json::json;

/// The text that every secret of this test contains.
const CANARY: &str = "canary";

#[test]
fn no_secret_is_in_configuration_errors() {
    let hub = vochi_crm_core::Hub::new().unwrap();
    for config in [
        json!({"api_key": "canary\nkey"}),
        json!({"url": "https://canary:canary@demo.retailcrm.ru"}),
        json!({"url": "https://demo.retailcrm.ru/?apiKey=canary"}),
    ] {
        let error = super::support::open(&hub, json!({}), config).unwrap_err();
        assert!(!format!("{error}{error:?}").contains(CANARY), "{error:?}");
    }
}
