//! The locations of settings, for messages.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use vochi_crm::Error;

use super::tree::{Entry, Node, Table};

/// The location of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    /// In a file; lines and columns count from 1.
    File { path: Arc<Path>, line: usize, column: usize },
    /// In an environment variable.
    Variable(String),
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, column } => {
                write!(f, "{}, line {line}, column {column}", path.display())
            }
            Self::Variable(name) => write!(f, "environment variable {name}"),
        }
    }
}

/// The location and the prefix of each setting, by its key in the library.
#[derive(Clone, Debug, Default)]
pub(super) struct Locations(BTreeMap<String, (Location, String)>);

impl Locations {
    /// Collects the locations of a table, whose full keys are `{prefix}{key}`.
    pub(super) fn of(prefix: &str, table: &Table) -> Self {
        let mut locations = Self::default();
        for (name, entry) in &table.0 {
            locations.add(prefix, name.clone(), entry);
        }
        locations
    }

    /// Adds a setting and those below it.
    pub(super) fn add(&mut self, prefix: &str, key: String, entry: &Entry) {
        if let Node::Table(table) = &entry.node {
            for (name, entry) in &table.0 {
                self.add(prefix, format!("{key}.{name}"), entry);
            }
        }
        self.0.insert(key, (entry.location.clone(), prefix.to_owned()));
    }

    /// Adds location and full key to an error of the library. An error without a key of these settings is
    /// unchanged.
    pub(super) fn locate(&self, error: Error) -> Error {
        let Some((location, prefix)) = error.key().and_then(|key| self.0.get(key)) else {
            return error;
        };
        // The message begins with the key.
        let located = Error::new(error.kind(), format!("{location}: {prefix}{}", error.message()));
        match error.hint() {
            Some(hint) => located.with_hint(hint.to_owned()),
            None => located,
        }
    }
}

/// Converts byte offsets of a file's text into locations, in constant time.
pub(super) struct Lines<'a> {
    path: Arc<Path>,
    text: &'a [u8],
    /// The offsets of line starts.
    starts: Vec<usize>,
    /// The number of characters before each block of bytes.
    characters: Vec<usize>,
}

/// The size of a block in bytes.
const BLOCK: usize = 256;

impl<'a> Lines<'a> {
    pub(super) fn new(path: Arc<Path>, text: &'a str) -> Self {
        let text = text.as_bytes();
        let newlines = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let characters = text
            .chunks(BLOCK)
            .scan(0, |before, block| Some(std::mem::replace(before, *before + characters(block))));
        Self {
            path,
            text,
            starts: std::iter::once(0).chain(newlines.map(|(at, _)| at + 1)).collect(),
            characters: characters.collect(),
        }
    }

    pub(super) fn at(&self, offset: usize) -> Location {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        Location::File {
            path: Arc::clone(&self.path),
            line,
            column: self.before(offset) - self.before(start) + 1,
        }
    }

    /// Counts the characters before an offset.
    fn before(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        let of_blocks = self.characters.get(block).copied();
        let rest = self.text.get(block * BLOCK..offset).unwrap_or_default();
        match of_blocks {
            Some(before) => before + characters(rest),
            // The text ends with a block.
            None => characters(self.text),
        }
    }
}

fn characters(text: &[u8]) -> usize {
    let is_start = |byte: &&u8| **byte & 0b1100_0000 != 0b1000_0000;
    text.iter().filter(is_start).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_from_one() {
        let lines = Lines::new(Path::new("a.toml").into(), "x = 1\nё = 2\n");
        assert_eq!(lines.at(0).to_string(), "a.toml, line 1, column 1");
        assert_eq!(lines.at(4).to_string(), "a.toml, line 1, column 5");
        assert_eq!(lines.at(6).to_string(), "a.toml, line 2, column 1");
        assert_eq!(lines.at(9).to_string(), "a.toml, line 2, column 3");
        assert_eq!(lines.at(99).to_string(), "a.toml, line 3, column 1");
    }

    #[test]
    fn columns_count_characters_on_long_lines() {
        for length in [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK] {
            let text = format!("{}\n{}", "ё".repeat(length), "x".repeat(length));
            let lines = Lines::new(Path::new("a").into(), &text);
            for (offset, line, column) in
                [(2 * length - 2, 1, length), (2 * length + 1, 2, 1), (text.len(), 2, length + 1)]
            {
                let location = format!("a, line {line}, column {column}");
                assert_eq!(lines.at(offset).to_string(), location, "length {length}");
            }
        }
    }
}
