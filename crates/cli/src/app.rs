//! The context of a command: deadline, profile, hub, error output, interruption.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;
use vochi_crm::asterisk::ExtensionPattern;
use vochi_crm::http::Plan;
use vochi_crm::limit::DirectoryLimiter;
use vochi_crm::state::{CallStore, DirectoryCallStore, MemoryCallStore};
use vochi_crm::{
    CrmConnector, Cx, Effect, Error, ErrorKind, Hub, Redactor, Result, Secret, TryAgain,
};

use crate::args::Global;
use crate::config::{Environment, Profile, Settings};
use crate::exit::Exit;
use crate::logs::SharedRedactor;
use crate::output::{DryRun, Output, Report};
use crate::signals;

/// One run of the program.
pub(crate) struct App<'a> {
    pub(crate) global: &'a Global,
    pub(crate) environment: &'a Environment,
    pub(crate) output: &'a Output,
    pub(crate) secrets: SharedRedactor,
    pub(crate) began: Instant,
    pub(crate) stop: Stop,
    /// The contexts of all writes. If one sent a request, an interruption has the effect `maybe`.
    pub(crate) writes: RefCell<Vec<Cx>>,
    /// The hubs of all opened profiles.
    pub(crate) hubs: RefCell<Vec<Hub>>,
}

/// A Ctrl-C or SIGTERM that the command handles itself.
#[derive(Default)]
pub(crate) struct Stop {
    is_expected: Cell<bool>,
    ends_at_sigterm: Cell<bool>,
    requested: Notify,
}

impl Stop {
    /// Waits for the first signal. From the call on, only the second one ends the program.
    pub(crate) async fn requested(&self) {
        self.is_expected.set(true);
        self.requested.notified().await;
    }

    /// Returns a future that waits for SIGTERM. From the call on, only Ctrl-C ends the program.
    pub(crate) fn terminated(&self) -> impl Future<Output = ()> + use<> {
        self.ends_at_sigterm.set(true);
        signals::termination()
    }

    /// Waits for the signal that ends the program immediately.
    async fn forced(&self) {
        self.signal().await;
        if self.is_expected.get() {
            self.requested.notify_one();
            self.signal().await;
        }
    }

    /// Waits for Ctrl-C or SIGTERM.
    async fn signal(&self) {
        let terminated = async {
            signals::termination().await;
            if self.ends_at_sigterm.get() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = signals::interrupted() => {}
            () = terminated => {}
        }
    }
}

/// The limiter's directory. Names of profiles do not begin with a dot, so it cannot be a profile's.
const LIMITS: &str = ".limits";

/// The directory of applications' tokens.
const TOKENS: &str = ".tokens";

/// Where a command stores the state of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StateScope {
    /// In memory, for this run.
    Run,
    /// In the state directory, for later processes.
    Shared,
}

/// The kind of access to a CRM; it decides the effect of a timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Only reads.
    Read,
    /// Writes.
    Write,
}

/// An opened profile.
pub(crate) struct Session {
    pub(crate) profile: Profile,
    pub(crate) hub: Hub,
    pub(crate) connector: Arc<dyn CrmConnector>,
    /// Recognises the PBX's names for employees' phones.
    pub(crate) extensions: ExtensionPattern,
    plan: Option<Plan>,
}

/// The path of a Bitrix24 portal's methods.
const REST: &str = "/rest/";

/// The warning of a dry run with an application.
const NO_TOKEN: &str = "the requests are shown without the application's access token, which is the field `auth` of their bodies";

/// How long the end of the program waits for a token: longer than the library waits for a response.
const RENEWAL: Duration = Duration::from_secs(45);

const UNFINISHED: &str = "a token was being renewed when the program ended";

/// The time after the deadline in which the library reports its own timeout.
const GRACE: Duration = Duration::from_millis(250);

