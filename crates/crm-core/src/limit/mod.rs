//! Limits: how often the library may knock at a CRM's door.
//!
//! A [`Limiter`] hands out [`Bucket`]s, one for each thing a CRM counts by (a [`LimitKey`]: a
//! sending address, an account, a portal). Everybody who names the same key shares the bucket and
//! its [`Quota`]. Before a request goes out, its sender takes a permit from the bucket; when the
//! CRM refuses a request for its limit, the sender says so with [`Bucket::refused`].
//!
//! - No sliding second ever holds more permits than [`Quota::most_in_a_second`].
//! - A live popup goes before all waiting history, and history keeps a tenth of the permits
//!   ([`Lane`]). Inside a lane the order is that of arrival.
//! - A permit that surely comes too late is refused at once, with the time it would have come
//!   ([`LimitError::retry_after`]).
//! - A refusal pauses the account it hit; the second account refused meanwhile pauses all of them.
//!
//! [`GovernorLimiter`] keeps the buckets in this process, [`DirectoryLimiter`] in files that several
//! processes share, [`Unlimited`] limits nothing.
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
//! assert!(waited.is_zero(), "the first permit is there at once");
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
