//! Numbers and addresses of clients, as they are written.

use vochi_crm_core::{Result, setters};

use super::validation;
use crate::model::{ElementId, ElementType, PhoneText};

setters! {
    /// A number or address to be written on a card.
    ///
    /// ```
    /// use vochi_crm_kontur::api::NewElement;
    /// use vochi_crm_kontur::model::ElementType;
    /// let number: vochi_crm_core::PhoneNumber = "+375291112233".parse()?;
    /// let phone = NewElement::phone(number).kind(ElementType::Work);
    /// # Ok::<(), vochi_crm_core::phone::PhoneError>(())
    /// ```
    #[derive(PartialEq, Eq)]
    pub payload NewElement {
        /// An id of our own; by default Kontur assigns one.
        id: Option<ElementId>,
        /// The kind (`type`), [`ElementType::Work`] by default.
        #[serde(rename = "type")]
        kind: ElementType = ElementType::Work,
        value: String,
    }
}

impl NewElement {
    /// A phone number.
    pub fn phone(number: impl Into<PhoneText>) -> Self {
        Self::new(number.into().as_str())
    }

    /// An e-mail address.
    pub fn email(address: impl Into<String>) -> Self {
        Self::new(address)
    }

    pub(super) fn check(&self) -> Result<()> {
        validation::text("a number or address of a client", Some(&self.value))?;
        validation::text("the sort of a number or address", Some(self.kind.as_str()))
    }
}
