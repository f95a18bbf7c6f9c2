//! `files/{id}`, `files/{id}/meta`: what was uploaded.

use serde_json::json;
use vochi_crm_core::Result;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};

use super::{done, paths};
use crate::model::{FileContent, FileId, StoredFile};

/// Asks what is known of a file (`GET …/files/{fileId}/meta`).
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::GetFileMeta;
/// use vochi_crm_kontur::model::FileId;
/// let request = GetFileMeta::new(FileId::new("7c9e6679")?).request()?;
/// assert_eq!(request.path(), "/files/7c9e6679/meta");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GetFileMeta {
    file: FileId,
}

impl GetFileMeta {
    /// Of this file.
    pub fn new(file: FileId) -> Self {
        Self { file }
    }
}

impl Endpoint for GetFileMeta {
    type Output = StoredFile;

    fn operation(&self) -> &'static str {
        "files/{id}/meta"
    }

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get(paths::file_meta(self.file.as_str())?))
    }

    fn decode(&self, answer: &Response) -> Result<StoredFile> {
        done::object(answer)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "fileId": self.file }))
    }
}

/// Gets a file's content (`GET …/files/{fileId}`). It is held in memory whole; one above 8 MiB, as
/// long as answers may be, is refused.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::DownloadFile;
/// use vochi_crm_kontur::model::FileId;
/// let request = DownloadFile::new(FileId::new("7c9e6679")?).as_attachment().request()?;
/// assert_eq!(request.query_string(), "download=true");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct DownloadFile {
    file: FileId,
    disposition: Disposition,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Disposition {
    Inline,
    Attachment,
}

impl DownloadFile {
    /// This file.
    pub fn new(file: FileId) -> Self {
        Self { file, disposition: Disposition::Inline }
    }

    /// With its name in the answer's `Content-Disposition`.
    #[must_use]
    pub fn as_attachment(mut self) -> Self {
        self.disposition = Disposition::Attachment;
        self
    }
}

impl Endpoint for DownloadFile {
    type Output = FileContent;

    fn operation(&self) -> &'static str {
        "files/{id}"
    }

    fn request(&self) -> Result<ApiRequest> {
        let request = ApiRequest::get(paths::file(self.file.as_str())?);
        Ok(match self.disposition {
            Disposition::Inline => request,
            Disposition::Attachment => request.query("download", "true"),
        })
    }

    fn decode(&self, answer: &Response) -> Result<FileContent> {
        Ok(FileContent::new(answer.content_type(), answer.body.clone()))
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::new(http::StatusCode::OK, http::HeaderMap::new(), "")
    }
}
