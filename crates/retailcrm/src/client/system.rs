//! The CRM itself, its shops, its users.

use vochi_crm_core::page::Pager;
use vochi_crm_core::{Cx, Result};

use super::pages::pages;
use super::{Reference, Users};
use crate::api::{
    GetApiVersions, GetSystemInfo, GetUser, ListSites, ListUserGroups, SetUserStatus,
};
use crate::model::{ApiVersions, Site, SystemInfo, User, UserGroup, UserId, UserStatus, site_for};

impl Reference<'_> {
    /// The versions of the API the account has (`api-versions`).
    ///
    /// # Errors
    /// As [`Client::send`](crate::Client::send).
    pub async fn api_versions(self, cx: &Cx) -> Result<ApiVersions> {
        self.0.send(cx, &GetApiVersions).await
    }

    /// The CRM's version and the account's addresses (`system-info`).
    ///
    /// # Errors
    /// As [`Client::send`](crate::Client::send).
    pub async fn system_info(self, cx: &Cx) -> Result<SystemInfo> {
        self.0.send(cx, &GetSystemInfo).await
    }

    /// The account's shops (`reference/sites`).
    ///
    /// # Errors
    /// As [`Client::send`](crate::Client::send).
    pub async fn sites(self, cx: &Cx) -> Result<Vec<Site>> {
        let answer = self.0.send(cx, &ListSites).await?;
        for broken in &answer.sites.broken {
            tracing::warn!(
                account = %self.0.pipeline.account(), index = broken.index,
                why = broken.why, "a shop cannot be read and is left out"
            );
        }
        Ok(answer.sites.good)
    }

    /// The shop requests name, by [`site_for`]: asks only for what it needs to know.
    ///
    /// # Errors
    /// As [`Client::send`](crate::Client::send); `config` where there are several and none is configured.
    pub async fn site(self, cx: &Cx, configured: Option<&str>) -> Result<String> {
        if configured.is_some_and(|site| !site.trim().is_empty()) {
            return site_for(configured, &crate::model::Credentials::default(), &[]);
        }
        let credentials = self.credentials(cx).await?;
        if credentials.sites_available.len() == 1 {
            return site_for(None, &credentials, &[]);
        }
        site_for(None, &credentials, &self.sites(cx).await?)
    }
}

impl Users<'_> {
    /// A user (`users/{id}`).
    ///
    /// # Errors
    /// As [`Client::send`](crate::Client::send); `not_found` where there is none.
    pub async fn get(self, cx: &Cx, user: UserId) -> Result<User> {
        self.0.send(cx, &GetUser::new(user)).await
    }

    /// Sets whether a user can be reached (`users/{id}/status`).
    ///
    /// # Errors
    /// As [`Client::send`](crate::Client::send).
    pub async fn set_status(self, cx: &Cx, user: UserId, status: UserStatus) -> Result<()> {
        self.0.send(cx, &SetUserStatus::new(user, status)).await
    }

    /// Every group of users, from the request's page on (`user-groups`).
    ///
    /// ```no_run
    /// # async fn run(client: vochi_crm_retailcrm::Client) -> Result<(), vochi_crm_core::Error> {
    /// use vochi_crm_core::Cx;
    /// use vochi_crm_retailcrm::api::ListUserGroups;
    /// let groups = client.users().groups(&Cx::history(), ListUserGroups::new()).all().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn groups(self, cx: &Cx, request: ListUserGroups) -> Pager<'static, UserGroup, u32> {
        let first = request.page();
        pages(self.0, cx, "group", request, first, ListUserGroups::with_page, |page| {
            (page.groups, page.pagination)
        })
    }
}
