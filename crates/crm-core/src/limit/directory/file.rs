//! The file of one bucket.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use super::super::clock::Moment;
use super::super::{LimitKey, Quota};
use super::document::Document;
use crate::fnv::Fnv;
use crate::state::StoreError;
use crate::state::directory::files::{check_regular, owner_only};

/// Longer files are damaged.
const LONGEST: u64 = 1024 * 1024;

/// The file of a bucket. The name is a hash of the key.
#[derive(Debug)]
pub(super) struct BucketFile {
    path: PathBuf,
}

/// A locked file. Dropping it, or the death of the process, releases the lock.
#[derive(Debug)]
pub(super) struct Locked<'a> {
    path: &'a Path,
    file: File,
}

impl BucketFile {
    pub(super) fn new(directory: &Path, key: &LimitKey) -> Self {
        let hash = Fnv::new().with(key.as_str().as_bytes()).get();
        Self { path: directory.join(format!("{hash:032x}")) }
    }

    /// Returns true if no process has used the bucket yet.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self.path.try_exists(), Ok(false))
    }

    /// Locks the file, or returns `None` while another process has locked it.
    pub(super) fn try_lock(&self) -> Result<Option<Locked<'_>>, StoreError> {
        let path = &*self.path;
        check_regular(path).map_err(StoreError::io("open", path))?;
        let mut options = owner_only();
        let file = options.read(true).write(true).create(true).truncate(false).open(path);
        let file = file.map_err(StoreError::io("open", path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Locked { path, file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(StoreError::io("lock", path)(error)),
        }
    }
}

impl Locked<'_> {
    /// Reads the state; that of a damaged file is the strictest possible.
    pub(super) fn read(&mut self, quota: Quota, now: Moment) -> Result<Document, StoreError> {
        let failed = |error| StoreError::io("read", self.path)(error);
        let mut text = Vec::new();
        (&mut self.file).take(LONGEST).read_to_end(&mut text).map_err(failed)?;
        if text.is_empty() {
            return Ok(Document::default());
        }
        // The end of a longer value may follow, left by a killed process.
        let mut values = serde_json::Deserializer::from_slice(&text).into_iter::<Document>();
        let Some(Ok(mut document)) = values.next() else {
            tracing::warn!(path = %self.path.display(), "cannot read the limiter's state: the file is damaged");
            return Ok(Document::unknown(quota, now));
        };
        document.remove_ended(quota, now);
        Ok(document)
    }

    /// Overwrites the state in place: existing disk space cannot run out.
    pub(super) fn write(&mut self, document: &Document) -> Result<(), StoreError> {
        let write = |file: &mut File| -> io::Result<()> {
            let mut text = serde_json::to_vec(document)?;
            text.push(b'\n');
            file.rewind()?;
            file.write_all(&text)?;
            file.set_len(text.len() as u64)
        };
        write(&mut self.file).map_err(StoreError::io("write", self.path))
    }
}
