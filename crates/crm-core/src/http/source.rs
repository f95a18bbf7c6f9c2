//! Where the bytes of a streamed body come from.

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

/// The bytes of a body that is too large to be kept in memory. It is opened again, from its
/// beginning, for every attempt.
///
/// Ready-made are [`FileSource`] and `Bytes`. A host with bytes elsewhere brings its own:
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
    /// What errors and dry runs call it: a path, say. No secrets.
    fn name(&self) -> Cow<'_, str>;

    /// Opens it from its beginning.
    ///
    /// # Errors
    /// Whatever is in the way. It ends the operation: nothing is sent, and nothing is tried again.
    /// So does a body without a byte.
    async fn open(&self) -> Result<SourceReader>;

    /// The parts of a form in parts, for a dry run to show; none of anything else.
    fn parts(&self) -> &[Part] {
        &[]
    }
}

/// An opened [`Source`]: its length, and its bytes as an `AsyncRead`.
///
/// It keeps the source to its word. One that ends early, or gives more than it said, fails before
/// its last byte, so that the CRM never takes a part for the whole.
pub struct SourceReader {
    length: u64,
    left: u64,
    /// The last byte, while it is not known whether the source ends after it.
    last: Option<u8>,
    ended: bool,
    bytes: Pin<Box<dyn AsyncRead + Send>>,
    flow: Option<Arc<Flow>>,
}

impl SourceReader {
    /// Exactly this many bytes. The length is sent before them, so it must be known.
    pub fn new(length: u64, bytes: impl AsyncRead + Send + 'static) -> Self {
        Self { length, left: length, last: None, ended: false, bytes: Box::pin(bytes), flow: None }
    }

    /// How many bytes it has as a whole.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The same, reporting to `flow`.
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
                (Some(_), _) => return Poll::Ready(Err(Fault::Long { told: self.length })),
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
        Fault::Short { told: self.length, came: self.length - self.left }
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
                let told = io::Error::other(fault.to_string());
                if let Some(flow) = flow {
                    flow.failed(fault);
                }
                Poll::Ready(Err(told))
            }
        }
    }
}

impl fmt::Debug for SourceReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceReader({} of {} bytes left)", self.left, self.length)
    }
}

/// A file, opened anew for every attempt. How long it is, is read when it is opened; one that
/// changes its length while it is read fails.
///
/// ```
/// use vochi_crm_core::http::{FileSource, Source};
/// let recording = FileSource::new("/var/spool/asterisk/monitor/1710.mp3");
/// assert_eq!(recording.name(), "/var/spool/asterisk/monitor/1710.mp3");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSource(PathBuf);

impl FileSource {
    /// The file at this path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    fn unusable(&self, why: &dyn fmt::Display) -> Error {
        Error::input(format!("{} cannot be sent: {why}", self.0.display()))
            .with_hint("nothing was sent; check the path, and that we may read it")
    }
}

#[async_trait::async_trait]
impl Source for FileSource {
    fn name(&self) -> Cow<'_, str> {
        self.0.to_string_lossy()
    }

    async fn open(&self) -> Result<SourceReader> {
        let unusable = |error: io::Error| self.unusable(&error);
        // Asked before it is opened: opening a pipe would wait for a writer.
        let is_file = tokio::fs::metadata(&self.0).await.map_err(unusable)?;
        if !is_file.is_file() {
            return Err(self.unusable(&"it is no regular file"));
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
