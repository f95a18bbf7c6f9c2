//! The environment variables. No other module reads them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use vochi_crm::config::{Key, Kind, nearest};
use vochi_crm::{Error, Result};

use super::keys;
use super::location::Location;
use super::tree::{Entry, Node, Table};

const PREFIX: &str = "VOCHI_CRM_";
/// Variables with the prefix that are not settings.
const OTHERS: [&str; 1] = ["VOCHI_CRM_CONFIG"];

/// The environment variables. An empty one counts as absent.
pub(crate) struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Reads the variables of this process.
    pub(crate) fn of_process() -> Self {
        let text = |text: std::ffi::OsString| text.into_string().ok();
        std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns the directory of the user's configuration.
    pub(super) fn config_home(&self) -> Option<PathBuf> {
        self.home("XDG_CONFIG_HOME", ".config")
    }

    /// Returns the directory of programs' state.
    pub(super) fn state_home(&self) -> Option<PathBuf> {
        self.home("XDG_STATE_HOME", ".local/state")
    }

    fn home(&self, variable: &str, below_home: &str) -> Option<PathBuf> {
        // By the XDG specification a relative path is invalid.
        let named = self.get(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        named.or_else(|| Some(PathBuf::from(self.get("HOME")?).join(below_home)))
    }

    /// Returns the variables that set one of `keys`.
    pub(super) fn settings(&self, keys: &[Key]) -> Result<Table> {
        let mut table = Table::default();
        for (name, value) in &self.0 {
            let Some(key) = key_of(name) else { continue };
            if let Some(known) = keys::find(keys, &key) {
                let location = Location::Variable(name.clone());
                let node = read(known.kind, value, &location)
                    .map_err(|how| Error::config(format!("{location}: {how}")))?;
                table.0.insert(key, Entry { location, node });
            }
        }
        Ok(table)
    }

    /// Returns variables that are not settings but look like one, each with a suggestion.
    pub(super) fn near_misses(&self) -> Vec<(&str, String)> {
        let top = keys::TOP.iter().copied();
        let known: Vec<&str> = top.chain(keys::of_profile(None)).map(|key| key.name).collect();
        let miss = |name: &str| {
            let key = key_of(name).filter(|key| !known.contains(&key.as_str()))?;
            let near = nearest(&key, known.iter().copied())?;
            Some(format!("{PREFIX}{}", near.to_uppercase()))
        };
        let names = self.0.keys().filter(|name| !OTHERS.contains(&name.as_str()));
        names.filter_map(|name| Some((name.as_str(), miss(name)?))).collect()
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(variables: T) -> Self {
        Self(variables.into_iter().filter(|(_, value)| !value.is_empty()).collect())
    }
}

fn key_of(variable: &str) -> Option<String> {
    let key = variable.strip_prefix(PREFIX).filter(|key| !key.is_empty())?;
    (key == key.to_uppercase()).then(|| key.to_lowercase())
}

/// Parses a variable by the kind of its key.
fn read(kind: Kind, text: &str, location: &Location) -> Result<Node, &'static str> {
    let text = text.trim();
    Ok(match kind {
        Kind::Number => Node::Real(text.parse().map_err(|_| "write a number")?),
        Kind::Whole => Node::Whole(text.parse().map_err(|_| "write a whole number")?),
        Kind::Flag => match text {
            "true" | "1" => Node::Flag(true),
            "false" | "0" => Node::Flag(false),
            _ => return Err("write true or false"),
        },
        Kind::Map => Node::Table(map(text, location).ok_or("write pairs, as 151=18,152=16")?),
        Kind::ByDirection(_) if text.contains('=') => {
            Node::Table(map(text, location).ok_or("write a word, or in=..,out=..")?)
        }
        Kind::List => Node::List(pieces(text).map(|piece| Node::Text(piece.to_owned())).collect()),
        _ => Node::Text(text.to_owned()),
    })
}

fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|piece| !piece.is_empty())
}

fn map(text: &str, location: &Location) -> Option<Table> {
    let entry = |piece: &str| {
        let (key, value) = piece.split_once('=')?;
        let node = Node::Text(value.trim().to_owned());
        Some((key.trim().to_owned(), Entry { location: location.clone(), node }))
    };
    pieces(text).map(entry).collect::<Option<_>>().map(Table)
}
