//! The circumstances of one call into the library.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::limit::Lane;

/// The circumstances of an operation: until when it makes sense, how urgent it is, whom to blame.
///
/// ```
/// use std::time::Duration;
/// use vochi_crm_core::Cx;
/// let popup = Cx::live().with_timeout(Duration::from_secs(4));
/// let upload = Cx::history();
/// ```
#[derive(Clone, Debug)]
pub struct Cx {
    deadline: Option<Instant>,
    lane: Lane,
    trace_id: Option<Arc<str>>,
    requests: Arc<Count>,
}

/// Requests of one operation; those of its parts count for the whole too.
#[derive(Debug, Default)]
struct Count {
    own: AtomicU32,
    whole: Option<Arc<Count>>,
}

impl Count {
    fn add(&self) {
        self.own.fetch_add(1, Ordering::Relaxed);
        if let Some(whole) = &self.whole {
            whole.add();
        }
    }
}

impl Cx {
    /// Somebody is waiting: a phone rings.
    pub fn live() -> Self {
        Self::new(Lane::Live)
    }

    /// Nobody is waiting: records, lists, checks.
    pub fn history() -> Self {
        Self::new(Lane::History)
    }

    fn new(lane: Lane) -> Self {
        Self { deadline: None, lane, trace_id: None, requests: Arc::default() }
    }

    /// Gives up this long from now. What would come later is dropped, not sent late.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        let deadline = Instant::now().checked_add(timeout);
        match deadline {
            Some(deadline) => self.with_deadline(deadline),
            None => self,
        }
    }

    /// Gives up at this moment, or at the one set before if that is sooner.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(self.deadline.map_or(deadline, |known| known.min(deadline)));
        self
    }

    /// The same circumstances with the time of a store alone to bound them.
    #[must_use]
    pub(crate) fn without_deadline(mut self) -> Self {
        self.deadline = None;
        self
    }

    /// Names the host's own operation in logs.
    #[must_use]
    pub fn with_trace_id(mut self, id: impl Into<Arc<str>>) -> Self {
        self.trace_id = Some(id.into());
        self
    }

    /// The same circumstances with a count of requests of its own, for a part of an operation. They
    /// count here too.
    #[must_use]
    pub fn counted(&self) -> Self {
        Self {
            requests: Arc::new(Count {
                own: AtomicU32::new(0),
                whole: Some(Arc::clone(&self.requests)),
            }),
            ..self.clone()
        }
    }

    /// When it gives up.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// How urgent it is.
    pub fn lane(&self) -> Lane {
        self.lane
    }

    /// The host's name of the operation.
    pub fn trace_id(&self) -> Option<&str> {
        self.trace_id.as_deref()
    }

    /// How many requests went out under it.
    pub fn requests(&self) -> u32 {
        self.requests.own.load(Ordering::Relaxed)
    }

    pub(crate) fn count_request(&self) {
        self.requests.add();
    }
}
