//! What commands share: the budget of time, the profile, the hub, the end.

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
use crate::logs::Blackened;
use crate::output::{Output, Rehearsal, Report};
use crate::signals;

/// One run of the program.
pub(crate) struct App<'a> {
    pub(crate) global: &'a Global,
    pub(crate) environment: &'a Environment,
    pub(crate) output: &'a Output,
    pub(crate) blackened: Blackened,
    pub(crate) began: Instant,
    pub(crate) stop: Stop,
    /// The circumstances of every write: whether any was sent decides the effect of an interruption.
    pub(crate) writes: RefCell<Vec<Cx>>,
}

/// A Ctrl-C that a command deals with itself.
#[derive(Default)]
pub(crate) struct Stop {
    is_expected: Cell<bool>,
    requested: Notify,
}

impl Stop {
    /// Waits for the first Ctrl-C. From now on it does not end the program at once; the second does.
    pub(crate) async fn requested(&self) {
        self.is_expected.set(true);
        self.requested.notified().await;
    }

    /// Waits for the Ctrl-C that ends the program at once.
    async fn forced(&self) {
        signals::interrupted().await;
        if self.is_expected.get() {
            self.requested.notify_one();
            signals::interrupted().await;
        }
    }
}

/// The limiter's directory, beside those of the profiles, whose names begin with no dot.
const LIMITS: &str = ".limits";

/// Whether a command's calls must be remembered between processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Memory {
    /// For this run only.
    Own,
    /// For the next process too.
    Shared,
}

/// What a command may have done to a CRM when it is broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It only reads.
    Reads,
    /// It writes.
    Writes,
}

/// A profile ready for work.
pub(crate) struct Session {
    pub(crate) profile: Profile,
    pub(crate) hub: Hub,
    pub(crate) connector: Arc<dyn CrmConnector>,
    /// How the PBX names its employees' phones.
    pub(crate) extensions: ExtensionPattern,
    plan: Option<Plan>,
}

/// The time after its deadline in which the library itself is expected to say what happened.
const GRACE: Duration = Duration::from_millis(250);

