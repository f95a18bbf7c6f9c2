//! Calls with very many channels.

use serde_json::json;
use vochi_crm_asterisk::{CallTracker, CallUpdate, FinishedCall, SavedCalls};
use vochi_crm_core::{Extension, Outcome, Reason, Seconds, Warning, WarningKind};

use crate::fixture::{Event, builder, end, one, process, records, tracker};
use crate::stream::{Ami, Ch, ch};

const CLIENT: Ch = ch("1.1", "PJSIP/0001371-00000001", "1.1");
const ANSWERS: Ch = ch("9.9", "PJSIP/199-00000009", "1.1");

/// A channel of the client's call with its own name.
fn channel(id: String, name: String) -> Ch {
    ch(Box::leak(id.into_boxed_str()), Box::leak(name.into_boxed_str()), "1.1")
}

fn phone(nth: usize, extension: &str) -> Ch {
    channel(format!("2.{nth}"), format!("PJSIP/{extension}-{nth:08x}"))
}

/// A Local channel that rings an extension, and its phone.
fn member(nth: usize, extension: &str) -> [Ch; 3] {
    let local = format!("Local/{extension}@queue-{nth:08x}");
    [
        channel(format!("3.{nth}"), format!("{local};1")),
        channel(format!("4.{nth}"), format!("{local};2")),
        phone(nth, extension),
    ]
}

fn caller() -> Ami {
    Ami::default().calls_in(0.0, CLIENT, "375291110001", "375172000110")
}

/// 199 rings, answers 4 s later, talks 30 s.
fn answered(stream: Ami, t: f64) -> Vec<Event> {
    stream
        .rings(t, CLIENT, ANSWERS, "199")
        .ends(t + 4.0, CLIENT, ANSWERS, "ANSWER")
        .enters(t + 4.0, "b", ANSWERS)
        .enters(t + 4.0, "b", CLIENT)
        .leaves(t + 34.0, "b", CLIENT)
        .leaves(t + 34.0, "b", ANSWERS)
        .hangs_up(t + 34.0, ANSWERS)
        .hangs_up(t + 34.0, CLIENT)
        .events()
}

/// The finished call of a stream, and the number of dropped events.
fn played(mut calls: CallTracker, events: &[Event]) -> (FinishedCall, u64) {
    let mut updates: Vec<CallUpdate> =
        events.iter().flat_map(|event| process(&mut calls, event)).collect();
    updates.extend(end(&mut calls, events));
    let [call] = <[FinishedCall; 1]>::try_from(records(updates)).expect("one call");
    (call, calls.dropped_events())
}

fn assert_answered_by_199(call: &FinishedCall, rang: usize) {
    let record = call.record();
    assert_eq!(record.outcome(), Outcome::Answered);
    assert_eq!(call.answered_by().map(Extension::as_str), Some("199"));
    assert_eq!(record.talk().map(Seconds::get), Some(30));
    assert_eq!(record.rang().len(), rang, "{:?}", record.rang());
}

fn warnings(call: &FinishedCall) -> Vec<WarningKind> {
    call.record().warnings().iter().map(Warning::kind).collect()
}

#[test]
fn long_ring_all_queue_of_local_members_is_answered() {
    let mut stream = caller();
    let mut nth = 0;
    for round in 0..120 {
        let t = 15.0 * f64::from(round);
        let mut members = Vec::new();
        for extension in ["151", "152", "153", "154", "155", "156"] {
            nth += 1;
            let [one, two, phone] = member(nth, extension);
            stream = stream
                .local(t, [one, two])
                .rings(t, CLIENT, one, extension)
                .rings(t, two, phone, extension);
            members.push([one, two, phone]);
        }
        for [one, two, phone] in members {
            stream = stream
                .ends(t + 14.0, CLIENT, one, "NOANSWER")
                .ends(t + 14.0, two, phone, "CANCEL")
                .hangs_up(t + 14.0, phone)
                .hangs_up(t + 14.0, two)
                .hangs_up(t + 14.0, one);
        }
    }
    let (call, dropped) = played(tracker(), &answered(stream, 1_800.0));
    assert_answered_by_199(&call, 7);
    assert_eq!(call.record().wait().map(Seconds::get), Some(1_804));
    assert_eq!(dropped, 0, "no event is dropped");
}

#[test]
fn ninety_local_members_ring_and_one_answers() {
    let mut stream = caller();
    for nth in 0..90 {
        let extension = format!("{}", 200 + nth);
        let [one, two, phone] = member(nth, &extension);
        stream = stream
            .local(1.0, [one, two])
            .rings(1.0, CLIENT, one, &extension)
            .rings(1.0, two, phone, &extension);
    }
    let (call, dropped) = played(tracker(), &answered(stream, 5.0));
    assert_answered_by_199(&call, 91);
    assert_eq!((dropped, warnings(&call)), (0, Vec::new()));
}

