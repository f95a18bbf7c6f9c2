//! `customers/notes`: what is written down about customers.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::json;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::wire::{self, Items};
use vochi_crm_core::{Error, Result};

use super::filters::Filters;
use super::paging::Paging;
use crate::model::{CustomerId, CustomerNote, CustomerNoteId, PageSize, Pagination, UserId, given};

/// One page of notes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CustomerNotesPage {
    /// The notes; one that cannot be read does not cost the others.
    pub notes: Items<CustomerNote>,
    /// Where in the list this page stands.
    #[serde(deserialize_with = "wire::object_or_default")]
    pub pagination: Pagination,
}

/// Lists notes on customers (`GET /api/v5/customers/notes`), one page. A filter without a value is
/// an `input` error: it would list everything.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::ListCustomerNotes;
/// use vochi_crm_retailcrm::model::CustomerId;
/// let request = ListCustomerNotes::new()
///     .with_customers([CustomerId::new(60)])
///     .request()?;
/// assert_eq!(
///     request.query_string(),
///     "filter%5BcustomerIds%5D%5B%5D=60&limit=100&page=1",
/// );
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ListCustomerNotes {
    filters: Filters,
    paging: Paging,
}

impl ListCustomerNotes {
    /// All notes, a hundred a page, from the first page.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only these.
    #[must_use]
    pub fn with_ids(mut self, ids: impl IntoIterator<Item = CustomerNoteId>) -> Self {
        self.filters.ids("filter[ids][]", ids);
        self
    }

    /// Only on these customers.
    #[must_use]
    pub fn with_customers(mut self, ids: impl IntoIterator<Item = CustomerId>) -> Self {
        self.filters.ids("filter[customerIds][]", ids);
        self
    }

    /// Only on these customers, by the shop's ids.
    #[must_use]
    pub fn with_customer_external_ids(
        mut self,
        ids: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.filters.add("filter[customerExternalIds][]", ids.into_iter().map(Into::into));
        self
    }

    /// Only by these managers.
    #[must_use]
    pub fn with_managers(mut self, users: impl IntoIterator<Item = UserId>) -> Self {
        self.filters.ids("filter[managerIds][]", users);
        self
    }

    /// Only with this in the text.
    #[must_use]
    pub fn with_text(mut self, text: impl Into<String>) -> Self {
        self.filters.set("filter[text]", text);
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

impl Endpoint for ListCustomerNotes {
    type Output = CustomerNotesPage;

    fn operation(&self) -> &'static str {
        "customers/notes"
    }

    fn request(&self) -> Result<ApiRequest> {
        self.paging.apply(self.filters.apply(ApiRequest::get("/api/v5/customers/notes"))?)
    }

    fn decode(&self, answer: &Response) -> Result<CustomerNotesPage> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "notes": [] }))
    }
}

/// Writes a note on a customer (`POST /api/v5/customers/notes/create`).
///
/// Every request writes another one, so it is repeated only if it surely was not carried out.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::CreateCustomerNote;
/// use vochi_crm_retailcrm::model::{CustomerId, UserId};
/// let note = CreateCustomerNote::on(CustomerId::new(60), "Перезвонить")
///     .with_manager(UserId::new(7))
///     .with_site("shop-one");
/// assert_eq!(note.request()?.path(), "/api/v5/customers/notes/create");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CreateCustomerNote {
    note: Note,
    site: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Note {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    manager_id: Option<UserId>,
    customer: About,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum About {
    Id(CustomerId),
    ExternalId(String),
}

impl CreateCustomerNote {
    /// On the customer with this id in the CRM.
    pub fn on(customer: CustomerId, text: impl Into<String>) -> Self {
        Self::new(About::Id(customer), text.into())
    }

    /// On the customer with this id in the shop. Where the key reaches several shops, the CRM wants
    /// to know [which](Self::with_site).
    pub fn on_external_id(customer: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(About::ExternalId(customer.into()), text.into())
    }

    fn new(customer: About, text: String) -> Self {
        Self { note: Note { text, manager_id: None, customer }, site: None }
    }

    /// Who writes it.
    #[must_use]
    pub fn with_manager(mut self, user: UserId) -> Self {
        self.note.manager_id = Some(user);
        self
    }

    /// The shop.
    #[must_use]
    pub fn with_site(mut self, site: impl Into<String>) -> Self {
        self.site = Some(site.into());
        self
    }
}

impl Endpoint for CreateCustomerNote {
    type Output = CustomerNoteId;

    fn operation(&self) -> &'static str {
        "customers/notes/create"
    }

    fn request(&self) -> Result<ApiRequest> {
        if self.note.text.trim().is_empty() {
            return Err(Error::input("a note says nothing"));
        }
        match &self.note.customer {
            About::Id(id) => given::id("the customer of a note", id.get())?,
            About::ExternalId(id) => {
                given::text("the external id of a note's customer", Some(id))?;
            }
        }
        if let Some(manager) = self.note.manager_id {
            given::id("the manager of a note", manager.get())?;
        }
        let mut request = ApiRequest::post("/api/v5/customers/notes/create");
        if let Some(site) = given::text("site", self.site.as_deref())? {
            request = request.form("site", site);
        }
        request.form_json("note", &self.note)
    }

    fn decode(&self, answer: &Response) -> Result<CustomerNoteId> {
        #[derive(Deserialize)]
        struct Created {
            id: CustomerNoteId,
        }
        answer.json::<Created>().map(|created| created.id)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Unsafe
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        match &self.note.customer {
            About::Id(id) => Some(id.to_string().into()),
            // An external id may be made of a number.
            About::ExternalId(_) => None,
        }
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "id": 1 }))
    }
}

/// Deletes a note (`POST /api/v5/customers/notes/{id}/delete`).
///
/// Nobody has shown what this request and its answer look like: the path is documented, and it is
/// sent without a body. Any answer that is no refusal is taken for a yes. A repeat after a lost
/// answer may end as `not_found`, with effect `maybe`.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::DeleteCustomerNote;
/// use vochi_crm_retailcrm::model::CustomerNoteId;
/// let delete = DeleteCustomerNote::new(CustomerNoteId::new(301));
/// assert_eq!(delete.request()?.path(), "/api/v5/customers/notes/301/delete");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DeleteCustomerNote {
    id: CustomerNoteId,
}

impl DeleteCustomerNote {
    /// This one.
    pub fn new(id: CustomerNoteId) -> Self {
        Self { id }
    }
}

impl Endpoint for DeleteCustomerNote {
    type Output = ();

    fn operation(&self) -> &'static str {
        "customers/notes/{id}/delete"
    }

    fn request(&self) -> Result<ApiRequest> {
        given::id("the note", self.id.get())?;
        Ok(ApiRequest::post(format!("/api/v5/customers/notes/{}/delete", self.id)))
    }

    fn decode(&self, _: &Response) -> Result<()> {
        Ok(())
    }

    fn repeat(&self) -> Repeat {
        Repeat::Keyed
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.id.to_string().into())
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true }))
    }
}
