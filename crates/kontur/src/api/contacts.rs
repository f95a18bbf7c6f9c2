//! `contacts/*`: client contacts (people).

use std::borrow::Cow;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value, json};
use vochi_crm_core::http::{ApiRequest, Operation, Output, Repeat, Response};
use vochi_crm_core::wire::Items;
use vochi_crm_core::{Error, Result, Text, Unique, setters};

use super::elements::NewElement;
use super::patch::{self, Patch};
use super::response::{Object, Wrapped};
use crate::model::{CompanyId, Contact, ContactId, ElementId};

/// Reads a contact (`GET …/contacts/{id}`).
///
/// ```
/// use vochi_crm_core::http::Operation;
/// use vochi_crm_kontur::api::GetContact;
/// use vochi_crm_kontur::model::ContactId;
/// let id = ContactId::new("98c0a1d2-3333-4c4c-9d9d-000000000301")?;
/// assert!(GetContact(id).request()?.path().starts_with("/contacts/98c0"));
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GetContact(pub ContactId);

impl Operation for GetContact {
    type Output = Object<Contact>;
    const NAME: &'static str = "contacts/{id}";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get(format!("/contacts/{}", self.0)))
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "id": self.0 }))
    }
}

setters! {
    /// A contact to create.
    ///
    /// ```
    /// use vochi_crm_core::{PhoneNumber, Text};
    /// use vochi_crm_kontur::api::{NewContact, NewElement};
    /// # fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let number: PhoneNumber = "+375291112233".parse()?;
    /// let name = Text::new("Ivan Ivanov")?;
    /// let contact = NewContact::new(name).phones([NewElement::phone(number)]);
    /// # Ok(())
    /// # }
    /// # run().unwrap();
    /// ```
    pub payload NewContact {
        name: Text,
        /// The job title.
        position: Option<Text>,
        /// The numeric region code.
        region_code: Option<Text>,
        /// Adds companies the contact belongs to (`links.companyIds`).
        #[serde(rename = "links", serialize_with = "links")]
        companies: Unique<CompanyId>,
        /// Adds phone numbers.
        phones: Vec<NewElement>,
        /// Adds e-mail addresses.
        emails: Vec<NewElement>,
    }
}

fn links<S: Serializer>(companies: &Unique<CompanyId>, serializer: S) -> Result<S::Ok, S::Error> {
    json!({ "companyIds": companies }).serialize(serializer)
}

setters! {
    /// Creates contacts (`POST …/contacts/create`). The response may list them in another order.
    ///
    /// Kontur links calls to clients itself, so unknown callers need no new contact. There is no
    /// idempotency key: a lost response ends with effect `maybe`.
    ///
    /// ```
    /// use vochi_crm_core::Text;
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_kontur::api::{CreateContacts, NewContact};
    /// let contact = NewContact::new(Text::new("Ivan Ivanov")?);
    /// let request = CreateContacts::new().items([contact]).request()?;
    /// assert_eq!(request.body_ref().content_type(), Some("application/json-patch+json"));
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    #[derive(Default)]
    pub payload CreateContacts {
        /// Adds contacts.
        items: Vec<NewContact>,
    }
}

impl Operation for CreateContacts {
    type Output = CreatedContacts;
    const NAME: &'static str = "contacts/create";
    const REPEAT: Repeat = Repeat::Unsafe;

    fn request(&self) -> Result<ApiRequest> {
        if self.items.is_empty() {
            return Err(Error::input("cannot create contacts: the list is empty"));
        }
        let mut elements = self.items.iter().flat_map(|one| one.phones.iter().chain(&one.emails));
        elements.try_for_each(NewElement::check)?;
        patch::entity_body(ApiRequest::post("/contacts/create"), self)
    }

    fn planned(&self) -> Response {
        let created = (1..=self.items.len()).map(|number| {
            let id = format!("00000000-0000-4000-8000-{number:012}");
            (id.clone(), json!({ "id": id }))
        });
        Response::ok_json(&json!({ "items": created.collect::<Map<_, _>>() }))
    }
}

/// The created contacts. Kontur sends a map with meaningless keys.
#[derive(Clone, Copy, Debug)]
pub struct CreatedContacts;

impl Output for CreatedContacts {
    type Value = Items<Contact>;

    fn decode(response: &Response) -> Result<Items<Contact>> {
        #[derive(Deserialize)]
        struct Created {
            items: Value,
        }
        let items = Object::<Created>::decode(response)?.items;
        let no_map = || response.unreadable("items must be a map of contacts");
        if !items.is_object() && !items.is_array() {
            return Err(no_map());
        }
        Items::deserialize(items).map_err(|_| no_map())
    }

    fn planned() -> Response {
        Response::ok_json(&json!({ "items": {} }))
    }
}

/// Changes a contact (`PATCH …/contacts/{id}`): operations in order, all or none.
///
/// A change that only replaces is sent again after a lost response; one that adds or removes ends
/// with effect `maybe`.
///
/// ```
/// use vochi_crm_core::Text;
/// use vochi_crm_core::http::Operation;
/// use vochi_crm_kontur::api::{NewElement, PatchContact};
/// use vochi_crm_kontur::model::ContactId;
/// let id = ContactId::new("98c0a1d2-3333-4c4c-9d9d-000000000301")?;
/// let patch = PatchContact::new(id)
///     .position(Text::new("Manager")?)
///     .add_email(&NewElement::email("ivan@example.org"));
/// assert!(patch.request().is_ok());
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PatchContact {
    contact: ContactId,
    patch: Patch,
}

impl PatchContact {
    /// Creates an empty change. Sending it without an operation is an `input` error.
    pub fn new(contact: ContactId) -> Self {
        Self { contact, patch: Patch::new(patch::PASCAL) }
    }

    /// Replaces the name.
    #[must_use]
    pub fn name(mut self, name: impl Into<Text>) -> Self {
        self.patch.replace("/name", &name.into());
        self
    }

    /// Replaces the job title.
    #[must_use]
    pub fn position(mut self, position: impl Into<Text>) -> Self {
        self.patch.replace("/position", &position.into());
        self
    }

    /// Replaces the numeric region code.
    #[must_use]
    pub fn region_code(mut self, code: impl Into<Text>) -> Self {
        self.patch.replace("/regionCode", &code.into());
        self
    }

    /// Adds a phone number.
    #[must_use]
    pub fn add_phone(self, phone: &NewElement) -> Self {
        self.add("/phones", phone)
    }

    /// Removes a phone number by its id.
    #[must_use]
    pub fn remove_phone(mut self, id: &ElementId) -> Self {
        self.patch.remove(format!("/phones/{id}"));
        self
    }

    /// Adds an e-mail address.
    #[must_use]
    pub fn add_email(self, email: &NewElement) -> Self {
        self.add("/emails", email)
    }

    /// Removes an e-mail address by its id.
    #[must_use]
    pub fn remove_email(mut self, id: &ElementId) -> Self {
        self.patch.remove(format!("/emails/{id}"));
        self
    }

    fn add(mut self, path: &'static str, element: &NewElement) -> Self {
        if element.check().is_err() {
            self.patch.refuse(
                "invalid contact change: the value and kind of a phone or e-mail must not be empty",
            );
        }
        self.patch.add(path, element);
        self
    }
}

impl Operation for PatchContact {
    type Output = Wrapped<Contact>;
    const NAME: &'static str = "contacts/{id}";
    const REPEAT: Repeat = Repeat::Unsafe;

    fn request(&self) -> Result<ApiRequest> {
        self.patch.request(format!("/contacts/{}", self.contact))
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
