//! The default transport. The only module that names reqwest.

#![allow(clippy::disallowed_types, reason = "the only module that sends with reqwest")]

mod tls;

use std::error::Error as _;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Frame, SizeHint};
use tokio::io::{AsyncRead as _, ReadBuf};
use url::Url;

use super::origin::is_loopback;
use super::{HttpRequest, Payload, Response, SourceReader, Stage, Transport, TransportError};
use crate::error::{Error, Result};

/// How long a connection may take to come about. Shorter than any sensible time limit of a
/// request, so that a request that was never sent is known to be.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(2_500);

/// How much of a streamed body is read at a time.
const CHUNK: usize = 64 * 1024;

/// Sends requests with reqwest over one pool of connections.
///
/// It trusts the machine's certificates and Mozilla's list, which is part of the program: on a
/// machine without certificates TLS comes up all the same. Without the feature `tls` it sends to
/// `http` addresses only.
///
/// Proxies of the environment (`https_proxy`, `no_proxy` and others) hold for all addresses but
/// loopback ones.
#[derive(Clone)]
pub struct ReqwestTransport {
    client: reqwest::Client,
    /// For this machine. It is not made for the first request: a request that waits for it after
    /// the limiter goes out beside later ones.
    direct: reqwest::Client,
}

impl ReqwestTransport {
    /// A transport that names itself `user_agent`.
    ///
    /// # Errors
    /// `config` where TLS cannot be set up on this machine or the name is no header value.
    pub fn new(user_agent: &str) -> Result<Self> {
        let build = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|error| {
                Error::config(format!("the HTTP client cannot be set up: {}", describe(&error)))
            })
        };
        Ok(Self {
            client: build(builder(user_agent))?,
            direct: build(builder(user_agent).no_proxy())?,
        })
    }

    /// The client for an address. A proxy reaches another machine's loopback, and would be given the
    /// key of a plain request.
    fn client(&self, url: &Url) -> &reqwest::Client {
        if is_loopback(url) { &self.direct } else { &self.client }
    }
}

fn builder(user_agent: &str) -> reqwest::ClientBuilder {
    tls::add_roots(reqwest::Client::builder())
        .user_agent(user_agent)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(Duration::from_secs(50))
        .tcp_nodelay(true)
        .referer(false)
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReqwestTransport")
    }
}

#[async_trait::async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, request: HttpRequest) -> Result<Response, TransportError> {
        tls::check(&request.url)?;
        let longest = request.longest_answer;
        let client = self.client(&request.url);
        let mut outgoing = reqwest::Request::new(request.method, request.url);
        *outgoing.headers_mut() = request.headers;
        match request.body {
            Payload::Bytes(bytes) if bytes.is_empty() => {}
            Payload::Bytes(bytes) => *outgoing.body_mut() = Some(bytes.into()),
            Payload::Stream(reader) => {
                *outgoing.body_mut() = Some(reqwest::Body::wrap(Streamed::new(reader)));
            }
        }
        let mut incoming = client.execute(outgoing).await.map_err(|error| classify(&error))?;
        let status = incoming.status();
        let headers = std::mem::take(incoming.headers_mut());
        // Most bodies are one chunk, which is not copied.
        let mut body = Bytes::new();
        while let Some(chunk) = incoming.chunk().await.map_err(|error| classify(&error))? {
            if body.len() + chunk.len() > longest {
                return Err(TransportError::TooLong(longest));
            }
            if body.is_empty() {
                body = chunk;
            } else {
                let mut longer = BytesMut::from(body);
                longer.extend_from_slice(&chunk);
                body = longer.freeze();
            }
        }
        Ok(Response::new(status, headers, body))
    }
}

/// A source as reqwest takes it. The length it says becomes `Content-Length`.
struct Streamed {
    // reqwest asks for `Sync`, which a source need not be; the lock is never taken.
    reader: Mutex<SourceReader>,
    left: u64,
    chunk: Vec<u8>,
}

impl Streamed {
    fn new(reader: SourceReader) -> Self {
        Self { left: reader.length(), reader: Mutex::new(reader), chunk: Vec::new() }
    }
}

impl http_body::Body for Streamed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = self.get_mut();
        let reader = this.reader.get_mut().unwrap_or_else(PoisonError::into_inner);
        this.chunk.resize(CHUNK, 0);
        let mut buffer = ReadBuf::new(&mut this.chunk);
        if let Err(error) = ready!(Pin::new(reader).poll_read(cx, &mut buffer)) {
            return Poll::Ready(Some(Err(error)));
        }
        let read = buffer.filled().len();
        if read == 0 {
            return Poll::Ready(None);
        }
        let mut chunk = std::mem::take(&mut this.chunk);
        chunk.truncate(read);
        this.left = this.left.saturating_sub(read as u64);
        Poll::Ready(Some(Ok(Frame::data(chunk.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

fn classify(error: &reqwest::Error) -> TransportError {
    if error.is_connect() {
        if error.is_timeout() {
            return TransportError::TimedOut(Stage::NotSent);
        }
        if let Some(error) = tls::failure(error) {
            return error;
        }
        return TransportError::Connect(describe(error));
    }
    if error.is_builder() {
        return TransportError::Invalid(describe(error));
    }
    if error.is_timeout() {
        return TransportError::TimedOut(Stage::Unknown);
    }
    TransportError::Broken(describe(error))
}

/// The error's innermost reason. reqwest's own text is left out: it contains the address.
fn describe(error: &reqwest::Error) -> String {
    let mut reason: Option<&dyn std::error::Error> = error.source();
    while let Some(inner) = reason.and_then(std::error::Error::source) {
        reason = Some(inner);
    }
    match reason {
        Some(reason) => reason.to_string(),
        None if error.is_builder() => "it is no valid request".to_owned(),
        None => "the exchange failed".to_owned(),
    }
}
