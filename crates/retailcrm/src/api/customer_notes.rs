//! `customers/notes`: notes on customers.

use std::borrow::Cow;

use vochi_crm_core::http::{ApiRequest, Operation, Repeat};
use vochi_crm_core::{Result, Text, setters};

use super::list::Filter;
use super::response::{Created, Done};
use crate::model::{Customer, CustomerId, CustomerNote, CustomerNoteId, EntityRef, UserId};

setters! {
    /// Narrows the list of notes (`GET /api/v5/customers/notes`).
    #[derive(Default)]
    pub payload CustomerNoteFilter {
        /// Notes with these ids.
        ids: Option<Vec<CustomerNoteId>>,
        /// Notes on these customers.
        customer_ids: Option<Vec<CustomerId>>,
        /// Notes on these customers, by the shop's ids.
        customer_external_ids: Option<Vec<String>>,
        /// Notes of these managers.
        manager_ids: Option<Vec<UserId>>,
        /// A part of the text.
        text: Option<String>,
    }
}

impl Filter for CustomerNoteFilter {
    type Entity = CustomerNote;
    const NAME: &'static str = "customers/notes";
}

setters! {
    /// Creates a note on a customer (`POST /api/v5/customers/notes/create`). No idempotency key: a
    /// lost response ends with effect `maybe`.
    ///
    /// ```
    /// use vochi_crm_core::Text;
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_retailcrm::api::CreateCustomerNote;
    /// use vochi_crm_retailcrm::model::{CustomerId, UserId};
    /// let note = CreateCustomerNote::new(Text::new("Перезвонить")?, CustomerId::new(60)?)
    ///     .manager_id(UserId::new(7)?)
    ///     .site(Text::new("shop-one")?);
    /// assert_eq!(note.request()?.path(), "/api/v5/customers/notes/create");
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub payload CreateCustomerNote {
        text: Text,
        /// The user who writes it.
        manager_id: Option<UserId>,
        customer: EntityRef<Customer>,
        /// The shop; required if the key can access several.
        #[serde(skip)]
        site: Option<Text>,
    }
}

impl Operation for CreateCustomerNote {
    type Output = Created<CustomerNote>;
    const NAME: &'static str = "customers/notes/create";
    const REPEAT: Repeat = Repeat::Unsafe;

    fn request(&self) -> Result<ApiRequest> {
        ApiRequest::post("/api/v5/customers/notes/create")
            .form_opt("site", self.site.as_ref())
            .form_json("note", self)
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        self.customer.subject()
    }
}

/// Deletes a note (`POST /api/v5/customers/notes/{id}/delete`).
///
/// Only the path is documented; the request is sent without a body, and any response that is not a
/// refusal counts as success. A retry after a lost response may end as `not_found`, with effect
/// `maybe`.
#[derive(Clone, Copy, Debug)]
pub struct DeleteCustomerNote(pub CustomerNoteId);

impl Operation for DeleteCustomerNote {
    type Output = Done;
    const NAME: &'static str = "customers/notes/{id}/delete";
    const REPEAT: Repeat = Repeat::Keyed;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::post(format!("/api/v5/customers/notes/{}/delete", self.0)))
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.0.to_string().into())
    }
}
