//! One event of a call at a time, across processes.

use std::fs::{self, File, TryLockError};
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::super::error::StoreError;
use super::files::{CallFiles, check_directory, check_regular, is_still_at, owner_only};
use super::queue::{Ticket, somebody_is_before};
use super::work;

/// Between two looks at a lock that another process holds: the first waits, and the longest.
const FIRST_WAIT: Duration = Duration::from_millis(1);
const LONGEST_WAIT: Duration = Duration::from_millis(20);

/// The lock of one call, given back by dropping it, or by the death of the process.
#[derive(Debug)]
pub(super) struct FileLock {
    file: File,
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Closing the file would do, were it not for a child that was forked meanwhile: it holds
        // the same open file. An error leaves it to the closing.
        drop(self.file.unlock());
    }
}

/// Waits for the lock, in the order of arrival, and runs `then` under it in the same breath.
///
/// A dropped future leaves neither a lock nor a place in the queue: both live in values that are
/// dropped with it, or with the result of the file work nobody waits for any more.
pub(super) async fn acquire<T, F>(
    files: &Arc<CallFiles>,
    arrived: SystemTime,
    then: F,
) -> Result<(FileLock, T), StoreError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, StoreError> + Send + 'static,
{
    let mut waiting = (None, then);
    let mut pause = FIRST_WAIT;
    loop {
        let files = Arc::clone(files);
        let path = files.lock();
        let attempt = move || {
            let (ticket, then) = waiting;
            if !somebody_is_before(&files, ticket.as_ref())?
                && let Some(lock) = try_lock(&files)?
            {
                return Ok(Attempt::Held(lock, then()?));
            }
            let ticket = ticket.map_or_else(|| Ticket::take(&files, arrived), Ok)?;
            Ok(Attempt::Busy(Some(ticket), then))
        };
        match work::run(&path, attempt).await? {
            Attempt::Held(lock, value) => return Ok((lock, value)),
            Attempt::Busy(ticket, then) => waiting = (ticket, then),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_WAIT);
    }
}

enum Attempt<T, F> {
    Held(FileLock, T),
    Busy(Option<Ticket>, F),
}

/// Takes the lock if it is free, creating its file, and the account's directory, where missing.
pub(super) fn try_lock(files: &CallFiles) -> Result<Option<FileLock>, StoreError> {
    let path = files.lock();
    let open = || owner_only().read(true).write(true).create(true).truncate(false).open(&path);
    check_regular(&path).map_err(StoreError::io("open", &path))?;
    let file = match open() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            files.create_account()?;
            open()
        }
        result => result,
    }
    .map_err(StoreError::io("open", &path))?;
    check_directory(files.directory())?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(StoreError::io("lock", path)(error)),
    }
    // A sweep may have removed the file between opening and locking it; then another process may
    // hold the lock of a new file under the same name, and this lock means nothing.
    let valid = is_still_at(&file, &path).map_err(StoreError::io("look at", path))?;
    Ok(valid.then_some(FileLock { file }))
}

/// Removes the file of a held lock. The last thing to do for a call: from here on another process
/// may lock it anew.
pub(super) fn remove_lock_file(files: &CallFiles, lock: FileLock) -> Result<(), StoreError> {
    if cfg!(unix) {
        let path = files.lock();
        fs::remove_file(&path).map_err(StoreError::io("remove", path))?;
    }
    drop(lock);
    Ok(())
}
