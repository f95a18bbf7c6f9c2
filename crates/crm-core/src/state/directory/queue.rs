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
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::error::StoreError;
use super::files::{CallFiles, check_regular, create_directory, owner_only, unless_missing};

/// Begins the name of a ticket that is being made: not locked yet, and not dead either.
const UNNAMED: char = '.';

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
        let arrived = arrived.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let place = || {
            let number = TICKETS.fetch_add(1, Ordering::Relaxed);
            let process = std::process::id();
            Self::place(&queue, format!("{}@{arrived:020}-{process}-{number:010}", files.stem()))
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

    /// Locked before it gets its name, so that no one sees it dead.
    fn place(queue: &Path, name: String) -> io::Result<Self> {
        let (unnamed, path) = (queue.join(format!("{UNNAMED}{name}")), queue.join(&name));
        let alive = owner_only().read(true).write(true).create_new(true).open(&unnamed)?;
        alive.try_lock()?;
        fs::rename(&unnamed, &path)?;
        Ok(Self { path, name, _alive: alive })
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        // A ticket that cannot be removed is unlocked in a moment, and then dead to everybody.
        drop(fs::remove_file(&self.path));
    }
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
            let of_this_call =
                name.strip_prefix(files.stem()).is_some_and(|rest| rest.starts_with('@'));
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
fn is_alive(ticket: &Path) -> io::Result<bool> {
    check_regular(ticket)?;
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

/// Removes the ticket of a process that has gone; one being made has a minute to get its name.
pub(super) fn sweep_ticket(name: &str, ticket: &Path) -> io::Result<()> {
    if name.starts_with(UNNAMED) {
        let made = unless_missing(fs::metadata(ticket).and_then(|metadata| metadata.modified()))?;
        let age = made.and_then(|made| made.elapsed().ok());
        if age.is_none_or(|age| age < Duration::from_mins(1)) {
            return Ok(());
        }
    }
    is_alive(ticket).map(drop)
}
