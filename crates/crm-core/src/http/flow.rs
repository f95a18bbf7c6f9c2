//! The progress of a streamed body, and the state of its source.

use std::io;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The slowest upload in bytes per second that is not a timeout.
const SLOWEST: u64 = 32 * 1024;
/// The shortest stall timeout of a body: system buffers accept the last bytes long before they
/// arrive, and the CRM has to store them before it responds.
const STILL: Duration = Duration::from_secs(30);

/// The extra time for sending a body of this length.
pub(super) fn allowance(length: u64) -> Duration {
    Duration::from_secs(length / SLOWEST)
}

/// A failure of a source.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("cannot be read: {0}")]
    Read(io::Error),
    #[error("ended after {came} of {length} bytes")]
    Short { length: u64, came: u64 },
    #[error("is longer than the announced {length} bytes")]
    Long { length: u64 },
    #[error("no data arrived in time")]
    Silent,
}

/// The state of one attempt to send a streamed body. Written by its reader, read by the pipeline.
#[derive(Debug)]
pub(super) struct Flow {
    /// The name of the source.
    pub(super) name: String,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    moved: Instant,
    /// True while the source was asked for bytes and has not provided them.
    waits: bool,
    fault: Option<Fault>,
}

impl Flow {
    pub(super) fn new(name: String) -> Self {
        Self { name, state: Mutex::new(State { moved: Instant::now(), waits: false, fault: None }) }
    }

    /// Notes that the source was asked for bytes and is pending.
    pub(super) fn waits(&self) {
        self.lock().waits = true;
    }

    /// Notes that bytes were passed to the transport.
    pub(super) fn moved(&self) {
        let mut state = self.lock();
        state.waits = false;
        state.moved = Instant::now();
    }

    pub(super) fn failed(&self, fault: Fault) {
        self.lock().fault.get_or_insert(fault);
    }

    /// Takes the failure of the source.
    pub(super) fn take_fault(&self) -> Option<Fault> {
        self.lock().fault.take()
    }

    /// When bytes were last passed to the transport.
    pub(super) fn last_moved(&self) -> Instant {
        self.lock().moved
    }

    /// Waits for the sender of the body, as long as bytes move, but not beyond `until`.
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
