//! Cost of parsing a phone number, relative to the plain engine: parse, validity check, E.164.
//!
//! Besides Criterion's results it prints the median ratio of interleaved rounds, and fails when a
//! number that is valid at the first attempt costs more than one and a half times the engine's
//! work.

#![allow(clippy::disallowed_types, reason = "compared with the plain engine")]

use std::hint::black_box;
use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use criterion::Criterion;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};
use vochi_crm_core::phone::{PhoneReader, Region};

/// Limit for a parse, as a multiple of the engine's work.
const BUDGET: f64 = 1.5;

/// Odd, so that the median is one of them.
const ROUNDS: usize = 101;

/// A number as people write it, with the parsers of both sides.
struct Sample {
    raw: String,
    reader: PhoneReader,
    home: rlibphonenumber::Region,
}

/// The digits after the country code, and the formats people use: `#` stands for a digit.
const PLANS: &[(&str, &[&str], &[&str])] = &[
    (
        "BY",
        &["29111", "33123", "44537", "17200", "15233"],
        &[
            "+375#########",
            "375#########",
            "+375 (##) ###-##-##",
            "+375 ## ### ## ##",
            "8 (0##) ###-##-##",
            "80#########",
            "8-0##-###-##-##",
            "#########",
        ],
    ),
    (
        "RU",
        &["916123", "495123", "812345", "843234", "343123"],
        &[
            "+7##########",
            "7##########",
            "+7 (###) ###-##-##",
            "+7-###-###-##-##",
            "8 (###) ###-##-##",
            "8##########",
            "##########",
        ],
    ),
    (
        "KZ",
        &["701234", "727234", "771000"],
        &["+7##########", "8##########", "7(###)###-##-##", "+7 ### ### ## ##"],
    ),
    ("PL", &["51234", "22123"], &["+48#########", "48#########", "+48 ### ### ###", "#########"]),
    (
        "DE",
        &["15123456", "3012345"],
        &["+49###########", "0###########", "+49 ### ########", "0049###########"],
    ),
];

/// About a thousand numbers, all valid at the first attempt.
fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    for &(code, heads, forms) in PLANS {
        for (head, form) in heads.iter().flat_map(|head| forms.iter().map(move |form| (head, form)))
        {
            for tail in 0..12_u64 {
                let tail = format!("{:08}", 1_234_567 + tail * 9_301_971 % 90_000_000);
                let mut digits = head.chars().chain(tail.chars());
                let raw: String = form
                    .chars()
                    .map(|c| if c == '#' { digits.next().unwrap_or('0') } else { c })
                    .collect();
                let (Ok(region), Ok(home)) =
                    (code.parse::<Region>(), rlibphonenumber::Region::from_code(code))
                else {
                    continue;
                };
                let sample = Sample { raw, reader: PhoneReader::new().with_region(region), home };
                if engine(&sample) > 0 {
                    samples.push(sample);
                }
            }
        }
    }
    samples
}

/// The engine's work: the length of the E.164 text, 0 for an invalid number.
fn engine(sample: &Sample) -> usize {
    PHONE_NUMBER_UTIL
        .parse(&sample.raw, Some(sample.home))
        .ok()
        .filter(|number| PHONE_NUMBER_UTIL.is_valid_number(number))
        .map_or(0, |number| PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).len())
}

/// The same through the reader.
fn reader(sample: &Sample) -> usize {
    sample.reader.read(&sample.raw).map_or(0, |reading| reading.number().e164().len())
}

fn all(samples: &[Sample], work: fn(&Sample) -> usize) -> usize {
    samples.iter().map(|sample| work(black_box(sample))).sum()
}

fn timed(samples: &[Sample], work: fn(&Sample) -> usize) -> Duration {
    let start = Instant::now();
    black_box(all(samples, work));
    start.elapsed()
}

/// The median over rounds in which both sides read the same list in turn.
fn median_ratio(samples: &[Sample]) -> f64 {
    let mut ratios: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let bare = timed(samples, engine);
            timed(samples, reader).as_secs_f64() / bare.as_secs_f64()
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(ROUNDS / 2).copied().unwrap_or(f64::INFINITY)
}

fn main() -> ExitCode {
    let samples = samples();
    assert_eq!(all(&samples, reader), all(&samples, engine), "both sides must read every number");

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("phone");
    group.throughput(criterion::Throughput::Elements(samples.len() as u64));
    group.bench_function("engine", |bencher| bencher.iter(|| all(&samples, engine)));
    group.bench_function("reader", |bencher| bencher.iter(|| all(&samples, reader)));
    group.finish();
    criterion.final_summary();

    // `cargo test --benches` only checks that this runs.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let ratio = median_ratio(&samples);
    let verdict = if ratio <= BUDGET { "within" } else { "OVER" };
    let written = writeln!(
        std::io::stdout(),
        "phone: reader / engine = {ratio:.2} over {} numbers, {verdict} the budget of {BUDGET}",
        samples.len(),
    );
    if written.is_ok() && ratio <= BUDGET { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
