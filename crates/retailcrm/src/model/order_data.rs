//! Writable fields of an order.

use std::collections::BTreeMap;

use serde_json::Value;
use vochi_crm_core::setters;

use super::{Customer, EntityRef, PhoneText, UserId};

setters! {
    /// Writable fields of an order: all of a new one, or the changed ones. A field that is not set
    /// is not sent. There are no items: sending some would replace the order's items.
    ///
    /// ```
    /// use vochi_crm_retailcrm::model::{CustomerId, EntityRef, OrderData, UserId};
    /// let data = OrderData::new()
    ///     .external_id("vochi-call-pbx1-1773474900.42")
    ///     .order_method("phone")
    ///     .customer(EntityRef::from(CustomerId::new(60)?))
    ///     .manager_id(UserId::new(7)?);
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    #[derive(Default, PartialEq, Eq)]
    pub payload OrderData {
        /// The shop's id. Derive it from the call's id, to find the order again.
        external_id: Option<String>,
        /// The type: a symbolic code of the account.
        order_type: Option<String>,
        /// The order method: a symbolic code of the account; many have `phone`.
        order_method: Option<String>,
        /// The status: a symbolic code of the account.
        status: Option<String>,
        /// The first name.
        first_name: Option<String>,
        /// The last name.
        last_name: Option<String>,
        /// The patronymic.
        patronymic: Option<String>,
        /// The number. The CRM links calls to an order by it.
        phone: Option<PhoneText>,
        /// The e-mail address.
        email: Option<String>,
        /// The customer.
        customer: Option<EntityRef<Customer>>,
        /// The responsible manager.
        manager_id: Option<UserId>,
        /// The customer's comment.
        customer_comment: Option<String>,
        /// The manager's comment.
        manager_comment: Option<String>,
        /// Sets a custom field of the account, by its symbolic code.
        #[serde(rename = "customFields")]
        custom_field: BTreeMap<String, Value>,
    }
}

impl OrderData {
    pub(crate) fn has_external_id(&self) -> bool {
        self.external_id.as_deref().is_some_and(|id| !id.trim().is_empty())
    }
}
