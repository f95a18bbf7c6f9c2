//! The handle of an application's authorization.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use url::Url;
use vochi_crm_core::http::auth::{Auth as _, CachedToken, FetchToken};
use vochi_crm_core::http::{Origin, Relocation};
use vochi_crm_core::{Cx, Error, ErrorKind, Result, Secret};

use super::fetch_tokens::{FetchTokens, not_authorized, other_portal};
use super::oauth_host::{Grant, OAuthHost};
use super::portal::{Portal, is_sibling, refused, target};
use super::redirect::AuthorizationRedirect;
use super::tokens::{Authorization, MemberId, TokenResponse, Tokens};

/// The authorization of an application in a portal: how it is obtained, renewed and forgotten.
/// Cheap to clone.
///
/// An administrator opens the [`authorize_url`](Self::authorize_url) in a browser; the portal
/// redirects to the application's address with a code, which [`exchange`](Self::exchange) turns
/// into tokens within 30 seconds. Or the portal sends them when the application is installed
/// ([`install`](Self::install)). From then on requests renew them by themselves.
#[derive(Clone)]
pub struct OAuth {
    tokens: CachedToken<FetchTokens>,
    portal: Arc<Portal>,
    /// The configuration has the token in the portal's requests to us.
    has_application_token: bool,
}

impl fmt::Debug for OAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth").field("portal", &self.portal.origin()).finish_non_exhaustive()
    }
}

impl OAuth {
    pub(super) fn new(
        tokens: CachedToken<FetchTokens>,
        portal: Arc<Portal>,
        has_application_token: bool,
    ) -> Self {
        Self { tokens, portal, has_application_token }
    }

