//! Colours of a terminal, and escaping of control characters.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Adds colours, if they are enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    on: bool,
}

/// The meaning of a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Success.
    Success,
    /// An error.
    Error,
    /// A warning.
    Warning,
    /// Less important text.
    Dim,
    /// A heading.
    Bold,
}

impl Style {
    pub(crate) const fn new(on: bool) -> Self {
        Self { on }
    }

    /// Returns true if colours are enabled.
    pub(crate) const fn is_enabled(self) -> bool {
        self.on
    }

    /// Returns the text in the colour of a tone.
    pub(crate) fn tone(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Success => "32",
            Tone::Error => "1;31",
            Tone::Warning => "33",
            Tone::Dim => "2",
            Tone::Bold => "1",
        };
        if self.on { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Replaces control characters by escapes, so that outside text cannot control the terminal.
pub(crate) fn escape_controls(text: &str) -> Cow<'_, str> {
    let harmless = |c: char| c == '\n' || !c.is_control();
    if text.chars().all(harmless) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if harmless(c) {
            shown.push(c);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(shown, "{}", c.escape_default());
        }
    }
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(escape_controls("Иван \u{1b}[31mх"), "Иван \\u{1b}[31mх");
        assert_eq!(escape_controls("two\nlines"), "two\nlines");
    }

    #[test]
    fn disabled_style_leaves_text_unchanged() {
        assert_eq!(Style::new(false).tone(Tone::Error, "x"), "x");
        assert_eq!(Style::new(true).tone(Tone::Success, "x"), "\u{1b}[32mx\u{1b}[0m");
    }
}
