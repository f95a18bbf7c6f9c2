//! The operation of all lists.

use serde::Serialize;
use vochi_crm_core::http::{ApiRequest, Operation, Repeat, nested_pairs};
use vochi_crm_core::{Error, Result};

use super::response::{Entity, Page};
use crate::model::PageSize;

/// When a list request has `page`. All lists have `limit`, except [`FromSecond`](Self::FromSecond).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PageNumber {
    /// In every request.
    Always,
    /// Only if the caller sets it.
    IfSet,
    /// From the second page on: no documented request has more parameters.
    FromSecond,
}

/// A filter of a list; its fields are the parameters `filter[…]`, in order.
pub trait Filter: Serialize + Clone + Send + Sync + 'static {
    /// The type of an element.
    type Entity: Entity;

    /// The CRM's name of the operation.
    const NAME: &'static str;

    /// When the request has a page number.
    const PAGE: PageNumber = PageNumber::Always;

    /// Builds the request without filter and page.
    ///
    /// # Errors
    /// `input` for an id that cannot be part of a path.
    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get(format!("/api/v5/{}", Self::NAME)))
    }
}

/// Lists one page of a hundred entities. [`Client::list`](crate::Client::list) reads all pages.
///
/// A filter without a value is an `input` error: it would list everything. The order is not
/// specified.
///
/// ```
/// use vochi_crm_core::http::Operation;
/// use vochi_crm_retailcrm::api::{CustomerFilter, List};
/// use vochi_crm_retailcrm::model::{CustomerId, PageSize};
/// let filter = CustomerFilter::new().ids([CustomerId::new(60)?, CustomerId::new(61)?]);
/// let request = List::new(filter).page_size(PageSize::Fifty).request()?;
/// assert_eq!(
///     request.query_string(),
///     "filter%5Bids%5D%5B%5D=60&filter%5Bids%5D%5B%5D=61&limit=50&page=1",
/// );
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct List<F> {
    filter: F,
    size: PageSize,
    page: Option<u32>,
}

impl<F: Filter> List<F> {
    /// Starts at the first page.
    pub fn new(filter: F) -> Self {
        Self { filter, size: PageSize::default(), page: None }
    }

    /// Sets the number of entities per page.
    #[must_use]
    pub fn page_size(mut self, size: PageSize) -> Self {
        self.size = size;
        self
    }

    /// Sets the page, from 1.
    #[must_use]
    pub fn page(mut self, page: u32) -> Self {
        self.page = Some(page);
        self
    }

    pub(crate) fn first_page(&self) -> u32 {
        self.page.unwrap_or(1)
    }
}

impl<F: Filter> From<F> for List<F> {
    fn from(filter: F) -> Self {
        Self::new(filter)
    }
}

impl<F: Filter> Operation for List<F> {
    type Output = Page<F::Entity>;
    const NAME: &'static str = F::NAME;
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        let mut request = filtered(self.filter.request()?, &self.filter)?;
        if F::PAGE != PageNumber::FromSecond {
            request = request.query("limit", self.size.get().to_string());
        }
        let page = match F::PAGE {
            PageNumber::Always => Some(self.first_page()),
            PageNumber::IfSet => self.page,
            PageNumber::FromSecond => self.page.filter(|page| *page != 1),
        };
        match page {
            Some(0) => Err(Error::input("invalid page 0: pages are counted from 1")),
            page => Ok(request.query_opt("page", page.map(|page| page.to_string()))),
        }
    }
}

/// Adds a filter to a request. Blank values are omitted.
fn filtered(mut request: ApiRequest, filter: &impl Serialize) -> Result<ApiRequest> {
    let pairs = nested_pairs("filter", filter)?;
    let is_blank = |(_, value): &(String, String)| value.trim().is_empty();
    for (name, _) in pairs.iter().filter(|pair| is_blank(pair)) {
        if pairs.iter().filter(|(other, _)| other == name).all(is_blank) {
            return Err(Error::input(format!("{name} has no value"))
                .with_hint("leave the request out if there is nothing to search for"));
        }
    }
    for (name, value) in pairs.into_iter().filter(|pair| !is_blank(pair)) {
        request = request.query(name, value);
    }
    Ok(request)
}
