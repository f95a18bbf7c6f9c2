//! A token in a file of its own, shared by processes.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use serde_json::Value;

use super::super::error::StoreError;
use super::super::store::CallSlot;
use super::files::{
    CallFiles, check_directory, check_regular, create_directory, ignore_missing, owner_only,
    sync_directory,
};
use super::lock::{FileLock, acquire};
use super::work;
use crate::http::auth::TokenStore;

/// Keeps the tokens of one account in a file: owner-only, locked across processes while a token is
/// renewed, and replaced atomically. The lock is a file beside it, with the suffix `.lock`.
///
/// A file that others can read, that is not complete JSON, or in which a field is missing or invalid
/// is an error: it is never replaced, since it may hold the only valid token.
#[derive(Clone, Debug)]
pub struct FileTokenStore {
    path: PathBuf,
    files: Arc<CallFiles>,
}

impl FileTokenStore {
    /// Creates a store in this file, which does not have to exist.
    ///
    /// # Errors
    /// If the path has no file name.
    pub fn new(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let path = path.into();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let Some(name) = name else {
            let source = io::Error::new(io::ErrorKind::InvalidInput, "it has no file name");
            return Err(StoreError::io("use as token file", path)(source));
        };
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let files = Arc::new(CallFiles::listed(directory, &name));
        Ok(Self { path, files })
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[async_trait]
impl TokenStore for FileTokenStore {
    async fn lock(&self) -> Result<Box<dyn CallSlot>, StoreError> {
        let directory = self.files.directory().to_owned();
        let exists = move || {
            if !fs::exists(&directory).map_err(StoreError::io("inspect", &directory))? {
                create_directory(&directory)?;
            }
            check_directory(&directory)
        };
        work::run(&self.path, exists).await?;
        let path = self.path.clone();
        let read = move || read(&path);
        let (lock, document) = acquire(&self.files, SystemTime::now(), read).await?;
        let (path, files) = (self.path.clone(), Arc::clone(&self.files));
        Ok(Box::new(TokenSlot { path, files, document, lock: Arc::new(lock) }))
    }

    fn damaged(&self) -> StoreError {
        StoreError::DamagedToken { path: self.path.clone() }
    }
}

/// The locked file.
#[derive(Debug)]
struct TokenSlot {
    path: PathBuf,
    files: Arc<CallFiles>,
    document: Option<Value>,
    /// Shared with file work, so that an abandoned change ends before the lock is released.
    lock: Arc<FileLock>,
}

impl TokenSlot {
    async fn change_to(&mut self, document: Option<Value>) -> Result<(), StoreError> {
        let (path, files) = (self.path.clone(), Arc::clone(&self.files));
        let (lock, next) = (Arc::clone(&self.lock), document.clone());
        let change = move || {
            let _lock = lock;
            let changed = match &next {
                Some(document) => write(&path, &files, document),
                None => ignore_missing(fs::remove_file(&path)).map(drop),
            };
            changed.map_err(StoreError::io("write", path))
        };
        work::run(&self.path, change).await?;
        self.document = document;
        Ok(())
    }
}

#[async_trait]
impl CallSlot for TokenSlot {
    fn document(&self) -> Option<&Value> {
        self.document.as_ref()
    }

    async fn save(&mut self, document: &Value) -> Result<(), StoreError> {
        self.change_to(Some(document.clone())).await
    }

    async fn remove(&mut self) -> Result<(), StoreError> {
        self.change_to(None).await
    }
}

fn read(path: &Path) -> Result<Option<Value>, StoreError> {
    let bytes = check_regular(path).and_then(|()| ignore_missing(fs::read(path)));
    let Some(bytes) = bytes.map_err(StoreError::io("read", path))? else { return Ok(None) };
    #[cfg(unix)]
    {
        let metadata = fs::metadata(path).map_err(StoreError::io("inspect", path))?;
        let mode = std::os::unix::fs::MetadataExt::mode(&metadata);
        if mode & 0o077 != 0 {
            return Err(StoreError::ReadableByOthers { path: path.to_owned(), mode });
        }
    }
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(document)) => Ok(Some(Value::Object(document))),
        _ => Err(StoreError::DamagedToken { path: path.to_owned() }),
    }
}

fn write(path: &Path, files: &CallFiles, document: &Value) -> io::Result<()> {
    let temporary = files.temporary();
    // A killed process may have left the file behind.
    ignore_missing(fs::remove_file(&temporary))?;
    let written = (|| {
        let mut file = owner_only().write(true).create_new(true).open(&temporary)?;
        file.write_all(format!("{document}\n").as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        sync_directory(files.directory())
    })();
    written.inspect_err(|_| drop(fs::remove_file(&temporary)))
}
