//! `health`: checks profiles end to end and names what to fix.

use serde::Serialize;
use vochi_crm::connector::Check;
use vochi_crm::state::DirectoryCallStore;
use vochi_crm::{Cx, Error, ErrorKind, PhoneNumber, Result};

use super::route;
use crate::app::{Access, App, Session, StateScope};
use crate::args::HealthArgs;
use crate::config::{Profile, Settings};
use crate::exit::Exit;
use crate::output::{Columns, DryRun, Report, Style, Tone, escape_controls, with_command};

#[derive(Debug, Serialize)]
struct Health {
    ok: bool,
    profiles: Vec<ProfileHealth>,
    /// The worst finding, if a check failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Finding>,
}

#[derive(Debug, Serialize)]
struct ProfileHealth {
    profile: String,
    crm: Option<String>,
    ok: bool,
    /// The latency of the CRM's first response.
    latency_ms: Option<u64>,
    checks: Vec<CheckRow>,
    #[serde(skip)]
    exit: Exit,
}

#[derive(Debug, Serialize)]
struct CheckRow {
    name: &'static str,
    ok: bool,
    message: String,
    hint: Option<String>,
    #[serde(skip)]
    failure: Option<ErrorKind>,
}

#[derive(Debug, Serialize)]
struct Finding {
    kind: &'static str,
    effect: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

pub(super) async fn run(app: &App<'_>, args: &HealthArgs) -> Result<Exit> {
    let settings = app.settings()?;
    let profiles = if args.all {
        settings.all()?
    } else {
        let profile = settings.profile()?;
        vec![(profile.name.clone(), Ok(profile))]
    };
    let valid = || profiles.iter().filter_map(|(_, profile)| profile.as_ref().ok());
    app.add_secrets(valid().flat_map(|profile| profile.secrets.iter().cloned()));
    // An invalid number is an error of the command line, whatever the accounts are like.
    for profile in valid() {
        search_number(args, profile)?;
    }
    let cx = app.history();
    let mut running = Vec::new();
    let mut dry_run = DryRun::new();
    for (name, profile) in profiles {
        let crm = settings.crm_of(&name).map(str::to_owned);
        let session = match profile {
            Ok(profile) => {
                let phone = search_number(args, &profile)?;
                let session = app.open(profile, &settings, StateScope::Run).await;
                session.map(|session| (session, phone))
            }
            Err(error) => Err(error),
        };
        running.push(match session {
            Err(error) if !args.all => return Err(error),
            Err(error) => Checking::Done(Box::new(config_failure(name, crm, &error))),
            Ok((session, phone)) if app.global.dry_run => {
                check_profile(&session, phone, &cx).await;
                session.add_to_dry_run(&mut dry_run);
                continue;
            }
            Ok((session, phone)) => {
                let state = state_check(&settings).await;
                let cx = cx.clone();
                Checking::Running(tokio::spawn(async move {
                    let mut health = check_profile(&session, phone, &cx).await;
                    health.add(&state);
                    health
                }))
            }
        });
    }
    if app.global.dry_run {
        app.output.report(&dry_run);
        return Ok(Exit::Done);
    }
    let mut found = Vec::new();
    let redactor = app.redactor();
    for checking in running {
        let mut health = match checking {
            Checking::Done(health) => *health,
            Checking::Running(task) => app.within_deadline(&cx, Access::Read, join(task)).await?,
        };
        // Checks name configured values, and a key may stand in the wrong field.
        for check in &mut health.checks {
            check.message = redactor.mask_known(&check.message);
            check.hint = check.hint.take().map(|hint| redactor.mask_known(&hint));
        }
        found.push(health);
    }
    let exit = found.iter().fold(Exit::Done, |exit, health| exit.or_worse(health.exit));
    let report =
        Health { ok: exit == Exit::Done, error: worst_finding(&found, exit), profiles: found };
    app.output.report(&report);
    Ok(exit)
}

/// The checks of a profile, done or running.
enum Checking {
    Done(Box<ProfileHealth>),
    Running(tokio::task::JoinHandle<ProfileHealth>),
}

async fn join(task: tokio::task::JoinHandle<ProfileHealth>) -> Result<ProfileHealth> {
    task.await.map_err(|_| Error::internal("a check panicked"))
}

/// Reads the number to look up as this profile does.
fn search_number(args: &HealthArgs, profile: &Profile) -> Result<Option<PhoneNumber>> {
    args.phone.as_ref().map(|raw| route::number(profile.account.phones(), raw)).transpose()
}

async fn check_profile(session: &Session, phone: Option<PhoneNumber>, cx: &Cx) -> ProfileHealth {
    let connector = &session.connector;
    let mut health = ProfileHealth {
        profile: session.profile.name.clone(),
        crm: Some(session.profile.crm.name().to_owned()),
        ok: true,
        latency_ms: None,
        checks: Vec::new(),
        exit: Exit::Done,
    };
    match connector.health(cx).await {
        Ok(report) => {
            health.latency_ms = u64::try_from(report.latency().as_millis()).ok();
            report.checks().iter().for_each(|check| health.add(check));
        }
        Err(error) => health.add(&Check::broken("account", &error)),
    }
    if let Some(phone) = phone {
        let search = match connector.responsible(cx, &phone).await {
            Ok(Some(one)) => {
                let name = one.name.unwrap_or_else(|| format!("user {}", one.user_id));
                let at = one.extension.map(|extension| format!(" at {extension}"));
                let at = at.unwrap_or_default();
                Check::passed("search", format!("{name}{at} is responsible for {phone}"))
            }
            Ok(None) => Check::passed("search", format!("no responsible manager for {phone}")),
            Err(error) => Check::broken("search", &error),
        };
        health.add(&search);
    }
    health
}

/// Checks that the state of calls can be stored.
async fn state_check(settings: &Settings<'_>) -> Check {
    let opened = match settings.state_dir() {
        Ok(root) => match DirectoryCallStore::open(&root).await {
            Ok(_) => Ok(root),
            Err(error) => Err(error.into()),
        },
        Err(error) => Err(error),
    };
    match opened {
        Ok(root) => {
            Check::passed("state", format!("the state of calls is stored in {}", root.display()))
        }
        Err(error) => Check::broken("state", &error),
    }
}

fn config_failure(profile: String, crm: Option<String>, error: &Error) -> ProfileHealth {
    let mut health = ProfileHealth {
        profile,
        crm,
        ok: true,
        latency_ms: None,
        checks: Vec::new(),
        exit: Exit::Done,
    };
    health.add(&Check::broken("configuration", error));
    health
}

impl ProfileHealth {
    fn add(&mut self, check: &Check) {
        if let Some(kind) = check.failure() {
            self.ok = false;
            self.exit = self.exit.or_worse(Exit::of_kind(kind));
        }
        self.checks.push(CheckRow {
            name: check.name(),
            ok: check.failure().is_none(),
            message: check.message().to_owned(),
            hint: check.hint().map(|hint| with_command(hint, Some(&self.profile))),
            failure: check.failure(),
        });
    }
}

/// Returns the finding that decides the exit code.
fn worst_finding(found: &[ProfileHealth], exit: Exit) -> Option<Finding> {
    found.iter().flat_map(|health| health.checks.iter().map(move |check| (health, check))).find_map(
        |(health, check)| {
            let kind = check.failure.filter(|kind| Exit::of_kind(*kind) == exit)?;
            Some(Finding {
                kind: kind.as_str(),
                effect: "not_applied",
                message: format!("profile {}: {}: {}", health.profile, check.name, check.message),
                hint: check.hint.clone(),
            })
        },
    )
}

impl Report for Health {
    fn human(&self, style: Style) -> String {
        let mut text = Vec::new();
        for health in &self.profiles {
            let crm = health.crm.as_deref().unwrap_or("no CRM");
            let latency = health.latency_ms.map(|ms| format!(", {ms} ms")).unwrap_or_default();
            let heading = format!("{} ({crm}{latency})", health.profile);
            text.push(style.tone(Tone::Bold, &escape_controls(&heading)));
            let mut columns = Columns::plain();
            for check in &health.checks {
                columns.row([if check.ok { "ok" } else { "FAIL" }, check.name, &check.message]);
                if let Some(hint) = &check.hint {
                    columns.row(["", "", &format!("-> {hint}")]);
                }
            }
            text.extend(columns.to_string().lines().map(|line| match line.trim_start() {
                line if line.starts_with("FAIL") => style.tone(Tone::Error, line),
                _ => line.to_owned(),
            }));
        }
        text.join("\n")
    }
}
