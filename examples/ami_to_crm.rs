//! AMI text into a CRM: popups while calls live, one record when each is over.
//!
//! `cargo run --example ami_to_crm` reads `examples/ami.txt`. A host reads the same text from the
//! socket of the manager interface, once it has logged in; `-` reads standard input.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what happens")]

use std::error::Error;
use std::io::{BufRead, BufReader, ErrorKind};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};
use tokio::sync::mpsc;
use vochi_crm::asterisk::{CallTracker, CallUpdate, PbxEvent, Reading};
use vochi_crm::phone::PhoneReader;
use vochi_crm::retailcrm::Connector;
use vochi_crm::{AccountConfig, CallRecord, Clock, CrmConnector, Cx, Hub, SystemClock, Timestamp};
use vochi_crm_sandbox::Sandbox;

/// A popup that comes later is not worth showing.
const POPUP_WITHIN: Duration = Duration::from_secs(4);

/// One message of the manager interface.
#[derive(Debug, Default)]
pub struct Message(Map<String, Value>);

impl Message {
    /// Reads lines up to the blank one that ends a message; `None` at the end of the input. Lines
    /// that are no `Key: Value`, such as the greeting, are passed over.
    pub fn read(input: &mut impl BufRead) -> std::io::Result<Option<Self>> {
        let mut fields = Map::new();
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = input.read_until(b'\n', &mut line)?;
            // Names are whatever the PBX was given; one in another encoding costs nothing else.
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_end_matches(['\r', '\n']);
            if let Some((key, value)) = text.split_once(':') {
                let value = value.strip_prefix(' ').unwrap_or(value);
                fields.insert(key.to_owned(), Value::from(value));
            } else if !fields.is_empty() && (text.is_empty() || read == 0) {
                return Ok(Some(Self(fields)));
            }
            if read == 0 {
                return Ok((!fields.is_empty()).then_some(Self(fields)));
            }
        }
    }

    /// The name of the event; responses to actions have none.
    pub fn event(&self) -> Option<&str> {
        self.0.get("Event")?.as_str()
    }

    /// When it happened (`timestampevents = yes` in manager.conf).
    pub fn at(&self) -> Option<Timestamp> {
        let seconds: f64 = self.0.get("Timestamp")?.as_str()?.parse().ok()?;
        let after_1970 = Duration::try_from_secs_f64(seconds).ok()?;
        Some(Timestamp::from_unix_millis(0).plus(after_1970))
    }
}

/// The PBX's clock: the time of its last event and what has passed since.
#[derive(Debug)]
struct PbxClock {
    last: Timestamp,
    heard: Instant,
}

impl PbxClock {
    fn now(&self) -> Timestamp {
        self.last.plus(self.heard.elapsed())
    }

    /// Waits until this moment; for ever without one.
    async fn reach(&self, moment: Option<Timestamp>) {
        match moment {
            Some(moment) => tokio::time::sleep(moment.since(self.now())).await,
            None => std::future::pending().await,
        }
    }
}

/// Reports every call to the CRM until the messages end, and returns what could not be recorded.
pub async fn drive(
    crm: &dyn CrmConnector,
    mut calls: CallTracker,
    mut messages: mpsc::Receiver<Message>,
) -> Vec<CallRecord> {
    let mut unrecorded = Vec::new();
    let mut clock = PbxClock { last: SystemClock.now(), heard: Instant::now() };
    loop {
        let heard = tokio::select! {
            message = messages.recv() => {
                let Some(message) = message else { break };
                let at = message.at().unwrap_or_else(|| SystemClock.now());
                clock = PbxClock { last: at, heard: Instant::now() };
                let Some(name) = message.event() else { continue };
                match PbxEvent::read(name, &message.0) {
                    Ok(Reading::Event(event)) => calls.process(at, &event),
                    Ok(_) => continue,
                    Err(broken) => {
                        eprintln!("{name}: {broken}");
                        continue;
                    }
                }
            }
            // A call is over some seconds after its last hangup.
            () = clock.reach(calls.next_due()) => calls.pass_time(clock.now()),
        };
        unrecorded.extend(deliver(crm, heard).await);
    }
    unrecorded.extend(deliver(crm, calls.finish()).await);
    unrecorded
}

/// A host with many calls does this in a task for each call, so that a slow CRM delays no other.
async fn deliver(crm: &dyn CrmConnector, heard: Vec<CallUpdate>) -> Vec<CallRecord> {
    let mut unrecorded = Vec::new();
    for heard in heard {
        match heard {
            CallUpdate::Live(live) => {
                let cx = Cx::live().with_timeout(POPUP_WITHIN);
                // The record comes in any case.
                if let Err(error) = crm.handle_event(&cx, live.event()).await {
                    eprintln!("{error}");
                }
            }
            CallUpdate::Finished(call) if call.is_external() => {
                let record = call.into_record();
                let results = crm.log_calls(&Cx::history(), std::slice::from_ref(&record)).await;
                for error in results.into_iter().filter_map(Result::err) {
                    // A host stores the record and logs it later, if `effect` and `try_again` say so.
                    eprintln!("{error}");
                    unrecorded.push(record.clone());
                }
            }
            _ => {}
        }
    }
    unrecorded
}

/// Reads messages on a thread of its own: reading may block for as long as the PBX is silent.
fn listen(mut input: impl BufRead + Send + 'static) -> mpsc::Receiver<Message> {
    let (sender, messages) = mpsc::channel(1000);
    std::thread::spawn(move || {
        loop {
            match Message::read(&mut input) {
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

/// A tracker for a PBX in Belarus whose extensions have three digits.
pub fn tracker() -> Result<CallTracker, Box<dyn Error>> {
    let phones = PhoneReader::new().with_region("BY".parse()?);
    let calls = CallTracker::builder().phones(phones).extensions("[0-9]{3}".parse()?);
    Ok(calls.build())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::builder().start().await?;
    let profile = sandbox.profiles()["retailcrm"].clone();
    let common: AccountConfig = serde_json::from_value(profile.clone())?;
    let config = serde_json::from_value(profile)?;
    let crm = Connector::open(&Hub::new()?, common.account("shop")?, &config)?;

    let path = std::env::args().nth(1).unwrap_or_else(|| "examples/ami.txt".to_owned());
    let messages = match path.as_str() {
        "-" => listen(BufReader::new(std::io::stdin())),
        path => listen(BufReader::new(std::fs::File::open(path)?)),
    };
    let unrecorded = drive(&crm, tracker()?, messages).await;
    println!("{} calls are not recorded", unrecorded.len());
    println!("{:#}", sandbox.state()["retailcrm"]["calls"]);
    println!("{:#}", sandbox.state()["retailcrm"]["live"]);
    Ok(())
}
