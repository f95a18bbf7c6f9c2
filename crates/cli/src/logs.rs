//! The log on standard error.

use std::io::{self, Write};
use std::sync::{Arc, PoisonError, RwLock};

use tracing::Metadata;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use vochi_crm::{Redactor, Secret};

use crate::args::Global;
use crate::output::Output;

/// The target of the audit log: one line per write to a CRM.
const AUDIT: &str = "audit";
/// The prefix of this project's log targets.
const OWN: &str = "vochi_crm";

/// The secrets to mask in the log. They are added when the configuration has been read.
#[derive(Clone, Default)]
pub(crate) struct SharedRedactor(Arc<RwLock<Redactor>>);

impl SharedRedactor {
    /// Masks these secrets in all later log lines.
    pub(crate) fn add(&self, secrets: impl IntoIterator<Item = Secret>) {
        let mut redactor = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *redactor = std::mem::take(&mut *redactor).and(secrets);
    }

    /// Returns a redactor with the secrets added so far.
    pub(crate) fn redactor(&self) -> Redactor {
        self.read(Redactor::clone)
    }

    fn read<T>(&self, use_it: impl FnOnce(&Redactor) -> T) -> T {
        use_it(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Starts the log: warnings by default, `-v` requests and audit, `-vv` debug, `-q` errors only.
pub(crate) fn start(global: &Global, output: &Output) -> SharedRedactor {
    let secrets = SharedRedactor::default();
    let (own, audit) = match (global.quiet, global.verbose) {
        (true, _) => (LevelFilter::ERROR, LevelFilter::OFF),
        // Without -v the command itself prints a failed write.
        (false, 0) => (LevelFilter::WARN, LevelFilter::OFF),
        (false, 1) => (LevelFilter::INFO, LevelFilter::INFO),
        (false, _) => (LevelFilter::DEBUG, LevelFilter::INFO),
    };
    let others = own.min(LevelFilter::WARN);
    let targets =
        Targets::new().with_default(others).with_target(OWN, own).with_target(AUDIT, audit);
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(output.error_style().is_enabled())
        .with_writer(Stderr(secrets.clone()));
    let started = if global.verbose > 0 {
        tracing_subscriber::registry().with(targets).with(lines).try_init()
    } else {
        let lines = lines.without_time().with_target(false);
        tracing_subscriber::registry().with(targets).with(lines).try_init()
    };
    // It fails only if a log exists already, which happens in tests.
    drop(started);
    secrets
}

/// Standard error with secrets masked.
struct Stderr(SharedRedactor);

/// The writer of one log line.
struct Line {
    secrets: SharedRedactor,
    /// True for this project's own targets, which log names of parameters without their values.
    is_own: bool,
}

impl<'a> MakeWriter<'a> for Stderr {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line { secrets: self.0.clone(), is_own: false }
    }

    fn make_writer_for(&'a self, meta: &Metadata<'_>) -> Line {
        Line {
            secrets: self.0.clone(),
            is_own: meta.target() == AUDIT || meta.target().starts_with(OWN),
        }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let masked = self.secrets.read(|redactor| {
            if self.is_own { redactor.mask_known(&text) } else { redactor.redact(&text) }
        });
        io::stderr().lock().write_all(masked.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}
