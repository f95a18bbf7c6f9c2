//! Output: data on standard output, everything else on standard error.

mod curl;
mod dry_run;
mod failure;
mod redacted;
mod style;
mod table;

use std::io::{self, IsTerminal, Write};

use serde::Serialize;
use vochi_crm::{Effect, Error, Redactor};

pub(crate) use dry_run::DryRun;
pub(crate) use failure::{ErrorObject, with_command};
pub(crate) use redacted::redacted;
pub(crate) use style::{Style, Tone, escape_controls};
pub(crate) use table::{Columns, FixedColumns};

use crate::args::Format;
use crate::config::Environment;
use failure::Failure;

/// The output of a command: text for people, its serialised form for scripts.
pub(crate) trait Report: Serialize {
    /// Returns the text for people, without a final line end.
    fn human(&self, style: Style) -> String;

    /// Returns warnings, which the JSON contains too.
    fn warnings(&self) -> &[String] {
        &[]
    }
}

/// Prints in the requested format.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    format: Format,
    style: Style,
    error_style: Style,
    quiet: bool,
    /// The first error of writing to standard output.
    broken: std::cell::RefCell<Option<String>>,
}

impl Output {
    pub(crate) fn new(format: Format, quiet: bool, environment: &Environment) -> Self {
        let plain = environment.get("NO_COLOR").is_some()
            || environment.get("TERM").is_some_and(|term| term == "dumb");
        let style = |terminal: bool| Style::new(terminal && !plain);
        Self {
            format,
            style: style(io::stdout().is_terminal()),
            error_style: style(io::stderr().is_terminal()),
            quiet,
            broken: std::cell::RefCell::default(),
        }
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    pub(crate) fn style(&self) -> Style {
        self.style
    }

    /// Returns the style of standard error.
    pub(crate) fn error_style(&self) -> Style {
        self.error_style
    }

    /// Prints the output of a command.
    pub(crate) fn report(&self, report: &impl Report) {
        match self.format {
            Format::Json => self.json(report),
            Format::Human => {
                self.line(&report.human(self.style));
                for warning in report.warnings() {
                    self.warn(warning);
                }
            }
        }
    }

    /// Prints one JSON object on one line.
    pub(crate) fn json(&self, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(text) => self.line(&text),
            Err(error) => {
                self.print_labelled(Tone::Error, "error", &format!("cannot write JSON: {error}"));
            }
        }
    }

    /// Prints one or more lines.
    pub(crate) fn line(&self, text: &str) {
        if !text.is_empty() {
            self.raw(format!("{text}\n").as_bytes());
        }
    }

    /// Prints bytes unchanged.
    pub(crate) fn raw(&self, bytes: &[u8]) {
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Ok(()) => {}
            // The reader has closed the pipe.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            Err(error) => *self.broken.borrow_mut() = Some(error.to_string()),
        }
    }

    /// Returns an error if standard output could not be written.
    pub(crate) fn finish(&self) -> Result<(), String> {
        self.broken.borrow_mut().take().map_or(Ok(()), Err)
    }

    /// Prints a failure: as JSON in JSON mode, else as text.
    pub(crate) fn failure(&self, error: &Error, redactor: &Redactor) {
        match self.format {
            Format::Json => self.json(&Failure::of(error, redactor)),
            Format::Human => self.failure_text(error, redactor),
        }
    }

    /// Prints in JSON mode that the command was interrupted.
    pub(crate) fn interrupted(&self, effect: Effect) {
        if self.format == Format::Json {
            self.json(&Failure::interrupted(effect));
        }
    }

    /// Prints a failure on standard error.
    pub(crate) fn failure_text(&self, error: &Error, redactor: &Redactor) {
        let (what, hint) = failure::words(error, redactor);
        self.print_labelled(Tone::Error, "error", &what);
        self.hint(hint.as_deref());
    }

    /// Prints the failure of one of several items on standard error.
    pub(crate) fn item_failure(&self, which: &str, error: &Error, redactor: &Redactor) {
        let (what, hint) = failure::words(error, redactor);
        self.print_labelled(Tone::Error, "error", &format!("{which}: {what}"));
        self.hint(hint.as_deref());
    }

    /// Prints a warning on standard error.
    pub(crate) fn warn(&self, text: &str) {
        if !self.quiet {
            self.print_labelled(Tone::Warning, "warning", text);
        }
    }

    /// Prints a summary on standard error.
    pub(crate) fn summary(&self, text: &str) {
        if !self.quiet {
            self.print_labelled(Tone::Dim, "summary", text);
        }
    }

    /// Prints a formatted usage error.
    pub(crate) fn usage_error(text: &str) {
        to_stderr(text.trim_end());
    }

    /// Prints the location of a panic.
    pub(crate) fn panic_at(at: &str) {
        to_stderr(&format!("panic at {at}"));
    }

    fn hint(&self, hint: Option<&str>) {
        if let Some(hint) = hint {
            self.print_labelled(Tone::Dim, "hint", hint);
        }
    }

    fn print_labelled(&self, tone: Tone, lead: &str, text: &str) {
        let lead = self.error_style.tone(tone, &format!("{lead}:"));
        to_stderr(&format!("{lead} {}", escape_controls(text)));
    }
}

fn to_stderr(text: &str) {
    // A closed standard error cannot be reported.
    drop(writeln!(io::stderr().lock(), "{text}"));
}
