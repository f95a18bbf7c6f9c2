//! Applications: tokens that expire after an hour and are renewed with OAuth 2.0.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, header};
use serde_json::Value;
use url::{Position, Url};
use vochi_crm_core::http::auth::{
    CachedToken, FetchToken, TokenLifetime, TokenSecrets, TokenStore,
};
use vochi_crm_core::http::{HttpRequest, Origin, Payload, Relocation};
use vochi_crm_core::state::{FileTokenStore, TokenSpace};
use vochi_crm_core::{Account, Cx, Error, ErrorKind, Hub, Result, Secret};

use super::oauth_host::{GetInstallation, Grant, INVALID_GRANT, OAuthHost, RequestTokens};
use super::portal::{Portal, is_sibling, refused, target};
use super::redirect::AuthorizationRedirect;
use super::tokens::{Authorization, MemberId, TokenResponse, Tokens};
use crate::config::{Config, present};

/// How long before its expiry an access token is renewed.
const AHEAD: Duration = Duration::from_secs(300);

/// The name of the tokens in the call store.
const NAME: &str = "bitrix24";

const NOT_AUTHORIZED: &str = "an administrator has to authorize the application of client_id in the portal, or to install it there";

/// The configuration of an application.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) portal: Origin,
    client_id: String,
    client_secret: Secret,
    oauth_host: Origin,
    token_file: Option<String>,
}

impl Application {
    pub(super) fn new(config: &Config, client_id: &str) -> Result<Self> {
        let missing = |key, hint| Error::config("missing").with_hint(hint).with_key(key);
        let secret = present(config.client_secret.as_ref()).ok_or_else(|| {
            missing("client_secret", "copy the key of the application from its page in the portal")
        })?;
        if config.url.trim().is_empty() {
            let hint = "write the portal's address, as https://portal.bitrix24.by";
            return Err(missing("url", hint));
        }
        let origin = |text: &str, key| text.parse().map_err(|error: Error| error.with_key(key));
        Ok(Self {
            portal: origin(&config.url, "url")?,
            client_id: client_id.to_owned(),
            client_secret: secret.clone(),
            oauth_host: origin(&config.oauth_url, "oauth_url")?,
            token_file: config.token_file.clone().filter(|path| !path.trim().is_empty()),
        })
    }

    /// Opens the application's tokens, in their file or beside the calls of the account.
    pub(crate) fn open(
        &self,
        hub: &Hub,
        account: &Account,
        store: Option<Arc<dyn TokenStore>>,
    ) -> Result<OAuth> {
        let store = match (store, &self.token_file) {
            (Some(store), _) => store,
            (None, Some(path)) => {
                let file = FileTokenStore::new(path.as_str());
                Arc::new(file.map_err(|error| Error::from(error).with_key("token_file"))?)
            }
            (None, None) => {
                let name = account.name().clone();
                Arc::new(TokenSpace::new(Arc::clone(hub.store()), name, NAME))
            }
        };
        let portal = Arc::new(Portal::new(self.portal.clone()));
        let secrets = TokenSecrets::default();
        let host = OAuthHost {
            hub: hub.clone(),
            account: account.name().clone(),
            configured: self.oauth_host.clone(),
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.clone(),
            secrets: secrets.clone(),
        };
        let fetch = FetchTokens { host, portal: Arc::clone(&portal) };
        Ok(OAuth { tokens: CachedToken::stored(fetch, secrets, store), portal })
    }
}

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
}

impl fmt::Debug for OAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth").field("portal", &self.portal.origin()).finish_non_exhaustive()
    }
}

impl OAuth {
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
    /// application in this portal.
    ///
    /// # Errors
    /// `auth` if they do not.
    pub async fn install(&self, cx: &Cx, event: InstalledTokens) -> Result<Authorization> {
        let (host, fetch) = (self.host(), self.tokens.fetcher());
        let server = host.checked(event.0.server());
        let tokens = fetch.tokens(event.0, &server, None)?;
        let pipeline = host.pipeline(server, &tokens.access);
        let found = pipeline.send(cx, &GetInstallation(&tokens.access)).await?;
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
        self.store(tokens).await
    }

