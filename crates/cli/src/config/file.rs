//! The configuration file: its search and its parsing, with the location of every setting.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use vochi_crm::{Error, Result};

use super::env::Environment;
use super::location::Lines;
use super::masking::Sensitive;
use super::tree::{Entry, Node, Table};

const IN_WORKING_DIRECTORY: &str = "vochi-crm.toml";
const IN_CONFIG_HOME: &str = "vochi-crm/config.toml";

/// A parsed configuration file.
pub(super) struct ConfigFile {
    pub(super) path: Arc<Path>,
    pub(super) table: Table,
    /// True if other users can read it.
    pub(super) exposed: bool,
}

/// The result of the search for the configuration file.
pub(super) enum Search {
    Named(PathBuf),
    Found(PathBuf),
    Nowhere(Vec<PathBuf>),
}

pub(super) fn search(named: Option<&Path>, environment: &Environment) -> Search {
    let named = named
        .map(Path::to_owned)
        .or_else(|| environment.get("VOCHI_CRM_CONFIG").map(PathBuf::from));
    if let Some(named) = named {
        return Search::Named(named);
    }
    let mut locations = vec![PathBuf::from(IN_WORKING_DIRECTORY)];
    locations.extend(environment.config_home().map(|home| home.join(IN_CONFIG_HOME)));
    match locations.iter().find(|location| location.is_file()) {
        Some(found) => Search::Found(found.clone()),
        None => Search::Nowhere(locations),
    }
}

pub(super) fn read(path: &Path) -> Result<ConfigFile> {
    let wrong = |what: String| Error::config(format!("{}: {what}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| {
        wrong(format!("cannot be read: {error}"))
            .with_hint("name a configuration file that exists and that you may read")
    })?;
    let text = String::from_utf8(bytes).map_err(|_| {
        wrong("invalid UTF-8".to_owned()).with_hint("save it with the encoding UTF-8")
    })?;
    let shared: Arc<Path> = path.into();
    let lines = Lines::new(Arc::clone(&shared), &text);
    let table = DeTable::parse(&text).map_err(|error| {
        // The parser's full message quotes the line, which may hold a secret.
        let at = lines.at(error.span().map_or(0, |span| span.start));
        let error = Error::config(format!("{at}: invalid TOML: {}", error.message()))
            .with_hint("write texts and secrets in quotes: key = \"value\"");
        let mut sensitive = Sensitive::default();
        sensitive.add_words(text.split(|c: char| c.is_whitespace() || "\"'=.,[]{}".contains(c)));
        sensitive.mask(error)
    })?;
    Ok(ConfigFile {
        table: owned(table.get_ref(), &lines),
        exposed: super::secret::readable_by_others(path).unwrap_or(false),
        path: shared,
    })
}

fn owned(table: &DeTable<'_>, lines: &Lines<'_>) -> Table {
    let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| Entry {
        location: lines.at(Spanned::span(key).start),
        node: node(value.get_ref(), lines),
    };
    Table(
        table.iter().map(|(key, value)| (key.get_ref().to_string(), entry((key, value)))).collect(),
    )
}

fn node(value: &DeValue<'_>, lines: &Lines<'_>) -> Node {
    match value {
        DeValue::String(text) => Node::Text(text.to_string()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Node::Other, Node::Whole)
        }
        DeValue::Float(number) => number.as_str().parse().map_or(Node::Other, Node::Real),
        DeValue::Boolean(flag) => Node::Flag(*flag),
        DeValue::Datetime(_) => Node::Other,
        DeValue::Array(list) => {
            Node::List(list.iter().map(|item| node(item.get_ref(), lines)).collect())
        }
        DeValue::Table(table) => Node::Table(owned(table, lines)),
    }
}
