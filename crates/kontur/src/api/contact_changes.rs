//! Changes of a contact.

use std::borrow::Cow;

use serde_json::{Value, json};
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::{Error, Result};

use super::elements::NewElement;
use super::patch::{Patch, Spelling};
use super::{done, paths};
use crate::model::{Contact, ContactId, ElementId};

/// Changes a contact (`PATCH …/contacts/{id}`): in order, all or nothing.
///
/// What only replaces is sent again after a lost answer; what adds or removes is not, save where it
/// surely was not carried out.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::{NewElement, PatchContact};
/// use vochi_crm_kontur::model::ContactId;
/// let id = ContactId::new("98c0a1d2-3333-4c4c-9d9d-000000000301")?;
/// let patch = PatchContact::new(id)
///     .with_position("Manager")
///     .adding_email(&NewElement::email("ivan@example.org"));
/// assert!(patch.request().is_ok());
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PatchContact {
    contact: ContactId,
    patch: Patch,
    wrong: Option<&'static str>,
}

impl PatchContact {
    /// Changes nothing yet.
    pub fn new(contact: ContactId) -> Self {
        Self { contact, patch: Patch::new(Spelling::Pascal), wrong: None }
    }

    /// The name.
    #[must_use]
    pub fn with_name(self, name: impl Into<String>) -> Self {
        self.replacing("/name", name.into())
    }

    /// What the person does.
    #[must_use]
    pub fn with_position(self, position: impl Into<String>) -> Self {
        self.replacing("/position", position.into())
    }

    /// The region, by its number.
    #[must_use]
    pub fn with_region_code(self, code: impl Into<String>) -> Self {
        self.replacing("/regionCode", code.into())
    }

    /// Adds a number.
    #[must_use]
    pub fn adding_phone(self, phone: &NewElement) -> Self {
        self.adding("/phones", phone)
    }

    /// Removes a number, by its id.
    #[must_use]
    pub fn removing_phone(mut self, id: &ElementId) -> Self {
        self.patch.remove(format!("/phones/{id}"));
        self
    }

    /// Adds an address.
    #[must_use]
    pub fn adding_email(self, email: &NewElement) -> Self {
        self.adding("/emails", email)
    }

    /// Removes an address, by its id.
    #[must_use]
    pub fn removing_email(mut self, id: &ElementId) -> Self {
        self.patch.remove(format!("/emails/{id}"));
        self
    }

    fn replacing(mut self, path: &'static str, text: String) -> Self {
        if text.trim().is_empty() {
            self.wrong = Some("a change of a contact writes an empty text");
        } else {
            self.patch.replace(path, Value::String(text));
        }
        self
    }

    fn adding(mut self, path: &'static str, element: &NewElement) -> Self {
        match element.check() {
            Ok(()) => self.patch.add(path, element.to_value()),
            Err(_) => {
                self.wrong = Some(
                    "a change of a contact adds a number or address that is empty or of no sort",
                );
            }
        }
        self
    }
}

impl Endpoint for PatchContact {
    type Output = Contact;

    fn operation(&self) -> &'static str {
        "contacts/{id}"
    }

    fn request(&self) -> Result<ApiRequest> {
        if let Some(why) = self.wrong {
            return Err(Error::input(why));
        }
        self.patch.apply(paths::contact(self.contact.as_str())?)
    }

    fn decode(&self, answer: &Response) -> Result<Contact> {
        done::maybe_wrapped(answer)
    }

    fn repeat(&self) -> Repeat {
        self.patch.repeat()
    }

    fn subject(&self) -> Option<Cow<'_, str>> {
        Some(self.contact.as_str().into())
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "id": self.contact }))
    }
}
