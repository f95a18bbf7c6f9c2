//! The calls of the checks. Extensions 151 and 152 are mapped in every account.

use crate::{
    CallEvent, CallId, CallRecord, Direction, EventKind, Extension, Leg, Outcome, PhoneNumber,
    Seconds, Timestamp,
};

/// The client's number.
pub(super) fn client() -> PhoneNumber {
    "+375446370646".parse().unwrap()
}

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_millis(1_772_438_400_000 + seconds * 1000)
}

pub(super) fn call_id() -> CallId {
    CallId::new("1757843474.185").unwrap()
}

pub(super) fn extension(text: &str) -> Extension {
    Extension::new(text).unwrap()
}

pub(super) fn event(seconds: i64, kind: EventKind) -> CallEvent {
    CallEvent::new(call_id(), at(seconds), kind)
}

/// The client rings these extensions.
pub(super) fn ringing(extensions: &[&str]) -> CallEvent {
    let event =
        event(0, EventKind::Ringing).with_direction(Direction::Inbound).with_client(client());
    extensions.iter().fold(event, |event, one| event.with_leg(Leg::to_employee(extension(one))))
}

pub(super) fn answered(by: &str) -> CallEvent {
    event(6, EventKind::Answered).with_leg(Leg::to_employee(extension(by)))
}

pub(super) fn ended(seconds: i64) -> CallEvent {
    event(seconds, EventKind::Ended { outcome: None, reason: None, talk: None })
}

/// An answered call of extension 151.
pub(super) fn record(id: &str) -> CallRecord {
    let id = CallId::new(id).unwrap();
    CallRecord::new(id, Direction::Inbound, client(), at(0), Outcome::Answered)
        .with_talked_with(extension("151"))
        .with_talk(Seconds::new(64))
        .with_wait(Seconds::new(6))
}
