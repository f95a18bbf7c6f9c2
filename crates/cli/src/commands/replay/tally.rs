//! What a recording consisted of.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

/// What a recording consisted of.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Events the library knows, whether or not they tell anything of a call.
    pub(super) understood: u64,
    /// What is no event, or lacks what it is about.
    pub(super) broken: u64,
    /// Events the library does not know, by name.
    unknown: BTreeMap<String, u64>,
    /// Calls that are over.
    pub(super) calls: usize,
    /// Calls that go on.
    pub(super) unfinished: usize,
    /// Events of calls that are closed.
    pub(super) late: u64,
    /// Events that found no room in their call.
    pub(super) dropped: u64,
}

/// The last line for scripts.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    #[serde(rename = "summary")]
    sums_up: bool,
    calls: usize,
    unfinished: usize,
    late: u64,
    dropped: u64,
    unknown: u64,
    broken: u64,
}

impl Tally {
    pub(super) fn unknown(&mut self, name: &str) {
        match self.unknown.get_mut(name) {
            Some(count) => *count += 1,
            None => drop(self.unknown.insert(name.to_owned(), 1)),
        }
    }

    /// Whether there was something, and none of it made sense.
    pub(super) fn is_nonsense(&self) -> bool {
        self.understood == 0 && self.broken > 0
    }

    /// The whole in one line.
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

    /// The whole for scripts.
    pub(super) fn summary(&self) -> Summary {
        Summary {
            sums_up: true,
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
        let mut tally = Tally { understood: 30, broken: 1, calls: 2, ..Tally::default() };
        assert_eq!(tally.text(), "events understood 30, unknown 0, broken 1; calls 2");
        for name in ["Foo", "Bar", "Foo"] {
            tally.unknown(name);
        }
        assert_eq!(
            tally.text(),
            "events understood 30, unknown 3 (Bar 1, Foo 2), broken 1; calls 2"
        );
        (tally.late, tally.dropped, tally.unfinished) = (4, 5, 6);
        assert_eq!(
            tally.text(),
            "events understood 30, unknown 3 (Bar 1, Foo 2), broken 1, late 4, dropped 5; calls 2, \
             unfinished 6"
        );
    }
}
