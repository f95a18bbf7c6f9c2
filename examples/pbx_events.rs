//! Recorded PBX events converted into calls.
//!
//! `cargo run --example pbx_events -- fixtures/asterisk/in_group_answered.json`

#![allow(clippy::print_stdout, reason = "an example shows what happens")]

use std::fs::File;
use std::io::BufReader;

use vochi_crm::asterisk::{CallTracker, CallUpdate, EventFile, Reading};
use vochi_crm::phone::PhoneReader;
use vochi_crm::{Clock, Extension, Seconds, SystemClock};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| {
        "fixtures/asterisk-ami/in_blind_transfer_refer_answered.json".to_owned()
    });
    let mut events = EventFile::open(BufReader::new(File::open(path)?))?;
    let base = events.started_at().unwrap_or_else(|| SystemClock.now());

    let mut calls = CallTracker::builder()
        .phones(PhoneReader::new().with_region("BY".parse()?))
        .pbx_zone("Europe/Minsk".parse()?)
        .build();
    while let Some(event) = events.next_event()? {
        let event = match event {
            Ok(event) => event,
            Err(broken) => {
                println!("skipped: {broken}");
                continue;
            }
        };
        match event.read() {
            Ok(Reading::Event(read)) => match event.at(base) {
                Ok(at) => show(calls.process(at, &read)),
                Err(broken) => println!("skipped: {broken}"),
            },
            Ok(_) => {} // an event that concerns no call
            Err(broken) => println!("skipped {}: {broken}", event.position()),
        }
    }
    show(calls.finish());
    Ok(())
}

/// Prints updates. A host passes live events to `handle_event` and records to `log_calls`.
fn show(updates: Vec<CallUpdate>) {
    for update in updates {
        match update {
            CallUpdate::Live(live) => {
                let event = live.event();
                let legs = event.legs().iter().filter_map(|leg| leg.employee());
                let who: Vec<&str> = legs.map(Extension::as_str).collect();
                println!("{} {} {}", event.at(), event.kind().as_str(), who.join(" "));
            }
            CallUpdate::Finished(call) => {
                let record = call.record();
                println!(
                    "{} {} {}: {}, {} s of talk, answered by {}",
                    record.call_id(),
                    record.direction(),
                    record.client(),
                    record.outcome(),
                    record.talk().map_or(0, Seconds::get),
                    call.answered_by().map_or("no employee", Extension::as_str),
                );
            }
            _ => {}
        }
    }
}
