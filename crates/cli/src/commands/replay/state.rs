//! The state file of `replay` (`--state FILE`).

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vochi_crm::asterisk::SavedCalls;
use vochi_crm::{Error, Result};

use super::timeline::SavedTimeline;

const FORMAT: &str = "vochi-crm replay state";
const VERSION: u64 = 1;

/// The content of a state file.
#[derive(Serialize, Deserialize)]
pub(super) struct Saved {
    pub(super) calls: SavedCalls,
    pub(super) timeline: SavedTimeline,
}

/// A state file, locked against other runs.
///
/// The new content is written to a temporary file that is created and locked first, and then renamed.
#[derive(Debug)]
pub(super) struct StateFile {
    path: PathBuf,
    temporary: PathBuf,
    next: File,
    is_replaced: bool,
}

/// Reads the state of an earlier run; none if the file does not exist.
///
/// # Errors
/// `config` if the file cannot be read, `input` if it is broken or not a state file.
pub(super) fn read(path: &Path) -> Result<Option<Saved>> {
    match fs::read(path) {
        Ok(text) => parse(&text).map(Some).map_err(|why| {
            Error::input(format!("{}: {why}", path.display()))
                .with_hint("name another file, or move this one away to start without open calls")
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(path, "read", &error)),
    }
}

fn parse(text: &[u8]) -> Result<Saved, String> {
    let mut document: Value =
        serde_json::from_slice(text).map_err(|error| format!("broken state file: {error}"))?;
    if document.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err("not a state file of replay".to_owned());
    }
    match document.get("version").and_then(Value::as_u64) {
        Some(VERSION) => {}
        Some(version) => {
            return Err(format!("unsupported version {version}: this program knows {VERSION}"));
        }
        None => return Err("broken state file: missing `version`".to_owned()),
    }
    let state = document.get_mut("state").map(Value::take).unwrap_or_default();
    serde_json::from_value(state).map_err(|error| format!("broken state file: {error}"))
}

impl StateFile {
    /// Locks the file and checks that it can be written.
    ///
    /// # Errors
    /// `config`
    pub(super) fn lock(path: &Path) -> Result<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = path.with_file_name(format!(".{name}.new"));
        loop {
            let next = open_own(&temporary).map_err(|error| unusable(path, "written", &error))?;
            match next.try_lock() {
                // Another run has just renamed it.
                Ok(()) if !is_still_at(&next, &temporary) => {}
                Ok(()) => {
                    let path = path.to_owned();
                    return Ok(Self { path, temporary, next, is_replaced: false });
                }
                Err(TryLockError::WouldBlock) => {
                    let what = format!("{}: in use by another run", path.display());
                    let hint = "wait for the other run to end, or name another state file";
                    return Err(Error::config(what).with_hint(hint));
                }
                Err(TryLockError::Error(error)) => return Err(unusable(path, "locked", &error)),
            }
        }
    }

    /// Replaces the file atomically.
    ///
    /// # Errors
    /// `config`; the file is unchanged.
    pub(super) fn replace(mut self, saved: &Saved) -> Result<()> {
        self.write(saved).map_err(|error| unusable(&self.path, "written", &error))
    }

    fn write(&mut self, saved: &Saved) -> io::Result<()> {
        let document = json!({ "format": FORMAT, "version": VERSION, "state": saved });
        // A killed run may have left longer content.
        self.next.set_len(0)?;
        self.next.write_all(format!("{document}\n").as_bytes())?;
        self.next.sync_all()?;
        fs::rename(&self.temporary, &self.path)?;
        self.is_replaced = true;
        Ok(())
    }
}

impl Drop for StateFile {
    fn drop(&mut self) {
        if !self.is_replaced {
            drop(fs::remove_file(&self.temporary));
        }
    }
}

/// Opens or creates a file readable only by its owner. Refuses a path that is not a regular file.
fn open_own(path: &Path) -> io::Result<File> {
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(io::Error::other(format!("{} is not a regular file", path.display())));
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

/// Returns true if an open file is still the one at its path.
#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |found: io::Result<fs::Metadata>| found.map(|found| (found.dev(), found.ino())).ok();
    id(file.metadata()) == id(fs::metadata(path))
}

#[cfg(not(unix))]
fn is_still_at(_: &File, _: &Path) -> bool {
    true
}

fn unusable(path: &Path, what: &str, error: &io::Error) -> Error {
    Error::config(format!("{}: cannot be {what}: {error}", path.display()))
        .with_hint("name a file in a directory that exists and that you may write to")
}
