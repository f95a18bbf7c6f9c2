//! A host's own test: the host's code against a stand-in, with an injected fault.
//!
//! `cargo run --example host_test` runs the code once, `cargo test --example host_test` the tests.

#![allow(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;
use std::sync::Arc;

use vochi_crm::{
    CallId, CallRecord, Clock, CrmConnector, Cx, Direction, Extension, Hub, Outcome, Party,
    Profile, Result, SystemClock, TryAgain,
};
use vochi_crm_sandbox::{Crm, Fault, Sandbox};

/// What the host does with a record.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// Forgets it: the CRM has it.
    Forget,
    /// Stores it and logs it later.
    Later,
}

/// The host's code under test: logs a missed call.
pub async fn log_missed(crm: &dyn CrmConnector, call_id: &str, phone: &str) -> Result<Next> {
    let client = Party::read(&crm.context().account().phones(), phone);
    let (id, now) = (CallId::new(call_id)?, SystemClock.now());
    let record = CallRecord::new(id, Direction::Inbound, client, now, Outcome::Missed)
        .with_rang(Extension::new("151")?);
    for result in crm.log_calls(&Cx::history(), &[record]).await {
        match result {
            Ok(_) => {}
            Err(error) if error.try_again() == TryAgain::Never => return Err(error),
            Err(_) => return Ok(Next::Later),
        }
    }
    Ok(Next::Forget)
}

/// Starts the stand-ins and opens an account of RetailCRM.
async fn shop() -> Result<(Sandbox, Arc<dyn CrmConnector>), Box<dyn Error>> {
    let sandbox = Sandbox::builder().start().await?;
    let profile: Profile = serde_json::from_value(sandbox.profiles()["retailcrm"].clone())?;
    let crm = vochi_crm::open(&Hub::new()?, "shop", &profile.set("retries", 0))?;
    Ok((sandbox, crm))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (sandbox, crm) = shop().await?;
    sandbox.fault(Fault::on(Crm::RetailCrm).status(503).times(1));
    for _ in 0..2 {
        println!("{:?}", log_missed(&*crm, "1757843474.185", "+375446370646").await?);
    }
    println!("{} call recorded", sandbox.retailcrm().calls().len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use vochi_crm::ErrorKind;
    use vochi_crm_sandbox::Lose;

    use super::*;

    const CALL: &str = "1757843474.185";
    const PHONE: &str = "+375446370646";

    #[tokio::test]
    async fn missed_call_is_recorded() {
        let (sandbox, crm) = shop().await.unwrap();
        assert_eq!(log_missed(&*crm, CALL, PHONE).await.unwrap(), Next::Forget);
        let call = sandbox.retailcrm().call(CALL).unwrap();
        assert_eq!(call.outcome, Some("missed"));
        assert!(sandbox.refused(Crm::RetailCrm).is_empty());
    }

    #[tokio::test]
    async fn unavailable_crm_is_tried_later() {
        let (sandbox, crm) = shop().await.unwrap();
        sandbox.fault(Fault::on(Crm::RetailCrm).status(503).times(1));
        assert_eq!(log_missed(&*crm, CALL, PHONE).await.unwrap(), Next::Later);
        assert!(sandbox.retailcrm().calls().is_empty());
        assert_eq!(log_missed(&*crm, CALL, PHONE).await.unwrap(), Next::Forget);
    }

    #[tokio::test]
    async fn repeat_after_lost_response_leaves_one_call() {
        let (sandbox, crm) = shop().await.unwrap();
        sandbox.fault(Fault::on(Crm::RetailCrm).lose(Lose::Answer).times(1));
        assert_eq!(log_missed(&*crm, CALL, PHONE).await.unwrap(), Next::Later);
        assert_eq!(log_missed(&*crm, CALL, PHONE).await.unwrap(), Next::Forget);
        assert_eq!(sandbox.retailcrm().calls().len(), 1);
    }

    #[tokio::test]
    async fn refused_key_is_an_error() {
        let (sandbox, crm) = shop().await.unwrap();
        sandbox.fault(Fault::on(Crm::RetailCrm).status(403).times(1));
        let error = log_missed(&*crm, CALL, PHONE).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth);
    }
}
