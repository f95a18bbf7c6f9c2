//! `customers`: persons.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use vochi_crm_core::http::{ApiRequest, Operation, Repeat, Response};
use vochi_crm_core::{Error, LocalTime, Result, Text, setters};

use super::list::Filter;
use super::response::{Body, Created, Field};
use crate::model::{Customer, CustomerData, CustomerId, EditedCustomer, EntityRef, UserId};

setters! {
    /// Narrows the list of customers (`GET /api/v5/customers`).
    #[derive(Default)]
    pub payload CustomerFilter {
        /// Customers with these ids.
        ids: Option<Vec<CustomerId>>,
        /// Customers with these ids in the shop.
        external_ids: Option<Vec<String>>,
        /// The e-mail address.
        email: Option<String>,
        /// A part of the name. RetailCRM searches the phone numbers too, as the text a person
        /// typed; [`CustomersByPhone`](crate::CustomersByPhone) finds a number in any spelling.
        name: Option<String>,
        /// The phone number. The filter is not documented; RetailCRM may refuse or ignore it.
        phone: Option<String>,
        /// Customers of these shops, by their symbolic codes.
        sites: Option<Vec<String>>,
        /// Customers of these managers.
        managers: Option<Vec<UserId>>,
        /// Contacts of corporate customers, or none of them.
        is_contact: Option<bool>,
        /// Registered on this day of the account's clock or later.
        #[serde(rename = "dateFrom", serialize_with = "day")]
        registered_from: Option<LocalTime>,
        /// Registered on this day of the account's clock or earlier.
        #[serde(rename = "dateTo", serialize_with = "day")]
        registered_to: Option<LocalTime>,
    }
}

/// Writes the day of a time, as `2026-03-02`.
#[expect(clippy::ref_option, reason = "serde passes the field by reference")]
fn day<S: Serializer>(time: &Option<LocalTime>, serializer: S) -> Result<S::Ok, S::Error> {
    let text = time.map(|time| time.to_string()).unwrap_or_default();
    text.split(' ').next().serialize(serializer)
}

impl Filter for CustomerFilter {
    type Entity = Customer;
    const NAME: &'static str = "customers";
}

setters! {
    /// Reads a customer (`GET /api/v5/customers/{id}`).
    ///
    /// A customer who was merged into another one is `not_found`; the error's
    /// [`fields`](Error::fields) name the other one (`combinedTo`, and its shop `combinedTo.site`).
    /// [`Customers::get`](crate::Customers::get) reads the other one.
    ///
    /// ```
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_retailcrm::api::GetCustomer;
    /// use vochi_crm_retailcrm::model::CustomerId;
    /// let request = GetCustomer::new(CustomerId::new(60)?).request()?;
    /// assert_eq!(request.path(), "/api/v5/customers/60");
    /// assert_eq!(request.query_string(), "by=id");
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub struct GetCustomer {
        customer: EntityRef<Customer>,
    }
}

impl GetCustomer {
    /// Returns the request for the customer this one was merged into, if the refusal names one.
    pub(crate) fn combined_to(&self, refusal: &Error) -> Option<Self> {
        let fields = refusal.fields();
        let id: CustomerId = fields.get("combinedTo")?.parse().ok()?;
        let site = fields.get("combinedTo.site").and_then(|site| Text::new(site.as_str()).ok());
        let site = site.or_else(|| self.customer.shop().cloned());
        Some(Self { customer: EntityRef::from(id).site(site) })
    }
}

impl Operation for GetCustomer {
    type Output = Field<Customer>;
    const NAME: &'static str = "customers/{id}";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        self.customer.get("customers", "")
    }

    fn planned(&self) -> Response {
        Field::<Customer>::planned_with(self.customer.planned_id())
    }
}

setters! {
    /// Creates a customer (`POST /api/v5/customers/create`). RetailCRM requires a first name, and
    /// some accounts an external id.
    ///
    /// No idempotency key: a lost response ends with effect `maybe`. Look for the customer before
    /// creating it again.
    pub struct CreateCustomer {
        data: CustomerData,
        /// The shop; required if the key can access several.
        site: Option<Text>,
    }
}

impl Operation for CreateCustomer {
    type Output = Created<Customer>;
    const NAME: &'static str = "customers/create";
    const REPEAT: Repeat = Repeat::Unsafe;

    fn request(&self) -> Result<ApiRequest> {
        if !self.data.has_first_name() {
            return Err(Error::input("cannot create a customer: missing first name")
                .with_hint("use the number if the name is unknown"));
        }
        ApiRequest::post("/api/v5/customers/create")
            .form_opt("site", self.site.as_ref())
            .form_json("customer", &self.data)
    }
}

setters! {
    /// Changes a customer (`POST /api/v5/customers/{id}/edit`). Fields that are not set keep their
    /// values. A customer who was merged into another one is not changed.
    pub struct EditCustomer {
        customer: EntityRef<Customer>,
        data: CustomerData,
    }
}

impl Operation for EditCustomer {
    type Output = Body<EditedCustomer>;
    const NAME: &'static str = "customers/{id}/edit";
    const REPEAT: Repeat = Repeat::Keyed;

    fn request(&self) -> Result<ApiRequest> {
        if self.data == CustomerData::new() {
            return Err(Error::input("cannot change a customer: no field is set"));
        }
        self.customer.post("customers", "/edit")?.form_json("customer", &self.data)
    }

    /// A repeat writes the same values, but may add numbers twice.
    fn repeat(&self) -> Repeat {
        if self.data.phones.is_empty() { Self::REPEAT } else { Repeat::Unsafe }
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        self.customer.subject()
    }
}
