//! `phone`: reads numbers as the library does.
//!
//! It reads no configuration, and for numbers on the command line it starts no runtime, so that scripts can
//! run it for every number.

use std::path::Path;

use serde::Serialize;
use vochi_crm::phone::{PhoneError, PhoneReader, PhoneReading, PhoneRefusal, Region};
use vochi_crm::{Effect, Error, ErrorKind, Redactor};

use super::lines::Lines;
use crate::app::App;
use crate::args::{Format, PhoneArgs};
use crate::config::Environment;
use crate::exit::Exit;
use crate::output::{Output, Style, Tone, escape_controls};

const REGION_VARIABLE: &str = "VOCHI_CRM_DEFAULT_REGION";

/// Reads the numbers on the command line.
pub(super) fn run(args: &PhoneArgs, environment: &Environment, output: &Output) -> Exit {
    match reader(args, environment) {
        Ok(reader) => {
            let raws = args.raw.iter();
            raws.fold(Exit::Done, |exit, raw| exit.or_worse(print_reading(reader, raw, output)))
        }
        Err(error) => {
            output.failure(&error, &Redactor::default());
            Exit::of(&error)
        }
    }
}

/// Reads the numbers on standard input, one per line.
pub(super) async fn run_over_input(app: &App<'_>, args: &PhoneArgs) -> Result<Exit, Error> {
    let reader = reader(args, app.environment)?;
    let mut lines = Lines::open(Path::new("-"));
    let mut exit = Exit::Done;
    while let Some(line) = lines.next().await {
        exit = exit.or_worse(match line {
            Ok(line) => print_reading(reader, &line, app.output),
            Err(error) => app.fail(&error),
        });
    }
    Ok(exit)
}

fn reader(args: &PhoneArgs, environment: &Environment) -> Result<PhoneReader, Error> {
    let reader = PhoneReader::new();
    Ok(match region(args, environment)? {
        Some(region) => reader.with_region(region),
        None => reader,
    })
}

fn region(args: &PhoneArgs, environment: &Environment) -> Result<Option<Region>, Error> {
    let named = environment.get(REGION_VARIABLE);
    match (args.region, named) {
        (Some(region), _) => Ok(Some(region)),
        (None, None) => Ok(None),
        (None, Some(named)) => named.parse().map(Some).map_err(|error| {
            Error::config(format!("environment variable {REGION_VARIABLE}: {error}"))
        }),
    }
}

fn print_reading(reader: PhoneReader, raw: &str, output: &Output) -> Exit {
    let row = Row::of(raw, reader.read(raw));
    match output.format() {
        Format::Json => output.json(&row),
        Format::Human => output.line(&row.human(output.style())),
    }
    if row.ok { Exit::Done } else { Exit::Input }
}

/// The output row of one text.
#[derive(Serialize)]
struct Row<'a> {
    ok: bool,
    raw: &'a str,
    e164: Option<String>,
    region: Option<Region>,
    kind: Option<&'static str>,
    /// The extension after the number, or the text itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    extension: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Refusal>,
}

/// The error of a text that cannot be read.
#[derive(Serialize)]
struct Refusal {
    kind: &'static str,
    effect: &'static str,
    reason: &'static str,
    message: String,
    hint: &'static str,
}

impl<'a> Row<'a> {
    fn of(raw: &'a str, reading: Result<PhoneReading, PhoneError>) -> Self {
        let nothing = Self {
            ok: true,
            raw,
            e164: None,
            region: None,
            kind: None,
            extension: None,
            error: None,
        };
        match reading {
            Ok(reading) => Self {
                e164: Some(reading.number().e164().to_owned()),
                region: reading.number().region(),
                kind: Some(reading.number().kind().as_str()),
                extension: reading.extension().map(str::to_owned),
                ..nothing
            },
            // Hidden callers and extensions are valid inputs.
            Err(error) if error.reason() == PhoneRefusal::Hidden => {
                Self { kind: Some("hidden"), ..nothing }
            }
            Err(error) if error.reason() == PhoneRefusal::Extension => Self {
                kind: Some("extension"),
                extension: error.extension().map(str::to_owned),
                ..nothing
            },
            Err(error) => Self { ok: false, error: Some(Refusal::of(&error)), ..nothing },
        }
    }

    fn human(&self, style: Style) -> String {
        let e164 = self.e164.as_deref().unwrap_or("-");
        let region = self.region.as_ref().map_or("-", Region::as_str);
        let kind = match &self.error {
            Some(refusal) => refusal.reason,
            None => self.kind.unwrap_or("-"),
        };
        // Padded before the colour is added, so that escape codes do not count as width.
        let kind = format!("{kind:<16}");
        let kind = if self.ok { kind } else { style.tone(Tone::Error, &kind) };
        let raw = escape_controls(self.raw).replace('\n', " ");
        format!("{e164:<17}{region:<4}{kind}{raw}").trim_end().to_owned()
    }
}

impl Refusal {
    fn of(error: &PhoneError) -> Self {
        let (message, hint) = refusal(error);
        Self {
            kind: ErrorKind::Input.as_str(),
            effect: Effect::NotApplied.as_str(),
            reason: error.reason().as_str(),
            message,
            hint,
        }
    }
}

/// Splits an error into its message and its hint.
pub(super) fn refusal(error: &PhoneError) -> (String, &'static str) {
    let (text, hint) = (error.to_string(), error.hint());
    let message = text.strip_suffix(hint).map(|message| message.trim_end_matches("; "));
    (message.unwrap_or(&text).to_owned(), hint)
}
