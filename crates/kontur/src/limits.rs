//! Kontur's quota. None is documented: this one is a choice, so that a workspace is never flooded.

use vochi_crm_core::http::{LimitClass, Origin};
use vochi_crm_core::limit::{LimitKey, Quota};
use vochi_crm_core::{Account, Result};

/// Every request: the one quota there is.
pub const GENERAL: LimitClass = LimitClass::GENERAL;

/// Five a second and two at a time, for the call that begins with two requests. The account's
/// `requests_per_second` and `burst` change it; a 429 pauses it whatever it says.
const GENERAL_QUOTA: Quota = match Quota::new(5.0, 2) {
    Ok(quota) => quota,
    Err(_) => unreachable!(),
};

/// The bucket and quota of a workspace, as the account's configuration changes them. All accounts
/// of one workspace share it; nothing says that Kontur counts by the sending address.
///
/// # Errors
/// `config` for a rate or burst that cannot be kept.
pub fn quota(
    account: &Account,
    origin: &Origin,
    workspace: &str,
) -> Result<(LimitClass, LimitKey, Quota)> {
    let key = LimitKey::new(format!(
        "{}/{}/{}",
        crate::CRM,
        origin.host(),
        workspace.to_lowercase()
    ));
    Ok((GENERAL, key, account.quota(GENERAL_QUOTA, GENERAL_QUOTA)?))
}

#[cfg(test)]
mod tests {
    use vochi_crm_core::AccountConfig;

    use super::*;

    fn bucket(config: &str, origin: &str, workspace: &str) -> (LimitKey, Quota) {
        let config: AccountConfig = serde_json::from_str(config).unwrap();
        let account = config.account("crm").unwrap();
        let (_, key, quota) = quota(&account, &origin.parse().unwrap(), workspace).unwrap();
        (key, quota)
    }

    #[test]
    fn a_workspace_has_one_bucket_whatever_the_account() {
        let (key, quota) = bucket("{}", "https://crm.kontur.ru", "vochi-demo");
        assert_eq!(key.as_str(), "kontur/crm.kontur.ru/vochi-demo");
        assert!((quota.rate() - 5.0).abs() < f64::EPSILON);
        assert_eq!(quota.burst(), 2);
        let (same, _) = bucket("{}", "https://crm.kontur.ru/", "Vochi-Demo");
        assert_eq!(same, key);
        let (other, _) = bucket("{}", "https://crm.kontur.ru", "another");
        assert_ne!(other, key);
    }

    #[test]
    fn an_account_may_choose_another_rate() {
        let (_, quota) = bucket(
            r#"{"requests_per_second": 2.0, "burst": 1}"#,
            "https://crm.kontur.ru",
            "vochi-demo",
        );
        assert!((quota.rate() - 2.0).abs() < 1e-9);
        assert_eq!(quota.burst(), 1);
    }
}
