//! Requests to the workspace.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;
use vochi_crm_sandbox::kontur::Dialect;
use vochi_crm_sandbox::{Crm, Sandbox};

use crate::support::{Reply, Wire, sandbox};

pub(crate) const KEY: &str = "test-access-key-0001";
pub(crate) const TELEPHONY: &str = "/api/v1/vochi-demo/communications/callbacks/telephony";
pub(crate) const WS: &str = "/api/v1/vochi-demo";
pub(crate) const INSTANCE: &str =
    "/api/v1/vochi-demo/integrations/instances/5b7c1d20-0c3e-4a57-9d11-2f6f7a9c0001";
pub(crate) const CONTACT: &str = "/api/v1/vochi-demo/contacts/98c0a1d2-3333-4c4c-9d9d-000000000301";
pub(crate) const CALL: &str = "3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01";
pub(crate) const CLICKED: &str = "3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e02";
pub(crate) const FILE: &str = "7c9e6679-7425-40de-944b-e07fc1f90001";
pub(crate) const MARIA: &str = "a1b2c3d4-1111-4a4a-8b8b-000000000101";
pub(crate) const DIMA: &str = "a1b2c3d4-1111-4a4a-8b8b-000000000102";

/// A sandbox that accepts [`KEY`].
pub(crate) async fn ready() -> Sandbox {
    let sandbox = sandbox().await;
    sandbox.kontur().put_access_key(KEY);
    sandbox
}

pub(crate) async fn send(wire: &Wire, sandbox: &Sandbox) -> Reply {
    let sent = wire.try_send(sandbox.url(Crm::Kontur)).await;
    sent.unwrap_or_else(|error| panic!("{} got no answer: {error:?}", wire.target))
}

/// Sets the undocumented behaviour.
pub(crate) fn set_dialect(sandbox: &Sandbox, change: impl FnOnce(&mut Dialect)) {
    let mut dialect = Dialect::default();
    change(&mut dialect);
    sandbox.kontur().set_dialect(dialect);
}

/// Sends a request and asserts success.
pub(crate) async fn done(wire: &Wire, sandbox: &Sandbox) -> Reply {
    let reply = send(wire, sandbox).await;
    let refused = sandbox.refused(Crm::Kontur);
    assert_eq!(reply.status, 200, "{} {}: {reply:?}; {refused:?}", wire.method, wire.target);
    reply
}

pub(crate) fn get(target: &str) -> Wire {
    Wire {
        method: "GET".into(),
        target: target.into(),
        headers: vec![("X-XCOM-AccessKey".into(), KEY.into())],
        body: String::new(),
    }
}

fn with_body(method: &str, target: &str, content_type: &str, body: &Value) -> Wire {
    let mut wire = get(target).header("Content-Type", content_type);
    wire.method = method.into();
    wire.body = body.to_string();
    wire
}

pub(crate) fn post(target: &str, body: &Value) -> Wire {
    with_body("POST", target, "application/json; charset=utf-8", body)
}

pub(crate) fn write(method: &str, target: &str, body: &Value) -> Wire {
    with_body(method, target, "application/json-patch+json", body)
}

pub(crate) fn patch(target: &str, operations: &Value) -> Wire {
    write("PATCH", target, &json!({"operations": operations}))
}

/// A request of a telephony method.
pub(crate) fn telephony(name: &str, body: &Value) -> Wire {
    post(&format!("{TELEPHONY}/{name}"), body)
}

pub(crate) fn authorize() -> Wire {
    Wire {
        method: "POST".into(),
        target: "/api/v1/authorization/authorize-private-integration".into(),
        headers: vec![("X-XCOM-Integration-ApiKey".into(), "test-api-key-0001".into())],
        body: String::new(),
    }
}

pub(crate) fn started() -> Value {
    json!({
        "timestamp": "2025-11-20T09:38:35.6152798+00:00",
        "externalId": "1763631515.42",
        "externalVatsPhone": "375296254070",
        "clientPhone": "375291112233",
        "direction": "inbound",
    })
}

pub(crate) fn finished() -> Value {
    let mut body = started();
    body["communicationId"] = json!(CALL);
    body["timestamp"] = json!("2025-11-20T09:42:11.0000000+00:00");
    body
}

pub(crate) fn client() -> Value {
    json!({"type": "client"})
}

pub(crate) fn user(id: &str) -> Value {
    json!({"type": "user", "userId": id})
}

