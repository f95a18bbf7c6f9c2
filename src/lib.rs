//! Telephony events and call records into RetailCRM, U-ON.Travel, Bitrix24 and Kontur.CRM.
#[cfg(feature = "retailcrm")]
#[doc(inline)]
pub use vochi_crm_retailcrm as retailcrm;
#[doc(inline)]
pub use vochi_crm_core::*;
