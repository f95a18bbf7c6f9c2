//! What can go wrong with a call store.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// A call store that cannot do its work: which path, what failed, what to do.
///
/// Every variant but [`Stopped`](Self::Stopped) is a matter of configuration: the operator mends it
/// and the same call works. The printed text holds [`message`](Self::message) and
/// [`hint`](Self::hint); whoever shows the two apart asks for them apart.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// Others than the owner may write to the directory, so its contents cannot be trusted.
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
        /// What was tried, as in "cannot *write* this path".
        action: &'static str,
        /// What it was tried on.
        path: PathBuf,
        /// What the operating system said.
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
    /// A store of the host's own failed. Made by [`StoreError::other`].
    #[non_exhaustive]
    Other {
        /// What the store reports.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The work was broken off because the asynchronous runtime is shutting down.
    #[non_exhaustive]
    Stopped {
        /// The file that was worked on.
        path: PathBuf,
    },
}

impl StoreError {
    /// Reports the failure of a call store that is not one of this library's.
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

    /// What happened, and to which path.
    pub fn message(&self) -> String {
        match self {
            Self::WritableByOthers { path, mode } => format!(
                "the call state directory {} can be written by others (mode {:03o})",
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
            Self::Other { source } => source.to_string(),
            Self::Stopped { path } => {
                format!("work on {} was broken off: the program is stopping", path.display())
            }
        }
    }

    /// What the operator can do about it.
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
                    "something that is no directory is in the way: move it, or name another state directory"
                }
                io::ErrorKind::Unsupported => {
                    "this file system cannot lock files: name a state directory on a local disk"
                }
                io::ErrorKind::InvalidInput => {
                    "move it away, or name another state directory"
                }
                _ => "see that the state directory is on a healthy local disk, or name another state directory",
            }
            .to_owned(),
            Self::NewerVersion { path, .. } => format!(
                "use the newer program for calls in progress, or move {} away to forget this call",
                path.display()
            ),
            Self::Other { .. } => "check the call store this program was given".to_owned(),
            Self::Stopped { .. } => "start it again; nothing is half-written".to_owned(),
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
