//! What is written of an order.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use vochi_crm_core::Result;

use super::{CustomerId, PhoneText, Target, UserId, given};

/// Fields of an order to be written: all of a new one, or those that change. What is not set is not
/// sent. There are no items: sending some would replace those the order has.
///
/// ```
/// use vochi_crm_retailcrm::model::{CustomerId, OrderData, UserId};
/// let data = OrderData::new()
///     .with_external_id("vochi-call-pbx1-1773474900.42")
///     .with_order_method("phone")
///     .with_customer(CustomerId::new(60))
///     .with_manager(UserId::new(7));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderData {
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patronymic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<PhoneText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<Target<CustomerId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    manager_id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_comment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    manager_comment: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    custom_fields: BTreeMap<String, Value>,
}

impl OrderData {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The shop's id of the order (`externalId`). That of a call should follow from the call's id,
    /// so that the order can be found again.
    #[must_use]
    pub fn with_external_id(mut self, id: impl Into<String>) -> Self {
        self.external_id = Some(id.into());
        self
    }

    /// What sort of order it is: a symbolic code the account has.
    #[must_use]
    pub fn with_order_type(mut self, code: impl Into<String>) -> Self {
        self.order_type = Some(code.into());
        self
    }

    /// How it was ordered: a symbolic code the account has; many have `phone`.
    #[must_use]
    pub fn with_order_method(mut self, code: impl Into<String>) -> Self {
        self.order_method = Some(code.into());
        self
    }

    /// The state it is in: a symbolic code the account has.
    #[must_use]
    pub fn with_status(mut self, code: impl Into<String>) -> Self {
        self.status = Some(code.into());
        self
    }

    /// The first name.
    #[must_use]
    pub fn with_first_name(mut self, name: impl Into<String>) -> Self {
        self.first_name = Some(name.into());
        self
    }

    /// The last name.
    #[must_use]
    pub fn with_last_name(mut self, name: impl Into<String>) -> Self {
        self.last_name = Some(name.into());
        self
    }

    /// The patronymic.
    #[must_use]
    pub fn with_patronymic(mut self, name: impl Into<String>) -> Self {
        self.patronymic = Some(name.into());
        self
    }

    /// The number. The CRM ties calls to an order by it.
    #[must_use]
    pub fn with_phone(mut self, number: impl Into<PhoneText>) -> Self {
        self.phone = Some(number.into());
        self
    }

    /// The e-mail address.
    #[must_use]
    pub fn with_email(mut self, address: impl Into<String>) -> Self {
        self.email = Some(address.into());
        self
    }

    /// Who orders.
    #[must_use]
    pub fn with_customer(mut self, customer: impl Into<Target<CustomerId>>) -> Self {
        self.customer = Some(customer.into());
        self
    }

    /// The manager responsible.
    #[must_use]
    pub fn with_manager(mut self, manager: UserId) -> Self {
        self.manager_id = Some(manager);
        self
    }

    /// What the customer said.
    #[must_use]
    pub fn with_customer_comment(mut self, text: impl Into<String>) -> Self {
        self.customer_comment = Some(text.into());
        self
    }

    /// What the manager should know.
    #[must_use]
    pub fn with_manager_comment(mut self, text: impl Into<String>) -> Self {
        self.manager_comment = Some(text.into());
        self
    }

    /// A field of the account's own, by its symbolic code.
    #[must_use]
    pub fn with_custom_field(mut self, code: impl Into<String>, value: impl Into<Value>) -> Self {
        self.custom_fields.insert(code.into(), value.into());
        self
    }

    /// That nothing in it would be misread.
    pub(crate) fn check(&self) -> Result<()> {
        if let Some(customer) = &self.customer {
            given::id("the order's customer", customer.id().get())?;
        }
        match self.manager_id {
            Some(manager) => given::id("the order's manager", manager.get()),
            None => Ok(()),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn has_external_id(&self) -> bool {
        self.external_id.as_deref().is_some_and(|id| !id.trim().is_empty())
    }
}
