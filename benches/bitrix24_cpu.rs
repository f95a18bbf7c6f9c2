//! CPU time of Bitrix24 requests through the whole client: of `register`, relative to plain reqwest
//! sending the same bytes, and of a command of a full batch.
//!
//! Plain reqwest does what a program written for this request does: it builds address and body from
//! the same values, sends, checks the status and decodes, with the library's settings and time limit.
//! The server is another process, so `getrusage` counts the sender only. `--serve --port N` runs it
//! alone, to measure other clients. Rounds of both alternate, also in their order.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_types,
    reason = "a benchmark prints to its terminal and stops at the first error"
)]

#[path = "support/bitrix24.rs"]
mod answer;
#[path = "support/spread.rs"]
mod spread;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vochi_crm::bitrix24::api::RegisterCall;
use vochi_crm::bitrix24::model::{CallType, DialString, Flag, LineNumber, Moment, UserId};
use vochi_crm::bitrix24::{Batch, Client, Config};
use vochi_crm::{AccountConfig, Cx, Hub, Text, Timestamp};

use self::answer::{CALL_ID, COMMANDS};
use self::spread::Spread;

/// The most CPU time of `register`, as a multiple of plain reqwest.
const BOUND: f64 = 1.2;

const USER_AGENT: &str = "bench/1";

const PHONE: &str = "+375291112233";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|word| word == "--serve") {
        serve();
        return ExitCode::SUCCESS;
    }
    // `cargo test --benches` only checks that this runs.
    let measured = args.iter().any(|word| word == "--bench");
    let (rounds, calls) = if measured { (41, 400) } else { (1, 10) };
    let mut server = Command::new(std::env::current_exe().unwrap())
        .arg("--serve")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut origin = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut origin).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(both_send_the_same());
    let within = runtime.block_on(measure(origin.trim(), rounds, calls));
    server.kill().unwrap();
    server.wait().unwrap();
    if within || !measured { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn measure(origin: &str, rounds: usize, calls: u32) -> bool {
    let (ours, bare) = (Ours::new(origin), Bare::new(origin));
    let mut ratios = Vec::new();
    let (mut register, mut plain, mut commands) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=rounds {
        let (client, reqwest) = if round % 2 == 0 {
            let client = spend(calls, async || ours.register().await).await;
            (client, spend(calls, async || bare.register().await).await)
        } else {
            let reqwest = spend(calls, async || bare.register().await).await;
            (spend(calls, async || ours.register().await).await, reqwest)
        };
        let batch = spend(calls / 10, async || ours.batch().await).await;
        // The first round warms up.
        if round > 0 {
            ratios.push(client / reqwest);
            register.push(client);
            plain.push(reqwest);
            #[expect(clippy::cast_precision_loss, reason = "50")]
            commands.push(batch / COMMANDS as f64);
        }
    }
    let ratio = Spread::of(ratios);
    println!(
        "register: client / bare reqwest = {ratio}; us of CPU a call: client {}, bare {}",
        Spread::of(register),
        Spread::of(plain),
    );
    println!("a command of a full batch: us of CPU {}", Spread::of(commands));
    println!("bitrix24_cpu: the bound of register is {BOUND}");
    ratio.median <= BOUND
}

/// Microseconds of CPU time per call, for so many calls in sequence.
async fn spend(calls: u32, call: impl AsyncFn()) -> f64 {
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

/// The client of this library, with a limit that nothing waits for.
struct Ours {
    client: Client,
    started: Timestamp,
}

impl Ours {
    fn new(origin: &str) -> Self {
        let hub = Hub::builder().user_agent(USER_AGENT).build().unwrap();
        let common: AccountConfig =
            serde_json::from_value(json!({"requests_per_second": 4e4})).unwrap();
        let url = format!("{origin}/rest/1/invented/");
        let config: Config = serde_json::from_value(json!({ "webhook_url": url })).unwrap();
        let client = Client::open(&hub, &common.account("portal").unwrap(), &config).unwrap();
        Self { client, started: started() }
    }

    fn call(&self) -> RegisterCall {
        RegisterCall::new(
            UserId::new(17).unwrap(),
            DialString::of(PHONE).unwrap(),
            CallType::Incoming,
            Text::new("asterisk-1778743590.1842").unwrap(),
        )
        .call_start_date(Moment::from(self.started))
        .line_number(LineNumber::new("line-1").unwrap())
        .crm_create(Flag::On)
    }

    async fn register(&self) {
        let registered = self.client.send(&Cx::live(), self.call()).await.unwrap();
        assert_eq!(registered.call_id.as_str(), CALL_ID);
    }

    async fn batch(&self) {
        let mut batch = Batch::new();
        let keys: Vec<_> = (0..COMMANDS).map(|_| batch.add(self.call()).unwrap()).collect();
        let mut results = self.client.batch(&Cx::history(), &batch).await.unwrap();
        for key in keys {
            assert_eq!(results.take(key).unwrap().call_id.as_str(), CALL_ID);
        }
    }
}

fn started() -> Timestamp {
    "2026-05-14T07:26:30Z".parse().unwrap()
}

/// reqwest, with the settings of the library and the time limit of a request.
struct Bare {
    client: reqwest::Client,
    webhook: String,
    started: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct BareRegister<'a> {
    user_id: u64,
    phone_number: &'a str,
    r#type: u8,
    external_call_id: &'a str,
    call_start_date: &'a str,
    line_number: &'a str,
    crm_create: u8,
    show: u8,
}

#[derive(Deserialize)]
struct BareAnswer {
    result: BareRegistered,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(dead_code, reason = "read from the answer as the client reads them")]
struct BareRegistered {
    call_id: String,
    crm_created_lead: Option<u64>,
    crm_created_entities: Vec<Value>,
    crm_entity_type: Option<String>,
    crm_entity_id: Option<u64>,
}

impl Bare {
    fn new(origin: &str) -> Self {
        let client = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .timeout(Duration::from_secs(20))
            .connect_timeout(Duration::from_millis(2_500))
            .tcp_nodelay(true)
            .referer(false)
            .build()
            .unwrap();
        Self { client, webhook: format!("{origin}/rest/1/invented/"), started: started() }
    }

    async fn register(&self) {
        let body = BareRegister {
            user_id: 17,
            phone_number: PHONE,
            r#type: 2,
            external_call_id: "asterisk-1778743590.1842",
            call_start_date: &self.started.in_seconds().to_string(),
            line_number: "line-1",
            crm_create: 1,
            show: 1,
        };
        let request = self
            .client
            .post(format!("{}{}", self.webhook, "telephony.externalCall.register"))
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .body(serde_json::to_vec(&body).unwrap());
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success());
        let answer: BareAnswer = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        assert_eq!(answer.result.call_id, CALL_ID);
    }
}

/// Both sides must send the same requests to be comparable.
async fn both_send_the_same() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    std::thread::spawn(move || serve_on(&listener, Some(&log)));
    Ours::new(&origin).register().await;
    Bare::new(&origin).register().await;
    let seen = seen.lock().unwrap();
    let [ours, bare] = &seen[..] else { panic!("two requests were sent") };
    assert_eq!(ours, bare);
}

