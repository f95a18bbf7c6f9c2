//! Recordings: uploaded once and attached once despite losses.

use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use vochi_crm_core::http::TransportError;
use vochi_crm_core::pending::{self, Mode, Outcome, PendingKind};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{
    CrmConnector as _, Cx, Effect, ErrorKind, EventKind, LegEnd, LegRecord, Receipt, Recording,
    Result, WarningKind,
};

use super::support::{
    CALL, COMMUNICATION, Harness, at, call, event, ext, leg, leg_id, ok_response, record,
    recording, started, warnings,
};

const FILE: &str = "7c9e6679-7425-40de-944b-e07fc1f90001";

fn lost() -> Step {
    Step::Fail(TransportError::Broken("reset".to_owned()))
}

fn uploaded() -> Step {
    Step::json(
        200,
        &json!({"fileId": FILE, "fileName": "1.mp3", "contentType": "audio/mpeg", "contentLength": 12}),
    )
}

fn file_exists() -> Step {
    uploaded()
}

fn file_used() -> Step {
    Step::json(409, &json!({"status": "notFound", "message": "File not found"}))
}

/// Returns the response to a restart of a registered call, with its leg and recordings.
fn restarted_with(recordings: &Value) -> Step {
    let item = json!({"id": "1763631515.42.1", "recordings": recordings});
    Step::json(
        200,
        &json!({
            "id": COMMUNICATION, "externalId": format!("Vochi/{CALL}"),
            "data": {"call": {"items": [item]}},
        }),
    )
}

fn names(harness: &Harness) -> Vec<String> {
    harness.sent().into_iter().map(|(name, _)| name).collect()
}

async fn attach(harness: &Harness, recording: &Recording) -> Result<Receipt> {
    let cx = Cx::history();
    harness.connector.attach_recording(&cx, &call(), recording).await
}

#[tokio::test(start_paused = true)]
async fn recording_is_sent_with_registration() {
    let folder = TempDir::new().unwrap();
    let harness = Harness::new([uploaded(), ok_response()]);
    let with = || record(CALL).with_recording(recording(&folder, "1.mp3"));
    let receipt = harness.log(with()).await.unwrap();
    assert_eq!(receipt.requests(), 2);
    assert_eq!(receipt.warnings(), []);
    assert_eq!(
        harness.sent()[1].1["items"][0]["recordings"],
        json!([{"fileId": FILE, "fileName": "1.mp3", "contentType": "audio/mpeg", "contentLength": "12"}])
    );
    let upload = &harness.played()[0].body;
    assert!(upload.contains("filename=\"2025-11-20_093835_375291112233_101.mp3\""), "{upload}");
    assert_eq!(harness.log(with()).await.unwrap().requests(), 0);
    let late = attach(&harness, &recording(&folder, "2.mp3")).await.unwrap();
    assert_eq!(late.requests(), 0, "one recording per leg");
    assert_eq!(late.warnings()[0].kind(), WarningKind::AlreadyRecorded);
}

/// Settles the pending work of the call and returns its outcomes.
async fn settle(harness: &Harness) -> Vec<(PendingKind, Outcome)> {
    let (connector, cx, call) = (&harness.connector, Cx::history(), call());
    let hub = connector.client().hub();
    let settled = pending::settle(connector, hub, &cx, &call, Mode::Due);
    let settled = settled.await.unwrap().into_iter();
    settled.map(|one| (one.kind, one.outcome)).collect()
}

#[tokio::test(start_paused = true)]
async fn failed_late_recording_is_attached_by_settle() {
    let folder = TempDir::new().unwrap();
    let down = Step::Fail(TransportError::Connect("refused".to_owned()));
    let harness = Harness::with(
        [ok_response(), down, uploaded(), started(), ok_response()],
        json!({"retries": 0}),
    );
    let _ = harness.log(record(CALL)).await.unwrap();
    let file = recording(&folder, "1.mp3");
    attach(&harness, &file).await.unwrap_err();
    assert_eq!(settle(&harness).await, [(PendingKind::Recording, Outcome::Sent)]);
    assert_eq!(names(&harness)[1..], ["files", "files", "call-started", "call-recording"]);
    assert_eq!(settle(&harness).await, [], "it is settled");
}

