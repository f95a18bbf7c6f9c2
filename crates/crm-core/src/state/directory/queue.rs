//! The FIFO queue for a lock across processes.
//!
//! The file lock alone would go to any process that happens to try at the right moment, so an
//! answer could overtake its ring. A waiting process therefore creates a ticket named by its
//! arrival time, and no process tries the lock while an earlier ticket is alive. Tickets only order
//! the queue and the lock excludes, so a lost or forged ticket affects the order only.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::error::StoreError;
use super::files::{CallFiles, check_regular, create_directory, ignore_missing, owner_only};

/// The prefix of a ticket that is being created: it is not locked yet, but not dead.
const UNNAMED: char = '.';

/// A position in the queue, until dropped. The ticket file of a killed process stays, unlocked, and
/// is removed by the next process that finds it.
#[derive(Debug)]
pub(super) struct Ticket {
    path: PathBuf,
    name: String,
    _alive: File,
}

impl Ticket {
    pub(super) fn take(files: &CallFiles, arrived: SystemTime) -> Result<Self, StoreError> {
        static TICKETS: AtomicU64 = AtomicU64::new(0);
        let queue = files.queue();
        let arrived = arrived.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let place = || {
            let number = TICKETS.fetch_add(1, Ordering::Relaxed);
            let process = std::process::id();
            Self::create(&queue, format!("{}@{arrived:020}-{process}-{number:010}", files.stem()))
        };
        let ticket = match place() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create_directory(&queue)?;
                place()
            }
            result => result,
        };
        ticket.map_err(StoreError::io("queue in", queue.clone()))
    }

    /// Locks the file before it gets its name, so that it never looks dead.
    fn create(queue: &Path, name: String) -> io::Result<Self> {
        let (unnamed, path) = (queue.join(format!("{UNNAMED}{name}")), queue.join(&name));
        let alive = owner_only().read(true).write(true).create_new(true).open(&unnamed)?;
        alive.try_lock()?;
        fs::rename(&unnamed, &path)?;
        Ok(Self { path, name, _alive: alive })
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        // If the ticket cannot be removed, it is unlocked right after, and so counts as dead.
        drop(fs::remove_file(&self.path));
    }
}

/// Returns true if a live ticket of this call is older than `mine`, or exists at all if `mine` is
/// `None`.
pub(super) fn has_earlier_ticket(
    files: &CallFiles,
    mine: Option<&Ticket>,
) -> Result<bool, StoreError> {
    let queue = files.queue();
    let look = || -> io::Result<bool> {
        let Some(entries) = ignore_missing(fs::read_dir(&queue))? else {
            return Ok(false);
        };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let of_this_call =
                name.strip_prefix(files.stem()).is_some_and(|rest| rest.starts_with('@'));
            let before_me = mine.is_none_or(|mine| name < mine.name.as_str());
            if of_this_call && before_me && is_alive(&entry.path())? {
                return Ok(true);
            }
        }
        Ok(false)
    };
    look().map_err(StoreError::io("read the queue", queue.clone()))
}

/// Returns true if the ticket's process still waits; removes the ticket if not.
fn is_alive(ticket: &Path) -> io::Result<bool> {
    check_regular(ticket)?;
    let Some(file) = ignore_missing(File::open(ticket))? else {
        return Ok(false);
    };
    match file.try_lock_shared() {
        Ok(()) => {
            ignore_missing(fs::remove_file(ticket))?;
            Ok(false)
        }
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Removes the ticket of a dead process. A ticket that is being created has a minute to get its
/// name.
pub(super) fn sweep_ticket(name: &str, ticket: &Path) -> io::Result<()> {
    if name.starts_with(UNNAMED) {
        let made = ignore_missing(fs::metadata(ticket).and_then(|metadata| metadata.modified()))?;
        let age = made.and_then(|made| made.elapsed().ok());
        if age.is_none_or(|age| age < Duration::from_secs(60)) {
            return Ok(());
        }
    }
    is_alive(ticket).map(drop)
}
