//! `customers`: the people who buy.

use serde::Deserialize;
use serde_json::json;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::wire::{self, Items};
use vochi_crm_core::{Error, LocalTime, Result};

use super::filters::{Filters, NO, YES};
use super::key::Key;
use super::paging::Paging;
use crate::model::{Customer, CustomerId, PageSize, Pagination, UserId};

/// One page of customers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CustomersPage {
    /// The customers; one that cannot be read does not cost the others.
    pub customers: Items<Customer>,
    /// Where in the list this page stands.
    #[serde(deserialize_with = "wire::object_or_default")]
    pub pagination: Pagination,
}

/// Lists customers (`GET /api/v5/customers`), one page.
///
/// The order is not promised. A filter without a value is an `input` error: it would list
/// everybody.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::ListCustomers;
/// use vochi_crm_retailcrm::model::CustomerId;
/// let request = ListCustomers::new()
///     .with_ids([CustomerId::new(60), CustomerId::new(61)])
///     .request()?;
/// assert_eq!(
///     request.query_string(),
///     "filter%5Bids%5D%5B%5D=60&filter%5Bids%5D%5B%5D=61&limit=100&page=1",
/// );
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ListCustomers {
    filters: Filters,
    paging: Paging,
}

impl ListCustomers {
    /// All customers, a hundred a page, from the first page.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only these.
    #[must_use]
    pub fn with_ids(mut self, ids: impl IntoIterator<Item = CustomerId>) -> Self {
        self.filters.ids("filter[ids][]", ids);
        self
    }

    /// Only these, by the shop's ids.
    #[must_use]
    pub fn with_external_ids(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.filters.add("filter[externalIds][]", ids.into_iter().map(Into::into));
        self
    }

    /// Only with this e-mail address.
    #[must_use]
    pub fn with_email(mut self, email: impl Into<String>) -> Self {
        self.filters.set("filter[email]", email);
        self
    }

    /// Only with this in the name. RetailCRM looks for it in the phone numbers too, but by their
    /// text, as somebody typed them; [`CustomersByPhone`](crate::CustomersByPhone) finds a number
    /// however it is written.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.filters.set("filter[name]", name);
        self
    }

    /// A filter that is not documented, and that RetailCRM may refuse or ignore.
    pub(crate) fn with_phone(mut self, phone: impl Into<String>) -> Self {
        self.filters.set("filter[phone]", phone);
        self
    }

    /// Only of these shops, by their symbolic codes.
    #[must_use]
    pub fn with_sites(mut self, codes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.filters.add("filter[sites][]", codes.into_iter().map(Into::into));
        self
    }

    /// Only those of these managers.
    #[must_use]
    pub fn with_managers(mut self, users: impl IntoIterator<Item = UserId>) -> Self {
        self.filters.ids("filter[managers][]", users);
        self
    }

    /// Only contacts of corporate customers (`isContact`).
    #[must_use]
    pub fn contacts_only(mut self) -> Self {
        self.filters.set("filter[isContact]", YES);
        self
    }

    /// No contacts of corporate customers (`isContact`).
    #[must_use]
    pub fn without_contacts(mut self) -> Self {
        self.filters.set("filter[isContact]", NO);
        self
    }

    /// Only registered on that day or later, by the account's clock (`dateFrom`). The time of day
    /// does not count.
    #[must_use]
    pub fn registered_from(mut self, day: LocalTime) -> Self {
        self.filters.set("filter[dateFrom]", day_of(day));
        self
    }

    /// Only registered on that day or earlier, by the account's clock (`dateTo`). The time of day
    /// does not count.
    #[must_use]
    pub fn registered_to(mut self, day: LocalTime) -> Self {
        self.filters.set("filter[dateTo]", day_of(day));
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

/// The day, as `2026-03-02`.
fn day_of(time: LocalTime) -> String {
    let text = time.to_string();
    text.split_once(' ').map_or(text.clone(), |(day, _)| day.to_owned())
}

impl Endpoint for ListCustomers {
    type Output = CustomersPage;

    fn operation(&self) -> &'static str {
        "customers"
    }

    fn request(&self) -> Result<ApiRequest> {
        self.paging.apply(self.filters.apply(ApiRequest::get("/api/v5/customers"))?)
    }

    fn decode(&self, answer: &Response) -> Result<CustomersPage> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "customers": [] }))
    }
}

/// Asks for one customer (`GET /api/v5/customers/{id}`).
///
/// A customer who was merged into another one is `not_found`. Sent by itself, the operation ends
/// with that error, whose [`fields`](Error::fields) name the other one (`combinedTo`, and its shop
/// `combinedTo.site`); [`Customers::get`](crate::Customers::get) asks for the other one.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::GetCustomer;
/// use vochi_crm_retailcrm::model::CustomerId;
/// let request = GetCustomer::by_id(CustomerId::new(60)).request()?;
/// assert_eq!(request.path(), "/api/v5/customers/60");
/// assert_eq!(request.query_string(), "by=id");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GetCustomer {
    key: Key,
}

impl GetCustomer {
    /// The one with this id in the CRM.
    pub fn by_id(id: CustomerId) -> Self {
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

    /// The request for the customer this one was merged into, where the refusal names one.
    pub(crate) fn combined_to(&self, refusal: &Error) -> Option<Self> {
        let fields = refusal.fields();
        let id: u64 = fields.get("combinedTo")?.parse().ok()?;
        let site = fields.get("combinedTo.site").or(self.key.site());
        Some(Self { key: Key::id(id).in_site(site.cloned()) })
    }
}

impl Endpoint for GetCustomer {
    type Output = Customer;

    fn operation(&self) -> &'static str {
        "customers/{id}"
    }

    fn request(&self) -> Result<ApiRequest> {
        self.key.read("customers", "")
    }

    fn decode(&self, answer: &Response) -> Result<Customer> {
        #[derive(Deserialize)]
        struct Found {
            #[serde(deserialize_with = "wire::object")]
            customer: Customer,
        }
        answer.json::<Found>().map(|found| found.customer)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        let id = self.key.planned();
        Response::ok_json(&json!({ "success": true, "customer": { "id": id } }))
    }
}
