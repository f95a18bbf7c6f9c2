//! A refusal that is a result of one operation and an error of another.

use serde_json::{Value, json};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Cx, Effect, ErrorKind};

use super::{AddClient, GetClient, scripted};

fn missing() -> Step {
    Step::text(404, "text/html", "")
}

#[tokio::test(start_paused = true)]
async fn missing_entity_is_none_for_a_read() {
    let (pipeline, _) = scripted([missing()]);
    let found: Option<Value> = pipeline.send(&Cx::live(), &GetClient(7)).await.unwrap();
    assert_eq!(found, None);
}

#[tokio::test(start_paused = true)]
async fn same_response_is_invalid_data_for_a_write() {
    let (pipeline, _) = scripted([missing()]);
    let error = pipeline.send(&Cx::live(), &AddClient("Анна")).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Rejected, Effect::NotApplied));
    assert_eq!(error.message(), "invalid data");
}

#[tokio::test(start_paused = true)]
async fn operation_is_sent_by_value_or_reference() {
    let step = || Step::json(200, &json!({ "result": 7 }));
    let (pipeline, script) = scripted([step(), step()]);
    let operation = GetClient(7);
    for found in [
        pipeline.send(&Cx::live(), &operation).await.unwrap(),
        pipeline.send(&Cx::live(), &&operation).await.unwrap(),
    ] {
        assert_eq!(found, Some(json!(7)));
    }
    assert_eq!(script.played().len(), 2);
}
