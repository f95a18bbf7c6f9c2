//! Names of a CRM and of an account, as they appear in logs, errors and limits.

use std::fmt;
use std::sync::Arc;

/// Which CRM, by the name used in configuration: `retailcrm`, `uon`, `bitrix24`, `kontur`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CrmName {
    name: &'static str,
    title: &'static str,
}

impl CrmName {
    /// A CRM's name, also its title. Connectors define theirs as a constant.
    pub const fn new(name: &'static str) -> Self {
        Self { name, title: name }
    }

    /// Sets how the CRM is called in texts for people, as `RetailCRM`.
    #[must_use]
    pub const fn with_title(self, title: &'static str) -> Self {
        Self { title, ..self }
    }

    /// The name as text.
    pub const fn as_str(self) -> &'static str {
        self.name
    }

    /// How the CRM is called in texts for people.
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

/// One tenant's access to one CRM, by the name its host gave it (a profile's name in the command
/// line). It appears in errors, logs, metrics and the call store, so it must not be a secret.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountName(Arc<str>);

impl AccountName {
    /// An account's name.
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
