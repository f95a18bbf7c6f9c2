//! Rate limits of requests to a CRM.
//!
//! A [`Limiter`] provides [`Bucket`]s, one for each thing a CRM counts by (a [`LimitKey`]: a sender
//! address, an account, a portal). All users of a key share the bucket and its [`Quota`]. Before a
//! request is sent, a permit is taken from the bucket; if the CRM rate-limits a request, that is
//! reported with [`Bucket::refused`].
//!
//! - No sliding second contains more permits than [`Quota::most_in_a_second`].
//! - A live request goes before all waiting history, and history gets a tenth of the permits
//!   ([`Lane`]). Within a lane the order is FIFO. A part of a burst may be kept for live requests
//!   ([`Quota::with_live_reserve`]).
//! - A permit that would come too late is refused at once, with the time it would have come
//!   ([`LimitError::retry_after`]).
//! - A rate limit pauses its account; if a second account is limited in the meantime, all pause.
//!
//! [`GovernorLimiter`] keeps the buckets in this process, [`DirectoryLimiter`] in files shared
//! between processes, [`Unlimited`] has no limits.
//!
//! ```
//! use std::time::Duration;
//! use tokio::time::Instant;
//! use vochi_crm_core::limit::{Bucket, GovernorLimiter, Lane, LimitKey, Limiter, Quota};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let limiter = GovernorLimiter::new();
//! let bucket = limiter.bucket(&LimitKey::new("retailcrm/ip/telephony"), Quota::new(38.0, 2)?);
//!
//! // A popup worth showing within three seconds.
//! let waited = bucket.take("shop", Lane::Live, Instant::now() + Duration::from_secs(3)).await?;
//! assert!(waited.is_zero(), "the first permit is immediate");
//! # Ok(())
//! # }
//! ```

mod bucket;
mod clock;
mod directory;
mod error;
mod key;
mod lane;
mod limiter;
mod outcome;
mod pause;
mod queue;
mod quota;
mod rate;
mod registry;
mod state;
mod take_all;
mod unlimited;

pub use self::directory::DirectoryLimiter;
pub use self::error::{LimitCause, LimitError};
pub use self::key::LimitKey;
pub use self::lane::Lane;
pub use self::limiter::{Bucket, Limiter};
pub use self::quota::{Quota, QuotaError};
pub use self::registry::GovernorLimiter;
pub(crate) use self::take_all::take_all;
pub use self::unlimited::Unlimited;
