//! Cost of call tracking for Asterisk: one event, many open calls, a busy hour.
//!
//! Calls are copies of the recorded ones in `fixtures`, all kinds equally often, so that transfers
//! are far more frequent than in production. Limits: one parsed event 5 µs on average, in both
//! dialects; 100,000 open calls in 200 MB; an hour of 10,000 calls in 2 s, none lost or added; an
//! event among 100,000 open calls at most three times as expensive as among 100; a queue call with
//! 10,000 ring attempts in 1 MB, its events no more expensive than with 1,000.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints to its terminal and stops at the first error"
)]

#[path = "support/pbx/mod.rs"]
mod pbx;
#[path = "support/spread.rs"]
mod spread;

use std::hint::black_box;
use std::process::{Command, ExitCode};
use std::time::Duration;

use vochi_crm::asterisk::EventFile;

use self::pbx::{Copy, Dialect, EVENTS_OF_ATTEMPT, Host, Recording, Rendered, Stream, queue_call};
use self::spread::Spread;

/// Limit for one event, in microseconds.
const EVENT_BOUND: f64 = 5.0;

/// Limit of resident memory for open calls, in MB of a million bytes.
const MEMORY_BOUND: f64 = 200.0;

/// Limit for processing a busy hour, in seconds.
const HOUR_BOUND: f64 = 2.0;

/// Limit of an event's cost among many open calls, relative to few.
const GROWTH_BOUND: f64 = 3.0;

/// Limit of resident memory for one queue call with 10,000 ring attempts, in MB.
const QUEUE_MEMORY_BOUND: f64 = 1.0;

/// Limit of an event's cost in a queue call with ten times as many ring attempts: the cost of a
/// call is linear in its events.
const QUEUE_GROWTH_BOUND: f64 = 1.25;

/// Calls per tenant: concurrent ones where calls are open, all where they come and go.
const CALLS_EACH: usize = 10;

fn tenants(calls: usize) -> usize {
    calls.div_ceil(CALLS_EACH)
}

const HOUR: i64 = 3_600_000_000;

/// Time after the first start at which all calls that stay open are open.
const FILLED: Duration = Duration::from_secs(11 * 60);

/// Amount of work to measure.
struct Effort {
    rounds: usize,
    copies: usize,
    open: usize,
    hour: usize,
    hours: usize,
    attempts: usize,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, count] = &arguments[..] {
        match flag.as_str() {
            "--open" => return measure_open(count.parse().unwrap()),
            "--queue" => return measure_queue(count.parse().unwrap()),
            _ => {}
        }
    }
    // `cargo test --benches` only checks that this runs.
    let measured = arguments.iter().any(|word| word == "--bench");
    let effort = if measured {
        Effort { rounds: 21, copies: 10, open: 100_000, hour: 10_000, hours: 3, attempts: 10_000 }
    } else {
        Effort { rounds: 1, copies: 1, open: 200, hour: 200, hours: 1, attempts: 300 }
    };
    let recordings = pbx::recordings();
    let within = [
        one_event(&recordings, Dialect::Dialplan, &effort),
        one_event(&recordings, Dialect::Ami, &effort),
        measure_in_another_process("--open", effort.open),
        measure_in_another_process("--queue", effort.attempts),
        long_queue(&effort),
        busy_hour(&recordings, &effort),
        many_open(&recordings, &effort),
    ];
    if within.iter().all(|within| *within) || !measured {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn verdict(within: bool) -> &'static str {
    if within { "within" } else { "OVER" }
}

#[expect(clippy::cast_precision_loss, reason = "a few millions")]
fn per(time: Duration, count: usize) -> f64 {
    time.as_secs_f64() * 1e6 / count as f64
}

