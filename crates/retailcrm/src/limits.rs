//! RetailCRM's two quotas, both counted by sender address.

use vochi_crm_core::http::LimitClass;
use vochi_crm_core::limit::{LimitKey, Quota};
use vochi_crm_core::{Account, Result};

use vochi_crm_core::account::LimitScope;
use vochi_crm_core::http::Origin;

/// All methods but telephony: the CRM allows 10 requests a second.
pub const GENERAL: LimitClass = LimitClass::GENERAL;
/// Methods under `/telephony/`: the CRM allows 40 requests a second.
pub const TELEPHONY: LimitClass = LimitClass::new("telephony");

/// 9 a second, without bursts: never more than 10 in any second, even if the latency of two
/// requests differs by a tenth of a second, as on a busy machine.
const GENERAL_QUOTA: Quota = match Quota::new(9.0, 1) {
    Ok(quota) => quota,
    Err(_) => unreachable!(),
};

/// 36 a second, without bursts: never more than 40 in any second, with the same margin.
const TELEPHONY_QUOTA: Quota = match Quota::new(36.0, 1) {
    Ok(quota) => quota,
    Err(_) => unreachable!(),
};

/// Returns the quota class of a path, for raw requests.
pub(crate) fn class_of(path: &str) -> LimitClass {
    if path.contains("/telephony/") { TELEPHONY } else { GENERAL }
}

/// Returns every class with its bucket and quota, as changed by the account's configuration.
pub(crate) fn quotas(
    account: &Account,
    origin: &Origin,
) -> Result<[(LimitClass, LimitKey, Quota); 2]> {
    let scope = match account.config().limit_scope {
        LimitScope::Account => origin.host(),
        _ => "ip".to_owned(),
    };
    let key =
        |class: LimitClass| LimitKey::new(format!("{}/{scope}/{}", crate::CRM, class.as_str()));
    Ok([
        (GENERAL, key(GENERAL), account.quota(GENERAL_QUOTA, GENERAL_QUOTA)?),
        (TELEPHONY, key(TELEPHONY), account.quota(TELEPHONY_QUOTA, GENERAL_QUOTA)?),
    ])
}
