//! Position of an event in its input, and errors at a position.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Position of an event in its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Position {
    /// Line number, from 1.
    Line(u64),
    /// Index in an array, from 1.
    Entry(u64),
    /// The whole document.
    Whole,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Entry(entry) => write!(f, "event {entry}"),
            Self::Whole => f.write_str("the input"),
        }
    }
}

/// An invalid entry of an input, with position and reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenLine {
    position: Position,
    why: String,
}

impl BrokenLine {
    pub(super) fn new(position: Position, why: impl Into<String>) -> Self {
        Self { position, why: why.into() }
    }

    /// The position.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The reason.
    pub fn why(&self) -> &str {
        &self.why
    }
}

impl fmt::Display for BrokenLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.position, self.why)
    }
}

impl std::error::Error for BrokenLine {}
