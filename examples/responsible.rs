//! Finds the responsible manager of a caller, for the PBX's routing.
//!
//! `cargo run --example responsible`

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what happens")]

use std::error::Error;
use std::time::Duration;

use vochi_crm::{Capability, CrmConnector, Cx, Hub, PhoneNumber};
use vochi_crm_sandbox::Sandbox;

/// Returns the extension to ring; `None` for the PBX's default route, also after an error, as the caller is
/// waiting.
async fn route(crm: &dyn CrmConnector, caller: PhoneNumber) -> Option<String> {
    if !crm.capabilities().has(Capability::Responsible) {
        return None;
    }
    let cx = Cx::live().with_timeout(Duration::from_millis(1500));
    match crm.responsible(&cx, &caller).await {
        Ok(found) => found?.extension.map(|extension| extension.to_string()),
        Err(error) => {
            eprintln!("default route: {error}");
            None
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::builder().start().await?;
    let profile = serde_json::from_value(sandbox.profiles()["retailcrm"].clone())?;
    let crm = vochi_crm::open(&Hub::new()?, "shop", &profile)?;

    for caller in ["+375291112233", "+375330000001"] {
        let extension = route(&*crm, caller.parse()?).await;
        println!("{caller}: {}", extension.as_deref().unwrap_or("default route"));
    }
    Ok(())
}
