//! Sources of streamed bodies.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, ReadBuf};

use super::Part;
use super::flow::{Fault, Flow};
use crate::error::{Error, Result};

/// The bytes of a body that is too large for memory. It is opened from its beginning for every
/// attempt.
///
/// [`FileSource`] and `Bytes` implement it. A host with bytes elsewhere implements its own:
///
/// ```
/// use std::borrow::Cow;
/// use vochi_crm_core::Result;
/// use vochi_crm_core::http::{Body, Source, SourceReader};
///
/// /// Zeros, as many as asked for.
/// struct Silence(u64);
///
/// #[async_trait::async_trait]
/// impl Source for Silence {
///     fn name(&self) -> Cow<'_, str> {
///         "silence".into()
///     }
///
///     async fn open(&self) -> Result<SourceReader> {
///         use tokio::io::AsyncReadExt;
///         Ok(SourceReader::new(self.0, tokio::io::repeat(0).take(self.0)))
///     }
/// }
///
/// let body = Body::stream("audio/wav", Silence(500_000_000));
/// assert_eq!(body.content_type(), Some("audio/wav"));
/// ```
#[async_trait::async_trait]
pub trait Source: Send + Sync {
    /// The name in errors and dry runs, for example a path. No secrets.
    fn name(&self) -> Cow<'_, str>;

    /// Opens it from its beginning.
    ///
    /// # Errors
    /// Any failure. It ends the operation without sending and without a retry. An empty body does
    /// so too.
    async fn open(&self) -> Result<SourceReader>;

    /// The parts of a multipart form, for dry runs; empty for any other source.
    fn parts(&self) -> &[Part] {
        &[]
    }
}

/// An opened [`Source`]: its length, and its bytes as an `AsyncRead`.
///
/// It enforces the announced length. A source that ends early, or provides more, fails before its
/// last byte, so that the CRM cannot accept an incomplete body.
pub struct SourceReader {
    length: u64,
    left: u64,
    /// The last byte, held back until the end of the source is known.
    last: Option<u8>,
    ended: bool,
    bytes: Pin<Box<dyn AsyncRead + Send>>,
    flow: Option<Arc<Flow>>,
}

impl SourceReader {
    /// Creates a reader of exactly this many bytes. The length is sent before them, so it must be
    /// known.
    pub fn new(length: u64, bytes: impl AsyncRead + Send + 'static) -> Self {
        Self { length, left: length, last: None, ended: false, bytes: Box::pin(bytes), flow: None }
    }

    /// The total number of bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Reports progress to `flow`.
    pub(super) fn watched(mut self, flow: Arc<Flow>) -> Self {
        self.flow = Some(flow);
        self
    }

    fn next(&mut self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<(), Fault>> {
        if self.ended || buffer.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        if self.left > 1 {
            let most = usize::try_from(self.left - 1).unwrap_or(usize::MAX);
            let most = most.min(buffer.remaining());
            let mut part = ReadBuf::new(buffer.initialize_unfilled_to(most));
            ready!(self.bytes.as_mut().poll_read(cx, &mut part)).map_err(Fault::Read)?;
            let read = part.filled().len();
            if read == 0 {
                return Poll::Ready(Err(self.short()));
            }
            buffer.advance(read);
            self.left -= read as u64;
            return Poll::Ready(Ok(()));
        }
        loop {
            let mut byte = [0];
            let mut one = ReadBuf::new(&mut byte);
            ready!(self.bytes.as_mut().poll_read(cx, &mut one)).map_err(Fault::Read)?;
            match (one.filled().first(), self.last.take()) {
                (Some(byte), None) if self.left == 1 => self.last = Some(*byte),
                (Some(_), _) => return Poll::Ready(Err(Fault::Long { length: self.length })),
                (None, None) if self.left == 1 => return Poll::Ready(Err(self.short())),
                (None, last) => {
                    self.ended = true;
                    self.left = 0;
                    buffer.put_slice(last.as_slice());
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }

    fn short(&self) -> Fault {
        Fault::Short { length: self.length, came: self.length - self.left }
    }
}

impl AsyncRead for SourceReader {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let outcome = this.next(cx, buffer);
        match (outcome, &this.flow) {
            (Poll::Pending, flow) => {
                if let Some(flow) = flow {
                    flow.waits();
                }
                Poll::Pending
            }
            (Poll::Ready(Ok(())), flow) => {
                if let Some(flow) = flow {
                    flow.moved();
                }
                Poll::Ready(Ok(()))
            }
            (Poll::Ready(Err(fault)), flow) => {
                let error = io::Error::other(fault.to_string());
                if let Some(flow) = flow {
                    flow.failed(fault);
                }
                Poll::Ready(Err(error))
            }
        }
    }
}

impl fmt::Debug for SourceReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceReader({} of {} bytes left)", self.left, self.length)
    }
}

/// A file, opened for every attempt. Its length is read when it is opened; a file that changes its
/// length while it is read fails.
///
/// ```
/// use vochi_crm_core::http::{FileSource, Source};
/// let recording = FileSource::new("/var/spool/asterisk/monitor/1710.mp3");
/// assert_eq!(recording.name(), "/var/spool/asterisk/monitor/1710.mp3");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSource(PathBuf);

impl FileSource {
    /// Creates a source from the file at this path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    fn unusable(&self, why: &dyn fmt::Display) -> Error {
        Error::input(format!("cannot send {}: {why}", self.0.display()))
            .with_hint("nothing was sent; check the path and its permissions")
    }
}

#[async_trait::async_trait]
impl Source for FileSource {
    fn name(&self) -> Cow<'_, str> {
        self.0.to_string_lossy()
    }

    async fn open(&self) -> Result<SourceReader> {
        let unusable = |error: io::Error| self.unusable(&error);
        // Checked before it is opened, since opening a pipe would wait for a writer.
        let is_file = tokio::fs::metadata(&self.0).await.map_err(unusable)?;
        if !is_file.is_file() {
            return Err(self.unusable(&"not a regular file"));
        }
        let file = tokio::fs::File::open(&self.0).await.map_err(unusable)?;
        let length = file.metadata().await.map_err(unusable)?.len();
        Ok(SourceReader::new(length, file))
    }
}

#[async_trait::async_trait]
impl Source for Bytes {
    fn name(&self) -> Cow<'_, str> {
        format!("{} bytes", self.len()).into()
    }

    async fn open(&self) -> Result<SourceReader> {
        Ok(SourceReader::new(self.len() as u64, Cursor::new(self.clone())))
    }
}
