//! The pipeline with a scripted transport.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_core::http::auth::{Auth, Grant, NoAuth, Renewal};
use vochi_crm_core::http::{
    Advice, ApiRequest, CertificateFault, Dialect, HttpRequest, LimitClass, Operation,
    OperationInfo, Output, Pipeline, Plan, Refusal, Repeat, Response, Stage, TransportError,
};
use vochi_crm_core::limit::{LimitKey, Quota};
use vochi_crm_core::retry::RetryPolicy;
use vochi_crm_core::testing::{ScriptedTransport, Step};
use vochi_crm_core::{CrmName, Cx, Effect, Error, ErrorKind, Hub, Result, Secret, TryAgain};

/// A CRM with minimal rules: 200 is success, 503 a rate limit, 500 a failure, 401 an expired key,
/// anything else a rejection.
#[derive(Debug)]
pub(super) struct PlainDialect;

/// A key that can be renewed, to the same value.
#[derive(Debug)]
pub(super) struct PlainKey;

#[async_trait::async_trait]
impl Auth for PlainKey {
    async fn authorize(&self, _: &Cx, request: &mut HttpRequest) -> Result<Grant> {
        let mut key = http::HeaderValue::from_static("canary-key-0001");
        key.set_sensitive(true);
        request.headers.insert("x-key", key);
        Ok(Grant::FIXED)
    }

    async fn renew(&self, _: &Cx, _: Grant) -> Result<Renewal> {
        Ok(Renewal::Renewed)
    }
}

impl Dialect for PlainDialect {
    fn crm(&self) -> CrmName {
        CrmName::new("plain")
    }

    fn judge(&self, _: &OperationInfo, answer: &Response) -> Result<(), Refusal> {
        match answer.status.as_u16() {
            200 => Ok(()),
            401 => Err(Refusal::new(ErrorKind::Auth, "old key").with_advice(Advice::Renew)),
            503 => {
                Err(Refusal::new(ErrorKind::RateLimited, "limit").with_advice(Advice::Throttled))
            }
            500 => Err(Refusal::new(ErrorKind::Unavailable, "fault")
                .with_advice(Advice::Transient)
                .with_effect(Effect::Maybe)),
            _ => Err(Refusal::new(ErrorKind::Rejected, "refused: canary-key-0001")),
        }
    }
}

/// A write of any repeat class.
struct Write(Repeat);

/// The unchanged body.
pub(super) struct Whole;

impl Output for Whole {
    type Value = Value;

    fn decode(answer: &Response) -> Result<Value> {
        answer.json()
    }

    fn planned() -> Response {
        Response::ok_json(&json!({"id": "<id from step 1>"}))
    }
}

impl Operation for Write {
    type Output = Whole;
    const NAME: &'static str = "thing.do";
    const REPEAT: Repeat = Repeat::Unsafe;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::post("/thing").form("a", "1"))
    }

    fn repeat(&self) -> Repeat {
        self.0
    }
}

const SAFE: Write = Write(Repeat::Safe);
const KEYED: Write = Write(Repeat::Keyed);
const UNSAFE: Write = Write(Repeat::Unsafe);

fn pipeline(script: &ScriptedTransport) -> Pipeline {
    let hub = Hub::builder().transport(Arc::new(script.clone())).build().unwrap();
    on(&hub)
}

fn on(hub: &Hub) -> Pipeline {
    let origin = "https://crm.example.test".parse().unwrap();
    Pipeline::builder(hub, "shop".into(), origin, Arc::new(PlainDialect), Arc::new(PlainKey))
        .secrets([Secret::new("canary-key-0001")])
        .quota(LimitClass::GENERAL, &LimitKey::new("plain/ip"), Quota::new(10.0, 5).unwrap())
        .build()
}

fn success() -> Step {
    Step::json(200, &json!({"ok": true}))
}

fn broken() -> Step {
    Step::Fail(TransportError::Broken("reset by peer".to_owned()))
}

fn unreachable() -> Step {
    Step::Fail(TransportError::Connect("connection refused".to_owned()))
}

