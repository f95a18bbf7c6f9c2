//! What can be told about settings without using them: unknown keys and values of a wrong kind.

use url::{Host, Url};
use vochi_crm::{Error, Result};

use super::keys::{self, Key, Kind};
use super::secret;
use super::tree::{Entry, Node, Table};

/// A mistake in a setting: where, which key, what.
pub(super) fn mistake(entry: &Entry, key: &str, what: &str) -> Error {
    Error::config(format!("{}: {key}: {what}", entry.place))
}

/// Checks a whole file, profiles included.
pub(super) fn file(table: &Table) -> Result<()> {
    let known = keys::TOP.iter().map(|key| key.name).chain([keys::PROFILE_TABLE]);
    let known: Vec<&str> = known.collect();
    for (name, entry) in table.in_order() {
        if name == keys::PROFILE_TABLE {
            let Node::Table(profiles) = &entry.node else {
                return Err(mistake(entry, name, "must hold tables, as [profile.shop]"));
            };
            for (name, entry) in profiles.in_order() {
                profile_entry(name, entry)?;
            }
        } else if let Some(key) = keys::TOP.iter().find(|key| key.name == name) {
            value(name, entry, key.kind)?;
        } else if keys::of_profile(None).iter().any(|key| key.name == name) {
            return Err(mistake(entry, name, "belongs into a profile")
                .with_hint("put it below a line such as [profile.shop]"));
        } else {
            return Err(unknown(entry, name, name, &known));
        }
    }
    Ok(())
}

fn profile_entry(name: &str, entry: &Entry) -> Result<()> {
    let path = format!("{}.{name}", keys::PROFILE_TABLE);
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        return Err(mistake(entry, &path, "is no name for a profile"));
    }
    match &entry.node {
        Node::Table(table) => profile(&path, table),
        _ => Err(mistake(entry, &path, "must be a table, as [profile.shop]")),
    }
}

/// Checks one profile; `path` is what its keys are below of.
pub(super) fn profile(path: &str, table: &Table) -> Result<()> {
    let crm = table.text("crm");
    if let (Some(crm), Some(entry)) = (crm, table.get("crm")) {
        let crms: Vec<&str> = keys::BY_CRM.iter().map(|(name, _)| *name).collect();
        if !crms.contains(&crm) {
            let path = format!("{path}.crm");
            let wrong = mistake(entry, &path, &format!("must be one of {}", crms.join(", ")));
            return Err(match keys::nearest(crm, crms) {
                Some(near) => wrong.with_hint(format!("did you mean {near:?}?")),
                None => wrong,
            });
        }
    }
    let keys = keys::of_profile(crm);
    let known: Vec<&str> = keys.iter().map(|key| key.name).collect();
    for (name, entry) in table.in_order() {
        let path = format!("{path}.{name}");
        match keys.iter().find(|key| key.name == name) {
            Some(Key { kind, .. }) => value(&path, entry, *kind)?,
            None => return Err(unknown(entry, &path, name, &known)),
        }
    }
    Ok(())
}

fn unknown(entry: &Entry, path: &str, name: &str, known: &[&str]) -> Error {
    let wrong = mistake(entry, path, "there is no such key");
    match keys::nearest(name, known.iter().copied()) {
        Some(near) => wrong.with_hint(format!("did you mean `{near}`?")),
        None => wrong.with_hint(format!("the keys here are {}", known.join(", "))),
    }
}

/// Checks that a value is of the kind its key wants. The value itself is never shown: it may be a
/// secret in the wrong place.
fn value(path: &str, entry: &Entry, kind: Kind) -> Result<()> {
    let wrong = |what: &str| Err(mistake(entry, path, what));
    match (kind, &entry.node) {
        (Kind::Text | Kind::Id | Kind::Secret, Node::Text(_))
        | (Kind::Number, Node::Whole(_))
        | (Kind::Flag, Node::Flag(_)) => Ok(()),
        (Kind::Number, Node::Real(number)) if number.is_finite() => Ok(()),
        (Kind::Number, Node::Real(_)) => wrong("must be a finite number"),
        (Kind::Id, Node::Whole(0..)) => Ok(()),
        (Kind::Whole, Node::Whole(number)) if u32::try_from(*number).is_ok() => Ok(()),
        (Kind::Address, Node::Text(text)) => address(text).or_else(wrong),
        (Kind::Choice(words) | Kind::ByDirection(words), Node::Text(text)) => {
            if words.contains(&text.as_str()) {
                return Ok(());
            }
            wrong(&format!("must be one of {}", words.join(", ")))
        }
        (Kind::ByDirection(words), Node::Table(table)) => {
            for (name, entry) in table.in_order() {
                let path = format!("{path}.{name}");
                if !["in", "out"].contains(&name) {
                    return Err(unknown(entry, &path, name, &["in", "out"]));
                }
                value(&path, entry, Kind::Choice(words))?;
            }
            Ok(())
        }
        (Kind::Map, Node::Table(table)) => table
            .in_order()
            .into_iter()
            .try_for_each(|(name, entry)| value(&format!("{path}.{name}"), entry, Kind::Id)),
        (Kind::List, Node::List(list)) => {
            if list.iter().all(|item| matches!(item, Node::Text(_))) {
                return Ok(());
            }
            wrong("must be a list of texts in quotes")
        }
        (Kind::Secret, Node::Table(table)) if secret::is_reference(table) => Ok(()),
        (Kind::Secret, _) => Err(mistake(entry, path, "is no secret").with_hint(secret::FORMS)),
        (Kind::Text | Kind::Address, _) => wrong("must be a text in quotes"),
        (Kind::Id, _) => wrong("must be a text in quotes or a whole number"),
        (Kind::Number, _) => wrong("must be a number, without quotes"),
        (Kind::Whole, _) => wrong("must be a whole number, without quotes"),
        (Kind::Flag, _) => wrong("must be true or false, without quotes"),
        (Kind::Map, _) => wrong("must be a table, as { \"151\" = \"18\" }"),
        (Kind::List, _) => wrong("must be a list of texts in quotes"),
        (Kind::Choice(words), _) => wrong(&format!("must be one of {}", words.join(", "))),
        (Kind::ByDirection(words), _) => {
            wrong(&format!("must be one of {}, or a table with in and out", words.join(", ")))
        }
    }
}

/// An address others reach us by, or we reach others by: https, or http on this machine.
fn address(text: &str) -> Result<(), &'static str> {
    let url = Url::parse(text).map_err(|_| "is no web address")?;
    match url.scheme() {
        "https" if url.host().is_some() => Ok(()),
        "http" if on_this_machine(&url) => Ok(()),
        "http" => Err("is plain http, which is for loopback addresses only"),
        _ => Err("is neither https nor http"),
    }
}

/// Whether an address leads no further than to this machine.
pub(super) fn on_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}
