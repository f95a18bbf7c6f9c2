//! The stand-in server, inside the process.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use vochi_crm_core::http::{HttpRequest, Response, Transport, TransportError};
use vochi_crm_core::testing::conformance::{Disturbance, StandIn};
use vochi_crm_core::testing::response;
use vochi_crm_core::{CrmConnector, Hub, Result};

use vochi_crm_example::Connector;

use crate::conformance::{account, config};

/// What the CRM holds.
#[derive(Debug, Default)]
struct State {
    calls: Vec<Value>,
    live: Vec<Value>,
    refused: Vec<String>,
    disturbance: Option<Disturbance>,
}

#[derive(Clone, Debug)]
pub(crate) struct Server {
    state: Arc<Mutex<State>>,
    changes: Value,
}

impl Server {
    pub(crate) fn new(changes: Value) -> Self {
        Self { state: Arc::default(), changes }
    }
}

impl State {
    /// Carries out a request.
    fn respond(&mut self, line: &str, query: &str, body: Value) -> Response {
        match line {
            "GET /clients" if query == "phone=%2B375446370646" => {
                let client = json!({"id": 1, "name": "Ольга", "user": "18"});
                Response::ok_json(&json!({ "clients": [client] }))
            }
            "GET /clients" => Response::ok_json(&json!({ "clients": [] })),
            "POST /popups" => {
                self.live.push(body);
                Response::ok_json(&json!({}))
            }
            "POST /calls" => {
                if !self.calls.iter().any(|call| call["call_id"] == body["call_id"]) {
                    self.calls.push(body);
                }
                Response::ok_json(&json!({ "number": self.calls.len() }))
            }
            other => {
                self.refused.push(other.to_owned());
                response(404, "application/json", r#"{"error":"unknown_path"}"#)
            }
        }
    }
}

#[async_trait::async_trait]
impl Transport for Server {
    async fn send(&self, request: HttpRequest) -> Result<Response, TransportError> {
        let line = format!("{} {}", request.method, request.url.path());
        let query = request.url.query().unwrap_or_default().to_owned();
        let body = request.body.read().await.unwrap();
        let body = serde_json::from_slice(&body).unwrap_or_default();
        let mut state = self.state.lock().unwrap();
        let disturbance = match state.disturbance {
            Some(Disturbance::Down) => Some(Disturbance::Down),
            _ if line == "POST /calls" => state.disturbance.take(),
            _ => None,
        };
        match disturbance {
            None => Ok(state.respond(&line, &query, body)),
            Some(Disturbance::RecordResponseLost) => {
                state.respond(&line, &query, body);
                Err(TransportError::Broken("reset by peer".to_owned()))
            }
            Some(Disturbance::RecordRefused) => {
                Ok(response(400, "application/json", r#"{"error":"invalid"}"#))
            }
            Some(_) => Ok(response(500, "text/html", "<html>")),
        }
    }
}

impl StandIn for Server {
    fn open(&self) -> Result<Arc<dyn CrmConnector>> {
        let hub = Hub::builder().transport(Arc::new(self.clone())).build()?;
        let account = account(&self.changes)?;
        Ok(Arc::new(Connector::open(&hub, account, &config())?))
    }

    fn state(&self) -> Value {
        let state = self.state.lock().unwrap();
        json!({ "calls": state.calls, "live": state.live })
    }

    fn refused(&self) -> Vec<String> {
        self.state.lock().unwrap().refused.clone()
    }

    fn disturb(&self, how: Disturbance) {
        self.state.lock().unwrap().disturbance = Some(how);
    }
}
