//! Which CRM.

use serde::{Deserialize, Serialize};

/// A CRM this package stands in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Crm {
    /// RetailCRM, API v5.
    RetailCrm,
    /// Kontur.CRM (Контур.CRM), telephony integrations.
    Kontur,
}

impl Crm {
    /// Every CRM that has a stand-in, in the order of their ports.
    pub const ALL: &'static [Self] = &[Self::RetailCrm, Self::Kontur];

    /// The name configuration files and `/state` use: `retailcrm`.
    pub fn name(self) -> &'static str {
        match self {
            Self::RetailCrm => "retailcrm",
            Self::Kontur => "kontur",
        }
    }
}

impl std::fmt::Display for Crm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
