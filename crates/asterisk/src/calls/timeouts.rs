//! How long is waited for events that may never come.

use std::time::Duration;

/// How long a tracker waits for events before it closes a call without them.
///
/// A call whose hangup arrives is closed [`reorder`](Self::reorder) later. The other times are for
/// hangups that were lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// How late an event may come after one that happened later; 10 seconds.
    pub reorder: Duration,
    /// A client a dialplan told of who talked and is in no bridge any more has left, if nothing
    /// happens for this long; 3 minutes. A blind transfer rings somewhere in this time.
    pub after_last_bridge: Duration,
    /// A client nobody answered yet, or one AMI tells of who is in no bridge, has left, if nothing
    /// happens for this long; an hour. Somebody who waits in a queue with nobody free makes no
    /// events.
    pub waiting: Duration,
    /// A call in which nothing happened for this long is over, whoever still seems to talk; 12
    /// hours.
    pub silent: Duration,
    /// How long the ids of a closed call are remembered, so that a repeated event makes no second
    /// one; 15 minutes.
    pub remembered: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            reorder: Duration::from_secs(10),
            after_last_bridge: Duration::from_mins(3),
            waiting: Duration::from_hours(1),
            silent: Duration::from_hours(12),
            remembered: Duration::from_mins(15),
        }
    }
}
