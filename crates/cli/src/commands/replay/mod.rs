//! `replay`: recorded events of a PBX become calls.

mod deliver;
mod feed;
mod pace;
mod row;
mod state;
mod tally;
mod timeline;

use std::pin::Pin;
use std::time::Duration;

use vochi_crm::asterisk::{
    CallTracker, CallUpdate, FinishedCall, Reading, RecordedEvent, Timeouts,
};
use vochi_crm::phone::PhoneReader;
use vochi_crm::{Clock, Error, Party, Result, SystemClock, Timestamp, Zone};

use super::delivery::{client, option};
use crate::app::{App, Manner};
use crate::args::{Format, ReplayArgs};
use crate::exit::Exit;
use crate::output::{Rehearsal, Report};
use crate::signals;
use deliver::{Accounts, Handed, Popups};
use feed::Feed;
use pace::Pace;
use row::{Progress, Row};
use state::{Saved, StateFile};
use tally::Tally;
use timeline::{Dated, Timeline};

/// How long the ids of closed calls are remembered in a state file: as long as other state of calls.
const REMEMBERED: Duration = Duration::from_hours(48);

pub(super) async fn run(app: &App<'_>, args: &ReplayArgs) -> Result<Exit> {
    let base = args.base_time.as_ref();
    let base = base.map(|text| option("--base-time", text.parse()));
    let base: Option<Timestamp> = base.transpose()?;
    let settings =
        if app.global.profile.is_empty() { app.settings_if_any()? } else { app.settings()? };
    let popups = if args.popups { Popups::Everywhere } else { Popups::Here };
    // Locked before it is read. A dry run leaves it as it is.
    let path = args.state.as_deref();
    let locked = path.filter(|_| !app.global.dry_run);
    let state_file = locked.map(StateFile::lock).transpose()?;
    let saved = path.map(state::read).transpose()?.flatten();
    let accounts = Accounts::open(app, &settings, popups).await?;
    let cx = app.history();
    let feed = app.in_time(&cx, Manner::Reads, Feed::open(&args.file)).await?;
    let pbx = settings.pbx();
    // An account reads numbers as in all its other calls.
    let phones = accounts.phones().unwrap_or_else(|| match pbx.region {
        Some(region) => PhoneReader::new().with_region(region),
        None => PhoneReader::new(),
    });
    let mut patience = Timeouts::default();
    if path.is_some() {
        patience.remembered = REMEMBERED;
    }
    let calls = CallTracker::builder()
        .extensions(pbx.extensions.clone())
        .trunk_contexts(pbx.trunk_contexts.clone())
        .employees(settings.employees())
        .pbx_zone(pbx.zone.clone())
        .timeouts(patience)
        .phones(phones);
    let timeline = Timeline::new(base.or(feed.started_at()), pbx.zone.clone());
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
        goes_on: path.is_some(),
        stop: match &state_file {
            Some(_) => Box::pin(stop(app)),
            None => Box::pin(std::future::pending()),
        },
        stopped: None,
        tally: Tally::default(),
        rehearsal: Rehearsal::nothing(),
        exit: Exit::Done,
    };
    let played = app.in_time(&cx, Manner::Reads, replay.play(feed)).await;
    Ok(replay.end(played, state_file))
}

/// Waits for a request to end early, and says how the program ends then.
async fn stop(app: &App<'_>) -> Exit {
    tokio::select! {
        () = app.stop.requested() => Exit::Interrupted,
        () = signals::termination() => Exit::Done,
    }
}

/// A recording being played.
struct Replay<'a> {
    app: &'a App<'a>,
    accounts: Accounts<'a>,
    phones: PhoneReader,
    zone: Zone,
    timeline: Timeline,
    pace: Pace,
    calls: CallTracker,
    /// Calls that are open at the end are kept for the next run.
    goes_on: bool,
    /// A request to end early, as long as there was none.
    stop: Pin<Box<dyn Future<Output = Exit> + 'a>>,
    stopped: Option<Exit>,
    tally: Tally,
    /// What a dry run has to tell beside its requests.
    rehearsal: Rehearsal,
    exit: Exit,
}

