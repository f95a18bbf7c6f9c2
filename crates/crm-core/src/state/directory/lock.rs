//! The lock of a call across processes.

use std::fs::{self, File, TryLockError};
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::super::error::StoreError;
use super::files::{CallFiles, check_directory, check_regular, is_still_at, owner_only};
use super::queue::{Ticket, has_earlier_ticket};
use super::work;

/// The first and the longest delay between two attempts to take a lock held by another process.
const FIRST_WAIT: Duration = Duration::from_millis(1);
const LONGEST_WAIT: Duration = Duration::from_millis(20);

/// The lock of one call, released when dropped or when the process dies.
#[derive(Debug)]
pub(super) struct FileLock {
    file: File,
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Closing the file is not enough if a child was forked in between: it shares the open file.
        // On an error, closing the file has to be enough.
        drop(self.file.unlock());
    }
}

/// Waits for the lock in FIFO order and runs `then` under it in the same blocking task.
///
/// A dropped future leaves neither a lock nor a ticket: both are owned by values that are dropped
/// with it, or with the result of the abandoned file work.
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
            if !has_earlier_ticket(&files, ticket.as_ref())?
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

/// Takes the lock if it is free; creates its file and the account's directory if missing.
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
    // A sweep may have removed the file between opening and locking it. Another process may then
    // hold the lock of a new file at the same path, and this lock is void.
    let valid = is_still_at(&file, &path).map_err(StoreError::io("inspect", path))?;
    Ok(valid.then_some(FileLock { file }))
}

/// Removes the file of a held lock. It must be the last step: from here on another process may lock
/// the call.
pub(super) fn remove_lock_file(files: &CallFiles, lock: FileLock) -> Result<(), StoreError> {
    if cfg!(unix) {
        let path = files.lock();
        fs::remove_file(&path).map_err(StoreError::io("remove", path))?;
    }
    drop(lock);
    Ok(())
}
