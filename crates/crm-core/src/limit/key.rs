//! Names of buckets.

use std::fmt;
use std::sync::Arc;

/// The name of a bucket, that is, of what a CRM counts requests by, such as
/// `retailcrm/ip/telephony` or `uon/12345`.
///
/// Keys appear in errors and logs: they contain addresses and account names, never a secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LimitKey(Arc<str>);

impl LimitKey {
    /// Creates a key.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LimitKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for LimitKey {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for LimitKey {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}
