//! Removing expired calls, concurrently with processes that use others.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::super::error::StoreError;
use super::super::store::Space;
use super::document::{Found, find, is_expired, remove, rename_bad};
use super::files::{CallFiles, check_regular, ignore_missing, owner_only};
use super::lock::{remove_lock_file, try_lock};
use super::queue::sweep_ticket;

/// The interval between sweeps of a directory, across all processes.
pub(super) const EVERY: Duration = Duration::from_secs(3600);

/// Creates the file that marks the last sweep, which also checks that the directory is writable.
pub(super) fn prepare(root: &Path) -> Result<(), StoreError> {
    stamp(root).map(drop)
}

fn stamp(root: &Path) -> Result<File, StoreError> {
    let path = root.join(".swept");
    check_regular(&path).map_err(StoreError::io("write", &path))?;
    owner_only()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(StoreError::io("write", path))
}

/// Sweeps if no process did within the interval. Errors are logged; the caller's work continues.
pub(super) fn when_due(root: &Path, kept_for: Duration) {
    match is_due(root).and_then(|due| due.map_or(Ok(0), |_stamp| sweep(root, kept_for))) {
        Ok(0) => {}
        Ok(calls) => tracing::debug!(calls, root = %root.display(), "removed expired calls"),
        Err(error) => tracing::warn!(%error, "cannot sweep expired calls"),
    }
}

/// The mark of the last sweep, locked for the duration of this one, if a sweep is due.
fn is_due(root: &Path) -> Result<Option<File>, StoreError> {
    let stamp = stamp(root)?;
    let last = stamp.metadata().and_then(|metadata| metadata.modified());
    let last = last.map_err(StoreError::io("inspect", root.join(".swept")))?;
    // A mark in the future was set by a wrong clock.
    let is_due = last.elapsed().map_or(true, |ago| ago >= EVERY);
    Ok((is_due && stamp.try_lock().is_ok()).then_some(stamp))
}

/// Sweeps every account and returns the number of removed calls.
pub(super) fn sweep(root: &Path, kept_for: Duration) -> Result<usize, StoreError> {
    let mut removed = 0;
    for (name, account) in listing(root)? {
        if name.starts_with('.') || !account.is_dir() {
            continue;
        }
        for &space in Space::ALL {
            let directory = CallFiles::space_of(&account, space);
            match sweep_space(&directory, space.lifetime(kept_for)) {
                Ok(documents) => removed += documents,
                // A failing account must not block the others.
                Err(error) => {
                    tracing::warn!(%error, "cannot sweep the expired calls of an account");
                }
            }
        }
    }
    // Marked at the end: the next process repeats a killed sweep.
    stamp(root)?
        .set_modified(SystemTime::now())
        .map_err(StoreError::io("date", root.join(".swept")))?;
    Ok(removed)
}

/// The ids of the unexpired documents in a directory.
pub(super) fn list(
    directory: &Path,
    kept_for: Option<Duration>,
) -> Result<Vec<String>, StoreError> {
    let mut ids = Vec::new();
    for (name, _) in listing(directory)? {
        let Some(stem) = name.strip_suffix(".json") else {
            continue;
        };
        match find(&CallFiles::listed(directory, stem)) {
            Ok(Found::Stored { call_id, saved_at, .. }) if !is_expired(saved_at, kept_for) => {
                ids.push(call_id);
            }
            Ok(_) => {}
            // A bad file must not hide other documents; opening it reports the error.
            Err(error) => {
                if let Some(call_id) = CallFiles::id_of(stem) {
                    ids.push(call_id);
                } else {
                    tracing::warn!(%error, "document left out of the list");
                }
            }
        }
    }
    ids.sort();
    Ok(ids)
}

fn sweep_space(account: &Path, kept_for: Option<Duration>) -> Result<usize, StoreError> {
    for (name, ticket) in listing(&account.join(".queue"))? {
        if let Err(error) = sweep_ticket(&name, &ticket) {
            tracing::warn!(%error, ticket = %ticket.display(), "cannot sweep an old ticket");
        }
    }
    let mut cleaned = HashSet::new();
    let mut removed = 0;
    for (name, _) in listing(account)? {
        let Some((stem, suffix)) = name.rsplit_once('.') else {
            continue;
        };
        let files = CallFiles::listed(account, stem);
        if stem.is_empty() || !has_leftovers(&files, suffix, kept_for) {
            continue;
        }
        if cleaned.insert(stem.to_owned()) {
            match sweep_call(&files, kept_for) {
                Ok(calls) => removed += calls,
                // A failing call must not block the others.
                Err(error) => tracing::warn!(%error, "cannot sweep an expired call"),
            }
        }
    }
    Ok(removed)
}

/// Returns true if, without the lock, the file of this suffix seems removable. An uninspectable
/// file counts as one: the error shows up later.
fn has_leftovers(files: &CallFiles, suffix: &str, kept_for: Option<Duration>) -> bool {
    match suffix {
        "json" => !find(files).is_ok_and(|found| found.is_fresh(kept_for)),
        "lock" => !files.document().exists(),
        "bad" => is_old(&files.bad(), kept_for).unwrap_or(true),
        "tmp" => true,
        _ => false,
    }
}

/// Removes the expired files of one call, unless the call is locked.
fn sweep_call(files: &CallFiles, kept_for: Option<Duration>) -> Result<usize, StoreError> {
    let Some(lock) = try_lock(files)? else {
        return Ok(0);
    };
    // Only the lock holder writes it, so this file is a leftover.
    discard(files.temporary())?;
    if is_old(&files.bad(), kept_for)? {
        discard(files.bad())?;
    }
    match find(files)? {
        Found::Stored { saved_at, .. } if is_expired(saved_at, kept_for) => {
            remove(files)?;
            remove_lock_file(files, lock)?;
            Ok(1)
        }
        Found::Stored { .. } | Found::Newer(_) => Ok(0),
        Found::Bad(why) => {
            rename_bad(files, &why)?;
            remove_lock_file(files, lock)?;
            Ok(0)
        }
        Found::Nothing => {
            remove_lock_file(files, lock)?;
            Ok(0)
        }
    }
}

fn discard(path: PathBuf) -> Result<(), StoreError> {
    ignore_missing(fs::remove_file(&path)).map(drop).map_err(StoreError::io("remove", path))
}

fn is_old(path: &Path, kept_for: Option<Duration>) -> Result<bool, StoreError> {
    let modified = ignore_missing(fs::metadata(path).and_then(|metadata| metadata.modified()))
        .map_err(StoreError::io("inspect", path))?;
    Ok(modified
        .and_then(|at| at.elapsed().ok())
        .zip(kept_for)
        .is_some_and(|(age, kept_for)| age >= kept_for))
}

/// The names and paths in a directory; empty if it is missing. Names that are not UTF-8 are
/// skipped.
fn listing(directory: &Path) -> Result<Vec<(String, PathBuf)>, StoreError> {
    let list = || {
        let Some(entries) = ignore_missing(fs::read_dir(directory))? else {
            return Ok(Vec::new());
        };
        let mut listing = Vec::new();
        for entry in entries {
            let entry = entry?;
            if let Ok(name) = entry.file_name().into_string() {
                listing.push((name, entry.path()));
            }
        }
        Ok(listing)
    };
    list().map_err(StoreError::io("list", directory))
}
