//! Whole calls over real sockets, with the stand-in server written from the reference.

use serde_json::Value;
use vochi_crm_bitrix24::{Config, Connector};
use vochi_crm_core::{AccountConfig, Error, Hub};
use vochi_crm_sandbox::Sandbox;

/// A connector with the stand-in's settings, some of them changed.
pub(crate) fn connect_with(
    hub: &Hub,
    sandbox: &Sandbox,
    changes: &Value,
) -> Result<Connector, Error> {
    let mut profile = sandbox.profiles()["bitrix24"].clone();
    for (key, value) in changes.as_object().into_iter().flatten() {
        profile[key] = value.clone();
    }
    let common: AccountConfig = serde_json::from_value(profile.clone()).unwrap();
    let config: Config = serde_json::from_value(profile).unwrap();
    Connector::open(hub, common.account("portal").unwrap(), &config)
}
