//! `settle`: sends pending work.

use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;
use vochi_crm::pending::{self, Mode, Outcome, PendingKind, Settled};
use vochi_crm::{CallId, Crm, Error, Result};

use super::delivery::option;
use crate::app::{Access, App, Session, StateScope};
use crate::args::{Format, SettleArgs};
use crate::exit::Exit;
use crate::output::{DryRun, ErrorObject, Report, Style, Tone, escape_controls};

/// The pause between two rounds.
const PAUSE: Duration = Duration::from_secs(30);
/// The longest pause after rounds in which work stayed pending.
const LONGEST_PAUSE: Duration = Duration::from_secs(10 * 60);

/// The result of one item of pending work.
#[derive(Debug, Serialize)]
struct Row {
    ok: bool,
    state: State,
    profile: String,
    /// Null, as `kind`, in the row of a profile that cannot be opened.
    call_id: Option<String>,
    kind: Option<PendingKind>,
    recorded: bool,
    attempts: u32,
    error: Option<ErrorObject>,
}

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Sent,
    /// It stays pending: another round sends it.
    Pending,
    /// It is reported, and only a person can change that.
    Failed,
}

impl Report for Row {
    fn human(&self, style: Style) -> String {
        let what = match self.state {
            State::Sent => style.tone(Tone::Success, "sent"),
            State::Pending => style.tone(Tone::Warning, "pending"),
            State::Failed => style.tone(Tone::Error, "not sent"),
        };
        let line = match (self.kind, &self.call_id) {
            (Some(kind), Some(call)) => {
                format!("{what}  {kind}  call {call}  account {}", self.profile)
            }
            _ => format!("{what}  account {}", self.profile),
        };
        escape_controls(&line).into_owned()
    }
}

/// The last line of a round.
#[derive(Debug, Default, Serialize)]
struct Summary {
    #[serde(rename = "summary")]
    is_last: bool,
    sent: u32,
    pending: u32,
    failed: u32,
    #[serde(skip)]
    exit: Option<Exit>,
}

impl Report for Summary {
    fn human(&self, _: Style) -> String {
        format!("{} sent, {} pending, {} failed", self.sent, self.pending, self.failed)
    }
}

impl Summary {
    fn end(&mut self, exit: Exit) {
        self.exit = Some(self.exit.unwrap_or(Exit::Done).or_worse(exit));
    }
}

pub(super) async fn run(app: &App<'_>, args: &SettleArgs) -> Result<Exit> {
    let send = args.send.as_ref().map(|id| option("--send", CallId::new(id))).transpose()?;
    let Opened { sessions, broken } = open(app).await?;
    for (name, error) in &broken {
        report(app, &unusable(app, name, error), Some(error));
    }
    let mut pause = PAUSE;
    loop {
        let mut summary = round(app, &sessions, send.as_ref()).await?;
        let waits = summary.pending + summary.failed > 0;
        let tried = summary.sent + summary.pending + summary.failed > 0;
        for (_, error) in &broken {
            summary.failed += 1;
            summary.end(Exit::of(error));
        }
        if app.global.dry_run {
            let mut dry_run = DryRun::new();
            for session in &sessions {
                session.add_to_dry_run(&mut dry_run);
            }
            app.output.report(&dry_run);
            return Ok(Exit::Done);
        }
        if tried || !args.watch {
            app.output.report(&summary);
        }
        if !args.watch {
            if let Some(send) = send.filter(|_| !tried) {
                return Err(Error::input(format!("--send: no pending work of call {send}")));
            }
            return Ok(summary.exit.unwrap_or(Exit::Done));
        }
        pause = if waits { (pause * 2).min(LONGEST_PAUSE) } else { PAUSE };
        let next = Instant::now() + if waits { pause } else { PAUSE };
        if app.deadline().is_some_and(|deadline| deadline <= next) {
            return Ok(summary.exit.unwrap_or(Exit::Done));
        }
        tokio::time::sleep_until(next).await;
    }
}

/// The opened profiles.
struct Opened {
    sessions: Vec<Session>,
    /// Profiles that cannot be opened, by name.
    broken: Vec<(String, Error)>,
}

