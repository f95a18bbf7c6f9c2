//! `replay`: recorded events of a PBX become calls.

mod base;
mod deliver;
mod feed;
mod pace;
mod row;
mod tally;

use vochi_crm::asterisk::{CallTracker, FinishedCall, Heard, PbxEvent, Reading, RecordedEvent};
use vochi_crm::phone::PhoneReader;
use vochi_crm::{Clock, Error, Party, Result, SystemClock, Timestamp, Zone};

use super::delivery::{client, option};
use crate::app::{App, Manner};
use crate::args::{Format, ReplayArgs};
use crate::exit::Exit;
use crate::output::{Rehearsal, Report};
use base::Timeline;
use deliver::{Accounts, Handed, Popups};
use feed::Feed;
use pace::Pace;
use row::Row;
use tally::Tally;

pub(super) async fn run(app: &App<'_>, args: &ReplayArgs) -> Result<Exit> {
    let base = args.base_time.as_ref();
    let base = base.map(|text| option("--base-time", text.parse()));
    let base: Option<Timestamp> = base.transpose()?;
    let settings = if app.global.profile.is_empty() {
        app.settings_if_any()?
    } else {
        app.settings()?
    };
    let popups = if args.popups {
        Popups::Everywhere
    } else {
        Popups::Here
    };
    let accounts = Accounts::open(app, &settings, popups).await?;
    let cx = app.history();
    let feed = app
        .in_time(&cx, Manner::Reads, Feed::open(&args.file))
        .await?;
    let pbx = settings.pbx();
    // An account reads numbers as in all its other calls.
    let phones = accounts.phones().unwrap_or_else(|| match pbx.region {
        Some(region) => PhoneReader::new().with_region(region),
        None => PhoneReader::new(),
    });
    let calls = CallTracker::builder()
        .extensions(pbx.extensions.clone())
        .pbx_zone(pbx.zone.clone())
        .phones(phones)
        .build();
    let mut replay = Replay {
        app,
        accounts,
        phones,
        zone: pbx.zone.clone(),
        timeline: Timeline::new(base.or(feed.started_at()), pbx.zone.clone()),
        pace: Pace::new(args.speed),
        calls,
        tally: Tally::default(),
        rehearsal: Rehearsal::nothing(),
        exit: Exit::Done,
    };
    let played = app.in_time(&cx, Manner::Reads, replay.play(feed)).await;
    Ok(replay.end(played))
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
    tally: Tally,
    /// What a dry run has to tell beside its requests.
    rehearsal: Rehearsal,
    exit: Exit,
}

impl Replay<'_> {
    async fn play(&mut self, mut feed: Feed) -> Result<()> {
        loop {
            let entry = tokio::select! {
                // What is there already happened before the quiet after it.
                biased;
                entry = feed.next() => entry?,
                due = self.quiet() => {
                    let heard = self.calls.pass_time(due);
                    self.tell(heard).await;
                    continue;
                }
            };
            match entry {
                Some(Ok(event)) => {
                    for (at, event) in self.timeline.take(event) {
                        self.hear(at, &event).await;
                    }
                }
                Some(Err(broken)) => self.broken(&broken.to_string()),
                None => break,
            }
        }
        for (at, event) in self.timeline.finish(SystemClock.now()) {
            self.hear(at, &event).await;
        }
        let heard = self.calls.finish();
        self.tell(heard).await;
        Ok(())
    }

    /// Waits until a call is to be closed for want of events; for ever where time is not played.
    async fn quiet(&mut self) -> Timestamp {
        match self.calls.next_due() {
            Some(due) if self.pace.is_timed() => {
                self.pace.wait_for(due).await;
                due
            }
            _ => std::future::pending().await,
        }
    }

    async fn hear(&mut self, at: Timestamp, event: &RecordedEvent) {
        while self.pace.is_timed()
            && let Some(due) = self.calls.next_due().filter(|due| *due < at)
        {
            self.pace.wait_for(due).await;
            let heard = self.calls.pass_time(due);
            self.tell(heard).await;
        }
        self.pace.wait_for(at).await;
        let heard = match PbxEvent::read(event.name(), event.body()) {
            Ok(Reading::Event(read)) => {
                self.tally.understood += 1;
                let read = match event.pbx() {
                    Some(pbx) => read.on_pbx(pbx),
                    None => read,
                };
                self.calls.hear(at, &read)
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

    fn broken(&mut self, what: &str) {
        self.tally.broken += 1;
        self.app.output.warn(what);
    }

    async fn tell(&mut self, heard: Vec<Heard>) {
        for heard in heard {
            match heard {
                // Calls among employees have none.
                Heard::Live(event) => self.accounts.tell(event.event()).await,
                Heard::Finished(call) => self.finished(&call).await,
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
        self.show(call, &handed);
        // Otherwise it stands among the warnings of the accounts.
        if let (Some(odd), true) = (odd, self.accounts.is_empty()) {
            let call = call.record().call_id();
            self.app.output.warn(&format!("call {call}: {odd}"));
        }
    }

    /// Prints a finished call. A dry run shows what it would have sent instead, at its end.
    fn show(&mut self, call: &FinishedCall, handed: &Handed) {
        let output = self.app.output;
        let row = Row::new(call, &handed.deliveries, &self.zone);
        let in_json = output.format() == Format::Json && !self.app.global.dry_run;
        if self.app.global.dry_run {
            self.rehearsal.warn(row.warnings());
            if !handed.failures.is_empty() {
                self.rehearsal.fail();
            }
        } else {
            if self.tally.calls == 1 && !in_json {
                output.line(&Row::heads());
            }
            output.report(&row);
        }
        for (profile, error) in handed.failures.iter().filter(|_| !in_json) {
            let about = format!("call {}, profile {profile}", call.record().call_id());
            output.failure_of_one(&about, error, &self.app.redactor());
        }
    }

    /// Says what it all came to.
    fn end(mut self, played: Result<()>) -> Exit {
        let output = self.app.output;
        output.sum_up(&self.tally.text());
        let played = match played {
            Ok(()) if self.tally.is_nonsense() => Err(nonsense()),
            played => played,
        };
        match played {
            Err(error) => self.exit.or_graver(self.app.fail(&error)),
            Ok(()) if self.app.global.dry_run => {
                self.accounts.rehearsed(&mut self.rehearsal);
                output.report(&self.rehearsal);
                self.exit
            }
            Ok(()) => self.exit,
        }
    }
}

fn nonsense() -> Error {
    Error::input("nothing in the input is an event that can be understood")
        .with_hint("an event is written {\"t\": 0.5, \"type\": \"dial\", \"data\": {…}}")
}
