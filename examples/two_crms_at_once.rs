//! One call in RetailCRM and Kontur at once: popups, and a record with its recording.
//!
//! Each account has its own task, so a slow or failed CRM does not delay the other.
//!
//! `cargo run --example two_crms_at_once`

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what happens")]

use std::error::Error;
use std::sync::Arc;

use tokio::task::JoinSet;
use vochi_crm::prelude::*;
use vochi_crm::{CrmName, Direction, Hub, Profile, Receipt, Result};
use vochi_crm_sandbox::{Crm, Fault, Sandbox};

/// Opens both accounts with one hub.
pub fn open_accounts(sandbox: &Sandbox) -> Result<Vec<Arc<dyn CrmConnector>>, Box<dyn Error>> {
    let hub = Hub::new()?;
    let mut accounts = Vec::new();
    for name in ["retailcrm", "kontur"] {
        let profile: Profile = serde_json::from_value(sandbox.profiles()[name].clone())?;
        accounts.push(vochi_crm::open(&hub, name, &profile.set("retries", 0))?);
    }
    Ok(accounts)
}

/// Sends a call to every account at once and returns the result of each.
pub async fn send_to_all(
    accounts: &[Arc<dyn CrmConnector>],
    call_id: &'static str,
) -> Vec<(CrmName, Result<Receipt>)> {
    let mut tasks = JoinSet::new();
    for crm in accounts.iter().cloned() {
        tasks.spawn(async move { (crm.crm(), send_call(&*crm, call_id).await) });
    }
    tasks.join_all().await
}

/// Sends a call to one account, from the first ring to the record. A host awaits each step when its PBX
/// reports it.
async fn send_call(crm: &dyn CrmConnector, call_id: &str) -> Result<Receipt> {
    let call = crm.call(call_id)?;
    let ringing = call.ringing(Direction::Inbound, "+375446370646").to(["151", "152"]);
    notify(ringing.on_line("0001363")).await;
    notify(call.answered_by("151")).await;
    notify(call.recording("https://pbx.example.test/rec/1757843474.185.mp3")).await;
    call.ended().record().await
}

/// Sends a step of the live call. An error is only printed, as the record follows anyway.
async fn notify(step: impl IntoFuture<Output = Result<Receipt>>) {
    if let Err(error) = step.await {
        eprintln!("{error}");
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::builder().start().await?;
    let accounts = open_accounts(&sandbox)?;
    for call_id in ["1757843474.185", "1757843474.186"] {
        for (crm, result) in send_to_all(&accounts, call_id).await {
            match result {
                Ok(receipt) => println!("{call_id} {crm}: recorded {}", receipt.recorded()),
                Err(error) => println!("{call_id} {crm}: {error}"),
            }
        }
        // The second call finds RetailCRM out of order.
        sandbox.fault(Fault::on(Crm::RetailCrm).status(500).times(100));
    }
    Ok(())
}
