//! HTTP server: listening, TLS, reading whole requests, aborting connections.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto::aws_lc_rs};
use tokio_rustls::server::TlsStream;

use crate::fault::Ending;
use crate::record::query_of;
use crate::wire::{Extra, Request, Response};

/// Limit of a request body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bodies {
    /// Bytes kept.
    pub(crate) kept: usize,
    /// Whether a longer body is read to its end, so that the CRM itself can refuse it.
    pub(crate) longer: bool,
}

impl Bodies {
    /// Larger than most requests; the largest are files with a recording.
    pub(crate) const ORDINARY: Self = Self { kept: 64 * 1024 * 1024, longer: false };
}

/// Time for pending responses after the sandbox stops.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);
/// Delay after a failed accept.
const ACCEPT_RETRY: Duration = Duration::from_millis(10);

/// The connection ends without a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lost(pub(crate) Ending);

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("lost on purpose")
    }
}

impl std::error::Error for Lost {}

pub(crate) type ResponseFuture = Pin<Box<dyn Future<Output = Result<Response, Lost>> + Send>>;

/// Request handler of a port.
pub(crate) type Handler = Arc<dyn Fn(Request) -> ResponseFuture + Send + Sync>;

/// Loads a certificate chain and its key from PEM files.
pub(crate) fn acceptor(cert: &Path, key: &Path) -> Result<TlsAcceptor, String> {
    let unreadable = |path: &Path, error: &dyn std::fmt::Display| {
        format!("cannot read the PEM file {}: {error}", path.display())
    };
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unreadable(cert, &error))?;
    if chain.is_empty() {
        return Err(format!("{} holds no certificate", cert.display()));
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, &error))?;
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| format!("certificate and key do not work together: {error}"))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Serves a port until stopped.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    handler: Handler,
    bodies: Bodies,
    stop: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    let mut stopping = pin!(stopped(stop.clone()));
    loop {
        tokio::select! {
            () = &mut stopping => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                let Ok((tcp, peer)) = accepted else {
                    // A failed connection, or no free file handle: pending ones need a moment to
                    // end.
                    tokio::time::sleep(ACCEPT_RETRY).await;
                    continue;
                };
                let (tls, handler, stop) = (tls.clone(), Arc::clone(&handler), stop.clone());
                connections.spawn(async move {
                    // Responses are small: waiting to fill packets only delays them.
                    let _ = tcp.set_nodelay(true);
                    match tls {
                        None => connection(tcp, peer, handler, bodies, stop).await,
                        Some(tls) => if let Ok(stream) = tls.accept(tcp).await {
                            connection(stream, peer, handler, bodies, stop).await;
                        },
                    }
                });
            }
        }
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, finished).await;
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // An error means that the sandbox was dropped.
    let _ = stop.wait_for(|stopped| *stopped).await;
}

/// Access to the socket of a stream, to reset it.
trait Socket {
    fn tcp(&self) -> &TcpStream;
}

impl Socket for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Socket for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

async fn connection<S>(
    stream: S,
    peer: SocketAddr,
    handler: Handler,
    bodies: Bodies,
    stop: watch::Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Socket + Unpin + Send + 'static,
{
    let reset = Arc::new(AtomicBool::new(false));
    let service = service_fn(|request: http::Request<Incoming>| {
        let (handler, reset) = (Arc::clone(&handler), Arc::clone(&reset));
        async move {
            let answer = match read(request, peer, bodies).await {
                Ok(request) => handler(request).await,
                Err(answer) => Ok(answer),
            };
            answer.map(written).inspect_err(|Lost(ending)| {
                reset.store(*ending == Ending::Reset, Ordering::Relaxed);
            })
        }
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        _ = &mut connection => {}
        () = stopped(stop) => {
            Pin::new(&mut connection).graceful_shutdown();
            let _ = (&mut connection).await;
        }
    }
    if reset.load(Ordering::Relaxed) {
        let stream = connection.into_parts().io.into_inner();
        let _ = stream.tcp().set_zero_linger();
    }
}

/// Reads the whole request, or returns an error response.
async fn read(
    request: http::Request<Incoming>,
    peer: SocketAddr,
    bodies: Bodies,
) -> Result<Request, Response> {
    let (head, body) = request.into_parts();
    let (body, cut) = collected(body, bodies).await.ok_or_else(|| {
        Response::new(StatusCode::PAYLOAD_TOO_LARGE, "text/plain", "too large or cut off")
    })?;
    Ok(Request {
        ip: peer.ip(),
        at: Instant::now(),
        query: query_of(&head.uri),
        path: head.uri.path().to_owned(),
        method: head.method,
        headers: head.headers,
        body,
        cut,
    })
}

/// The body and whether it was truncated; `None` if too long or incomplete.
async fn collected(mut body: Incoming, bodies: Bodies) -> Option<(Bytes, bool)> {
    let (mut kept, mut cut) = (BytesMut::new(), false);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.ok()?.into_data() else {
            continue;
        };
        if cut || kept.len() + data.len() > bodies.kept {
            cut = true;
            if !bodies.longer {
                return None;
            }
        } else {
            kept.extend_from_slice(&data);
        }
    }
    Some((kept.freeze(), cut))
}

fn written(answer: Response) -> http::Response<Full<Bytes>> {
    let mut response = http::Response::new(Full::new(answer.body));
    *response.status_mut() = answer.status;
    if !answer.content_type.is_empty()
        && let Ok(value) = HeaderValue::try_from(answer.content_type)
    {
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    if let Some(seconds) = answer.retry_after {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    let extra = answer.extra.map(|extra| match extra {
        Extra::FileName(name) => (header::CONTENT_DISPOSITION, disposition(&name)),
        Extra::Location(address) => (header::LOCATION, address.into()),
    });
    if let Some((name, value)) = extra
        && let Ok(value) = HeaderValue::try_from(value)
    {
        response.headers_mut().insert(name, value);
    }
    response
}

/// File name for `Content-Disposition`; non-ASCII as in RFC 6266.
fn disposition(name: &str) -> String {
    let plain = |it: char| it.is_ascii_graphic() && it != '"' && it != '\\' || it == ' ';
    if name.chars().all(plain) {
        return format!("attachment; filename=\"{name}\"");
    }
    let plain: String = name.chars().map(|it| if plain(it) { it } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            encoded.push(char::from(byte));
        } else {
            // Writing into a `String` cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// Wraps a handler that never loses a request.
pub(crate) fn always<F, Fut>(handler: F) -> Handler
where
    F: Fn(Request) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Response, Infallible>> + Send + 'static,
{
    Arc::new(move |request| {
        let answer = handler(request);
        Box::pin(async move { answer.await.map_err(|never| match never {}) })
    })
}
