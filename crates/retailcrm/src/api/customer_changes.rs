//! `customers/create` and `customers/{id}/edit`.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::json;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::{Error, Result};

use super::key::Key;

use crate::model::{CustomerData, CustomerId, EditedCustomer, given};

/// Makes a customer (`POST /api/v5/customers/create`).
///
/// The CRM makes another one for every request, so it is repeated only if it surely was not carried
/// out. A lost answer ends with effect `maybe`: look for the customer before making it again.
///
/// ```
/// use vochi_crm_core::PhoneNumber;
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::CreateCustomer;
/// use vochi_crm_retailcrm::model::CustomerData;
/// let phone: PhoneNumber = "+375291112233".parse()?;
/// let data = CustomerData::new()
///     .with_external_id("vochi-375291112233")
///     .with_first_name("Иван")
///     .with_phone(phone);
/// let request = CreateCustomer::new(data).with_site("shop-one").request()?;
/// assert_eq!(request.path(), "/api/v5/customers/create");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CreateCustomer {
    data: CustomerData,
    site: Option<String>,
}

impl CreateCustomer {
    /// One with these fields. RetailCRM demands a first name, and some accounts an external id.
    pub fn new(data: CustomerData) -> Self {
        Self { data, site: None }
    }

    /// The shop the customer belongs to; needed where the key reaches several.
    #[must_use]
    pub fn with_site(mut self, site: impl Into<String>) -> Self {
        self.site = Some(site.into());
        self
    }
}

impl Endpoint for CreateCustomer {
    type Output = CustomerId;

    fn operation(&self) -> &'static str {
        "customers/create"
    }

    fn request(&self) -> Result<ApiRequest> {
        if !self.data.has_first_name() {
            return Err(Error::input("a new customer has no first name")
                .with_hint("give one; the number will do where no name is known"));
        }
        self.data.check()?;
        let mut request = ApiRequest::post("/api/v5/customers/create");
        if let Some(site) = given::text("site", self.site.as_deref())? {
            request = request.form("site", site);
        }
        request.form_json("customer", &self.data)
    }

    fn decode(&self, answer: &Response) -> Result<CustomerId> {
        #[derive(Deserialize)]
        struct Created {
            id: CustomerId,
        }
        answer.json::<Created>().map(|created| created.id)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Unsafe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true, "id": 1 }))
    }
}

/// Changes a customer (`POST /api/v5/customers/{id}/edit`). Fields that are not named stay as they
/// are.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::EditCustomer;
/// use vochi_crm_retailcrm::model::{CustomerData, CustomerId, UserId};
/// let new_manager = CustomerData::new().with_manager(UserId::new(8));
/// let edit = EditCustomer::by_id(CustomerId::new(60), new_manager);
/// assert_eq!(edit.request()?.path(), "/api/v5/customers/60/edit");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct EditCustomer {
    key: Key,
    data: CustomerData,
}

impl EditCustomer {
    /// The one with this id in the CRM.
    pub fn by_id(id: CustomerId, changed: CustomerData) -> Self {
        Self { key: Key::id(id.get()), data: changed }
    }

    /// The one with this id in the shop. Where the key reaches several shops, the CRM wants to know
    /// [which](Self::with_site).
    pub fn by_external_id(id: impl Into<String>, changed: CustomerData) -> Self {
        Self { key: Key::external_id(id), data: changed }
    }

    /// The shop.
    #[must_use]
    pub fn with_site(mut self, site: impl Into<String>) -> Self {
        self.key = self.key.in_site(Some(site.into()));
        self
    }
}

impl Endpoint for EditCustomer {
    type Output = EditedCustomer;

    fn operation(&self) -> &'static str {
        "customers/{id}/edit"
    }

    fn request(&self) -> Result<ApiRequest> {
        if self.data.is_empty() {
            return Err(Error::input("a change of a customer changes nothing"));
        }
        self.data.check()?;
        self.key.write("customers", "/edit")?.form_json("customer", &self.data)
    }

    fn decode(&self, answer: &Response) -> Result<EditedCustomer> {
        answer.json()
    }

    /// A repeat writes the same values once more, save numbers: they may be added twice.
    fn repeat(&self) -> Repeat {
        if self.data.has_phones() { Repeat::Unsafe } else { Repeat::Keyed }
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        self.key.subject()
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true }))
    }
}
