//! Customers by number and by id.

use vochi_crm_core::{Cx, Result};

use super::Client;
use super::phone_search::CustomersByPhone;
use crate::api::GetCustomer;
use crate::model::{Customer, EntityRef};

impl Client {
    /// Returns the searches for customers.
    pub fn customers(&self) -> Customers<'_> {
        Customers(self)
    }
}

/// Searches under `customers`.
#[derive(Clone, Copy, Debug)]
pub struct Customers<'a>(&'a Client);

impl Customers<'_> {
    /// Finds the customers of a number, the best match first, as described by [`CustomersByPhone`].
    ///
    /// ```no_run
    /// # async fn run(client: vochi_crm_retailcrm::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use vochi_crm_core::{Cx, PhoneNumber};
    /// let number: PhoneNumber = "+375291112233".parse()?;
    /// let found = client.customers().by_phone(&Cx::live(), number).await?;
    /// match found.as_slice() {
    ///     [] => println!("no customer"),
    ///     [only] => println!("{}", only.display_name()),
    ///     [first, others @ ..] => println!("{} and {} more", first.display_name(), others.len()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::send`]; an unknown number is an empty list.
    pub async fn by_phone(
        self,
        cx: &Cx,
        search: impl Into<CustomersByPhone>,
    ) -> Result<Vec<Customer>> {
        search.into().run(self.0, cx).await
    }

    /// Reads a customer (`customers/{id}`). If the CRM merged it into another one, reads that one,
    /// with another id, once.
    ///
    /// # Errors
    /// As [`Client::send`]; `not_found` for an unknown customer.
    pub async fn get(self, cx: &Cx, customer: impl Into<EntityRef<Customer>>) -> Result<Customer> {
        let request = GetCustomer::new(customer);
        match self.0.send(cx, &request).await {
            Err(refusal) => match request.combined_to(&refusal) {
                Some(other) => self.0.send(cx, other).await,
                None => Err(refusal),
            },
            found => found,
        }
    }
}
