//! Request quotas. Kontur documents none; these keep a workspace responsive and popups in time.

use vochi_crm_core::http::{LimitClass, Origin};
use vochi_crm_core::limit::{Lane, LimitKey, Quota};
use vochi_crm_core::{Account, Result};

/// The class of every request: Kontur defines no classes.
pub const GENERAL: LimitClass = LimitClass::GENERAL;

/// Live events: 20 a second with a burst of 40.
///
/// A call ringing nine phones takes ten requests, and three such calls may start together. The
/// account's `requests_per_second` and `burst` change it; HTTP 429 pauses the account in any case.
const LIVE_QUOTA: Quota = match Quota::new(20.0, 40) {
    Ok(quota) => quota,
    Err(_) => unreachable!(),
};

/// Records and other delayable requests: 5 a second. `requests_per_second` scales it with the live
/// quota.
const HISTORY_QUOTA: Quota = match Quota::new(5.0, 2) {
    Ok(quota) => quota,
    Err(_) => unreachable!(),
};

/// Returns the bucket and quota of a workspace for each lane, adjusted by the account's
/// configuration.
///
/// All accounts of one workspace share them; Kontur is not known to count by sender address.
///
/// # Errors
/// `config` for an invalid rate or burst.
pub fn quotas(
    account: &Account,
    origin: &Origin,
    workspace: &str,
) -> Result<[(Lane, LimitKey, Quota); 2]> {
    let workspace = workspace.to_lowercase();
    let key = |lane| LimitKey::new(format!("{}/{}/{workspace}/{lane}", crate::CRM, origin.host()));
    let live = account.quota(LIVE_QUOTA, LIVE_QUOTA)?;
    let history = account.quota(HISTORY_QUOTA, LIVE_QUOTA)?;
    Ok([(Lane::Live, key("live"), live), (Lane::History, key("history"), history)])
}

#[cfg(test)]
mod tests {
    use vochi_crm_core::AccountConfig;

    use super::*;

    /// Returns key, rate and burst of the live and the history bucket.
    fn buckets(config: &str, origin: &str, workspace: &str) -> [(String, f64, u32); 2] {
        let config: AccountConfig = serde_json::from_str(config).unwrap();
        let account = config.account("crm").unwrap();
        let quotas = quotas(&account, &origin.parse().unwrap(), workspace).unwrap();
        quotas.map(|(_, key, quota)| (key.as_str().to_owned(), quota.rate(), quota.burst()))
    }

    #[test]
    fn accounts_of_workspace_share_buckets() {
        let own = buckets("{}", "https://crm.kontur.ru", "vochi-demo");
        let expected = [
            ("kontur/crm.kontur.ru/vochi-demo/live".to_owned(), 20.0, 40),
            ("kontur/crm.kontur.ru/vochi-demo/history".to_owned(), 5.0, 2),
        ];
        assert_eq!(own, expected);
        assert_eq!(buckets("{}", "https://crm.kontur.ru/", "Vochi-Demo"), own);
        assert_ne!(buckets("{}", "https://crm.kontur.ru", "another"), own);
    }

    #[test]
    fn requests_per_second_scales_both_lanes() {
        let config = r#"{"requests_per_second": 10.0}"#;
        let [live, history] = buckets(config, "https://crm.kontur.ru", "demo");
        assert_eq!((live.1, live.2), (10.0, 20));
        assert_eq!((history.1, history.2), (2.5, 1));
        let config = r#"{"requests_per_second": 2.0, "burst": 1}"#;
        let [live, history] = buckets(config, "https://crm.kontur.ru", "demo");
        assert_eq!((live.1, live.2), (2.0, 1));
        assert_eq!((history.1, history.2), (0.5, 1));
    }
}
