//! Bitrix24's request limit: a leaky bucket per portal and sending address.

use vochi_crm_core::http::Origin;
use vochi_crm_core::limit::{LimitKey, Quota};
use vochi_crm_core::{Account, Result};

use crate::config::Tariff;

/// Bitrix24 refuses above 50 and lets 2 run out a second. The last 2 stay free, since the level may
/// sink there in steps of a second. History uses 40.
const STANDARD: Quota = match Quota::new(2.0, 48) {
    Ok(quota) => quota.with_live_reserve(8),
    Err(_) => unreachable!(),
};

/// Bitrix24 refuses above 250 and lets 5 run out a second. History uses 200.
const ENTERPRISE: Quota = match Quota::new(5.0, 245) {
    Ok(quota) => quota.with_live_reserve(45),
    Err(_) => unreachable!(),
};

/// The bucket of a portal, and the name prefix of its methods' pauses.
pub(crate) fn quota(
    account: &Account,
    portal: &Origin,
    tariff: Tariff,
) -> Result<(LimitKey, Quota)> {
    let quota = match tariff {
        Tariff::Enterprise => ENTERPRISE,
        Tariff::Standard => STANDARD,
    };
    let key = LimitKey::new(format!("{}/{}", crate::CRM, portal.host()));
    Ok((key, account.quota(quota, quota)?))
}
