//! Memory of ten thousand accounts in one process, and sharing of connections.
//!
//! Each kind of account is opened in its own process, so that the memory of one is not measured
//! with the other's.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints to its terminal and stops at the first error"
)]

#[path = "support/fixture.rs"]
mod fixture;
#[path = "support/server.rs"]
mod server;
#[path = "support/spread.rs"]
mod spread;

use std::process::{Command, ExitCode};
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use vochi_crm::retailcrm::api::{FindManager, SendCallEvent};
use vochi_crm::retailcrm::{Config, Connector};
use vochi_crm::{AccountConfig, Cx, Extension, Hub, PhoneNumber};

use self::server::Seen;
use self::spread::Spread;

const ACCOUNTS: usize = 10_000;

/// Limit of resident memory of the whole process, in MB of a million bytes.
const MEMORY_BOUND: f64 = 100.0;

/// What the CRM counts requests by: one quota for all, or one for each account.
const SCOPES: [&str; 2] = ["ip", "account"];

/// Number of accounts that call one server, and of their calls together.
const CALLERS: usize = 100;
const CALLS: usize = 1_000;

/// Rounds of the connection count on several threads.
const ROUNDS: usize = 21;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, scope, count] = &args[..]
        && flag == "--open"
    {
        return measure_open(scope, count.parse().unwrap());
    }
    // `cargo test --benches` only checks that this runs.
    let measured = args.iter().any(|word| word == "--bench");
    let count = if measured { ACCOUNTS } else { 100 };
    let mut within = true;
    for scope in SCOPES {
        let weighed = Command::new(std::env::current_exe().unwrap())
            .args(["--open", scope, &count.to_string()])
            .status()
            .unwrap();
        within &= weighed.success();
    }
    within &= share_connections();
    if measured {
        compare_on_many_threads();
    }
    if within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn verdict(within: bool) -> &'static str {
    if within { "within" } else { "OVER" }
}

fn measure_open(scope: &str, count: usize) -> ExitCode {
    let hub = Hub::new().unwrap();
    let before = resident();
    let connectors: Vec<Connector> = (0..count)
        .map(|number| open(&hub, number, &format!("https://shop-{number}.retailcrm.ru"), scope))
        .collect();
    let (Some(before), Some(after)) = (before, resident()) else {
        println!("accounts: this system does not report resident memory");
        return ExitCode::SUCCESS;
    };
    let within = after <= MEMORY_BOUND;
    println!(
        "accounts: {} open, limits by {scope}: {after:.1} MB resident, {:.1} MB of it theirs, {} the \
         bound of {MEMORY_BOUND} MB",
        connectors.len(),
        after - before,
        verdict(within),
    );
    if within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A typical enterprise account: ten employees, two lines, everything configured.
fn open(hub: &Hub, number: usize, url: &str, scope: &str) -> Connector {
    let extensions: serde_json::Map<String, Value> = (101..111)
        .map(|extension| (extension.to_string(), Value::from(extension + number)))
        .collect();
    let common: AccountConfig = serde_json::from_value(json!({
        "limit_scope": scope,
        "requests_per_second": 1e6,
        "timezone": "Europe/Minsk",
        "default_region": "BY",
        "extensions": extensions,
        "lines": {"0001363": "+375171234567", "0001364": "+375171234568"},
        "default_user": 101 + number,
        "missed_user": 102 + number,
        "call_id_prefix": format!("pbx{number}-"),
        "public_url": "https://pbx.example.test",
        "inbound_secret": format!("TEST-SECRET-{number:020}"),
    }))
    .unwrap();
    let config: Config = serde_json::from_value(json!({
        "url": url,
        "api_key": format!("TEST-KEY-{number:023}"),
        "client_id": format!("TEST-CLIENT-{number:020}"),
        "site": "shop-one",
        "module_code": "telephony",
        "module_name": "Telephony",
    }))
    .unwrap();
    Connector::open(hub, common.account(format!("shop-{number}")).unwrap(), &config).unwrap()
}

/// The resident memory of this process in MB, if the system reports it.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kibibytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}

/// Accounts of one address call it in turn, on one thread: they need one connection.
fn share_connections() -> bool {
    let (calls, connections) = connections_of(CALLERS, Threads::One);
    let within = calls == CALLS && connections == 1;
    println!(
        "accounts: {calls} calls of {CALLERS} accounts of one address in turn: {connections} \
         connections, {} the bound of 1",
        verdict(within),
    );
    within
}

/// The same on several threads. The pool may learn too late that a connection is free and open
/// another one, with any number of accounts: so one account is compared with many.
fn compare_on_many_threads() {
    let of = |callers| {
        Spread::of((0..ROUNDS).map(|_| {
            let (_, connections) = connections_of(callers, Threads::Many);
            f64::from(u32::try_from(connections).unwrap())
        }))
    };
    println!(
        "accounts: the same on several threads (no bound): {} connections over {ROUNDS} rounds; one \
         account alone: {}",
        of(CALLERS),
        of(1),
    );
}

/// Returns the number of calls and of connections a server saw while so many accounts called in
/// turn.
fn connections_of(callers: usize, threads: Threads) -> (usize, usize) {
    let mut runtime = match threads {
        Threads::One => tokio::runtime::Builder::new_current_thread(),
        Threads::Many => tokio::runtime::Builder::new_multi_thread(),
    };
    let server = ServerThread::start();
    runtime.enable_all().build().unwrap().block_on(call_in_turn(&server.origin, callers));
    (server.seen.requests().len(), server.seen.connections())
}

/// Number of threads of the client.
#[derive(Clone, Copy)]
enum Threads {
    One,
    Many,
}

async fn call_in_turn(origin: &str, callers: usize) {
    let hub = Hub::new().unwrap();
    let accounts: Vec<Connector> =
        (0..callers).map(|number| open(&hub, number, origin, "account")).collect();
    let phone: PhoneNumber = "+375291112233".parse().unwrap();
    let event = SendCallEvent::incoming(phone).codes([Extension::new("101").unwrap()]);
    let request = FindManager::new(phone).details();
    for _ in 0..CALLS / callers / 2 {
        for account in &accounts {
            account.client().send(&Cx::live(), &event).await.unwrap();
            account.client().send(&Cx::live(), &request).await.unwrap();
        }
    }
}

/// A server on its own thread, which ends with the process.
struct ServerThread {
    origin: String,
    seen: Arc<Seen>,
}

impl ServerThread {
    fn start() -> Self {
        let socket = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        socket.set_nonblocking(true).unwrap();
        let origin = format!("http://{}", socket.local_addr().unwrap());
        let seen = Arc::new(Seen::default());
        let noted = Arc::clone(&seen);
        std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(
                async {
                    let listener = TcpListener::from_std(socket).unwrap();
                    server::serve(listener, Some(noted)).await;
                },
            );
        });
        Self { origin, seen }
    }
}
