//! In-process access to the account: for assertions and administrator changes.

use serde_json::Value;

use crate::host::CrmHost;
use crate::report::{CallRow, LiveRow};

use super::files::StoredFile;
use super::journal::Author;
use super::state::{SiteAccess, StoredCall, Telephony, User};
use super::store::fields;
use super::{RetailCrm, orders, tasks};

/// In-process access to the stand-in's account.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    pub(super) crm_host: &'a CrmHost<RetailCrm>,
    pub(super) author: Author,
}

impl std::fmt::Debug for Access<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").field("url", &self.crm_host.url().as_str()).finish_non_exhaustive()
    }
}

impl<'a> Access<'a> {
    pub(crate) fn new(crm_host: &'a CrmHost<RetailCrm>) -> Self {
        Self { crm_host, author: Author::SomeUser }
    }

    /// The same account with another author of changes in the histories; by default an unknown user
    /// of the CRM.
    #[must_use]
    pub fn acting_as(self, author: Author) -> Self {
        Self { author, ..self }
    }

    /// Accepted live events in order.
    pub fn live(&self) -> Vec<LiveRow> {
        self.crm_host.stand_in().account.live.clone()
    }

    /// Stored calls in order.
    pub fn calls(&self) -> Vec<StoredCall> {
        self.crm_host.stand_in().account.calls.clone()
    }

    /// The call with this `externalId`, in common terms.
    pub fn call(&self, external_id: &str) -> Option<CallRow> {
        let crm_host = self.crm_host.stand_in();
        let call =
            crm_host.account.calls.iter().find(|it| it.row.call_id.as_deref() == Some(external_id));
        call.map(|call| call.row.clone())
    }

    /// All employees.
    pub fn users(&self) -> Vec<User> {
        self.crm_host.stand_in().account.users.clone()
    }

    /// Switches the telephony module on or off.
    pub fn switch_telephony(&self, to: Telephony) {
        self.crm_host.stand_in().account.telephony = to;
    }

    /// Sets whether the account refuses the reference's minimal forms: a new customer without
    /// `externalId`, recordings without https.
    pub fn set_strict(&self, strict: bool) {
        self.crm_host.stand_in().account.strict = strict;
    }

    /// Sets whether the account has funds to activate a module or to upload a file.
    pub fn set_funds(&self, enough: bool) {
        self.crm_host.stand_in().account.has_funds = enough;
    }

    /// Sets whether ids of a module's extensions, and of the manager and the customer in
    /// `telephony/manager`, are texts: official clients know both forms.
    pub fn set_ids_as_text(&self, texts: bool) {
        self.crm_host.stand_in().account.ids_as_text = texts;
    }

    /// Sets whether an integration module is one text of JSON instead of an object.
    pub fn set_modules_as_text(&self, text: bool) {
        self.crm_host.stand_in().account.module_as_text = text;
    }

    /// Sets whether the shops are a list instead of a map by code.
    pub fn set_sites_as_list(&self, list: bool) {
        self.crm_host.stand_in().account.sites_as_list = list;
    }

    /// Sets whether the account is missing, as at a mistyped address.
    pub fn close_account(&self, closed: bool) {
        self.crm_host.stand_in().account.closed = closed;
    }

    /// The current API key.
    pub fn key(&self) -> String {
        self.crm_host.stand_in().account.key.clone()
    }

    /// Sets whether a module was connected by the marketplace's simple connection.
    pub fn set_simple_connection(&self, code: &str, connected: bool) {
        let mut crm_host = self.crm_host.stand_in();
        let connections = &mut crm_host.account.simple_connections;
        if connected {
            connections.insert(code.to_owned());
        } else {
            connections.remove(code);
        }
    }

    /// Sets the scopes of the key.
    pub fn set_scopes<S: Into<String>>(&self, scopes: impl IntoIterator<Item = S>) {
        self.crm_host.stand_in().account.scopes = scopes.into_iter().map(Into::into).collect();
    }

    /// Sets the shops of the key.
    pub fn set_site_access(&self, access: SiteAccess) {
        self.crm_host.stand_in().account.site_access = access;
    }

