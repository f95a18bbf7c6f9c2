//! A scripted transport.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::http::{HttpRequest, Response, Transport, TransportError};

/// The outcome of one request.
#[derive(Debug)]
#[non_exhaustive]
pub enum Step {
    /// A response.
    Response(Response),
    /// A failure of the transport.
    Fail(TransportError),
    /// A response after a delay, by tokio's clock.
    Slow(Duration, Response),
}

impl Step {
    /// Creates a response with a JSON body.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    /// Creates a response with any body.
    pub fn text(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self::Response(response(status, content_type, body))
    }

    /// Adds a header to the response.
    #[must_use]
    pub fn with_header(self, name: &'static str, value: &'static str) -> Self {
        match self {
            Self::Response(mut answer) => {
                answer
                    .headers
                    .insert(HeaderName::from_static(name), HeaderValue::from_static(value));
                Self::Response(answer)
            }
            other => other,
        }
    }
}

/// Builds a response with this status, content type and body.
///
/// ```
/// let page = vochi_crm_core::testing::response(502, "text/html", "<html>bad gateway</html>");
/// assert_eq!((page.status.as_u16(), page.content_type()), (502, "text/html"));
/// ```
pub fn response(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Response::new(status, headers, body)
}

/// A request that the script received.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Played {
    /// `GET /path?query`.
    pub line: String,
    /// The headers, in order of name.
    pub headers: Vec<(String, String)>,
    /// The body as text. A streamed body is read completely; an unreadable one is empty.
    pub body: String,
}

/// Responds to requests in the order of a script and records them. A request after the end of the
/// script fails with a message that shows it; a request with an unreadable body fails and consumes
/// no step.
///
/// ```
/// use vochi_crm_core::testing::{ScriptedTransport, Step};
/// let script = ScriptedTransport::new([Step::json(200, &serde_json::json!({"success": true}))]);
/// assert_eq!(script.left(), 1);
/// ```
#[derive(Clone, Default)]
pub struct ScriptedTransport {
    inner: Arc<Mutex<Script>>,
}

#[derive(Default)]
struct Script {
    steps: VecDeque<Step>,
    repeat: Option<Response>,
    played: Vec<Played>,
}

impl ScriptedTransport {
    /// Creates a transport from steps.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let script = Script { steps: steps.into_iter().collect(), ..Script::default() };
        Self { inner: Arc::new(Mutex::new(script)) }
    }

    /// Responds to every request alike and records none, for benchmarks.
    pub fn always(answer: Response) -> Self {
        let script = Script { repeat: Some(answer), ..Script::default() };
        Self { inner: Arc::new(Mutex::new(script)) }
    }

    /// The requests so far.
    pub fn played(&self) -> Vec<Played> {
        self.lock().played.clone()
    }

    /// The number of steps left.
    pub fn left(&self) -> usize {
        self.lock().steps.len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Script> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ScriptedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScriptedTransport({} steps left)", self.left())
    }
}

#[async_trait::async_trait]
impl Transport for ScriptedTransport {
    async fn send(&self, request: HttpRequest) -> Result<Response, TransportError> {
        if let Some(answer) = &self.lock().repeat {
            return Ok(answer.clone());
        }
        let mut played = Played::of(&request);
        let read = request.body.read().await;
        let step = {
            let mut script = self.lock();
            let line = played.line.clone();
            if let Ok(bytes) = &read {
                played.body = String::from_utf8_lossy(bytes).into_owned();
            }
            script.played.push(played);
            read.map_err(|error| TransportError::Broken(error.to_string()))?;
            script.steps.pop_front().ok_or_else(|| {
                TransportError::Invalid(format!("the script has no response for {line}"))
            })?
        };
        match step {
            Step::Response(answer) => Ok(answer),
            Step::Fail(error) => Err(error),
            Step::Slow(delay, answer) => {
                tokio::time::sleep(delay).await;
                Ok(answer)
            }
        }
    }
}

impl Played {
    fn of(request: &HttpRequest) -> Self {
        let query = request.url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let mut headers: Vec<(String, String)> = request
            .headers
            .iter()
            .map(|(name, value)| {
                (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        headers.sort();
        Self {
            line: format!("{} {}{query}", request.method, request.url.path()),
            headers,
            body: String::new(),
        }
    }
}
