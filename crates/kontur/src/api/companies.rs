//! `companies`: what people see as the client.

use serde::Serialize;
use serde_json::json;
use vochi_crm_core::Result;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};

use super::done::{self, PLACEHOLDER};
use super::elements::NewElement;
use super::{given, patch, paths};
use crate::model::Company;

/// Makes a company (`POST …/companies`). A repeat would make it twice.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::CreateCompany;
/// let company = CreateCompany::new("New company").with_inn("6663003127");
/// assert_eq!(company.request()?.path(), "/companies");
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateCompany {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    inn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kpp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    phones: Vec<NewElement>,
}

impl CreateCompany {
    /// A company of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            inn: None,
            kpp: None,
            region_code: None,
            description: None,
            phones: Vec::new(),
        }
    }

    /// The taxpayer's number.
    #[must_use]
    pub fn with_inn(mut self, inn: impl Into<String>) -> Self {
        self.inn = Some(inn.into());
        self
    }

    /// The code of the reason for registration.
    #[must_use]
    pub fn with_kpp(mut self, kpp: impl Into<String>) -> Self {
        self.kpp = Some(kpp.into());
        self
    }

    /// The region, by its number.
    #[must_use]
    pub fn with_region_code(mut self, code: impl Into<String>) -> Self {
        self.region_code = Some(code.into());
        self
    }

    /// What is said about it.
    #[must_use]
    pub fn with_description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Adds a number.
    #[must_use]
    pub fn with_phone(mut self, phone: NewElement) -> Self {
        self.phones.push(phone);
        self
    }
}

impl Endpoint for CreateCompany {
    type Output = Company;

    fn operation(&self) -> &'static str {
        "companies"
    }

    fn request(&self) -> Result<ApiRequest> {
        for (what, text) in [
            ("the name of a company", Some(&self.name)),
            ("the inn of a company", self.inn.as_ref()),
            ("the kpp of a company", self.kpp.as_ref()),
            ("the region of a company", self.region_code.as_ref()),
            ("the description of a company", self.description.as_ref()),
        ] {
            given::text(what, text.map(String::as_str))?;
        }
        self.phones.iter().try_for_each(NewElement::check)?;
        patch::entity_body(ApiRequest::post(paths::COMPANIES), self)
    }

    fn decode(&self, answer: &Response) -> Result<Company> {
        done::object(answer)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Unsafe
    }

    fn planned(&self) -> Response {
        Response::ok_json(&json!({ "id": PLACEHOLDER }))
    }
}
