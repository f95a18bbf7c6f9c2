//! Further scopes for the key of a marketplace module.

use serde_json::json;
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Cx, Effect, ErrorKind, Result, Secret};
use vochi_crm_retailcrm::api::UpdateModuleScopes;

use super::modules::code;
use super::support::{Bench, text};

async fn ask(bench: &Bench) -> Result<Secret> {
    let request =
        UpdateModuleScopes::new(code()).scopes(["telephony_write", "customer_read"].map(text));
    bench.connector.client().send(&Cx::history(), request).await
}

#[tokio::test(start_paused = true)]
async fn new_key_is_returned_and_never_printed() {
    let answer = json!({"success": true, "apiKey": "canary-new-key"});
    let bench = Bench::new([Step::json(200, &answer)]);
    let key = ask(&bench).await.unwrap();
    assert_eq!(key.expose(), "canary-new-key");
    assert!(!format!("{key:?} {key}").contains("canary"));
    assert_eq!(
        bench.played()[0].line,
        "POST /api/v5/integration-modules/vochi-telephony/update-scopes"
    );
    let requires = json!({"scopes": ["telephony_write", "customer_read"]});
    assert_eq!(bench.sent(0, "requires"), requires);
}

#[tokio::test(start_paused = true)]
async fn module_outside_the_marketplace_is_refused() {
    let refused = json!({"success": false, "errorMsg": "Not enabled simple connection"});
    let error = ask(&Bench::new([Step::json(400, &refused)])).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Rejected, Effect::NotApplied));
}

#[tokio::test(start_paused = true)]
async fn response_without_key_is_unreadable_and_masked() {
    for key in [json!(["canary-new-key"]), json!({"a": "canary-new-key"}), json!("")] {
        let answer = json!({"success": true, "apiKey": key});
        let error = ask(&Bench::new([Step::json(200, &answer)])).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{key}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    }
}
