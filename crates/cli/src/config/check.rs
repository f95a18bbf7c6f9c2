//! Checks settings; each error names its location.

use vochi_crm::config::{self, CRM_KEY, Key, Kind};
use vochi_crm::{Crm, Error, Result};

use super::keys;
use super::location::Locations;
use super::secret;
use super::tree::{Entry, Node, Table};

/// Creates the error of a setting, with location and key.
pub(super) fn error_at(entry: &Entry, key: &str, what: &str) -> Error {
    Error::config(format!("{}: {key}: {what}", entry.location))
}

/// Checks a whole file, profiles included.
pub(super) fn file(table: &Table) -> Result<()> {
    let known = [keys::TOP, &[Key::new(keys::PROFILE_TABLE, Kind::Map, "")]].concat();
    for (name, entry) in table.in_order() {
        if name == keys::PROFILE_TABLE {
            let Node::Table(profiles) = &entry.node else {
                return Err(error_at(entry, name, "must hold tables, as [profile.shop]"));
            };
            for (name, entry) in profiles.in_order() {
                profile_entry(name, entry)?;
            }
        } else if keys::find(keys::TOP, name).is_none()
            && keys::find(&keys::of_profile(None), name).is_some()
        {
            return Err(error_at(entry, name, "allowed only in a profile")
                .with_hint("put it below a line such as [profile.shop]"));
        } else {
            setting(&known, name, entry).map_err(|error| Locations::of("", table).locate(error))?;
        }
    }
    Ok(())
}

fn profile_entry(name: &str, entry: &Entry) -> Result<()> {
    let path = format!("{}.{name}", keys::PROFILE_TABLE);
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        return Err(error_at(entry, &path, "invalid name of a profile"));
    }
    match &entry.node {
        Node::Table(table) => profile(&path, table),
        _ => Err(error_at(entry, &path, "must be a table, as [profile.shop]")),
    }
}

/// Checks one profile; `path` is the prefix of its keys.
pub(super) fn profile(path: &str, table: &Table) -> Result<()> {
    let crm = table.text(CRM_KEY.name);
    let checked = crm.map_or(Ok(()), |crm| Crm::find(crm).map(drop)).and_then(|()| {
        let keys = keys::of_profile(crm);
        table.in_order().into_iter().try_for_each(|(name, entry)| setting(&keys, name, entry))
    });
    checked.map_err(|error| Locations::of(&format!("{path}."), table).locate(error))
}

fn setting(keys: &[Key], name: &str, entry: &Entry) -> Result<()> {
    match (keys::find(keys, name).map(|key| key.kind), &entry.node) {
        (Some(Kind::Secret), Node::Text(_)) => Ok(()),
        (Some(Kind::Secret), Node::Table(table)) if secret::is_reference(table) => Ok(()),
        (Some(Kind::Secret), _) => {
            Err(Error::config("invalid secret").with_hint(secret::FORMS).with_key(name.to_owned()))
        }
        _ => config::check(keys, name, &entry.node.json()),
    }
}
