//! Pending records.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;
use vochi_crm_core::pending::{Mode, Outcome, PendingKind};
use vochi_crm_core::state::{CallSlot, CallStore, MemoryCallStore, Space, StoreError};
use vochi_crm_core::{Cx, Effect, ErrorKind};

use super::crm::{Crm, Fate, Keyed, LookFirst, Never};
use super::{call, hangup, minutes, missed, result_of, ringing, settle_one};

#[tokio::test(start_paused = true)]
async fn settle_sends_a_record_after_an_outage() {
    let crm = Crm::<Keyed>::new([Fate::Down, Fate::Down]);
    crm.log(missed()).await.unwrap_err();
    let pending = crm.pending().await;
    assert_eq!(pending.len(), 1);
    assert_eq!((pending[0].kind, pending[0].attempts), (PendingKind::Record, 1));
    assert_eq!(pending[0].error.as_ref().unwrap().kind(), ErrorKind::Unavailable);

    let still = settle_one(&crm, Mode::Due).await;
    assert_eq!(result_of(&still), (PendingKind::Record, Outcome::Pending));
    assert_eq!((still.recorded, still.attempts), (false, 2));
    let sent = settle_one(&crm, Mode::Due).await;
    assert_eq!(result_of(&sent), (PendingKind::Record, Outcome::Sent));
    assert_eq!((sent.recorded, sent.effect()), (true, Effect::Applied));
    assert!(crm.pending().await.is_empty(), "a sent record is not pending");
    crm.ledger(|ledger| assert_eq!(ledger.calls, ["17.1"]));
}

#[tokio::test(start_paused = true)]
async fn rejected_record_is_not_pending() {
    let crm = Crm::<Keyed>::following_up([Fate::Refused]);
    crm.log(missed()).await.unwrap_err();
    assert!(crm.pending().await.is_empty(), "a retry cannot succeed");
}

#[tokio::test(start_paused = true)]
async fn keyed_record_is_retried_after_a_kill() {
    for fate in [Fate::Killed, Fate::KilledBefore, Fate::ResponseLost, Fate::RequestLost] {
        let crm = Crm::<Keyed>::new([fate]);
        if matches!(fate, Fate::Killed | Fate::KilledBefore) {
            crm.log_killed(missed()).await;
        } else {
            assert_eq!(crm.log(missed()).await.unwrap_err().effect(), Effect::Maybe);
        }
        assert_eq!(settle_one(&crm, Mode::Due).await.outcome, Outcome::Sent, "{fate:?}");
        crm.ledger(|ledger| assert_eq!((ledger.calls.len(), ledger.sends), (1, 2), "{fate:?}"));
    }
}

