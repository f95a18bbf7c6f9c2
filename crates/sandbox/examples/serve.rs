//! Serves the stand-ins until interrupted, and prints their URLs as one line of JSON: `cargo run -p
//! vochi-crm-sandbox --example serve -- 127.0.0.1:8800`. With a certificate and its key, both PEM
//! files, as further arguments it serves https.

use std::io::Write;

use serde_json::json;
use vochi_crm_sandbox::Sandbox;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut builder = Sandbox::builder();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(address) = arguments.first() {
        builder = builder.bind(address);
    }
    if let [_, cert, key] = arguments.as_slice() {
        builder = builder.tls(cert, key);
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
