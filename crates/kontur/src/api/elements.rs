//! Phone numbers and e-mail addresses of clients in requests.

use vochi_crm_core::{Result, setters};

use super::validation;
use crate::model::{ElementId, ElementType, PhoneText};

setters! {
    /// A phone number or e-mail address to add to a client.
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
        /// The id, chosen by the caller; by default Kontur assigns one.
        id: Option<ElementId>,
        /// The kind (`type`), [`ElementType::Work`] by default.
        #[serde(rename = "type")]
        kind: ElementType = ElementType::Work,
        value: String,
    }
}

impl NewElement {
    /// Creates a phone number.
    pub fn phone(number: impl Into<PhoneText>) -> Self {
        Self::new(number.into().as_str())
    }

    /// Creates an e-mail address.
    pub fn email(address: impl Into<String>) -> Self {
        Self::new(address)
    }

    pub(super) fn check(&self) -> Result<()> {
        validation::text("phone or e-mail of a client", Some(&self.value))?;
        validation::text("kind of a phone or e-mail", Some(self.kind.as_str()))
    }
}
