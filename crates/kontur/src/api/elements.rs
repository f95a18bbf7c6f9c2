//! Numbers and addresses of clients, as they are written.

use serde::Serialize;
use serde_json::{Value, json};
use vochi_crm_core::Result;

use super::given;
use crate::model::{ElementId, ElementType, PhoneText};

/// A number or address to be written on a card.
///
/// ```
/// use vochi_crm_kontur::api::NewElement;
/// use vochi_crm_kontur::model::ElementType;
/// let number: vochi_crm_core::PhoneNumber = "+375291112233".parse()?;
/// let phone = NewElement::phone(number).with_type(ElementType::Work);
/// # Ok::<(), vochi_crm_core::phone::PhoneError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewElement {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<ElementId>,
    #[serde(rename = "type")]
    kind: ElementType,
    value: String,
}

impl NewElement {
    /// A phone number, at work unless said otherwise.
    pub fn phone(number: impl Into<PhoneText>) -> Self {
        Self::new(number.into().as_str().to_owned())
    }

    /// An e-mail address, at work unless said otherwise.
    pub fn email(address: impl Into<String>) -> Self {
        Self::new(address.into())
    }

    fn new(value: String) -> Self {
        Self { id: None, kind: ElementType::Work, value }
    }

    /// What sort it is.
    #[must_use]
    pub fn with_type(mut self, kind: ElementType) -> Self {
        self.kind = kind;
        self
    }

    /// An id of our own; without one Kontur gives it one.
    #[must_use]
    pub fn with_id(mut self, id: ElementId) -> Self {
        self.id = Some(id);
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        given::text("a number or address of a client", Some(&self.value))?;
        given::text("the sort of a number or address", Some(self.kind.as_str()))
    }

    pub(super) fn to_value(&self) -> Value {
        let mut value = json!({ "type": self.kind, "value": self.value });
        if let (Some(id), Some(map)) = (&self.id, value.as_object_mut()) {
            map.insert("id".to_owned(), json!(id));
        }
        value
    }
}
