//! Names of CRMs and accounts, as used in logs, errors and limits.

use std::fmt;
use std::sync::Arc;

/// The name of a CRM in configuration: `retailcrm`, `uon`, `bitrix24`, `kontur`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CrmName {
    name: &'static str,
    title: &'static str,
}

impl CrmName {
    /// Creates a CRM's name, which is also its title. Connectors define theirs as a constant.
    pub const fn new(name: &'static str) -> Self {
        Self { name, title: name }
    }

    /// Sets the name used in texts for people, as `RetailCRM`.
    #[must_use]
    pub const fn with_title(self, title: &'static str) -> Self {
        Self { title, ..self }
    }

    /// The name as text.
    pub const fn as_str(self) -> &'static str {
        self.name
    }

    /// The name used in texts for people.
    pub const fn title(self) -> &'static str {
        self.title
    }
}

impl fmt::Display for CrmName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Debug for CrmName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CrmName({})", self.name)
    }
}

/// The host's name for one account in one CRM (in the command line, a profile's name). It appears
/// in errors, logs, metrics and the call store, so it must not be a secret.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountName(Arc<str>);

impl AccountName {
    /// Creates an account name.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for AccountName {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for AccountName {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountName({})", self.0)
    }
}
