//! CPU time of a call through the whole client, relative to plain reqwest sending the same bytes.
//!
//! The server is another process, so `getrusage` counts the sender only, including its kernel time.
//! Plain reqwest does what a program written for these two requests does: it builds the body, sends,
//! checks the status and decodes, with the library's settings and time limit. The client builds the
//! operation and its body, takes a permit, sends, judges and decodes. Rounds of both alternate, also
//! in their order; the result is the median ratio of the rounds.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_types,
    reason = "a benchmark prints to its terminal and stops at the first error"
)]

#[path = "support/fixture.rs"]
mod fixture;
#[path = "support/server.rs"]
mod server;
#[path = "support/spread.rs"]
mod spread;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::net::TcpListener;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::util::SubscriberInitExt as _;
use url::{Url, form_urlencoded};
use vochi_crm::retailcrm::api::{FindManager, SendCallEvent};
use vochi_crm::retailcrm::model::{PhoneText, UserId};
use vochi_crm::retailcrm::{Client, Config};
use vochi_crm::{AccountConfig, Cx, Extension, Hub, PhoneNumber, Text};

use self::server::Seen;
use self::spread::Spread;

/// Limits, as multiples of plain reqwest.
const EVENT_BOUND: f64 = 1.12;
const MANAGER_BOUND: f64 = 1.15;

const KEY: &str = "TEST-KEY-0000000000000000000000";
const USER_AGENT: &str = "vochi-crm-bench";

/// Duration of the measurement.
#[derive(Clone, Copy)]
struct Effort {
    rounds: usize,
    calls: u32,
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if args.iter().any(|word| word == "--serve") {
        runtime.block_on(serve_until_input_ends());
        return ExitCode::SUCCESS;
    }
    // `cargo test --benches` only checks that this runs.
    let measured = args.iter().any(|word| word == "--bench");
    let effort =
        if measured { Effort { rounds: 41, calls: 500 } } else { Effort { rounds: 1, calls: 20 } };
    let within = runtime.block_on(measure(effort));
    if within || !measured { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn measure(effort: Effort) -> bool {
    both_send_the_same().await;
    let server = OtherProcess::start();
    let (ours, bare) = (Ours::new(&server.origin), Bare::new(&server.origin));
    let event = compare(
        "call_event",
        effort,
        async || ours.call_event().await,
        async || bare.call_event().await,
    )
    .await;
    let manager =
        compare("manager", effort, async || ours.manager().await, async || bare.manager().await)
            .await;
    let within = event.median <= EVENT_BOUND && manager.median <= MANAGER_BOUND;
    if effort.rounds > 1 {
        let verdict = if within { "within" } else { "OVER" };
        println!("call_cpu: {verdict} the bounds of {EVENT_BOUND} and {MANAGER_BOUND}");
    }
    // Last, because a subscriber cannot be removed.
    let _subscriber = tracing_subscriber::fmt()
        .with_writer(std::io::sink)
        .with_max_level(LevelFilter::INFO)
        .finish()
        .set_default();
    compare(
        "call_event, tracing at INFO into a sink (no bound)",
        effort,
        async || ours.call_event().await,
        async || bare.call_event().await,
    )
    .await;
    within
}

async fn compare(name: &str, effort: Effort, ours: impl AsyncFn(), bare: impl AsyncFn()) -> Spread {
    spend(effort.calls, &ours).await;
    spend(effort.calls, &bare).await;
    let mut rounds = Vec::with_capacity(effort.rounds);
    for round in 0..effort.rounds {
        rounds.push(if round % 2 == 0 {
            let ours = spend(effort.calls, &ours).await;
            (ours, spend(effort.calls, &bare).await)
        } else {
            let bare = spend(effort.calls, &bare).await;
            (spend(effort.calls, &ours).await, bare)
        });
    }
    let ratio = Spread::of(rounds.iter().map(|(ours, bare)| ours / bare));
    println!(
        "{name}: client / bare reqwest = {ratio} over {} rounds; us of CPU a call: client {}, bare {}",
        effort.rounds,
        Spread::of(rounds.iter().map(|(ours, _)| *ours)),
        Spread::of(rounds.iter().map(|(_, bare)| *bare)),
    );
    ratio
}

/// Microseconds of CPU time per call, for so many calls in sequence.
async fn spend(calls: u32, call: &impl AsyncFn()) -> f64 {
    let began = cpu_time();
    for _ in 0..calls {
        call().await;
    }
    cpu_time().checked_sub(began).unwrap().as_secs_f64() * 1e6 / f64::from(calls)
}

/// User and system time of this process.
#[cfg(unix)]
fn cpu_time() -> Duration {
    use nix::sys::resource::{UsageWho, getrusage};
    let usage = getrusage(UsageWho::RUSAGE_SELF).unwrap();
    let micros = |time: nix::sys::time::TimeVal| {
        Duration::from_secs(time.tv_sec().try_into().unwrap())
            + Duration::from_micros(time.tv_usec().try_into().unwrap())
    };
    micros(usage.user_time()) + micros(usage.system_time())
}

#[cfg(not(unix))]
fn cpu_time() -> Duration {
    panic!("the CPU time of a process is available on unix only")
}

/// The client of this library, without rate limit.
struct Ours {
    client: Client,
    phone: PhoneNumber,
    line: PhoneNumber,
    codes: [Extension; 2],
}

impl Ours {
    fn new(origin: &str) -> Self {
        let hub = Hub::builder().user_agent(USER_AGENT).build().unwrap();
        let common: AccountConfig =
            serde_json::from_value(json!({"requests_per_second": 1e6})).unwrap();
        let config: Config =
            serde_json::from_value(json!({"url": origin, "api_key": KEY})).unwrap();
        Self {
            client: Client::open(&hub, &common.account("shop").unwrap(), &config).unwrap(),
            phone: "+375291112233".parse().unwrap(),
            line: "+375171234567".parse().unwrap(),
            codes: ["101".parse().unwrap(), "102".parse().unwrap()],
        }
    }

    async fn call_event(&self) {
        let [first, second] = self.codes.clone();
        let event = SendCallEvent::incoming(self.phone)
            .codes([first])
            .codes([second])
            .user_ids([UserId::new(7).unwrap()])
            .user_ids([UserId::new(8).unwrap()])
            .call_external_id(Text::new("pbx1-1773474900.42").unwrap())
            .external_phone(PhoneText::from(self.line))
            .site(Text::new("shop-one").unwrap());
        let answer = self.client.send(&Cx::live(), &event).await;
        assert!(answer.unwrap().unknown_codes.is_empty());
    }

    async fn manager(&self) {
        let request = FindManager::new(self.phone).details().ignore_status();
        let answer = self.client.send(&Cx::live(), &request).await;
        assert_eq!(answer.unwrap().manager.unwrap().id, UserId::new(7).unwrap());
    }
}

/// reqwest, configured as the library configures it, with the time limit of a request.
struct Bare {
    client: reqwest::Client,
    event_url: String,
    manager_url: String,
    phone: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BareEventData<'a> {
    phone: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    codes: &'a [&'a str],
    user_ids: &'a [u64],
    call_external_id: &'a str,
    external_phone: &'a str,
    site: &'a str,
}

#[derive(Deserialize)]
struct BareEvent {
    success: bool,
    #[serde(default, rename = "notExistCodes")]
    unknown_codes: Vec<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read from the answer as the client reads them")]
struct BareManager {
    success: bool,
    manager: BarePerson,
    customer: BareCustomer,
    links: BareLinks,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read from the answer as the client reads them")]
struct BarePerson {
    id: u64,
    first_name: String,
    last_name: String,
    patronymic: String,
    email: String,
    code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read from the answer as the client reads them")]
struct BareCustomer {
    id: u64,
    external_id: String,
    first_name: String,
    last_name: String,
    email: String,
    phones: Vec<BarePhone>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read from the answer as the client reads them")]
struct BarePhone {
    number: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read from the answer as the client reads them")]
struct BareLinks {
    #[serde(rename = "newOrderLink")]
    new_order: String,
    #[serde(rename = "lastOrderLink")]
    last_order: String,
    #[serde(rename = "customerLink")]
    customer: String,
}

impl Bare {
    fn new(origin: &str) -> Self {
        let client = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .timeout(Duration::from_secs(10))
            .connect_timeout(Duration::from_millis(2_500))
            .tcp_nodelay(true)
            .referer(false)
            .build()
            .unwrap();
        Self {
            client,
            event_url: format!("{origin}/api/v5/telephony/call/event"),
            manager_url: format!("{origin}/api/v5/telephony/manager"),
            phone: "+375291112233",
        }
    }