    /// Adds or replaces an employee; a `code` becomes the extension.
    pub fn put_user(&self, user: User, code: Option<&str>) {
        let mut crm_host = self.crm_host.stand_in();
        let account = &mut crm_host.account;
        if let Some(code) = code {
            account.additional_codes.retain(|(known, _)| known != code);
            account.additional_codes.push((code.to_owned(), user.id));
        }
        match account.users.iter_mut().find(|known| known.id == user.id) {
            Some(known) => *known = user,
            None => account.users.push(user),
        }
    }

    /// Removes an employee and the extension.
    pub fn remove_user(&self, id: u64) {
        let mut crm_host = self.crm_host.stand_in();
        crm_host.account.users.retain(|user| user.id != id);
        crm_host.account.additional_codes.retain(|(_, user_id)| *user_id != id);
    }

    /// All customers in the CRM's JSON, including merged ones.
    pub fn customers(&self) -> Vec<Value> {
        self.crm_host.stand_in().account.customers.values()
    }

    /// Adds or replaces a customer in the CRM's JSON, without a history row. Missing fields have
    /// defaults.
    ///
    /// # Errors
    /// The customer has no `firstName`, or an id that is not a number.
    pub fn put_customer(&self, customer: &Value) -> Result<(), String> {
        self.crm_host.stand_in().account.put_customer(customer)
    }

    /// All corporate customers in the CRM's JSON, with `customerContacts` and `companies`.
    pub fn corporates(&self) -> Vec<Value> {
        self.crm_host.stand_in().account.corporates.values()
    }

    /// Adds or replaces a corporate customer in the CRM's JSON, without a history row. Missing
    /// fields have defaults, also ids of contacts and companies.
    ///
    /// # Errors
    /// The corporate customer has no `nickName`, or an id that is not a number.
    pub fn put_corporate(&self, corporate: &Value) -> Result<(), String> {
        self.crm_host.stand_in().account.put_corporate(corporate)
    }

    /// Notes on customers and, with `corporate`, on corporate customers, in order.
    pub fn notes(&self) -> Vec<Value> {
        self.crm_host.stand_in().account.notes.values()
    }

    /// All orders in the CRM's JSON, in order; of the customer they have the id.
    pub fn orders(&self) -> Vec<Value> {
        self.crm_host.stand_in().account.orders.values()
    }

    /// Adds or replaces an order in the CRM's JSON, without a history row. Missing fields have
    /// defaults.
    pub fn put_order(&self, order: &Value) {
        let order = orders::from_json(&fields(order.clone()));
        self.crm_host.stand_in().account.orders.put(order);
    }

    /// Removes an order.
    pub fn remove_order(&self, id: u64) {
        let mut crm_host = self.crm_host.stand_in();
        crm_host.account.remove_order(id, self.author);
    }

    /// All tasks in the CRM's JSON, in order; of customer and order they have the id.
    pub fn tasks(&self) -> Vec<Value> {
        self.crm_host.stand_in().account.tasks.values()
    }

    /// Adds or replaces a task in the CRM's JSON. Missing fields have defaults.
    pub fn put_task(&self, task: &Value) {
        let task = tasks::from_json(&fields(task.clone()));
        self.crm_host.stand_in().account.tasks.put(task);
    }

    /// All files with their content, in order.
    pub fn files(&self) -> Vec<StoredFile> {
        self.crm_host.stand_in().account.files.clone()
    }

    /// Adds or replaces a file.
    pub fn put_file(&self, file: StoredFile) {
        self.crm_host.stand_in().account.put_file(file);
    }

    /// Removes a file.
    pub fn remove_file(&self, id: u64) {
        let mut crm_host = self.crm_host.stand_in();
        crm_host.account.files.retain(|file| file.id != id);
    }

    /// The JSON of an integration module in the CRM's response.
    pub fn module(&self, code: &str) -> Option<Value> {
        let module = self.crm_host.stand_in().account.module(code)?;
        Some(Value::Object(module))
    }

    /// Removes an integration module; the telephony module with its extensions.
    pub fn remove_module(&self, code: &str) {
        self.crm_host.stand_in().account.remove_module(code);
    }
}
