//! `multipart/form-data` forms with streamed parts.

use std::borrow::Cow;
use std::fmt;
use std::io::Cursor;
use std::sync::Arc;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::{Body, PlannedPart, Source, SourceReader};
use crate::error::{Error, Result};

/// A `multipart/form-data` form. Its parts are opened for every attempt and are not held in memory.
///
/// ```
/// use vochi_crm_core::http::{ApiRequest, FileSource, Multipart, Part};
/// let recording = Part::new("file", FileSource::new("/recordings/1710.mp3"))
///     .with_file_name("1710.mp3")
///     .with_content_type("audio/mpeg");
/// let request = ApiRequest::post("/files").body(Multipart::new().part(recording).into());
/// let content_type = request.body_ref().content_type().unwrap_or_default();
/// assert!(content_type.starts_with("multipart/form-data; boundary="));
/// ```
#[derive(Clone, Debug)]
pub struct Multipart {
    boundary: String,
    parts: Vec<Part>,
}

/// One part of a [`Multipart`].
#[derive(Clone)]
pub struct Part {
    name: String,
    file_name: Option<String>,
    content_type: Option<Cow<'static, str>>,
    source: Arc<dyn Source>,
}

impl Part {
    /// Creates a part from a source.
    pub fn new(name: impl Into<String>, source: impl Source + 'static) -> Self {
        Self { name: name.into(), file_name: None, content_type: None, source: Arc::new(source) }
    }

    /// Creates a part from a text.
    pub fn text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(name, Bytes::from(text.into()))
    }

    /// Sets the file name. Not every CRM reads non-ASCII letters in it.
    #[must_use]
    pub fn with_file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Sets the content type.
    #[must_use]
    pub fn with_content_type(mut self, content_type: impl Into<Cow<'static, str>>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// The part as shown by a dry run.
    pub(super) fn planned(&self, redact: impl Fn(&str) -> String) -> PlannedPart {
        PlannedPart {
            name: self.name.clone(),
            file_name: self.file_name.as_deref().map(&redact),
            content_type: self.content_type.as_deref().map(str::to_owned),
            source: redact(&self.source.name()),
        }
    }

    fn head(&self, boundary: &str) -> Result<String> {
        let file_name = self
            .file_name
            .as_ref()
            .map_or_else(String::new, |name| format!("; filename=\"{}\"", quoted(name)));
        let content_type = match &self.content_type {
            Some(name) if name.contains(char::is_control) => {
                return Err(Error::input(format!("invalid content type {name:?}")));
            }
            Some(name) => format!("\r\nContent-Type: {name}"),
            None => String::new(),
        };
        let name = quoted(&self.name);
        Ok(format!(
            "--{boundary}\r\nContent-Disposition: form-data; \
             name=\"{name}\"{file_name}{content_type}\r\n\r\n"
        ))
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("name", &self.name)
            .field("file_name", &self.file_name)
            .field("source", &self.source.name())
            .finish_non_exhaustive()
    }
}

impl Default for Multipart {
    fn default() -> Self {
        Self::new()
    }
}

impl Multipart {
    /// Creates a form without parts, with a random boundary.
    pub fn new() -> Self {
        let boundary = format!("vochi-{:032x}", fastrand::u128(..));
        Self { boundary, parts: Vec::new() }
    }

    /// Sets the boundary, for tests that compare bytes: letters, digits and `-`, at most 70. Any
    /// other boundary is an error when the form is opened.
    #[must_use]
    pub fn with_boundary(mut self, boundary: impl Into<String>) -> Self {
        self.boundary = boundary.into();
        self
    }

    fn check(&self) -> Result<()> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if (1..=70).contains(&self.boundary.len()) && self.boundary.chars().all(plain) {
            return Ok(());
        }
        Err(Error::input(format!("invalid boundary {:?}", self.boundary)))
    }

    /// Adds a part.
    #[must_use]
    pub fn part(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }
}

impl From<Multipart> for Body {
    fn from(form: Multipart) -> Self {
        let content_type = format!("multipart/form-data; boundary={}", form.boundary);
        Self::stream(content_type, form)
    }
}

#[async_trait::async_trait]
impl Source for Multipart {
    fn name(&self) -> Cow<'_, str> {
        let parts = self.parts.iter().map(|part| {
            let source = part.source.name();
            format!("{}={source}", part.name)
        });
        parts.collect::<Vec<_>>().join(", ").into()
    }

    fn parts(&self) -> &[Part] {
        &self.parts
    }

    async fn open(&self) -> Result<SourceReader> {
        self.check()?;
        let mut length = 0_u64;
        let mut whole: Box<dyn AsyncRead + Send + Unpin> = Box::new(tokio::io::empty());
        for part in &self.parts {
            let head = part.head(&self.boundary)?;
            let opened = part.source.open().await?;
            // A host's source may report any length.
            let around = head.len() as u64 + 2;
            length = length.saturating_add(opened.length()).saturating_add(around);
            let part = Cursor::new(head).chain(opened).chain(&b"\r\n"[..]);
            whole = Box::new(whole.chain(part));
        }
        let end = format!("--{}--\r\n", self.boundary);
        length = length.saturating_add(end.len() as u64);
        Ok(SourceReader::new(length, whole.chain(Cursor::new(end))))
    }
}

/// Escapes a name in quotes as browsers do.
fn quoted(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
