//! Files.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize, Serializer};
use vochi_crm_core::{Error, Result, wire};

use super::FileId;

/// The largest file that is sent, in bytes. Kontur says 100 megabytes; whether that is 10⁶ or 2²⁰
/// each, it does not say.
pub const LARGEST_FILE: u64 = 100_000_000;

/// The name of a file. ASCII: nothing says how Kontur reads other letters in the header of a part.
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
    /// A name without folders.
    ///
    /// # Errors
    /// `input` for an empty or overlong name, one with other letters than ASCII, with quotes,
    /// slashes or control characters.
    pub fn new(name: impl Into<String>) -> Result<Self> {
        let name = name.into();
        let plain =
            |byte: u8| (b' '..=b'~').contains(&byte) && !matches!(byte, b'"' | b'/' | b'\\');
        if name.trim().is_empty() || name.len() > 255 || !name.bytes().all(plain) {
            return Err(Error::input(format!("{name:?} is no name of a file"))
                .with_hint("use Latin letters, digits, dots, hyphens and underscores"));
        }
        Ok(Self(name))
    }

    /// The nearest name that can be sent: every other character becomes `_`.
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

/// A file in Kontur: the response to an upload and to `meta`. It is passed on to register-call as a
/// recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StoredFile {
    /// Kontur's id. It may be used once: attached to a call, the file gets another one.
    pub file_id: FileId,
    /// The name.
    #[serde(
        default,
        deserialize_with = "wire::text_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub file_name: Option<String>,
    /// What is in it, as `audio/mpeg`.
    #[serde(
        default,
        deserialize_with = "wire::text_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub content_type: Option<String>,
    /// How many bytes it has. A number in one answer, a text in another; written as text, as the
    /// only sample does.
    #[serde(
        default,
        deserialize_with = "wire::integer_or_none",
        serialize_with = "as_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub content_length: Option<i64>,
}

impl StoredFile {
    /// A file of which only the id is known.
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

/// A file's content.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileContent {
    /// What is in it, as `audio/mpeg`; `None` where Kontur does not say.
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
    /// A recording does not belong in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileContent")
            .field("content_type", &self.content_type)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}
