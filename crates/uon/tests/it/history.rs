//! Finished calls: logged first and once.

use serde_json::{Value, json};
use vochi_crm_core::http::TransportError;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{
    CallId, CallRecord, CrmCallId, Direction, Effect, ErrorKind, Extension, Outcome, Party, Reason,
    Recording, WarningKind,
};

use super::support::{
    Bench, CLIENT, answer, at, call, created, ext, missed, nothing, phone, record,
};

fn lost() -> Step {
    Step::Fail(TransportError::Broken("connection reset".to_owned()))
}

/// A page of the history with this note.
fn page(note: &str) -> Step {
    let call = json!({"id": 31, "phone": "375291112233", "direction": 2, "note": note});
    Step::json(200, &json!({"records": [call]}))
}

async fn logged(record: CallRecord) -> Value {
    let bench = Bench::new([created(31)]);
    let receipt = bench.log(record).await.unwrap();
    assert!(receipt.recorded());
    assert_eq!(receipt.crm_call_id().map(CrmCallId::as_str), Some("31"), "U-ON's id");
    assert_eq!(bench.lines(), ["POST call_history/create"]);
    bench.body(0)
}

#[tokio::test(start_paused = true)]
async fn answered_call_has_talk_time_manager_and_recording() {
    let recording = Recording::url("https://pbx.example.test/rec/1.mp3").unwrap();
    assert_eq!(
        logged(record("17.1").with_recording(recording)).await,
        json!({
            "phone": "375291112233",
            "start": "2026-03-02 11:00:00",
            "duration": 64,
            "direction": 2,
            "manager_id": "2",
            "record_link": "https://pbx.example.test/rec/1.mp3",
            "note": "Статус: отвеченный. Ожидание: 6 с. Вызов 17.1",
        })
    );
}

