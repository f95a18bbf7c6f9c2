//! API keys in the path.

use super::{Auth, Grant};
use crate::connector::Cx;
use crate::error::{Error, Result};
use crate::http::{HttpRequest, Origin};
use crate::secret::Secret;

/// A key sent as segments of the path, before the path of the operation.
///
/// Requests, errors and logs contain the path without it.
///
/// ```
/// use vochi_crm_core::Secret;
/// use vochi_crm_core::http::auth::PathKey;
/// let origin = "https://crm.example.test".parse()?;
/// let key = PathKey::new(&origin, ["rest", "1"], &Secret::new("invented-key"))?;
/// assert!(!format!("{key:?}").contains("invented"));
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PathKey {
    /// The length of the origin's own path.
    base: usize,
    /// The encoded segments, from a slash on.
    path: Secret,
    key: Secret,
    hint: Option<&'static str>,
}

impl PathKey {
    /// Creates a key after the origin's own path and `segments`.
    ///
    /// # Errors
    /// `config` for an empty key, or one with a slash.
    pub fn new<'a>(
        origin: &Origin,
        segments: impl IntoIterator<Item = &'a str>,
        key: &Secret,
    ) -> Result<Self> {
        let text = key.expose();
        if matches!(text, "" | "." | "..") || text.contains(['/', '\\']) {
            return Err(Error::config("invalid key: must not be empty or contain a slash")
                .with_hint("copy the key again, without the address around it"));
        }
        let base = origin.base().len();
        let whole = origin.clone().within(segments).within([text]);
        let path = whole.base().get(base..).unwrap_or_default();
        Ok(Self { base, path: Secret::new(path), key: key.clone(), hint: None })
    }

    /// Sets what an operator can do if the key is refused.
    #[must_use]
    pub fn with_hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }
}

#[async_trait::async_trait]
impl Auth for PathKey {
    async fn authorize(&self, _: &Cx, request: &mut HttpRequest) -> Result<Grant> {
        let path = request.url.path();
        let (base, rest) = path.split_at_checked(self.base).unwrap_or(("", path));
        let with_key = [base, self.path.expose(), rest].concat();
        request.url.set_path(&with_key);
        Ok(Grant::FIXED)
    }

    fn secrets(&self) -> Vec<Secret> {
        vec![self.key.clone()]
    }

    fn hint(&self) -> Option<&'static str> {
        self.hint
    }
}
