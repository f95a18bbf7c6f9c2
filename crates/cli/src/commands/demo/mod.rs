//! `demo`: sends a morning of calls to the sandbox through the library, and compares the records.

mod calls;
mod report;

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use vochi_crm::phone::PhoneReader;
use vochi_crm::{
    CallEvent, CallId, CallState, Crm, CrmConnector, Cx, Direction, Error, EventKind, Extension,
    Hub, Leg, LegEnd, Line, Party, Profile, Recording, Result, Timestamp, TransferMode, Zone,
};
use vochi_crm_sandbox::Sandbox;

use crate::app::App;
use crate::args::Format;
use crate::exit::Exit;
use crate::output::DryRun;
use calls::{Call, MORNING, START, Step};
use report::{DemoReport, Results};

/// The pause after each line on a terminal.
const LINE_PAUSE: Duration = Duration::from_millis(120);
/// The timeout of each step.
const STEP_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) async fn run(app: &App<'_>) -> Result<Exit> {
    if app.global.dry_run {
        app.output.report(&DryRun::new());
        return Ok(Exit::Done);
    }
    let sandbox = Sandbox::builder()
        .start()
        .await
        .map_err(|error| Error::config(format!("cannot start the sandbox: {error}")))?;
    let demo = Demo::open(&sandbox)?;
    let pauses = app.output.format() == Format::Human && std::io::stdout().is_terminal();
    let mut results = Results::default();
    for connector in &demo.connectors {
        results.add_crm(connector.crm().as_str(), connector.capabilities());
    }
    for (at, call, step) in in_order() {
        let line = demo.play(at, call, step, &mut results).await?;
        if app.output.format() == Format::Human {
            app.output.line(&line);
        }
        if pauses {
            tokio::time::sleep(LINE_PAUSE).await;
        }
    }
    let report = DemoReport::new(&sandbox.state(), &demo.addresses, &results);
    app.output.report(&report);
    sandbox.shutdown().await;
    Ok(if report.ok() { Exit::Done } else { Exit::Defect })
}

/// Returns the steps of all calls in the order of their times.
fn in_order() -> Vec<(u32, &'static Call, &'static Step)> {
    let steps =
        MORNING.iter().flat_map(|call| call.steps.iter().map(move |(at, it)| (*at, call, it)));
    let mut steps: Vec<_> = steps.collect();
    steps.sort_by_key(|(at, _, _)| *at);
    steps
}

/// The accounts of the demonstration.
struct Demo {
    hub: Hub,
    connectors: Vec<Arc<dyn CrmConnector>>,
    /// The address of each stand-in, by its name.
    addresses: BTreeMap<&'static str, String>,
    phones: PhoneReader,
    start: Timestamp,
    zone: Zone,
}

impl Demo {
    fn open(sandbox: &Sandbox) -> Result<Self> {
        let hub = Hub::new()?;
        let mut connectors = Vec::new();
        let mut addresses = BTreeMap::new();
        let profiles = sandbox.profiles();
        for (name, settings) in profiles.as_object().into_iter().flatten() {
            let Some(crm) = Crm::named(name).filter(|crm| crm.has_connector()) else {
                continue;
            };
            let profile = Profile::deserialize(settings)
                .map_err(|_| Error::internal("cannot read the sandbox's settings"))?;
            connectors.push(vochi_crm::open(&hub, name.as_str(), &profile)?);
            let address = settings.get("url").and_then(Value::as_str).unwrap_or_default();
            addresses.insert(crm.name(), address.to_owned());
        }
        Ok(Self {
            hub,
            connectors,
            addresses,
            phones: PhoneReader::new().with_region("BY".parse().map_err(region)?),
            start: START.parse()?,
            zone: "Europe/Minsk".parse()?,
        })
    }

