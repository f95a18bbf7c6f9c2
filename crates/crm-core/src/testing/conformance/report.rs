//! What a check found.

use std::fmt::{Debug, Display};

/// Collects the failures of a check, so that one run reports all of them.
#[derive(Debug, Default)]
pub(super) struct Report {
    tried: usize,
    failures: Vec<String>,
}

/// The number of failures that a report prints.
const PRINTED: usize = 40;

/// The length of a printed failure.
const LONGEST: usize = 1000;

impl Report {
    /// Notes a failure unless the condition holds. The case names operation and input.
    pub(super) fn holds(&mut self, case: impl Display, holds: bool, why: impl FnOnce() -> String) {
        self.tried += 1;
        if !holds {
            let failure = format!("{case}: {}", why());
            let line = failure.replace(char::is_control, " ");
            self.failures.push(line.chars().take(LONGEST).collect());
        }
    }

    /// Notes a failure if two values differ.
    pub(super) fn equal<T: PartialEq + Debug>(
        &mut self,
        case: impl Display,
        what: &str,
        found: T,
        wanted: T,
    ) {
        self.holds(case, found == wanted, || format!("{what} is {found:?}, must be {wanted:?}"));
    }

    /// Panics with all failures, and if nothing was checked at all.
    pub(super) fn finish(self) {
        assert!(self.tried > 0, "nothing was checked: the table has no row for this check");
        let count = self.failures.len();
        let more = count.saturating_sub(PRINTED);
        let printed = self.failures[..count - more].join("\n");
        let more = if more > 0 { format!("\n… and {more} more") } else { String::new() };
        assert!(self.failures.is_empty(), "{count} of {} failed:\n{printed}{more}", self.tried);
    }
}
