//! `phone`: reads numbers the way the library does. It reads no configuration, and for numbers of the
//! command line it starts no runtime, so that scripts can call it for every number they meet.

use std::path::Path;

use serde::Serialize;
use vochi_crm::phone::{PhoneError, PhoneReader, PhoneReading, PhoneRefusal, Region};
use vochi_crm::{Effect, Error, ErrorKind, Redactor};

use super::lines::Lines;
use crate::app::App;
use crate::args::{Format, PhoneArgs};
use crate::config::Environment;
use crate::exit::Exit;
use crate::output::{Output, Paint, Tone, clean};

const REGION_VARIABLE: &str = "VOCHI_CRM_DEFAULT_REGION";

/// Reads the numbers of the command line.
pub(super) fn run(args: &PhoneArgs, environment: &Environment, output: &Output) -> Exit {
    match reader(args, environment) {
        Ok(reader) => {
            let raws = args.raw.iter();
            raws.fold(Exit::Done, |exit, raw| exit.or_graver(one(reader, raw, output)))
        }
        Err(error) => {
            output.failure(&error, &Redactor::default());
            Exit::of(&error)
        }
    }
}

/// Reads the numbers of standard input, a line each.
pub(super) async fn run_over_input(app: &App<'_>, args: &PhoneArgs) -> Result<Exit, Error> {
    let reader = reader(args, app.environment)?;
    let mut lines = Lines::open(Path::new("-"));
    let mut exit = Exit::Done;
    while let Some(line) = lines.next().await {
        exit = exit.or_graver(match line {
            Ok(line) => one(reader, &line, app.output),
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

fn one(reader: PhoneReader, raw: &str, output: &Output) -> Exit {
    let row = Row::of(raw, reader.read(raw));
    match output.format() {
        Format::Json => output.json(&row),
        Format::Human => output.line(&row.human(output.paint())),
    }
    if row.ok { Exit::Done } else { Exit::Input }
}

/// What became of one text.
#[derive(Serialize)]
struct Row<'a> {
    ok: bool,
    raw: &'a str,
    e164: Option<String>,
    region: Option<Region>,
    kind: Option<&'static str>,
    /// The inner number: behind an outside one, or the text itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    extension: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Refused>,
}

/// Why a text is no number.
#[derive(Serialize)]
struct Refused {
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
            // Neither is a mistake: that is how shy callers and employees look.
            Err(error) if error.reason() == PhoneRefusal::Hidden => {
                Self { kind: Some("hidden"), ..nothing }
            }
            Err(error) if error.reason() == PhoneRefusal::Extension => Self {
                kind: Some("extension"),
                extension: error.extension().map(str::to_owned),
                ..nothing
            },
            Err(error) => Self { ok: false, error: Some(Refused::of(&error)), ..nothing },
        }
    }

    fn human(&self, paint: Paint) -> String {
        let e164 = self.e164.as_deref().unwrap_or("-");
        let region = self.region.as_ref().map_or("-", Region::as_str);
        let kind = match &self.error {
            Some(refused) => refused.reason,
            None => self.kind.unwrap_or("-"),
        };
        // Padded before it is painted, so that colour does not count as width.
        let kind = format!("{kind:<16}");
        let kind = if self.ok { kind } else { paint.tone(Tone::Bad, &kind) };
        let raw = clean(self.raw).replace('\n', " ");
        format!("{e164:<17}{region:<4}{kind}{raw}").trim_end().to_owned()
    }
}

impl Refused {
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

/// Why a text is no number, and what to write instead, apart.
pub(super) fn refusal(error: &PhoneError) -> (String, &'static str) {
    let (told, hint) = (error.to_string(), error.hint());
    let what = told.strip_suffix(hint).map(|what| what.trim_end_matches("; "));
    (what.unwrap_or(&told).to_owned(), hint)
}