/// Opens all profiles, or the one of `--profile`.
async fn open(app: &App<'_>) -> Result<Opened> {
    let settings = app.settings()?;
    let profiles = if app.global.profile.is_empty() {
        // A CRM without a connector has no pending work.
        let mut all = settings.all()?;
        let has_connector = |crm| Crm::named(crm).is_some_and(Crm::has_connector);
        all.retain(|(name, _)| settings.crm_of(name).is_none_or(has_connector));
        all
    } else {
        let named = settings.requested()?.into_iter();
        named.map(|profile| (profile.name.clone(), Ok(profile))).collect()
    };
    let valid = profiles.iter().filter_map(|(_, profile)| profile.as_ref().ok());
    app.add_secrets(valid.flat_map(|profile| profile.secrets.clone()));
    let mut opened = Opened { sessions: Vec::new(), broken: Vec::new() };
    for (name, profile) in profiles {
        let session = match profile {
            Ok(profile) => app.open(profile, &settings, StateScope::Shared).await,
            Err(error) => Err(error),
        };
        match session {
            Ok(session) => opened.sessions.push(session),
            Err(error) => opened.broken.push((name, error)),
        }
    }
    // If no profile can be opened, the command fails.
    match opened.broken.pop() {
        Some((_, error)) if opened.sessions.is_empty() => Err(error),
        last => {
            opened.broken.extend(last);
            Ok(opened)
        }
    }
}

/// Sends the pending work that is due, one call after another.
async fn round(app: &App<'_>, sessions: &[Session], send: Option<&CallId>) -> Result<Summary> {
    let mut summary = Summary { is_last: true, ..Summary::default() };
    for session in sessions {
        let cx = app.history();
        let account = session.profile.account.name();
        let listing = session.hub.pending_calls(&cx, account);
        let mut calls = app.within_deadline(&cx, Access::Read, listing).await?;
        let mut mode = Mode::Due;
        if let Some(send) = send {
            calls.retain(|call| call == send);
            mode = Mode::Send;
        }
        for call in calls {
            let (connector, hub) = (&*session.connector, &session.hub);
            let work = pending::settle(connector, hub, &cx, &call, mode);
            match app.within_deadline(&cx, Access::Write, work).await {
                Ok(settled) => {
                    for one in settled {
                        show(app, session, &call, &one, &mut summary);
                    }
                }
                Err(error) => {
                    let failed = unreadable(app, session, &call, &error);
                    summary.failed += 1;
                    summary.end(Exit::of(&error));
                    report(app, &failed, Some(&error));
                }
            }
        }
    }
    Ok(summary)
}

fn show(app: &App<'_>, session: &Session, call: &CallId, settled: &Settled, summary: &mut Summary) {
    let state = match settled.outcome {
        Outcome::Sent => State::Sent,
        Outcome::Pending => State::Pending,
        _ => State::Failed,
    };
    match state {
        State::Sent => summary.sent += 1,
        State::Pending => summary.pending += 1,
        State::Failed => summary.failed += 1,
    }
    if let Some(error) = &settled.error {
        summary.end(Exit::of(error));
    }
    let row = Row {
        ok: state == State::Sent || (state == State::Pending && settled.error.is_none()),
        state,
        profile: session.profile.name.clone(),
        call_id: Some(call.to_string()),
        kind: Some(settled.kind),
        recorded: settled.recorded,
        attempts: settled.attempts,
        error: error_object(app, settled.error.as_ref()),
    };
    report(app, &row, settled.error.as_ref());
}

fn unreadable(app: &App<'_>, session: &Session, call: &CallId, error: &Error) -> Row {
    Row {
        ok: false,
        state: State::Failed,
        profile: session.profile.name.clone(),
        call_id: Some(call.to_string()),
        kind: Some(PendingKind::Record),
        recorded: false,
        attempts: 0,
        error: error_object(app, Some(error)),
    }
}

/// Returns the row of a profile that cannot be opened.
fn unusable(app: &App<'_>, profile: &str, error: &Error) -> Row {
    Row {
        ok: false,
        state: State::Failed,
        profile: profile.to_owned(),
        call_id: None,
        kind: None,
        recorded: false,
        attempts: 0,
        error: error_object(app, Some(error)),
    }
}

fn error_object(app: &App<'_>, error: Option<&Error>) -> Option<ErrorObject> {
    error.map(|error| ErrorObject::of(error, &app.redactor()))
}

fn report(app: &App<'_>, row: &Row, error: Option<&Error>) {
    if app.global.dry_run {
        return;
    }
    app.output.report(row);
    if let Some(error) = error.filter(|_| app.output.format() == Format::Human) {
        let subject = row.call_id.as_ref().unwrap_or(&row.profile);
        app.output.item_failure(subject, error, &app.redactor());
    }
}
