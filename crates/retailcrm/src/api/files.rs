//! `files`: finding them. Files belong to customers and orders; a call has none.

use serde::Deserialize;
use serde_json::json;
use vochi_crm_core::Result;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::wire::{self, Items};

use super::filters::Filters;
use super::paging::Paging;
use crate::model::{CustomerId, FileId, OrderId, PageSize, Pagination, StoredFile, given};

#[derive(Deserialize)]
pub(super) struct Answered {
    #[serde(deserialize_with = "wire::object")]
    pub(super) file: StoredFile,
}

/// One page of files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FilesPage {
    /// The files; one that cannot be read does not cost the others.
    pub files: Items<StoredFile>,
    /// Where in the list this page stands.
    #[serde(deserialize_with = "wire::object_or_default")]
    pub pagination: Pagination,
}

/// Lists files (`GET /api/v5/files`), one page.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::ListFiles;
/// use vochi_crm_retailcrm::model::CustomerId;
/// let request = ListFiles::new().of_customers([CustomerId::new(60)]).request()?;
/// assert_eq!(
///     request.query_string(),
///     "filter%5BcustomerIds%5D%5B%5D=60&limit=100&page=1"
/// );
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ListFiles {
    filters: Filters,
    paging: Paging,
}

impl ListFiles {
    /// All files, a hundred a page, from the first page.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only these.
    #[must_use]
    pub fn with_ids(mut self, ids: impl IntoIterator<Item = FileId>) -> Self {
        self.filters.ids("filter[ids][]", ids);
        self
    }

    /// Only those attached to these customers.
    #[must_use]
    pub fn of_customers(mut self, ids: impl IntoIterator<Item = CustomerId>) -> Self {
        self.filters.ids("filter[customerIds][]", ids);
        self
    }

    /// Only those attached to these orders.
    #[must_use]
    pub fn of_orders(mut self, ids: impl IntoIterator<Item = OrderId>) -> Self {
        self.filters.ids("filter[orderIds][]", ids);
        self
    }

    /// Only those with this name.
    #[must_use]
    pub fn with_filename(mut self, name: impl Into<String>) -> Self {
        self.filters.set("filter[filename]", name);
        self
    }

    /// How many a page.
    #[must_use]
    pub fn with_page_size(mut self, size: PageSize) -> Self {
        self.paging.size = size;
        self
    }

    /// Which page, from 1.
    #[must_use]
    pub fn with_page(mut self, page: u32) -> Self {
        self.paging.page = page;
        self
    }

    pub(crate) fn page(&self) -> u32 {
        self.paging.page
    }
}

impl Endpoint for ListFiles {
    type Output = FilesPage;

    fn operation(&self) -> &'static str {
        "files"
    }

    fn request(&self) -> Result<ApiRequest> {
        let request = self.filters.apply(ApiRequest::get("/api/v5/files"))?;
        self.paging.apply(request)
    }

    fn decode(&self, answer: &Response) -> Result<FilesPage> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "files": [] }))
    }
}

/// Asks what is known of a file (`GET /api/v5/files/{id}`).
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::GetFile;
/// use vochi_crm_retailcrm::model::FileId;
/// assert_eq!(GetFile::new(FileId::new(25)).request()?.path(), "/api/v5/files/25");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GetFile {
    file: FileId,
}

impl GetFile {
    /// The one with this id.
    pub fn new(file: FileId) -> Self {
        Self { file }
    }
}

impl Endpoint for GetFile {
    type Output = StoredFile;

    fn operation(&self) -> &'static str {
        "files/{id}"
    }

    fn request(&self) -> Result<ApiRequest> {
        given::id("the file", self.file.get())?;
        Ok(ApiRequest::get(format!("/api/v5/files/{}", self.file)))
    }

    fn decode(&self, answer: &Response) -> Result<StoredFile> {
        answer.json::<Answered>().map(|answered| answered.file)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "file": { "id": self.file } }))
    }
}
