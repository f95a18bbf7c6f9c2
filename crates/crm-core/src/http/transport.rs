//! The way to the network, as a trait, so that a host can bring its own.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method};
use url::Url;

use super::Answer;

/// A request with everything in it: address, credentials, body. Its `Debug` shows neither.
#[derive(Clone)]
#[non_exhaustive]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The whole address. It may contain a secret.
    pub url: Url,
    /// The headers; secret ones are marked sensitive.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// A longer answer is refused.
    pub longest_answer: usize,
}

impl HttpRequest {
    /// A request.
    pub fn new(method: Method, url: Url, headers: HeaderMap, body: Bytes) -> Self {
        Self {
            method,
            url,
            headers,
            body,
            longest_answer: 8 * 1024 * 1024,
        }
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("host", &self.url.host_str())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// How far a request had come when the transport failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Not a byte of it reached the server.
    NotSent,
    /// It may have been received and carried out.
    Unknown,
}

/// A failure of the transport. Its message contains no address and no secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// No connection came about: name, network, TLS.
    #[error("no connection: {0}")]
    Connect(String),
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// No answer in time.
    #[error("no answer in time")]
    TimedOut(Stage),
    /// The answer was longer than the request allows.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    /// The request could not be built.
    #[error("the request cannot be sent: {0}")]
    Invalid(String),
}

impl TransportError {
    /// How far the request had come.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Connect(_) | Self::Invalid(_) => Stage::NotSent,
            Self::TimedOut(stage) => *stage,
            Self::Broken(_) | Self::TooLong(_) => Stage::Unknown,
        }
    }
}

/// Sends requests. The default is [`ReqwestTransport`](super::ReqwestTransport).
///
/// An implementation does not follow redirects (they would carry credentials elsewhere), does not
/// retry, and sets no time limit of its own beyond the one for connecting: the pipeline does.
#[async_trait::async_trait]
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// Says how far the request had come. An HTTP error status is an answer, not an error.
    async fn send(&self, request: HttpRequest) -> Result<Answer, TransportError>;
}
