//! `contacts/{id}`, `contacts/create`: people on the client's side.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::wire::Items;
use vochi_crm_core::{Error, Result};

use super::elements::NewElement;
use super::{done, given, patch, paths};
use crate::model::{CompanyId, Contact, ContactId};

/// Asks for a contact (`GET …/contacts/{id}`).
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::GetContact;
/// use vochi_crm_kontur::model::ContactId;
/// let id = ContactId::new("98c0a1d2-3333-4c4c-9d9d-000000000301")?;
/// assert!(GetContact::new(id).request()?.path().starts_with("/contacts/98c0"));
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GetContact {
    contact: ContactId,
}

impl GetContact {
    /// This one.
    pub fn new(contact: ContactId) -> Self {
        Self { contact }
    }
}

impl Endpoint for GetContact {
    type Output = Contact;

    fn operation(&self) -> &'static str {
        "contacts/{id}"
    }

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::get(paths::contact(self.contact.as_str())?))
    }

    fn decode(&self, answer: &Response) -> Result<Contact> {
        done::object(answer)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "id": self.contact }))
    }
}

/// A contact to be made.
///
/// ```
/// use vochi_crm_kontur::api::{NewContact, NewElement};
/// let number: vochi_crm_core::PhoneNumber = "+375291112233".parse()?;
/// let contact = NewContact::new("Ivan Ivanov").with_phone(NewElement::phone(number));
/// # Ok::<(), vochi_crm_core::phone::PhoneError>(())
/// ```
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewContact {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region_code: Option<String>,
    #[serde(skip_serializing_if = "Companies::is_empty")]
    links: Companies,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    phones: Vec<NewElement>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    emails: Vec<NewElement>,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Companies {
    company_ids: Vec<CompanyId>,
}

impl Companies {
    fn is_empty(&self) -> bool {
        self.company_ids.is_empty()
    }
}

impl NewContact {
    /// A person of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            position: None,
            region_code: None,
            links: Companies::default(),
            phones: Vec::new(),
            emails: Vec::new(),
        }
    }

    /// What the person does.
    #[must_use]
    pub fn with_position(mut self, position: impl Into<String>) -> Self {
        self.position = Some(position.into());
        self
    }

    /// The region, by its number.
    #[must_use]
    pub fn with_region_code(mut self, code: impl Into<String>) -> Self {
        self.region_code = Some(code.into());
        self
    }

    /// The person belongs to this company.
    #[must_use]
    pub fn with_company(mut self, company: CompanyId) -> Self {
        if !self.links.company_ids.contains(&company) {
            self.links.company_ids.push(company);
        }
        self
    }

    /// Adds a number.
    #[must_use]
    pub fn with_phone(mut self, phone: NewElement) -> Self {
        self.phones.push(phone);
        self
    }

    /// Adds an address.
    #[must_use]
    pub fn with_email(mut self, email: NewElement) -> Self {
        self.emails.push(email);
        self
    }

    fn check(&self) -> Result<()> {
        given::text("the name of a contact", Some(&self.name))?;
        given::text("the position of a contact", self.position.as_deref())?;
        given::text("the region of a contact", self.region_code.as_deref())?;
        let mut elements = self.phones.iter().chain(&self.emails);
        elements.try_for_each(NewElement::check)
    }
}

/// Makes contacts (`POST …/contacts/create`).
///
/// Kontur attaches calls to clients itself: do not make contacts of unknown callers blindly. A
/// repeat would make them twice. The answer is not in the order of the request.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::{CreateContacts, NewContact};
/// let request = CreateContacts::new([NewContact::new("Ivan Ivanov")]).request()?;
/// assert_eq!(request.body_ref().content_type(), Some("application/json-patch+json"));
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug, Serialize)]
pub struct CreateContacts {
    items: Vec<NewContact>,
}

impl CreateContacts {
    /// These.
    pub fn new(contacts: impl IntoIterator<Item = NewContact>) -> Self {
        Self { items: contacts.into_iter().collect() }
    }
}

impl Endpoint for CreateContacts {
    type Output = Items<Contact>;

    fn operation(&self) -> &'static str {
        "contacts/create"
    }

    fn request(&self) -> Result<ApiRequest> {
        if self.items.is_empty() {
            return Err(Error::input("there is no contact to make"));
        }
        self.items.iter().try_for_each(NewContact::check)?;
        patch::entity_body(ApiRequest::post(paths::CREATE_CONTACTS), self)
    }

    fn decode(&self, answer: &Response) -> Result<Items<Contact>> {
        // By ids that are nobody's: a map whose values alone mean something.
        #[derive(Deserialize)]
        struct Created {
            items: Value,
        }
        let items = done::object::<Created>(answer)?.items;
        if !items.is_object() && !items.is_array() {
            return Err(answer.unreadable("items is no map of contacts"));
        }
        Items::deserialize(items).map_err(|_| answer.unreadable("items is no map of contacts"))
    }

    fn repeat(&self) -> Repeat {
        Repeat::Unsafe
    }

    fn planned(&self) -> Response {
        let made = (1..=self.items.len()).map(|number| {
            let id = format!("00000000-0000-4000-8000-{number:012}");
            (id.clone(), json!({ "id": id }))
        });
        let made: serde_json::Map<_, _> = made.collect();
        Response::ok_json(&json!({ "items": made }))
    }
}