    async fn call_event(&self) {
        let event = BareEventData {
            phone: self.phone,
            kind: "in",
            codes: &["101", "102"],
            user_ids: &[7, 8],
            call_external_id: "pbx1-1773474900.42",
            external_phone: "+375171234567",
            site: "shop-one",
        };
        let event = serde_json::to_string(&event).unwrap();
        let body =
            form_urlencoded::Serializer::new(String::new()).append_pair("event", &event).finish();
        let request = self
            .client
            .post(&self.event_url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        let answer: BareEvent = Self::answer(request).await;
        assert!(answer.success && answer.unknown_codes.is_empty());
    }

    async fn manager(&self) {
        let mut url = Url::parse(&self.manager_url).unwrap();
        url.query_pairs_mut()
            .append_pair("phone", self.phone)
            .append_pair("details", "1")
            .append_pair("ignoreStatus", "1");
        let answer: BareManager = Self::answer(self.client.get(url)).await;
        assert!(answer.success && answer.manager.id == 7);
    }

    async fn answer<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> T {
        let answer = request
            .header("accept", "application/json")
            .header("x-api-key", KEY)
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success());
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }
}

/// Both sides must send the same requests to be comparable.
async fn both_send_the_same() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Seen::default());
    let server = tokio::spawn(server::serve(listener, Some(Arc::clone(&seen))));
    let (ours, bare) = (Ours::new(&origin), Bare::new(&origin));
    ours.call_event().await;
    bare.call_event().await;
    ours.manager().await;
    bare.manager().await;
    server.abort();
    assert_eq!(seen.connections(), 2, "each side keeps its connection");
    let [our_event, bare_event, our_manager, bare_manager] = &seen.requests()[..] else {
        panic!("four requests were sent");
    };
    assert_eq!(our_event, bare_event);
    assert_eq!(our_manager, bare_manager);
}

/// The server, in its own process, which ends with this one.
struct OtherProcess {
    child: Child,
    origin: String,
}

impl OtherProcess {
    fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("--serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        let output = child.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut address).unwrap();
        Self { child, origin: format!("http://{}", address.trim()) }
    }
}

impl Drop for OtherProcess {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
    }
}

async fn serve_until_input_ends() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    std::io::stdout().flush().unwrap();
    tokio::spawn(server::serve(listener, None));
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()))
        .await
        .unwrap()
        .unwrap();
}
