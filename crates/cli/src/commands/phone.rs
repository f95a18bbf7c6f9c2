//! `phone`: reads numbers the way the library does. It starts no runtime and reads no
//! configuration, so that scripts can call it for every number they meet.

use std::io::{self, BufRead};

use serde::Serialize;
use vochi_crm::phone::{PhoneError, PhoneReader, PhoneReading, PhoneRefusal, Region};
use vochi_crm::{Effect, Error, ErrorKind, Redactor};

use crate::args::{Format, PhoneArgs};
use crate::config::Environment;
use crate::exit::Exit;
use crate::output::{Output, Paint, Tone, clean};

const REGION_VARIABLE: &str = "VOCHI_CRM_DEFAULT_REGION";

pub(super) fn run(args: &PhoneArgs, environment: &Environment, output: &Output) -> Exit {
    let region = match region(args, environment) {
        Ok(region) => region,
        Err(error) => {
            output.failure(&error, &Redactor::default());
            return Exit::of(&error);
        }
    };
    let reader = match region {
        Some(region) => PhoneReader::new().with_region(region),
        None => PhoneReader::new(),
    };
    if args.raw.is_empty() {
        return from_input(reader, output);
    }
    let raws = args.raw.iter();
    raws.fold(Exit::Done, |exit, raw| {
        exit.or_graver(one(reader, raw, output))
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

fn from_input(reader: PhoneReader, output: &Output) -> Exit {
    let mut exit = Exit::Done;
    for line in io::stdin().lock().split(b'\n') {
        match line {
            Ok(line) => {
                let line = String::from_utf8_lossy(&line);
                exit = exit.or_graver(one(reader, line.trim_end_matches('\r'), output));
            }
            Err(error) => {
                let error = Error::input(format!("standard input cannot be read: {error}"));
                output.failure(&error, &Redactor::default());
                return exit.or_graver(Exit::Input);
            }
        }
    }
    exit
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
            Err(error) if error.reason() == PhoneRefusal::Hidden => Self {
                kind: Some("hidden"),
                ..nothing
            },
            Err(error) if error.reason() == PhoneRefusal::Extension => Self {
                kind: Some("extension"),
                extension: error.extension().map(str::to_owned),
                ..nothing
            },
            Err(error) => Self {
                ok: false,
                error: Some(Refused::of(&error)),
                ..nothing
            },
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
        let kind = if self.ok {
            kind
        } else {
            paint.tone(Tone::Bad, &kind)
        };
        let raw = clean(self.raw).replace('\n', " ");
        format!("{e164:<17}{region:<4}{kind}{raw}")
            .trim_end()
            .to_owned()
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
    let what = told
        .strip_suffix(hint)
        .map(|what| what.trim_end_matches("; "));
    (what.unwrap_or(&told).to_owned(), hint)
}