async fn run(steps: Vec<Step>, operation: &Write) -> (Result<Value>, ScriptedTransport) {
    let script = ScriptedTransport::new(steps);
    let result = pipeline(&script).send(&Cx::history(), operation).await;
    (result, script)
}

#[tokio::test(start_paused = true)]
async fn request_has_only_body_and_key() {
    let (result, script) = run(vec![success()], &UNSAFE).await;
    result.unwrap();
    let played = script.played();
    assert_eq!(played[0].line, "POST /thing");
    assert_eq!(played[0].body, "a=1");
    assert_eq!(
        played[0].headers,
        [
            ("accept".to_owned(), "application/json".to_owned()),
            ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
            ("x-key".to_owned(), "canary-key-0001".to_owned()),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn not_applied_request_is_always_retried() {
    for operation in [&SAFE, &KEYED, &UNSAFE] {
        for refusal in [unreachable(), Step::text(503, "text/html", "busy")] {
            let (result, script) = run(vec![refusal, success()], operation).await;
            assert!(result.is_ok(), "{:?}: {result:?}", operation.0);
            assert_eq!(script.played().len(), 2, "{:?}", operation.0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn maybe_applied_request_is_retried_only_if_idempotent() {
    for (operation, sent) in [(&SAFE, 2), (&KEYED, 2), (&UNSAFE, 1)] {
        for failure in [
            broken(),
            Step::Fail(TransportError::TimedOut(Stage::Unknown)),
            Step::text(500, "text/html", ""),
        ] {
            let (result, script) = run(vec![failure, success()], operation).await;
            assert_eq!(script.played().len(), sent, "{:?}", operation.0);
            assert_eq!(result.is_ok(), sent == 2, "{:?}", operation.0);
            if let Err(error) = result {
                assert_eq!(error.effect(), Effect::Maybe);
                assert_eq!(error.try_again(), TryAgain::Never);
                assert!(error.hint().unwrap().contains("look in the CRM"), "{error}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn data_refusal_is_final_and_not_applied() {
    let (result, script) = run(vec![Step::text(400, "text/plain", "")], &KEYED).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(error.effect(), Effect::NotApplied);
    assert_eq!(error.status(), Some(400));
    assert_eq!(script.played().len(), 1);
    assert_eq!(
        error.to_string(),
        "plain account shop: thing.do: refused: ***",
        "account, operation and a redacted message"
    );
}

#[tokio::test(start_paused = true)]
async fn exhausted_retries_report_the_attempts() {
    let steps = (0..9).map(|_| unreachable()).collect();
    let (result, script) = run(steps, &SAFE).await;
    let error = result.unwrap_err();
    assert_eq!(script.played().len(), 4);
    assert_eq!(error.attempts(), 4);
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(error.try_again(), TryAgain::Later);
}

#[tokio::test(start_paused = true)]
async fn effect_is_maybe_after_an_earlier_lost_response() {
    let (result, _) =
        run(vec![broken(), unreachable(), unreachable(), unreachable()], &KEYED).await;
    assert_eq!(result.unwrap_err().effect(), Effect::Maybe);
}

#[tokio::test(start_paused = true)]
async fn failed_read_is_not_applied() {
    let (result, _) = run(vec![broken(), broken(), broken(), broken()], &SAFE).await;
    assert_eq!(result.unwrap_err().effect(), Effect::NotApplied);
}

#[tokio::test(start_paused = true)]
async fn retry_after_of_the_server_is_respected() {
    let began = tokio::time::Instant::now();
    let busy = Step::text(503, "text/html", "").with_header("retry-after", "7");
    let (result, _) = run(vec![busy, success()], &UNSAFE).await;
    result.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(7), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn no_retry_is_made_beyond_the_deadline() {
    let script = ScriptedTransport::new([
        Step::text(503, "text/html", "").with_header("retry-after", "60"),
        success(),
    ]);
    let cx = Cx::live().with_timeout(Duration::from_secs(4));
    let began = tokio::time::Instant::now();
    let error = pipeline(&script).send(&cx, &UNSAFE).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.try_again(), TryAgain::After(Duration::from_secs(60)));
    assert_eq!(script.left(), 1, "the second request would have come too late");
    assert!(began.elapsed() < Duration::from_secs(1), "no wait for a request that is not sent");
}

#[tokio::test(start_paused = true)]
async fn request_past_its_deadline_is_not_sent() {
    let script = ScriptedTransport::new([success()]);
    let cx = Cx::live().with_timeout(Duration::from_secs(4));
    tokio::time::sleep(Duration::from_secs(4)).await;
    let error = pipeline(&script).send(&cx, &UNSAFE).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.effect(), Effect::NotApplied);
    assert!(script.played().is_empty());
}

#[tokio::test(start_paused = true)]
async fn slow_response_is_a_timeout_with_effect_maybe() {
    let slow = Step::Slow(Duration::from_secs(60), Response::ok_json(&json!({})));
    let script = ScriptedTransport::new([slow]);
    let cx = Cx::live().with_timeout(Duration::from_secs(3));
    let began = tokio::time::Instant::now();
    let error = pipeline(&script).send(&cx, &UNSAFE).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.effect(), Effect::Maybe);
    assert_eq!(began.elapsed(), Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn credentials_are_renewed_once() {
    let old = || Step::text(401, "text/plain", "");
    let (result, script) = run(vec![old(), success()], &UNSAFE).await;
    result.unwrap();
    assert_eq!(script.played().len(), 2);
    let (result, script) = run(vec![old(), old(), success()], &UNSAFE).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Auth);
    assert_eq!(script.played().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn unreadable_response_error_has_a_masked_excerpt() {
    let page = format!("<html>canary-key-0001 {}</html>", "x".repeat(2000));
    let (result, _) = run(vec![Step::text(200, "text/html", page)], &UNSAFE).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.effect(), Effect::Applied, "the status was a success");
    assert!(error.message().contains("HTTP 200, text/html"), "{error}");
    assert!(error.message().contains("<html>*** xxx"), "{error}");
    assert!(error.message().len() < 700, "message of {} bytes", error.message().len());
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn dry_run_sends_nothing_and_returns_planned_responses() {
    let script = ScriptedTransport::new([]);
    let plan = Plan::new();
    let hub =
        Hub::builder().transport(Arc::new(script.clone())).plan(plan.clone()).build().unwrap();
    let answer = on(&hub).send(&Cx::history(), &UNSAFE).await.unwrap();
    assert_eq!(answer["id"], "<id from step 1>");
    assert!(script.played().is_empty());
    let planned = &plan.requests()[0];
    assert_eq!(planned.url, "https://crm.example.test/thing");
    assert_eq!(planned.body.as_deref(), Some("a=1"));
    assert!(planned.headers.contains(&("x-key".to_owned(), "***".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn retries_are_counted_as_requests() {
    let script = ScriptedTransport::new([unreachable(), success()]);
    let cx = Cx::history();
    pipeline(&script).send(&cx, &SAFE).await.unwrap();
    assert_eq!(cx.requests(), 2);
    assert_eq!(cx.scope().requests(), 0);
}

#[tokio::test(start_paused = true)]
async fn every_attempt_takes_a_permit() {
    let script = ScriptedTransport::new((0..30).map(|_| success()));
    let pipeline = pipeline(&script);
    let began = tokio::time::Instant::now();
    for _ in 0..25 {
        pipeline.send(&Cx::history(), &SAFE).await.unwrap();
    }
    // Five at once, the other twenty at ten a second.
    assert!(began.elapsed() >= Duration::from_millis(1_990), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn policy_without_retries_makes_one_attempt() {
    let script = ScriptedTransport::new([unreachable(), success()]);
    let hub = Hub::builder().transport(Arc::new(script.clone())).build().unwrap();
    let origin = "https://crm.example.test".parse().unwrap();
    let pipeline =
        Pipeline::builder(&hub, "shop".into(), origin, Arc::new(PlainDialect), Arc::new(PlainKey))
            .retry(RetryPolicy::never())
            .build();
    let error: Error = pipeline.send(&Cx::history(), &SAFE).await.unwrap_err();
    assert_eq!(error.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn refused_certificate_is_not_retried_and_has_a_hint() {
    for (error, hint) in [
        (TransportError::Certificate(CertificateFault::UnknownIssuer), "SSL_CERT_FILE"),
        (TransportError::Certificate(CertificateFault::OutOfDate), "clock"),
        (TransportError::Certificate(CertificateFault::OtherHost), "check url"),
        (TransportError::NoTls, "port of url"),
    ] {
        let message = error.to_string();
        let (result, script) = run(vec![Step::Fail(error)], &SAFE).await;
        let error = result.unwrap_err();
        assert_eq!(script.played().len(), 1, "{message}: retried");
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{message}");
        assert_eq!(error.effect(), Effect::NotApplied, "{message}");
        assert_eq!(error.try_again(), TryAgain::Never, "{message}");
        assert!(error.message().contains(&message), "{error}");
        assert!(error.hint().is_some_and(|it| it.contains(hint)), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn response_of_another_server_has_a_hint() {
    let step = Step::text(200, "text/html", "<html>hello</html>");
    let error = run(vec![step], &SAFE).await.0.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.hint().is_some_and(|it| it.contains("check url")), "{error}");
}

#[tokio::test(start_paused = true)]
async fn write_to_another_server_keeps_the_hint_about_url() {
    let refusal = Refusal::new(ErrorKind::Decode, "a page instead of data")
        .with_effect(Effect::Maybe)
        .with_hint("check url");
    let hub = Hub::builder()
        .transport(Arc::new(ScriptedTransport::new(vec![success()])))
        .build()
        .unwrap();
    let origin = "https://crm.example.test".parse().unwrap();
    let pipeline = Pipeline::builder(
        &hub,
        "shop".into(),
        origin,
        Arc::new(Refusing(refusal)),
        Arc::new(NoAuth::default()),
    )
    .build();
    let error = pipeline.send(&Cx::live(), &UNSAFE).await.unwrap_err();
    assert_eq!(error.effect(), Effect::Maybe);
    let hint = error.hint().unwrap();
    assert!(hint.starts_with("check url; it may have been applied"), "{hint}");
}

#[tokio::test(start_paused = true)]
async fn long_error_texts_of_a_crm_are_cut_after_masking() {
    let long = format!("{}canary-key-0001{}", "x".repeat(1018), "y".repeat(1_000_000));
    let refusal = Refusal::new(ErrorKind::Rejected, long.clone())
        .with_code(long.clone())
        .with_fields((0..1_000).map(|at| (at.to_string(), long.clone())).collect());
    let hub = Hub::builder()
        .transport(Arc::new(ScriptedTransport::new(vec![success()])))
        .build()
        .unwrap();
    let origin = "https://crm.example.test".parse().unwrap();
    let pipeline = Pipeline::builder(
        &hub,
        "shop".into(),
        origin,
        Arc::new(Refusing(refusal)),
        Arc::new(NoAuth::default()),
    )
    .secrets([Secret::new("canary-key-0001")])
    .build();
    let error = pipeline.send(&Cx::history(), &SAFE).await.unwrap_err();
    assert!(error.message().len() < 1_100, "{}", error.message().len());
    assert!(error.message().ends_with("x***yyy…"), "{error}");
    assert_eq!(error.code(), Some(error.message()));
    assert_eq!(error.fields().len(), 50);
    let printed = format!("{error:?}");
    assert!(printed.len() < 60_000, "{}", printed.len());
    assert!(!printed.contains("canary"), "{printed}");
}

/// A CRM that refuses every request alike.
#[derive(Debug)]
struct Refusing(Refusal);

impl Dialect for Refusing {
    fn crm(&self) -> CrmName {
        CrmName::new("refusing")
    }

    fn judge(&self, _: &OperationInfo, _: &Response) -> Result<(), Refusal> {
        Err(self.0.clone())
    }
}
