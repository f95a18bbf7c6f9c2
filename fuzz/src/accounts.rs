//! Accounts of each CRM, with invented secrets.

use std::sync::Arc;

use serde_json::{Value, json};
use vochi_crm::http::Response;
use vochi_crm::{CrmConnector, Error, Hub, Profile};
use vochi_crm_core::testing::ScriptedTransport;

/// Occurs in every secret of the accounts, and in nothing else.
pub(crate) const SECRET: &str = "canary-secret-0001";

/// Settings of an account of each CRM.
pub(crate) fn settings() -> [Value; 4] {
    [
        json!({
            "crm": "retailcrm",
            "url": "https://demo.retailcrm.ru",
            "api_key": SECRET,
            "client_id": SECRET,
            "extensions": {"101": "7"},
        }),
        json!({
            "crm": "kontur",
            "workspace": "vochi-demo",
            "access_key": SECRET,
            "instance_id": "5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001",
            "extensions": {"101": "a1b2c3d4-1111-4a4a-8b8b-000000000101"},
        }),
        json!({
            "crm": "uon",
            "api_key": SECRET,
            "account_id": "12345",
            "extensions": {"101": "7"},
        }),
        json!({
            "crm": "bitrix24",
            "webhook_url": format!("https://portal.bitrix24.by/rest/1/{SECRET}/"),
            "application_token": SECRET,
            "extensions": {"101": "7"},
        }),
    ]
}

/// Connectors of each CRM; every request gets this response.
pub(crate) fn connectors(response: Response) -> Vec<Arc<dyn CrmConnector>> {
    let transport = ScriptedTransport::always(response);
    let hub = Hub::builder().transport(Arc::new(transport)).build().expect("a hub");
    let open = |settings: Value| {
        let profile: Profile = serde_json::from_value(settings).expect("a profile");
        vochi_crm::open(&hub, "shop", &profile).expect("a valid profile")
    };
    settings().map(open).into()
}

/// # Panics
/// The error has no message, is a defect of ours, or shows a secret.
pub(crate) fn assert_well_formed(error: &Error) {
    let shown = format!("{error} {error:?}");
    assert!(!error.message().is_empty(), "an error without a message: {shown}");
    assert_ne!(error.kind(), vochi_crm::ErrorKind::Internal, "{shown}");
    assert!(!shown.contains(SECRET), "an error shows a secret: {shown}");
}
