//! The library's metrics with a Prometheus recorder, as a host serves them under `/metrics`.
//!
//! `cargo run --example metrics`

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what happens")]

use std::error::Error;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use vochi_crm::{Cx, Hub, PhoneNumber, metric};
use vochi_crm_sandbox::{Crm, Fault, Sandbox};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Without buckets the exporter makes summaries of the library's histograms.
    let seconds = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
    let prometheus = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &seconds)?
        .install_recorder()?;
    metric::describe();

    let sandbox = Sandbox::builder().start().await?;
    let profile = serde_json::from_value(sandbox.profiles()["retailcrm"].clone())?;
    let crm = vochi_crm::open(&Hub::new()?, "shop", &profile)?;

    // A fault that is retried, one that is not, and enough requests for the limiter.
    let caller: PhoneNumber = "+375291112233".parse()?;
    sandbox.fault(Fault::on(Crm::RetailCrm).status(502).times(1));
    crm.responsible(&Cx::live(), &caller).await?;
    sandbox.fault(Fault::on(Crm::RetailCrm).status(403).times(1));
    if let Err(error) = crm.responsible(&Cx::live(), &caller).await {
        eprintln!("{error}");
    }
    for _ in 0..5 {
        crm.responsible(&Cx::live(), &caller).await?;
    }

    print!("{}", prometheus.render());
    Ok(())
}
