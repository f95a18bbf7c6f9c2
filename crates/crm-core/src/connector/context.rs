//! The account and the hub a connector works with.

use crate::account::Account;
use crate::error::Error;
use crate::hub::Hub;
use crate::name::CrmName;

/// The account and the hub a connector works with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Context {
    crm: CrmName,
    hub: Hub,
    account: Account,
}

impl Context {
    /// Creates the context of an account in a CRM.
    pub fn new(crm: CrmName, hub: &Hub, account: Account) -> Self {
        Self { crm, hub: hub.clone(), account }
    }

    /// The CRM.
    pub fn crm(&self) -> CrmName {
        self.crm
    }

    /// The hub: call store, clock, cache.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// The account: name, directory, phone reader, configuration.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Adds CRM and account to an error that names none.
    #[must_use]
    pub fn complete(&self, error: Error) -> Error {
        error.with_account(self.crm, self.account.name().clone())
    }

    /// Creates the error for a feature that the CRM does not support.
    pub fn unsupported(&self, what: &str) -> Error {
        self.complete(Error::unsupported(format!("{} does not have {what}", self.crm)))
    }
}
