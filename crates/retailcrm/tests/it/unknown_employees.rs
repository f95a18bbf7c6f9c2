//! Warnings about extensions and users that RetailCRM does not know.

use serde_json::{Value, json};
use vochi_crm_core::WarningKind;
use vochi_crm_core::testing::Step;

use super::support::{Bench, incoming, warnings};

/// The warnings of a call that rings at extensions 151 (user 18) and 153 (no user).
async fn warned(response: Value) -> Vec<String> {
    let bench = Bench::new([Step::json(200, &response)]);
    let receipt = bench.event(incoming(0, &["151", "153"])).await.unwrap();
    let texts = warnings(&receipt).into_iter().zip(receipt.warnings());
    let unknown = texts.filter(|(_, warning)| warning.kind() == WarningKind::UnknownToCrm);
    unknown.map(|(text, _)| text).collect()
}

#[tokio::test(start_paused = true)]
async fn unknown_extension_names_the_notified_user() {
    let response = json!({"success": true, "notExistCodes": ["151", "153"]});
    assert_eq!(
        warned(response).await,
        [
            "extension 151 is unknown to RetailCRM; the employee was notified as user 18",
            "extension 153 is unknown to RetailCRM; no employee was notified for it",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn unknown_user_names_the_notified_extension() {
    let response = json!({"success": true, "notExistUsers": [18]});
    assert_eq!(
        warned(response).await,
        ["user 18 is unknown to RetailCRM; the employee was notified as extension 151"]
    );
}

#[tokio::test(start_paused = true)]
async fn unknown_extension_and_user_notify_no_employee() {
    let response = json!({"success": true, "notExistCodes": ["151"], "notExistUsers": [18]});
    assert_eq!(
        warned(response).await,
        [
            "extension 151 is unknown to RetailCRM; no employee was notified for it",
            "user 18 is unknown to RetailCRM; no employee was notified for it",
        ]
    );
}