impl Replay<'_> {
    async fn play(&mut self, mut feed: Feed) -> Result<()> {
        while self.stopped.is_none() {
            let entry = tokio::select! {
                // What is there already happened before the quiet after it.
                biased;
                exit = &mut self.stop => {
                    self.stopped = Some(exit);
                    break;
                }
                entry = feed.next() => entry?,
                due = quiet(&self.calls, &mut self.pace) => {
                    let heard = self.calls.pass_time(due);
                    self.tell(heard).await;
                    continue;
                }
            };
            match entry {
                Some(Ok(event)) => {
                    let dated = self.timeline.take(event);
                    self.hear_all(dated).await;
                }
                Some(Err(broken)) => self.broken(&broken.to_string()),
                None => {
                    self.end_of_input(feed.started_at()).await;
                    break;
                }
            }
        }
        Ok(())
    }

    /// Gives out what is over, and what goes on unless the next run goes on with it.
    async fn end_of_input(&mut self, started_at: Option<Timestamp>) {
        if let Some(base) = started_at
            && !self.timeline.set_base(base)
        {
            let what = "`started_at` stands behind the events and came too late to be used";
            self.app.output.warn(what);
        }
        if !self.goes_on || self.timeline.knows_base() || self.is_one_over() {
            let dated = self.timeline.finish(SystemClock.now());
            self.hear_all(dated).await;
        }
        let heard = if self.goes_on { self.calls.pause() } else { self.calls.finish() };
        self.tell(heard).await;
    }

    /// Whether a call is over among the events without a date. Their times are then counted back
    /// from now; else a later run may bring one.
    fn is_one_over(&self) -> bool {
        let (mut calls, mut heard) = self.look_ahead();
        heard.extend(calls.pause());
        heard.iter().any(|heard| matches!(heard, CallUpdate::Finished(_)))
    }

    /// How many calls go on.
    fn unfinished(&self) -> usize {
        let (mut calls, _) = self.look_ahead();
        let goes_on = |heard: &&CallUpdate| {
            matches!(heard, CallUpdate::Finished(_) | CallUpdate::Unfinished(_))
        };
        calls.finish().iter().filter(goes_on).count()
    }

    /// The calls as they stand when events that are held back have happened by now.
    fn look_ahead(&self) -> (CallTracker, Vec<CallUpdate>) {
        let mut calls = self.calls.clone();
        let mut heard = Vec::new();
        for (at, event) in self.timeline.clone().finish(SystemClock.now()).into_iter().flatten() {
            if let Ok(Reading::Event(event)) = event.read() {
                heard.extend(calls.process(at, &event));
            }
        }
        (calls, heard)
    }

    async fn hear_all(&mut self, events: Vec<Dated>) {
        for event in events {
            match event {
                Ok((at, event)) => self.hear(at, &event).await,
                Err(broken) => self.broken(&broken.to_string()),
            }
        }
    }

    async fn hear(&mut self, at: Timestamp, event: &RecordedEvent) {
        self.pace.begin(at);
        while self.pace.is_timed()
            && let Some(due) = self.calls.next_due().filter(|due| *due < at)
        {
            if !self.wait_for(due).await {
                return;
            }
            let heard = self.calls.pass_time(due);
            self.tell(heard).await;
        }
        if !self.wait_for(at).await {
            return;
        }
        let heard = match event.read() {
            Ok(Reading::Event(read)) => {
                self.tally.understood += 1;
                self.calls.process(at, &read)
            }
            Ok(Reading::Irrelevant) => {
                self.tally.understood += 1;
                return;
            }
            Ok(_) => return self.tally.unknown(event.name()),
            Err(broken) => {
                let (position, name) = (event.position(), event.name());
                return self.broken(&format!("{position}: {name}: {broken}"));
            }
        };
        self.tell(heard).await;
    }

    /// Waits until it is `at` in the recording. Returns false if the run is to end early.
    async fn wait_for(&mut self, at: Timestamp) -> bool {
        if self.stopped.is_none() && self.pace.is_timed() {
            tokio::select! {
                () = self.pace.wait_for(at) => {}
                exit = &mut self.stop => self.stopped = Some(exit),
            }
        }
        self.stopped.is_none() || !self.pace.is_timed()
    }

    fn broken(&mut self, what: &str) {
        self.tally.broken += 1;
        self.app.output.warn(what);
    }

    async fn tell(&mut self, heard: Vec<CallUpdate>) {
        for heard in heard {
            match heard {
                // Calls among employees have none.
                CallUpdate::Live(event) => self.accounts.tell(event.event()).await,
                CallUpdate::Finished(call) => self.finished(&call).await,
                CallUpdate::Unfinished(call) => {
                    self.tally.unfinished += 1;
                    self.show(&call, Progress::Unfinished, &Handed::default(), Vec::new());
                }
                _ => {}
            }
        }
    }

    async fn finished(&mut self, call: &FinishedCall) {
        self.tally.calls += 1;
        let odd = match call.record().client() {
            Party::Raw(raw) => client(self.phones, raw).1,
            _ => None,
        };
        let handed = if call.is_external() {
            self.accounts.record(call, odd.as_deref()).await
        } else {
            Handed::default()
        };
        self.exit = self.exit.or_graver(handed.exit());
        // Otherwise they stand among the warnings of the accounts.
        let own = if handed.deliveries.is_empty() {
            let warnings = call.record().warnings().iter();
            let warnings = warnings.map(|warning| warning.text().to_owned());
            warnings.chain(odd).collect()
        } else {
            Vec::new()
        };
        self.show(call, Progress::Finished, &handed, own);
    }

    /// Prints a call. A dry run shows what it would have sent instead, at its end.
    fn show(
        &mut self,
        call: &FinishedCall,
        progress: Progress,
        handed: &Handed,
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
        let row = Row::new(call, progress, &handed.deliveries, warnings, &self.zone);
        let in_json = self.prints_json();
        if self.app.global.dry_run {
            self.rehearsal.warn(row.warnings());
            if !handed.failures.is_empty() {
                self.rehearsal.fail();
            }
        } else {
            if self.tally.calls + self.tally.unfinished == 1 && !in_json {
                output.line(&Row::heads());
            }
            output.report(&row);
        }
        for (profile, error) in handed.failures.iter().filter(|_| !in_json) {
            let about = format!("call {id}, profile {profile}");
            output.failure_of_one(&about, error, &self.app.redactor());
        }
    }

    /// Whether calls are printed as JSON.
    fn prints_json(&self) -> bool {
        self.app.output.format() == Format::Json && !self.app.global.dry_run
    }

    /// Leaves what the next run needs, and says what it all came to.
    fn end(mut self, played: Result<()>, state_file: Option<StateFile>) -> Exit {
        let (app, output) = (self.app, self.app.output);
        if self.goes_on {
            self.tally.unfinished = self.unfinished();
        }
        self.tally.late = self.calls.late_events();
        self.tally.dropped = self.calls.dropped_events();
        output.sum_up(&self.tally.text());
        let is_nonsense = self.tally.is_nonsense() && !self.timeline.is_waiting();
        let played = match played {
            Ok(()) if is_nonsense => Err(nonsense()),
            played => played,
        };
        let mut exit = self.exit.or_graver(self.stopped.unwrap_or(Exit::Done));
        match played {
            Err(error) => exit = exit.or_graver(app.fail(&error)),
            Ok(()) if app.global.dry_run => {
                self.accounts.rehearsed(&mut self.rehearsal);
                output.report(&self.rehearsal);
            }
            Ok(()) => {}
        }
        let prints_json = self.prints_json();
        if let Some(file) = state_file {
            let saved = Saved { calls: self.calls.save(), timeline: self.timeline.save() };
            if let Err(error) = file.replace(&saved) {
                exit = exit.or_graver(app.fail(&error));
            }
        }
        if prints_json {
            output.json(&self.tally.summary());
        }
        exit
    }
}

/// Waits until a call is to be closed for want of events; for ever where time is not played.
async fn quiet(calls: &CallTracker, pace: &mut Pace) -> Timestamp {
    match calls.next_due() {
        Some(due) if pace.is_running() => {
            pace.wait_for(due).await;
            due
        }
        _ => std::future::pending().await,
    }
}

fn nonsense() -> Error {
    Error::input("nothing in the input is an event that can be understood")
        .with_hint("an event is written {\"t\": 0.5, \"type\": \"dial\", \"data\": {…}}")
}