#[tokio::test(start_paused = true)]
async fn uncertain_attachment_is_pending() {
    let folder = TempDir::new().unwrap();
    let down = || Step::Fail(TransportError::Connect("refused".to_owned()));
    let steps = [uploaded(), lost(), ok_response(), down(), file_used()];
    let harness = Harness::with(steps, json!({"retries": 0}));
    let with = record(CALL).with_recording(recording(&folder, "1.mp3"));
    let receipt = harness.log(with).await.unwrap();
    assert!(receipt.recorded(), "{receipt:?}");
    assert_eq!(settle(&harness).await, [(PendingKind::Recording, Outcome::Sent)]);
    assert_eq!(harness.script.left(), 0, "{:?}", names(&harness));
}

#[tokio::test(start_paused = true)]
async fn upload_is_reused_until_nearly_expired() {
    for (hours, uploads) in [(19, 1), (21, 2)] {
        let folder = TempDir::new().unwrap();
        let refused = || Step::text(409, "application/json", "\"Error\"");
        let clock = super::clock::Clock::default();
        let mut steps = vec![uploaded(), refused(), refused()];
        steps.extend((uploads == 2).then(uploaded));
        steps.push(ok_response());
        let harness = clock.harness(steps);
        let with = || record(CALL).with_recording(recording(&folder, "1.mp3"));
        harness.log(with()).await.unwrap_err();
        clock.advance(Duration::from_secs(hours * 3600));
        assert!(harness.log(with()).await.unwrap().recorded(), "{hours} hours");
        let names = names(&harness);
        let sent = names.iter().filter(|name| *name == "files").count();
        assert_eq!(sent, uploads, "{names:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn lost_registration_is_repeated_without_file() {
    let seen = json!([{"fileId": "x", "fileName": "1.mp3"}]);
    let unseen = json!([]);
    for (look, then) in [
        // The file is used up, so it is attached.
        (vec![file_used()], vec!["meta"]),
        // The file exists, but the call shows a recording.
        (vec![file_exists(), restarted_with(&seen)], vec!["meta", "call-started"]),
        // Neither: the registration never arrived, and the file is attached now.
        (
            vec![file_exists(), restarted_with(&unseen), ok_response()],
            vec!["meta", "call-started", "call-recording"],
        ),
    ] {
        let folder = TempDir::new().unwrap();
        let mut steps = vec![uploaded(), lost(), ok_response()];
        steps.extend(look);
        let harness = Harness::new(steps);
        let with = record(CALL).with_recording(recording(&folder, "1.mp3"));
        let receipt = harness.log(with).await.unwrap();
        assert!(receipt.recorded());
        assert_eq!(receipt.warnings(), []);
        let names = names(&harness);
        assert_eq!(names[..3], ["files", "register-call", "register-call"]);
        assert_eq!(names[3..], then);
        let repeat = &harness.sent()[2].1;
        assert_eq!(repeat["items"][0].get("recordings"), None);
    }
}

#[tokio::test(start_paused = true)]
async fn next_run_checks_uncertain_attachment() {
    let folder = TempDir::new().unwrap();
    let harness = Harness::new([uploaded(), lost(), ok_response(), lost(), file_used()]);
    let with = || record(CALL).with_recording(recording(&folder, "1.mp3"));
    let receipt = harness.log(with()).await.unwrap();
    assert!(receipt.recorded(), "the call is recorded");
    assert!(warnings(&receipt)[0].contains("may be attached"), "{receipt:?}");
    let again = harness.log(with()).await.unwrap();
    assert_eq!(again.requests(), 1);
    assert_eq!(again.warnings().len(), 1, "{again:?}");
    assert_eq!(harness.log(with()).await.unwrap().requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn two_lost_registrations_are_settled_by_next_run() {
    let folder = TempDir::new().unwrap();
    let harness = Harness::new([uploaded(), lost(), lost(), ok_response(), file_used()]);
    let with = || record(CALL).with_recording(recording(&folder, "1.mp3"));
    let error = harness.log(with()).await.unwrap_err();
    assert_eq!(error.effect(), Effect::Maybe);
    assert!(harness.log(with()).await.unwrap().recorded());
    let sent = harness.sent();
    assert_eq!(sent[3].1["items"][0].get("recordings"), None);
    assert_eq!(sent[4].0, "meta");
}

#[tokio::test(start_paused = true)]
async fn unusable_recording_does_not_fail_record() {
    let folder = TempDir::new().unwrap();
    let harness = Harness::new([ok_response()]);
    let missing = Recording::File(folder.path().join("none.mp3"));
    let receipt = harness.log(record(CALL).with_recording(missing)).await.unwrap();
    assert!(receipt.recorded());
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::Incomplete);

    let harness = Harness::new([uploaded(), file_used(), ok_response()]);
    let with = record(CALL).with_recording(recording(&folder, "1.mp3"));
    let receipt = harness.log(with).await.unwrap();
    assert_eq!(names(&harness), ["files", "register-call", "register-call"]);
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::Incomplete);
}

#[tokio::test(start_paused = true)]
async fn unreachable_upload_delays_record() {
    let folder = TempDir::new().unwrap();
    let down = Step::Fail(TransportError::Connect("connection refused".to_owned()));
    let harness = Harness::new([down, uploaded(), ok_response()]);
    let with = || record(CALL).with_recording(recording(&folder, "1.mp3"));
    let error = harness.log(with()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(harness.log(with()).await.unwrap().recorded());
}

#[tokio::test(start_paused = true)]
async fn recording_url_is_left_out_with_warning() {
    let harness = Harness::new([ok_response()]);
    let url = Recording::url("https://pbx.example.test/1.mp3").unwrap();
    let receipt = harness.log(record(CALL).with_recording(url.clone())).await.unwrap();
    assert!(receipt.recorded());
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::Incomplete);
    let error = attach(&harness, &url).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.hint().unwrap().contains("file"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn every_leg_has_its_own_recording() {
    let folder = TempDir::new().unwrap();
    let (first, second) = (recording(&folder, "1.mp3"), recording(&folder, "2.wav"));
    let talk = |number, from, to, recording: &Recording| LegRecord {
        id: leg_id(number),
        from,
        to: LegEnd::Employee(ext(to)),
        answered_at: Some(at(9)),
        ended_at: Some(at(60)),
        recording: Some(recording.clone()),
    };
    let with = record(CALL)
        .with_recording(first.clone())
        .with_leg(talk(43, LegEnd::Client, "101", &first))
        .with_leg(talk(47, LegEnd::Employee(ext("101")), "102", &second));
    let harness = Harness::new([uploaded(), uploaded(), ok_response()]);
    let receipt = harness.log(with).await.unwrap();
    assert_eq!(receipt.warnings(), []);
    let upload = &harness.played()[1].body;
    assert!(upload.contains("filename=\"2025-11-20_093844_101_102.wav\""), "{upload}");
    assert!(upload.contains("audio/wav"), "{upload}");
    let items = &harness.sent()[2].1["items"];
    assert_eq!(items[0]["recordings"].as_array().unwrap().len(), 1);
    assert_eq!(items[1]["recordings"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn option_selects_leg_of_recording() {
    let folder = TempDir::new().unwrap();
    let talk = |number, to| LegRecord {
        id: leg_id(number),
        from: LegEnd::Client,
        to: LegEnd::Employee(ext(to)),
        answered_at: Some(at(9)),
        ended_at: Some(at(60)),
        recording: None,
    };
    for (option, index) in [(None, 1), (Some("1763631515.43"), 0)] {
        let mut with = record(CALL)
            .with_recording(recording(&folder, "1.mp3"))
            .with_leg(talk(43, "101"))
            .with_leg(talk(44, "102"));
        if let Some(option) = option {
            with = with.with_extra("recording_leg", option);
        }
        let harness = Harness::new([uploaded(), ok_response()]);
        let receipt = harness.log(with).await.unwrap();
        assert_eq!(receipt.warnings(), []);
        let items = &harness.sent()[1].1["items"];
        assert!(items[index].get("recordings").is_some(), "{items}");
        assert!(items[1 - index].get("recordings").is_none(), "{items}");
    }
}

#[tokio::test(start_paused = true)]
async fn late_recording_is_attached_to_registered_call() {
    let folder = TempDir::new().unwrap();
    let harness = Harness::new([ok_response(), uploaded(), started(), ok_response()]);
    let _ = harness.log(record(CALL)).await.unwrap();
    let file = recording(&folder, "1.mp3");
    let receipt = attach(&harness, &file).await.unwrap();
    assert_eq!(receipt.requests(), 3);
    assert_eq!(receipt.crm_call_id().unwrap().as_str(), COMMUNICATION);
    assert_eq!(names(&harness)[1..], ["files", "call-started", "call-recording"]);
    assert_eq!(
        harness.sent()[3].1,
        json!({
            "communicationId": COMMUNICATION, "externalId": format!("Vochi/{CALL}"),
            "externalCallItemId": "1763631515.42.1", "recordingFileId": FILE,
        })
    );
    assert_eq!(attach(&harness, &file).await.unwrap().requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn live_recording_waits_for_record_or_is_attached() {
    let folder = TempDir::new().unwrap();
    let ready = || event(80, EventKind::RecordingReady(recording(&folder, "1.mp3")));
    let harness = Harness::new([uploaded(), ok_response()]);
    assert_eq!(harness.event(ready()).await.unwrap().requests(), 0);
    let _ = harness.log(record(CALL)).await.unwrap();
    assert_eq!(names(&harness), ["files", "register-call"]);
    let again = harness.event(ready()).await.unwrap();
    assert_eq!(again.requests(), 0);

    let harness = Harness::new([ok_response(), uploaded(), started(), ok_response()]);
    let _ = harness.log(record(CALL)).await.unwrap();
    assert_eq!(harness.event(ready()).await.unwrap().requests(), 3);
    let unknown = ready().with_leg(leg(99, "101"));
    let error = harness.event(unknown).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
}

#[tokio::test(start_paused = true)]
async fn lost_attachment_is_checked_before_retry() {
    for (look, then) in [
        (vec![file_used()], vec!["meta"]),
        (
            vec![file_exists(), restarted_with(&json!([])), ok_response()],
            vec!["meta", "call-started", "call-recording"],
        ),
    ] {
        let folder = TempDir::new().unwrap();
        let mut steps = vec![ok_response(), uploaded(), started(), lost()];
        steps.extend(look);
        let harness = Harness::new(steps);
        let _ = harness.log(record(CALL)).await.unwrap();
        let _ = attach(&harness, &recording(&folder, "1.mp3")).await.unwrap();
        assert_eq!(names(&harness)[4..], then);
    }
    // The attachment cannot be checked, so the first error is reported.
    let folder = TempDir::new().unwrap();
    let harness = Harness::new([ok_response(), uploaded(), started(), lost(), lost(), file_used()]);
    let _ = harness.log(record(CALL)).await.unwrap();
    let file = recording(&folder, "1.mp3");
    let error = attach(&harness, &file).await.unwrap_err();
    assert_eq!(error.effect(), Effect::Maybe);
    let receipt = attach(&harness, &file).await.unwrap();
    assert_eq!(names(&harness)[5..], ["meta"]);
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::AlreadyRecorded);
}

#[tokio::test(start_paused = true)]
async fn recording_of_unregistered_call_has_hint() {
    let folder = TempDir::new().unwrap();
    let harness = Harness::new([]);
    let error = attach(&harness, &recording(&folder, "1.mp3")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.hint().unwrap().contains("log the call"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn recording_in_second_record_warns() {
    let folder = TempDir::new().unwrap();
    let harness = Harness::new([ok_response()]);
    let _ = harness.log(record(CALL)).await.unwrap();
    let with = record(CALL).with_recording(recording(&folder, "1.mp3"));
    let receipt = harness.log(with).await.unwrap();
    assert_eq!(receipt.requests(), 0);
    assert!(warnings(&receipt)[1].contains("attach it separately"), "{receipt:?}");
}

#[tokio::test(start_paused = true)]
async fn unknown_call_is_restarted_for_recording() {
    let folder = TempDir::new().unwrap();
    let forgot = super::support::unknown_call();
    let harness =
        Harness::new([ok_response(), uploaded(), started(), forgot, started(), ok_response()]);
    let _ = harness.log(record(CALL)).await.unwrap();
    let _ = attach(&harness, &recording(&folder, "1.mp3")).await.unwrap();
    assert_eq!(
        names(&harness)[2..],
        ["call-started", "call-recording", "call-started", "call-recording"]
    );
}
