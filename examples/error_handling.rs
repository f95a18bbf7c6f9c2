//! What a host does with an error: fix, repeat, or check the CRM first.
//!
//! `cargo run --example error_handling`

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what happens")]

use std::error::Error as StdError;

use vochi_crm::{
    CallId, CallRecord, Cx, Direction, Effect, Error, ErrorKind, Extension, Hub, Outcome,
    PhoneNumber, Profile, Seconds, TryAgain,
};
use vochi_crm_sandbox::{Crm, Fault, Sandbox};

/// Decides what to do with a record that could not be logged.
fn decide(error: &Error) -> String {
    match (error.effect(), error.try_again(), error.kind()) {
        (Effect::Maybe, TryAgain::Never, _) => "check the CRM before repeating it".to_owned(),
        (_, TryAgain::After(wait), _) => format!("repeat it in {:.1} s", wait.as_secs_f64()),
        (_, TryAgain::Later, _) => "repeat it later".to_owned(),
        (_, _, ErrorKind::Auth | ErrorKind::Config) => "stop and inform the operator".to_owned(),
        _ => "set it aside: the CRM would refuse it again".to_owned(),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    let sandbox = Sandbox::builder().start().await?;
    let profile: Profile = serde_json::from_value(sandbox.profiles()["retailcrm"].clone())?;
    let crm = vochi_crm::open(&Hub::new()?, "shop", &profile.set("retries", 0))?;

    let client: PhoneNumber = "+375446370646".parse()?;
    let record = CallRecord::new(
        CallId::new("1757843474.185")?,
        Direction::Inbound,
        client,
        "2026-03-02T08:00:00Z".parse()?,
        Outcome::Answered,
    )
    .with_talked_with(Extension::new("151")?)
    .with_talk(Seconds::new(64));

    for (status, body) in [
        (403, r#"{"success":false,"errorMsg":"Wrong \"apiKey\" value."}"#),
        (400, r#"{"success":false,"errorMsg":"Validation error","errors":{"date":"bad"}}"#),
        (503, ""),
        (500, ""),
    ] {
        sandbox.fault(Fault::on(Crm::RetailCrm).status(status).body(body).times(1));
        let results = crm.log_calls(&Cx::history(), std::slice::from_ref(&record)).await;
        for error in results.into_iter().filter_map(Result::err) {
            println!("{error}\n  kind {}, effect {}", error.kind(), error.effect().as_str());
            println!("  fields {:?}\n  -> {}", error.fields(), decide(&error));
        }
    }
    Ok(())
}
