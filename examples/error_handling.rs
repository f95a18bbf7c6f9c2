//! What a host does with a failure: mend, repeat, or look first.
//!
//! `cargo run --example error_handling`

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what happens")]

use std::error::Error as StdError;

use vochi_crm::retailcrm::Connector;
use vochi_crm::{
    AccountConfig, CallId, CallRecord, CrmConnector as _, Cx, Direction, Effect, Error, ErrorKind,
    Extension, Hub, Outcome, PhoneNumber, Seconds, TryAgain,
};
use vochi_crm_sandbox::{Crm, Fault, Sandbox};

/// What to do with a record that could not be settled.
fn decide(error: &Error) -> String {
    match (error.effect(), error.try_again(), error.kind()) {
        (Effect::Maybe, TryAgain::Never, _) => "look in the CRM before repeating it".to_owned(),
        (_, TryAgain::After(wait), _) => format!("repeat it in {:.1} s", wait.as_secs_f64()),
        (_, TryAgain::Later, _) => "repeat it later".to_owned(),
        (_, _, ErrorKind::Auth | ErrorKind::Config) => "stop and tell the operator".to_owned(),
        _ => "put it aside: it will be refused again".to_owned(),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    let sandbox = Sandbox::builder().start().await?;
    let profile = sandbox.profiles()["retailcrm"].clone();
    let mut common: AccountConfig = serde_json::from_value(profile.clone())?;
    common.retries = Some(0);
    let crm =
        Connector::open(&Hub::new()?, common.account("shop")?, &serde_json::from_value(profile)?)?;

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
