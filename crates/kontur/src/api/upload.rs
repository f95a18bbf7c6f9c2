//! `files`: uploading a recording.

use std::borrow::Cow;
use std::path::PathBuf;

use bytes::Bytes;
use serde_json::json;
use vochi_crm_core::http::{
    ApiRequest, Endpoint, FileSource, Multipart, Part, Repeat, Response, Source, SourceReader,
};
use vochi_crm_core::{Error, Result};

use super::done::{self, PLACEHOLDER};
use super::paths;
use crate::model::{FileName, LARGEST_FILE, StoredFile};

/// Uploads a file (`POST …/files`), to be attached to a call within a day: by
/// [`RegisterCall`](super::RegisterCall) where it is ready by then, else by
/// [`CallRecording`](super::CallRecording). Its id may be used once.
///
/// The file is read while it goes out, anew for every attempt, and never kept in memory. One that is
/// empty or above [`LARGEST_FILE`] is refused when it is opened, before anything is sent. What was
/// uploaded and is attached to nothing expires by itself, so it is sent again after a lost answer.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::UploadFile;
/// use vochi_crm_kontur::model::FileName;
/// let name = FileName::new("2025-11-20_093835_375291112233_101.mp3")?;
/// let upload = UploadFile::file("/recordings/1763631515.43.mp3", name, "audio/mpeg");
/// assert_eq!(upload.request()?.path(), "/files");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct UploadFile {
    part: Part,
    name: FileName,
    content_type: Cow<'static, str>,
    boundary: Option<String>,
}

impl UploadFile {
    /// The file at this path.
    pub fn file(
        path: impl Into<PathBuf>,
        name: FileName,
        content_type: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::from_source(FileSource::new(path), name, content_type)
    }

    /// A small file with these bytes.
    pub fn bytes(
        bytes: impl Into<Vec<u8>>,
        name: FileName,
        content_type: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::from_source(Bytes::from(bytes.into()), name, content_type)
    }

    /// A file that lies elsewhere than on a disk of ours.
    pub fn from_source(
        source: impl Source + 'static,
        name: FileName,
        content_type: impl Into<Cow<'static, str>>,
    ) -> Self {
        let content_type = content_type.into();
        Self {
            part: Part::new("file", Bounded(source))
                .with_file_name(name.as_str())
                .with_content_type(content_type.clone()),
            name,
            content_type,
            boundary: None,
        }
    }

    /// Sets the boundary of the form, for tests that compare bytes.
    #[must_use]
    pub fn with_boundary(mut self, boundary: impl Into<String>) -> Self {
        self.boundary = Some(boundary.into());
        self
    }
}

/// A source that Kontur takes.
struct Bounded<S>(S);

#[async_trait::async_trait]
impl<S: Source> Source for Bounded<S> {
    fn name(&self) -> Cow<'_, str> {
        self.0.name()
    }

    async fn open(&self) -> Result<SourceReader> {
        let opened = self.0.open().await?;
        match opened.length() {
            0 => Err(Error::input(format!("{} is empty", self.0.name()))),
            1..=LARGEST_FILE => Ok(opened),
            length => Err(Error::input(format!(
                "{} has {length} bytes, and Kontur takes {LARGEST_FILE}",
                self.0.name()
            ))
            .with_hint("encode the recording smaller, as mono MP3")),
        }
    }
}

/// Whether a text can be a content type: a type and a subtype of letters a header may hold.
fn is_content_type(text: &str) -> bool {
    let good = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic());
    let plain = text.split(';').next().unwrap_or_default().trim();
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && plain.split_once('/').is_some_and(|(kind, sub)| good(kind) && good(sub))
}

impl Endpoint for UploadFile {
    type Output = StoredFile;

    fn operation(&self) -> &'static str {
        "files"
    }

    fn request(&self) -> Result<ApiRequest> {
        if !is_content_type(&self.content_type) {
            return Err(Error::input(format!("{:?} is no content type", self.content_type))
                .with_hint("write it as audio/mpeg"));
        }
        let mut form = Multipart::new();
        if let Some(boundary) = &self.boundary {
            form = form.with_boundary(boundary.clone());
        }
        let form = form.part(self.part.clone());
        Ok(ApiRequest::post(paths::FILES).body(form.into()))
    }

    fn decode(&self, answer: &Response) -> Result<StoredFile> {
        done::object(answer)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Keyed
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({
            "fileId": PLACEHOLDER,
            "fileName": self.name,
            "contentType": self.content_type,
        }))
    }
}
