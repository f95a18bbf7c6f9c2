//! Limits per second.

use std::time::{Duration, Instant};

use vochi_crm_sandbox::Sandbox;

use crate::support::{Wire, event, sandbox, send_event};

/// Number of accepted requests before the first refusal, and the time it took.
async fn through(sandbox: &Sandbox, wire: &Wire) -> (usize, Duration) {
    let began = Instant::now();
    for sent in 0..400 {
        let reply = wire.send(sandbox).await;
        if reply.status == 503 {
            return (sent, began.elapsed());
        }
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    panic!("400 requests in {:?} met no limit", began.elapsed());
}

/// A machine too slow to send the burst within a second sees more accepted requests, never fewer.
fn assert_limit(limit: usize, (through, took): (usize, Duration)) {
    if took < Duration::from_secs(1) {
        assert_eq!(through, limit, "in {took:?}");
    } else {
        assert!(through >= limit, "{through} of {limit} in {took:?}");
    }
}

#[tokio::test]
async fn telephony_and_general_limits_are_separate() {
    let sandbox = sandbox().await;
    assert_limit(10, through(&sandbox, &Wire::get("/api/credentials")).await);
    assert_limit(40, through(&sandbox, &send_event(&event())).await);
}

#[tokio::test]
async fn invalid_paths_and_keys_count_for_limits() {
    let sandbox = sandbox().await;
    let began = Instant::now();
    let mut statuses = Vec::new();
    for _ in 0..11 {
        let wire = Wire::get("/api/v5/nothing").header("X-API-KEY", "");
        statuses.push(wire.send(&sandbox).await.status);
    }
    if began.elapsed() < Duration::from_secs(1) {
        assert_eq!(statuses, [vec![404; 10], vec![503]].concat());
    }
}
