//! `orders`: finding them.

use serde::Deserialize;
use serde_json::json;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::wire::{self, Items};
use vochi_crm_core::{LocalTime, Result};

use super::filters::Filters;
use super::key::Key;
use super::paging;
use crate::model::{CustomerId, Order, OrderId, PageSize, Pagination, UserId};

/// One page of orders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct OrdersPage {
    /// The orders; one that cannot be read does not cost the others.
    pub orders: Items<Order>,
    /// Where in the list this page stands.
    #[serde(deserialize_with = "wire::object_or_default")]
    pub pagination: Pagination,
}

/// Lists orders (`GET /api/v5/orders`), one page.
///
/// The order is not promised: the newest need not come first. A filter without a value is an
/// `input` error: it would list everything.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::ListOrders;
/// use vochi_crm_retailcrm::model::CustomerId;
/// let request = ListOrders::new().of_customer(CustomerId::new(60)).request()?;
/// assert_eq!(request.query_string(), "filter%5BcustomerId%5D=60&limit=100");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ListOrders {
    filters: Filters,
    size: PageSize,
    page: Option<u32>,
}

impl ListOrders {
    /// All orders, a hundred a page, from the first page.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only those of this customer.
    #[must_use]
    pub fn of_customer(mut self, customer: CustomerId) -> Self {
        self.filters.ids("filter[customerId]", [customer]);
        self
    }

    /// Only those whose customer has this in the name or number (`filter[customer]`). Whether a
    /// number is the one that is meant has to be looked at afterwards.
    #[must_use]
    pub fn of_name_or_phone(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        if text.trim().is_empty() {
            self.filters.add("filter[customer]", [""; 0]);
        } else {
            self.filters.set("filter[customer]", text);
        }
        self
    }

    /// Only these.
    #[must_use]
    pub fn with_ids(mut self, ids: impl IntoIterator<Item = OrderId>) -> Self {
        self.filters.ids("filter[ids][]", ids);
        self
    }

    /// Only those with these ids in the shop.
    #[must_use]
    pub fn with_external_ids<T: Into<String>>(mut self, ids: impl IntoIterator<Item = T>) -> Self {
        self.filters.add("filter[externalIds][]", ids.into_iter().map(Into::into));
        self
    }

    /// Only those with these numbers.
    #[must_use]
    pub fn with_numbers<T: Into<String>>(mut self, numbers: impl IntoIterator<Item = T>) -> Self {
        self.filters.add("filter[numbers][]", numbers.into_iter().map(Into::into));
        self
    }

    /// Only those of these shops.
    #[must_use]
    pub fn with_sites<T: Into<String>>(mut self, sites: impl IntoIterator<Item = T>) -> Self {
        self.filters.add("filter[sites][]", sites.into_iter().map(Into::into));
        self
    }

    /// Only those of these managers.
    #[must_use]
    pub fn with_managers(mut self, managers: impl IntoIterator<Item = UserId>) -> Self {
        self.filters.ids("filter[managers][]", managers);
        self
    }

    /// Only those in these states or groups of states, by their symbolic codes in the account
    /// (`filter[extendedStatus]`).
    #[must_use]
    pub fn with_statuses<T: Into<String>>(mut self, codes: impl IntoIterator<Item = T>) -> Self {
        self.filters.add("filter[extendedStatus][]", codes.into_iter().map(Into::into));
        self
    }

    /// Only those made at this time, local to the account, or later.
    #[must_use]
    pub fn created_from(mut self, from: LocalTime) -> Self {
        self.filters.set("filter[createdAtFrom]", from.to_string());
        self
    }

    /// Only those made at this time, local to the account, or before.
    #[must_use]
    pub fn created_until(mut self, until: LocalTime) -> Self {
        self.filters.set("filter[createdAtTo]", until.to_string());
        self
    }

    /// How many a page.
    #[must_use]
    pub fn with_page_size(mut self, size: PageSize) -> Self {
        self.size = size;
        self
    }

    /// Which page, from 1.
    #[must_use]
    pub fn with_page(mut self, page: u32) -> Self {
        self.page = Some(page);
        self
    }

    pub(crate) fn page(&self) -> u32 {
        self.page.unwrap_or(1)
    }
}

impl Endpoint for ListOrders {
    type Output = OrdersPage;

    fn operation(&self) -> &'static str {
        "orders"
    }

    fn request(&self) -> Result<ApiRequest> {
        let request = self
            .filters
            .apply(ApiRequest::get("/api/v5/orders"))?
            .query("limit", self.size.get().to_string());
        Ok(match self.page {
            Some(page) => request.query("page", paging::number(page)?),
            None => request,
        })
    }

    fn decode(&self, answer: &Response) -> Result<OrdersPage> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "orders": [] }))
    }
}

/// Asks for one order (`GET /api/v5/orders/{id}`).
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::GetOrder;
/// use vochi_crm_retailcrm::model::OrderId;
/// let request = GetOrder::by_id(OrderId::new(501)).request()?;
/// assert_eq!(request.path(), "/api/v5/orders/501");
/// assert_eq!(request.query_string(), "by=id");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GetOrder {
    key: Key,
}

impl GetOrder {
    /// The one with this id in the CRM.
    pub fn by_id(id: OrderId) -> Self {
        Self { key: Key::id(id.get()) }
    }

    /// The one with this id in the shop. Where the key reaches several shops, the CRM wants to know
    /// [which](Self::with_site).
    pub fn by_external_id(id: impl Into<String>) -> Self {
        Self { key: Key::external_id(id) }
    }

    /// The shop.
    #[must_use]
    pub fn with_site(mut self, site: impl Into<String>) -> Self {
        self.key = self.key.in_site(Some(site.into()));
        self
    }
}

impl Endpoint for GetOrder {
    type Output = Order;

    fn operation(&self) -> &'static str {
        "orders/{id}"
    }

    fn request(&self) -> Result<ApiRequest> {
        self.key.read("orders", "")
    }

    fn decode(&self, answer: &Response) -> Result<Order> {
        #[derive(Deserialize)]
        struct Found {
            #[serde(deserialize_with = "wire::object")]
            order: Order,
        }
        answer.json::<Found>().map(|found| found.order)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        let id = self.key.planned();
        Response::ok_json(&json!({ "success": true, "order": { "id": id } }))
    }
}
