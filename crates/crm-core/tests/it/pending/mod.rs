//! Pending work of an invented CRM: stored, sent once, checked and reported.

mod crm;
mod follow_ups;
mod records;

use std::time::Duration;

use vochi_crm_core::pending::{Mode, Outcome, PendingKind, Settled};
use vochi_crm_core::{
    CallEvent, CallId, CallRecord, Direction, EventKind, Extension, Leg, Outcome as CallOutcome,
    PhoneNumber, Timestamp,
};

use crm::{Class, Crm};

const CALL: &str = "17.1";

fn call() -> CallId {
    CallId::new(CALL).unwrap()
}

fn client() -> PhoneNumber {
    "+375446370646".parse().unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_millis(1_772_438_400_000 + seconds * 1000)
}

fn missed() -> CallRecord {
    CallRecord::new(call(), Direction::Inbound, client(), at(0), CallOutcome::Missed)
        .with_rang(Extension::new("151").unwrap())
}

fn ringing(seconds: i64) -> CallEvent {
    CallEvent::new(call(), at(seconds), EventKind::Ringing)
        .with_direction(Direction::Inbound)
        .with_client(client())
        .with_leg(Leg::to_employee(Extension::new("151").unwrap()))
}

fn hangup(seconds: i64) -> CallEvent {
    let end = EventKind::Ended { outcome: None, reason: None, talk: None };
    CallEvent::new(call(), at(seconds), end)
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

/// Settles the call and returns its only pending item.
async fn settle_one<C: Class>(crm: &Crm<C>, mode: Mode) -> Settled {
    let mut settled = crm.settle(&call(), mode).await;
    assert_eq!(settled.len(), 1, "{settled:?}");
    settled.remove(0)
}

fn result_of(settled: &Settled) -> (PendingKind, Outcome) {
    (settled.kind, settled.outcome)
}
