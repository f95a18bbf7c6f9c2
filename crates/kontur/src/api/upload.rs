//! `files`: recording uploads.

use std::borrow::Cow;
use std::path::PathBuf;

use bytes::Bytes;
use serde_json::json;
use vochi_crm_core::http::{
    ApiRequest, FileSource, Multipart, Operation, Part, Repeat, Response, Source, SourceReader,
};
use vochi_crm_core::{Error, Result};

use super::response::{Object, PLACEHOLDER};
use crate::model::{FileName, LARGEST_FILE, StoredFile};

/// Uploads a file (`POST …/files`) that can be attached to a call within a day.
///
/// [`RegisterCall`](super::RegisterCall) attaches it if it is ready by then, else
/// [`CallRecording`](super::CallRecording). Its id can be used once.
///
/// The file is streamed, anew for every attempt, and never held in memory. An empty file or one
/// above [`LARGEST_FILE`] is an `input` error before anything is sent. An unattached upload
/// expires, so the request is sent again after a lost response.
///
/// ```
/// use vochi_crm_core::http::Operation;
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
    /// Uploads the file at a path.
    pub fn file(
        path: impl Into<PathBuf>,
        name: FileName,
        content_type: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::from_source(FileSource::new(path), name, content_type)
    }

    /// Uploads a small file from memory.
    pub fn bytes(
        bytes: impl Into<Vec<u8>>,
        name: FileName,
        content_type: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::from_source(Bytes::from(bytes.into()), name, content_type)
    }

    /// Uploads the bytes of any other source.
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

    /// Sets the boundary of the multipart form, for tests that compare bytes.
    #[must_use]
    pub fn boundary(mut self, boundary: impl Into<String>) -> Self {
        self.boundary = Some(boundary.into());
        self
    }
}

impl Operation for UploadFile {
    type Output = Object<StoredFile>;
    const NAME: &'static str = "files";
    const REPEAT: Repeat = Repeat::Keyed;

    fn request(&self) -> Result<ApiRequest> {
        if !is_content_type(&self.content_type) {
            return Err(Error::input(format!("invalid content type {:?}", self.content_type))
                .with_hint("write it as audio/mpeg"));
        }
        let form = match &self.boundary {
            Some(boundary) => Multipart::new().with_boundary(boundary.clone()),
            None => Multipart::new(),
        };
        Ok(ApiRequest::post("/files").body(form.part(self.part.clone()).into()))
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({
            "fileId": PLACEHOLDER,
            "fileName": self.name,
            "contentType": self.content_type,
        }))
    }
}

/// A source with a length Kontur accepts.
struct Bounded<S>(S);

#[async_trait::async_trait]
impl<S: Source> Source for Bounded<S> {
    fn name(&self) -> Cow<'_, str> {
        self.0.name()
    }

    async fn open(&self) -> Result<SourceReader> {
        let opened = self.0.open().await?;
        match opened.length() {
            0 => Err(Error::input(format!("cannot upload {}: the file is empty", self.0.name()))),
            1..=LARGEST_FILE => Ok(opened),
            length => Err(Error::input(format!(
                "cannot upload {}: {length} bytes exceed the limit of {LARGEST_FILE}",
                self.0.name()
            ))
            .with_hint("reduce the recording's size, for example as mono MP3")),
        }
    }
}

/// Returns true for `type/subtype` with characters a header may hold.
fn is_content_type(text: &str) -> bool {
    let good = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic());
    let plain = text.split(';').next().unwrap_or_default().trim();
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && plain.split_once('/').is_some_and(|(kind, sub)| good(kind) && good(sub))
}
