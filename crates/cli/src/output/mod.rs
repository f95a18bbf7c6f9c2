//! Everything that is printed. Data goes to standard output, everything else to standard error.

mod curl;
mod failure;
mod paint;
mod plan;
mod redacted;
mod table;

use std::io::{self, IsTerminal, Write};

use serde::Serialize;
use vochi_crm::{Effect, Error, Redactor};

pub(crate) use failure::Trouble;
pub(crate) use paint::{Paint, Tone, clean};
pub(crate) use plan::Rehearsal;
pub(crate) use redacted::redacted;
pub(crate) use table::{Columns, FixedColumns};

use crate::args::Format;
use crate::config::Environment;
use failure::Failure;

/// What a command has to say, for people and for scripts. The JSON is its serialised form.
pub(crate) trait Report: Serialize {
    /// The text for people, without a line end after it.
    fn human(&self, paint: Paint) -> String;

    /// What an operator should know although all went well. The JSON has it too.
    fn warnings(&self) -> &[String] {
        &[]
    }
}

/// Where everything is printed.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    format: Format,
    paint: Paint,
    paint_errors: Paint,
    quiet: bool,
    /// Why standard output could not be written, if it could not.
    broken: std::cell::RefCell<Option<String>>,
}

impl Output {
    pub(crate) fn new(format: Format, quiet: bool, environment: &Environment) -> Self {
        let plain = environment.get("NO_COLOR").is_some()
            || environment.get("TERM").is_some_and(|term| term == "dumb");
        let paint = |terminal: bool| Paint::new(terminal && !plain);
        Self {
            format,
            paint: paint(io::stdout().is_terminal()),
            paint_errors: paint(io::stderr().is_terminal()),
            quiet,
            broken: std::cell::RefCell::default(),
        }
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    pub(crate) fn paint(&self) -> Paint {
        self.paint
    }

    /// How standard error is coloured.
    pub(crate) fn paint_errors(&self) -> Paint {
        self.paint_errors
    }

    /// Prints what a command has to say.
    pub(crate) fn report(&self, report: &impl Report) {
        match self.format {
            Format::Json => self.json(report),
            Format::Human => {
                self.line(&report.human(self.paint));
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
            Err(error) => self.note(Tone::Bad, "error", &format!("no JSON came about: {error}")),
        }
    }

    /// Prints a line, or several.
    pub(crate) fn line(&self, text: &str) {
        if !text.is_empty() {
            self.raw(format!("{text}\n").as_bytes());
        }
    }

    /// Prints bytes as they are.
    pub(crate) fn raw(&self, bytes: &[u8]) {
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Ok(()) => {}
            // Whoever read this has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            Err(error) => *self.broken.borrow_mut() = Some(error.to_string()),
        }
    }

    /// Whether standard output took everything, or why not.
    pub(crate) fn finish(&self) -> Result<(), String> {
        self.broken.borrow_mut().take().map_or(Ok(()), Err)
    }

    /// Prints a failure: as JSON where that is asked for, else in words.
    pub(crate) fn failure(&self, error: &Error, redactor: &Redactor) {
        match self.format {
            Format::Json => self.json(&Failure::of(error, redactor)),
            Format::Human => self.failure_in_words(error, redactor),
        }
    }

    /// Prints that the command was interrupted, as JSON where that is asked for. People know it.
    pub(crate) fn interrupted(&self, effect: Effect) {
        if self.format == Format::Json {
            self.json(&Failure::interrupted(effect));
        }
    }

    /// Prints a failure on standard error.
    pub(crate) fn failure_in_words(&self, error: &Error, redactor: &Redactor) {
        let (what, hint) = failure::words(error, redactor);
        self.note(Tone::Bad, "error", &what);
        self.hint(hint.as_deref());
    }

    /// Prints the failure of one of many on standard error.
    pub(crate) fn failure_of_one(&self, which: &str, error: &Error, redactor: &Redactor) {
        let (what, hint) = failure::words(error, redactor);
        self.note(Tone::Bad, "error", &format!("{which}: {what}"));
        self.hint(hint.as_deref());
    }

    /// Tells an operator what is odd, on standard error.
    pub(crate) fn warn(&self, text: &str) {
        if !self.quiet {
            self.note(Tone::Odd, "warning", text);
        }
    }

    /// Tells an operator what a long work came to, on standard error.
    pub(crate) fn sum_up(&self, text: &str) {
        if !self.quiet {
            self.note(Tone::Faint, "summary", text);
        }
    }

    /// Prints what is wrong with the command line, as it was put together elsewhere.
    pub(crate) fn explain(text: &str) {
        to_stderr(text.trim_end());
    }

    /// Prints where a defect of the program came to light.
    pub(crate) fn broke_down(at: &str) {
        to_stderr(&format!("defect at {at}"));
    }

    fn hint(&self, hint: Option<&str>) {
        if let Some(hint) = hint {
            self.note(Tone::Faint, "hint", hint);
        }
    }

    fn note(&self, tone: Tone, lead: &str, text: &str) {
        let lead = self.paint_errors.tone(tone, &format!("{lead}:"));
        to_stderr(&format!("{lead} {}", clean(text)));
    }
}

fn to_stderr(text: &str) {
    // There is nobody left to tell when standard error is closed.
    drop(writeln!(io::stderr().lock(), "{text}"));
}
