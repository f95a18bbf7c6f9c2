//! `customers-corporate`: companies that buy. They are read here and never written.

use serde::Deserialize;
use serde_json::json;
use vochi_crm_core::Result;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::wire::{self, Items};

use super::filters::Filters;
use super::key::Key;
use super::paging::Paging;
use crate::model::{
    CorporateCustomer, CorporateCustomerId, CustomerId, PageSize, Pagination, UserId,
};

/// One page of corporate customers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CorporateCustomersPage {
    /// The customers; one that cannot be read does not cost the others.
    #[serde(rename = "customersCorporate")]
    pub customers: Items<CorporateCustomer>,
    /// Where in the list this page stands.
    #[serde(deserialize_with = "wire::object_or_default")]
    pub pagination: Pagination,
}

/// Lists corporate customers (`GET /api/v5/customers-corporate`), one page.
///
/// A filter without a value is an `input` error: it would list everybody.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::ListCorporateCustomers;
/// use vochi_crm_retailcrm::model::CustomerId;
/// let request = ListCorporateCustomers::new()
///     .with_contacts([CustomerId::new(60)])
///     .request()?;
/// assert_eq!(
///     request.query_string(),
///     "filter%5BcontactIds%5D%5B%5D=60&limit=100&page=1",
/// );
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ListCorporateCustomers {
    filters: Filters,
    paging: Paging,
}

impl ListCorporateCustomers {
    /// All corporate customers, a hundred a page, from the first page.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only those one of these customers is a contact of (`contactIds`). These are ids of
    /// customers, not of contacts.
    #[must_use]
    pub fn with_contacts(mut self, ids: impl IntoIterator<Item = CustomerId>) -> Self {
        self.filters.ids("filter[contactIds][]", ids);
        self
    }

    /// Only with one of these names in the CRM (`nickName`).
    #[must_use]
    pub fn with_nick_names(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.filters.add("filter[nickName][]", names.into_iter().map(Into::into));
        self
    }

    /// Only with this in the name of a company.
    #[must_use]
    pub fn with_company_name(mut self, name: impl Into<String>) -> Self {
        self.filters.set("filter[companyName]", name);
        self
    }

    /// Only with this in the name of a contact.
    #[must_use]
    pub fn with_contact_name(mut self, name: impl Into<String>) -> Self {
        self.filters.set("filter[contactName]", name);
        self
    }

    /// Only with this in the name.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.filters.set("filter[name]", name);
        self
    }

    /// Only these.
    #[must_use]
    pub fn with_ids(mut self, ids: impl IntoIterator<Item = CorporateCustomerId>) -> Self {
        self.filters.ids("filter[ids][]", ids);
        self
    }

    /// Only these, by the shop's ids.
    #[must_use]
    pub fn with_external_ids(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.filters.add("filter[externalIds][]", ids.into_iter().map(Into::into));
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

impl Endpoint for ListCorporateCustomers {
    type Output = CorporateCustomersPage;

    fn operation(&self) -> &'static str {
        "customers-corporate"
    }

    fn request(&self) -> Result<ApiRequest> {
        self.paging.apply(self.filters.apply(ApiRequest::get("/api/v5/customers-corporate"))?)
    }

    fn decode(&self, answer: &Response) -> Result<CorporateCustomersPage> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "customersCorporate": [] }))
    }
}

/// Asks for one corporate customer (`GET /api/v5/customers-corporate/{id}`).
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::GetCorporateCustomer;
/// use vochi_crm_retailcrm::model::CorporateCustomerId;
/// let request = GetCorporateCustomer::by_id(CorporateCustomerId::new(5041)).request()?;
/// assert_eq!(request.path(), "/api/v5/customers-corporate/5041");
/// assert_eq!(request.query_string(), "by=id");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GetCorporateCustomer {
    key: Key,
}

impl GetCorporateCustomer {
    /// The one with this id in the CRM.
    pub fn by_id(id: CorporateCustomerId) -> Self {
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

impl Endpoint for GetCorporateCustomer {
    type Output = CorporateCustomer;

    fn operation(&self) -> &'static str {
        "customers-corporate/{id}"
    }

    fn request(&self) -> Result<ApiRequest> {
        self.key.read("customers-corporate", "")
    }

    fn decode(&self, answer: &Response) -> Result<CorporateCustomer> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Found {
            #[serde(deserialize_with = "wire::object")]
            customer_corporate: CorporateCustomer,
        }
        answer.json::<Found>().map(|found| found.customer_corporate)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        let id = self.key.planned();
        Response::ok_json(&json!({ "success": true, "customerCorporate": { "id": id } }))
    }
}