impl App<'_> {
    /// Runs a command's work until it is done, its time is up or somebody presses Ctrl-C.
    pub(crate) fn block_on(&self, work: impl Future<Output = Result<Exit>>) -> Exit {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(error) => {
                return self.fail(&Error::internal(format!("no runtime came about: {error}")));
            }
        };
        let exit = runtime.block_on(async {
            tokio::select! {
                // CallUpdate before the work says anything that could be taken for a start.
                biased;
                () = self.stop.forced() => self.interrupted(),
                done = work => done.unwrap_or_else(|error| self.fail(&error)),
            }
        });
        // A file lock somebody else holds must not keep the program from ending.
        runtime.shutdown_timeout(Duration::from_millis(200));
        exit
    }

    fn interrupted(&self) -> Exit {
        let mut writes = self.writes.borrow().clone().into_iter();
        let effect =
            if writes.any(|cx| cx.requests() > 0) { Effect::Maybe } else { Effect::NotApplied };
        self.output.interrupted(effect);
        Exit::Interrupted
    }

    /// Tells of a failure.
    pub(crate) fn fail(&self, error: &Error) -> Exit {
        self.output.failure(error, &self.redactor());
        Exit::of(error)
    }

    /// What keeps the secrets of the profiles in play out of texts.
    pub(crate) fn redactor(&self) -> Redactor {
        self.blackened.redactor()
    }

    /// The settings of this run.
    ///
    /// # Errors
    /// `config`
    pub(crate) fn settings(&self) -> Result<Settings<'_>> {
        Settings::load(self.global, self.environment)
    }

    /// The settings of this run, for a command that has something to do without any too.
    ///
    /// # Errors
    /// `config`
    pub(crate) fn settings_if_any(&self) -> Result<Settings<'_>> {
        Settings::load_if_any(self.global, self.environment)
    }

    /// Opens the one profile in play.
    ///
    /// # Errors
    /// `config`
    pub(crate) async fn session(&self, memory: Memory) -> Result<Session> {
        let settings = self.settings()?;
        let profile = settings.profile()?;
        self.conceal(profile.secrets.iter().cloned());
        let session = self.open(profile, &settings, memory).await?;
        Ok(Session { extensions: settings.pbx().extensions.clone(), ..session })
    }

    /// Keeps these secrets out of everything that is shown from now on.
    pub(crate) fn conceal(&self, secrets: impl IntoIterator<Item = Secret>) {
        self.blackened.add(secrets);
    }

    /// Makes a profile ready for work. Only a command with shared memory fails where there is no place
    /// for the state.
    ///
    /// # Errors
    /// `config`
    pub(crate) async fn open(
        &self,
        profile: Profile,
        settings: &Settings<'_>,
        memory: Memory,
    ) -> Result<Session> {
        let plan = self.global.dry_run.then(Plan::new);
        self.open_on(profile, settings, memory, plan).await
    }

    /// Makes a profile ready for work that reads in a dry run too, and has to keep from writing.
    ///
    /// # Errors
    /// `config`
    pub(crate) async fn open_to_read(
        &self,
        profile: Profile,
        settings: &Settings<'_>,
    ) -> Result<Session> {
        self.open_on(profile, settings, Memory::Own, None).await
    }

    async fn open_on(
        &self,
        profile: Profile,
        settings: &Settings<'_>,
        memory: Memory,
        plan: Option<Plan>,
    ) -> Result<Session> {
        let state_dir = match memory {
            Memory::Own => None,
            Memory::Shared => Some(settings.state_dir()?),
        };
        let opening = self.store(state_dir);
        let store = self.in_time(&self.history(), Manner::Reads, opening).await?;
        let mut hub = Hub::builder().store(store);
        if let Some(plan) = &plan {
            hub = hub.plan(plan.clone());
        } else {
            // All processes of this host share what a CRM allows.
            let limits = settings.state_dir().map(|root| root.join(LIMITS));
            match limits.and_then(DirectoryLimiter::new) {
                Ok(limiter) => hub = hub.limiter(Arc::new(limiter)),
                Err(error) if memory == Memory::Shared => return Err(error),
                Err(error) => {
                    tracing::warn!(error = error.message(), "limits hold for this process alone");
                }
            }
        }
        let hub = hub.build()?;
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

    /// When the command has to be done, if that was said.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.global.timeout.and_then(|budget| self.began.checked_add(budget))
    }

    /// Circumstances for somebody who waits; `otherwise` is the time where none was said.
    pub(crate) fn live(&self, otherwise: Duration) -> Cx {
        match self.deadline() {
            Some(deadline) => Cx::live().with_deadline(deadline),
            None => Cx::live().with_timeout(otherwise),
        }
    }

    /// Circumstances for work nobody waits for.
    pub(crate) fn history(&self) -> Cx {
        match self.deadline() {
            Some(deadline) => Cx::history().with_deadline(deadline),
            None => Cx::history(),
        }
    }

    /// Waits for the library, but not much longer than the deadline it was given: a call may be
    /// held by another process, which the library waits for as long as it takes.
    ///
    /// # Errors
    /// `timeout`, with effect `maybe` where a write was under way; else what the work said.
    pub(crate) async fn in_time<T>(
        &self,
        cx: &Cx,
        manner: Manner,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        if manner == Manner::Writes && !self.global.dry_run {
            self.writes.borrow_mut().push(cx.clone());
        }
        let Some(deadline) = cx.deadline() else {
            return work.await;
        };
        if let Ok(done) = tokio::time::timeout_at(deadline + GRACE, work).await {
            return done;
        }
        let effect = match manner {
            Manner::Writes if cx.requests() > 0 => Effect::Maybe,
            Manner::Reads | Manner::Writes => Effect::NotApplied,
        };
        Err(Error::new(ErrorKind::Timeout, "the time for this command is up")
            .with_effect(effect)
            .with_try_again(TryAgain::Later)
            .with_hint("allow more with --timeout; another event of the call may be under way"))
    }

    /// Shows what came of a command. A dry run shows its requests instead.
    pub(crate) fn show(&self, session: &Session, report: &impl Report, exit: Exit) -> Exit {
        let Some(plan) = &session.plan else {
            self.output.report(report);
            return exit;
        };
        let mut rehearsal = Rehearsal::nothing();
        rehearsal.add(session.profile.crm, &plan.requests());
        rehearsal.warn(report.warnings());
        self.output.report(&rehearsal);
        Exit::Done
    }
}

impl Session {
    /// The requests of a dry run, as far as it has come.
    pub(crate) fn rehearsed(&self, into: &mut Rehearsal) {
        if let Some(plan) = &self.plan {
            into.add(self.profile.crm, &plan.requests());
        }
    }
}
