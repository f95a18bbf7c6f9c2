//! Hints that name configuration keys.

use serde_json::json;
use vochi_crm_core::{CrmConnector as _, Cx, ErrorKind, Hub};
use vochi_crm_sandbox::Sandbox;

use super::sandbox_calls::profile;
use super::support::{connect, incoming, phone};

#[tokio::test]
async fn unknown_user_hints_to_check_extensions() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let unknown = "a1b2c3d4-1111-4a4a-8b8b-000000000999";
    let changes = json!({"extensions": {"101": unknown}});
    let connector = connect(&Hub::new().unwrap(), &profile(&sandbox, changes));
    let shown = connector.handle_event(&Cx::live(), &incoming(0, &["101"])).await;
    let error = shown.expect_err("the sandbox has no such user");
    assert!(error.hint().unwrap_or_default().contains("check extensions"), "{error:?}");
}

#[tokio::test]
async fn unknown_workspace_hints_to_check_workspace() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let changes = json!({"workspace": "misspelt"});
    let connector = connect(&Hub::new().unwrap(), &profile(&sandbox, changes));
    let live = Cx::live();
    let shown = connector.handle_event(&live, &incoming(0, &["101"])).await.map(drop);
    let routed = connector.responsible(&live, &phone()).await.map(drop);
    for result in [shown, routed] {
        let error = result.expect_err("the sandbox has no such workspace");
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error:?}");
        assert!(error.hint().unwrap_or_default().contains("check workspace"), "{error:?}");
    }
}
