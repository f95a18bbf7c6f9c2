//! The file of one call: an envelope with a version around the caller's document.

use std::fs;
use std::io::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::super::error::StoreError;
use super::files::{CallFiles, check_regular, owner_only, sync_directory, unless_missing};

const VERSION: u64 = 1;

/// What is found in the place of a document.
#[derive(Debug)]
pub(super) enum Found {
    Nothing,
    Stored {
        call_id: String,
        saved_at: u64,
        document: Value,
    },
    /// Written by a newer version: not ours to read, change or remove.
    Newer(u64),
    /// No document of ours, and why not. Says nothing of what is in it.
    Bad(String),
}

impl Found {
    /// Whether it is a document to be remembered still.
    pub(super) fn is_young(&self, kept_for: Option<Duration>) -> bool {
        matches!(self, Self::Stored { saved_at, .. } if !is_over(*saved_at, kept_for))
    }
}

pub(super) fn find(files: &CallFiles) -> Result<Found, StoreError> {
    let path = files.document();
    let bytes = check_regular(&path).and_then(|()| unless_missing(fs::read(&path)));
    let bytes = bytes.map_err(StoreError::io("read", path))?;
    Ok(bytes.map_or(Found::Nothing, |bytes| parse(&bytes)))
}

fn parse(bytes: &[u8]) -> Found {
    let mut envelope = match serde_json::from_slice::<Value>(bytes) {
        Ok(envelope) => envelope,
        Err(error) => return Found::Bad(format!("it is not JSON: {error}")),
    };
    match envelope.get("version").and_then(Value::as_u64) {
        Some(VERSION) => {}
        Some(newer) if newer > VERSION => return Found::Newer(newer),
        _ => return Found::Bad("it has no known version".to_owned()),
    }
    let Some(saved_at) = envelope.get("saved_at").and_then(Value::as_u64) else {
        return Found::Bad("it does not say when it was saved".to_owned());
    };
    let Some(call_id) = envelope.get("call_id").and_then(Value::as_str).map(str::to_owned) else {
        return Found::Bad("it does not say which call it is about".to_owned());
    };
    match envelope.get_mut("document").map(Value::take) {
        Some(document) => Found::Stored { call_id, saved_at, document },
        None => Found::Bad("it holds no document".to_owned()),
    }
}

/// The document of a call whose id is known, if it is still to be remembered. What cannot be read
/// is passed to `on_bad` and counts as absent.
pub(super) fn read(
    files: &CallFiles,
    call_id: &str,
    kept_for: Option<Duration>,
    on_bad: impl FnOnce(&CallFiles, &str) -> Result<(), StoreError>,
) -> Result<Option<Value>, StoreError> {
    match find(files)? {
        Found::Nothing => Ok(None),
        Found::Stored { call_id: stored, .. } if stored != call_id => {
            on_bad(files, "it is about another call")?;
            Ok(None)
        }
        Found::Stored { saved_at, document, .. } => {
            Ok((!is_over(saved_at, kept_for)).then_some(document))
        }
        Found::Newer(found) => {
            Err(StoreError::NewerVersion { path: files.document(), found, known: VERSION })
        }
        Found::Bad(why) => {
            on_bad(files, &why)?;
            Ok(None)
        }
    }
}

/// Moves an unreadable document out of the way. Only for whoever holds the call's lock.
pub(super) fn set_aside(files: &CallFiles, why: &str) -> Result<(), StoreError> {
    let (path, bad) = (files.document(), files.bad());
    fs::rename(&path, &bad).map_err(StoreError::io("move aside", &path))?;
    tracing::warn!(
        path = %path.display(),
        kept_as = %bad.display(),
        "the state of a call cannot be read: {why}; going on without it"
    );
    Ok(())
}

/// Replaces the document as one step, and makes it survive a loss of power. Only for whoever holds
/// the call's lock: it makes the name of the temporary file ours.
pub(super) fn write(files: &CallFiles, call_id: &str, document: &Value) -> Result<(), StoreError> {
    let (path, temporary) = (files.document(), files.temporary());
    let envelope = json!({
        "version": VERSION,
        "saved_at": now(),
        "call_id": call_id,
        "document": document,
    });
    let written = (|| {
        // Left by a process that was killed.
        unless_missing(fs::remove_file(&temporary))?;
        let mut file = owner_only().write(true).create_new(true).open(&temporary)?;
        file.write_all(format!("{envelope}\n").as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, &path)?;
        sync_directory(files.directory())
    })();
    written.map_err(|error| {
        // The error that led here is the one to tell; a leftover is removed by the next writer.
        drop(fs::remove_file(&temporary));
        StoreError::io("write", path)(error)
    })
}

/// Removes the document for good. Only for whoever holds the call's lock.
pub(super) fn remove(files: &CallFiles) -> Result<(), StoreError> {
    let path = files.document();
    let removed = (|| match unless_missing(fs::remove_file(&path))? {
        Some(()) => sync_directory(files.directory()),
        None => Ok(()),
    })();
    removed.map_err(StoreError::io("remove", path))
}

/// A document from the future is kept: then it is more likely that the clock is wrong today.
pub(super) fn is_over(saved_at: u64, kept_for: Option<Duration>) -> bool {
    let Some(kept_for) = kept_for else {
        return false;
    };
    now().checked_sub(saved_at).is_some_and(|age| age >= kept_for.as_secs())
}

/// Seconds since 1970: the one clock that processes share.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
