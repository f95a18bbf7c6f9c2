//! The account from inside: for assertions, and for what an administrator would click.

use serde_json::Value;

use crate::desk::Desk;
use crate::report::{CallRow, LiveRow};

use super::RetailCrm;
use super::corporate::Corporate;
use super::customers::Customer;
use super::journal::Author;
use super::notes::Note;
use super::state::{SiteAccess, StoredCall, Telephony, User};

/// The stand-in's account, from inside the process.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    pub(super) desk: &'a Desk<RetailCrm>,
    pub(super) author: Author,
}

impl std::fmt::Debug for Access<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").field("url", &self.desk.url().as_str()).finish_non_exhaustive()
    }
}

impl<'a> Access<'a> {
    pub(crate) fn new(desk: &'a Desk<RetailCrm>) -> Self {
        Self { desk, author: Author::SomeUser }
    }

    /// The same account; the histories tell what is done through it as done by this author.
    /// Without this it was somebody in the CRM.
    #[must_use]
    pub fn acting_as(self, author: Author) -> Self {
        Self { author, ..self }
    }

    /// The live events it took, in the order they came.
    pub fn live(&self) -> Vec<LiveRow> {
        self.desk.stand_in().account.live.clone()
    }

    /// The calls it holds, in the order they came.
    pub fn calls(&self) -> Vec<StoredCall> {
        self.desk.stand_in().account.calls.clone()
    }

    /// The call of this `externalId`, in the words of this project.
    pub fn call(&self, external_id: &str) -> Option<CallRow> {
        let desk = self.desk.stand_in();
        let call =
            desk.account.calls.iter().find(|it| it.row.call_id.as_deref() == Some(external_id));
        call.map(|call| call.row.clone())
    }

    /// The employees.
    pub fn users(&self) -> Vec<User> {
        self.desk.stand_in().account.users.clone()
    }

    /// Switches the telephony module on or off.
    pub fn switch_telephony(&self, to: Telephony) {
        self.desk.stand_in().account.telephony = to;
    }

    /// Says whether the account demands more than the reference's minimal forms: an `externalId` of
    /// every new customer, https addresses of recordings.
    pub fn set_strict(&self, strict: bool) {
        self.desk.stand_in().account.strict = strict;
    }

    /// Says whether there is money in the account to activate a module or to upload a file.
    pub fn set_funds(&self, enough: bool) {
        self.desk.stand_in().account.has_funds = enough;
    }

    /// Tells the ids of which some clients know numbers and others texts as texts: those of a
    /// module's extensions, and those of the manager and the customer of `telephony/manager`.
    pub fn tell_ids_as_text(&self, texts: bool) {
        self.desk.stand_in().account.ids_as_text = texts;
    }

    /// Tells an integration module as one text of JSON instead of an object.
    pub fn tell_modules_as_text(&self, text: bool) {
        self.desk.stand_in().account.module_as_text = text;
    }

    /// Tells the shops as a list instead of a map by code.
    pub fn tell_sites_as_list(&self, list: bool) {
        self.desk.stand_in().account.sites_as_list = list;
    }

    /// Says whether there is no account at this address, as for a mistyped one.
    pub fn close_account(&self, closed: bool) {
        self.desk.stand_in().account.closed = closed;
    }

    /// The key that is taken now.
    pub fn key(&self) -> String {
        self.desk.stand_in().account.key.clone()
    }

    /// Says whether a module was connected by the simple connection of the marketplace.
    pub fn set_simple_connection(&self, code: &str, connected: bool) {
        let mut desk = self.desk.stand_in();
        let connections = &mut desk.account.simple_connections;
        if connected {
            connections.insert(code.to_owned());
        } else {
            connections.remove(code);
        }
    }

    /// Gives the key these scopes and no others.
    pub fn set_scopes<S: Into<String>>(&self, scopes: impl IntoIterator<Item = S>) {
        self.desk.stand_in().account.scopes = scopes.into_iter().map(Into::into).collect();
    }

    /// Says which shops the key reaches.
    pub fn set_site_access(&self, access: SiteAccess) {
        self.desk.stand_in().account.site_access = access;
    }

    /// Adds an employee, or replaces the one of the same id. A `code` is registered as the
    /// employee's extension.
    pub fn put_user(&self, user: User, code: Option<&str>) {
        let mut desk = self.desk.stand_in();
        let account = &mut desk.account;
        if let Some(code) = code {
            account.additional_codes.retain(|(known, _)| known != code);
            account.additional_codes.push((code.to_owned(), user.id));
        }
        match account.users.iter_mut().find(|known| known.id == user.id) {
            Some(known) => *known = user,
            None => account.users.push(user),
        }
    }

    /// Removes an employee; the extension is not known any more.
    pub fn remove_user(&self, id: u64) {
        let mut desk = self.desk.stand_in();
        desk.account.users.retain(|user| user.id != id);
        desk.account.additional_codes.retain(|(_, user_id)| *user_id != id);
    }

    /// The customers, merged ones included.
    pub fn customers(&self) -> Vec<Customer> {
        self.desk.stand_in().account.customers.clone()
    }

    /// Adds a customer, or replaces the one of the same id. No history tells of it.
    pub fn put_customer(&self, customer: Customer) {
        self.desk.stand_in().account.put_customer(customer);
    }

    /// The corporate customers.
    pub fn corporates(&self) -> Vec<Corporate> {
        self.desk.stand_in().account.corporates.clone()
    }

    /// Adds a corporate customer, or replaces the one of the same id. Contacts and companies
    /// without an id get one. No history tells of it.
    pub fn put_corporate(&self, corporate: Corporate) {
        self.desk.stand_in().account.put_corporate(corporate);
    }

    /// The notes on customers and on corporate ones, in the order they came.
    pub fn notes(&self) -> Vec<Note> {
        self.desk.stand_in().account.notes.clone()
    }

    /// An integration module as the CRM tells it.
    pub fn module(&self, code: &str) -> Option<Value> {
        let module = self.desk.stand_in().account.module(code)?;
        Some(Value::Object(module))
    }

    /// Removes an integration module. With the telephony's its extensions go, and it is off.
    pub fn remove_module(&self, code: &str) {
        self.desk.stand_in().account.remove_module(code);
    }
}
