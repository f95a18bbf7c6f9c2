//! Background work that waits for a limit longer than one operation may take.

use std::time::Duration;

use tokio::time::Instant;

use crate::connector::Cx;
use crate::error::{Effect, ErrorKind, Result, TryAgain};
use crate::limit::Lane;

/// The longest wait for one request: a CRM's window of 10 minutes, and the delay of a few retries.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Repeats work that a rate limit refused, once the limit allows it: for a list of the history lane,
/// which may be read for hours. Gives up at the deadline of `cx`, or after 15 minutes without a
/// permit. Live work is tried once.
///
/// # Errors
/// The last error of the work.
pub async fn wait_out_limit<T, F>(cx: &Cx, mut work: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let mut until = Instant::now() + LONGEST;
    if let Some(deadline) = cx.deadline() {
        until = until.min(deadline);
    }
    loop {
        let error = match work().await {
            Err(error) if error.kind() == ErrorKind::RateLimited => error,
            result => return result,
        };
        match error.try_again() {
            TryAgain::After(wait)
                if cx.lane() == Lane::History
                    && error.effect() == Effect::NotApplied
                    && Instant::now() + wait < until =>
            {
                tracing::info!(seconds = wait.as_secs_f64(), "waiting for the CRM's limit");
                tokio::time::sleep(wait).await;
            }
            _ => return Err(error),
        }
    }
}