    /// The address at which an administrator authorizes the application. `state` is a random text
    /// that comes back in the redirect.
    ///
    /// ```
    /// use vochi_crm_bitrix24::Client;
    /// use vochi_crm_core::Hub;
    /// let client = Client::application("https://portal.bitrix24.by", "local.1", "invented-key")
    ///     .build(&Hub::new()?)?;
    /// let url = client.oauth().unwrap().authorize_url("random");
    /// assert_eq!(
    ///     url,
    ///     "https://portal.bitrix24.by/oauth/authorize/?client_id=local.1&state=random",
    /// );
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub fn authorize_url(&self, state: &str) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &self.host().client_id)
            .append_pair("state", state)
            .finish();
        format!("{}/oauth/authorize/?{query}", self.portal.origin())
    }

    /// Exchanges the code of a redirect for tokens and stores them. The code is valid for 30
    /// seconds, once. The caller has compared [`AuthorizationRedirect::state`].
    ///
    /// # Errors
    /// `auth` for a code that is used or expired; `input` for a redirect of another portal than the
    /// stored tokens'.
    pub async fn exchange(
        &self,
        cx: &Cx,
        redirect: &AuthorizationRedirect,
    ) -> Result<Authorization> {
        let (host, fetch) = (self.host(), self.tokens.fetcher());
        let server = host.checked(redirect.oauth_host.clone());
        let response = fetch.request(cx, &server, Grant::Code(&redirect.code)).await?;
        let tokens = fetch.tokens(response, &server, None)?;
        if let Some(member) = &redirect.member_id
            && *member != tokens.about.member_id
        {
            return Err(other_portal(member, &tokens.about.member_id));
        }
        self.store(tokens).await
    }

    /// Stores the tokens of an installation (event ONAPPINSTALL, or the first opening of an
    /// application with a page), once the OAuth host has confirmed that they belong to this
    /// application in this portal. Later openings of the page change nothing as long as the stored
    /// tokens can be renewed: theirs are of the employee who opened it.
    ///
    /// # Errors
    /// `auth` if they do not; `input` for tokens of another portal.
    pub async fn install(&self, cx: &Cx, event: InstalledTokens) -> Result<Authorization> {
        let (host, fetch) = (self.host(), self.tokens.fetcher());
        let server = host.checked(event.0.server());
        let of_page = event.0.of_page == Some(true);
        let tokens = fetch.tokens(event.0, &server, None)?;
        if of_page && let Some(known) = self.status().await? {
            is_same_portal(&known, &tokens.about)?;
            match self.refresh(cx).await {
                Err(error) if error.kind() == ErrorKind::Auth => {}
                kept => return kept,
            }
        }
        self.confirm(cx, server, &tokens).await?;
        self.store(tokens).await
    }

    /// Asks the OAuth host whether tokens are of this application in their portal.
    async fn confirm(&self, cx: &Cx, server: Origin, tokens: &Tokens) -> Result<()> {
        let host = self.host();
        let found = host.installation(cx, server, &tokens.access).await?;
        let member = &tokens.about.member_id;
        let confirmed = found.client_id.as_deref() == Some(&*host.client_id)
            && found.member_id() == Some(member.as_str())
            && found.portal().is_none_or(|portal| portal == tokens.about.portal);
        if !confirmed {
            return Err(Error::new(
                ErrorKind::Auth,
                format!("the tokens of portal {member} are not of this application there"),
            )
            .with_hint("check client_id; otherwise the request was forged"));
        }
        Ok(())
    }

    /// Stores the token in the portal's requests to us from an event whose access token the OAuth host
    /// confirms. The other stored tokens stay.
    pub(crate) async fn learn_application_token(
        &self,
        cx: &Cx,
        event: InstalledTokens,
    ) -> Result<()> {
        let (host, fetch) = (self.host(), self.tokens.fetcher());
        let known = self.status().await?.ok_or_else(not_authorized)?;
        let server = host.checked(event.0.server());
        let new = fetch.tokens(event.0, &server, None)?;
        is_same_portal(&known, &new.about)?;
        self.confirm(cx, server, &new).await?;
        if self.is_dry_run() {
            return Ok(());
        }
        let application = new.application;
        let learn = |current: Option<&Tokens>| {
            Ok(current.map(|current| Tokens { application, ..current.clone() }))
        };
        self.tokens.replace(learn).await
    }

    /// Renews the tokens now, ahead of their expiry. Requests do it by themselves when it is due.
    ///
    /// # Errors
    /// `auth` if the application has to be authorized again.
    pub async fn refresh(&self, cx: &Cx) -> Result<Authorization> {
        if self.is_dry_run() {
            let tokens = self.tokens.peek().await?.ok_or_else(not_authorized)?;
            let refresh = tokens.refresh.as_ref().ok_or_else(not_authorized)?;
            let server = self.host().checked(Some(tokens.about.oauth_host.clone()));
            self.tokens.fetcher().request(cx, &server, Grant::Refresh(refresh)).await?;
            return Ok(tokens.about);
        }
        self.tokens.renewed(cx).await.map(|tokens| tokens.about)
    }

    /// The stored authorization, valid or not; `None` before the first one. Nothing is sent.
    ///
    /// # Errors
    /// `config` if the token store cannot be read.
    pub async fn status(&self) -> Result<Option<Authorization>> {
        Ok(self.tokens.peek().await?.map(|tokens| tokens.about))
    }

    /// The token in the portal's requests to us, from the installation.
    ///
    /// # Errors
    /// As [`status`](Self::status).
    pub async fn application_token(&self) -> Result<Option<Secret>> {
        Ok(self.tokens.peek().await?.and_then(|tokens| tokens.application))
    }

    /// Returns true if the token in the portal's requests to us is configured or stored.
    ///
    /// # Errors
    /// As [`status`](Self::status).
    pub(crate) async fn knows_application_token(&self) -> Result<bool> {
        Ok(self.has_application_token || self.application_token().await?.is_some())
    }

    /// The tokens of the store, and those of memory that responses may still contain: for a host
    /// that masks them in what it prints.
    ///
    /// # Errors
    /// As [`status`](Self::status).
    pub async fn secrets(&self) -> Result<Vec<Secret>> {
        let stored = self.tokens.peek().await?;
        let stored = stored.map(|tokens| tokens.secrets()).unwrap_or_default();
        Ok([stored, self.tokens.secrets()].concat())
    }

    /// Forgets the tokens of a portal that removed the application (event ONAPPUNINSTALL). Tokens
    /// of another portal stay.
    ///
    /// # Errors
    /// As [`status`](Self::status).
    pub async fn forget(&self, member: &MemberId) -> Result<()> {
        if self.is_dry_run() {
            return Ok(());
        }
        self.tokens
            .replace(|current| {
                Ok(current.filter(|tokens| tokens.about.member_id != *member).cloned())
            })
            .await
    }

    async fn store(&self, new: Tokens) -> Result<Authorization> {
        if self.is_dry_run() {
            return Ok(new.about);
        }
        let mut about = new.about.clone();
        let store = |current: Option<&Tokens>| {
            let Some(current) = current else {
                self.check_address(&new.about.portal)?;
                return Ok(Some(new));
            };
            is_same_portal(&current.about, &new.about)?;
            let application = new.application.clone().or_else(|| current.application.clone());
            // Without a refresh token the new ones would end within the hour.
            let is_short = new.refresh.is_none() && current.refresh.is_some();
            let kept = if is_short { current.clone() } else { new };
            about = kept.about.clone();
            Ok(Some(Tokens { application, ..kept }))
        };
        self.tokens.replace(store).await?;
        self.portal.set(about.portal.clone());
        Ok(about)
    }

    /// Checks that the first tokens are of the configured portal.
    fn check_address(&self, of_tokens: &Origin) -> Result<()> {
        let configured = self.portal.origin();
        if *of_tokens == configured {
            return Ok(());
        }
        Err(Error::input(format!("the tokens are of portal {of_tokens}, not of {configured}"))
            .with_hint(
                "correct url if the portal was renamed; otherwise use an account of its own",
            ))
    }

    /// A dry run must not use up a refresh token, nor store a placeholder.
    fn is_dry_run(&self) -> bool {
        self.host().hub.plan().is_some()
    }

    fn host(&self) -> &OAuthHost {
        &self.tokens.fetcher().host
    }

    pub(crate) fn portal(&self) -> &Arc<Portal> {
        &self.portal
    }

    /// The credentials of requests.
    pub(crate) fn auth(&self) -> CachedToken<impl FetchToken + use<>> {
        self.tokens.clone()
    }

    /// The application's secrets that are not tokens.
    pub(crate) fn secret(&self) -> Secret {
        self.host().client_secret.clone()
    }
}

