//! `replay`: converts recorded PBX events into calls.

mod accounts;
mod counts;
mod input;
mod pace;
mod row;
mod state;
mod timeline;

use std::pin::Pin;
use std::time::Duration;

use vochi_crm::asterisk::{
    CallTracker, CallUpdate, FinishedCall, Reading, RecordedEvent, Timeouts,
};
use vochi_crm::phone::PhoneReader;
use vochi_crm::{Clock, Error, Party, Result, SystemClock, Timestamp, Zone};

use super::delivery::{client, option};
use crate::app::{Access, App};
use crate::args::{Format, ReplayArgs};
use crate::exit::Exit;
use crate::output::{DryRun, Report};
use accounts::{Accounts, Deliveries, Popups};
use counts::Counts;
use input::Input;
use pace::Pace;
use row::{Progress, Row};
use state::{Saved, StateFile};
use timeline::{Dated, Timeline};

/// How long a state file keeps the ids of closed calls; as long as other state of calls.
const CLOSED_CALLS_TTL: Duration = Duration::from_secs(48 * 3600);

pub(super) async fn run(app: &App<'_>, args: &ReplayArgs) -> Result<Exit> {
    let base = args.base_time.as_ref();
    let base = base.map(|text| option("--base-time", text.parse()));
    let base: Option<Timestamp> = base.transpose()?;
    let settings =
        if app.global.profile.is_empty() { app.settings_if_any()? } else { app.settings()? };
    let popups = if args.popups { Popups::All } else { Popups::Local };
    // Locked before it is read. A dry run does not change it.
    let path = args.state.as_deref();
    let locked = path.filter(|_| !app.global.dry_run);
    let state_file = locked.map(StateFile::lock).transpose()?;
    let saved = path.map(state::read).transpose()?.flatten();
    let accounts = Accounts::open(app, &settings, popups).await?;
    let cx = app.history();
    let input = app.within_deadline(&cx, Access::Read, Input::open(&args.file)).await?;
    let pbx = settings.pbx();
    // The profile's reader has its own region.
    let phones = accounts.phones().unwrap_or_else(|| match pbx.region {
        Some(region) => PhoneReader::new().with_region(region),
        None => PhoneReader::new(),
    });
    let mut timeouts = Timeouts::default();
    if path.is_some() {
        timeouts.remembered = CLOSED_CALLS_TTL;
    }
    let calls = CallTracker::builder()
        .extensions(pbx.extensions.clone())
        .trunk_contexts(pbx.trunk_contexts.clone())
        .employees(settings.employees())
        .pbx_zone(pbx.zone.clone())
        .timeouts(timeouts)
        .phones(phones);
    let timeline = Timeline::new(base.or(input.started_at()), pbx.zone.clone());
    let (calls, timeline) = match saved {
        Some(saved) => (calls.resume(saved.calls), timeline.resume(saved.timeline)),
        None => (calls.build(), timeline),
    };
    let mut replay = Replay {
        app,
        accounts,
        phones,
        zone: pbx.zone.clone(),
        timeline,
        pace: Pace::new(args.speed),
        calls,
        keeps_open_calls: path.is_some(),
        stop: match &state_file {
            Some(_) => Box::pin(stop(app)),
            None => Box::pin(std::future::pending()),
        },
        stopped: None,
        counts: Counts::default(),
        dry_run: DryRun::new(),
        exit: Exit::Done,
    };
    let played = app.within_deadline(&cx, Access::Read, replay.play(input)).await;
    Ok(replay.end(played, state_file))
}

/// Waits for Ctrl-C or SIGTERM and returns the exit code.
async fn stop(app: &App<'_>) -> Exit {
    tokio::select! {
        () = app.stop.requested() => Exit::Interrupted,
        () = app.stop.terminated() => Exit::Done,
    }
}

/// A running replay.
struct Replay<'a> {
    app: &'a App<'a>,
    accounts: Accounts<'a>,
    phones: PhoneReader,
    zone: Zone,
    timeline: Timeline,
    pace: Pace,
    calls: CallTracker,
    /// True if open calls are stored for the next run.
    keeps_open_calls: bool,
    /// Waits for a request to end early.
    stop: Pin<Box<dyn Future<Output = Exit> + 'a>>,
    stopped: Option<Exit>,
    counts: Counts,
    /// The output of a dry run.
    dry_run: DryRun,
    exit: Exit,
}

