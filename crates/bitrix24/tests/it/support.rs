//! A connector with a scripted transport, and calls for tests.

use std::sync::Arc;

use serde_json::{Value, json};
use vochi_crm_bitrix24::{Config, Connector};
use vochi_crm_core::testing::conformance::CrmUnderTest as _;
use vochi_crm_core::testing::{Fixture, Played, ScriptedTransport, Step};
use vochi_crm_core::{AccountConfig, Hub, Result};

use super::conformance::Bitrix24;

pub(crate) const WEBHOOK_SECRET: &str = "canary-webhook-secret-0001";
pub(crate) const INBOUND_SECRET: &str = "canary-inbound-secret";
pub(crate) const APPLICATION_TOKEN: &str = "canary-application-token";

/// All keys of the default account.
pub(crate) fn settings() -> Value {
    json!({
        "webhook_url": format!("https://b24-demo.example/rest/1/{WEBHOOK_SECRET}/"),
        "application_token": APPLICATION_TOKEN,
        "inbound_secret": INBOUND_SECRET,
        "default_region": "BY",
        "extensions": {"151": "17", "152": "18"},
        "lines": {"0001363": "+375171234567"},
    })
}

/// A connector with some keys of the default account changed; `null` removes one.
pub(crate) fn open(hub: &Hub, changes: &Value) -> Result<Connector> {
    let mut profile = settings();
    for (key, value) in changes.as_object().into_iter().flatten() {
        profile[key] = value.clone();
    }
    profile.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let common: AccountConfig = serde_json::from_value(profile.clone()).unwrap();
    let config: Config = serde_json::from_value(profile).unwrap();
    Connector::open(hub, common.account("portal")?, &config)
}
