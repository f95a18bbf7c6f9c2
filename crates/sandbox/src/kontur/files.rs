//! Uploaded files: temporary for a day, permanent once bound (§7.1, §10).

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

/// Lifetime of a file that is not bound.
pub(super) const KEPT: Duration = Duration::from_secs(24 * 3600);
/// "100 мегабайт", in decimal megabytes.
pub(super) const LIMIT: usize = 100_000_000;

/// A file of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredFile {
    /// The id in the upload's response.
    pub uploaded_id: String,
    /// The id since it was bound; the first one is no longer valid.
    pub bound_id: Option<String>,
    /// The name.
    pub name: String,
    /// The media type.
    pub content_type: String,
    /// The content.
    pub content: Bytes,
    pub(super) uploaded: Instant,
}

impl StoredFile {
    /// The current id; `None` once expired.
    pub(super) fn id(&self, at: Instant) -> Option<&str> {
        match &self.bound_id {
            Some(id) => Some(id),
            None if self.is_fresh(at) => Some(&self.uploaded_id),
            None => None,
        }
    }

    pub(super) fn is_fresh(&self, at: Instant) -> bool {
        at.duration_since(self.uploaded) < KEPT
    }
}
