//! Credentials that are fetched and renewed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::HeaderValue;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use vochi_crm_core::http::auth::{Auth, Grant, Renewal};
use vochi_crm_core::http::{
    Advice, ApiRequest, Dialect, HttpRequest, OperationInfo, Pipeline, RawRequest, Refusal,
    Response,
};
use vochi_crm_core::testing::{ScriptedTransport, Step};
use vochi_crm_core::{CrmName, Cx, Effect, Error, ErrorKind, Hub, Result, Secret};

/// Provides `key-1`, `key-2`, …; the CRM refuses a key with 401.
#[derive(Debug, Default)]
struct Numbered {
    newest: Mutex<u64>,
    fetched: AtomicU64,
    /// The duration of fetching a key.
    takes: Duration,
    /// True if keys cannot be renewed.
    fixed: bool,
}

#[async_trait::async_trait]
impl Auth for Numbered {
    async fn authorize(&self, _: &Cx, request: &mut HttpRequest) -> Result<Grant> {
        let newest = self.newest.lock().await;
        tokio::time::sleep(self.takes).await;
        let key = HeaderValue::from_str(&format!("key-{newest}")).unwrap();
        request.headers.insert("x-key", key);
        Ok(Grant::new(*newest))
    }

    async fn renew(&self, _: &Cx, refused: Grant) -> Result<Renewal> {
        if self.fixed {
            return Ok(Renewal::Impossible);
        }
        let mut newest = self.newest.lock().await;
        if refused == Grant::new(*newest) {
            tokio::time::sleep(self.takes).await;
            self.fetched.fetch_add(1, Ordering::Relaxed);
            *newest += 1;
        }
        Ok(Renewal::Renewed)
    }

    fn secrets(&self) -> Vec<Secret> {
        vec![Secret::new("canary-fetched"), Secret::new("key-7")]
    }
}

/// A CRM that refuses a key with 401.
#[derive(Debug)]
struct Plain;

impl Dialect for Plain {
    fn crm(&self) -> CrmName {
        CrmName::new("plain")
    }

    fn judge(&self, _: &OperationInfo, answer: &Response) -> Result<(), Refusal> {
        match answer.status.as_u16() {
            200 => Ok(()),
            401 => Err(Refusal::new(ErrorKind::Auth, "old key").with_advice(Advice::Renew)),
            _ => Err(Refusal::new(ErrorKind::Rejected, "refused: canary-fetched")),
        }
    }
}

fn pipeline(script: &ScriptedTransport, auth: Arc<Numbered>) -> Pipeline {
    let hub = Hub::builder().transport(Arc::new(script.clone())).build().unwrap();
    let origin = "https://crm.example.test".parse().unwrap();
    Pipeline::builder(&hub, "shop".into(), origin, Arc::new(Plain), auth).build()
}

async fn ask(pipeline: &Pipeline, cx: &Cx) -> Result<Value, Error> {
    let request = RawRequest::new(ApiRequest::get("/thing"));
    pipeline.send(cx, &request).await
}

fn old() -> Step {
    Step::text(401, "text/plain", "")
}

fn success() -> Step {
    Step::json(200, &json!({}))
}

#[tokio::test(start_paused = true)]
async fn concurrent_refusals_renew_once() {
    // All requests are sent before the first is refused.
    let refused = || match old() {
        Step::Response(answer) => Step::Slow(Duration::from_secs(1), answer),
        other => other,
    };
    let script = ScriptedTransport::new((0..5).map(|_| refused()).chain((0..5).map(|_| success())));
    let dialect = Arc::new(Numbered::default());
    let pipeline = pipeline(&script, dialect.clone());
    let asked = (0..5).map(|_| {
        let pipeline = pipeline.clone();
        tokio::spawn(async move { ask(&pipeline, &Cx::history()).await })
    });
    for asked in asked.collect::<Vec<_>>() {
        asked.await.unwrap().unwrap();
    }
    assert_eq!(dialect.fetched.load(Ordering::Relaxed), 1);
    let with_new = script.played().iter().skip(5).all(|played| {
        let key = ("x-key".to_owned(), "key-1".to_owned());
        played.headers.contains(&key)
    });
    assert!(with_new, "{:?}", script.played());
}

#[tokio::test(start_paused = true)]
async fn impossible_renewal_returns_the_refusal() {
    let script = ScriptedTransport::new([old()]);
    let dialect = Numbered { fixed: true, ..Numbered::default() };
    let pipeline = pipeline(&script, Arc::new(dialect));
    let error = ask(&pipeline, &Cx::history()).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Auth, "old key"));
    assert_eq!((error.status(), error.attempts()), (Some(401), 1));
}

#[tokio::test(start_paused = true)]
async fn fetching_credentials_respects_the_deadline() {
    let script = ScriptedTransport::new([]);
    let dialect = Numbered { takes: Duration::from_secs(60), ..Numbered::default() };
    let pipeline = pipeline(&script, Arc::new(dialect));
    let began = tokio::time::Instant::now();
    let cx = Cx::live().with_timeout(Duration::from_secs(2));
    let error = ask(&pipeline, &cx).await.unwrap_err();
    assert_eq!((error.kind(), error.effect()), (ErrorKind::Timeout, Effect::NotApplied));
    assert_eq!(began.elapsed(), Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn fetched_credentials_are_masked_in_errors() {
    let script = ScriptedTransport::new([Step::text(400, "text/plain", "canary-fetched")]);
    let pipeline = pipeline(&script, Arc::new(Numbered::default()));
    let error = ask(&pipeline, &Cx::history()).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn pipeline_can_be_cloned_with_other_credentials() {
    let script = ScriptedTransport::new([success(), success()]);
    let pipeline = pipeline(&script, Arc::new(Numbered::default()));
    let other = Numbered { newest: Mutex::new(7), ..Numbered::default() };
    let other = pipeline.with_auth(Arc::new(other));
    ask(&other, &Cx::history()).await.unwrap();
    ask(&pipeline, &Cx::history()).await.unwrap();
    let keys: Vec<String> = script
        .played()
        .iter()
        .flat_map(|played| played.headers.clone())
        .filter_map(|(name, value)| (name == "x-key").then_some(value))
        .collect();
    assert_eq!(keys, ["key-7", "key-0"]);
}
