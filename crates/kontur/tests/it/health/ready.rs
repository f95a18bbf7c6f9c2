//! With a ready access key, which says neither whose it is nor when it ends.

use serde_json::{Value, json};
use vochi_crm_core::connector::Check;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{CrmConnector as _, Cx, ErrorKind};

use super::super::operations::INSTANCE;
use super::super::people_support::{Bench, DIMA, MASHA, instance, page, unauthorized, user};
use super::{hints, says};

/// The checks of an account with a ready key.
async fn ready(steps: Vec<Step>, config: Value) -> Vec<Check> {
    let bench = Bench::with(steps, json!({"retries": 0}), config);
    let report = bench.connector.health(&Cx::history()).await.unwrap();
    assert_eq!(bench.script.left(), 0, "{report:?}");
    report.checks().to_vec()
}

#[tokio::test(start_paused = true)]
async fn with_a_ready_key_what_can_be_looked_at_is() {
    let feed = || page(1, &[user(MASHA, "Мария", "active"), user(DIMA, "Дмитрий", "active")]);
    let with_id = || json!({"instance_id": INSTANCE});
    let good = Step::json(200, &instance(json!({})));
    let checks = ready(vec![good, feed()], with_id()).await;
    let names: Vec<&str> = checks.iter().map(Check::name).collect();
    assert_eq!(names, ["key", "instance", "clicks", "schedule", "extensions", "feed"]);
    assert!(checks.iter().all(|check| check.failure().is_none()));
    hints(&checks[0], "20 minutes");

    let checks = ready(vec![feed()], json!({})).await;
    hints(&checks[1], "instance_id");

    for (steps, config) in [(vec![unauthorized()], with_id()), (vec![unauthorized()], json!({}))] {
        let checks = ready(steps, config).await;
        assert_eq!(checks.len(), 1);
        says(&checks[0], "key", ErrorKind::Auth, "ready access key", "20 minutes");
    }
}
