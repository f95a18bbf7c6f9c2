//! Settings of an account.

use vochi_crm::config::Kind;
use vochi_crm::{Crm, ErrorKind, Hub, Profile};

/// Opens an account with settings from JSON and checks the invariants.
///
/// # Panics
/// Reading or opening panics; a refusal is no `config` error, or shows the value of a secret key.
pub fn profile(input: &[u8]) {
    let Ok(profile) = serde_json::from_slice::<Profile>(input) else {
        return;
    };
    let hub = Hub::new().expect("a hub");
    let Err(error) = vochi_crm::open(&hub, "shop", &profile) else {
        return;
    };
    let shown = format!("{error} {error:?}");
    let unbuilt = error.kind() == ErrorKind::Unsupported;
    assert!(unbuilt || error.kind() == ErrorKind::Config, "{shown}");
    let settings: serde_json::Value = serde_json::from_slice(input).expect("read before");
    let keys = Crm::all().iter().flat_map(Crm::keys);
    for key in keys.filter(|key| matches!(key.kind, Kind::Secret)) {
        if let Some(secret) = settings[key.name].as_str().filter(|it| it.len() > 8) {
            assert!(!shown.contains(secret), "the value of {} is shown: {shown}", key.name);
        }
    }
}
