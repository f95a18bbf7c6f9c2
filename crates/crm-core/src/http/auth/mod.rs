//! Credentials of requests: a key in a header or in the path, or a token that is fetched and renewed.

mod cached_token;
mod header_key;
mod path_key;

use std::fmt;

pub use cached_token::{CachedToken, FetchToken, TokenLifetime, TokenSecrets, TokenStore};
pub use header_key::HeaderKey;
pub use path_key::PathKey;

use super::HttpRequest;
use crate::connector::Cx;
use crate::error::Result;
use crate::secret::Secret;

/// Which credentials a request went out with. Of many requests refused together only the first
/// renews them: for the others newer ones are there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grant(u64);

impl Grant {
    /// Credentials that never change.
    pub const FIXED: Self = Self(0);

    /// The credentials of this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }
}

/// The result of renewing credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// There are newer ones now.
    Renewed,
    /// There are no others; the refusal stands.
    Impossible,
}

/// Puts the credentials of one account into its requests.
#[async_trait::async_trait]
pub trait Auth: Send + Sync + fmt::Debug {
    /// Puts the credentials into a request. What has to be fetched for that is fetched in the
    /// context of the operation.
    ///
    /// # Errors
    /// Where they must be fetched first and cannot be.
    async fn authorize(&self, cx: &Cx, request: &mut HttpRequest) -> Result<Grant>;

    /// Gets new credentials after [`Advice::Renew`](super::Advice::Renew), unless those the request
    /// went out with are no longer the newest.
    ///
    /// # Errors
    /// Where they cannot be fetched.
    async fn renew(&self, cx: &Cx, refused: Grant) -> Result<Renewal> {
        let _ = (cx, refused);
        Ok(Renewal::Impossible)
    }

    /// The credentials, old ones included while responses may still repeat them: they are masked in
    /// errors and logs.
    fn secrets(&self) -> Vec<Secret> {
        Vec::new()
    }

    /// What an operator can do when the CRM refuses these credentials. It replaces the hint of a
    /// refusal with [`Advice::Renew`](super::Advice::Renew).
    fn hint(&self) -> Option<&'static str> {
        None
    }
}

/// No credentials: for operations that carry their own, as those that fetch a token.
#[derive(Clone, Debug, Default)]
pub struct NoAuth(TokenSecrets);

impl NoAuth {
    /// Masks the tokens that are fetched this way.
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
