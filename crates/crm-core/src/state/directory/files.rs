//! Names and permissions of the files of a call.

use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::super::error::StoreError;
use super::super::keyed_lock::CallKey;
use super::super::store::Space;
use crate::fnv::Fnv;

/// Longer names are truncated and get a hash; with a suffix they stay below the usual 255 bytes.
const LONGEST_NAME: usize = 100;
const CUT_NAME: usize = 60;

/// The paths of one call's files.
#[derive(Debug, Clone)]
pub(super) struct CallFiles {
    directory: PathBuf,
    stem: String,
}

impl CallFiles {
    pub(super) fn of(root: &Path, key: &CallKey) -> Self {
        Self {
            directory: Self::space(root, key.space, &key.account),
            stem: file_name(&key.call_id),
        }
    }

    /// The directory of a space's documents: for calls, the account's directory itself.
    pub(super) fn space(root: &Path, space: Space, account: &str) -> PathBuf {
        Self::space_of(&root.join(file_name(account)), space)
    }

    /// The directory of a space in an account found in a listing.
    pub(super) fn space_of(account: &Path, space: Space) -> PathBuf {
        match space {
            Space::Calls => account.to_owned(),
            other => account.join(format!(".{}", other.as_str())),
        }
    }

    /// The files of a call found in a listing, where its id is known only from the file name.
    pub(super) fn listed(directory: &Path, stem: &str) -> Self {
        Self { directory: directory.to_owned(), stem: stem.to_owned() }
    }

    /// The id that a file name encodes; `None` if the name was truncated.
    pub(super) fn id_of(stem: &str) -> Option<String> {
        let mut pieces = stem.split('%');
        let mut id = pieces.next()?.as_bytes().to_vec();
        for piece in pieces {
            let (digits, rest) = piece.split_at_checked(2)?;
            id.push(u8::from_str_radix(digits, 16).ok()?);
            id.extend_from_slice(rest.as_bytes());
        }
        let id = String::from_utf8(id).ok()?;
        (file_name(&id) == stem).then_some(id)
    }

    pub(super) fn stem(&self) -> &str {
        &self.stem
    }

    /// The directory of the account's documents in this space.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Creates that directory durably.
    pub(super) fn create_account(&self) -> Result<(), StoreError> {
        create_directory(&self.directory)?;
        let root = self.directory.parent().unwrap_or(&self.directory);
        sync_directory(root).map_err(StoreError::io("write", root))
    }

    /// The directory of the tickets of waiting processes.
    pub(super) fn queue(&self) -> PathBuf {
        self.directory.join(".queue")
    }

    pub(super) fn document(&self) -> PathBuf {
        self.with("json")
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.with("lock")
    }

    pub(super) fn temporary(&self) -> PathBuf {
        self.with("tmp")
    }

    pub(super) fn bad(&self) -> PathBuf {
        self.with("bad")
    }

    fn with(&self, suffix: &str) -> PathBuf {
        self.directory.join(format!("{}.{suffix}", self.stem))
    }
}

/// Encodes a text as a file name: ASCII letters, digits, `-`, `_` and inner dots stay, the rest
/// becomes `%xx`. Different texts get different names, and no name leaves the directory or is
/// hidden.
fn file_name(text: &str) -> String {
    if text.is_empty() {
        // In all other names a percent sign is followed by digits.
        return "%".to_owned();
    }
    let folds_case = cfg!(any(windows, target_vendor = "apple"));
    let mut name = String::with_capacity(text.len());
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(byte)),
            b'A'..=b'Z' if !folds_case => name.push(char::from(byte)),
            b'.' if at > 0 => name.push('.'),
            // Writing to a String cannot fail.
            _ => drop(write!(name, "%{byte:02x}")),
        }
    }
    if name.len() <= LONGEST_NAME {
        return name;
    }
    let readable = name.get(..CUT_NAME).unwrap_or_default();
    // Do not cut a `%xx` in half.
    let readable = match readable.rfind('%') {
        Some(at) if at + 3 > CUT_NAME => readable.get(..at).unwrap_or_default(),
        _ => readable,
    };
    // The document contains the id, so a collision is detected.
    let hash = Fnv::new().with(text.as_bytes()).get();
    format!("{readable}~{hash:032x}")
}

