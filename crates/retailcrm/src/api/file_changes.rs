//! `files/upload`, `files/{id}/edit`, `files/{id}/delete`: putting files into the CRM.

use std::borrow::Cow;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use vochi_crm_core::http::{ApiRequest, Body, Endpoint, Repeat, Response, Source};
use vochi_crm_core::{Error, Result, wire};

use super::files::Answered;
use crate::model::{CustomerId, FileId, OrderId, StoredFile, Target, given};

/// What the CRM takes as the bytes of a file.
const CONTENT_TYPE: &str = "application/octet-stream";

/// Puts a file into the CRM (`POST /api/v5/files/upload`), as its bytes and nothing else.
///
/// The CRM gives it a name by the time, and it belongs to nothing yet: [`EditFile`] names and
/// attaches it. The CRM keeps another one for every request, so it is repeated only if it surely was
/// not carried out. Accounts without money for it refuse (`rejected`). A recording of a call is not
/// uploaded: a call has only its address.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::UploadFile;
/// let request = UploadFile::file("/var/lib/offers/2026-03.pdf").request()?;
/// assert_eq!(request.body_ref().content_type(), Some("application/octet-stream"));
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct UploadFile {
    body: Body,
}

impl UploadFile {
    /// A small file with these bytes. They are kept for a repeat, and shared by clones of the
    /// request.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self { body: Body::Bytes { content_type: CONTENT_TYPE, bytes: bytes.into().into() } }
    }

    /// The file at this path, however large. It is read while it goes out, anew for a repeat, and
    /// never kept in memory.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { body: Body::file(CONTENT_TYPE, path) }
    }

    /// A file that lies elsewhere than on a disk of ours, read like [`file`](Self::file).
    ///
    /// ```
    /// # use std::borrow::Cow;
    /// use vochi_crm_core::Result;
    /// use vochi_crm_core::http::{Source, SourceReader};
    /// use vochi_crm_retailcrm::api::UploadFile;
    ///
    /// /// An object of the host's own storage.
    /// struct Stored {
    ///     key: String,
    ///     length: u64,
    /// }
    ///
    /// # async fn bytes_of(key: &str) -> Result<&'static [u8]> { Ok(b"") }
    /// #[async_trait::async_trait]
    /// impl Source for Stored {
    ///     fn name(&self) -> Cow<'_, str> {
    ///         self.key.as_str().into()
    ///     }
    ///
    ///     async fn open(&self) -> Result<SourceReader> {
    ///         let bytes = bytes_of(&self.key).await?;
    ///         Ok(SourceReader::new(self.length, bytes))
    ///     }
    /// }
    ///
    /// let key = "offers/2026-03.pdf".to_owned();
    /// let upload = UploadFile::from_source(Stored { key, length: 3_000_000 });
    /// ```
    pub fn from_source(source: impl Source + 'static) -> Self {
        Self { body: Body::stream(CONTENT_TYPE, source) }
    }
}

impl Endpoint for UploadFile {
    type Output = StoredFile;

    fn operation(&self) -> &'static str {
        "files/upload"
    }

    fn request(&self) -> Result<ApiRequest> {
        // An empty one that is streamed is refused when it is opened.
        if matches!(&self.body, Body::Bytes { bytes, .. } if bytes.is_empty()) {
            return Err(Error::input("the file is empty"));
        }
        Ok(ApiRequest::post("/api/v5/files/upload").body(self.body.clone()))
    }

    fn decode(&self, answer: &Response) -> Result<StoredFile> {
        answer.json::<Answered>().map(|answered| answered.file)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Unsafe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "file": { "id": 1 } }))
    }
}

/// Names a file and says what it is attached to (`POST /api/v5/files/{id}/edit`). A repeat writes
/// the same once more. The output is the file as it is now, if the response has it.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::EditFile;
/// use vochi_crm_retailcrm::model::{CustomerId, FileId};
/// let request = EditFile::new(FileId::new(25))
///     .with_filename("offer.pdf")
///     .attached_to_customer(CustomerId::new(60))
///     .request()?;
/// assert_eq!(request.path(), "/api/v5/files/25/edit");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct EditFile {
    file: FileId,
    data: Data,
}

