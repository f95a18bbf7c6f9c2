//! Errors of a call store.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// A failure of a call store, with the path and what to do.
///
/// Every variant but [`Stopped`](Self::Stopped) is a configuration problem that an operator can
/// fix. `Display` prints [`message`](Self::message) and [`hint`](Self::hint).
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// Other users may write to the directory, so its contents cannot be trusted.
    #[non_exhaustive]
    WritableByOthers {
        /// The directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A file or directory cannot be created, read, locked, written or removed.
    #[non_exhaustive]
    Io {
        /// The attempted action, as in "cannot *write* this path".
        action: &'static str,
        /// The path.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The document was written by a newer version of this library.
    #[non_exhaustive]
    NewerVersion {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
        /// The newest version this library reads.
        known: u64,
    },
    /// Other users may read the file of a token.
    #[non_exhaustive]
    ReadableByOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file of a token is not complete, or has an invalid field.
    #[non_exhaustive]
    DamagedToken {
        /// The file.
        path: PathBuf,
    },
    /// A store of the host's own failed. Created by [`StoreError::other`].
    #[non_exhaustive]
    Other {
        /// The error of the store.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The work was cancelled because the asynchronous runtime is shutting down.
    #[non_exhaustive]
    Stopped {
        /// The file.
        path: PathBuf,
    },
}

impl StoreError {
    /// Creates the error of a call store that is not part of this library.
    ///
    /// ```
    /// use vochi_crm_core::state::StoreError;
    /// let error = StoreError::other("cannot write call 17.185: connection refused");
    /// assert_eq!(error.message(), "cannot write call 17.185: connection refused");
    /// ```
    pub fn other(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Other { source: source.into() }
    }

    pub(crate) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }

    /// The failure and its path.
    pub fn message(&self) -> String {
        match self {
            Self::WritableByOthers { path, mode } => format!(
                "cannot use the call state directory {}: other users can write to it (mode {:03o})",
                path.display(),
                mode & 0o7777
            ),
            Self::Io { action, path, source } => {
                format!("cannot {action} {}: {source}", path.display())
            }
            Self::NewerVersion { path, found, known } => format!(
                "{} was written by a newer version of this program (format {found}, this one reads up to {known})",
                path.display()
            ),
            Self::ReadableByOthers { path, mode } => format!(
                "cannot use the token file {}: other users can read it (mode {:03o})",
                path.display(),
                mode & 0o7777
            ),
            Self::DamagedToken { path } => {
                format!(
                    "cannot read the token file {}: it is not complete, or a field is missing or \
                     invalid",
                    path.display()
                )
            }
            Self::Other { source } => source.to_string(),
            Self::Stopped { path } => {
                format!("cannot finish the work on {}: the program is stopping", path.display())
            }
        }
    }

    /// What an operator can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::WritableByOthers { path, .. } => {
                format!("make it owner-only: chmod 700 {}", path.display())
            }
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    "let the user this program runs as own and write the state directory, or name another state directory"
                }
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "free some space, or name a state directory on another disk"
                }
                io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                    "the path is not a directory: move it away, or name another state directory"
                }
                io::ErrorKind::Unsupported => {
                    "this file system cannot lock files: name a state directory on a local disk"
                }
                io::ErrorKind::InvalidInput => {
                    "move it away, or name another path"
                }
                _ => "check that the state directory is on a healthy local disk, or name another state directory",
            }
            .to_owned(),
            Self::NewerVersion { path, .. } => format!(
                "use the newer program for calls in progress, or move {} away to forget this call",
                path.display()
            ),
            Self::ReadableByOthers { path, .. } => {
                format!("make it owner-only: chmod 600 {}", path.display())
            }
            Self::DamagedToken { path } => format!(
                "restore it from a copy, or move {} away and authorize the account again",
                path.display()
            ),
            Self::Other { .. } => "check the call store this program was given".to_owned(),
            Self::Stopped { .. } => "start it again; no file is half-written".to_owned(),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message(), self.hint())
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Other { source } => Some(&**source),
            _ => None,
        }
    }
}
