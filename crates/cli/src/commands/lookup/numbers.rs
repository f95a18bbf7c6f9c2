//! The numbers of a file, in its order.

use std::collections::HashSet;
use std::path::Path;

use vochi_crm::phone::PhoneReader;
use vochi_crm::{Error, PhoneNumber, Result};

use crate::commands::lines::Lines;
use crate::commands::route;

/// The content of one line.
pub(super) enum Line {
    /// A number that no earlier line holds.
    Number(PhoneNumber),
    /// An invalid number.
    Invalid { place: String, raw: String, error: Error },
}

/// The numbers of a file or of standard input.
pub(super) struct Numbers {
    lines: Lines,
    /// True for a file, of which whole batches can be read without waiting.
    is_file: bool,
    phones: PhoneReader,
    seen: HashSet<PhoneNumber>,
    read: usize,
    /// The error that ended reading.
    failure: Option<Error>,
}

impl Numbers {
    /// Opens a file, or standard input for `-`.
    pub(super) fn open(path: &Path, phones: PhoneReader) -> Self {
        Self {
            lines: Lines::open(path),
            is_file: path.is_file(),
            phones,
            seen: HashSet::new(),
            read: 0,
            failure: None,
        }
    }

    /// Returns the next lines, at most `most`; none at the end. Waits for the first line, and for others only
    /// in a file.
    ///
    /// # Errors
    /// `input` if the rest cannot be read.
    pub(super) async fn next(&mut self, most: usize) -> Result<Vec<Line>> {
        let mut next = Vec::new();
        while next.len() < most && self.failure.is_none() {
            let line = if next.is_empty() || self.is_file {
                self.lines.next().await
            } else {
                self.lines.ready()
            };
            match line {
                None => break,
                Some(Ok(text)) => next.extend(self.line(&text)),
                Some(Err(error)) => self.failure = Some(error),
            }
        }
        match self.failure.take() {
            Some(error) if next.is_empty() => Err(error),
            failure => {
                self.failure = failure;
                Ok(next)
            }
        }
    }

    /// Reads a line; `None` if it is empty or repeats a number.
    fn line(&mut self, text: &str) -> Option<Line> {
        self.read += 1;
        let raw = if self.read == 1 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
        let raw = raw.trim();
        if raw.is_empty() {
            return None;
        }
        match route::number(self.phones, raw) {
            Ok(phone) => self.seen.insert(phone).then_some(Line::Number(phone)),
            Err(error) => Some(Line::Invalid {
                place: format!("line {}", self.read),
                raw: raw.to_owned(),
                error,
            }),
        }
    }
}
