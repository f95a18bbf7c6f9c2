//! Files.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize, Serializer};
use vochi_crm_core::{Error, Result, wire};

use super::FileId;

/// The largest file sent, in bytes.
///
/// Kontur documents 100 megabytes without defining the unit; the smaller reading is used.
pub const LARGEST_FILE: u64 = 100_000_000;

/// A file name in ASCII, because the encoding of other letters in part headers is not documented.
///
/// ```
/// use vochi_crm_kontur::model::FileName;
/// assert!(FileName::new("2025-11-20_093835_375291112233_101.mp3").is_ok());
/// assert!(FileName::new("запись.mp3").is_err());
/// assert!(FileName::new("a/b.mp3").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct FileName(String);

impl FileName {
    /// Checks a file name without folders.
    ///
    /// # Errors
    /// `input` for an empty or overlong name, one with other letters than ASCII, with quotes,
    /// slashes or control characters.
    pub fn new(name: impl Into<String>) -> Result<Self> {
        let name = name.into();
        let plain =
            |byte: u8| (b' '..=b'~').contains(&byte) && !matches!(byte, b'"' | b'/' | b'\\');
        if name.trim().is_empty() || name.len() > 255 || !name.bytes().all(plain) {
            return Err(Error::input(format!("invalid file name {name:?}"))
                .with_hint("use Latin letters, digits, dots, hyphens and underscores"));
        }
        Ok(Self(name))
    }

    /// Returns the nearest valid name: every other character becomes `_`.
    ///
    /// ```
    /// use vochi_crm_kontur::model::FileName;
    /// assert_eq!(FileName::nearest("запись 1.mp3")?.as_str(), "______ 1.mp3");
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// `input` for an empty or overlong name.
    pub fn nearest(name: &str) -> Result<Self> {
        let plain = |c: char| match c {
            '"' | '/' | '\\' => '_',
            ' '..='~' => c,
            _ => '_',
        };
        Self::new(name.chars().map(plain).collect::<String>())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A file in Kontur: the response to an upload and to `meta`.
///
/// register-call accepts it as a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StoredFile {
    /// Kontur's id. It can be used once: an attached file gets another id.
    pub file_id: FileId,
    /// The name.
    #[serde(
        default,
        deserialize_with = "wire::text_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub file_name: Option<String>,
    /// The content type, as `audio/mpeg`.
    #[serde(
        default,
        deserialize_with = "wire::text_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub content_type: Option<String>,
    /// The length in bytes: a number or a text in responses, sent as text like in the only sample.
    #[serde(
        default,
        deserialize_with = "wire::integer_or_none",
        serialize_with = "as_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub content_length: Option<i64>,
}

impl StoredFile {
    /// Creates a file with an id only.
    pub fn new(id: FileId) -> Self {
        Self { file_id: id, file_name: None, content_type: None, content_length: None }
    }
}

#[expect(clippy::ref_option, reason = "serde's own form")]
fn as_text<S: Serializer>(length: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    match length {
        Some(length) => serializer.collect_str(length),
        None => serializer.serialize_none(),
    }
}

/// The content of a file.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileContent {
    /// The content type, as `audio/mpeg`; `None` if Kontur returns none.
    pub content_type: Option<String>,
    /// The bytes.
    pub bytes: Bytes,
}

impl FileContent {
    pub(crate) fn new(content_type: &str, bytes: Bytes) -> Self {
        Self { content_type: Some(content_type.to_owned()).filter(|text| !text.is_empty()), bytes }
    }
}

impl fmt::Debug for FileContent {
    /// Omits the bytes, which do not belong in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileContent")
            .field("content_type", &self.content_type)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}
