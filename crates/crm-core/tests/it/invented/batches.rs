//! Batches.

use serde_json::{Map, Value, json};
use vochi_crm_core::http::auth::NoAuth;
use vochi_crm_core::http::{
    ApiRequest, Batch, BatchForm, Dialect as _, OperationInfo, PartResult, Plan, Response,
};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Cx, Effect, Error, ErrorKind, Hub, Result};

use super::{AddClient, GetClient, Invented, pipeline, scripted};

/// `{"cmd": {"c0": "/client.get?id=7"}}` becomes `{"result": {"c0": …}, "errors": {…}}`.
#[derive(Debug)]
struct InOne;

impl BatchForm for InOne {
    const NAME: &'static str = "batch";
    const LARGEST: usize = 3;

    fn pack(part: &ApiRequest) -> Result<Vec<u8>> {
        Ok(format!("{}?{}", part.path(), part.query_string()).into_bytes())
    }

    fn request(parts: &[(&str, &[u8])]) -> Result<ApiRequest> {
        let command = |(key, packed): &(&str, &[u8])| {
            ((*key).to_owned(), json!(String::from_utf8_lossy(packed)))
        };
        let commands: Map<String, Value> = parts.iter().map(command).collect();
        ApiRequest::post("/batch").json(&json!({ "cmd": commands }))
    }

    fn split(
        response: &Response,
        parts: &[(&str, OperationInfo)],
    ) -> Result<Vec<Option<PartResult>>> {
        let body: Value = response.json()?;
        let part = |(key, info): &(&str, OperationInfo)| {
            let of_part = match (body["result"].get(key), body["errors"].get(key)) {
                (Some(result), _) => Response::ok_json(&json!({ "result": result })),
                (None, Some(error)) => Response::ok_json(&json!({ "error": error })),
                (None, None) => return None,
            };
            Some(Invented.judge(info, &of_part).map(|()| of_part.body))
        };
        Ok(parts.iter().map(part).collect())
    }

    fn planned(parts: &[(&str, Response)]) -> Response {
        let results: Map<String, Value> =
            parts.iter().map(|(key, _)| ((*key).to_owned(), json!("<RESULT>"))).collect();
        Response::ok_json(&json!({ "result": results }))
    }
}

#[tokio::test(start_paused = true)]
async fn every_operation_has_its_own_result() {
    let body = json!({ "result": { "c0": "Анна" }, "errors": { "c1": "secret-canary-0001" } });
    let (pipeline, script) = scripted([Step::json(200, &body)]);
    let mut batch = Batch::<InOne>::new();
    let found = batch.add(GetClient(7)).unwrap();
    let added = batch.add(AddClient("Борис")).unwrap();
    let after = batch.add(AddClient("Вера")).unwrap();
    let mut results = pipeline.send_batch(&Cx::history(), &batch).await.unwrap();

    assert_eq!(results.take(found).unwrap(), Some(json!("Анна")));
    let refused = results.take(added).unwrap_err();
    assert_eq!((refused.kind(), refused.effect()), (ErrorKind::Rejected, Effect::NotApplied));
    assert_eq!(refused.operation(), Some("client.add"));
    assert_eq!(refused.account().map(ToString::to_string).as_deref(), Some("shop"));
    let missing = results.take(after).unwrap_err();
    assert!(missing.message().starts_with("not applied"), "{missing}");
    assert_eq!(missing.effect(), Effect::NotApplied);
    let taken = results.take(found).unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::Internal, "a result is taken once");

    let sent: Value = serde_json::from_str(&script.played()[0].body).unwrap();
    let commands = json!({ "c0": "/client.get?id=7", "c1": "/client.add?", "c2": "/client.add?" });
    assert_eq!(sent, json!({ "cmd": commands }));
}

#[tokio::test(start_paused = true)]
async fn recovered_refusal_is_a_result_of_its_operation() {
    let body = json!({ "result": {}, "errors": { "c0": "missing", "c1": "missing" } });
    let (pipeline, _) = scripted([Step::json(200, &body)]);
    let mut batch = Batch::<InOne>::new();
    let read = batch.add(GetClient(7)).unwrap();
    let write = batch.add(AddClient("Анна")).unwrap();
    let mut results = pipeline.send_batch(&Cx::history(), &batch).await.unwrap();
    assert_eq!(results.take(read).unwrap(), None);
    assert_eq!(results.take(write).unwrap_err().kind(), ErrorKind::Rejected);
}

#[tokio::test(start_paused = true)]
async fn lost_response_leaves_a_batch_with_a_write_in_doubt() {
    let lost = || Step::Fail(vochi_crm_core::http::TransportError::Broken("reset".into()));
    for (write, effect) in [(true, Effect::Maybe), (false, Effect::NotApplied)] {
        let (pipeline, _) = scripted([lost()]);
        let mut batch = Batch::<InOne>::new();
        batch.add(GetClient(7)).unwrap();
        if write {
            batch.add(AddClient("Анна")).unwrap();
        }
        let error = pipeline.send_batch(&Cx::history(), &batch).await.unwrap_err();
        assert_eq!(error.effect(), effect, "with a write: {write}");
        assert_eq!(error.operation(), Some("batch"));
    }
}

#[tokio::test(start_paused = true)]
async fn empty_and_overfull_batches_are_refused_before_sending() {
    let (pipeline, script) = scripted([]);
    let empty = pipeline.send_batch(&Cx::history(), &Batch::<InOne>::new()).await;
    assert_eq!(empty.unwrap_err().kind(), ErrorKind::Input);
    let mut batch = Batch::<InOne>::new();
    let added: Vec<Result<_, Error>> = (0..4).map(|id| batch.add(GetClient(id))).collect();
    assert_eq!(added.iter().filter(|added| added.is_ok()).count(), 3);
    assert!(script.played().is_empty());
}

#[tokio::test(start_paused = true)]
async fn dry_run_returns_the_planned_results() {
    let plan = Plan::new();
    let hub = Hub::builder().plan(plan.clone()).build().unwrap();
    let pipeline = pipeline(&hub, std::sync::Arc::new(NoAuth::default()));
    let mut batch = Batch::<InOne>::new();
    let key = batch.add(AddClient("Анна")).unwrap();
    let mut results = pipeline.send_batch(&Cx::history(), &batch).await.unwrap();
    assert_eq!(results.take(key).unwrap(), Some(json!("<RESULT>")));
    assert_eq!(plan.requests().len(), 1);
}
