//! Which part of a list is asked for.

use vochi_crm_core::http::ApiRequest;
use vochi_crm_core::{Error, Result};

use crate::model::PageSize;

/// A page of a list: the first of a hundred rows, unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paging {
    pub(super) size: PageSize,
    pub(super) page: u32,
}

impl Default for Paging {
    fn default() -> Self {
        Self { size: PageSize::default(), page: 1 }
    }
}

impl Paging {
    /// Puts the page into a request.
    ///
    /// # Errors
    /// `input` for page 0.
    pub(super) fn apply(self, request: ApiRequest) -> Result<ApiRequest> {
        let page = number(self.page)?;
        Ok(request.query("limit", self.size.get().to_string()).query("page", page))
    }
}

/// The number of a page as it is sent.
pub(super) fn number(page: u32) -> Result<String> {
    match page {
        0 => Err(Error::input("the page is 0; pages are counted from 1")),
        page => Ok(page.to_string()),
    }
}