fn is_same_portal(known: &Authorization, new: &Authorization) -> Result<()> {
    if known.member_id == new.member_id {
        return Ok(());
    }
    Err(other_portal(&known.member_id, &new.member_id))
}

/// The tokens in a request of Bitrix24: the `auth` of an event.
#[derive(Clone, Debug)]
pub struct InstalledTokens(TokenResponse);

impl InstalledTokens {
    /// Reads the fields of `auth`: `access_token`, `refresh_token`, `member_id`, `client_endpoint`, …
    ///
    /// # Errors
    /// `input` without an access token.
    pub fn read(auth: &Value) -> Result<Self> {
        serde_json::from_value(auth.clone())
            .map(Self)
            .map_err(|_| Error::input("the request has no access token"))
    }
}

#[async_trait::async_trait]
impl Relocation for OAuth {
    fn origin(&self) -> Origin {
        self.portal.rest()
    }

    async fn moved(&self, cx: &Cx, to: &Url) -> Result<()> {
        self.follow(cx, to).await
    }
}

impl OAuth {
    /// Follows a redirect to another portal of the cloud, or to the address that the OAuth host
    /// names for the portal's permanent key.
    async fn follow(&self, cx: &Cx, to: &Url) -> Result<()> {
        let from = self.portal.origin();
        let to = target(&from, to)?;
        if !is_sibling(&from, &to) {
            let tokens = self.tokens.token(cx).await?;
            let host = self.host();
            let server = tokens.about.oauth_host.clone();
            let found = host.installation(cx, server, &tokens.access).await?;
            let is_ours = found.member_id() == Some(tokens.about.member_id.as_str());
            if !is_ours || found.portal().is_none_or(|portal| portal != to) {
                return Err(refused(&from, to.host()));
            }
        }
        self.portal.rename(cx, to.clone());
        self.tokens
            .replace(|current| {
                Ok(current.map(|tokens| {
                    let mut tokens = tokens.clone();
                    tokens.about.portal = to.clone();
                    tokens
                }))
            })
            .await
    }
}
