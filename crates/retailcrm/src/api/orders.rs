//! `orders`: orders of customers.

use std::borrow::Cow;

use vochi_crm_core::http::{ApiRequest, Operation, Repeat, Response};
use vochi_crm_core::{Error, LocalTime, Result, Text, setters};

use super::list::{Filter, PageNumber};
use super::response::{Body, Field};
use crate::model::{CustomerId, EntityRef, Order, OrderData, OrderId, UserId, WrittenOrder};

setters! {
    /// Narrows the list of orders (`GET /api/v5/orders`).
    ///
    /// ```
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_retailcrm::api::{List, OrderFilter};
    /// use vochi_crm_retailcrm::model::CustomerId;
    /// let request = List::new(OrderFilter::new().customer_id(CustomerId::new(60)?)).request()?;
    /// assert_eq!(request.query_string(), "filter%5BcustomerId%5D=60&limit=100");
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    #[derive(Default)]
    pub payload OrderFilter {
        /// Orders of this customer.
        customer_id: Option<CustomerId>,
        /// A part of the customer's name or number. Check the numbers of the result.
        customer: Option<String>,
        /// Orders with these ids.
        ids: Option<Vec<OrderId>>,
        /// Orders with these ids in the shop.
        external_ids: Option<Vec<String>>,
        /// Orders with these numbers.
        numbers: Option<Vec<String>>,
        /// Orders of these shops, by their symbolic codes.
        sites: Option<Vec<String>>,
        /// Orders of these managers.
        managers: Option<Vec<UserId>>,
        /// Orders in these statuses or groups of statuses, by their symbolic codes.
        #[serde(rename = "extendedStatus")]
        statuses: Option<Vec<String>>,
        /// Created at this local time of the account or later.
        #[serde(rename = "createdAtFrom")]
        created_from: Option<LocalTime>,
        /// Created at this local time of the account or earlier.
        #[serde(rename = "createdAtTo")]
        created_until: Option<LocalTime>,
    }
}

impl Filter for OrderFilter {
    type Entity = Order;
    const NAME: &'static str = "orders";
    const PAGE: PageNumber = PageNumber::IfSet;
}

setters! {
    /// Reads an order (`GET /api/v5/orders/{id}`).
    pub struct GetOrder {
        order: EntityRef<Order>,
    }
}

impl Operation for GetOrder {
    type Output = Field<Order>;
    const NAME: &'static str = "orders/{id}";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        self.order.get("orders", "")
    }

    fn planned(&self) -> Response {
        Field::<Order>::planned_with(self.order.planned_id())
    }
}

setters! {
    /// Creates an order (`POST /api/v5/orders/create`). It must have an external id.
    ///
    /// No idempotency key: a lost response ends with effect `maybe`. Look for the order by its
    /// external id before creating it again.
    pub struct CreateOrder {
        data: OrderData,
        /// The shop; required if the key can access several.
        site: Option<Text>,
    }
}

impl Operation for CreateOrder {
    type Output = Body<WrittenOrder>;
    const NAME: &'static str = "orders/create";
    const REPEAT: Repeat = Repeat::Unsafe;

    fn request(&self) -> Result<ApiRequest> {
        if !self.data.has_external_id() {
            return Err(Error::input("cannot create an order: missing external id")
                .with_hint("derive one from the call's id, to find the order again"));
        }
        ApiRequest::post("/api/v5/orders/create")
            .form_opt("site", self.site.as_ref())
            .form_json("order", &self.data)
    }
}

setters! {
    /// Changes an order (`POST /api/v5/orders/{id}/edit`). Fields that are not set, and the items,
    /// keep their values.
    pub struct EditOrder {
        order: EntityRef<Order>,
        data: OrderData,
    }
}

impl Operation for EditOrder {
    type Output = Body<WrittenOrder>;
    const NAME: &'static str = "orders/{id}/edit";
    const REPEAT: Repeat = Repeat::Keyed;

    fn request(&self) -> Result<ApiRequest> {
        if self.data == OrderData::new() {
            return Err(Error::input("cannot change an order: no field is set"));
        }
        self.order.post("orders", "/edit")?.form_json("order", &self.data)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        self.order.subject()
    }
}