/// Creates a directory and its missing parents with owner-only permissions.
pub(crate) fn create_directory(path: &Path) -> Result<(), StoreError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(StoreError::io("create the call state directory", path))
}

/// Options for creating files that only the owner may read.
pub(crate) fn owner_only() -> OpenOptions {
    #[cfg_attr(not(unix), allow(unused_mut))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Refuses a path that is not a directory, or a directory that other users can write to.
pub(crate) fn check_directory(path: &Path) -> Result<(), StoreError> {
    let metadata =
        fs::metadata(path).map_err(StoreError::io("inspect the call state directory", path))?;
    if !metadata.is_dir() {
        let source = io::Error::from(io::ErrorKind::NotADirectory);
        return Err(StoreError::io("use as call state directory", path)(source));
    }
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::MetadataExt::mode(&metadata);
        if mode & 0o022 != 0 {
            return Err(StoreError::WritableByOthers { path: path.to_owned(), mode });
        }
    }
    Ok(())
}

/// Returns true if an open file is still the one at its path.
#[cfg(unix)]
pub(super) fn is_still_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let held = file.metadata()?;
    Ok(ignore_missing(fs::metadata(path))?
        .is_some_and(|found| (found.dev(), found.ino()) == (held.dev(), held.ino())))
}

/// Always returns true: lock files are not removed on platforms where this cannot be determined.
#[cfg(not(unix))]
pub(super) fn is_still_at(_file: &File, path: &Path) -> io::Result<bool> {
    fs::exists(path)
}

/// Makes the names in a directory durable.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    match File::open(path)?.sync_all() {
        // Some network file systems do not support this; there the rename has to be enough.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
        {
            Ok(())
        }
        result => result,
    }
}

/// Refuses anything but a regular file: opening a pipe would block.
pub(crate) fn check_regular(path: &Path) -> io::Result<()> {
    match ignore_missing(fs::metadata(path))? {
        Some(found) if !found.is_file() => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
        }
        _ => Ok(()),
    }
}

/// Treats a missing file as success.
pub(super) fn ignore_missing<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_ids_stay_readable() {
        assert_eq!(file_name("1700000000.17"), "1700000000.17");
        assert_eq!(file_name("Shop-2_b"), "Shop-2_b");
    }

    #[test]
    fn no_name_leaves_the_directory_or_is_hidden() {
        assert_eq!(file_name(".."), "%2e.");
        assert_eq!(file_name("../../etc/x"), "%2e.%2f..%2fetc%2fx");
        assert_eq!(file_name(".queue"), "%2equeue");
        assert_eq!(file_name(""), "%");
        assert_eq!(file_name("%"), "%25");
    }

    #[test]
    fn long_id_keeps_its_beginning_and_whole_escapes() {
        for lead in 0..3 {
            let name = file_name(&format!("{}{}", "a".repeat(lead), "я".repeat(300)));
            assert!(name.len() <= LONGEST_NAME, "{name}");
            let (readable, hash) = name.split_once('~').unwrap();
            assert_eq!(hash.len(), 32);
            assert_eq!((readable.len() - lead) % 3, 0, "half an escape in {name}");
        }
    }

    proptest! {
        #[test]
        fn different_ids_have_different_names(a in ".{0,120}", b in ".{0,120}") {
            prop_assert_eq!(a == b, file_name(&a) == file_name(&b));
        }

        #[test]
        fn every_name_is_one_plain_component(id in ".{0,300}") {
            let name = file_name(&id);
            prop_assert!(name.len() <= LONGEST_NAME);
            prop_assert!(!name.starts_with('.'));
            prop_assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b"%-_.~".contains(&b)));
        }
    }
}
