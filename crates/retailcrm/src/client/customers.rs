//! Customers and the notes on them.

use vochi_crm_core::page::Pager;
use vochi_crm_core::{Cx, Result};

use super::Client;
use super::by_phone::CustomersByPhone;
use super::pages::pages;
use crate::api::{
    CreateCustomer, CreateCustomerNote, DeleteCustomerNote, EditCustomer, GetCustomer,
    ListCustomerNotes, ListCustomers,
};
use crate::model::{Customer, CustomerId, CustomerNote, CustomerNoteId, EditedCustomer};

impl Client {
    /// The customers, and the notes on them.
    pub fn customers(&self) -> Customers<'_> {
        Customers(self)
    }
}

/// Operations under `customers`.
#[derive(Clone, Copy, Debug)]
pub struct Customers<'a>(&'a Client);

impl Customers<'_> {
    /// Every customer the request asks for, from its page on (`customers`).
    ///
    /// ```no_run
    /// # async fn run(client: vochi_crm_retailcrm::Client) -> Result<(), vochi_crm_core::Error> {
    /// use vochi_crm_core::Cx;
    /// use vochi_crm_retailcrm::api::ListCustomers;
    /// let request = ListCustomers::new().with_sites(["shop-one"]).without_contacts();
    /// let mut customers = client.customers().list(&Cx::history(), request);
    /// while let Some(customer) = customers.next().await? {
    ///     println!("{}: {}", customer.id, customer.display_name());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(self, cx: &Cx, request: ListCustomers) -> Pager<'static, Customer, u32> {
        let first = request.page();
        pages(self.0, cx, "customer", request, first, ListCustomers::with_page, |page| {
            (page.customers, page.pagination)
        })
    }

    /// The customers who have a number, the most fitting first. See [`CustomersByPhone`] for how
    /// they are found and in which order they come.
    ///
    /// ```no_run
    /// # async fn run(client: vochi_crm_retailcrm::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use vochi_crm_core::{Cx, PhoneNumber};
    /// let number: PhoneNumber = "+375291112233".parse()?;
    /// let found = client.customers().by_phone(&Cx::live(), number).await?;
    /// match found.as_slice() {
    ///     [] => println!("nobody"),
    ///     [only] => println!("{}", only.display_name()),
    ///     [first, others @ ..] => println!("{} and {} more", first.display_name(), others.len()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::send`]; a number nobody has is an empty list, no error.
    pub async fn by_phone(
        self,
        cx: &Cx,
        search: impl Into<CustomersByPhone>,
    ) -> Result<Vec<Customer>> {
        search.into().run(self.0, cx).await
    }

    /// One customer (`customers/{id}`). Where the CRM says that they were merged into another one,
    /// that one is asked for instead, once: the answer then has another id than the request.
    ///
    /// # Errors
    /// As [`Client::send`]; `not_found` where there is no such customer.
    pub async fn get(self, cx: &Cx, request: &GetCustomer) -> Result<Customer> {
        match self.0.send(cx, request).await {
            Err(refusal) => match request.combined_to(&refusal) {
                Some(other) => self.0.send(cx, &other).await,
                None => Err(refusal),
            },
            found => found,
        }
    }

    /// Makes a customer (`customers/create`).
    ///
    /// # Errors
    /// As [`Client::send`]; a lost answer ends with effect `maybe`: look for the customer before
    /// making it again.
    pub async fn create(self, cx: &Cx, request: &CreateCustomer) -> Result<CustomerId> {
        self.0.send(cx, request).await
    }

    /// Changes a customer (`customers/{id}/edit`).
    ///
    /// # Errors
    /// As [`Client::send`]; `not_found` where there is no such customer. One that was merged into
    /// another one is not changed.
    pub async fn edit(self, cx: &Cx, request: &EditCustomer) -> Result<EditedCustomer> {
        self.0.send(cx, request).await
    }

    /// Every note the request asks for, from its page on (`customers/notes`).
    pub fn notes(self, cx: &Cx, request: ListCustomerNotes) -> Pager<'static, CustomerNote, u32> {
        let first = request.page();
        pages(
            self.0,
            cx,
            "note on a customer",
            request,
            first,
            ListCustomerNotes::with_page,
            |page| (page.notes, page.pagination),
        )
    }

    /// Writes a note on a customer (`customers/notes/create`).
    ///
    /// # Errors
    /// As [`Client::send`]; a lost answer ends with effect `maybe`.
    pub async fn create_note(
        self,
        cx: &Cx,
        request: &CreateCustomerNote,
    ) -> Result<CustomerNoteId> {
        self.0.send(cx, request).await
    }

    /// Deletes a note (`customers/notes/{id}/delete`). See [`DeleteCustomerNote`] for what is not
    /// certain about it.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn delete_note(self, cx: &Cx, request: &DeleteCustomerNote) -> Result<()> {
        self.0.send(cx, request).await
    }
}
