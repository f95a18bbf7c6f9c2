//! Where a setting was written, for messages.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Where a setting was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a file; lines and columns count from 1.
    File {
        path: Arc<Path>,
        line: usize,
        column: usize,
    },
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

/// Turns byte offsets of a file's text into places.
pub(super) struct Lines<'a> {
    path: Arc<Path>,
    text: &'a str,
}

impl<'a> Lines<'a> {
    pub(super) fn new(path: Arc<Path>, text: &'a str) -> Self {
        Self { path, text }
    }

    pub(super) fn at(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place::File {
            path: Arc::clone(&self.path),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }
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
}
