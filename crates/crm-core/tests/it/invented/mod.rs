//! An invented CRM with peculiarities that the core supports: operating time in success responses,
//! a 404 that depends on the operation, batches, tokens that rotate.

mod batches;
mod limits;
mod recovery;
mod tokens;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use vochi_crm_core::http::auth::{Auth, NoAuth};
use vochi_crm_core::http::{
    Access, Advice, ApiRequest, Dialect, LimitClass, Operation, OperationInfo, Output, Pause,
    PauseScope, Pipeline, Refusal, Repeat, Response,
};
use vochi_crm_core::limit::{LimitKey, Quota};
use vochi_crm_core::retry::RetryPolicy;
use vochi_crm_core::testing::{ScriptedTransport, Step};
use vochi_crm_core::{CrmName, ErrorKind, Hub, Result};

/// Failed requests return `{"error": CODE}`; success responses return `{"operating": SECONDS}` of
/// the 480 an operation may use, and the seconds until they are restored.
#[derive(Debug)]
struct Invented;

const RESET: Duration = Duration::from_secs(10 * 60);

impl Dialect for Invented {
    fn crm(&self) -> CrmName {
        CrmName::new("invented")
    }

    fn judge(&self, operation: &OperationInfo, response: &Response) -> Result<(), Refusal> {
        let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        let refusal = |kind, message: &'static str| Err(Refusal::new(kind, message));
        match (body["error"].as_str(), response.status.as_u16()) {
            (Some("expired"), _) => {
                let refusal = Refusal::new(ErrorKind::Auth, "expired token");
                Err(refusal.with_advice(Advice::Renew))
            }
            (Some("busy"), _) => Err(Refusal::new(ErrorKind::RateLimited, "too many requests")
                .with_advice(Advice::Throttled)
                .with_pause(PauseScope::Quota)),
            (Some("operating"), _) => Err(Refusal::new(ErrorKind::RateLimited, "operating time")
                .with_advice(Advice::Throttled)
                .with_pause(PauseScope::Operation)),
            (Some("missing"), _) if operation.access == Access::Read => {
                refusal(ErrorKind::NotFound, "nothing found")
            }
            (Some(code), _) => {
                Err(Refusal::new(ErrorKind::Rejected, format!("refused: {code}")).with_code(code))
            }
            (None, 404) if operation.access == Access::Write => {
                refusal(ErrorKind::Rejected, "invalid data")
            }
            (None, 404) => refusal(ErrorKind::NotFound, "nothing found"),
            (None, 200) => Ok(()),
            _ => refusal(ErrorKind::Unavailable, "fault"),
        }
    }

    fn usage(&self, _: &OperationInfo, response: &Response) -> Vec<Pause> {
        let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        match body["operating"].as_u64().unwrap_or_default() {
            475.. => vec![Pause::new(PauseScope::Operation, RESET)],
            384.. => vec![Pause::new(PauseScope::OperationHistory, RESET)],
            _ => Vec::new(),
        }
    }
}

/// The body under `result`.
struct Field;

impl Output for Field {
    type Value = Option<Value>;

    fn decode(response: &Response) -> Result<Self::Value> {
        let body: Value = response.json()?;
        match body.get("result") {
            Some(result) => Ok(Some(result.clone())),
            None => Err(response.unreadable("result is missing")),
        }
    }

    fn planned() -> Response {
        Response::ok_json(&json!({ "result": "<RESULT>" }))
    }
}

/// Reads a client; a missing one is `None`.
#[derive(Debug)]
struct GetClient(u64);

impl Operation for GetClient {
    type Output = Field;
    const NAME: &'static str = "client.get";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get("/client.get").query("id", self.0.to_string()))
    }

    fn recover(&self, refusal: &Refusal, _: &Response) -> Option<Option<Value>> {
        (refusal.kind() == ErrorKind::NotFound).then_some(None)
    }
}

/// Creates a client.
#[derive(Debug)]
struct AddClient(&'static str);

impl Operation for AddClient {
    type Output = Field;
    const NAME: &'static str = "client.add";
    const REPEAT: Repeat = Repeat::Unsafe;

    fn request(&self) -> Result<ApiRequest> {
        ApiRequest::post("/client.add").json(&json!({ "name": self.0 }))
    }
}

const PORTAL: &str = "invented/portal";

/// Two requests a second in the whole portal, ten at once after a rest.
fn pipeline(hub: &Hub, auth: Arc<dyn Auth>) -> Pipeline {
    let origin = "https://crm.example.test".parse().unwrap();
    Pipeline::builder(hub, "shop".into(), origin, Arc::new(Invented), auth)
        .quota(LimitClass::GENERAL, &LimitKey::new(PORTAL), Quota::new(2.0, 10).unwrap())
        .operation_limits(LimitKey::new("invented/portal"))
        .retry(RetryPolicy::never())
        .timeout(Duration::from_secs(30 * 60))
        .build()
}

fn scripted(steps: impl IntoIterator<Item = Step>) -> (Pipeline, ScriptedTransport) {
    let script = ScriptedTransport::new(steps);
    let hub = Hub::builder().transport(Arc::new(script.clone())).build().unwrap();
    (pipeline(&hub, Arc::new(NoAuth::default())), script)
}

fn result(operating: u64) -> Step {
    Step::json(200, &json!({ "result": 7, "operating": operating }))
}

fn error(status: u16, code: &str) -> Step {
    Step::json(status, &json!({ "error": code }))
}
