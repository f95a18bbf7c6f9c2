//! Corporate customers.

use vochi_crm_core::page::Pager;
use vochi_crm_core::{Cx, Result};

use super::Client;
use super::pages::pages;
use crate::api::{
    GetCorporateCustomer, ListCompanies, ListCorporateContacts, ListCorporateCustomers,
};
use crate::model::{Company, CorporateContact, CorporateCustomer, CustomerId};

impl Client {
    /// The companies that buy, and the people who buy for them.
    pub fn corporate_customers(&self) -> CorporateCustomers<'_> {
        CorporateCustomers(self)
    }
}

/// Operations under `customers-corporate`.
#[derive(Clone, Copy, Debug)]
pub struct CorporateCustomers<'a>(&'a Client);

impl CorporateCustomers<'_> {
    /// Every corporate customer the request asks for, from its page on (`customers-corporate`).
    pub fn list(
        self,
        cx: &Cx,
        request: ListCorporateCustomers,
    ) -> Pager<'static, CorporateCustomer, u32> {
        let first = request.page();
        pages(
            self.0,
            cx,
            "corporate customer",
            request,
            first,
            ListCorporateCustomers::with_page,
            |page| (page.customers, page.pagination),
        )
    }

    /// The corporate customers these people are contacts of, in the CRM's order; of nobody, none,
    /// and nothing is asked.
    ///
    /// ```no_run
    /// # async fn run(client: vochi_crm_retailcrm::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use vochi_crm_core::{Cx, PhoneNumber};
    /// let (cx, number) = (Cx::live(), "+375291112233".parse::<PhoneNumber>()?);
    /// let people = client.customers().by_phone(&cx, number).await?;
    /// let ids = people.iter().map(|person| person.id);
    /// for company in client.corporate_customers().of_contacts(&cx, ids).await? {
    ///     println!("{}", company.display_name().unwrap_or("nameless"));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn of_contacts(
        self,
        cx: &Cx,
        customers: impl IntoIterator<Item = CustomerId>,
    ) -> Result<Vec<CorporateCustomer>> {
        let customers: Vec<CustomerId> = customers.into_iter().collect();
        if customers.is_empty() {
            return Ok(Vec::new());
        }
        let request = ListCorporateCustomers::new().with_contacts(customers);
        self.list(cx, request).all().await
    }

    /// One corporate customer (`customers-corporate/{id}`).
    ///
    /// # Errors
    /// As [`Client::send`]; `not_found` where there is none.
    pub async fn get(self, cx: &Cx, request: &GetCorporateCustomer) -> Result<CorporateCustomer> {
        self.0.send(cx, request).await
    }

    /// Every contact the request asks for, from its page on (`customers-corporate/{id}/contacts`).
    pub fn contacts(
        self,
        cx: &Cx,
        request: ListCorporateContacts,
    ) -> Pager<'static, CorporateContact, u32> {
        let first = request.page();
        pages(
            self.0,
            cx,
            "contact of a corporate customer",
            request,
            first,
            ListCorporateContacts::with_page,
            |page| (page.contacts, page.pagination),
        )
    }

    /// Every company the request asks for, from its page on
    /// (`customers-corporate/{id}/companies`).
    pub fn companies(self, cx: &Cx, request: ListCompanies) -> Pager<'static, Company, u32> {
        let first = request.page();
        pages(
            self.0,
            cx,
            "company of a corporate customer",
            request,
            first,
            ListCompanies::with_page,
            |page| (page.companies, page.pagination),
        )
    }
}