    /// Sends one step to every CRM, and the record of a call that is over. Returns the line to print.
    async fn play(
        &self,
        at: u32,
        call: &'static Call,
        step: &Step,
        results: &mut Results,
    ) -> Result<String> {
        let now = self.start.plus(Duration::from_secs(at.into()));
        let events = self.events(now, call, step)?;
        let id = CallId::new(call.id)?;
        let mut sent = Vec::new();
        for connector in &self.connectors {
            let mut requests = 0;
            let cx = Cx::live().with_timeout(STEP_TIMEOUT);
            for event in &events {
                let receipt = connector.handle_event(&cx, event).await?;
                requests += receipt.requests();
            }
            let client = match step {
                Step::Ringing(_) => self.client(connector.as_ref(), call).await?,
                _ => None,
            };
            let mut what = match &client {
                _ if requests == 0 => "nothing to send".to_owned(),
                Some(name) => format!("notified, client {name}"),
                None => "notified".to_owned(),
            };
            if let Some(name) = client {
                results.add_client(connector.crm().as_str(), call.id, name);
            }
            if matches!(step, Step::Ended(..)) {
                let slot = self.hub.store().open(connector.account().as_str(), call.id).await?;
                let state = slot.document().and_then(|it| CallState::deserialize(it).ok());
                drop(slot);
                let record = state.and_then(|state| state.to_record(&id)).ok_or_else(|| {
                    Error::internal(format!("call {id} has ended without a complete record"))
                })?;
                for receipt in connector.log_calls(&Cx::history(), &[record]).await {
                    let receipt = receipt?;
                    let result = if receipt.recorded() { "recorded" } else { "not recorded" };
                    what = String::from(result);
                    results.add_receipt(connector.crm().as_str(), call.id, &receipt);
                }
            }
            sent.push(format!("{}: {what}", connector.crm()));
        }
        let clock = self.zone.local(now).to_string();
        let clock = clock.split(' ').next_back().unwrap_or_default();
        let party = Party::read(&self.phones, call.phone).to_string();
        Ok(format!("{clock}  {party:<15}{:<24}{}", report::step_text(call, step), sent.join(", ")))
    }

    /// Looks up the client's name in the CRM.
    async fn client(&self, connector: &dyn CrmConnector, call: &Call) -> Result<Option<String>> {
        let Some(phone) = Party::read(&self.phones, call.phone).number() else {
            return Ok(None);
        };
        let cx = Cx::live().with_timeout(STEP_TIMEOUT);
        let found = connector.find(&cx, &[phone]).await?;
        let customer = found.into_iter().flat_map(|one| one.candidates).next();
        Ok(customer.and_then(|customer| customer.name))
    }

    fn events(&self, now: Timestamp, call: &Call, step: &Step) -> Result<Vec<CallEvent>> {
        let event =
            |kind| -> Result<CallEvent> { Ok(CallEvent::new(CallId::new(call.id)?, now, kind)) };
        Ok(match step {
            Step::Ringing(extensions) => {
                let mut ringing = event(EventKind::Ringing)?
                    .with_direction(call.direction)
                    .with_client(Party::read(&self.phones, call.phone))
                    .with_line(Line::new(call.line)?);
                for extension in *extensions {
                    ringing = ringing.with_leg(leg(call, extension)?);
                }
                vec![ringing]
            }
            Step::Answered(extension) => {
                vec![event(EventKind::Answered)?.with_leg(leg(call, extension)?)]
            }
            Step::Transferred(extension) => vec![event(EventKind::Transferred {
                mode: TransferMode::Attended,
                from: None,
                to: Extension::new(extension)?,
            })?],
            Step::Ended(outcome, reason) => {
                let end = EventKind::Ended { outcome: *outcome, reason: *reason, talk: None };
                let mut events = Vec::new();
                if call.expected.outcome.is_answered() {
                    let address = format!("https://pbx.example.test/rec/{}.mp3", call.id);
                    events.push(event(EventKind::RecordingReady(Recording::url(&address)?))?);
                }
                events.push(event(end)?);
                events
            }
        })
    }
}

fn leg(call: &Call, extension: &str) -> Result<Leg> {
    let employee = LegEnd::Employee(Extension::new(extension)?);
    Ok(match call.direction {
        Direction::Outbound => Leg::new(employee, LegEnd::Client),
        _ => Leg::new(LegEnd::Client, employee),
    })
}

fn region(error: impl std::fmt::Display) -> Error {
    Error::internal(error.to_string())
}
