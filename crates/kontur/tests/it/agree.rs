//! Legs that say something else than their record.

use serde_json::{Value, json};
use vochi_crm_core::{CallRecord, Direction, LegEnd, LegRecord, Outcome, Seconds};

use super::support::{
    Bench, CALL, answered, at, begun, call, ext, hangup, incoming, leg, leg_id, phone, record,
    user, wire, yes,
};

/// A leg of the record, answered and ended at these seconds.
fn talk(number: u32, from: LegEnd, to: LegEnd, times: (i64, i64)) -> LegRecord {
    LegRecord {
        id: leg_id(number),
        from,
        to,
        answered_at: Some(at(times.0)),
        ended_at: Some(at(times.1)),
        recording: None,
    }
}

fn employee(extension: &str) -> LegEnd {
    LegEnd::Employee(ext(extension))
}

/// The legs a record was registered with: id, ends, answer, end.
async fn registered(bench: &Bench, record: CallRecord) -> Vec<Value> {
    bench.log(record).await.unwrap();
    let (name, body) = bench.sent().pop().unwrap();
    assert_eq!(name, "register-call");
    let end = |end: &Value| match end["userId"].as_str() {
        Some(id) => ["101", "102"]
            .into_iter()
            .find(|one| user(one) == id)
            .into(),
        None => end["type"].clone(),
    };
    let items = body["items"].as_array().unwrap().iter();
    let short = items.map(|item| {
        let ends = (end(&item["from"]), end(&item["to"]));
        json!([
            item["id"],
            ends.0,
            ends.1,
            item["startedAt"],
            item["finishedAt"]
        ])
    });
    short.collect()
}

#[tokio::test(start_paused = true)]
async fn whoever_was_asked_and_did_not_take_the_client_did_not_talk() {
    let with = record(CALL)
        .with_leg(talk(43, LegEnd::Client, employee("101"), (9, 73)))
        .with_leg(talk(44, LegEnd::Client, employee("102"), (30, 40)));
    let bench = Bench::new([yes()]);
    assert_eq!(
        registered(&bench, with).await,
        [
            json!([leg_id(43), "client", "101", wire(9), wire(73)]),
            json!([leg_id(44), "client", "102", null, wire(40)]),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_talk_is_as_long_as_the_record_says() {
    // The phone was taken, and only then the call accepted; and the other way round.
    for times in [(4, 73), (9, 60), (4, 68)] {
        let with = record(CALL).with_leg(talk(43, LegEnd::Client, employee("101"), times));
        let bench = Bench::new([yes()]);
        assert_eq!(
            registered(&bench, with).await,
            [json!([leg_id(43), "client", "101", wire(9), wire(73)])],
            "{times:?}"
        );
    }
    let close = record(CALL).with_leg(talk(43, LegEnd::Client, employee("101"), (10, 73)));
    let bench = Bench::new([yes()]);
    assert_eq!(
        registered(&bench, close).await,
        [json!([leg_id(43), "client", "101", wire(10), wire(73)])],
        "seconds are no reason"
    );
}

#[tokio::test(start_paused = true)]
async fn the_own_phone_of_a_click_to_call_is_no_talk() {
    let with = CallRecord::new(
        call(),
        Direction::Outbound,
        phone(),
        at(0),
        Outcome::Answered,
    )
    .with_talked_with(ext("101"))
    .with_talk(Seconds::new(40))
    .with_leg(talk(43, LegEnd::Client, employee("101"), (2, 60)))
    .with_leg(talk(44, employee("101"), LegEnd::Client, (20, 60)));
    let bench = Bench::new([yes()]);
    assert_eq!(
        registered(&bench, with).await,
        [json!([leg_id(44), "101", "client", wire(20), wire(60)])]
    );
}

#[tokio::test(start_paused = true)]
async fn whoever_was_asked_and_took_the_client_has_a_talk() {
    let with = record(CALL)
        .with_talked_with(ext("102"))
        .with_leg(talk(43, LegEnd::Client, employee("101"), (9, 50)))
        .with_leg(talk(44, employee("101"), employee("102"), (30, 73)));
    let bench = Bench::new([yes()]);
    assert_eq!(
        registered(&bench, with).await,
        [
            json!([leg_id(43), "client", "101", wire(9), wire(50)]),
            json!([leg_id(44), "101", "102", wire(30), wire(50)]),
            json!([format!("{CALL}.3"), "client", "102", wire(50), wire(73)]),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_talk_keeps_its_live_id_and_not_that_of_a_phone_that_rang_in_vain() {
    let bench = Bench::new(
        begun()
            .into_iter()
            .chain(std::iter::repeat_with(yes).take(9)),
    );
    let rings = incoming(0, &["101", "102"]);
    for event in [rings, answered(9, leg(43, "101")), hangup(73)] {
        bench.event(event).await.unwrap();
    }
    // The PBX names its legs only now.
    let with = record(CALL)
        .with_leg(LegRecord {
            answered_at: None,
            ..talk(61, LegEnd::Client, employee("101"), (0, 5))
        })
        .with_leg(talk(62, LegEnd::Client, employee("101"), (9, 73)));
    let legs = registered(&bench, with).await;
    assert_eq!(
        legs[1],
        json!([leg_id(43), "client", "101", wire(9), wire(73)])
    );
}
