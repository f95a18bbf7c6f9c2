//! Follow-ups of a recorded call.

use vochi_crm_core::pending::{Mode, Outcome, PendingKind};
use vochi_crm_core::{Warning, WarningKind};

use super::crm::{Crm, Fate, Keyed};
use super::{call, missed, result_of, settle_one};

const FOLLOW_UP: PendingKind = PendingKind::FollowUp;

/// The contents of the CRM: calls, customers, tasks.
fn held(crm: &Crm<Keyed>) -> (usize, usize, usize) {
    crm.ledger(|ledger| (ledger.calls.len(), ledger.customers.len(), ledger.tasks.len()))
}

#[tokio::test(start_paused = true)]
async fn missed_call_creates_a_customer_and_a_task() {
    let crm = Crm::<Keyed>::following_up([]);
    assert!(crm.log(missed()).await.unwrap().warnings().is_empty());
    assert_eq!(held(&crm), (1, 1, 1));
    let task = crm.ledger(|ledger| ledger.tasks[0].clone());
    assert_eq!(task, "Перезвонить: пропущенный звонок: +375446370646");
    assert!(crm.pending().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn rate_limited_follow_up_is_pending() {
    let crm = Crm::<Keyed>::following_up([Fate::Done, Fate::Limited, Fate::Limited]);
    let receipt = crm.log(missed()).await.unwrap();
    assert!(receipt.recorded(), "the record does not depend on it");
    let kinds: Vec<WarningKind> = receipt.warnings().iter().map(Warning::kind).collect();
    assert_eq!(kinds, [WarningKind::FollowUpPending; 2]);
    let settled = settle_one(&crm, Mode::Due).await;
    assert_eq!(result_of(&settled), (FOLLOW_UP, Outcome::Sent));
    assert!(settled.recorded);
    assert_eq!(held(&crm), (1, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn settle_reports_the_error_of_a_follow_up() {
    let crm = Crm::<Keyed>::following_up([Fate::Down, Fate::Done, Fate::Limited, Fate::Done]);
    crm.log(missed()).await.unwrap_err();
    let settled = crm.settle(&call(), Mode::Due).await;
    let results: Vec<_> = settled.iter().map(result_of).collect();
    let wanted = [(PendingKind::Record, Outcome::Sent), (FOLLOW_UP, Outcome::Pending)];
    assert_eq!(results, wanted);
    assert!(settled[1].error.is_some() && settled[1].recorded, "{settled:?}");
    assert_eq!(held(&crm), (1, 0, 1), "a failed customer does not block the task");
}

#[tokio::test(start_paused = true)]
async fn kill_between_record_and_task_loses_no_task() {
    for (fates, held_before) in
        [(vec![Fate::Killed], (1, 0, 0)), (vec![Fate::Done, Fate::KilledBefore], (1, 0, 0))]
    {
        let crm = Crm::<Keyed>::following_up(fates);
        crm.log_killed(missed()).await;
        assert_eq!(held(&crm), held_before);
        crm.settle(&call(), Mode::Due).await;
        assert_eq!(held(&crm), (1, 1, 1), "{held_before:?}");
        assert!(crm.pending().await.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn maybe_created_task_needs_a_decision() {
    for (fate, tasks) in [
        (Fate::KilledBefore, 0),
        (Fate::Killed, 1),
        (Fate::RequestLost, 0),
        (Fate::ResponseLost, 1),
    ] {
        let crm = Crm::<Keyed>::following_up([Fate::Done, Fate::Done, fate]);
        if matches!(fate, Fate::Killed | Fate::KilledBefore) {
            crm.log_killed(missed()).await;
        } else {
            let receipt = crm.log(missed()).await.unwrap();
            assert!(receipt.warnings()[0].text().contains("may have been created"), "{fate:?}");
        }
        for _ in 0..2 {
            let settled = settle_one(&crm, Mode::Due).await;
            assert_eq!(result_of(&settled), (FOLLOW_UP, Outcome::NeedsDecision), "{fate:?}");
        }
        assert_eq!(held(&crm), (1, 1, tasks), "{fate:?}: the task is not retried automatically");
        assert_eq!(settle_one(&crm, Mode::Send).await.outcome, Outcome::Sent);
        assert_eq!(held(&crm), (1, 1, tasks + 1), "{fate:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn follow_ups_outlive_the_state_of_their_call() {
    let crm = Crm::<Keyed>::following_up([Fate::Done, Fate::Done, Fate::Limited]);
    let _ = crm.log(missed()).await.unwrap();
    // Calls expire after 48 hours, on tokio's clock.
    tokio::time::advance(super::minutes(49 * 60)).await;
    assert_eq!(settle_one(&crm, Mode::Due).await.outcome, Outcome::Sent);
    assert_eq!(held(&crm), (1, 1, 1));
    crm.ledger(|ledger| assert_eq!(ledger.sends, 1, "the record is not sent again"));
}

#[tokio::test(start_paused = true)]
async fn concurrent_follow_ups_create_one_task() {
    let crm = Crm::<Keyed>::following_up([]);
    let log = async { crm.log(missed()).await.unwrap() };
    let settle = async {
        // The record is sent, and its task is looked up.
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        crm.settle(&call(), Mode::Due).await
    };
    let (receipt, settled) = tokio::join!(log, settle);
    assert!(receipt.warnings().is_empty(), "{receipt:?}");
    assert!(settled.iter().all(|one| one.error.is_none()), "{settled:?}");
    assert_eq!(held(&crm), (1, 1, 1));
    assert!(crm.pending().await.is_empty());
}
