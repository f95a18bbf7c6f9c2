//! How a streamed body goes out: when it last moved, and what became of its source.

use std::io;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The slowest way to a CRM that a body is sent over, in bytes a second.
const SLOWEST: u64 = 32 * 1024;
/// A body may stand still this long at least: buffers of the system take the last of it long before
/// it has arrived, and the CRM has to store it before it answers.
const STILL: Duration = Duration::from_secs(30);

/// How long a body of this length may be under way, besides the time its request has anyhow.
pub(super) fn allowance(length: u64) -> Duration {
    Duration::from_secs(length / SLOWEST)
}

/// Why a source did not give what it said.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("it cannot be read: {0}")]
    Read(io::Error),
    #[error("it ended after {came} of {told} bytes")]
    Short { told: u64, came: u64 },
    #[error("it has more than the {told} bytes it said")]
    Long { told: u64 },
    #[error("nothing came from it in time")]
    Silent,
}

/// What is known of one attempt to send a streamed body. Written by its reader, read by the
/// pipeline.
#[derive(Debug)]
pub(super) struct Flow {
    /// What the source is called.
    pub(super) name: String,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    moved: Instant,
    /// Whether the source was asked for bytes and has not given them.
    waits: bool,
    fault: Option<Fault>,
}

impl Flow {
    pub(super) fn new(name: String) -> Self {
        Self { name, state: Mutex::new(State { moved: Instant::now(), waits: false, fault: None }) }
    }

    /// The source has been asked and lets wait.
    pub(super) fn waits(&self) {
        self.lock().waits = true;
    }

    /// Bytes went on to the transport.
    pub(super) fn moved(&self) {
        let mut state = self.lock();
        state.waits = false;
        state.moved = Instant::now();
    }

    pub(super) fn failed(&self, fault: Fault) {
        self.lock().fault.get_or_insert(fault);
    }

    /// What was wrong with the source.
    pub(super) fn take_fault(&self) -> Option<Fault> {
        self.lock().fault.take()
    }

    /// When bytes last went on to the transport.
    pub(super) fn last_moved(&self) -> Instant {
        self.lock().moved
    }

    /// Waits for what sends the body, as long as it moves, but not beyond `until`.
    pub(super) async fn watch<F: Future>(
        &self,
        sending: F,
        until: Instant,
        still: Duration,
    ) -> Option<F::Output> {
        let mut sending = pin!(sending);
        let end = || until.min(self.last_moved() + still.max(STILL));
        loop {
            if let Ok(sent) = tokio::time::timeout_at(end(), sending.as_mut()).await {
                return Some(sent);
            }
            if Instant::now() >= end() {
                let mut state = self.lock();
                if state.waits {
                    state.fault.get_or_insert(Fault::Silent);
                }
                return None;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
