//! Runs one operation without network, for counting instructions.
//!
//! `run.sh` runs this under callgrind twice for each operation, with different numbers of
//! repetitions; the difference is the cost of the operation, without start-up.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark prints to its terminal and stops at the first error"
)]

#[path = "../../support/fixture.rs"]
mod fixture;

use std::hint::black_box;
use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use serde_json::json;
use vochi_crm_core::http::Response;
use vochi_crm_core::phone::{PhoneReader, Region};
use vochi_crm_core::testing::ScriptedTransport;
use vochi_crm_core::{AccountConfig, Cx, Extension, Hub, LocalTime, PhoneNumber, Seconds, Text};
use vochi_crm_retailcrm::api::{FindManager, MOST_CALLS, SendCallEvent, UploadCalls};
use vochi_crm_retailcrm::model::{CallDirection, CallResult, CallUpload, PhoneText, UserId};
use vochi_crm_retailcrm::{Client, Config};

const OPERATIONS: [&str; 5] =
    ["call_event", "manager", "calls_upload_50", "phone_international", "phone_national"];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [operation, times, ..] = &args[..] {
        run(operation, times.parse().unwrap());
        return;
    }
    for operation in OPERATIONS {
        run(operation, 1);
    }
    println!("instructions: {OPERATIONS:?} run; benches/instructions/run.sh counts");
}

fn run(operation: &str, times: usize) {
    match operation {
        "call_event" => through_client("/api/v5/telephony/call/event", times, &call_event),
        "manager" => through_client("/api/v5/telephony/manager", times, &manager),
        "calls_upload_50" => through_client("/api/v5/telephony/calls/upload", times, &upload),
        "phone_international" => read_phone("+375 29 111-22-33", times),
        "phone_national" => read_phone("8 (029) 111-22-33", times),
        other => panic!("unknown operation {other}: must be one of {OPERATIONS:?}"),
    }
}

fn through_client(path: &str, times: usize, call: &impl AsyncFn(&Client, &Company)) {
    let answer = Response::new(StatusCode::OK, HeaderMap::new(), fixture::answer_to(path));
    let transport = ScriptedTransport::always(answer);
    let hub = Hub::builder().transport(Arc::new(transport)).build().unwrap();
    let common: AccountConfig =
        serde_json::from_value(json!({"requests_per_second": 1e6})).unwrap();
    let config: Config = serde_json::from_value(json!({
        "url": "https://demo.retailcrm.ru",
        "api_key": "TEST-KEY-0000000000000000000000",
    }))
    .unwrap();
    let client = Client::open(&hub, &common.account("shop").unwrap(), &config).unwrap();
    let company = Company::new();
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
        for _ in 0..times {
            call(&client, &company).await;
        }
    });
}

/// Data that a caller has before the call.
struct Company {
    client: PhoneNumber,
    line: PhoneNumber,
    code: Extension,
    began: LocalTime,
}

impl Company {
    fn new() -> Self {
        Self {
            client: "+375291112233".parse().unwrap(),
            line: "+375171234567".parse().unwrap(),
            code: "101".parse().unwrap(),
            began: "2026-03-14 10:15:00".parse().unwrap(),
        }
    }
}

async fn call_event(client: &Client, company: &Company) {
    let event = SendCallEvent::incoming(company.client)
        .codes([company.code.clone()])
        .user_ids([UserId::new(7).unwrap()])
        .call_external_id(Text::new("pbx1-1773474900.42").unwrap())
        .external_phone(PhoneText::from(company.line))
        .site(Text::new("shop-one").unwrap());
    let answer = client.send(&Cx::live(), &event).await;
    black_box(answer.unwrap());
}

async fn manager(client: &Client, company: &Company) {
    let request = FindManager::new(company.client).details().ignore_status();
    let answer = client.send(&Cx::live(), &request).await;
    black_box(answer.unwrap().manager.unwrap());
}

async fn upload(client: &Client, company: &Company) {
    let calls = (0..MOST_CALLS).map(|number| {
        CallUpload::new(
            company.began,
            CallDirection::In,
            company.client,
            CallResult::Answered,
            Text::new(format!("pbx1-1773474900.{number}")).unwrap(),
        )
        .code(company.code.clone())
        .user_id(UserId::new(7).unwrap())
        .duration(Seconds::new(95))
        .duration_waiting(Seconds::new(12))
        .record_url(Text::new("https://pbx.example.test/rec/5d1f0b7e.mp3").unwrap())
        .external_phone(PhoneText::from(company.line))
        .site(Text::new("shop-one").unwrap())
    });
    let calls = UploadCalls::new().calls(calls);
    let answer = client.send(&Cx::history(), &calls).await;
    black_box(answer.unwrap());
}

fn read_phone(written: &str, times: usize) {
    let reader = PhoneReader::new().with_region("BY".parse::<Region>().unwrap());
    for _ in 0..times {
        black_box(reader.read(black_box(written)).unwrap());
    }
}