pub(crate) fn event(kind: &str, at: &str) -> Value {
    json!({
        "communicationId": CALL,
        "externalId": "Vochi/1763631515.42",
        "externalCallItemId": "1763631515.43",
        "realtimeCallItemId": "1763631515.43",
        "timestamp": format!("2025-11-20T{at}.1000000+00:00"),
        "type": kind,
        "from": client(),
        "to": user(MARIA),
    })
}

pub(crate) fn registered() -> Value {
    json!({
        "externalVatsPhone": "375296254070",
        "clientPhone": "375291112233",
        "items": [{
            "id": "1763631515.43",
            "from": client(),
            "to": user(MARIA),
            "startedAt": "2025-11-20T09:38:44.2500000+00:00",
            "finishedAt": "2025-11-20T09:42:10.7700000+00:00",
        }],
        "externalCreatedAt": "2025-11-20T09:38:35.6152798+00:00",
        "externalId": "1763631515.42",
        "direction": "inbound",
    })
}

/// The recording uploaded as [`FILE`].
pub(crate) fn recording() -> Value {
    json!({
        "fileId": FILE,
        "fileName": "leg.mp3",
        "contentType": "audio/mpeg",
        "contentLength": "10",
    })
}

pub(crate) fn upload_of(name: &str, content: &str) -> Wire {
    let head = format!(
        "Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: audio/mpeg"
    );
    multipart(&[(&head, content)])
}

pub(crate) fn multipart(parts: &[(&str, &str)]) -> Wire {
    let parts = parts
        .iter()
        .map(|(head, content)| format!("--vochi-boundary-1\r\n{head}\r\n\r\n{content}\r\n"));
    let body = parts.collect::<String>() + "--vochi-boundary-1--\r\n";
    let wire = get("/api/v1/vochi-demo/files")
        .header("Content-Type", "multipart/form-data; boundary=vochi-boundary-1");
    Wire { method: "POST".into(), body, ..wire }
}

pub(crate) fn upload() -> Wire {
    upload_of("leg.mp3", "ID3.......")
}

/// A started call with these bodies.
pub(crate) async fn announced() -> Sandbox {
    let sandbox = ready().await;
    sandbox.kontur().next_communication_id(CALL);
    done(&telephony("call-started", &started()), &sandbox).await;
    sandbox
}

/// What the CRM sent to the integration.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Map<String, Value>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// Response of the integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Echoes {
    Back,
    Not,
    Another,
}

/// A server of the integration.
pub(crate) struct Integration {
    pub(crate) url: Url,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Integration {
    /// Responds to everything with this status and body; `echoes` gets the number of the request.
    pub(crate) async fn start(
        status: u16,
        body: impl Into<String>,
        echoes: fn(usize) -> Echoes,
    ) -> Self {
        let body = body.into();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let at = listener.local_addr().expect("a bound listener");
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let notes = Arc::clone(&asked);
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.expect("an incoming connection");
                let request = read(&mut socket).await;
                let number = {
                    let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
                    notes.push(request.clone());
                    notes.len()
                };
                let echo = match echoes(number) {
                    Echoes::Back => {
                        assert_eq!(request.method, "POST", "{request:?}");
                        let echo = request.header("x-xcom-integration-echo");
                        format!("X-XCOM-Integration-Echo: {echo}\r\n")
                    }
                    Echoes::Not => String::new(),
                    Echoes::Another => "X-XCOM-Integration-Echo: another\r\n".to_owned(),
                };
                let answer = format!(
                    "HTTP/1.1 {status} X\r\n{echo}Content-Length: {}\r\nConnection: close\r\n\r\n\
                     {body}",
                    body.len()
                );
                let sent = socket.write_all(answer.as_bytes()).await;
                sent.expect("the answer goes out");
            }
        });
        let url = Url::parse(&format!("http://{at}/kontur/k7")).expect("a valid URL");
        Self { url, asked }
    }

    /// Received requests in order.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.clone()
    }
}

async fn read(socket: &mut tokio::net::TcpStream) -> Asked {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = socket.read(&mut chunk).await.expect("the request arrives");
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            assert!(read > 0, "the request ended early: {text}");
            continue;
        };
        let headers: Map<String, Value> = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), json!(value.trim())))
            .collect();
        let length = headers.get("content-length").and_then(Value::as_str);
        if body.len() >= length.and_then(|it| it.parse().ok()).unwrap_or(0) {
            let mut words = head.split(' ').map(str::to_owned);
            return Asked {
                method: words.next().unwrap_or_default(),
                path: words.next().unwrap_or_default(),
                headers,
                body: body.to_owned(),
            };
        }
        assert!(read > 0, "the request ended early: {text}");
    }
}
