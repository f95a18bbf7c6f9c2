//! A wall clock that tests can set.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::json;
use vochi_crm_core::testing::{ScriptedTransport, Step};
use vochi_crm_core::{Hub, Timestamp};

use super::support::{Harness, at, open};

/// A clock that stands at 09:38:35 until it is advanced.
#[derive(Clone, Default)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    pub(crate) fn advance(&self, by: Duration) {
        let seconds = i64::try_from(by.as_secs()).unwrap();
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Returns a harness with the default account and this clock.
    pub(crate) fn harness(&self, steps: impl IntoIterator<Item = Step>) -> Harness {
        let script = ScriptedTransport::new(steps);
        let hub = Hub::builder()
            .transport(Arc::new(script.clone()))
            .clock(Arc::new(self.clone()))
            .build()
            .unwrap();
        Harness { connector: open(&hub, json!({})), script }
    }
}

impl vochi_crm_core::Clock for Clock {
    fn now(&self) -> Timestamp {
        at(self.0.load(Ordering::Relaxed))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", vochi_crm_core::Clock::now(self))
    }
}
