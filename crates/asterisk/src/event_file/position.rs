//! Where an event stands, and what is wrong with one that is broken.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where an event stands in its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Position {
    /// The line, from 1.
    Line(u64),
    /// The place in an array, from 1.
    Entry(u64),
    /// The document as a whole.
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

/// A part of an input that is not an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenLine {
    position: Position,
    why: String,
}

impl BrokenLine {
    pub(super) fn new(position: Position, why: impl Into<String>) -> Self {
        Self { position, why: why.into() }
    }

    /// Where it stands.
    pub fn position(&self) -> Position {
        self.position
    }

    /// What is wrong with it.
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