    /// Renews the tokens now, ahead of their expiry. Requests do it by themselves when it is due.
    ///
    /// # Errors
    /// `auth` if the application has to be authorized again.
    pub async fn refresh(&self, cx: &Cx) -> Result<Authorization> {
        if self.is_dry_run() {
            return self.status().await?.ok_or_else(not_authorized);
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
        let about = new.about.clone();
        if self.is_dry_run() {
            return Ok(about);
        }
        let store = |current: Option<&Tokens>| {
            let Some(current) = current else { return Ok(Some(new)) };
            if current.about.member_id != new.about.member_id {
                return Err(other_portal(&current.about.member_id, &new.about.member_id));
            }
            let application = new.application.clone().or_else(|| current.application.clone());
            Ok(Some(Tokens { application, ..new }))
        };
        self.tokens.replace(store).await?;
        self.portal.set(about.portal.clone());
        Ok(about)
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

fn not_authorized() -> Error {
    Error::new(ErrorKind::Auth, "the application is not authorized in the portal")
        .with_hint(NOT_AUTHORIZED)
}

fn other_portal(known: &MemberId, new: &MemberId) -> Error {
    Error::input(format!("the tokens are of portal {new}, not of {known}"))
        .with_hint("use an account of its own for each portal, or remove the stored tokens first")
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

/// Fetches and applies the tokens.
pub(crate) struct FetchTokens {
    host: OAuthHost,
    portal: Arc<Portal>,
}

impl fmt::Debug for FetchTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FetchTokens")
    }
}

impl FetchTokens {
    async fn request(&self, cx: &Cx, server: &Origin, grant: Grant<'_>) -> Result<TokenResponse> {
        let OAuthHost { client_id, client_secret, .. } = &self.host;
        let (Grant::Code(secret) | Grant::Refresh(secret)) = grant;
        let pipeline = self.host.pipeline(server.clone(), secret);
        pipeline.send(cx, &RequestTokens { client_id, client_secret, grant }).await
    }

    fn tokens(
        &self,
        response: TokenResponse,
        server: &Origin,
        before: Option<&Tokens>,
    ) -> Result<Tokens> {
        let now = self.host.hub.clock().now();
        let server = self.host.checked(response.server().or_else(|| Some(server.clone())));
        response.tokens(now, &self.portal.origin(), &server, before)
    }
}

#[async_trait::async_trait]
impl FetchToken for FetchTokens {
    type Token = Tokens;

    async fn fetch(&self, cx: &Cx, current: Option<&Tokens>) -> Result<Tokens> {
        let current = current.filter(|tokens| tokens.refresh.is_some());
        let Some((tokens, refresh)) =
            current.and_then(|tokens| Some((tokens, tokens.refresh.as_ref()?)))
        else {
            return Err(not_authorized());
        };
        let server = self.host.checked(Some(tokens.about.oauth_host.clone()));
        let response = self.request(cx, &server, Grant::Refresh(refresh)).await?;
        let new = self.tokens(response, &server, Some(tokens))?;
        if new.about.member_id != tokens.about.member_id {
            return Err(other_portal(&tokens.about.member_id, &new.about.member_id));
        }
        // A response without a refresh token leaves the old one valid.
        let refresh = new.refresh.clone().or_else(|| tokens.refresh.clone());
        Ok(Tokens { refresh, ..new })
    }

    fn apply(&self, tokens: &Tokens, request: &mut HttpRequest) -> Result<()> {
        let portal = &tokens.about.portal;
        if *portal != self.portal.origin() {
            let rest = &request.url[Position::BeforePath..];
            let moved = Url::parse(&format!("{portal}{rest}"));
            request.url =
                moved.map_err(|_| Error::internal("cannot build the portal's address"))?;
            self.portal.set(portal.clone());
        }
        add_token(&tokens.access, request)
    }

    fn lifetime(&self, tokens: &Tokens) -> TokenLifetime {
        let left = tokens.about.expires_at.since(self.host.hub.clock().now());
        TokenLifetime::new(left.saturating_sub(AHEAD), left)
    }

    fn secrets(&self, tokens: &Tokens) -> Vec<Secret> {
        tokens.secrets()
    }

    fn hub(&self) -> Option<&Hub> {
        Some(&self.host.hub)
    }

    fn is_outdated(&self, error: &Error) -> bool {
        error.code() == Some(INVALID_GRANT)
    }

    fn write_document(&self, tokens: &Tokens) -> Option<Value> {
        Some(tokens.document())
    }

    fn read_document(&self, document: &Value) -> Option<Tokens> {
        Tokens::of_document(document)
    }
}

/// Adds `auth` to the body of a request, so that no token is in an address; to the query of a
/// request without a body.
fn add_token(token: &Secret, request: &mut HttpRequest) -> Result<()> {
    const JSON: &str = "application/json";
    const FORM: &str = "application/x-www-form-urlencoded";
    if request.method == Method::GET {
        request.url.query_pairs_mut().append_pair("auth", token.expose());
        return Ok(());
    }
    let content_type = request.headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or(JSON);
    let Payload::Bytes(body) = &request.body else {
        return Err(Error::unsupported("a streamed body cannot carry a token"));
    };
    let with_token = if content_type == FORM {
        let auth = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("auth", token.expose())
            .finish();
        let separator: &[u8] = if body.is_empty() { b"" } else { b"&" };
        [&body[..], separator, auth.as_bytes()].concat()
    } else if content_type == JSON {
        let auth = Value::from(token.expose()).to_string();
        let fields = body.trim_ascii().strip_suffix(b"}").unwrap_or(b"{");
        let separator: &[u8] = if fields.trim_ascii() == b"{" { b"" } else { b"," };
        [fields, separator, b"\"auth\":", auth.as_bytes(), b"}"].concat()
    } else {
        return Err(Error::unsupported("a body that is neither JSON nor a form"));
    };
    if request.headers.get(header::CONTENT_TYPE).is_none() {
        let json = http::HeaderValue::from_static(JSON);
        request.headers.insert(header::CONTENT_TYPE, json);
    }
    request.body = Payload::Bytes(with_token.into());
    Ok(())
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
            let pipeline = host.pipeline(tokens.about.oauth_host.clone(), &tokens.access);
            let found = pipeline.send(cx, &GetInstallation(&tokens.access)).await?;
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
