//! U-ON's quota: 10 requests a second, counted by key.

use vochi_crm_core::account::LimitScope;
use vochi_crm_core::inbound::repeat_id;
use vochi_crm_core::limit::{LimitKey, Quota};
use vochi_crm_core::{Account, Result, Secret};

/// 8 a second with a burst of 2: never more than the documented 10 in any second.
const QUOTA: Quota = match Quota::new(8.0, 2) {
    Ok(quota) => quota,
    Err(_) => unreachable!(),
};

/// The length of the part of a key's checksum that names its bucket: two accounts may share one by
/// chance, and the key cannot be derived.
const CHECKSUM: usize = 8;

/// Returns the bucket and its quota, as changed by the account's configuration. What U-ON counts by
/// is not documented: the bucket belongs to the key, or with `limit_scope = "account"` to the
/// account's number.
pub(crate) fn quota(
    account: &Account,
    key: &Secret,
    number: Option<u64>,
) -> Result<(LimitKey, Quota)> {
    let scope = match (account.config().limit_scope, number) {
        (LimitScope::Account, Some(number)) => number.to_string(),
        _ => repeat_id("key", [key.expose()]).chars().take("key-".len() + CHECKSUM).collect(),
    };
    Ok((LimitKey::new(format!("{}/{scope}", crate::CRM)), account.quota(QUOTA, QUOTA)?))
}

#[cfg(test)]
mod tests {
    use vochi_crm_core::AccountConfig;

    use super::*;

    fn bucket(config: &str, key: &str) -> (String, Quota) {
        let config: AccountConfig = serde_json::from_str(config).unwrap();
        let account = config.account("agency").unwrap();
        let (key, quota) = quota(&account, &Secret::new(key), Some(12345)).unwrap();
        (key.as_str().to_owned(), quota)
    }

    #[test]
    fn quota_stays_within_the_documented_one() {
        assert_eq!(bucket("{}", "a").1.most_in_a_second(), 10);
    }

    #[test]
    fn bucket_belongs_to_the_key_and_does_not_show_it() {
        let (first, _) = bucket("{}", "invented-key");
        assert_eq!(bucket("{}", "invented-key").0, first);
        assert_ne!(bucket("{}", "another-key").0, first);
        assert!(!first.contains("invented"), "{first}");
        assert_eq!(first.len(), "uon/key-".len() + CHECKSUM, "{first}");
    }

    #[test]
    fn accounts_with_several_keys_may_share_a_bucket() {
        for key in ["a", "b"] {
            assert_eq!(bucket(r#"{"limit_scope": "account"}"#, key).0, "uon/12345");
        }
    }
}