/// The calls of one dialect, from a few tenants, over ten minutes.
fn one_event(recordings: &[Recording], dialect: Dialect, effort: &Effort) -> bool {
    let kinds: Vec<&Recording> =
        recordings.iter().filter(|recording| recording.dialect == dialect).collect();
    let calls = kinds.len() * effort.copies;
    let copies = (0..calls).map(|number| Copy::new(number, tenants(calls)));
    let apart = HOUR / 6 / i64::try_from(calls).unwrap();
    let stream = Stream::new(kinds, copies, 0, apart);
    let events: Vec<Rendered> = stream.slices(HOUR).flatten().collect();
    let lines: Vec<String> = events.iter().map(Rendered::line).collect();
    let text = lines.join("\n");
    assert_eq!(count_calls(&events), stream.expected());
    assert_eq!(count_calls_in_text(&text), stream.expected());
    let mut parsed = Vec::new();
    let mut written = Vec::new();
    for _ in 0..effort.rounds {
        parsed.push(timed(|| count_calls(&events)));
        written.push(timed(|| count_calls_in_text(&text)));
    }
    let mean = |count| Spread::of(parsed.iter().map(|time| per(*time, count)));
    let all = mean(stream.events());
    let telling = mean(stream.relevant_events());
    let within = telling.median <= EVENT_BOUND;
    println!(
        "asterisk: {dialect:?}, {calls} calls, {} events: {all} us each; {} of them tell something: \
         {telling} us each, {} the bound of {EVENT_BOUND} us",
        stream.events(),
        stream.relevant_events(),
        verdict(within),
    );
    println!(
        "asterisk: the same from JSON (no bound): {} us each of all, {:.0} bytes a line",
        Spread::of(written.iter().map(|time| per(*time, stream.events()))),
        per(Duration::from_micros(text.len() as u64), stream.events()),
    );
    within
}

/// CPU time of some work: with other load on the machine it varies far less than wall time.
fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let started = cpu_time();
    black_box(work());
    cpu_time().saturating_sub(started)
}

#[cfg(unix)]
fn cpu_time() -> Duration {
    use nix::sys::resource::{UsageWho, getrusage};
    let usage = getrusage(UsageWho::RUSAGE_SELF).unwrap();
    let micros = |time: nix::sys::time::TimeVal| {
        Duration::from_secs(time.tv_sec().try_into().unwrap())
            + Duration::from_micros(time.tv_usec().try_into().unwrap())
    };
    micros(usage.user_time()) + micros(usage.system_time())
}

#[cfg(not(unix))]
fn cpu_time() -> Duration {
    static FIRST: std::sync::LazyLock<std::time::Instant> =
        std::sync::LazyLock::new(std::time::Instant::now);
    FIRST.elapsed()
}

/// Number of calls reported to a CRM.
fn count_calls(events: &[Rendered]) -> usize {
    let mut host = Host::new();
    let reported: usize = events.iter().map(|event| host.play(event)).sum();
    reported + host.finish()
}

/// The same, from the lines of a recording.
fn count_calls_in_text(text: &str) -> usize {
    let mut host = Host::new();
    let mut file = EventFile::open(text.as_bytes()).unwrap();
    let mut reported = 0;
    while let Some(event) = file.next_event().unwrap() {
        let event = event.unwrap();
        let at = event.at(pbx::start()).unwrap();
        reported += host.process(at, event.name(), event.body(), event.pbx());
    }
    reported + host.finish()
}

fn measure_in_another_process(what: &str, count: usize) -> bool {
    Command::new(std::env::current_exe().unwrap())
        .args([what, &count.to_string()])
        .status()
        .unwrap()
        .success()
}