/// A queue that rings one busy phone every second.
fn busy_for(attempts: usize) -> Ami {
    (0..attempts).fold(caller(), |stream, nth| {
        let t = 1.0 + f64::from(u32::try_from(nth).expect("a number"));
        stream.tries(t, CLIENT, phone(nth, "151"), "151", "BUSY")
    })
}

#[test]
fn ten_thousand_attempts_keep_outcome_and_memory() {
    let mut calls = tracker();
    let mut largest = 0;
    for (nth, event) in busy_for(10_000).events().iter().enumerate() {
        process(&mut calls, event);
        if nth % 1_000 == 0 {
            largest = largest.max(serde_json::to_string(&calls.save()).expect("text").len());
        }
    }
    assert!(largest < 200_000, "{largest} bytes for one open call");

    let (call, dropped) = played(tracker(), &answered(busy_for(10_000), 10_100.0));
    assert_answered_by_199(&call, 1);
    assert_eq!(dropped, 0);
    assert_eq!(warnings(&call), [WarningKind::IncompleteRecord], "of the legs");
}

#[test]
fn reason_of_a_missed_call_counts_freed_attempts() {
    let gives_up = |stream: Ami| stream.hangs_up(1_000.0, CLIENT).events();
    let (call, _) = played(tracker(), &gives_up(busy_for(900)));
    assert_eq!(call.record().reason(), Some(Reason::Busy));
    let rung = phone(5_000, "152");
    let stream = caller().rings(0.1, CLIENT, rung, "152").hangs_up(0.5, rung);
    let stream = (0..900).fold(stream, |stream, nth| {
        let t = 1.0 + f64::from(u32::try_from(nth).expect("a number"));
        stream.tries(t, CLIENT, phone(nth, "151"), "151", "BUSY")
    });
    let (call, _) = played(tracker(), &gives_up(stream));
    assert_eq!(call.record().reason(), Some(Reason::Timeout), "152 was not busy");
    assert_eq!(call.record().rang().len(), 1, "152 rang first and was freed");
}

#[test]
fn attempts_without_an_end_are_freed() {
    let mut stream = caller();
    for nth in 0..10_000 {
        let t = 1.0 + f64::from(u32::try_from(nth).expect("a number"));
        let fields = json!({"ChannelState": "0", "Exten": "s"});
        stream = stream.event(t, "Newchannel", &[("", phone(nth, "151"))], fields);
    }
    let (call, dropped) = played(tracker(), &answered(stream, 10_100.0));
    assert_answered_by_199(&call, 1);
    assert_eq!(dropped, 0);
}

#[test]
fn ringing_phones_beyond_the_limit_warn() {
    let mut stream = caller();
    for nth in 0..1_500 {
        stream = stream.rings(1.0, CLIENT, phone(nth, &format!("{}", 10_000 + nth)), "x");
    }
    let (call, dropped) = played(tracker(), &answered(stream, 5.0));
    assert_eq!(call.record().outcome(), Outcome::Answered, "the client's channels are kept");
    assert_eq!(call.record().talk().map(Seconds::get), Some(30));
    assert_eq!(call.record().talked_with()[0].as_str(), "199");
    assert!(dropped > 0);
    assert!(warnings(&call).contains(&WarningKind::IncompleteRecord), "{:?}", warnings(&call));
}

#[test]
fn late_event_of_a_freed_attempt_is_ignored() {
    let mut calls = tracker();
    let size = |calls: &CallTracker| serde_json::to_string(&calls.save()).expect("text").len();
    let events = busy_for(400).events();
    let mut before = 0;
    let freed = events.iter().position(|event| {
        process(&mut calls, event);
        let (last, now) = (before, size(&calls));
        before = now;
        now < last / 2
    });
    // Each attempt is five events long and lasts a second.
    let hangup = &events[freed.expect("attempts are freed") - 5 * 20..][..5]
        .iter()
        .find(|event| event.name == "Hangup")
        .expect("a hangup");
    assert_eq!(calls.late_events(), 0);
    process(&mut calls, hangup);
    assert_eq!(calls.late_events(), 1);
    assert_eq!(size(&calls), before, "no channel is added again");
}

#[test]
fn call_at_the_limit_survives_restarts() {
    let events = answered(busy_for(300), 400.0);
    let (undisturbed, _) = played(tracker(), &events);
    let mut calls = tracker();
    let mut updates: Vec<CallUpdate> = Vec::new();
    for (nth, event) in events.iter().enumerate() {
        updates.extend(process(&mut calls, event));
        if nth % 50 == 0 {
            let text = serde_json::to_string(&calls.save()).expect("text");
            let saved: SavedCalls = serde_json::from_str(&text).expect("saved calls");
            calls = builder().resume(saved);
        }
    }
    updates.extend(end(&mut calls, &events));
    assert_eq!(records(updates), [undisturbed]);
}

#[test]
fn queue_with_short_retry_drops_no_event() {
    let fixture = one("reports", "queue-retry-1-phone-rejects");
    let (call, dropped) = played(tracker(), &fixture.events);
    assert_eq!(call.record().outcome(), Outcome::Answered);
    assert_eq!(dropped, 0);
}
