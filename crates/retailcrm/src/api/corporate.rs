//! `customers-corporate`: companies. The client reads them and never writes them.

use vochi_crm_core::http::{ApiRequest, Operation, Repeat, Response};
use vochi_crm_core::{Result, setters};

use super::list::{Filter, PageNumber};
use super::response::Field;
use crate::model::{
    Company, CorporateContact, CorporateCustomer, CorporateCustomerId, CustomerId, EntityRef,
    UserId,
};

setters! {
    /// Narrows the list of corporate customers (`GET /api/v5/customers-corporate`).
    #[derive(Default)]
    pub payload CorporateCustomerFilter {
        /// Companies with these contacts. The ids are those of customers, not of contacts.
        contact_ids: Option<Vec<CustomerId>>,
        /// Companies with one of these names in the CRM.
        #[serde(rename = "nickName")]
        nick_names: Option<Vec<String>>,
        /// A part of a company's name.
        company_name: Option<String>,
        /// A part of a contact's name.
        contact_name: Option<String>,
        /// A part of the name.
        name: Option<String>,
        /// Corporate customers with these ids.
        ids: Option<Vec<CorporateCustomerId>>,
        /// Corporate customers with these ids in the shop.
        external_ids: Option<Vec<String>>,
        /// Corporate customers of these shops, by their symbolic codes.
        sites: Option<Vec<String>>,
        /// Corporate customers of these managers.
        managers: Option<Vec<UserId>>,
    }
}

impl Filter for CorporateCustomerFilter {
    type Entity = CorporateCustomer;
    const NAME: &'static str = "customers-corporate";
}

setters! {
    /// Reads a corporate customer (`GET /api/v5/customers-corporate/{id}`).
    pub struct GetCorporateCustomer {
        customer: EntityRef<CorporateCustomer>,
    }
}

impl Operation for GetCorporateCustomer {
    type Output = Field<CorporateCustomer>;
    const NAME: &'static str = "customers-corporate/{id}";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        self.customer.get("customers-corporate", "")
    }

    fn planned(&self) -> Response {
        Field::<CorporateCustomer>::planned_with(self.customer.planned_id())
    }
}

setters! {
    /// Narrows the contacts of a corporate customer (`GET
    /// /api/v5/customers-corporate/{id}/contacts`). Contacts have neither names nor numbers: list
    /// their customers by [`ids`](super::CustomerFilter::ids).
    pub payload ContactFilter {
        #[serde(skip)]
        customer: EntityRef<CorporateCustomer>,
        /// Contacts that are these customers.
        contact_ids: Option<Vec<CustomerId>>,
    }
}

impl Filter for ContactFilter {
    type Entity = CorporateContact;
    const NAME: &'static str = "customers-corporate/{id}/contacts";

    fn request(&self) -> Result<ApiRequest> {
        self.customer.get("customers-corporate", "/contacts")
    }
}

setters! {
    /// Narrows the companies of a corporate customer (`GET
    /// /api/v5/customers-corporate/{id}/companies`), in pages of twenty.
    pub payload CompanyFilter {
        #[serde(skip)]
        customer: EntityRef<CorporateCustomer>,
    }
}

impl Filter for CompanyFilter {
    type Entity = Company;
    const NAME: &'static str = "customers-corporate/{id}/companies";
    const PAGE: PageNumber = PageNumber::FromSecond;

    fn request(&self) -> Result<ApiRequest> {
        self.customer.get("customers-corporate", "/companies")
    }
}
