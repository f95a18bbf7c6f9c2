//! Timeouts of the call tracker.

use std::time::Duration;

/// Timeouts after which a tracker closes a call without waiting for further events.
///
/// A call whose hangup arrives is closed [`reorder`](Self::reorder) later. The other timeouts
/// handle lost hangups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Longest delay of an event behind one that happened later; default 10 seconds.
    pub reorder: Duration,
    /// Closes a dialplan's call whose client talked and is in no bridge; default 3 minutes. A blind
    /// transfer starts to ring within this time.
    pub after_last_bridge: Duration,
    /// Closes an unanswered call, or an AMI call whose client is in no bridge; default 1 hour. A
    /// caller in a queue without free agents produces no events.
    pub waiting: Duration,
    /// Closes a call without any event, even with channels still in a bridge; default 12 hours.
    pub silent: Duration,
    /// How long ids of a closed call are remembered, so that a repeated event does not open a
    /// second call; default 15 minutes.
    pub remembered: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            reorder: Duration::from_secs(10),
            after_last_bridge: Duration::from_secs(3 * 60),
            waiting: Duration::from_secs(3600),
            silent: Duration::from_secs(12 * 3600),
            remembered: Duration::from_secs(15 * 60),
        }
    }
}
