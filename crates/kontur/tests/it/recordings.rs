//! Recordings: uploaded once, attached once, whatever is lost on the way.

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
    Bench, CALL, COMMUNICATION, at, call, event, ext, leg, leg_id, record, recording, started,
    warnings, yes,
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

fn there() -> Step {
    uploaded()
}

fn spent() -> Step {
    Step::json(409, &json!({"status": "notFound", "message": "File not found"}))
}

/// call-started's answer to a call that is registered: with its leg, and its recordings.
fn shown(recordings: &Value) -> Step {
    let item = json!({"id": "1763631515.42.1", "recordings": recordings});
    Step::json(
        200,
        &json!({
            "id": COMMUNICATION, "externalId": format!("Vochi/{CALL}"),
            "data": {"call": {"items": [item]}},
        }),
    )
}

fn names(bench: &Bench) -> Vec<String> {
    bench.sent().into_iter().map(|(name, _)| name).collect()
}

async fn attach(bench: &Bench, recording: &Recording) -> Result<Receipt> {
    let cx = Cx::history();
    bench.connector.attach_recording(&cx, &call(), recording).await
}

#[tokio::test(start_paused = true)]
async fn a_recording_goes_with_the_registration() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::new([uploaded(), yes()]);
    let with = || record(CALL).with_recording(recording(&folder, "1.mp3"));
    let receipt = bench.log(with()).await.unwrap();
    assert_eq!(receipt.requests(), 2);
    assert_eq!(receipt.warnings(), []);
    assert_eq!(
        bench.sent()[1].1["items"][0]["recordings"],
        json!([{"fileId": FILE, "fileName": "1.mp3", "contentType": "audio/mpeg", "contentLength": "12"}])
    );
    let upload = &bench.played()[0].body;
    assert!(upload.contains("filename=\"2025-11-20_093835_375291112233_101.mp3\""), "{upload}");
    assert_eq!(bench.log(with()).await.unwrap().requests(), 0);
    let late = attach(&bench, &recording(&folder, "2.mp3")).await.unwrap();
    assert_eq!(late.requests(), 0, "one recording for a leg");
    assert_eq!(late.warnings()[0].kind(), WarningKind::AlreadyRecorded);
}

