//! API keys in a header.

use http::{HeaderName, HeaderValue};

use super::{Auth, Grant, TokenSecrets};
use crate::connector::Cx;
use crate::error::{Error, Result};
use crate::http::HttpRequest;
use crate::secret::Secret;

/// A fixed key, sent in a header.
///
/// ```
/// use vochi_crm_core::Secret;
/// use vochi_crm_core::http::auth::HeaderKey;
/// let name = http::HeaderName::from_static("x-api-key");
/// assert!(HeaderKey::new(name.clone(), &Secret::new("invented-key")).is_ok());
/// let error = HeaderKey::new(name, &Secret::new("two\nlines")).unwrap_err();
/// assert!(!error.to_string().contains("lines"));
/// ```
#[derive(Clone, Debug)]
pub struct HeaderKey {
    name: HeaderName,
    value: HeaderValue,
    key: Secret,
    hint: Option<&'static str>,
    tokens: TokenSecrets,
}

impl HeaderKey {
    /// Creates a key for the header `name`.
    ///
    /// # Errors
    /// `config` for a key that cannot be in a header. The caller adds the configuration key.
    pub fn new(name: HeaderName, key: &Secret) -> Result<Self> {
        Self::with_scheme(name, "", key)
    }

    /// Creates a key with a scheme, as `Bearer `.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_scheme(name: HeaderName, scheme: &str, key: &Secret) -> Result<Self> {
        let value = sensitive(&format!("{scheme}{}", key.expose()))?;
        Ok(Self { name, value, key: key.clone(), hint: None, tokens: TokenSecrets::default() })
    }

    /// Sets what an operator can do if the key is refused.
    #[must_use]
    pub fn with_hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// Masks these tokens too: those that other requests of the account are sent with.
    #[must_use]
    pub fn masking(mut self, tokens: &TokenSecrets) -> Self {
        self.tokens = tokens.clone();
        self
    }
}

/// Creates a header value that is never printed.
pub(super) fn sensitive(text: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        Error::config("invalid key: it contains characters that are not allowed in a header")
            .with_hint("copy the key again, without line breaks")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

#[async_trait::async_trait]
impl Auth for HeaderKey {
    async fn authorize(&self, _: &Cx, request: &mut HttpRequest) -> Result<Grant> {
        request.headers.insert(self.name.clone(), self.value.clone());
        Ok(Grant::FIXED)
    }

    fn secrets(&self) -> Vec<Secret> {
        let mut all = self.tokens.current();
        all.push(self.key.clone());
        all
    }

    fn hint(&self) -> Option<&'static str> {
        self.hint
    }
}
