//! Serves the stand-ins until interrupted, and prints their URLs as one line of JSON: `cargo run -p
//! vochi-crm-sandbox --example serve -- 127.0.0.1:8800`.

use std::io::Write;

use serde_json::json;
use vochi_crm_sandbox::Sandbox;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut builder = Sandbox::builder();
    if let Some(address) = std::env::args().nth(1) {
        builder = builder.bind(address);
    }
    let sandbox = builder.start().await?;
    let line = json!({
        "ok": true,
        "page": sandbox.page_url(),
        "profiles": sandbox.profiles(),
    });
    writeln!(std::io::stdout(), "{line}")?;
    tokio::signal::ctrl_c().await?;
    sandbox.shutdown().await;
    Ok(())
}
