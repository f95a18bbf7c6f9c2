//! The configuration keys: those outside profiles here, those of profiles in the library.

use vochi_crm::Crm;
use vochi_crm::config::{Key, Kind};

/// The table that holds the profiles.
pub(super) const PROFILE_TABLE: &str = "profile";

/// The keys outside profiles.
pub(super) const TOP: &[Key] = &[
    Key::new("default_profile", Kind::Text, "The profile used without `--profile`."),
    Key::new("default_region", Kind::Text, "The `default_region` of profiles without their own."),
    Key::new("public_url", Kind::Address, "The `public_url` of profiles without their own."),
    Key::new(
        "state_dir",
        Kind::Text,
        "The directory of the state of calls, shared by all processes. By default \
         `$XDG_STATE_HOME/vochi-crm`, else `~/.local/state/vochi-crm`.",
    ),
    Key::new("pbx_timezone", Kind::Text, "The zone of the times a PBX writes without one.")
        .default("UTC"),
    Key::new(
        "pbx_extensions",
        Kind::Text,
        "A regular expression for the whole name of a peer that is an employee; a group named `ext` \
         is the extension, so that `201-WS` is 201. Every other peer is a line.",
    )
    .default("(?<ext>[0-9]{2,5})(-WS)?"),
    Key::new(
        "pbx_trunk_contexts",
        Kind::Text,
        "A regular expression of the dialplan contexts whose channels are lines, whatever their name.",
    )
    .default("from-(trunk|pstn|did).*"),
    Key::new(
        "pbx_employees",
        Kind::List,
        "Mobiles of employees, as `[\"+375291112233\"]`: a call to one of them is a call to the \
         employee. Keys of `extensions` in E.164 count too, of the profiles named or, without \
         `--profile`, of all.",
    ),
];

/// Returns the keys of a profile of this CRM; without a known CRM, the keys of all.
pub(super) fn of_profile(crm: Option<&str>) -> Vec<Key> {
    match crm.and_then(Crm::named) {
        Some(crm) => crm.keys(),
        None => Crm::all().iter().flat_map(Crm::keys).collect(),
    }
}

pub(super) fn find<'a>(keys: &'a [Key], name: &str) -> Option<&'a Key> {
    keys.iter().find(|key| key.name == name)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::path::Path;

    use vochi_crm::AccountConfig;
    use vochi_crm::config::{CRM_KEY, Keys as _};

    use super::*;

    /// If set, the test writes the tables instead of comparing them.
    const UPDATE: &str = "VOCHI_CRM_UPDATE_DOCS";

    fn table(keys: &[Key]) -> String {
        let mut table = String::from("| key | value | meaning |\n| --- | --- | --- |\n");
        for key in keys {
            let default = key.default.map(|default| format!(" Default: `{default}`."));
            let needed = match key.alternative {
                _ if !key.is_needed => String::new(),
                None => " Required.".to_owned(),
                Some(other) => format!(" Required, unless `{other}` is set."),
            };
            let default = default.unwrap_or_default();
            let meaning = format!("{}{needed}{default}", key.documentation());
            let (value, meaning) = (key.kind.to_string(), meaning.replace('|', r"\|"));
            writeln!(table, "| `{}` | {value} | {meaning} |", key.name).unwrap();
        }
        table
    }

    #[test]
    fn tables_of_keys_in_docs_are_current() {
        let own = |crm: &str| table(Crm::named(crm).unwrap().own_keys());
        let common = table(&[&[CRM_KEY], AccountConfig::KEYS].concat());
        for (page, name, table) in [
            ("cli.md", "outside profiles", table(TOP)),
            ("cli.md", "of every profile", common),
            ("retailcrm.md", "of retailcrm", own("retailcrm")),
            ("kontur.md", "of kontur", own("kontur")),
            ("uon.md", "of uon", own("uon")),
            ("bitrix24.md", "of bitrix24", own("bitrix24")),
        ] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page);
            let text = std::fs::read_to_string(&path).unwrap();
            let (begin, end) = (format!("<!-- keys {name} -->\n"), "<!-- end of keys -->");
            let (before, rest) = text.split_once(&begin).expect(name);
            let (written, after) = rest.split_once(end).expect(name);
            if std::env::var_os(UPDATE).is_some() {
                std::fs::write(&path, format!("{before}{begin}{table}{end}{after}")).unwrap();
            } else {
                assert!(
                    written == table,
                    "keys {name} in {page} are outdated; write them with {UPDATE}=1 cargo test -p \
                     vochi-crm-cli tables_of"
                );
            }
        }
    }
}
