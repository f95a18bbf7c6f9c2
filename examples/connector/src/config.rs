//! The configuration of an account.

use vochi_crm_core::{Account, Error, Result, Secret, keys};

keys! {
    /// The configuration of an account beside the common account keys.
    pub struct Config {
        /// The account's address.
        #[key(origin, needed)]
        url: String,
        /// The API key.
        #[key(needed, carrier("x-key"))]
        api_key: Option<Secret>,
    }
}

/// Rejects common settings that the CRM has no operation for.
pub(crate) fn check(account: &Account) -> Result<()> {
    if account.config().missed_task {
        return Err(Error::config("unsupported: there are no tasks").with_key("missed_task"));
    }
    Ok(())
}
