//! Checks with a ready access key, which identifies neither workspace nor expiry.

use serde_json::{Value, json};
use vochi_crm_core::connector::Check;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{CrmConnector as _, Cx, ErrorKind};

use super::super::lookup_support::{DIMA, Harness, MASHA, instance, page, unauthorized, user};
use super::super::operations::INSTANCE;
use super::{assert_failed, assert_hint};

/// Returns the checks of an account with a ready key.
async fn ready(steps: Vec<Step>, config: Value) -> Vec<Check> {
    let harness = Harness::with(steps, json!({"retries": 0}), config);
    let report = harness.connector.health(&Cx::history()).await.unwrap();
    assert_eq!(harness.script.left(), 0, "{report:?}");
    report.checks().to_vec()
}

#[tokio::test(start_paused = true)]
async fn ready_key_runs_remaining_checks() {
    let feed = || page(1, &[user(MASHA, "Мария", "active"), user(DIMA, "Дмитрий", "active")]);
    let with_id = || json!({"instance_id": INSTANCE});
    let good = Step::json(200, &instance(json!({})));
    let checks = ready(vec![good, feed()], with_id()).await;
    let names: Vec<&str> = checks.iter().map(Check::name).collect();
    assert_eq!(names, ["key", "instance", "clicks", "schedule", "extensions", "feed"]);
    assert!(checks.iter().all(|check| check.failure().is_none()));
    assert_hint(&checks[0], "20 minutes");

    let checks = ready(vec![feed()], json!({})).await;
    assert_hint(&checks[1], "instance_id");

    for (steps, config) in [(vec![unauthorized()], with_id()), (vec![unauthorized()], json!({}))] {
        let checks = ready(steps, config).await;
        assert_eq!(checks.len(), 1);
        assert_failed(&checks[0], "key", ErrorKind::Auth, "ready access key", "20 minutes");
    }
}
