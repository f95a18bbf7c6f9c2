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

/// The target of the one line every write to a CRM leaves.
const AUDIT: &str = "audit";
/// The targets of this project begin so.
const OWN: &str = "vochi_crm";

/// What the log must not show. It is known only after the configuration was read.
#[derive(Clone, Default)]
pub(crate) struct Blackened(Arc<RwLock<Redactor>>);

impl Blackened {
    /// Keeps these secrets out of everything that is logged from now on.
    pub(crate) fn add(&self, secrets: impl IntoIterator<Item = Secret>) {
        let mut redactor = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *redactor = std::mem::take(&mut *redactor).and(secrets);
    }

    /// What keeps secrets out of other texts.
    pub(crate) fn redactor(&self) -> Redactor {
        self.read(Redactor::clone)
    }

    fn read<T>(&self, use_it: impl FnOnce(&Redactor) -> T) -> T {
        use_it(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Starts the log: warnings, `-v` what is sent and the audit, `-vv` every detail of ours, `-q`
/// errors only.
pub(crate) fn start(global: &Global, output: &Output) -> Blackened {
    let blackened = Blackened::default();
    let (own, audit) = match (global.quiet, global.verbose) {
        (true, _) => (LevelFilter::ERROR, LevelFilter::OFF),
        // Without -v a failed write is told by the command itself.
        (false, 0) => (LevelFilter::WARN, LevelFilter::OFF),
        (false, 1) => (LevelFilter::INFO, LevelFilter::INFO),
        (false, _) => (LevelFilter::DEBUG, LevelFilter::INFO),
    };
    let others = own.min(LevelFilter::WARN);
    let targets =
        Targets::new().with_default(others).with_target(OWN, own).with_target(AUDIT, audit);
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(output.paint_errors().is_on())
        .with_writer(Stderr(blackened.clone()));
    let started = if global.verbose > 0 {
        tracing_subscriber::registry().with(targets).with(lines).try_init()
    } else {
        let lines = lines.without_time().with_target(false);
        tracing_subscriber::registry().with(targets).with(lines).try_init()
    };
    // A second log in one process cannot happen outside tests.
    drop(started);
    blackened
}

/// Standard error behind the redactor.
struct Stderr(Blackened);

/// One line on its way there.
struct Line {
    blackened: Blackened,
    /// Whether the text is our own, which names parameters without giving away their values.
    is_own: bool,
}

impl<'a> MakeWriter<'a> for Stderr {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line { blackened: self.0.clone(), is_own: false }
    }

    fn make_writer_for(&'a self, meta: &Metadata<'_>) -> Line {
        Line {
            blackened: self.0.clone(),
            is_own: meta.target() == AUDIT || meta.target().starts_with(OWN),
        }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let clean = self.blackened.read(|redactor| {
            if self.is_own { redactor.mask_known(&text) } else { redactor.redact(&text) }
        });
        io::stderr().lock().write_all(clean.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}
