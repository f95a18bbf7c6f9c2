//! Bitrix24: a typed client and a telephony connector.

use vochi_crm_core::CrmName;

/// The CRM's name in configuration, logs and errors.
pub const CRM: CrmName = CrmName::new("bitrix24").with_title("Bitrix24");