#[tokio::test(start_paused = true)]
async fn unanswered_call_has_no_talk_time() {
    for (outcome, reason, status) in [
        (Outcome::Missed, None, "неотвеченный"),
        (Outcome::Missed, Some(Reason::CallerGaveUp), "неотвеченный (клиент не дождался)"),
        (Outcome::NoAnswer, Some(Reason::Busy), "неотвеченный (занято)"),
        (Outcome::Voicemail, None, "неотвеченный (голосовая почта)"),
        (Outcome::Failed, None, "неотвеченный (не удалось дозвониться)"),
    ] {
        let mut record = call("1", outcome).with_rang(ext("151"));
        if let Some(reason) = reason {
            record = record.with_reason(reason);
        }
        let sent = logged(record).await;
        assert_eq!(sent["duration"], 0, "{outcome:?}");
        assert_eq!(sent["note"], format!("Статус: {status}. Вызов 1"), "{outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_talk_time_is_one_second_with_a_sentence() {
    let sent = logged(call("1", Outcome::Answered).with_talked_with(ext("151"))).await;
    assert_eq!(sent["duration"], 1);
    let note = sent["note"].as_str().unwrap();
    assert!(note.contains("Длительность разговора неизвестна."), "{note}");
}

#[tokio::test(start_paused = true)]
async fn outgoing_call_has_direction_1() {
    let id = CallId::new("1").unwrap();
    let client = phone("+375296254070");
    let record = CallRecord::new(id, Direction::Outbound, client, at(0), Outcome::NoAnswer);
    let sent = logged(record.with_rang(ext("152"))).await;
    assert_eq!((&sent["direction"], &sent["manager_id"]), (&json!(1), &json!("4")));
}

#[tokio::test(start_paused = true)]
async fn call_without_a_mapped_employee_is_logged_without_a_manager() {
    let bench = Bench::new([created(31)]);
    let receipt = bench.log(call("1", Outcome::Missed).with_rang(ext("199"))).await.unwrap();
    assert_eq!(bench.body(0).get("manager_id"), None);
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::UnmappedExtension);
    let bench = Bench::with([created(31)], json!({"missed_user": "4"}));
    let _ = bench.log(missed("1")).await.unwrap();
    assert_eq!(bench.body(0)["manager_id"], "4");
}

#[tokio::test(start_paused = true)]
async fn time_is_local_to_the_configured_zone() {
    let bench = Bench::with([created(31)], json!({"timezone": "Asia/Almaty"}));
    let _ = bench.log(record("1")).await.unwrap();
    assert_eq!(bench.body(0)["start"], "2026-03-02 13:00:00");
}

#[tokio::test(start_paused = true)]
async fn call_without_a_number_is_not_sent() {
    let of = |client: Party| {
        CallRecord::new(
            CallId::new("1").unwrap(),
            Direction::Inbound,
            client,
            at(0),
            Outcome::Missed,
        )
    };
    for (client, kind) in [
        (Party::Hidden, WarningKind::HiddenNumber),
        (Party::Raw("anonymous".to_owned()), WarningKind::UnreadableNumber),
        (Party::Extension(Extension::new("152").unwrap()), WarningKind::NothingToSend),
    ] {
        let bench = Bench::new([]);
        let receipt = bench.log(of(client.clone())).await.unwrap();
        assert!(!receipt.recorded(), "{client:?}");
        assert_eq!(receipt.warnings()[0].kind(), kind, "{client:?}");
    }
    let bench = Bench::new([created(31)]);
    let _ = bench.log(of(Party::Raw("*21*37529#".to_owned()))).await.unwrap();
    assert_eq!(bench.body(0)["phone"], "2137529");
}

#[tokio::test(start_paused = true)]
async fn recording_file_is_unsupported_and_plain_http_warns() {
    let bench = Bench::new([]);
    let file = record("1").with_recording(Recording::File("/tmp/1.mp3".into()));
    assert_eq!(bench.log(file).await.unwrap_err().kind(), ErrorKind::Unsupported);
    let bench = Bench::new([created(31)]);
    let url = Recording::url("http://pbx.example.test/rec/1.mp3").unwrap();
    let receipt = bench.log(record("1").with_recording(url)).await.unwrap();
    assert_eq!(receipt.warnings()[0].kind(), WarningKind::InsecureRecording);
}

#[tokio::test(start_paused = true)]
async fn lost_response_is_resolved_by_the_calls_of_the_client() {
    let found = page("Статус: отвеченный. Ожидание: 6 с. Вызов 1");
    let bench = Bench::new([lost(), answer("user_phone", "one"), found]);
    assert!(bench.log(record("1")).await.unwrap().recorded());
    assert_eq!(
        bench.lines(),
        ["POST call_history/create", "GET user/phone/375291112233", "GET call_history_by_user/7/1"]
    );
}

#[tokio::test(start_paused = true)]
async fn lost_response_is_resolved_by_the_last_page_of_the_history() {
    let mut first = json!({"records": [], "pages_all": 3});
    first["records"] = json!([{"id": 1, "note": "Статус: отвеченный. Вызов 11"}]);
    let steps = [lost(), nothing(), Step::json(200, &first), page("Статус: отвеченный. Вызов 1")];
    let bench = Bench::new(steps);
    assert!(bench.log(record("1")).await.unwrap().recorded());
    assert_eq!(bench.lines()[2..], ["GET call_history/1", "GET call_history/3"]);
}

#[tokio::test(start_paused = true)]
async fn call_that_the_history_does_not_show_is_maybe_and_is_not_sent_again() {
    // Two looks, 2 and 30 seconds later; the miss of the number is cached.
    let steps = [lost(), nothing(), nothing(), nothing(), nothing(), nothing()];
    let bench = Bench::new(steps);
    let error = bench.log(record("1")).await.unwrap_err();
    assert_eq!(error.effect(), Effect::Maybe, "{error}");
    let error = bench.log(record("1")).await.unwrap_err();
    assert_eq!(error.effect(), Effect::Maybe, "{error}");
    let sent = bench.lines().iter().filter(|line| *line == "POST call_history/create").count();
    assert_eq!(sent, 1, "{:?}", bench.lines());
    assert!(bench.lines().len() <= 6, "{:?}", bench.lines());
}

#[tokio::test(start_paused = true)]
async fn call_without_a_note_is_recognized_by_number_start_and_direction() {
    for (start, same) in [("2026-03-02 11:00:00", true), ("2026-03-02 11:00:01", false)] {
        let call = json!({"id": 31, "phone": "+375 29 111-22-33", "start": start, "direction": 2});
        let found = || Step::json(200, &json!({"records": [call]}));
        let looks = (0..4).map(|_| found());
        let bench = Bench::new([lost(), nothing()].into_iter().chain(looks));
        assert_eq!(bench.log(record("1")).await.is_ok(), same, "{start}");
    }
}

#[tokio::test(start_paused = true)]
async fn refused_call_is_not_recorded() {
    let bench = Bench::new([answer("call_history_create", "parameter_error")]);
    let error = bench.log(record("1")).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Rejected, Effect::NotApplied));
    assert_eq!(phone(CLIENT).digits(), "375291112233");
}