#[tokio::test(start_paused = true)]
async fn record_found_after_a_lost_response_is_recorded() {
    let crm = Crm::<LookFirst>::new([Fate::ResponseLost]);
    let began = Instant::now();
    assert!(crm.log(missed()).await.unwrap().recorded());
    assert_eq!(began.elapsed(), Duration::from_secs(2));
    crm.ledger(|ledger| assert_eq!((ledger.sends, ledger.looks), (1, 1)));
    assert!(crm.pending().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn record_not_found_needs_a_decision() {
    let crm = Crm::<LookFirst>::new([Fate::RequestLost]);
    let began = Instant::now();
    let error = crm.log(missed()).await.unwrap_err();
    assert_eq!((error.effect(), began.elapsed()), (Effect::Maybe, Duration::from_secs(30)));
    crm.ledger(|ledger| assert_eq!((ledger.sends, ledger.looks), (1, 2)));

    assert_eq!(settle_one(&crm, Mode::Due).await.outcome, Outcome::Pending);
    crm.ledger(|ledger| assert_eq!(ledger.looks, 2, "no check before the delay"));
    crm.pass(minutes(10));
    for _ in 0..2 {
        let settled = settle_one(&crm, Mode::Due).await;
        assert_eq!(settled.outcome, Outcome::NeedsDecision);
        assert_eq!(settled.effect(), Effect::Maybe);
    }
    crm.ledger(|ledger| {
        assert_eq!((ledger.sends, ledger.looks), (1, 3), "checked once more after the delay");
    });

    assert_eq!(settle_one(&crm, Mode::Send).await.outcome, Outcome::Sent);
    crm.ledger(|ledger| assert_eq!((ledger.calls.len(), ledger.sends), (1, 2)));
}

#[tokio::test(start_paused = true)]
async fn settle_finds_a_record_that_appears_late() {
    let crm = Crm::<LookFirst>::new([Fate::RequestLost]);
    crm.log(missed()).await.unwrap_err();
    crm.ledger(|ledger| ledger.calls.push("17.1".to_owned()));
    crm.pass(minutes(10));
    assert_eq!(settle_one(&crm, Mode::Due).await.outcome, Outcome::Sent);
    crm.ledger(|ledger| assert_eq!(ledger.sends, 1, "it is not sent again"));
}

#[tokio::test(start_paused = true)]
async fn second_log_does_not_send_a_maybe_recorded_call() {
    let crm = Crm::<LookFirst>::new([Fate::Killed]);
    crm.log_killed(missed()).await;
    assert!(crm.log(missed()).await.unwrap().recorded(), "the history is checked");
    crm.ledger(|ledger| assert_eq!((ledger.calls.len(), ledger.sends), (1, 1)));
}

#[tokio::test(start_paused = true)]
async fn deadline_ends_the_wait_for_the_history_check() {
    let crm = Crm::<LookFirst>::new([Fate::RequestLost]);
    let cx = Cx::history().with_timeout(Duration::from_secs(5));
    let began = Instant::now();
    let result = vochi_crm_core::CrmConnector::log_calls(&crm, &cx, &[missed()]).await.remove(0);
    assert_eq!(result.unwrap_err().effect(), Effect::Maybe);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn record_without_repeats_has_one_attempt() {
    let crm = Crm::<Never>::new([Fate::RequestLost]);
    assert_eq!(crm.log(missed()).await.unwrap_err().effect(), Effect::Maybe);
    assert_eq!(crm.log(missed()).await.unwrap_err().effect(), Effect::Maybe);
    crm.pass(minutes(10));
    assert_eq!(settle_one(&crm, Mode::Due).await.outcome, Outcome::NeedsDecision);
    crm.ledger(|ledger| assert_eq!((ledger.sends, ledger.looks), (1, 0)));
}

#[tokio::test(start_paused = true)]
async fn pending_work_is_reported_and_dropped_after_30_days() {
    let crm = Crm::<Keyed>::new([Fate::Down]);
    crm.log(missed()).await.unwrap_err();
    crm.pass(minutes(30 * 24 * 60));
    let dropped = settle_one(&crm, Mode::Due).await;
    assert_eq!(dropped.outcome, Outcome::Failed);
    assert!(dropped.error.unwrap().message().contains("30 days"), "the error has the reason");
    assert!(crm.pending().await.is_empty());
    crm.ledger(|ledger| assert_eq!(ledger.sends, 1, "it is not sent"));
}

#[tokio::test(start_paused = true)]
async fn record_waits_for_its_first_event() {
    let crm = Crm::<Keyed>::new([]);
    let (hub, cx, account) = (&crm.hub, Cx::history(), crm.name());
    hub.expect_record(&cx, account, &call(), &[hangup(9)]).await.unwrap();
    let due = hub.due_record(&cx, account, &call(), &[hangup(9)]).await.unwrap();
    assert_eq!(due, None, "the caller is unknown");
    let waiting = settle_one(&crm, Mode::Due).await;
    assert_eq!(waiting.outcome, Outcome::Pending);
    assert!(waiting.error.is_none(), "{waiting:?}");

    crm.pass(minutes(1));
    let missing = settle_one(&crm, Mode::Due).await;
    assert_eq!(missing.outcome, Outcome::Failed);
    assert_eq!(missing.error.unwrap().kind(), ErrorKind::Input);

    let mut open = hub.open_call(&cx, account, &call()).await.unwrap();
    open.state_mut().apply(&hangup(9));
    open.state_mut().apply(&ringing(0));
    open.save(&()).await.unwrap();
    drop(open);
    let due = hub.due_record(&cx, account, &call(), &[]).await.unwrap();
    assert_eq!(due.unwrap().rang().len(), 1, "the record is complete");
    assert_eq!(settle_one(&crm, Mode::Due).await.outcome, Outcome::Sent);
}

#[tokio::test(start_paused = true)]
async fn end_lost_by_a_kill_is_taken_from_pending_work() {
    let crm = Crm::<Keyed>::new([]);
    let (hub, cx, account) = (&crm.hub, Cx::history(), crm.name());
    let mut open = hub.open_call(&cx, account, &call()).await.unwrap();
    open.state_mut().apply(&ringing(0));
    open.save(&()).await.unwrap();
    drop(open);
    // The process ends before the hangup is applied.
    hub.expect_record(&cx, account, &call(), &[hangup(9)]).await.unwrap();
    assert_eq!(settle_one(&crm, Mode::Due).await.outcome, Outcome::Sent);
    crm.ledger(|ledger| assert_eq!(ledger.calls, ["17.1"]));
}

#[tokio::test(start_paused = true)]
async fn locked_call_is_waited_for_30_seconds() {
    let crm = Crm::<Keyed>::new([]);
    let cx = Cx::history();
    let _held = crm.hub.open_call(&cx, crm.name(), &call()).await.unwrap();
    let began = Instant::now();
    let error = crm.log(missed()).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::NotApplied));
    assert_eq!(began.elapsed(), Duration::from_secs(30));
}

/// A store on a full disk.
#[derive(Debug)]
struct Full(MemoryCallStore);

#[derive(Debug)]
struct FullSlot(Box<dyn CallSlot>);

#[async_trait::async_trait]
impl CallStore for Full {
    async fn open_in(
        &self,
        space: Space,
        account: &str,
        id: &str,
    ) -> Result<Box<dyn CallSlot>, StoreError> {
        Ok(Box::new(FullSlot(self.0.open_in(space, account, id).await?)))
    }

    async fn list(&self, space: Space, account: &str) -> Result<Vec<String>, StoreError> {
        self.0.list(space, account).await
    }

    async fn sweep(&self) -> Result<usize, StoreError> {
        self.0.sweep().await
    }
}

#[async_trait::async_trait]
impl CallSlot for FullSlot {
    fn document(&self) -> Option<&Value> {
        self.0.document()
    }

    async fn save(&mut self, _: &Value) -> Result<(), StoreError> {
        Err(StoreError::other("no space left"))
    }

    async fn remove(&mut self) -> Result<(), StoreError> {
        self.0.remove().await
    }
}

#[tokio::test(start_paused = true)]
async fn full_disk_blocks_only_records_without_key() {
    let full = || Arc::new(Full(MemoryCallStore::new()));
    let keyed = Crm::<Keyed>::with([], "{}", full());
    assert!(keyed.log(missed()).await.unwrap().recorded(), "the record matters more");
    let look = Crm::<LookFirst>::with([], "{}", full());
    let error = look.log(missed()).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Config, Effect::NotApplied));
    assert!(error.message().contains("no space left"), "{error}");
    look.ledger(|ledger| assert_eq!(ledger.sends, 0));
}
