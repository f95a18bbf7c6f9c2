//! `files/{id}`, `files/{id}/meta`: uploaded files.

use serde_json::json;
use vochi_crm_core::http::{ApiRequest, Operation, Repeat, Response, segment};
use vochi_crm_core::{Result, setters};

use super::response::{Content, Object};
use crate::model::{FileId, StoredFile};

/// Reads the name, type and length of a file (`GET …/files/{fileId}/meta`).
///
/// ```
/// use vochi_crm_core::http::Operation;
/// use vochi_crm_kontur::api::GetFileMeta;
/// use vochi_crm_kontur::model::FileId;
/// let request = GetFileMeta(FileId::new("7c9e6679")?).request()?;
/// assert_eq!(request.path(), "/files/7c9e6679/meta");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GetFileMeta(pub FileId);

impl Operation for GetFileMeta {
    type Output = Object<StoredFile>;
    const NAME: &'static str = "files/{id}/meta";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get(format!("/files/{}/meta", segment(&self.0)?)))
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "fileId": self.0 }))
    }
}

setters! {
    /// Reads the content of a file (`GET …/files/{fileId}`) into memory.
    ///
    /// A file above 8 MiB, the limit of all responses, is a `decode` error.
    ///
    /// ```
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_kontur::api::DownloadFile;
    /// use vochi_crm_kontur::model::FileId;
    /// let request = DownloadFile::new(FileId::new("7c9e6679")?).as_attachment().request()?;
    /// assert_eq!(request.query_string(), "download=true");
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub struct DownloadFile {
        file: FileId,
        /// Requests the file name in the response's `Content-Disposition`.
        as_attachment: bool,
    }
}

impl Operation for DownloadFile {
    type Output = Content;
    const NAME: &'static str = "files/{id}";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get(format!("/files/{}", segment(&self.file)?))
            .query_opt("download", self.as_attachment.then_some("true")))
    }
}