impl Replay<'_> {
    async fn play(&mut self, mut input: Input) -> Result<()> {
        while self.stopped.is_none() {
            let entry = tokio::select! {
                // Available events come before timeouts.
                biased;
                exit = &mut self.stop => {
                    self.stopped = Some(exit);
                    break;
                }
                entry = input.next() => entry?,
                due = next_timeout(&self.calls, &mut self.pace) => {
                    let updates = self.calls.pass_time(due);
                    self.handle(updates).await;
                    continue;
                }
            };
            match entry {
                Some(Ok(event)) => {
                    let dated = self.timeline.take(event);
                    self.process_all(dated).await;
                }
                Some(Err(broken)) => self.report_broken(&broken.to_string()),
                None => {
                    self.end_of_input(input.started_at()).await;
                    break;
                }
            }
        }
        Ok(())
    }

    /// Prints the calls that are over, and unfinished ones unless the next run continues them.
    async fn end_of_input(&mut self, started_at: Option<Timestamp>) {
        if let Some(base) = started_at
            && !self.timeline.set_base(base)
        {
            let what = "`started_at` after the events is ignored: their times are already known";
            self.app.output.warn(what);
        }
        if !self.keeps_open_calls || self.timeline.knows_base() || self.has_ended_call() {
            let dated = self.timeline.finish(SystemClock.now());
            self.process_all(dated).await;
        }
        let updates = if self.keeps_open_calls { self.calls.pause() } else { self.calls.finish() };
        self.handle(updates).await;
    }

    /// Returns true if a call ends among the events without a date. Their times are then counted back from
    /// now; otherwise a later run may bring a time.
    fn has_ended_call(&self) -> bool {
        let (mut calls, mut updates) = self.look_ahead();
        updates.extend(calls.pause());
        updates.iter().any(|update| matches!(update, CallUpdate::Finished(_)))
    }

    /// Counts the unfinished calls.
    fn unfinished(&self) -> usize {
        let (mut calls, _) = self.look_ahead();
        let is_call = |update: &&CallUpdate| {
            matches!(update, CallUpdate::Finished(_) | CallUpdate::Unfinished(_))
        };
        calls.finish().iter().filter(is_call).count()
    }

    /// Returns the calls with the buffered events applied.
    fn look_ahead(&self) -> (CallTracker, Vec<CallUpdate>) {
        let mut calls = self.calls.clone();
        let mut updates = Vec::new();
        for (at, event) in self.timeline.clone().finish(SystemClock.now()).into_iter().flatten() {
            if let Ok(Reading::Event(event)) = event.read() {
                updates.extend(calls.process(at, &event));
            }
        }
        (calls, updates)
    }

    async fn process_all(&mut self, events: Vec<Dated>) {
        for event in events {
            match event {
                Ok((at, event)) => self.process(at, &event).await,
                Err(broken) => self.report_broken(&broken.to_string()),
            }
        }
    }

    async fn process(&mut self, at: Timestamp, event: &RecordedEvent) {
        self.pace.begin(at);
        while self.pace.is_timed()
            && let Some(due) = self.calls.next_due().filter(|due| *due < at)
        {
            if !self.wait_for(due).await {
                return;
            }
            let updates = self.calls.pass_time(due);
            self.handle(updates).await;
        }
        if !self.wait_for(at).await {
            return;
        }
        let updates = match event.read() {
            Ok(Reading::Event(read)) => {
                self.counts.understood += 1;
                self.calls.process(at, &read)
            }
            Ok(Reading::Irrelevant) => {
                self.counts.understood += 1;
                return;
            }
            Ok(_) => return self.counts.unknown(event.name()),
            Err(broken) => {
                let (position, name) = (event.position(), event.name());
                return self.report_broken(&format!("{position}: {name}: {broken}"));
            }
        };
        self.handle(updates).await;
    }

    /// Waits until the recording has reached `at`. Returns false if the run ends early.
    async fn wait_for(&mut self, at: Timestamp) -> bool {
        if self.stopped.is_none() && self.pace.is_timed() {
            tokio::select! {
                () = self.pace.wait_for(at) => {}
                exit = &mut self.stop => self.stopped = Some(exit),
            }
        }
        self.stopped.is_none() || !self.pace.is_timed()
    }

    fn report_broken(&mut self, what: &str) {
        self.counts.broken += 1;
        self.app.output.warn(what);
    }

    async fn handle(&mut self, updates: Vec<CallUpdate>) {
        for update in updates {
            match update {
                CallUpdate::Live(event) => self.accounts.notify(event.event()).await,
                CallUpdate::Finished(call) => self.finished(&call).await,
                CallUpdate::Unfinished(call) => {
                    self.counts.unfinished += 1;
                    self.show(&call, Progress::Unfinished, &Deliveries::default(), Vec::new());
                }
                _ => {}
            }
        }
    }

    async fn finished(&mut self, call: &FinishedCall) {
        self.counts.calls += 1;
        let warning = match call.record().client() {
            Party::Raw(raw) => client(self.phones, raw).1,
            _ => None,
        };
        let deliveries = if call.is_external() {
            self.accounts.record(call, warning.as_deref()).await
        } else {
            Deliveries::default()
        };
        self.exit = self.exit.or_worse(deliveries.exit());
        // Otherwise the deliveries contain them.
        let own = if deliveries.rows.is_empty() {
            let warnings = call.record().warnings().iter();
            let warnings = warnings.map(|warning| warning.text().to_owned());
            warnings.chain(warning).collect()
        } else {
            Vec::new()
        };
        self.show(call, Progress::Finished, &deliveries, own);
    }

    /// Prints a call, unless this is a dry run.
    fn show(
        &mut self,
        call: &FinishedCall,
        progress: Progress,
        deliveries: &Deliveries,
        warnings: Vec<String>,
    ) {
        let output = self.app.output;
        let id = call.record().call_id();
        for warning in &warnings {
            if warning.contains(id.as_str()) {
                output.warn(warning);
            } else {
                output.warn(&format!("call {id}: {warning}"));
            }
        }
        let row = Row::new(call, progress, &deliveries.rows, warnings, &self.zone);
        let in_json = self.prints_json();
        if self.app.global.dry_run {
            self.dry_run.warn(row.warnings());
            if !deliveries.failures.is_empty() {
                self.dry_run.fail();
            }
        } else {
            if self.counts.calls + self.counts.unfinished == 1 && !in_json {
                output.line(&Row::heads());
            }
            output.report(&row);
        }
        for (profile, error) in deliveries.failures.iter().filter(|_| !in_json) {
            let about = format!("call {id}, profile {profile}");
            output.item_failure(&about, error, &self.app.redactor());
        }
    }

    /// Returns true if calls are printed as JSON.
    fn prints_json(&self) -> bool {
        self.app.output.format() == Format::Json && !self.app.global.dry_run
    }

    /// Stores the state for the next run and prints the summary.
    fn end(mut self, played: Result<()>, state_file: Option<StateFile>) -> Exit {
        let (app, output) = (self.app, self.app.output);
        if self.keeps_open_calls {
            self.counts.unfinished = self.unfinished();
        }
        self.counts.late = self.calls.late_events();
        self.counts.dropped = self.calls.dropped_events();
        output.summary(&self.counts.text());
        let is_all_broken = self.counts.is_all_broken() && !self.timeline.is_waiting();
        let played = match played {
            Ok(()) if is_all_broken => Err(no_valid_event()),
            played => played,
        };
        let mut exit = self.exit.or_worse(self.stopped.unwrap_or(Exit::Done));
        match played {
            Err(error) => exit = exit.or_worse(app.fail(&error)),
            Ok(()) if app.global.dry_run => {
                self.accounts.add_to_dry_run(&mut self.dry_run);
                output.report(&self.dry_run);
            }
            Ok(()) => {}
        }
        let prints_json = self.prints_json();
        if let Some(file) = state_file {
            let saved = Saved { calls: self.calls.save(), timeline: self.timeline.save() };
            if let Err(error) = file.replace(&saved) {
                exit = exit.or_worse(app.fail(&error));
            }
        }
        if prints_json {
            output.json(&self.counts.summary());
        }
        exit
    }
}

/// Waits for the next timeout of a call; for ever without `--speed`.
async fn next_timeout(calls: &CallTracker, pace: &mut Pace) -> Timestamp {
    match calls.next_due() {
        Some(due) if pace.is_running() => {
            pace.wait_for(due).await;
            due
        }
        _ => std::future::pending().await,
    }
}

fn no_valid_event() -> Error {
    Error::input("no valid event in the input")
        .with_hint("write events as {\"t\": 0.5, \"type\": \"dial\", \"data\": {…}}")
}
