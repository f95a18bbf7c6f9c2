//! Pages of lists.

use serde::Deserialize;
use vochi_crm_core::wire;

/// The number of elements on a page. RetailCRM accepts these values only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PageSize {
    /// Twenty, the CRM's own default.
    Twenty,
    /// Fifty.
    Fifty,
    /// A hundred.
    #[default]
    Hundred,
}

impl PageSize {
    /// The number of elements.
    pub const fn get(self) -> u32 {
        match self {
            Self::Twenty => 20,
            Self::Fifty => 50,
            Self::Hundred => 100,
        }
    }
}

/// The position of a response in a list (`pagination`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Pagination {
    /// Elements per page.
    #[serde(deserialize_with = "wire::integer_or_none")]
    pub limit: Option<i64>,
    /// Elements in total.
    #[serde(deserialize_with = "wire::integer_or_none")]
    pub total_count: Option<i64>,
    /// This page, from 1.
    #[serde(deserialize_with = "wire::integer_or_none")]
    pub current_page: Option<i64>,
    /// Pages in total; 0 for an empty list.
    #[serde(deserialize_with = "wire::integer_or_none")]
    pub total_page_count: Option<i64>,
}

impl Pagination {
    /// The page after `page`, by the CRM's count.
    pub(crate) fn after(self, page: u32) -> Option<u32> {
        (self.total_page_count? > i64::from(page)).then(|| page.saturating_add(1))
    }
}
