//! Who came first, across processes.
//!
//! The lock alone would let in whichever process looks at the right moment, and an answer could
//! overtake the ring it belongs to. So whoever has to wait takes a ticket named by the time it
//! came, and nobody tries the lock while an earlier ticket is alive. Tickets only order the queue:
//! exclusion is the lock's affair, so a ticket lost or forged costs a place and nothing else.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::super::error::StoreError;
use super::files::{CallFiles, create_directory, owner_only, unless_missing};

/// A place in the queue, kept until dropped. A killed process gives it up by dying: the file stays,
/// unlocked, and is removed by whoever meets it.
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
        let arrived = arrived
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_nanos();
        let mut attempts = 0;
        loop {
            let number = TICKETS.fetch_add(1, Ordering::Relaxed);
            let name = format!(
                "{}@{arrived:020}-{}-{number:010}",
                files.stem(),
                std::process::id()
            );
            match Self::place(&queue, name) {
                Ok(ticket) => return Ok(ticket),
                // The directory is not there yet, or a sweep took the file for a dead ticket
                // before it was locked.
                Err(error) if attempts < 10 && is_passing(&error) => {
                    attempts += 1;
                    create_directory(&queue)?;
                }
                Err(error) => return Err(StoreError::io("queue in", queue)(error)),
            }
        }
    }

    /// Locked before it gets its name, so that no one sees it dead.
    fn place(queue: &Path, name: String) -> io::Result<Self> {
        let (unnamed, path) = (queue.join(format!(".{name}")), queue.join(&name));
        let alive = owner_only()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&unnamed)?;
        alive.try_lock()?;
        fs::rename(&unnamed, &path)?;
        Ok(Self {
            path,
            name,
            _alive: alive,
        })
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        // A ticket that cannot be removed is unlocked in a moment, and then dead to everybody.
        drop(fs::remove_file(&self.path));
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::WouldBlock
    )
}

/// Whether a living ticket of this call is older than `mine`, or there is any when I have none.
pub(super) fn somebody_is_before(
    files: &CallFiles,
    mine: Option<&Ticket>,
) -> Result<bool, StoreError> {
    let queue = files.queue();
    let look = || -> io::Result<bool> {
        let Some(entries) = unless_missing(fs::read_dir(&queue))? else {
            return Ok(false);
        };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let of_this_call = name
                .strip_prefix(files.stem())
                .is_some_and(|rest| rest.starts_with('@'));
            let before_me = mine.is_none_or(|mine| name < mine.name.as_str());
            if of_this_call && before_me && is_alive(&entry.path())? {
                return Ok(true);
            }
        }
        Ok(false)
    };
    look().map_err(StoreError::io("look at the queue", queue.clone()))
}

/// Whether the process that took the ticket still waits; removes it if not.
pub(super) fn is_alive(ticket: &Path) -> io::Result<bool> {
    let Some(file) = unless_missing(File::open(ticket))? else {
        return Ok(false);
    };
    match file.try_lock_shared() {
        Ok(()) => {
            unless_missing(fs::remove_file(ticket))?;
            Ok(false)
        }
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
