//! Pages of long lists.

use serde::Deserialize;
use vochi_crm_core::wire;

/// How many elements a page holds. RetailCRM accepts these figures only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    /// The figure.
    pub const fn get(self) -> u32 {
        match self {
            Self::Twenty => 20,
            Self::Fifty => 50,
            Self::Hundred => 100,
        }
    }
}

/// Where in a long list an answer stands (`pagination`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Pagination {
    /// Elements a page.
    #[serde(deserialize_with = "wire::integer_or_none")]
    pub limit: Option<i64>,
    /// Elements in all.
    #[serde(deserialize_with = "wire::integer_or_none")]
    pub total_count: Option<i64>,
    /// This page, from 1.
    #[serde(deserialize_with = "wire::integer_or_none")]
    pub current_page: Option<i64>,
    /// Pages in all; 0 where the list is empty.
    #[serde(deserialize_with = "wire::integer_or_none")]
    pub total_page_count: Option<i64>,
}

impl Pagination {
    /// The page after `page`, by the CRM's own count.
    pub(crate) fn after(self, page: u32) -> Option<u32> {
        (self.total_page_count? > i64::from(page)).then(|| page.saturating_add(1))
    }
}
