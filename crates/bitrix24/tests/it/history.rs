//! Finished calls: pairs of commands in batches, and their recordings.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use vochi_crm_core::testing::{ScriptedTransport, Step};
use vochi_crm_core::{
    CallId, CrmConnector as _, Cx, ErrorKind, Hub, Outcome, Receipt, Recording, WarningKind,
};

use super::support::{
    Bench, CALL_ID, CLIENT, at, call, ext, finished, open, record, registered, success,
};

const BATCH: &str = "batch";

/// The response to a batch of `pairs` registrations with finishes.
fn pairs(pairs: usize) -> Step {
    let mut results = Map::new();
    for pair in 0..pairs {
        let id = format!("externalCall.{pair}");
        results.insert(format!("c{}", pair * 2), json!({"CALL_ID": id}));
        results.insert(format!("c{}", pair * 2 + 1), json!({"CALL_ID": id, "ID": pair + 1}));
    }
    batch(Value::Object(results), json!([]))
}

#[expect(clippy::needless_pass_by_value, reason = "every caller has a literal")]
fn batch(results: Value, errors: Value) -> Step {
    success(json!({"result": results, "result_error": errors}))
}

fn records(count: usize) -> Vec<vochi_crm_core::CallRecord> {
    (0..count).map(|number| record(&format!("17.{number}"))).collect()
}

#[tokio::test]
async fn record_is_a_linked_pair() {
    let bench = Bench::new([pairs(1)]);
    let receipt = bench.log(record("17.1")).await.unwrap();
    assert!(receipt.recorded(), "{receipt:?}");
    assert_eq!(receipt.crm_call_id().unwrap().as_str(), "externalCall.0");
    let body = bench.body(0);
    assert_eq!(body["halt"], 0);
    let register = body["cmd"]["c0"].as_str().unwrap();
    assert!(register.starts_with("telephony.externalCall.register?USER_ID=17&"), "{register}");
    assert!(register.contains("PHONE_NUMBER=%2B375291112233"), "{register}");
    assert!(register.contains("SHOW=0"), "{register}");
    let finish = body["cmd"]["c1"].as_str().unwrap();
    assert!(finish.contains("CALL_ID=%24result%5Bc0%5D%5BCALL_ID%5D"), "{finish}");
}

#[tokio::test]
async fn each_pair_has_its_own_result() {
    let one = json!({"CALL_ID": "externalCall.1"});
    let results = json!({"c0": one, "c1": one, "c4": {"CALL_ID": "externalCall.3"}});
    let user = json!({"error": "", "error_description": "User is not found or is not active"});
    let unknown = json!({"error": "", "error_description": "CALL_ID must be a string"});
    let errors = json!({"c2": user, "c3": unknown, "c5": unknown});
    let refused = batch(json!([]), json!({"c0": user, "c1": unknown}));
    // The third is registered: alone, it is finished only.
    let finished = success(json!({"CALL_ID": "externalCall.3", "ID": 9}));
    let bench = Bench::new([batch(results, errors), refused, finished]);
    let results = bench.connector.log_calls(&Cx::history(), &records(3)).await;
    let recorded: Vec<bool> =
        results.iter().map(|one| one.as_ref().is_ok_and(Receipt::recorded)).collect();
    assert_eq!(recorded, [true, false, true], "{results:?}");
    let error = results[1].as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(error.message().contains("not active"), "{error}");
    assert_eq!(bench.methods(), [BATCH, BATCH, "telephony.externalCall.finish"]);
}