impl App<'_> {
    /// Runs a command until it ends or is interrupted by Ctrl-C or SIGTERM.
    pub(crate) fn block_on(&self, work: impl Future<Output = Result<Exit>>) -> Exit {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(error) => {
                return self
                    .fail(&Error::internal(format!("cannot start the async runtime: {error}")));
            }
        };
        let exit = runtime.block_on(async {
            tokio::select! {
                // The signal handlers must be installed before the command prints anything.
                biased;
                () = self.stop.forced() => self.interrupted(),
                done = work => done.unwrap_or_else(|error| self.fail(&error)),
            }
        });
        runtime.block_on(self.finish());
        // A thread that waits for another process's file lock must not keep the program from ending.
        runtime.shutdown_timeout(Duration::from_millis(200));
        exit
    }

    /// Waits for tokens that are being renewed: a lost one would need a new authorization. A later
    /// signal ends it; `timeout` sends one twice.
    async fn finish(&self) {
        let hubs = self.hubs.borrow().clone();
        let finished = async {
            for hub in &hubs {
                hub.finish().await;
            }
        };
        let again = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.stop.signal().await;
        };
        tokio::select! {
            biased;
            () = finished => {}
            () = again => tracing::warn!(UNFINISHED),
            () = tokio::time::sleep(RENEWAL) => tracing::warn!(UNFINISHED),
        }
    }

    fn interrupted(&self) -> Exit {
        let mut writes = self.writes.borrow().clone().into_iter();
        let effect =
            if writes.any(|cx| cx.requests() > 0) { Effect::Maybe } else { Effect::NotApplied };
        self.output.interrupted(effect);
        Exit::Interrupted
    }

    /// Prints a failure and returns its exit code.
    pub(crate) fn fail(&self, error: &Error) -> Exit {
        self.output.failure(error, &self.redactor());
        Exit::of(error)
    }

    /// Returns a redactor with the secrets of the opened profiles.
    pub(crate) fn redactor(&self) -> Redactor {
        self.secrets.redactor()
    }

    /// Loads the settings of this run.
    ///
    /// # Errors
    /// `config`
    pub(crate) fn settings(&self) -> Result<Settings<'_>> {
        Settings::load(self.global, self.environment)
    }

    /// Loads the settings of this run, for a command that also works without any.
    ///
    /// # Errors
    /// `config`
    pub(crate) fn settings_if_any(&self) -> Result<Settings<'_>> {
        Settings::load_if_any(self.global, self.environment)
    }

    /// Opens the selected profile.
    ///
    /// # Errors
    /// `config`
    pub(crate) async fn session(&self, memory: StateScope) -> Result<Session> {
        let settings = self.settings()?;
        let profile = settings.profile()?;
        self.add_secrets(profile.secrets.iter().cloned());
        let session = self.open(profile, &settings, memory).await?;
        Ok(Session { extensions: settings.pbx().extensions.clone(), ..session })
    }

    /// Masks these secrets in all later output.
    pub(crate) fn add_secrets(&self, secrets: impl IntoIterator<Item = Secret>) {
        self.secrets.add(secrets);
    }

    /// Opens a profile. A missing state directory is an error only with a shared state.
    ///
    /// # Errors
    /// `config`
    pub(crate) async fn open(
        &self,
        profile: Profile,
        settings: &Settings<'_>,
        memory: StateScope,
    ) -> Result<Session> {
        let plan = self.global.dry_run.then(Plan::new);
        self.open_on(profile, settings, memory, plan).await
    }

    /// Opens a profile for a command that reads in a dry run too. The command itself must not write then.
    ///
    /// # Errors
    /// `config`
    pub(crate) async fn open_to_read(
        &self,
        profile: Profile,
        settings: &Settings<'_>,
    ) -> Result<Session> {
        self.open_on(profile, settings, StateScope::Run, None).await
    }

    async fn open_on(
        &self,
        profile: Profile,
        settings: &Settings<'_>,
        memory: StateScope,
        plan: Option<Plan>,
    ) -> Result<Session> {
        let state_dir = match memory {
            StateScope::Run => None,
            StateScope::Shared => Some(settings.state_dir()?),
        };
        let opening = self.store(state_dir);
        let store = self.within_deadline(&self.history(), Access::Read, opening).await?;
        let mut hub = Hub::builder().store(store);
        if let Some(plan) = &plan {
            hub = hub.plan(plan.clone());
        } else {
            // All processes of this host share a CRM's quota.
            let limits = settings.state_dir().map(|root| root.join(LIMITS));
            match limits.and_then(DirectoryLimiter::new) {
                Ok(limiter) => hub = hub.limiter(Arc::new(limiter)),
                Err(error) if memory == StateScope::Shared => return Err(error),
                Err(error) => {
                    tracing::warn!(
                        error = error.message(),
                        "cannot share limits with other processes"
                    );
                }
            }
        }
        let hub = hub.build()?;
        self.hubs.borrow_mut().push(hub.clone());
        let profile = with_token_file(profile, settings)?;
        let connector = profile.connect(&hub)?;
        Ok(Session { profile, hub, connector, extensions: ExtensionPattern::default(), plan })
    }

    async fn store(&self, state_dir: Option<PathBuf>) -> Result<Arc<dyn CallStore>> {
        Ok(match state_dir {
            None => Arc::new(MemoryCallStore::new()),
            Some(root) if self.global.dry_run => {
                Arc::new(DirectoryCallStore::read_only(root).await?)
            }
            Some(root) => Arc::new(DirectoryCallStore::open(root).await?),
        })
    }

    /// Returns the deadline set by `--timeout`.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.global.timeout.and_then(|budget| self.began.checked_add(budget))
    }

    /// Returns a context for interactive work; `default` is the timeout without `--timeout`.
    pub(crate) fn live(&self, default: Duration) -> Cx {
        match self.deadline() {
            Some(deadline) => Cx::live().with_deadline(deadline),
            None => Cx::live().with_timeout(default),
        }
    }

    /// Returns a context for background work.
    pub(crate) fn history(&self) -> Cx {
        match self.deadline() {
            Some(deadline) => Cx::history().with_deadline(deadline),
            None => Cx::history(),
        }
    }

    /// Runs `work` until shortly after the deadline of `cx`. The library waits without a limit for a call
    /// that another process has locked.
    ///
    /// # Errors
    /// `timeout`, with effect `maybe` if a write sent a request; else the error of `work`.
    pub(crate) async fn within_deadline<T>(
        &self,
        cx: &Cx,
        access: Access,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        if access == Access::Write && !self.global.dry_run {
            self.writes.borrow_mut().push(cx.clone());
        }
        let Some(deadline) = cx.deadline() else {
            return work.await;
        };
        if let Ok(done) = tokio::time::timeout_at(deadline + GRACE, work).await {
            return done;
        }
        let effect = match access {
            Access::Write if cx.requests() > 0 => Effect::Maybe,
            Access::Read | Access::Write => Effect::NotApplied,
        };
        Err(Error::new(ErrorKind::Timeout, "deadline exceeded: the command took too long")
            .with_effect(effect)
            .with_try_again(TryAgain::Later)
            .with_hint("raise --timeout; another event of the call may be running"))
    }

    /// Prints the result of a command; in a dry run, the planned requests.
    pub(crate) fn show(&self, session: &Session, report: &impl Report, exit: Exit) -> Exit {
        if session.plan.is_none() {
            self.output.report(report);
            return exit;
        }
        let mut dry_run = DryRun::new();
        session.add_to_dry_run(&mut dry_run);
        dry_run.warn(report.warnings());
        self.output.report(&dry_run);
        Exit::Done
    }
}

/// Names the file of an application's tokens, unless the configuration does: every command needs
/// them, also those that keep calls in memory.
fn with_token_file(mut profile: Profile, settings: &Settings<'_>) -> Result<Profile> {
    const FILE: &str = "token_file";
    let has = |key: &str| profile.settings.get(key).is_some();
    let takes_it = profile.crm.own_keys().iter().any(|key| key.name == FILE);
    if takes_it && has("client_id") && !has(FILE) {
        let file = settings.state_dir()?.join(TOKENS).join(format!("{}.json", profile.name));
        profile.settings = profile.settings.set(FILE, file.to_string_lossy());
    }
    Ok(profile)
}

impl Session {
    /// Adds the requests planned so far to a dry run.
    pub(crate) fn add_to_dry_run(&self, into: &mut DryRun) {
        if let Some(plan) = &self.plan {
            let requests = plan.requests();
            into.add(self.profile.crm, &requests);
            let has_token = self.profile.settings.get("client_id").is_some();
            if has_token && requests.iter().any(|request| request.url.contains(REST)) {
                into.warn(&[NO_TOKEN.to_owned()]);
            }
        }
    }
}
