//! `customers/history`, `orders/history`: changes of customers and orders.

use std::marker::PhantomData;

use serde_json::json;
use vochi_crm_core::http::{ApiRequest, Operation, Output, Repeat, Response};
use vochi_crm_core::{LocalTime, Result};

use super::response::object;
use crate::model::{CustomerId, Historic, HistoryCursor, HistoryPage, OrderId, PageSize};

/// Lists one page of the changes of customers (`GET /api/v5/customers/history`).
pub type ListCustomersHistory = ListHistory<CustomerId>;

/// Lists one page of the changes of orders (`GET /api/v5/orders/history`).
pub type ListOrdersHistory = ListHistory<OrderId>;

/// Lists one page of changes, the oldest first. The next page starts after the greatest id of this
/// one, so that new changes do not shift it; [`History`](crate::History) reads all pages.
///
/// ```
/// use vochi_crm_core::http::Operation;
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
    /// Starts at the account's first change.
    pub fn whole() -> Self {
        Self { since: None, start: None, end: None, size: PageSize::default(), of: PhantomData }
    }

    /// Starts after this cursor.
    pub fn since(cursor: HistoryCursor) -> Self {
        Self { since: Some(cursor), ..Self::whole() }
    }

    /// Starts at this local time of the account.
    pub fn from_time(start: LocalTime) -> Self {
        Self { start: Some(start), ..Self::whole() }
    }

    /// Ends at this local time of the account.
    #[must_use]
    pub fn until(mut self, end: LocalTime) -> Self {
        self.end = Some(end);
        self
    }

    /// Sets the number of changes per page.
    #[must_use]
    pub fn page_size(mut self, size: PageSize) -> Self {
        self.size = size;
        self
    }

    pub(crate) fn cursor(&self) -> Option<HistoryCursor> {
        self.since
    }

    pub(crate) fn size(&self) -> PageSize {
        self.size
    }

    /// Returns the same request with this cursor in place of the start.
    pub(crate) fn further(self, cursor: HistoryCursor) -> Self {
        Self { since: Some(cursor), start: None, ..self }
    }
}

impl<Id: Historic> Output for HistoryPage<Id> {
    type Value = Self;

    fn decode(response: &Response) -> Result<Self> {
        let page: Self = object(response)?;
        // An empty history would stop the reader at this cursor forever.
        if !page.listed && page.pagination.total_count.is_some_and(|count| count > 0) {
            return Err(response.unreadable("history is not a list"));
        }
        Ok(page)
    }

    fn planned() -> Response {
        Response::ok_json(&json!({ "success": true, "history": [] }))
    }
}

impl<Id: Historic> Operation for ListHistory<Id> {
    type Output = HistoryPage<Id>;
    const NAME: &'static str = Id::OPERATION;
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get(Id::PATH)
            .query_opt("filter[sinceId]", self.since.map(|since| since.to_string()))
            .query_opt("filter[startDate]", self.start.map(|start| start.to_string()))
            .query_opt("filter[endDate]", self.end.map(|end| end.to_string()))
            .query("limit", self.size.get().to_string()))
    }
}