fn measure_open(count: usize) -> ExitCode {
    let recordings = pbx::recordings();
    let open = OpenCalls::choose(&recordings);
    let mut host = Host::new();
    let before = resident();
    open.fill(&mut host, count);
    let (Some(before), Some(after)) = (before, resident()) else {
        println!("asterisk: this system does not report resident memory");
        return ExitCode::SUCCESS;
    };
    let weight = after - before;
    let within = weight <= MEMORY_BOUND;
    println!(
        "asterisk: {} calls open: {weight:.1} MB resident, {:.0} bytes each, {} the bound of \
         {MEMORY_BOUND} MB",
        host.calls.open_calls(),
        per(Duration::from_secs_f64(weight), host.calls.open_calls()),
        verdict(within),
    );
    if within || count < 10_000 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn measure_queue(attempts: usize) -> ExitCode {
    const CALLS: usize = 20;
    let mut host = Host::new();
    let before = resident();
    // All calls are open at once: each second brings an attempt of every one.
    let mut calls: Vec<_> = (0..CALLS).map(|call| queue_call(call, attempts)).collect();
    for _ in 0..=attempts * EVENTS_OF_ATTEMPT {
        for event in calls.iter_mut().filter_map(Iterator::next) {
            host.play(&event);
        }
    }
    assert_eq!(host.calls.open_calls(), CALLS, "no call was closed early");
    let (Some(before), Some(after)) = (before, resident()) else {
        println!("asterisk: this system does not report resident memory");
        return ExitCode::SUCCESS;
    };
    #[expect(clippy::cast_precision_loss, reason = "a few calls")]
    let weight = (after - before) / CALLS as f64;
    let within = weight <= QUEUE_MEMORY_BOUND;
    println!(
        "asterisk: a queue call with {attempts} ring attempts: {weight:.2} MB resident, {} the bound \
         of {QUEUE_MEMORY_BOUND} MB",
        verdict(within),
    );
    if within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Cost of an event in a queue call with many ring attempts, relative to one with few.
fn long_queue(effort: &Effort) -> bool {
    let cost = |attempts: usize| {
        let events: Vec<Rendered> = queue_call(0, attempts).collect();
        let mut host = Host::new();
        let spent = timed(|| events.iter().map(|event| host.play(event)).sum::<usize>());
        per(spent, events.len())
    };
    let rounds = 0..effort.rounds;
    let figures: Vec<(f64, f64)> =
        rounds.map(|_| (cost(effort.attempts / 10), cost(effort.attempts))).collect();
    let growth = Spread::of(figures.iter().map(|(few, many)| many / few));
    let within = growth.median <= QUEUE_GROWTH_BOUND;
    println!(
        "asterisk: an event of a queue call with {} ring attempts / with {} = {growth}; us each: {}; \
         {} the bound of {QUEUE_GROWTH_BOUND}",
        effort.attempts,
        effort.attempts / 10,
        Spread::of(figures.iter().map(|(_, many)| *many)),
        verdict(within),
    );
    within
}

/// The resident memory of this process in MB, if the system reports it.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kibibytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}

/// Recordings up to the moment before the client leaves.
struct OpenCalls<'a> {
    recordings: Vec<&'a Recording>,
    /// Number of open calls when each has been played once.
    open: usize,
    /// The relevant events in order of time: index of the recording, index of the event.
    events: Vec<(usize, usize)>,
}

impl<'a> OpenCalls<'a> {
    fn choose(recordings: &'a [Recording]) -> Self {
        let mut chosen = Self { recordings: Vec::new(), open: 0, events: Vec::new() };
        for recording in recordings {
            let mut host = Host::new();
            for moment in 0..recording.before_the_end {
                host.play(&recording.render(moment, Copy::new(0, 1), 0));
            }
            // A client alone in an answered call is closed earlier than the others.
            host.calls.pass_time(pbx::start().plus(FILLED));
            if host.calls.open_calls() == 0 {
                continue;
            }
            chosen.open += host.calls.open_calls();
            let kind = chosen.recordings.len();
            chosen.recordings.push(recording);
            let relevant =
                (0..recording.before_the_end).filter(|at| recording.moments[*at].is_relevant);
            chosen.events.extend(relevant.map(|moment| (kind, moment)));
        }
        let when = |(kind, moment): &(usize, usize)| chosen.recordings[*kind].moments[*moment].at;
        chosen.events.sort_by_key(when);
        chosen
    }

    /// Opens at least so many calls. All start in the same minute.
    fn fill(&self, host: &mut Host, count: usize) -> usize {
        let rounds = count.div_ceil(self.open);
        let kinds = self.recordings.len();
        let apart = 60_000_000 / i64::try_from(rounds).unwrap();
        let mut order: Vec<(i64, usize, usize, usize)> = Vec::new();
        for round in 0..rounds {
            let begins = i64::try_from(round).unwrap() * apart;
            order.extend(self.events.iter().map(|(kind, moment)| {
                let at = begins + self.recordings[*kind].moments[*moment].at;
                (at, round, *kind, *moment)
            }));
        }
        order.sort_unstable();
        for (_, round, kind, moment) in order {
            let copy = Copy::new(round * kinds + kind, tenants(rounds * kinds));
            let begins = i64::try_from(round).unwrap() * apart;
            host.play(&self.recordings[kind].render(moment, copy, begins));
        }
        host.calls.pass_time(pbx::start().plus(FILLED));
        assert!(host.calls.open_calls() >= count, "calls were closed early");
        rounds * kinds
    }
}

/// Calls of all kinds over an hour, and the end of the last ones.
fn busy_hour(recordings: &[Recording], effort: &Effort) -> bool {
    let copies = (0..effort.hour).map(|number| Copy::new(number, tenants(effort.hour)));
    let apart = HOUR / i64::try_from(effort.hour).unwrap();
    let stream = Stream::new(recordings.iter().collect(), copies, 0, apart);
    let mut most_open = 0;
    let hours = Spread::of((0..effort.hours).map(|_| {
        let mut host = Host::new();
        let mut spent = Duration::ZERO;
        let mut reported = 0;
        for slice in stream.slices(60) {
            spent += timed(|| {
                for event in &slice {
                    reported += host.play(event);
                }
            });
            most_open = most_open.max(host.calls.open_calls());
        }
        spent += timed(|| reported += host.finish());
        assert_eq!(reported, stream.expected(), "calls were lost or added");
        spent.as_secs_f64()
    }));
    let within = hours.median <= HOUR_BOUND;
    println!(
        "asterisk: an hour of {} calls of {} tenants, {} events, up to {most_open} calls open: {} of \
         {} external calls understood in {hours} s over {} rounds, {} the bound of {HOUR_BOUND} s",
        stream.calls(),
        tenants(effort.hour),
        stream.events(),
        stream.expected(),
        stream.expected(),
        effort.hours,
        verdict(within),
    );
    within
}

/// The same calls come and go while few others are open, and while many are.
fn many_open(recordings: &[Recording], effort: &Effort) -> bool {
    let open = OpenCalls::choose(recordings);
    let mut few = Host::new();
    let mut many = Host::new();
    open.fill(&mut few, effort.open.min(100));
    let filled = open.fill(&mut many, effort.open);
    let (few_open, many_open) = (few.calls.open_calls(), many.calls.open_calls());
    // One every two seconds, of the tenants with open calls, while none of the open calls times
    // out.
    let begins = i64::try_from(FILLED.as_micros()).unwrap();
    let calls = (0..1_200).map(|number| Copy {
        number: filled + number,
        tenant: number * 7 % tenants(filled),
        of_tenant: CALLS_EACH + number,
    });
    let stream = Stream::new(recordings.iter().collect(), calls, begins, 2_000_000);
    let mut figures = Vec::new();
    for (round, slice) in stream.slices(60).take(40).enumerate() {
        let mut both = [(&mut few, 0.0), (&mut many, 0.0)];
        if round % 2 == 1 {
            both.reverse();
        }
        for (host, figure) in &mut both {
            let spent = timed(|| {
                for event in &slice {
                    black_box(host.play(event));
                }
            });
            *figure = per(spent, slice.len());
        }
        if round % 2 == 1 {
            both.reverse();
        }
        figures.push((both[0].1, both[1].1));
    }
    assert!(few.calls.open_calls() >= few_open && many.calls.open_calls() >= many_open);
    let growth = Spread::of(figures.iter().map(|(few, many)| many / few));
    let within = growth.median <= GROWTH_BOUND;
    println!(
        "asterisk: an event with {many_open} calls open / with {few_open} = {growth} over {} rounds; \
         us each: {} with many, {} with few; {} the bound of {GROWTH_BOUND}",
        figures.len(),
        Spread::of(figures.iter().map(|(_, many)| *many)),
        Spread::of(figures.iter().map(|(few, _)| *few)),
        verdict(within),
    );
    within
}
