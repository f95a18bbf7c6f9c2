//! The circumstances of one call into the library.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::limit::Lane;
use crate::warning::{Warning, WarningKind};

/// The circumstances of an operation: deadline, urgency, the host's trace id. It counts the requests
/// and collects the warnings of its [scope](Self::scope).
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
    scope: Arc<Scope>,
}

/// Requests and warnings of one operation. Requests of its parts count for the whole too.
#[derive(Debug, Default)]
struct Scope {
    requests: AtomicU32,
    warnings: Mutex<Vec<Warning>>,
    whole: Option<Arc<Scope>>,
}

impl Scope {
    fn count_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        if let Some(whole) = &self.whole {
            whole.count_request();
        }
    }
}

impl Cx {
    /// For a person who waits: a phone rings.
    pub fn live() -> Self {
        Self::new(Lane::Live)
    }

    /// For work in the background: records, lists, checks.
    pub fn history() -> Self {
        Self::new(Lane::History)
    }

    fn new(lane: Lane) -> Self {
        Self { deadline: None, lane, trace_id: None, scope: Arc::default() }
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

    /// The same circumstances with requests and warnings of its own, for one operation or a part of
    /// one. Its requests count here too, its warnings do not.
    ///
    /// ```
    /// use vochi_crm_core::{Cx, Warning, WarningKind};
    /// let cx = Cx::history();
    /// let part = cx.scope();
    /// part.warn(WarningKind::UnknownOption, "RetailCRM has no option colour; left out");
    /// assert_eq!(part.warnings().len(), 1);
    /// assert!(cx.warnings().is_empty());
    /// ```
    #[must_use]
    pub fn scope(&self) -> Self {
        let whole = Some(Arc::clone(&self.scope));
        Self { scope: Arc::new(Scope { whole, ..Scope::default() }), ..self.clone() }
    }

    /// Adds a warning to the scope, each once.
    pub fn warn(&self, kind: WarningKind, text: impl Into<String>) {
        self.add_warnings([Warning::new(kind, text)]);
    }

    /// Adds warnings to the scope, each once.
    pub fn add_warnings(&self, warnings: impl IntoIterator<Item = Warning>) {
        let mut known = self.scope.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        for warning in warnings {
            if !known.contains(&warning) {
                known.push(warning);
            }
        }
    }

    /// Removes the warnings of a kind from the scope.
    pub(crate) fn clear_warnings(&self, kind: WarningKind) {
        let mut known = self.scope.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|warning| warning.kind() != kind);
    }

    /// The warnings of the scope, in order.
    pub fn warnings(&self) -> Vec<Warning> {
        self.scope.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
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

    /// How many requests the scope sent.
    pub fn requests(&self) -> u32 {
        self.scope.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn count_request(&self) {
        self.scope.count_request();
    }
}
