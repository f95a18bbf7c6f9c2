//! The way to the network, as a trait, so that a host can bring its own.

use std::fmt;
use std::io;

use bytes::Bytes;
use http::{HeaderMap, Method};
use tokio::io::AsyncReadExt as _;
use url::Url;

use super::{Response, SourceReader};

/// The bytes of a request, for one attempt. Its `Debug` does not show them.
#[non_exhaustive]
pub enum Payload {
    /// All of them.
    Bytes(Bytes),
    /// To be read while they are sent, with their length as `Content-Length`.
    Stream(SourceReader),
}

impl Payload {
    /// How many bytes it has.
    pub fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Stream(reader) => reader.length(),
        }
    }

    /// All of it, in memory: for tests, and for transports that cannot stream.
    ///
    /// # Errors
    /// Where its source cannot be read, or is not as long as it said.
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

/// A request with everything in it: address, credentials, body. Its `Debug` shows neither.
#[non_exhaustive]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The whole address. It may contain a secret.
    pub url: Url,
    /// The headers; secret ones are marked sensitive.
    pub headers: HeaderMap,
    /// The body.
    pub body: Payload,
    /// A longer answer is refused.
    pub longest_answer: usize,
}

impl HttpRequest {
    /// A request.
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

/// How far a request had come when the transport failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Not a byte of it reached the server.
    NotSent,
    /// It may have been received and carried out.
    Unknown,
}

/// Why a server's certificate was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateFault {
    /// It was issued by an authority that this machine does not trust, or by itself.
    UnknownIssuer,
    /// It is not valid any more, or not yet.
    OutOfDate,
    /// It is for another host.
    OtherHost,
    /// It was revoked, cannot be read, or is not for a server.
    Other,
}

impl CertificateFault {
    /// What the operator can do about it.
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
    /// No connection came about: name, network, TLS.
    #[error("no connection: {0}")]
    Connect(String),
    /// The server's certificate was refused. A retry would meet the same one.
    #[error("certificate refused: {0}")]
    Certificate(CertificateFault),
    /// The server does not speak TLS at this port.
    #[error("no TLS connection: the server responds without TLS")]
    NoTls,
    /// The address needs TLS, and this build has none.
    #[error("https needs the feature `tls`")]
    TlsDisabled,
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
/// An implementation does not follow redirects (they would carry credentials elsewhere), does not
/// retry, and sets no time limit of its own beyond the one for connecting: the pipeline does.
#[async_trait::async_trait]
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// Says how far the request had come. An HTTP error status is an answer, not an error.
    async fn send(&self, request: HttpRequest) -> Result<Response, TransportError>;
}
