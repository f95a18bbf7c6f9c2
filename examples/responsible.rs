//! Asks the CRM whose client is calling, as a PBX does before it rings anybody.
//!
//! `cargo run --example responsible`

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what happens")]

use std::error::Error;
use std::time::Duration;

use vochi_crm::{Capability, CrmConnector, Cx, Hub, PhoneNumber};
use vochi_crm_sandbox::Sandbox;

/// The extension to ring. Whatever goes wrong, a caller is waiting: the PBX's own route is the
/// answer then.
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
        println!("{caller}: {}", extension.as_deref().unwrap_or("nobody's client"));
    }
    Ok(())
}
