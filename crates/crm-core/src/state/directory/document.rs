//! The file of one call: the caller's document in a versioned envelope.

use std::fs;
use std::io::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::super::error::StoreError;
use super::files::{CallFiles, check_regular, ignore_missing, owner_only, sync_directory};

const VERSION: u64 = 1;

/// The contents of a document's file.
#[derive(Debug)]
pub(super) enum Found {
    Nothing,
    Stored {
        call_id: String,
        saved_at: u64,
        document: Value,
    },
    /// A document of a newer version, which must not be read, changed or removed.
    Newer(u64),
    /// An invalid document, with the reason. The reason does not quote the contents.
    Bad(String),
}

impl Found {
    /// Returns true if the document has not expired.
    pub(super) fn is_fresh(&self, kept_for: Option<Duration>) -> bool {
        matches!(self, Self::Stored { saved_at, .. } if !is_expired(*saved_at, kept_for))
    }
}

pub(super) fn find(files: &CallFiles) -> Result<Found, StoreError> {
    let path = files.document();
    let bytes = check_regular(&path).and_then(|()| ignore_missing(fs::read(&path)));
    let bytes = bytes.map_err(StoreError::io("read", path))?;
    Ok(bytes.map_or(Found::Nothing, |bytes| parse(&bytes)))
}

fn parse(bytes: &[u8]) -> Found {
    let mut envelope = match serde_json::from_slice::<Value>(bytes) {
        Ok(envelope) => envelope,
        Err(error) => return Found::Bad(format!("invalid JSON: {error}")),
    };
    match envelope.get("version").and_then(Value::as_u64) {
        Some(VERSION) => {}
        Some(newer) if newer > VERSION => return Found::Newer(newer),
        _ => return Found::Bad("unknown version".to_owned()),
    }
    let Some(saved_at) = envelope.get("saved_at").and_then(Value::as_u64) else {
        return Found::Bad("missing time of the save".to_owned());
    };
    let Some(call_id) = envelope.get("call_id").and_then(Value::as_str).map(str::to_owned) else {
        return Found::Bad("missing call id".to_owned());
    };
    match envelope.get_mut("document").map(Value::take) {
        Some(document) => Found::Stored { call_id, saved_at, document },
        None => Found::Bad("missing document".to_owned()),
    }
}

/// Reads the document of a call with a known id, unless it has expired. An unreadable document is
/// passed to `on_bad` and counts as missing.
pub(super) fn read(
    files: &CallFiles,
    call_id: &str,
    kept_for: Option<Duration>,
    on_bad: impl FnOnce(&CallFiles, &str) -> Result<(), StoreError>,
) -> Result<Option<Value>, StoreError> {
    match find(files)? {
        Found::Nothing => Ok(None),
        Found::Stored { call_id: stored, .. } if stored != call_id => {
            on_bad(files, "it belongs to another call")?;
            Ok(None)
        }
        Found::Stored { saved_at, document, .. } => {
            Ok((!is_expired(saved_at, kept_for)).then_some(document))
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

/// Renames an unreadable document. The caller must hold the call's lock.
pub(super) fn rename_bad(files: &CallFiles, why: &str) -> Result<(), StoreError> {
    let (path, bad) = (files.document(), files.bad());
    fs::rename(&path, &bad).map_err(StoreError::io("move aside", &path))?;
    tracing::warn!(
        path = %path.display(),
        kept_as = %bad.display(),
        "cannot read the state of a call: {why}; the call continues without it"
    );
    Ok(())
}

/// Replaces the document atomically and durably. The caller must hold the call's lock, since the
/// name of the temporary file is fixed.
pub(super) fn write(files: &CallFiles, call_id: &str, document: &Value) -> Result<(), StoreError> {
    let (path, temporary) = (files.document(), files.temporary());
    let envelope = json!({
        "version": VERSION,
        "saved_at": now(),
        "call_id": call_id,
        "document": document,
    });
    let written = (|| {
        // A killed process may have left the file behind.
        ignore_missing(fs::remove_file(&temporary))?;
        let mut file = owner_only().write(true).create_new(true).open(&temporary)?;
        file.write_all(format!("{envelope}\n").as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, &path)?;
        sync_directory(files.directory())
    })();
    written.map_err(|error| {
        // Report the first error; the next writer removes a leftover file.
        drop(fs::remove_file(&temporary));
        StoreError::io("write", path)(error)
    })
}

/// Removes the document. The caller must hold the call's lock.
pub(super) fn remove(files: &CallFiles) -> Result<(), StoreError> {
    let path = files.document();
    let removed = (|| match ignore_missing(fs::remove_file(&path))? {
        Some(()) => sync_directory(files.directory()),
        None => Ok(()),
    })();
    removed.map_err(StoreError::io("remove", path))
}

/// A document dated in the future is kept: more likely the clock is wrong now.
pub(super) fn is_expired(saved_at: u64, kept_for: Option<Duration>) -> bool {
    let Some(kept_for) = kept_for else {
        return false;
    };
    now().checked_sub(saved_at).is_some_and(|age| age >= kept_for.as_secs())
}

/// Seconds since 1970, by the system clock, which processes share.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
