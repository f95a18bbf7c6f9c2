//! An incoming call from the first ring to the record, in the stand-in of RetailCRM.
//!
//! `cargo run --example call_lifecycle`

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what happens")]

use std::error::Error;

use vochi_crm::prelude::*;
use vochi_crm::{Direction, Hub};
use vochi_crm_sandbox::Sandbox;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::builder().start().await?;
    let profile = serde_json::from_value(sandbox.profiles()["retailcrm"].clone())?;
    let crm = vochi_crm::open(&Hub::new()?, "shop", &profile)?;

    let call = crm.call("1757843474.185")?;
    let ringing = call.ringing(Direction::Inbound, "+375291112233").to(["151", "152"]);
    let receipt = ringing.on_line("0001363").await?;
    println!("ringing: {} request, warnings {:?}", receipt.requests(), receipt.warnings());
    // Later steps take direction, client and line from the call store.
    let _ = call.answered_by("151").await?;
    let _ = call.recording("https://pbx.example.test/rec/1757843474.185.mp3").await?;
    let receipt = call.ended().record().await?;
    println!("recorded: {}", receipt.recorded());
    println!("{:#}", sandbox.state()["retailcrm"]["calls"]);
    Ok(())
}
