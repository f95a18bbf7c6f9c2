//! Eight processes of a host that share one limit through a directory.
//!
//! Each sends 100 events to one stand-in of RetailCRM, whose limit counts a sliding second. None may
//! be refused, and nine tenths of the telephony quota of 38 a second are to be used.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints its figures, and fails where it cannot go on"
)]

use std::env;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use vochi_crm::limit::DirectoryLimiter;
use vochi_crm::prelude::*;
use vochi_crm::retailcrm::Connector;
use vochi_crm::{Direction, Hub};
use vochi_crm_sandbox::{Crm, Sandbox};

const PROCESSES: usize = 8;
const EVENTS: usize = 100;
/// Requests a second that RetailCRM's quota leaves for telephony.
const QUOTA: f64 = 38.0;

/// The variable that makes this program one of the processes: its number.
const NUMBER: &str = "BENCH_PROCESS";
const URL: &str = "BENCH_URL";
const DIRECTORY: &str = "BENCH_DIRECTORY";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    match env::var(NUMBER) {
        Ok(number) => process(&number).await,
        Err(_) => measure().await,
    }
}

async fn process(number: &str) {
    let (url, directory) = (env::var(URL).unwrap(), env::var(DIRECTORY).unwrap());
    let limiter = DirectoryLimiter::new(directory).unwrap();
    let hub = Hub::builder().limiter(Arc::new(limiter)).build().unwrap();
    let builder = Connector::builder("shop", url).api_key(env::var("BENCH_KEY").unwrap());
    let crm: Arc<dyn CrmConnector> = Arc::new(builder.extension("151", "18").build(&hub).unwrap());
    let mut calls = JoinSet::new();
    for event in 0..EVENTS {
        let (crm, id) = (Arc::clone(&crm), format!("{number}.{event}"));
        calls.spawn(async move {
            let call = crm.call(id).unwrap().timeout(Duration::from_secs(2 * 60));
            let ring = call.ringing(Direction::Inbound, "+375291112233").to(["151"]);
            assert_eq!(ring.await.unwrap().requests(), 1, "an event was refused");
        });
    }
    while let Some(sent) = calls.join_next().await {
        sent.unwrap();
    }
}

async fn measure() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let profile = sandbox.profiles()["retailcrm"].clone();
    let text = |key: &str| profile[key].as_str().unwrap().to_owned();
    let directory = env::temp_dir().join(format!("processes-{}", std::process::id()));
    let began = Instant::now();
    let children: Vec<Child> = (0..PROCESSES)
        .map(|number| start(number, &text("url"), &text("api_key"), &directory))
        .collect();
    let finished = tokio::task::spawn_blocking(move || {
        children.into_iter().all(|mut child| child.wait().unwrap().success())
    });
    assert!(finished.await.unwrap(), "a process failed");
    let seconds = began.elapsed().as_secs_f64();
    std::fs::remove_dir_all(directory).unwrap();
    assert_eq!(sandbox.refused(Crm::RetailCrm), [], "requests were refused");
    let sent = PROCESSES * EVENTS;
    assert_eq!(sandbox.retailcrm().live().len(), sent);
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let rate = sent as f64 / seconds;
    println!("{sent} events in {seconds:.1} s: {rate:.1} a second, {:.2} of {QUOTA}", rate / QUOTA);
    assert!(rate >= 0.9 * QUOTA, "less than nine tenths of the limit are used");
}

fn start(number: usize, url: &str, key: &str, directory: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .env(NUMBER, number.to_string())
        .env(URL, url)
        .env("BENCH_KEY", key)
        .env(DIRECTORY, directory)
        .spawn()
        .unwrap()
}
