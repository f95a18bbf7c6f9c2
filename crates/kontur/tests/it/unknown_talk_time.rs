//! Leg times of finished calls with unknown talk time.

use serde_json::Value;
use vochi_crm_core::{
    CallRecord, Direction, EventKind, LegEnd, LegRecord, Outcome, Receipt, Seconds, TransferMode,
    Warning, WarningKind,
};

use super::support::{
    CALL, Harness, answered, at, call, consultation, event, ext, hangup, incoming, items, leg,
    leg_id, ok_response, phone, record, started_and_ok, wire,
};

/// Returns an answered call of unknown talk time.
fn unknown() -> CallRecord {
    CallRecord::new(call(), Direction::Inbound, phone(), at(0), Outcome::Answered)
}

/// Returns the client's leg to an employee.
fn client_leg(number: u32, to: &str, answered: Option<i64>, ended: Option<i64>) -> LegRecord {
    LegRecord {
        id: leg_id(number),
        from: LegEnd::Client,
        to: LegEnd::Employee(ext(to)),
        answered_at: answered.map(at),
        ended_at: ended.map(at),
        recording: None,
    }
}

fn kinds(receipt: &Receipt) -> Vec<WarningKind> {
    receipt.warnings().iter().map(Warning::kind).collect()
}

/// Returns leg number, answer and end as sent.
fn times(harness: &Harness) -> Vec<(String, Option<String>, String)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let short = |item: &Value| {
        let id = item["id"].as_str().unwrap().rsplit('.').next().unwrap();
        let ended = text(&item["finishedAt"]).expect("every leg has an end");
        (id.to_owned(), text(&item["startedAt"]), ended)
    };
    items(harness).iter().map(short).collect()
}

/// Registers a call of unknown talk time and compares its legs: number, answer, end.
async fn registers(case: &str, record: CallRecord, legs: &[(u32, Option<i64>, i64)]) {
    let harness = Harness::new([ok_response()]);
    let receipt = harness.log(record).await.unwrap();
    assert!(receipt.recorded(), "{case}");
    assert_eq!(kinds(&receipt), [WarningKind::TalkUnknown], "{case}");
    let wanted: Vec<_> = legs
        .iter()
        .map(|(number, answered, ended)| (number.to_string(), answered.map(wire), wire(*ended)))
        .collect();
    assert_eq!(times(&harness), wanted, "{case}");
}

#[tokio::test(start_paused = true)]
async fn unobserved_end_is_last_event() {
    let leg = client_leg(43, "101", Some(9), None);
    let closed = unknown().with_leg(leg.clone()).with_ended_at(at(73));
    registers("the PBX closed it", closed, &[(43, Some(9), 73)]).await;
    let bare = unknown().with_leg(leg.clone());
    registers("the answer is the last event", bare, &[(43, Some(9), 10)]).await;
    let waited = unknown().with_leg(leg).with_wait(Seconds::new(9));
    registers("the wait is known", waited, &[(43, Some(9), 10)]).await;
}

#[tokio::test(start_paused = true)]
async fn end_before_answer_becomes_a_second_later() {
    for ended in [3, 9] {
        let leg = client_leg(43, "101", Some(9), Some(ended));
        let record = unknown().with_leg(leg);
        registers(&format!("end {ended}"), record, &[(43, Some(9), 10)]).await;
        let leg = client_leg(43, "101", Some(9), None);
        let record = unknown().with_leg(leg).with_ended_at(at(ended));
        registers(&format!("call end {ended}"), record, &[(43, Some(9), 10)]).await;
    }
}

#[tokio::test(start_paused = true)]
async fn observed_leg_times_are_kept() {
    let leg = client_leg(43, "101", Some(9), Some(40));
    let record = unknown().with_leg(leg).with_ended_at(at(73));
    registers("the call continued", record, &[(43, Some(9), 40)]).await;
}

#[tokio::test(start_paused = true)]
async fn ringing_legs_end_with_call() {
    let record = unknown()
        .with_leg(client_leg(43, "101", None, Some(9)))
        .with_leg(client_leg(44, "102", Some(9), None))
        .with_leg(client_leg(45, "103", None, None))
        .with_ended_at(at(73));
    let legs = [(43, None, 9), (44, Some(9), 73), (45, None, 73)];
    registers("a ring group", record, &legs).await;
}

