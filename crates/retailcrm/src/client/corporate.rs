//! Corporate customers of contacts.

use vochi_crm_core::{Cx, Result};

use super::Client;
use crate::api::CorporateCustomerFilter;
use crate::model::{CorporateCustomer, CustomerId};

impl Client {
    /// Returns the searches for corporate customers.
    pub fn corporate_customers(&self) -> CorporateCustomers<'_> {
        CorporateCustomers(self)
    }
}

/// Searches under `customers-corporate`.
#[derive(Clone, Copy, Debug)]
pub struct CorporateCustomers<'a>(&'a Client);

impl CorporateCustomers<'_> {
    /// Lists the corporate customers of these contacts, in the CRM's order. Without contacts, sends
    /// nothing.
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
        self.0.list(cx, CorporateCustomerFilter::new().contact_ids(customers)).all().await
    }
}
