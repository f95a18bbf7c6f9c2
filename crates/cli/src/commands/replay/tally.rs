//! What a recording consisted of.

use std::collections::BTreeMap;

/// What a recording consisted of.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Events the library knows, whether or not they tell anything of a call.
    pub(super) understood: u64,
    /// What is no event, or lacks what it is about.
    pub(super) broken: u64,
    /// Events the library does not know, by name.
    unknown: BTreeMap<String, u64>,
    pub(super) calls: u64,
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
        let names: Vec<String> = names
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        let names = match names.as_slice() {
            [] => String::new(),
            names => format!(" ({})", names.join(", ")),
        };
        format!(
            "events understood {}, unknown {}{names}, broken {}; calls {}",
            self.understood,
            self.unknown.values().sum::<u64>(),
            self.broken,
            self.calls
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_events_are_named_and_counted() {
        let mut tally = Tally {
            understood: 30,
            broken: 1,
            calls: 2,
            ..Tally::default()
        };
        assert_eq!(
            tally.text(),
            "events understood 30, unknown 0, broken 1; calls 2"
        );
        for name in ["Foo", "Bar", "Foo"] {
            tally.unknown(name);
        }
        assert_eq!(
            tally.text(),
            "events understood 30, unknown 3 (Bar 1, Foo 2), broken 1; calls 2"
        );
    }
}
