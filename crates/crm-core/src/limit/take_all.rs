//! Permits of several buckets for one request.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{Bucket, Lane, LimitError};

/// Takes a permit of each bucket, at most until `until`, and returns the time waited.
///
/// No permit is held while waiting for another, since a permit must be used at once.
pub(crate) async fn take_all(
    buckets: &[Arc<dyn Bucket>],
    account: &str,
    lane: Lane,
    until: Instant,
) -> Result<Duration, LimitError> {
    let entered = Instant::now();
    let mut waited = false;
    // The bucket that the permit was waited for.
    let mut held = None;
    loop {
        let others = buckets.iter().enumerate().filter(|(index, _)| held != Some(*index));
        let empty = others.clone().find(|(_, bucket)| !bucket.try_take(account, lane));
        let Some((empty, bucket)) = empty else {
            return Ok(if waited { entered.elapsed() } else { Duration::ZERO });
        };
        others.take_while(|(index, _)| *index < empty).for_each(|(_, bucket)| bucket.give_back());
        if let Some(held) = held.and_then(|held| buckets.get(held)) {
            held.give_back();
        }
        waited |= !bucket.take(account, lane, until).await?.is_zero();
        held = Some(empty);
    }
}
