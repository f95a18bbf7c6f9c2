//! Which part of a list is asked for.

use vochi_crm_core::http::ApiRequest;

use crate::model::PageSize;

/// A page of a list: the first of a hundred rows, unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paging {
    pub(super) size: PageSize,
    pub(super) page: u32,
}

impl Default for Paging {
    fn default() -> Self {
        Self {
            size: PageSize::default(),
            page: 1,
        }
    }
}

impl Paging {
    /// Puts the page into a request.
    pub(super) fn apply(self, request: ApiRequest) -> ApiRequest {
        request
            .query("limit", self.size.get().to_string())
            .query("page", self.page.to_string())
    }
}
