//! `phone`: reads numbers the way the library does. It starts no runtime and reads no
//! configuration, so that scripts can call it for every number they meet.

use std::io::{self, BufRead};

use serde_json::{Map, Value, json};
use vochi_crm::phone::{PhoneError, PhoneReader, PhoneReading, PhoneRefusal, Region};
use vochi_crm::{Error, ErrorKind, Redactor};

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
    args.raw.iter().fold(Exit::Done, |exit, raw| {
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
        Format::Json => output.json(&row.json()),
        Format::Human => output.line(&row.human(output.paint())),
    }
    if row.refused.is_some() {
        Exit::Input
    } else {
        Exit::Done
    }
}

/// What became of one text.
struct Row<'a> {
    raw: &'a str,
    e164: Option<String>,
    region: Option<Region>,
    kind: Option<&'static str>,
    /// The inner number: behind an outside one, or the text itself.
    extension: Option<String>,
    refused: Option<PhoneError>,
}

impl<'a> Row<'a> {
    fn of(raw: &'a str, reading: Result<PhoneReading, PhoneError>) -> Self {
        let nothing = Self {
            raw,
            e164: None,
            region: None,
            kind: None,
            extension: None,
            refused: None,
        };
        match reading {
            Ok(reading) => Self {
                e164: Some(reading.number().e164().to_owned()),
                region: reading.number().region(),
                kind: Some(reading.number().kind().as_str()),
                extension: reading.extension().map(str::to_owned),
                ..nothing
            },
            // Neither is a mistake: that is how employees and shy callers look.
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
                refused: Some(error),
                ..nothing
            },
        }
    }

    fn json(&self) -> Value {
        let mut row = Map::new();
        row.insert("ok".to_owned(), json!(self.refused.is_none()));
        row.insert("raw".to_owned(), json!(self.raw));
        row.insert("e164".to_owned(), json!(self.e164));
        row.insert("region".to_owned(), json!(self.region));
        row.insert("kind".to_owned(), json!(self.kind));
        if let Some(extension) = &self.extension {
            row.insert("extension".to_owned(), json!(extension));
        }
        if let Some(error) = &self.refused {
            let told = json!({
                "kind": ErrorKind::Input.as_str(),
                "effect": "not_applied",
                "reason": error.reason().as_str(),
                "message": what(error),
                "hint": error.hint(),
            });
            row.insert("error".to_owned(), told);
        }
        Value::Object(row)
    }

    fn human(&self, paint: Paint) -> String {
        let e164 = self.e164.as_deref().unwrap_or("-");
        let region = self
            .region
            .map_or_else(|| "-".to_owned(), |region| region.to_string());
        let kind = match &self.refused {
            Some(error) => error.reason().as_str(),
            None => self.kind.unwrap_or("-"),
        };
        // Padded before it is painted, so that colour does not count as width.
        let kind = format!("{kind:<16}");
        let kind = if self.refused.is_some() {
            paint.tone(Tone::Bad, &kind)
        } else {
            kind
        };
        let line = format!(
            "{e164:<17}{region:<4}{kind}{}",
            clean(self.raw).replace('\n', " ")
        );
        line.trim_end().to_owned()
    }
}

/// The refusal without the advice, which stands beside it.
fn what(error: &PhoneError) -> String {
    let told = error.to_string();
    match told.strip_suffix(error.hint()) {
        Some(what) => what.trim_end_matches("; ").to_owned(),
        None => told,
    }
}