/// Serves until the parent ends.
fn serve() {
    let port = std::env::args().skip_while(|word| word != "--port").nth(1);
    let address = format!("127.0.0.1:{}", port.as_deref().unwrap_or("0"));
    let listener = TcpListener::bind(address).unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    serve_on(&listener, None);
}

/// The requests that a server received: their lines in order, then the body.
type Seen = Arc<Mutex<Vec<(Vec<String>, Vec<u8>)>>>;

/// Answers every `register`, alone or 50 in a batch.
fn serve_on(listener: &TcpListener, seen: Option<&Seen>) {
    let (single, batch) = (answer::registered(), answer::batch());
    for stream in listener.incoming() {
        let (single, batch, seen) = (single.clone(), batch.clone(), seen.cloned());
        std::thread::spawn(move || answer(&stream.unwrap(), &single, &batch, seen.as_ref()));
    }
}

/// Answers the requests of one connection.
fn answer(stream: &TcpStream, single: &str, batch: &str, seen: Option<&Seen>) {
    stream.set_nodelay(true).unwrap();
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    loop {
        let (mut lines, mut length) = (Vec::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
            lines.push(line);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let is_batch = lines.iter().any(|line| line.contains("/batch"));
        if let Some(seen) = seen {
            // The order of headers is free.
            lines[1..].sort();
            seen.lock().unwrap().push((lines, body));
        }
        let body = if is_batch { batch } else { single };
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\n";
        let answer = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        writer.write_all(answer.as_bytes()).unwrap();
    }
}
