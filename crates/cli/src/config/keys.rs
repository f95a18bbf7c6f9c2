//! Every key there is, and what may stand behind it.

/// What may stand behind a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text.
    Text,
    /// A web address: https, or http on this machine.
    Address,
    /// A number, whole or not.
    Number,
    /// A whole number from 0.
    Whole,
    /// True or false.
    Flag,
    /// An id: a text, or a whole number that stands for it.
    Id,
    /// A table of ids or texts.
    Map,
    /// A list of texts.
    List,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// One of these words, or a table with `in` and `out` of them.
    ByDirection(&'static [&'static str]),
    /// A secret: a text, `{ env = ".." }` or `{ file = ".." }`.
    Secret,
}

/// A key and what may stand behind it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

const fn key(name: &'static str, kind: Kind) -> Key {
    Key { name, kind }
}

/// The table that holds the profiles.
pub(super) const PROFILE_TABLE: &str = "profile";

/// The keys outside profiles.
pub(super) const TOP: &[Key] = &[
    key("default_profile", Kind::Text),
    key("default_region", Kind::Text),
    key("pbx_timezone", Kind::Text),
    key("pbx_extensions", Kind::Text),
    key("pbx_trunk_contexts", Kind::Text),
    key("pbx_employees", Kind::List),
    key("public_url", Kind::Address),
    key("state_dir", Kind::Text),
];

/// The keys of every profile, whatever its CRM.
pub(super) const PROFILE: &[Key] = &[
    key("crm", Kind::Text),
    key("url", Kind::Text),
    key("timeout_seconds", Kind::Number),
    key("retries", Kind::Whole),
    key("requests_per_second", Kind::Number),
    key("burst", Kind::Whole),
    key("limit_scope", Kind::Choice(&["ip", "account"])),
    key("timezone", Kind::Text),
    key("default_region", Kind::Text),
    key("bare_digits", Kind::Choice(&["auto", "international"])),
    key("extensions", Kind::Map),
    key("lines", Kind::Map),
    key("default_user", Kind::Id),
    key("missed_user", Kind::Id),
    key("popup", Kind::Choice(&["ring", "answer", "never"])),
    key("popup_out", Kind::Flag),
    key("unknown_caller", Kind::ByDirection(&["none", "client", "lead"])),
    key("lead_source", Kind::Text),
    key("lead_status", Kind::Text),
    key("missed_task", Kind::Flag),
    key("task_text", Kind::Text),
    key("call_id_prefix", Kind::Text),
    key("public_url", Kind::Address),
    key("inbound_secret", Kind::Secret),
    key("allowed_networks", Kind::List),
];

/// The further keys of each CRM's profiles.
pub(super) const BY_CRM: &[(&str, &[Key])] = &[
    (
        "retailcrm",
        &[
            key("api_key", Kind::Secret),
            key("client_id", Kind::Secret),
            key("send_client_id", Kind::Flag),
            key("site", Kind::Text),
            key("module_code", Kind::Text),
            key("module_name", Kind::Text),
            key("logo", Kind::Text),
            key("strip_plus_in_upload", Kind::Flag),
        ],
    ),
    (
        "uon",
        &[key("api_key", Kind::Secret), key("account_id", Kind::Id), key("html_popup", Kind::Flag)],
    ),
    (
        "bitrix24",
        &[
            key("webhook_url", Kind::Secret),
            key("client_id", Kind::Text),
            key("client_secret", Kind::Secret),
            key("token_file", Kind::Text),
            key("oauth_url", Kind::Address),
            key("application_token", Kind::Secret),
            key("tariff", Kind::Choice(&["standard", "enterprise"])),
        ],
    ),
    (
        "kontur",
        &[
            key("workspace", Kind::Text),
            key("api_key", Kind::Secret),
            key("integration_secret", Kind::Secret),
            key("access_key", Kind::Secret),
            key("bearer", Kind::Secret),
            key("instance_id", Kind::Text),
            key("redirect_by", Kind::Choice(&["client", "line"])),
            key("phone_form", Kind::Choice(&["digits", "plus"])),
            key("continue_by", Kind::Choice(&["returned", "raw"])),
            key("lost_events", Kind::Choice(&["drop", "repeat"])),
            key("register_legs", Kind::Choice(&["all", "answered"])),
        ],
    ),
];

/// The keys a profile of this CRM may have; of any CRM where it is not known yet.
pub(super) fn of_profile(crm: Option<&str>) -> Vec<Key> {
    let own = BY_CRM.iter().filter(|(name, _)| crm.is_none_or(|crm| crm == *name));
    PROFILE.iter().chain(own.flat_map(|(_, keys)| keys.iter())).copied().collect()
}

/// The known word nearest to a mistaken one, if one is near.
pub(super) fn nearest<'a>(
    wrong: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    known
        .into_iter()
        .map(|word| (distance(&wrong, word), word))
        .filter(|(distance, word)| *distance * 3 <= word.len().max(wrong.len()))
        .min()
        .map(|(_, word)| word)
}

/// How many letters must be typed, left out, changed or swapped with their neighbour to get from
/// one word to the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // Two rows above each other; the one above them is kept for swaps.
    let mut above: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, right) in b.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX);
            let changed = at(&row, j).saturating_add(usize::from(left != right));
            let typed = at(&next, j).saturating_add(1);
            let left_out = at(&row, j + 1).saturating_add(1);
            let mut best = changed.min(typed).min(left_out);
            let swapped =
                i > 0 && j > 0 && a.get(i - 1) == Some(right) && b.get(j - 1) == Some(left);
            if swapped {
                best = best.min(at(&above, j - 1).saturating_add(1));
            }
            next.push(best);
        }
        above = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use vochi_crm::account::ACCOUNT_KEYS;

    use super::*;

    fn names(keys: &[Key]) -> BTreeSet<&str> {
        keys.iter().map(|key| key.name).collect()
    }

    #[test]
    fn the_keys_of_every_profile_are_those_the_library_reads() {
        let mut known = names(PROFILE);
        assert!(known.remove("crm") && known.remove("url"));
        assert_eq!(known, ACCOUNT_KEYS.iter().copied().collect());
    }

    #[test]
    fn the_keys_of_a_crm_are_those_its_connector_reads() {
        for crm in crate::crm::Crm::ALL {
            let (_, keys) = BY_CRM.iter().find(|(name, _)| *name == crm.name()).unwrap();
            let mut known = names(keys);
            known.insert("url");
            assert_eq!(known, crm.keys().iter().copied().collect(), "{}", crm.name());
        }
    }

    #[test]
    fn a_near_miss_is_recognised_and_a_far_one_is_not() {
        let known = || of_profile(Some("retailcrm")).into_iter().map(|key| key.name);
        for (wrong, meant) in [
            ("extension", Some("extensions")),
            ("Extensions", Some("extensions")),
            ("time_zone", Some("timezone")),
            ("apikey", Some("api_key")),
            ("brust", Some("burst")),
            ("client", Some("client_id")),
            ("colour", None),
        ] {
            assert_eq!(nearest(wrong, known()), meant, "{wrong}");
        }
    }
}