#[derive(Clone, Debug, Serialize)]
struct Data {
    #[serde(skip_serializing_if = "Option::is_none")]
    filename: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachment: Vec<Attached>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Attached {
    Customer(Target<CustomerId>),
    Order(Target<OrderId>),
}

impl EditFile {
    /// This file. What is not set is not sent.
    pub fn new(file: FileId) -> Self {
        Self { file, data: Data { filename: None, attachment: Vec::new() } }
    }

    /// The name, with its ending.
    #[must_use]
    pub fn with_filename(mut self, name: impl Into<String>) -> Self {
        self.data.filename = Some(name.into());
        self
    }

    /// It belongs to this customer. Name every one it shall belong to: whether the CRM keeps the
    /// others is not known.
    #[must_use]
    pub fn attached_to_customer(mut self, customer: impl Into<Target<CustomerId>>) -> Self {
        self.data.attachment.push(Attached::Customer(customer.into()));
        self
    }

    /// It belongs to this order. Name every one it shall belong to: whether the CRM keeps the others
    /// is not known.
    #[must_use]
    pub fn attached_to_order(mut self, order: impl Into<Target<OrderId>>) -> Self {
        self.data.attachment.push(Attached::Order(order.into()));
        self
    }
}

/// The response to a change of a file. The change is done, with or without the file in it.
#[derive(Deserialize)]
struct Edited {
    #[serde(default, deserialize_with = "wire::object_or_default")]
    file: Map<String, Value>,
}

impl Endpoint for EditFile {
    type Output = Option<StoredFile>;

    fn operation(&self) -> &'static str {
        "files/{id}/edit"
    }

    fn request(&self) -> Result<ApiRequest> {
        if self.data.filename.is_none() && self.data.attachment.is_empty() {
            return Err(Error::input("a change of a file changes nothing"));
        }
        given::id("the file", self.file.get())?;
        given::text("filename", self.data.filename.as_deref())?;
        for attached in &self.data.attachment {
            match attached {
                Attached::Customer(customer) => given::id("the customer", customer.id().get())?,
                Attached::Order(order) => given::id("the order", order.id().get())?,
            }
        }
        ApiRequest::post(format!("/api/v5/files/{}/edit", self.file)).form_json("file", &self.data)
    }

    fn decode(&self, answer: &Response) -> Result<Option<StoredFile>> {
        let Edited { mut file } = answer.json()?;
        if file.is_empty() {
            return Ok(None);
        }
        // The id is known: the rest is kept without it.
        if file.get("id").is_none_or(|id| FileId::deserialize(id).is_err()) {
            file.insert("id".to_owned(), self.file.get().into());
        }
        let file = StoredFile::deserialize(Value::Object(file));
        file.map(Some).map_err(|_| answer.unreadable("file is not of the expected form"))
    }

    fn repeat(&self) -> Repeat {
        Repeat::Keyed
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.file.to_string().into())
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "file": { "id": self.file } }))
    }
}

/// Removes a file (`POST /api/v5/files/{id}/delete`). One that is gone already is `not_found`.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::DeleteFile;
/// use vochi_crm_retailcrm::model::FileId;
/// let request = DeleteFile::new(FileId::new(25)).request()?;
/// assert_eq!(request.path(), "/api/v5/files/25/delete");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DeleteFile {
    file: FileId,
}

impl DeleteFile {
    /// The one with this id.
    pub fn new(file: FileId) -> Self {
        Self { file }
    }
}

impl Endpoint for DeleteFile {
    type Output = ();

    fn operation(&self) -> &'static str {
        "files/{id}/delete"
    }

    fn request(&self) -> Result<ApiRequest> {
        given::id("the file", self.file.get())?;
        Ok(ApiRequest::post(format!("/api/v5/files/{}/delete", self.file)))
    }

    fn decode(&self, _: &Response) -> Result<()> {
        Ok(())
    }

    fn repeat(&self) -> Repeat {
        Repeat::Keyed
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.file.to_string().into())
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true }))
    }
}
