//! The account's shops.

use vochi_crm_core::{Cx, Result};

use super::Client;
use crate::api::{GetCredentials, ListSites};
use crate::model::{Credentials, Site, site_for};

impl Client {
    /// Returns the operations on the account's shops.
    pub fn reference(&self) -> Reference<'_> {
        Reference(self)
    }
}

/// Operations under `reference`.
#[derive(Clone, Copy, Debug)]
pub struct Reference<'a>(&'a Client);

impl Reference<'_> {
    /// Lists the account's shops (`reference/sites`). An unreadable one is logged and left out.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn sites(self, cx: &Cx) -> Result<Vec<Site>> {
        let response = self.0.send(cx, ListSites).await?;
        for broken in &response.sites.broken {
            tracing::warn!(
                account = %self.0.pipeline.account(), index = broken.index,
                why = broken.why, "unreadable shop left out"
            );
        }
        Ok(response.sites.good)
    }

    /// Chooses the shop of requests by [`site_for`], and reads only what that needs.
    ///
    /// # Errors
    /// As [`Client::send`]; `config` if there are several shops and none is configured.
    pub async fn site(self, cx: &Cx, configured: Option<&str>) -> Result<String> {
        if configured.is_some_and(|site| !site.trim().is_empty()) {
            return site_for(configured, &Credentials::default(), &[]);
        }
        let credentials = self.0.send(cx, GetCredentials).await?;
        if credentials.sites_available.len() == 1 {
            return site_for(None, &credentials, &[]);
        }
        site_for(None, &credentials, &self.sites(cx).await?)
    }
}
