//! `customers-corporate/{id}/…`: what belongs to one corporate customer.

use serde::Deserialize;
use serde_json::json;
use vochi_crm_core::Result;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::wire::{self, Items};

use super::filters::Filters;
use super::key::Key;
use super::paging::{self, Paging};
use crate::model::{
    Company, CorporateContact, CorporateCustomerId, CustomerId, PageSize, Pagination,
};

/// One page of a corporate customer's contacts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CorporateContactsPage {
    /// The contacts; one that cannot be read does not cost the others.
    pub contacts: Items<CorporateContact>,
    /// Where in the list this page stands.
    #[serde(deserialize_with = "wire::object_or_default")]
    pub pagination: Pagination,
}

/// Lists the contacts of a corporate customer (`GET /api/v5/customers-corporate/{id}/contacts`),
/// one page. They hold no names and no numbers: ask for
/// [their customers](super::ListCustomers::with_ids), all at once.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::ListCorporateContacts;
/// use vochi_crm_retailcrm::model::CorporateCustomerId;
/// let request = ListCorporateContacts::by_id(CorporateCustomerId::new(5041)).request()?;
/// assert_eq!(request.path(), "/api/v5/customers-corporate/5041/contacts");
/// assert_eq!(request.query_string(), "by=id&limit=100&page=1");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ListCorporateContacts {
    key: Key,
    filters: Filters,
    paging: Paging,
}

impl ListCorporateContacts {
    /// All contacts of the one with this id in the CRM, a hundred a page, from the first page.
    pub fn by_id(id: CorporateCustomerId) -> Self {
        Self::of(Key::id(id.get()))
    }

    /// The same of the one with this id in the shop. Where the key reaches several shops, the CRM
    /// wants to know [which](Self::with_site).
    pub fn by_external_id(id: impl Into<String>) -> Self {
        Self::of(Key::external_id(id))
    }

    fn of(key: Key) -> Self {
        Self { key, filters: Filters::default(), paging: Paging::default() }
    }

    /// The shop.
    #[must_use]
    pub fn with_site(mut self, site: impl Into<String>) -> Self {
        self.key = self.key.in_site(Some(site.into()));
        self
    }

    /// Only these customers (`contactIds`).
    #[must_use]
    pub fn with_customers(mut self, ids: impl IntoIterator<Item = CustomerId>) -> Self {
        self.filters.ids("filter[contactIds][]", ids);
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

impl Endpoint for ListCorporateContacts {
    type Output = CorporateContactsPage;

    fn operation(&self) -> &'static str {
        "customers-corporate/{id}/contacts"
    }

    fn request(&self) -> Result<ApiRequest> {
        let request = self.key.read("customers-corporate", "/contacts")?;
        self.paging.apply(self.filters.apply(request)?)
    }

    fn decode(&self, answer: &Response) -> Result<CorporateContactsPage> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "contacts": [] }))
    }
}

/// One page of a corporate customer's companies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CompaniesPage {
    /// The companies; one that cannot be read does not cost the others.
    pub companies: Items<Company>,
    /// Where in the list this page stands.
    #[serde(deserialize_with = "wire::object_or_default")]
    pub pagination: Pagination,
}

/// Lists the companies of a corporate customer (`GET /api/v5/customers-corporate/{id}/companies`),
/// one page of twenty.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::ListCompanies;
/// use vochi_crm_retailcrm::model::CorporateCustomerId;
/// let request = ListCompanies::by_id(CorporateCustomerId::new(5041)).request()?;
/// assert_eq!(request.path(), "/api/v5/customers-corporate/5041/companies");
/// assert_eq!(request.query_string(), "by=id");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ListCompanies {
    key: Key,
    page: u32,
}

impl ListCompanies {
    /// All companies of the one with this id in the CRM, from the first page.
    pub fn by_id(id: CorporateCustomerId) -> Self {
        Self::of(Key::id(id.get()))
    }

    /// The same of the one with this id in the shop. Where the key reaches several shops, the CRM
    /// wants to know [which](Self::with_site).
    pub fn by_external_id(id: impl Into<String>) -> Self {
        Self::of(Key::external_id(id))
    }

    fn of(key: Key) -> Self {
        Self { key, page: 1 }
    }

    /// The shop.
    #[must_use]
    pub fn with_site(mut self, site: impl Into<String>) -> Self {
        self.key = self.key.in_site(Some(site.into()));
        self
    }

    /// Which page, from 1.
    #[must_use]
    pub fn with_page(mut self, page: u32) -> Self {
        self.page = page;
        self
    }

    pub(crate) fn page(&self) -> u32 {
        self.page
    }
}

impl Endpoint for ListCompanies {
    type Output = CompaniesPage;

    fn operation(&self) -> &'static str {
        "customers-corporate/{id}/companies"
    }

    fn request(&self) -> Result<ApiRequest> {
        let request = self.key.read("customers-corporate", "/companies")?;
        // The only request known to work names no page, so the first one does not.
        Ok(match self.page {
            1 => request,
            page => request.query("page", paging::number(page)?),
        })
    }

    fn decode(&self, answer: &Response) -> Result<CompaniesPage> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "companies": [] }))
    }
}
