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

#[path = "../../support/bitrix24.rs"]
mod bitrix24;
#[path = "../../support/fixture.rs"]
mod fixture;

use std::hint::black_box;
use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use serde_json::json;
use vochi_crm_bitrix24 as b24;
use vochi_crm_bitrix24::api::RegisterCall;
use vochi_crm_bitrix24::model::{CallType, Flag, LineNumber};
use vochi_crm_core::http::Response;
use vochi_crm_core::phone::{PhoneReader, Region};
use vochi_crm_core::testing::ScriptedTransport;
use vochi_crm_core::{
    AccountConfig, Cx, Extension, Hub, LocalTime, PhoneNumber, Seconds, Text, Timestamp,
};
use vochi_crm_retailcrm::api::{FindManager, MOST_CALLS, SendCallEvent, UploadCalls};
use vochi_crm_retailcrm::model::{CallDirection, CallResult, CallUpload, PhoneText, UserId};
use vochi_crm_retailcrm::{Client, Config};

const OPERATIONS: [&str; 7] = [
    "call_event",
    "manager",
    "calls_upload_50",
    "bitrix24_register",
    "bitrix24_batch_50",
    "phone_international",
    "phone_national",
];

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
        "bitrix24_register" => through_bitrix24(bitrix24::registered(), times, &register),
        "bitrix24_batch_50" => through_bitrix24(bitrix24::batch(), times, &register_batch),
        "phone_international" => read_phone("+375 29 111-22-33", times),
        "phone_national" => read_phone("8 (029) 111-22-33", times),
        other => panic!("unknown operation {other}: must be one of {OPERATIONS:?}"),
    }
}

fn hub_answering(body: String) -> Hub {
    let answer = Response::new(StatusCode::OK, HeaderMap::new(), body);
    let transport = ScriptedTransport::always(answer);
    Hub::builder().transport(Arc::new(transport)).build().unwrap()
}

fn through_client(path: &str, times: usize, call: &impl AsyncFn(&Client, &Company)) {
    let hub = hub_answering(fixture::answer_to(path));
    let common: AccountConfig =
        serde_json::from_value(json!({"requests_per_second": 1e6})).unwrap();
    let config: Config = serde_json::from_value(json!({
        "url": "https://demo.retailcrm.ru",
        "api_key": "TEST-KEY-0000000000000000000000",
    }))
    .unwrap();
    let client = Client::open(&hub, &common.account("shop").unwrap(), &config).unwrap();
    repeat(times, &async |company: &Company| call(&client, company).await);
}

fn through_bitrix24(body: String, times: usize, call: &impl AsyncFn(&b24::Client, &Company)) {
    let hub = hub_answering(body);
    let common: AccountConfig =
        serde_json::from_value(json!({"requests_per_second": 4e4})).unwrap();
    let config: b24::Config = serde_json::from_value(json!({
        "webhook_url": "https://demo.bitrix24.by/rest/1/invented/",
    }))
    .unwrap();
    let client = b24::Client::open(&hub, &common.account("portal").unwrap(), &config).unwrap();
    repeat(times, &async |company: &Company| call(&client, company).await);
}

fn repeat(times: usize, call: &impl AsyncFn(&Company)) {
    let company = Company::new();
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
        for _ in 0..times {
            call(&company).await;
        }
    });
}

/// Data that a caller has before the call.
struct Company {
    client: PhoneNumber,
    line: PhoneNumber,
    code: Extension,
    began: LocalTime,
    rang: Timestamp,
}

impl Company {
    fn new() -> Self {
        Self {
            client: "+375291112233".parse().unwrap(),
            line: "+375171234567".parse().unwrap(),
            code: "101".parse().unwrap(),
            began: "2026-03-14 10:15:00".parse().unwrap(),
            rang: "2026-03-14T07:15:00Z".parse().unwrap(),
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

async fn register(client: &b24::Client, company: &Company) {
    let registered = client.send(&Cx::live(), registration(company)).await;
    black_box(registered.unwrap());
}

async fn register_batch(client: &b24::Client, company: &Company) {
    let mut batch = b24::Batch::new();
    let keys: Vec<_> =
        (0..bitrix24::COMMANDS).map(|_| batch.add(registration(company)).unwrap()).collect();
    let mut results = client.batch(&Cx::history(), &batch).await.unwrap();
    for key in keys {
        black_box(results.take(key).unwrap());
    }
}

fn registration(company: &Company) -> RegisterCall {
    RegisterCall::new(
        b24::model::UserId::new(17).unwrap(),
        company.client,
        CallType::Incoming,
        Text::new("pbx1-1773474900.42").unwrap(),
    )
    .call_start_date(b24::model::Moment::from(company.rang))
    .line_number(LineNumber::new("line-1").unwrap())
    .crm_create(Flag::On)
}

fn read_phone(written: &str, times: usize) {
    let reader = PhoneReader::new().with_region("BY".parse::<Region>().unwrap());
    for _ in 0..times {
        black_box(reader.read(black_box(written)).unwrap());
    }
}
