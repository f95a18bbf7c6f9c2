//! The HTTP transport as a trait, so that a host can provide its own.

use std::fmt;
use std::io;

use bytes::Bytes;
use http::{HeaderMap, Method};
use tokio::io::AsyncReadExt as _;
use url::Url;

use super::{Response, SourceReader};

/// The bytes of a request, for one attempt. `Debug` does not print them.
#[non_exhaustive]
pub enum Payload {
    /// Bytes in memory.
    Bytes(Bytes),
    /// Bytes that are read while they are sent, with their length as `Content-Length`.
    Stream(SourceReader),
}

impl Payload {
    /// The number of bytes.
    pub fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Stream(reader) => reader.length(),
        }
    }

    /// Reads all bytes into memory: for tests, and for transports that cannot stream.
    ///
    /// # Errors
    /// If its source cannot be read, or does not have the announced length.
    pub async fn read(self) -> io::Result<Bytes> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Stream(mut reader) => {
                let mut bytes = Vec::new();
                reader.read_to_end(&mut bytes).await?;
                Ok(bytes.into())
            }
        }
    }
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<SourceReader> for Payload {
    fn from(reader: SourceReader) -> Self {
        Self::Stream(reader)
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self {
            Self::Bytes(_) => "Bytes",
            Self::Stream(_) => "Stream",
        };
        write!(f, "{how}({} bytes)", self.length())
    }
}

/// A complete request: URL, credentials, body. `Debug` prints none of them.
#[non_exhaustive]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The URL. It may contain a secret.
    pub url: Url,
    /// The headers; secret ones are marked sensitive.
    pub headers: HeaderMap,
    /// The body.
    pub body: Payload,
    /// The largest accepted response in bytes.
    pub longest_answer: usize,
}

impl HttpRequest {
    /// Creates a request.
    pub fn new(method: Method, url: Url, headers: HeaderMap, body: impl Into<Payload>) -> Self {
        Self { method, url, headers, body: body.into(), longest_answer: 8 * 1024 * 1024 }
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("host", &self.url.host_str())
            .field("body_bytes", &self.body.length())
            .finish_non_exhaustive()
    }
}

/// How far a request got before the transport failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// No byte of it reached the server.
    NotSent,
    /// It may have been received and applied.
    Unknown,
}

/// Why a server's certificate was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateFault {
    /// The issuer is unknown to this machine, or the certificate is self-signed.
    UnknownIssuer,
    /// It is expired, or not yet valid.
    OutOfDate,
    /// It is for another host.
    OtherHost,
    /// It is revoked, unreadable, or not for a server.
    Other,
}

impl CertificateFault {
    /// What an operator can do about it.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::UnknownIssuer => {
                "add the certificate of the authority (CA) to those this machine trusts \
                 (update-ca-certificates), or name a PEM file with all of them in SSL_CERT_FILE"
            }
            Self::OutOfDate => "check the clock of this machine, then the server's certificate",
            Self::OtherHost => "check url: the certificate is for another host",
            Self::Other => "have the server's certificate checked",
        }
    }
}

impl fmt::Display for CertificateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownIssuer => "unknown issuer",
            Self::OutOfDate => "expired or not yet valid",
            Self::OtherHost => "not valid for this host",
            Self::Other => "not valid",
        })
    }
}

/// A failure of the transport. Its message contains no address and no secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// No connection: name resolution, network or TLS failed.
    #[error("no connection: {0}")]
    Connect(String),
    /// The server's certificate was refused. A retry would fail in the same way.
    #[error("certificate refused: {0}")]
    Certificate(CertificateFault),
    /// The server does not use TLS at this port.
    #[error("no TLS connection: the server responds without TLS")]
    NoTls,
    /// The address needs TLS, and this build has none.
    #[error("https needs the feature `tls`")]
    TlsDisabled,
    /// The connection broke.
    #[error("connection lost: {0}")]
    Broken(String),
    /// No response arrived in time.
    #[error("no response in time")]
    TimedOut(Stage),
    /// The response is longer than the request allows.
    #[error("the response is longer than {0} bytes")]
    TooLong(usize),
    /// The request could not be built.
    #[error("invalid request: {0}")]
    Invalid(String),
}

impl TransportError {
    /// How far the request got.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Connect(_)
            | Self::Certificate(_)
            | Self::NoTls
            | Self::TlsDisabled
            | Self::Invalid(_) => Stage::NotSent,
            Self::TimedOut(stage) => *stage,
            Self::Broken(_) | Self::TooLong(_) => Stage::Unknown,
        }
    }
}

/// Sends requests. The default is `ReqwestTransport`, with the feature `transport`.
///
/// An implementation must not follow redirects (they would send credentials elsewhere), must not
/// retry, and must not set timeouts other than for connecting: the pipeline does that.
#[async_trait::async_trait]
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends a request and reads the whole response.
    ///
    /// # Errors
    /// The failure, with how far the request got. An HTTP error status is a response, not an error.
    async fn send(&self, request: HttpRequest) -> Result<Response, TransportError>;
}