/// Settles the call: what was pending, and what became of it.
async fn settle(bench: &Bench) -> Vec<(PendingKind, Outcome)> {
    let (connector, cx, call) = (&bench.connector, Cx::history(), call());
    let hub = connector.client().hub();
    let settled = pending::settle(connector, hub, &cx, &call, Mode::Due);
    let settled = settled.await.unwrap().into_iter();
    settled.map(|one| (one.kind, one.outcome)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_late_recording_that_fails_is_attached_by_settle() {
    let folder = TempDir::new().unwrap();
    let down = Step::Fail(TransportError::Connect("refused".to_owned()));
    let bench = Bench::with([yes(), down, uploaded(), started(), yes()], json!({"retries": 0}));
    let _ = bench.log(record(CALL)).await.unwrap();
    let file = recording(&folder, "1.mp3");
    attach(&bench, &file).await.unwrap_err();
    assert_eq!(settle(&bench).await, [(PendingKind::Recording, Outcome::Sent)]);
    assert_eq!(names(&bench)[1..], ["files", "files", "call-started", "call-recording"]);
    assert_eq!(settle(&bench).await, [], "it is settled");
}

#[tokio::test(start_paused = true)]
async fn a_recording_whose_attachment_is_unknown_is_pending() {
    let folder = TempDir::new().unwrap();
    let down = || Step::Fail(TransportError::Connect("refused".to_owned()));
    let steps = [uploaded(), lost(), yes(), down(), spent()];
    let bench = Bench::with(steps, json!({"retries": 0}));
    let with = record(CALL).with_recording(recording(&folder, "1.mp3"));
    let receipt = bench.log(with).await.unwrap();
    assert!(receipt.recorded(), "{receipt:?}");
    assert_eq!(settle(&bench).await, [(PendingKind::Recording, Outcome::Sent)]);
    assert_eq!(bench.script.left(), 0, "{:?}", names(&bench));
}

#[tokio::test(start_paused = true)]
async fn an_upload_is_not_repeated_by_a_second_run_unless_its_day_is_nearly_over() {
    for (hours, uploads) in [(19, 1), (21, 2)] {
        let folder = TempDir::new().unwrap();
        let refused = || Step::text(409, "application/json", "\"Error\"");
        let clock = super::clock::Clock::default();
        let mut steps = vec![uploaded(), refused(), refused()];
        steps.extend((uploads == 2).then(uploaded));
        steps.push(yes());
        let bench = clock.bench(steps);
        let with = || record(CALL).with_recording(recording(&folder, "1.mp3"));
        bench.log(with()).await.unwrap_err();
        clock.advance(Duration::from_hours(hours));
        assert!(bench.log(with()).await.unwrap().recorded(), "{hours} hours");
        let names = names(&bench);
        let sent = names.iter().filter(|name| *name == "files").count();
        assert_eq!(sent, uploads, "{names:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_registration_it_is_repeated_without_the_file_and_looked_at() {
    let seen = json!([{"fileId": "x", "fileName": "1.mp3"}]);
    let unseen = json!([]);
    for (look, then) in [
        // The file is spent: it is attached.
        (vec![spent()], vec!["meta"]),
        // It is there still, but the call shows a recording.
        (vec![there(), shown(&seen)], vec!["meta", "call-started"]),
        // Neither: the registration never arrived, and the file is attached now.
        (vec![there(), shown(&unseen), yes()], vec!["meta", "call-started", "call-recording"]),
    ] {
        let folder = TempDir::new().unwrap();
        let mut steps = vec![uploaded(), lost(), yes()];
        steps.extend(look);
        let bench = Bench::new(steps);
        let with = record(CALL).with_recording(recording(&folder, "1.mp3"));
        let receipt = bench.log(with).await.unwrap();
        assert!(receipt.recorded());
        assert_eq!(receipt.warnings(), []);
        let names = names(&bench);
        assert_eq!(names[..3], ["files", "register-call", "register-call"]);
        assert_eq!(names[3..], then);
        let repeat = &bench.sent()[2].1;
        assert_eq!(repeat["items"][0].get("recordings"), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_recording_whose_attachment_is_unknown_is_looked_at_by_the_next_run() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::new([uploaded(), lost(), yes(), lost(), spent()]);
    let with = || record(CALL).with_recording(recording(&folder, "1.mp3"));
    let receipt = bench.log(with()).await.unwrap();
    assert!(receipt.recorded(), "the call is");
    assert!(warnings(&receipt)[0].contains("may be attached"), "{receipt:?}");
    let again = bench.log(with()).await.unwrap();
    assert_eq!(again.requests(), 1);
    assert_eq!(again.warnings().len(), 1, "{again:?}");
    assert_eq!(bench.log(with()).await.unwrap().requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn both_registrations_lost_is_maybe_and_settled_by_the_next_run() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::new([uploaded(), lost(), lost(), yes(), spent()]);
    let with = || record(CALL).with_recording(recording(&folder, "1.mp3"));
    let error = bench.log(with()).await.unwrap_err();
    assert_eq!(error.effect(), Effect::Maybe);
    assert!(bench.log(with()).await.unwrap().recorded());
    let sent = bench.sent();
    assert_eq!(sent[3].1["items"][0].get("recordings"), None);
    assert_eq!(sent[4].0, "meta");
}

#[tokio::test(start_paused = true)]
async fn a_recording_kontur_or_the_disk_refuses_does_not_cost_the_record() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::new([yes()]);
    let missing = Recording::File(folder.path().join("none.mp3"));
    let receipt = bench.log(record(CALL).with_recording(missing)).await.unwrap();
    assert!(receipt.recorded());
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::Incomplete);

    let bench = Bench::new([uploaded(), spent(), yes()]);
    let with = record(CALL).with_recording(recording(&folder, "1.mp3"));
    let receipt = bench.log(with).await.unwrap();
    assert_eq!(names(&bench), ["files", "register-call", "register-call"]);
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::Incomplete);
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_finds_nobody_leaves_the_record_for_later() {
    let folder = TempDir::new().unwrap();
    let down = Step::Fail(TransportError::Connect("nobody there".to_owned()));
    let bench = Bench::new([down, uploaded(), yes()]);
    let with = || record(CALL).with_recording(recording(&folder, "1.mp3"));
    let error = bench.log(with()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(bench.log(with()).await.unwrap().recorded());
}

#[tokio::test(start_paused = true)]
async fn a_recording_at_an_address_is_left_out_with_a_warning() {
    let bench = Bench::new([yes()]);
    let url = Recording::url("https://pbx.example.test/1.mp3").unwrap();
    let receipt = bench.log(record(CALL).with_recording(url.clone())).await.unwrap();
    assert!(receipt.recorded());
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::Incomplete);
    let error = attach(&bench, &url).await.unwrap_err();
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
    let bench = Bench::new([uploaded(), uploaded(), yes()]);
    let receipt = bench.log(with).await.unwrap();
    assert_eq!(receipt.warnings(), []);
    let upload = &bench.played()[1].body;
    assert!(upload.contains("filename=\"2025-11-20_093844_101_102.wav\""), "{upload}");
    assert!(upload.contains("audio/wav"), "{upload}");
    let items = &bench.sent()[2].1["items"];
    assert_eq!(items[0]["recordings"].as_array().unwrap().len(), 1);
    assert_eq!(items[1]["recordings"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_option_names_the_leg_of_a_recording() {
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
        let bench = Bench::new([uploaded(), yes()]);
        let receipt = bench.log(with).await.unwrap();
        assert_eq!(receipt.warnings(), []);
        let items = &bench.sent()[1].1["items"];
        assert!(items[index].get("recordings").is_some(), "{items}");
        assert!(items[1 - index].get("recordings").is_none(), "{items}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_recording_is_attached_to_a_call_that_was_only_registered() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::new([yes(), uploaded(), started(), yes()]);
    let _ = bench.log(record(CALL)).await.unwrap();
    let file = recording(&folder, "1.mp3");
    let receipt = attach(&bench, &file).await.unwrap();
    assert_eq!(receipt.requests(), 3);
    assert_eq!(receipt.crm_call_id().unwrap().as_str(), COMMUNICATION);
    assert_eq!(names(&bench)[1..], ["files", "call-started", "call-recording"]);
    assert_eq!(
        bench.sent()[3].1,
        json!({
            "communicationId": COMMUNICATION, "externalId": format!("Vochi/{CALL}"),
            "externalCallItemId": "1763631515.42.1", "recordingFileId": FILE,
        })
    );
    assert_eq!(attach(&bench, &file).await.unwrap().requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_recording_that_is_told_live_is_kept_for_the_record_or_attached_at_once() {
    let folder = TempDir::new().unwrap();
    let ready = || event(80, EventKind::RecordingReady(recording(&folder, "1.mp3")));
    let bench = Bench::new([uploaded(), yes()]);
    assert_eq!(bench.event(ready()).await.unwrap().requests(), 0);
    let _ = bench.log(record(CALL)).await.unwrap();
    assert_eq!(names(&bench), ["files", "register-call"]);
    let again = bench.event(ready()).await.unwrap();
    assert_eq!(again.requests(), 0);

    let bench = Bench::new([yes(), uploaded(), started(), yes()]);
    let _ = bench.log(record(CALL)).await.unwrap();
    assert_eq!(bench.event(ready()).await.unwrap().requests(), 3);
    let unknown = ready().with_leg(leg(99, "101"));
    let error = bench.event(unknown).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
}

#[tokio::test(start_paused = true)]
async fn an_attachment_whose_answer_was_lost_is_looked_at_before_it_is_tried_again() {
    for (look, then) in [
        (vec![spent()], vec!["meta"]),
        (vec![there(), shown(&json!([])), yes()], vec!["meta", "call-started", "call-recording"]),
    ] {
        let folder = TempDir::new().unwrap();
        let mut steps = vec![yes(), uploaded(), started(), lost()];
        steps.extend(look);
        let bench = Bench::new(steps);
        let _ = bench.log(record(CALL)).await.unwrap();
        let _ = attach(&bench, &recording(&folder, "1.mp3")).await.unwrap();
        assert_eq!(names(&bench)[4..], then);
    }
    // Nothing can be found out: it is told as it is.
    let folder = TempDir::new().unwrap();
    let bench = Bench::new([yes(), uploaded(), started(), lost(), lost(), spent()]);
    let _ = bench.log(record(CALL)).await.unwrap();
    let file = recording(&folder, "1.mp3");
    let error = attach(&bench, &file).await.unwrap_err();
    assert_eq!(error.effect(), Effect::Maybe);
    let receipt = attach(&bench, &file).await.unwrap();
    assert_eq!(names(&bench)[5..], ["meta"]);
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::AlreadyRecorded);
}

#[tokio::test(start_paused = true)]
async fn a_recording_of_a_call_that_is_not_registered_says_what_to_do() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::new([]);
    let error = attach(&bench, &recording(&folder, "1.mp3")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.hint().unwrap().contains("log the call"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_recording_that_comes_with_a_second_record_is_not_lost_in_silence() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::new([yes()]);
    let _ = bench.log(record(CALL)).await.unwrap();
    let with = record(CALL).with_recording(recording(&folder, "1.mp3"));
    let receipt = bench.log(with).await.unwrap();
    assert_eq!(receipt.requests(), 0);
    assert!(warnings(&receipt)[1].contains("attach it by itself"), "{receipt:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_kontur_forgot_is_begun_again_for_its_recording() {
    let folder = TempDir::new().unwrap();
    let forgot = super::support::unknown_call();
    let bench = Bench::new([yes(), uploaded(), started(), forgot, started(), yes()]);
    let _ = bench.log(record(CALL)).await.unwrap();
    let _ = attach(&bench, &recording(&folder, "1.mp3")).await.unwrap();
    assert_eq!(
        names(&bench)[2..],
        ["call-started", "call-recording", "call-started", "call-recording"]
    );
}
