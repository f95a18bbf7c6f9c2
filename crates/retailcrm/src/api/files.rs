//! `files`: files of customers and orders. Calls have no files.

use std::borrow::Cow;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use vochi_crm_core::http::{self, ApiRequest, Operation, Output, Repeat, Response, Source};
use vochi_crm_core::{Error, Result, Text, setters, wire};

use super::list::Filter;
use super::response::{Done, Field};
use crate::model::{Customer, CustomerId, EntityRef, FileId, Order, OrderId, StoredFile};

/// The content type of an upload.
const CONTENT_TYPE: &str = "application/octet-stream";

setters! {
    /// Narrows the list of files (`GET /api/v5/files`).
    #[derive(Default)]
    pub payload FileFilter {
        /// Files with these ids.
        ids: Option<Vec<FileId>>,
        /// Files of these customers.
        customer_ids: Option<Vec<CustomerId>>,
        /// Files of these orders.
        order_ids: Option<Vec<OrderId>>,
        /// The file name.
        filename: Option<String>,
    }
}

impl Filter for FileFilter {
    type Entity = StoredFile;
    const NAME: &'static str = "files";
}

/// Reads the description of a file (`GET /api/v5/files/{id}`).
#[derive(Clone, Copy, Debug)]
pub struct GetFile(pub FileId);

impl Operation for GetFile {
    type Output = Field<StoredFile>;
    const NAME: &'static str = "files/{id}";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get(format!("/api/v5/files/{}", self.0)))
    }

    fn planned(&self) -> Response {
        Field::<StoredFile>::planned_with(self.0.get())
    }
}

/// Uploads a file (`POST /api/v5/files/upload`).
///
/// The CRM names the file by the time and attaches it to nothing; [`EditFile`] changes that. No
/// idempotency key: a lost response, or a file that fails during the upload, ends with effect
/// `maybe`. An account with insufficient funds refuses (`rejected`).
///
/// ```
/// use vochi_crm_core::http::Operation;
/// use vochi_crm_retailcrm::api::UploadFile;
/// let request = UploadFile::file("/var/lib/offers/2026-03.pdf").request()?;
/// assert_eq!(request.body_ref().content_type(), Some("application/octet-stream"));
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct UploadFile {
    body: http::Body,
}

impl UploadFile {
    /// Uploads a small file. Clones of the request share its bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self { body: http::Body::Bytes { content_type: CONTENT_TYPE, bytes: bytes.into().into() } }
    }

    /// Uploads the file at this path, of any size. It is read while it is sent, and read again for
    /// a retry.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { body: http::Body::file(CONTENT_TYPE, path) }
    }

    /// Uploads a file from another source, read like [`file`](Self::file).
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
        Self { body: http::Body::stream(CONTENT_TYPE, source) }
    }
}

impl Operation for UploadFile {
    type Output = Field<StoredFile>;
    const NAME: &'static str = "files/upload";
    const REPEAT: Repeat = Repeat::Unsafe;

    fn request(&self) -> Result<ApiRequest> {
        // A streamed file is checked when it is opened.
        if matches!(&self.body, http::Body::Bytes { bytes, .. } if bytes.is_empty()) {
            return Err(Error::input("cannot upload the file: it is empty"));
        }
        Ok(ApiRequest::post("/api/v5/files/upload").body(self.body.clone()))
    }
}

setters! {
    /// Names and attaches a file (`POST /api/v5/files/{id}/edit`). Returns the changed file if the
    /// response contains it. Fields that are not set are not sent.
    ///
    /// ```
    /// use vochi_crm_core::Text;
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_retailcrm::api::EditFile;
    /// use vochi_crm_retailcrm::model::{CustomerId, FileId};
    /// let request = EditFile::new(FileId::new(25)?)
    ///     .filename(Text::new("offer.pdf")?)
    ///     .attached_to_customer(CustomerId::new(60)?)
    ///     .request()?;
    /// assert_eq!(request.path(), "/api/v5/files/25/edit");
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub payload EditFile {
        #[serde(skip)]
        file: FileId,
        /// The name with its extension.
        filename: Option<Text>,
        /// Adds attachments. Set all of them: it is unknown whether the CRM keeps the others.
        attachment: Vec<AttachedTo>,
    }
}

/// The customer or order that a file is attached to.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum AttachedTo {
    /// A customer.
    Customer(EntityRef<Customer>),
    /// An order.
    Order(EntityRef<Order>),
}

impl EditFile {
    /// Attaches the file to a customer.
    #[must_use]
    pub fn attached_to_customer(self, customer: impl Into<EntityRef<Customer>>) -> Self {
        self.attachment([AttachedTo::Customer(customer.into())])
    }

    /// Attaches the file to an order.
    #[must_use]
    pub fn attached_to_order(self, order: impl Into<EntityRef<Order>>) -> Self {
        self.attachment([AttachedTo::Order(order.into())])
    }
}

/// Returns the changed file, if the response contains it.
#[derive(Clone, Copy, Debug)]
pub struct EditedFile;

impl EditedFile {
    fn read(response: &Response, known: Option<FileId>) -> Result<Option<StoredFile>> {
        #[derive(Default, Deserialize)]
        #[serde(transparent)]
        struct Fields(#[serde(deserialize_with = "wire::object_or_default")] Map<String, Value>);
        let Fields(mut file) = response.field_or_default("file")?;
        if file.is_empty() {
            return Ok(None);
        }
        let readable = file.get("id").is_some_and(|id| FileId::deserialize(id).is_ok());
        if let Some(id) = known.filter(|_| !readable) {
            file.insert("id".to_owned(), id.get().into());
        }
        let file = StoredFile::deserialize(Value::Object(file));
        file.map(Some).map_err(|_| response.unreadable("unexpected form of file"))
    }
}

impl Output for EditedFile {
    type Value = Option<StoredFile>;

    fn decode(response: &Response) -> Result<Option<StoredFile>> {
        Self::read(response, None)
    }

    fn planned() -> Response {
        Field::<StoredFile>::planned()
    }
}

impl Operation for EditFile {
    type Output = EditedFile;
    const NAME: &'static str = "files/{id}/edit";
    const REPEAT: Repeat = Repeat::Keyed;

    fn request(&self) -> Result<ApiRequest> {
        if self.filename.is_none() && self.attachment.is_empty() {
            return Err(Error::input("cannot change a file: no field is set"));
        }
        ApiRequest::post(format!("/api/v5/files/{}/edit", self.file)).form_json("file", self)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.file.to_string().into())
    }

    fn decode(&self, response: &Response) -> Result<Option<StoredFile>> {
        EditedFile::read(response, Some(self.file))
    }

    fn planned(&self) -> Response {
        Field::<StoredFile>::planned_with(self.file.get())
    }
}

/// Deletes a file (`POST /api/v5/files/{id}/delete`). A file that is already deleted is `not_found`.
#[derive(Clone, Copy, Debug)]
pub struct DeleteFile(pub FileId);

impl Operation for DeleteFile {
    type Output = Done;
    const NAME: &'static str = "files/{id}/delete";
    const REPEAT: Repeat = Repeat::Keyed;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::post(format!("/api/v5/files/{}/delete", self.0)))
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.0.to_string().into())
    }
}