#[tokio::test]
async fn finish_of_another_call_is_not_recorded() {
    let results = json!({"c0": {"CALL_ID": "externalCall.1"}, "c1": {"CALL_ID": "externalCall.9"}});
    let bench = Bench::with([batch(results, json!([]))], json!({"retries": 0}));
    let error = bench.log(record("17.1")).await.unwrap_err();
    assert!(error.message().contains("externalCall.9"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn lost_batch_is_looked_up_and_not_sent_again() {
    let lost = Step::Fail(vochi_crm_core::http::TransportError::Broken("reset".into()));
    let entry = json!([{
        "ID": "7", "CALL_ID": CALL_ID, "EXTERNAL_CALL_ID": null, "PHONE_NUMBER": CLIENT,
        "CALL_START_DATE": "2026-03-02T11:00:00+03:00",
    }]);
    let by_id = batch(json!({"c0": []}), json!([]));
    let by_number = || batch(json!({"c0": entry.clone()}), json!([]));
    // Once to decide, once for the CALL_ID that recordings need.
    let again = batch(json!({"c0": []}), json!([]));
    let bench = Bench::new([lost, by_id, by_number(), again, by_number()]);
    let receipt = bench.log(record("17.1")).await.unwrap();
    assert!(receipt.recorded(), "{receipt:?}");
    assert_eq!(receipt.crm_call_id().unwrap().as_str(), CALL_ID);
    let written = bench.script.played().iter().filter(|it| it.body.contains("finish")).count();
    assert_eq!(written, 1, "not sent again");
}

#[tokio::test]
async fn unknown_talk_time_is_one_second_and_a_warning() {
    let bench = Bench::new([pairs(1)]);
    let unknown = call("17.1", Outcome::Answered).with_talked_with(ext("151"));
    let receipt = bench.log(unknown).await.unwrap();
    let kinds: Vec<_> = receipt.warnings().iter().map(vochi_crm_core::Warning::kind).collect();
    assert_eq!(kinds, [WarningKind::TalkUnknown]);
    let finish = bench.body(0)["cmd"]["c1"].as_str().unwrap().to_owned();
    assert!(finish.contains("DURATION=1&STATUS_CODE=200"), "{finish}");
}

#[tokio::test]
async fn record_without_any_user_names_the_keys() {
    let bench = Bench::new([]);
    let error = bench.log(call("17.1", Outcome::Missed).with_rang(ext("199"))).await.unwrap_err();
    assert_eq!((error.kind(), error.key()), (ErrorKind::Config, Some("missed_user")));
}

/// 10,000 finished calls, at the portal's pace: 410 requests, and 1.05 times what the limit needs.
#[tokio::test(start_paused = true)]
async fn ten_thousand_calls_take_four_hundred_batches() {
    let count = 10_000_usize;
    let bench = Bench::new((0..count / 25).map(|round| {
        let mut results = Map::new();
        for pair in 0..25 {
            let id = format!("externalCall.{round}.{pair}");
            results.insert(format!("c{}", pair * 2), json!({"CALL_ID": id}));
            results.insert(format!("c{}", pair * 2 + 1), json!({"CALL_ID": id}));
        }
        batch(Value::Object(results), json!([]))
    }));
    let start = tokio::time::Instant::now();
    let results = bench.connector.log_calls(&Cx::history(), &records(count)).await;
    let took = start.elapsed().as_secs_f64();
    let failed = results.iter().find_map(|one| one.as_ref().err());
    assert!(failed.is_none(), "{failed:?}");
    let requests = bench.methods().len();
    assert!(requests <= 410, "{requests} requests");
    let needed = f64::from(u32::try_from(requests - 40).unwrap()) / 2.0;
    assert!(took <= needed * 1.05, "{took} s for {requests} requests, must be {needed}");
}

fn file(folder: &tempfile::TempDir, name: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, b"ID3 recording").unwrap();
    path
}

#[tokio::test]
async fn recording_is_attached_by_address() {
    let bench = Bench::new([pairs(1), success(json!({"FILE_ID": 9079}))]);
    let url: url::Url = "https://pbx.example.test/rec/17.1.mp3".parse().unwrap();
    let receipt = bench.log(record("17.1").with_recording(Recording::Url(url))).await.unwrap();
    assert!(receipt.warnings().is_empty(), "{receipt:?}");
    let body = bench.body(1);
    assert_eq!(body["RECORD_URL"], "https://pbx.example.test/rec/17.1.mp3");
    assert!(body["FILENAME"].as_str().unwrap().ends_with("-17.1.mp3"), "{body}");
}

#[tokio::test]
async fn recording_is_uploaded_to_the_signed_address_of_the_portal_only() {
    let folder = tempfile::tempdir().unwrap();
    let target = |host: &str| {
        let url = format!(
            "https://{host}/rest/upload.json?auth=canary-token-0001&token=telephony%7CY2E%3D"
        );
        success(json!({"uploadUrl": url, "fieldName": "file"}))
    };
    let with_file = || record("17.1").with_recording(Recording::File(file(&folder, "rec.MP3")));
    let stored = success(json!({"FILE_ID": 9079}));
    let bench = Bench::new([pairs(1), target("b24-demo.example"), stored]);
    let receipt = bench.log(with_file()).await.unwrap();
    assert!(receipt.warnings().is_empty(), "{receipt:?}");
    let upload = bench.script.played()[2].clone();
    assert!(upload.line.contains("/rest/upload.json?auth=canary-token-0001"), "{}", upload.line);
    assert!(upload.body.contains(".mp3\"") && upload.body.contains("ID3 recording"), "{upload:?}");
    let bench = Bench::new([pairs(1), target("evil.example")]);
    let receipt = bench.log(with_file()).await.unwrap();
    assert_eq!(bench.methods().len(), 2, "nothing is sent to another host");
    assert!(receipt.recorded() && receipt.warnings().len() == 1, "{receipt:?}");
}

#[tokio::test]
async fn other_formats_are_refused_with_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::new([pairs(1)]);
    let ogg = record("17.1").with_recording(Recording::File(file(&folder, "rec.ogg")));
    let receipt = bench.log(ogg).await.unwrap();
    assert!(receipt.recorded(), "the record stands");
    let warning = receipt.warnings()[0].to_string();
    assert!(warning.contains("wav and mp3 only"), "{warning}");
    let bench = Bench::new([pairs(1)]);
    let url = "https://pbx.example.test/rec/17.1.ogg".parse().unwrap();
    let receipt = bench.log(record("17.1").with_recording(Recording::Url(url))).await.unwrap();
    assert!(receipt.warnings()[0].to_string().contains("wav and mp3 only"), "{receipt:?}");
}

#[tokio::test]
async fn call_id_that_looks_like_a_reference_is_recorded_alone() {
    let bench = Bench::new([registered(), finished(), pairs(1)]);
    let records = [record("17.1"), record("$result[c0][CALL_ID]")];
    let receipts = bench.connector.log_calls(&Cx::history(), &records).await;
    for receipt in receipts {
        assert!(receipt.unwrap().recorded());
    }
    assert_eq!(
        bench.methods()[..2],
        ["telephony.externalCall.register", "telephony.externalCall.finish"]
    );
    assert_eq!(bench.methods()[2], "batch", "the other one");
}

#[tokio::test]
async fn address_of_a_recording_may_be_a_script() {
    let bench = Bench::new([pairs(1), success(json!({"FILE_ID": 9079}))]);
    let url = "https://pbx.example.test/record.php?id=5".parse().unwrap();
    let receipt = bench.log(record("17.1").with_recording(Recording::Url(url))).await.unwrap();
    assert!(receipt.warnings().is_empty(), "{receipt:?}");
    assert_eq!(bench.body(1)["RECORD_URL"], "https://pbx.example.test/record.php?id=5");
    assert_eq!(bench.body(1).get("FILENAME"), None, "the portal looks at what it downloads");
}

/// A wall clock that tokio's clock moves.
#[derive(Debug)]
struct TokioClock(tokio::time::Instant);

impl vochi_crm_core::Clock for TokioClock {
    fn now(&self) -> vochi_crm_core::Timestamp {
        at(0).plus(self.0.elapsed())
    }
}

/// A recording that appears later is tried 8 times within an hour.
#[tokio::test(start_paused = true)]
async fn missing_recording_is_tried_eight_times_over_an_hour() {
    let missing = || {
        let text = "Server returns HTTP error code 404";
        Step::json(400, &json!({"error": "ERROR_CORE", "error_description": text}))
    };
    let steps = std::iter::once(pairs(1)).chain((0..8).map(|_| missing()));
    let script = ScriptedTransport::new(steps);
    let clock = TokioClock(tokio::time::Instant::now());
    let hub = Hub::builder().transport(Arc::new(script.clone())).clock(Arc::new(clock));
    let connector = open(&hub.build().unwrap(), &json!({})).unwrap();
    let bench = Bench { connector, script };
    let url: url::Url = "https://pbx.example.test/rec/17.1.mp3".parse().unwrap();
    let receipt = bench.log(record("17.1").with_recording(Recording::Url(url))).await.unwrap();
    assert!(receipt.recorded() && receipt.warnings().len() == 1, "{receipt:?}");
    let (hub, cx) = (bench.connector.client().hub().clone(), Cx::history());
    let call = CallId::new("17.1").unwrap();
    for _ in 0..100 {
        tokio::time::advance(Duration::from_secs(40)).await;
        let mode = vochi_crm_core::pending::Mode::Due;
        let settled =
            vochi_crm_core::pending::settle(&bench.connector, &hub, &cx, &call, mode).await;
        settled.unwrap();
    }
    assert_eq!(bench.methods().len(), 1 + 8, "{:?}", bench.methods());
    let left = hub.pending(&cx, bench.connector.account()).await.unwrap();
    assert!(left.is_empty(), "{left:?}");
}
