//! Where a setting was written, for messages.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use vochi_crm::Error;

use super::tree::{Entry, Node, Table};

/// Where a setting was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a file; lines and columns count from 1.
    File { path: Arc<Path>, line: usize, column: usize },
    /// In an environment variable.
    Variable(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, column } => {
                write!(f, "{}, line {line}, column {column}", path.display())
            }
            Self::Variable(name) => write!(f, "environment variable {name}"),
        }
    }
}

/// Where each setting stands and what its full name begins with, by its key in the library.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(BTreeMap<String, (Place, String)>);

impl Places {
    /// The places of a table, whose keys are called `{prefix}{key}` in full.
    pub(super) fn of(prefix: &str, table: &Table) -> Self {
        let mut places = Self::default();
        for (name, entry) in &table.0 {
            places.add(prefix, name.clone(), entry);
        }
        places
    }

    /// Adds a setting and those below it.
    pub(super) fn add(&mut self, prefix: &str, key: String, entry: &Entry) {
        if let Node::Table(table) = &entry.node {
            for (name, entry) in &table.0 {
                self.add(prefix, format!("{key}.{name}"), entry);
            }
        }
        self.0.insert(key, (entry.place.clone(), prefix.to_owned()));
    }

    /// Names place and full key in an error of the library. One without a key of these settings stays
    /// as it is.
    pub(super) fn locate(&self, error: Error) -> Error {
        let Some((place, prefix)) = error.key().and_then(|key| self.0.get(key)) else {
            return error;
        };
        // The message begins with the key.
        let located = Error::new(error.kind(), format!("{place}: {prefix}{}", error.message()));
        match error.hint() {
            Some(hint) => located.with_hint(hint.to_owned()),
            None => located,
        }
    }
}

/// Turns byte offsets of a file's text into places, each in the same time wherever it lies.
pub(super) struct Lines<'a> {
    path: Arc<Path>,
    text: &'a [u8],
    /// Where lines begin.
    starts: Vec<usize>,
    /// The characters before each block of bytes.
    characters: Vec<usize>,
}

/// Bytes whose characters are counted together.
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

    pub(super) fn at(&self, offset: usize) -> Place {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        Place::File {
            path: Arc::clone(&self.path),
            line,
            column: self.before(offset) - self.before(start) + 1,
        }
    }

    /// The characters before an offset.
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
    fn lines_and_columns_count_from_one_and_in_characters() {
        let lines = Lines::new(Path::new("a.toml").into(), "x = 1\nё = 2\n");
        assert_eq!(lines.at(0).to_string(), "a.toml, line 1, column 1");
        assert_eq!(lines.at(4).to_string(), "a.toml, line 1, column 5");
        assert_eq!(lines.at(6).to_string(), "a.toml, line 2, column 1");
        assert_eq!(lines.at(9).to_string(), "a.toml, line 2, column 3");
        assert_eq!(lines.at(99).to_string(), "a.toml, line 3, column 1");
    }

    #[test]
    fn places_behind_long_lines_are_counted_in_characters() {
        for length in [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK] {
            let text = format!("{}\n{}", "ё".repeat(length), "x".repeat(length));
            let lines = Lines::new(Path::new("a").into(), &text);
            for (offset, line, column) in
                [(2 * length - 2, 1, length), (2 * length + 1, 2, 1), (text.len(), 2, length + 1)]
            {
                let place = format!("a, line {line}, column {column}");
                assert_eq!(lines.at(offset).to_string(), place, "length {length}");
            }
        }
    }
}
