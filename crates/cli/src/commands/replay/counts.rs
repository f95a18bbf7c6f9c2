//! Counts of events and calls of a replay.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

/// Counts of events and calls of a replay.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Known events, also those that concern no call.
    pub(super) understood: u64,
    /// Entries that are not an event, and events without a required field.
    pub(super) broken: u64,
    /// Unknown events, by name.
    unknown: BTreeMap<String, u64>,
    /// Finished calls.
    pub(super) calls: usize,
    /// Unfinished calls.
    pub(super) unfinished: usize,
    /// Events of closed calls.
    pub(super) late: u64,
    /// Events beyond the limit of their call.
    pub(super) dropped: u64,
}

/// The last line in JSON mode.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    #[serde(rename = "summary")]
    is_last: bool,
    calls: usize,
    unfinished: usize,
    late: u64,
    dropped: u64,
    unknown: u64,
    broken: u64,
}

impl Counts {
    pub(super) fn unknown(&mut self, name: &str) {
        match self.unknown.get_mut(name) {
            Some(count) => *count += 1,
            None => drop(self.unknown.insert(name.to_owned(), 1)),
        }
    }

    /// Returns true if the input has entries and all are broken.
    pub(super) fn is_all_broken(&self) -> bool {
        self.understood == 0 && self.broken > 0
    }

    /// Returns the summary for people, in one line.
    pub(super) fn text(&self) -> String {
        let names = self.unknown.iter();
        let names: Vec<String> = names.map(|(name, count)| format!("{name} {count}")).collect();
        let names = match names.as_slice() {
            [] => String::new(),
            names => format!(" ({})", names.join(", ")),
        };
        let unknown = self.unknown_events();
        let mut text = format!(
            "events understood {}, unknown {unknown}{names}, broken {}",
            self.understood, self.broken
        );
        // Writing to a String cannot fail.
        for (name, count) in [("late", self.late), ("dropped", self.dropped)] {
            if count > 0 {
                let _ = write!(text, ", {name} {count}");
            }
        }
        let _ = write!(text, "; calls {}", self.calls);
        if self.unfinished > 0 {
            let _ = write!(text, ", unfinished {}", self.unfinished);
        }
        text
    }

    /// Returns the summary for scripts.
    pub(super) fn summary(&self) -> Summary {
        Summary {
            is_last: true,
            calls: self.calls,
            unfinished: self.unfinished,
            late: self.late,
            dropped: self.dropped,
            unknown: self.unknown_events(),
            broken: self.broken,
        }
    }

    fn unknown_events(&self) -> u64 {
        self.unknown.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_events_are_named_and_counted() {
        let mut counts = Counts { understood: 30, broken: 1, calls: 2, ..Counts::default() };
        assert_eq!(counts.text(), "events understood 30, unknown 0, broken 1; calls 2");
        for name in ["Foo", "Bar", "Foo"] {
            counts.unknown(name);
        }
        assert_eq!(
            counts.text(),
            "events understood 30, unknown 3 (Bar 1, Foo 2), broken 1; calls 2"
        );
        (counts.late, counts.dropped, counts.unfinished) = (4, 5, 6);
        assert_eq!(
            counts.text(),
            "events understood 30, unknown 3 (Bar 1, Foo 2), broken 1, late 4, dropped 5; calls 2, \
             unfinished 6"
        );
    }
}
