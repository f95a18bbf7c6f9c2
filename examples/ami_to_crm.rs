//! AMI text into a CRM: popups during calls, one record after each.
//!
//! `cargo run --example ami_to_crm` reads `examples/ami.txt`, `-` reads standard input. A host reads the same
//! text from the socket of the manager interface after the login.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what happens")]

use std::error::Error;
use std::io::{BufRead, BufReader, ErrorKind};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use vochi_crm::asterisk::{AmiMessage, CallTracker, CallUpdate, PbxEvent, Reading};
use vochi_crm::phone::PhoneReader;
use vochi_crm::{CallRecord, Clock, CrmConnector, Cx, Hub, SystemClock, Timestamp};
use vochi_crm_sandbox::Sandbox;

/// The timeout of popups.
const POPUP_WITHIN: Duration = Duration::from_secs(4);

/// The PBX's clock, derived from its last event.
#[derive(Debug)]
struct PbxClock {
    last: Timestamp,
    received: Instant,
}

impl PbxClock {
    fn now(&self) -> Timestamp {
        self.last.plus(self.received.elapsed())
    }

    /// Waits until this time; for ever without one.
    async fn reach(&self, moment: Option<Timestamp>) {
        match moment {
            Some(moment) => tokio::time::sleep(moment.since(self.now())).await,
            None => std::future::pending().await,
        }
    }
}

/// Sends every call to the CRM until the messages end. Returns the records that could not be logged.
pub async fn drive(
    crm: &dyn CrmConnector,
    mut calls: CallTracker,
    mut messages: mpsc::Receiver<AmiMessage>,
) -> Vec<CallRecord> {
    let mut unrecorded = Vec::new();
    let mut clock = PbxClock { last: SystemClock.now(), received: Instant::now() };
    loop {
        let updates = tokio::select! {
            message = messages.recv() => {
                let Some(message) = message else { break };
                let at = message.at().unwrap_or_else(|| SystemClock.now());
                clock = PbxClock { last: at, received: Instant::now() };
                let Some(name) = message.event() else { continue };
                match PbxEvent::read(name, message.fields()) {
                    Ok(Reading::Event(event)) => calls.process(at, &event),
                    Ok(_) => continue,
                    Err(broken) => {
                        eprintln!("{name}: {broken}");
                        continue;
                    }
                }
            }
            // A call is closed some seconds after its last hangup.
            () = clock.reach(calls.next_due()) => calls.pass_time(clock.now()),
        };
        unrecorded.extend(deliver(crm, updates).await);
    }
    unrecorded.extend(deliver(crm, calls.finish()).await);
    unrecorded
}

/// Sends updates to the CRM. A host with many calls has a task per call, so that a slow request delays only
/// its own call.
async fn deliver(crm: &dyn CrmConnector, updates: Vec<CallUpdate>) -> Vec<CallRecord> {
    let mut unrecorded = Vec::new();
    for update in updates {
        match update {
            CallUpdate::Live(live) => {
                let cx = Cx::live().with_timeout(POPUP_WITHIN);
                // The record is sent anyway.
                if let Err(error) = crm.handle_event(&cx, live.event()).await {
                    eprintln!("{error}");
                }
            }
            CallUpdate::Finished(call) if call.is_external() => {
                let record = call.into_record();
                let results = crm.log_calls(&Cx::history(), std::slice::from_ref(&record)).await;
                for error in results.into_iter().filter_map(Result::err) {
                    // A host stores the record and logs it later, depending on `effect` and `try_again`.
                    eprintln!("{error}");
                    unrecorded.push(record.clone());
                }
            }
            _ => {}
        }
    }
    unrecorded
}

/// Reads messages in a thread, as reading blocks while the PBX is silent.
fn listen(mut input: impl BufRead + Send + 'static) -> mpsc::Receiver<AmiMessage> {
    let (sender, messages) = mpsc::channel(1000);
    std::thread::spawn(move || {
        loop {
            match AmiMessage::read(&mut input) {
                Ok(Some(message)) => {
                    if sender.blocking_send(message).is_err() {
                        break;
                    }
                }
                Ok(None) => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    eprintln!("reading AMI: {error}");
                    break;
                }
            }
        }
    });
    messages
}

/// Creates a tracker for a PBX in Belarus with extensions of three digits.
pub fn tracker() -> Result<CallTracker, Box<dyn Error>> {
    let phones = PhoneReader::new().with_region("BY".parse()?);
    let calls = CallTracker::builder().phones(phones).extensions("[0-9]{3}".parse()?);
    Ok(calls.build())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::builder().start().await?;
    let profile = serde_json::from_value(sandbox.profiles()["retailcrm"].clone())?;
    let crm = vochi_crm::open(&Hub::new()?, "shop", &profile)?;

    let path = std::env::args().nth(1).unwrap_or_else(|| "examples/ami.txt".to_owned());
    let messages = match path.as_str() {
        "-" => listen(BufReader::new(std::io::stdin())),
        path => listen(BufReader::new(std::fs::File::open(path)?)),
    };
    let unrecorded = drive(&*crm, tracker()?, messages).await;
    println!("{} calls could not be recorded", unrecorded.len());
    println!("{:#}", sandbox.state()["retailcrm"]["calls"]);
    println!("{:#}", sandbox.state()["retailcrm"]["live"]);
    Ok(())
}
