//! The supported CRMs.

use serde::{Deserialize, Serialize};

/// A CRM with a stand-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Crm {
    /// RetailCRM, API v5.
    RetailCrm,
    /// Kontur.CRM (Контур.CRM), telephony integrations.
    Kontur,
    /// U-ON.Travel.
    Uon,
    /// Bitrix24.
    Bitrix24,
}

impl Crm {
    /// All CRMs, in the order of their ports.
    pub const ALL: &'static [Self] = &[Self::RetailCrm, Self::Kontur, Self::Uon, Self::Bitrix24];

    /// The name in configuration files and `/state`: `retailcrm`.
    pub fn name(self) -> &'static str {
        match self {
            Self::RetailCrm => "retailcrm",
            Self::Kontur => "kontur",
            Self::Uon => "uon",
            Self::Bitrix24 => "bitrix24",
        }
    }
}

impl std::fmt::Display for Crm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
