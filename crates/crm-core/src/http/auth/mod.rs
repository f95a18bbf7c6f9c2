//! Credentials of requests: a key in a header or in the path, or a token that is fetched and
//! renewed.

mod cached_token;
mod fetch_token;
mod header_key;
mod held_token;
mod obtain;
mod path_key;
mod token_secrets;

use std::fmt;

pub use cached_token::CachedToken;
pub use fetch_token::{FetchToken, TokenLifetime, TokenStore};
pub use header_key::HeaderKey;
pub use path_key::PathKey;
pub use token_secrets::TokenSecrets;

use super::HttpRequest;
use crate::connector::Cx;
use crate::error::Result;
use crate::secret::Secret;

/// The version of the credentials that a request was sent with. If several requests are refused at
/// once, only the first renews the credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grant(u64);

impl Grant {
    /// Credentials that never change.
    pub const FIXED: Self = Self(0);

    /// Creates the version of this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }
}

/// The result of renewing credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Renewal {
    /// There are newer credentials now.
    Renewed,
    /// There are no others; the refusal stands.
    Impossible,
}

/// Adds the credentials of one account to its requests.
#[async_trait::async_trait]
pub trait Auth: Send + Sync + fmt::Debug {
    /// Adds the credentials to a request. They are fetched in the context of the operation if
    /// needed.
    ///
    /// # Errors
    /// If they have to be fetched and cannot be.
    async fn authorize(&self, cx: &Cx, request: &mut HttpRequest) -> Result<Grant>;

    /// Returns false if the credentials were replaced, or are being replaced, since a request was
    /// authorized. The request waited for its permit in between, and is authorized again.
    fn is_current(&self, grant: Grant) -> bool {
        let _ = grant;
        true
    }

    /// Renews the credentials after [`Advice::Renew`](super::Advice::Renew), unless the request was
    /// sent with older ones.
    ///
    /// # Errors
    /// If they cannot be fetched.
    async fn renew(&self, cx: &Cx, refused: Grant) -> Result<Renewal> {
        let _ = (cx, refused);
        Ok(Renewal::Impossible)
    }

    /// The credentials, including old ones that responses may still contain: they are masked in
    /// errors and logs.
    fn secrets(&self) -> Vec<Secret> {
        Vec::new()
    }

    /// What an operator can do if the CRM refuses these credentials. It replaces the hint of a
    /// refusal with [`Advice::Renew`](super::Advice::Renew).
    fn hint(&self) -> Option<&'static str> {
        None
    }
}

/// No credentials: for operations that contain their own, such as those that fetch a token.
#[derive(Clone, Debug, Default)]
pub struct NoAuth(TokenSecrets);

impl NoAuth {
    /// Masks the tokens that are fetched with it.
    pub fn masking(tokens: &TokenSecrets) -> Self {
        Self(tokens.clone())
    }
}

#[async_trait::async_trait]
impl Auth for NoAuth {
    async fn authorize(&self, _: &Cx, _: &mut HttpRequest) -> Result<Grant> {
        Ok(Grant::FIXED)
    }

    fn secrets(&self) -> Vec<Secret> {
        self.0.current()
    }
}
