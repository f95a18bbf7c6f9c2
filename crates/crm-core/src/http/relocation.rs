//! Accounts whose address changes.

use std::fmt;

use url::Url;

use super::Origin;
use crate::connector::Cx;
use crate::error::Result;

/// Knows the address of an account, and decides whether a redirect leads to its new one.
///
/// The transport follows no redirect: it would turn a POST into a GET, and carry credentials to any
/// host. With a relocation the pipeline sends a redirected request once more, with its body, to the
/// address that was accepted.
#[async_trait::async_trait]
pub trait Relocation: Send + Sync + fmt::Debug {
    /// The address of requests.
    fn origin(&self) -> Origin;

    /// Accepts a redirect: from now on [`origin`](Self::origin) is the host of `to`.
    ///
    /// # Errors
    /// If it is not known to be the account's; nothing was carried out then.
    async fn moved(&self, cx: &Cx, to: &Url) -> Result<()>;
}