#[tokio::test(start_paused = true)]
async fn transferred_leg_ends_at_next_answer() {
    let asked = LegRecord {
        from: LegEnd::Employee(ext("101")),
        ..client_leg(44, "102", Some(30), Some(45))
    };
    let record = unknown()
        .with_leg(client_leg(43, "101", Some(9), None))
        .with_leg(asked)
        .with_leg(client_leg(45, "102", Some(45), None))
        .with_ended_at(at(73));
    let legs = [(43, Some(9), 45), (44, Some(30), 45), (45, Some(45), 73)];
    registers("an attended transfer", record, &legs).await;

    let record = unknown().with_leg(client_leg(43, "101", Some(9), Some(40))).with_leg(client_leg(
        44,
        "102",
        Some(42),
        None,
    ));
    let legs = [(43, Some(9), 40), (44, Some(42), 43)];
    registers("a blind transfer", record, &legs).await;

    let record = unknown()
        .with_leg(client_leg(43, "101", Some(9), None))
        .with_leg(client_leg(44, "102", None, Some(60)))
        .with_ended_at(at(73));
    let legs = [(43, Some(9), 73), (44, None, 60)];
    registers("an unanswered transfer", record, &legs).await;
}

#[tokio::test(start_paused = true)]
async fn unobserved_answer_precedes_end() {
    let by = |extension: &str| unknown().with_talked_with(ext(extension));
    let rang = by("101").with_leg(client_leg(43, "101", None, Some(40)));
    let waited = rang.clone().with_wait(Seconds::new(9));
    registers("a phone that rang", rang, &[(43, Some(39), 40)]).await;
    registers("the wait is known", waited, &[(43, Some(9), 40)]).await;
    let ended = by("101").with_ended_at(at(73));
    registers("no leg", ended, &[(1, Some(72), 73)]).await;
    let waited = by("101").with_wait(Seconds::new(9));
    registers("no leg and no end", waited, &[(1, Some(9), 10)]).await;
    registers("no times", by("101"), &[(1, Some(0), 1)]).await;
    let late = by("101").with_wait(Seconds::new(80)).with_ended_at(at(73));
    registers("a wait beyond the end", late, &[(1, Some(80), 81)]).await;
}

#[tokio::test(start_paused = true)]
async fn lost_answer_uses_legs_of_live_call() {
    let harness = Harness::new(started_and_ok());
    let _ = harness.event(incoming(0, &["101", "102"])).await.unwrap();
    let ended = EventKind::Ended { outcome: Some(Outcome::Answered), reason: None, talk: None };
    let _ = harness.event(event(73, ended)).await.unwrap();
    let receipt = harness.log(unknown().with_talked_with(ext("102"))).await.unwrap();
    assert_eq!(kinds(&receipt), [WarningKind::TalkUnknown]);
    let legs = [("43".to_owned(), None, wire(73)), ("44".to_owned(), Some(wire(72)), wire(73))];
    assert_eq!(times(&harness), legs);
}

#[tokio::test(start_paused = true)]
async fn live_transfer_keeps_times() {
    let harness = Harness::new(started_and_ok());
    let transfer = EventKind::Transferred {
        mode: TransferMode::Attended,
        from: Some(ext("101")),
        to: ext("102"),
    };
    for event in [
        incoming(0, &["101"]),
        answered(9, leg(43, "101")),
        answered(30, consultation(44, "101", "102")),
        event(45, transfer).with_leg(leg(45, "102")),
        hangup(73),
    ] {
        let _ = harness.event(event).await.unwrap();
    }
    // The hangup is the time the PBX closed the call.
    let own = Warning::new(WarningKind::TalkUnknown, "the end was not observed");
    let receipt = harness.log(unknown().with_warning(own.clone())).await;
    assert_eq!(receipt.unwrap().warnings(), [own]);
    let of = |number: &str, answered, ended| (number.to_owned(), Some(wire(answered)), wire(ended));
    let legs = [of("43", 9, 45), of("44", 30, 45), of("45", 45, 73)];
    assert_eq!(times(&harness), legs);
}

#[tokio::test(start_paused = true)]
async fn later_known_talk_is_already_recorded() {
    let harness = Harness::new([ok_response()]);
    let by_101 = || unknown().with_talked_with(ext("101"));
    let _ = harness.log(by_101()).await.unwrap();
    let known = by_101().with_talk(Seconds::new(64));
    let receipt = harness.log(known).await.unwrap();
    assert!(receipt.recorded());
    assert_eq!(kinds(&receipt), [WarningKind::AlreadyRecorded]);
    assert_eq!(harness.played().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn record_warnings_appear_once() {
    let own = Warning::new(WarningKind::IncompleteRecord, "the PBX reported a part of the call");
    let warned = || record(CALL).with_warning(own.clone());
    let harness = Harness::new([ok_response()]);
    let receipt = harness.log(warned()).await.unwrap();
    assert_eq!(receipt.warnings(), std::slice::from_ref(&own));
    let again = kinds(&harness.log(warned()).await.unwrap());
    assert_eq!(again, [WarningKind::IncompleteRecord, WarningKind::AlreadyRecorded]);
}
