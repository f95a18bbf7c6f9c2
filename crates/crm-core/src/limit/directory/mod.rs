//! A limiter in files, shared between the processes of a host.

mod bucket;
mod document;
mod file;

use std::path::PathBuf;
use std::sync::Arc;

use self::bucket::DirectoryBucket;
use super::{Bucket, LimitKey, Limiter, Quota};
use crate::error::Result;
use crate::state::directory::files::{check_directory, create_directory};
use crate::time::{Clock, SystemClock};

/// Keeps each bucket in a file of a directory, shared by all processes that use the directory.
///
/// Lanes, pauses and quotas work as in [`GovernorLimiter`](super::GovernorLimiter); a lane is
/// served in FIFO order within a process, and approximately so between processes. Each process
/// enforces its own quota, so configure all alike. A killed process blocks no other, and loses at
/// most the permit it had.
///
/// On a full disk a bucket continues in the process alone, with a warning, until it can write
/// again.
///
/// ```
/// use vochi_crm_core::limit::DirectoryLimiter;
/// use vochi_crm_core::Hub;
/// # let directory = std::env::temp_dir().join(format!("limits-{}", std::process::id()));
/// let limiter = DirectoryLimiter::new(&directory)?;
/// let hub = Hub::builder().limiter(std::sync::Arc::new(limiter)).build()?;
/// # std::fs::remove_dir_all(directory).unwrap();
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct DirectoryLimiter {
    directory: PathBuf,
    clock: Arc<dyn Clock>,
}

impl DirectoryLimiter {
    /// Creates a limiter in a directory, which is created owner-only if missing.
    ///
    /// # Errors
    /// `config` if it cannot be created, or other users can write to it.
    pub fn new(directory: impl Into<PathBuf>) -> Result<Self> {
        let directory = directory.into();
        create_directory(&directory)?;
        check_directory(&directory)?;
        Ok(Self { directory, clock: Arc::new(SystemClock) })
    }

    /// Reads the time from this clock instead of the system clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }
}

impl Limiter for DirectoryLimiter {
    fn bucket(&self, key: &LimitKey, quota: Quota) -> Arc<dyn Bucket> {
        let clock = Arc::clone(&self.clock);
        Arc::new(DirectoryBucket::new(&self.directory, key.clone(), quota, clock))
    }
}
