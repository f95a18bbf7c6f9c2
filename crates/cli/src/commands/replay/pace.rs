//! The speed of a replay.

use std::time::Duration;

use tokio::time::Instant;
use vochi_crm::Timestamp;

/// The speed of a replay: a multiple of real time, or without waiting.
pub(super) struct Pace {
    speed: Option<f64>,
    /// When the replay began, and at which time of the recording.
    began: Option<(Instant, Timestamp)>,
}

impl Pace {
    pub(super) fn new(speed: Option<f64>) -> Self {
        Self { speed, began: None }
    }

    /// Returns true if the replay waits between events.
    pub(super) fn is_timed(&self) -> bool {
        self.speed.is_some()
    }

    /// Returns true if the replay waits and has started.
    pub(super) fn is_running(&self) -> bool {
        self.is_timed() && self.began.is_some()
    }

    /// Begins the replay with the time `at`, unless it has started.
    pub(super) fn begin(&mut self, at: Timestamp) {
        self.began.get_or_insert_with(|| (Instant::now(), at));
    }

    /// Waits until the recording has reached `at`.
    pub(super) async fn wait_for(&mut self, at: Timestamp) {
        self.begin(at);
        let (Some(speed), Some((began, first))) = (self.speed, self.began) else {
            return;
        };
        let later = at.since(first).as_secs_f64() / speed;
        let due =
            Duration::try_from_secs_f64(later).ok().and_then(|later| began.checked_add(later));
        match due {
            Some(due) => tokio::time::sleep_until(due).await,
            // The speed is so low that the time overflows.
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        let base: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
        base.plus(Duration::from_secs(seconds))
    }

    async fn played(speed: Option<f64>, moments: &[u64]) -> Duration {
        let (mut pace, began) = (Pace::new(speed), Instant::now());
        for moment in moments {
            pace.wait_for(at(*moment)).await;
        }
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn replay_takes_real_time_divided_by_speed() {
        let seconds = Duration::from_secs;
        assert_eq!(played(Some(1.0), &[100, 110, 130]).await, seconds(30));
        assert_eq!(played(Some(10.0), &[100, 110, 130]).await, seconds(3));
        assert_eq!(played(Some(0.5), &[0, 1]).await, seconds(2));
        assert_eq!(played(None, &[0, 1_000]).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn event_out_of_order_is_not_waited_for() {
        assert_eq!(played(Some(1.0), &[10, 20, 5, 21]).await, Duration::from_secs(11));
    }
}
