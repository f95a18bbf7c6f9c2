//! `orders/create` and `orders/{id}/edit`.

use std::borrow::Cow;

use serde_json::json;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::{Error, Result};

use super::key::Key;
use crate::model::{OrderData, OrderId, WrittenOrder, given};

/// Makes an order (`POST /api/v5/orders/create`).
///
/// The CRM may make another one for every request, so it is repeated only if it surely was not
/// carried out. A lost answer ends with effect `maybe`: look for the order by its external id
/// before making it again, and for that it has to have one.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::CreateOrder;
/// use vochi_crm_retailcrm::model::{CustomerId, OrderData};
/// let data = OrderData::new()
///     .with_external_id("vochi-call-pbx1-1773474900.42")
///     .with_customer(CustomerId::new(60));
/// let request = CreateOrder::new(data).with_site("shop-one").request()?;
/// assert_eq!(request.path(), "/api/v5/orders/create");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CreateOrder {
    data: OrderData,
    site: Option<String>,
}

impl CreateOrder {
    /// One with these fields, an external id among them.
    pub fn new(data: OrderData) -> Self {
        Self { data, site: None }
    }

    /// The shop the order belongs to; needed where the key reaches several.
    #[must_use]
    pub fn with_site(mut self, site: impl Into<String>) -> Self {
        self.site = Some(site.into());
        self
    }
}

impl Endpoint for CreateOrder {
    type Output = WrittenOrder;

    fn operation(&self) -> &'static str {
        "orders/create"
    }

    fn request(&self) -> Result<ApiRequest> {
        if !self.data.has_external_id() {
            return Err(Error::input("a new order has no external id")
                .with_hint("give one that follows from the call's id, to find the order again"));
        }
        self.data.check()?;
        let mut request = ApiRequest::post("/api/v5/orders/create");
        if let Some(site) = given::text("site", self.site.as_deref())? {
            request = request.form("site", site);
        }
        request.form_json("order", &self.data)
    }

    fn decode(&self, answer: &Response) -> Result<WrittenOrder> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Unsafe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true }))
    }
}

/// Changes an order (`POST /api/v5/orders/{id}/edit`). Fields that are not named stay as they are,
/// and so do the order's items: they cannot be named. A repeat writes the same once more.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_retailcrm::api::EditOrder;
/// use vochi_crm_retailcrm::model::{OrderData, OrderId};
/// let comment = OrderData::new().with_manager_comment("Call back after 15:00");
/// let edit = EditOrder::by_id(OrderId::new(501), comment);
/// assert_eq!(edit.request()?.path(), "/api/v5/orders/501/edit");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct EditOrder {
    key: Key,
    data: OrderData,
}

impl EditOrder {
    /// The one with this id in the CRM.
    pub fn by_id(id: OrderId, changed: OrderData) -> Self {
        Self { key: Key::id(id.get()), data: changed }
    }

    /// The one with this id in the shop. Where the key reaches several shops, the CRM wants to know
    /// [which](Self::with_site).
    pub fn by_external_id(id: impl Into<String>, changed: OrderData) -> Self {
        Self { key: Key::external_id(id), data: changed }
    }

    /// The shop.
    #[must_use]
    pub fn with_site(mut self, site: impl Into<String>) -> Self {
        self.key = self.key.in_site(Some(site.into()));
        self
    }
}

impl Endpoint for EditOrder {
    type Output = WrittenOrder;

    fn operation(&self) -> &'static str {
        "orders/{id}/edit"
    }

    fn request(&self) -> Result<ApiRequest> {
        if self.data.is_empty() {
            return Err(Error::input("a change of an order changes nothing"));
        }
        self.data.check()?;
        self.key.write("orders", "/edit")?.form_json("order", &self.data)
    }

    fn decode(&self, answer: &Response) -> Result<WrittenOrder> {
        answer.json()
    }

    fn repeat(&self) -> Repeat {
        Repeat::Keyed
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        self.key.subject()
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "success": true }))
    }
}
