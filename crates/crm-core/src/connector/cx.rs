//! The context of an operation.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::limit::Lane;
use crate::warning::{Warning, WarningKind};

/// The context of an operation: deadline, priority and the host's trace id. It counts the requests
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

/// Requests and warnings of one operation. Requests of nested scopes are counted in the outer ones
/// too.
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
    /// Creates a context for a live call, with the higher priority.
    pub fn live() -> Self {
        Self::new(Lane::Live)
    }

    /// Creates a context for background work: records, lists, checks.
    pub fn history() -> Self {
        Self::new(Lane::History)
    }

    fn new(lane: Lane) -> Self {
        Self { deadline: None, lane, trace_id: None, scope: Arc::default() }
    }

    /// Sets a deadline this far from now. After it nothing is sent.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        let deadline = Instant::now().checked_add(timeout);
        match deadline {
            Some(deadline) => self.with_deadline(deadline),
            None => self,
        }
    }

    /// Sets a deadline; an earlier one stays.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(self.deadline.map_or(deadline, |known| known.min(deadline)));
        self
    }

    /// Removes the deadline, so that only the lock timeout of the store applies.
    #[must_use]
    pub(crate) fn without_deadline(mut self) -> Self {
        self.deadline = None;
        self
    }

    /// Sets the name of the host's own operation in logs.
    #[must_use]
    pub fn with_trace_id(mut self, id: impl Into<Arc<str>>) -> Self {
        self.trace_id = Some(id.into());
        self
    }

    /// Creates a context with a scope of its own, for one operation or a part of one. Its requests
    /// are counted here too; its warnings are not.
    ///
    /// ```
    /// use vochi_crm_core::{Cx, Warning, WarningKind};
    /// let cx = Cx::history();
    /// let part = cx.scope();
    /// part.warn(WarningKind::UnknownOption, "RetailCRM has no option colour: it was left out");
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

    /// The deadline.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The priority.
    pub fn lane(&self) -> Lane {
        self.lane
    }

    /// The host's name of the operation.
    pub fn trace_id(&self) -> Option<&str> {
        self.trace_id.as_deref()
    }

    /// The number of requests the scope sent.
    pub fn requests(&self) -> u32 {
        self.scope.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn count_request(&self) {
        self.scope.count_request();
    }
}
