//! Phone numbers: accepted and refused forms.

#![allow(clippy::panic, reason = "helpers of tests fail with a message")]

mod corpus;
mod former;
mod properties;
mod reading;
mod residue;
mod several;
mod values;

use vochi_crm_core::phone::{
    PhoneError, PhoneNumber, PhoneReader, PhoneReading, PhoneRefusal, Region,
};

fn region(code: &str) -> Region {
    code.parse().unwrap_or_else(|error| panic!("{error}"))
}

/// A reader of a region, `-` for none.
fn reader(code: &str) -> PhoneReader {
    match code {
        "-" => PhoneReader::new(),
        code => PhoneReader::new().with_region(region(code)),
    }
}

fn number(e164: &str) -> PhoneNumber {
    e164.parse().unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn assert_reads(code: &str, raw: &str, e164: &str) -> PhoneReading {
    let reading =
        reader(code).read(raw).unwrap_or_else(|error| panic!("{raw:?} in {code}: {error}"));
    assert_eq!(reading.number().e164(), e164, "{raw:?} in {code}");
    reading
}

#[track_caller]
fn refusal(code: &str, raw: &str) -> PhoneError {
    match reader(code).read(raw) {
        Ok(reading) => panic!("{raw:?} in {code} was read as {}", reading.number()),
        Err(error) => error,
    }
}

/// The results of `read_many`: numbers with their extensions, and reasons.
fn read_many(code: &str, raw: &str) -> Vec<String> {
    let show = |reading: Result<PhoneReading, PhoneError>| match reading {
        Ok(reading) => match reading.extension() {
            Some(extension) => format!("{} ext {extension}", reading.number()),
            None => reading.number().to_string(),
        },
        Err(error) => format!("{}: {}", error.raw(), error.reason()),
    };
    reader(code).read_many(raw).into_iter().map(show).collect()
}

#[track_caller]
fn assert_refuses(code: &str, raw: &str, reason: PhoneRefusal) {
    let error = refusal(code, raw);
    assert_eq!(error.reason(), reason, "{raw:?} in {code}: {error}");
}
