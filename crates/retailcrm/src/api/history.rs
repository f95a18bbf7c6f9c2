//! `customers/history`, `orders/history`: what changed since the last time.

use std::marker::PhantomData;

use serde_json::json;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::{LocalTime, Result};

use crate::model::{CustomerId, Historic, HistoryCursor, HistoryPage, OrderId, PageSize};

/// Lists what changed in customers (`GET /api/v5/customers/history`), one page.
pub type ListCustomersHistory = ListHistory<CustomerId>;

/// Lists what changed in orders (`GET /api/v5/orders/history`), one page.
pub type ListOrdersHistory = ListHistory<OrderId>;

/// Lists changes, the oldest first, one page. The page is always the first: the next one begins
/// after the greatest id of this one, so that changes made meanwhile do not shift it.
///
/// [`History`](crate::History) reads on by itself.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::ListCustomersHistory;
/// use vochi_crm_retailcrm::model::HistoryCursor;
/// let request = ListCustomersHistory::since(HistoryCursor::new(2691)).request()?;
/// assert_eq!(request.query_string(), "filter%5BsinceId%5D=2691&limit=100");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ListHistory<Id> {
    since: Option<HistoryCursor>,
    start: Option<LocalTime>,
    end: Option<LocalTime>,
    size: PageSize,
    of: PhantomData<fn() -> Id>,
}

impl<Id: Historic> ListHistory<Id> {
    /// From the account's first day on.
    pub fn whole() -> Self {
        Self { since: None, start: None, end: None, size: PageSize::default(), of: PhantomData }
    }

    /// What came after this place.
    pub fn since(cursor: HistoryCursor) -> Self {
        Self { since: Some(cursor), ..Self::whole() }
    }

    /// What came from this time on, for the first time one reads. The time is local to the account.
    pub fn from_time(start: LocalTime) -> Self {
        Self { start: Some(start), ..Self::whole() }
    }

    /// Nothing after this time.
    #[must_use]
    pub fn until(mut self, end: LocalTime) -> Self {
        self.end = Some(end);
        self
    }

    /// How many a page.
    #[must_use]
    pub fn with_page_size(mut self, size: PageSize) -> Self {
        self.size = size;
        self
    }

    pub(crate) fn cursor(&self) -> Option<HistoryCursor> {
        self.since
    }

    pub(crate) fn page_size(&self) -> PageSize {
        self.size
    }

    /// The same from further on; where it began is told by the place alone then.
    pub(crate) fn further(mut self, cursor: HistoryCursor) -> Self {
        self.since = Some(cursor);
        self.start = None;
        self
    }
}

impl<Id: Historic> Endpoint for ListHistory<Id> {
    type Output = HistoryPage<Id>;

    fn operation(&self) -> &'static str {
        Id::OPERATION
    }

    fn request(&self) -> Result<ApiRequest> {
        let mut request = ApiRequest::get(Id::PATH);
        if let Some(since) = self.since {
            request = request.query("filter[sinceId]", since.to_string());
        }
        if let Some(start) = self.start {
            request = request.query("filter[startDate]", start.to_string());
        }
        if let Some(end) = self.end {
            request = request.query("filter[endDate]", end.to_string());
        }
        Ok(request.query("limit", self.size.get().to_string()))
    }

    fn decode(&self, answer: &Response) -> Result<HistoryPage<Id>> {
        let page: HistoryPage<Id> = answer.json()?;
        // To read it as empty would be to stand still for ever.
        if !page.listed && page.pagination.total_count.is_some_and(|count| count > 0) {
            return Err(answer.unreadable("history is no list"));
        }
        Ok(page)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "history": [] }))
    }
}
