//! Mapping of RetailCRM's enums to common terms.

/// A call's `type`.
pub(super) fn direction(kind: &str) -> Option<&'static str> {
    match kind {
        "in" => Some("in"),
        "out" => Some("out"),
        _ => None,
    }
}

/// Maps a call's `result`; "no answer" is used for both directions. `unknown` has no outcome.
pub(super) fn outcome(kind: &str, result: &str) -> Option<&'static str> {
    match (kind, result) {
        (_, "answered") => Some("answered"),
        ("in", "no answer") => Some("missed"),
        (_, "no answer") => Some("no-answer"),
        (_, "busy") => Some("busy"),
        (_, "failed" | "not allowed") => Some("failed"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_result_is_mapped() {
        let rows = [
            ("in", "answered", Some("answered")),
            ("out", "answered", Some("answered")),
            ("in", "no answer", Some("missed")),
            ("out", "no answer", Some("no-answer")),
            ("in", "busy", Some("busy")),
            ("out", "busy", Some("busy")),
            ("in", "failed", Some("failed")),
            ("out", "not allowed", Some("failed")),
            ("in", "unknown", None),
        ];
        for (kind, result, word) in rows {
            assert_eq!(outcome(kind, result), word, "{kind} {result}");
        }
    }
}
