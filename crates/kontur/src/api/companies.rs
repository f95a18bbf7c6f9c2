//! `companies`: client companies.

use vochi_crm_core::http::{ApiRequest, Operation, Repeat};
use vochi_crm_core::{Result, Text, setters};

use super::elements::NewElement;
use super::patch;
use super::response::Object;
use crate::model::Company;

setters! {
    /// Creates a company (`POST …/companies`).
    ///
    /// No idempotency key: a lost response ends with effect `maybe`.
    ///
    /// ```
    /// use vochi_crm_core::Text;
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_kontur::api::CreateCompany;
    /// let company = CreateCompany::new(Text::new("New company")?).inn(Text::new("6663003127")?);
    /// assert_eq!(company.request()?.path(), "/companies");
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub payload CreateCompany {
        name: Text,
        /// The taxpayer identification number (INN).
        inn: Option<Text>,
        /// The tax registration reason code (KPP).
        kpp: Option<Text>,
        /// The numeric region code.
        region_code: Option<Text>,
        /// A free-text description.
        description: Option<Text>,
        /// Adds phone numbers.
        phones: Vec<NewElement>,
    }
}

impl Operation for CreateCompany {
    type Output = Object<Company>;
    const NAME: &'static str = "companies";
    const REPEAT: Repeat = Repeat::Unsafe;

    fn request(&self) -> Result<ApiRequest> {
        self.phones.iter().try_for_each(NewElement::check)?;
        patch::entity_body(ApiRequest::post("/companies"), self)
    }
}
