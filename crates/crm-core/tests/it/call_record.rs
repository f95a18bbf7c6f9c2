//! Talk time, end and warnings of a finished call.

use vochi_crm_core::{
    CallEvent, CallId, CallRecord, CallState, Direction, EventKind, Extension, Leg, LegEnd, LegId,
    LegRecord, Outcome, Party, Receipt, Seconds, Timestamp, Warning, WarningKind,
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_millis(1_772_438_400_000 + seconds * 1000)
}

fn call() -> CallId {
    CallId::new("1757843474.185").unwrap()
}

fn record(outcome: Outcome) -> CallRecord {
    let client = Party::Number("+375446370646".parse().unwrap());
    CallRecord::new(call(), Direction::Inbound, client, at(0), outcome)
}

fn warning(kind: WarningKind) -> Warning {
    Warning::new(kind, "the PBX reported the call late")
}

fn kinds(record: &CallRecord) -> Vec<WarningKind> {
    record.warnings().iter().map(Warning::kind).collect()
}

/// The state of a call that rang at 0 s and had these events.
fn after(events: &[(i64, EventKind)]) -> CallState {
    let mut state = CallState::default();
    let leg = || Leg::to_employee(Extension::new("151").unwrap());
    for (seconds, kind) in [(0, EventKind::Ringing)].iter().chain(events) {
        let event = CallEvent::new(call(), at(*seconds), kind.clone())
            .with_direction(Direction::Inbound)
            .with_client(Party::Hidden)
            .with_leg(leg());
        assert_eq!(state.apply(&event), [], "{kind:?}");
    }
    state
}

fn ended(outcome: Option<Outcome>) -> EventKind {
    EventKind::Ended { outcome, reason: None, talk: None }
}

#[test]
fn settled_answered_call_has_at_least_one_second() {
    for (given, settled) in [(0, 1), (1, 1), (64, 64)] {
        let record = record(Outcome::Answered).with_talk(Seconds::new(given));
        let record = record.settled();
        assert_eq!(record.talk(), Some(Seconds::new(settled)), "given {given}");
        assert_eq!(kinds(&record), [], "given {given}");
    }
}

#[test]
fn settled_unanswered_call_has_no_talk_and_no_warning() {
    let answered = |outcome: &&Outcome| outcome.is_answered();
    for outcome in Outcome::ALL.iter().filter(|outcome| !answered(outcome)) {
        for record in [record(*outcome), record(*outcome).with_talk(Seconds::new(9))] {
            let record = record.settled();
            assert_eq!(record.talk(), Some(Seconds::ZERO), "{outcome}");
            assert_eq!(kinds(&record), [], "{outcome}");
        }
    }
}

#[test]
fn settled_unknown_talk_stays_unknown_and_warns_once() {
    let record = record(Outcome::Answered).settled().settled();
    assert_eq!(record.talk(), None);
    assert_eq!(kinds(&record), [WarningKind::TalkUnknown]);
    let text = record.warnings()[0].text();
    assert!(text.contains("1757843474.185"), "missing call id: {text}");
}

#[test]
fn settled_keeps_the_talk_warning_of_the_source() {
    let own = warning(WarningKind::TalkUnknown);
    let record = record(Outcome::Answered).with_warning(own.clone());
    assert_eq!(record.settled().warnings(), [own]);
}

#[test]
fn repeated_warning_is_kept_once() {
    let twice = record(Outcome::Missed)
        .with_warning(warning(WarningKind::IncompleteRecord))
        .with_warning(warning(WarningKind::IncompleteRecord));
    assert_eq!(kinds(&twice), [WarningKind::IncompleteRecord]);
}

#[test]
fn receipt_of_a_record_begins_with_its_warnings() {
    let own = warning(WarningKind::IncompleteRecord);
    let record = record(Outcome::Missed).with_warning(own.clone());
    let other = warning(WarningKind::HiddenNumber);
    let receipt = Receipt::of_record(&record).with_warnings([other.clone(), own.clone()]);
    assert_eq!(receipt.warnings(), [own, other]);
    assert!(!receipt.recorded(), "nothing was sent yet");
}

#[test]
fn complete_takes_the_observed_talk() {
    let state = after(&[(6, EventKind::Answered), (70, ended(None))]);
    let record = state.complete(record(Outcome::Answered));
    assert_eq!(record.talk(), Some(Seconds::new(64)));
}

#[test]
fn complete_keeps_talk_the_source_marks_unknown() {
    let state = after(&[(6, EventKind::Answered), (70, ended(None))]);
    let unknown = record(Outcome::Answered).with_warning(warning(WarningKind::TalkUnknown));
    let record = state.complete(unknown);
    assert_eq!(record.talk(), None, "the end at 70 s may be a timeout of the PBX");
    assert_eq!(record.wait(), Some(Seconds::new(6)));
}

#[test]
fn complete_takes_the_observed_end() {
    let state = after(&[(6, EventKind::Answered), (70, ended(None))]);
    let bare = state.complete(record(Outcome::Answered));
    assert_eq!(bare.ended_at(), at(70));
    let own = record(Outcome::Answered).with_ended_at(at(50));
    assert_eq!(state.complete(own).ended_at(), at(50));
}

#[test]
fn unobserved_answer_leaves_the_wait_unknown() {
    let state = after(&[(70, ended(Some(Outcome::Answered)))]);
    let record = state.to_record(&call()).unwrap();
    assert_eq!((record.talk(), record.wait()), (None, None));
    let state = after(&[(26, ended(None))]);
    let missed = state.to_record(&call()).unwrap();
    assert_eq!(missed.outcome(), Outcome::Missed);
    assert_eq!(missed.wait(), Some(Seconds::new(26)));
}

#[test]
fn missing_end_is_the_last_known_event() {
    let timed = record(Outcome::Answered).with_wait(Seconds::new(6)).with_talk(Seconds::new(64));
    assert_eq!(timed.ended_at(), at(70));
    let leg = LegRecord {
        id: LegId::new("1757843474.186").unwrap(),
        from: LegEnd::Client,
        to: LegEnd::UnknownEmployee,
        answered_at: Some(at(8)),
        ended_at: None,
        recording: None,
    };
    let answered = record(Outcome::Answered).with_leg(leg.clone());
    assert_eq!(answered.ended_at(), at(8));
    let over = LegRecord { ended_at: Some(at(40)), ..leg };
    assert_eq!(answered.with_leg(over.clone()).ended_at(), at(40));
    assert_eq!(timed.with_leg(over).ended_at(), at(70));
}
