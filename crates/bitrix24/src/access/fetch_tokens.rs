//! Tokens that expire after an hour and are renewed with OAuth 2.0.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, header};
use serde_json::Value;
use url::{Position, Url};
use vochi_crm_core::http::auth::{FetchToken, TokenLifetime};
use vochi_crm_core::http::{HttpRequest, Origin, Payload};
use vochi_crm_core::{Cx, Error, ErrorKind, Hub, Result, Secret};

use super::oauth_host::{Grant, INVALID_GRANT, OAuthHost, RequestTokens};
use super::portal::Portal;
use super::tokens::{MemberId, TokenResponse, Tokens};

/// How long before its expiry an access token is renewed.
const AHEAD: Duration = Duration::from_secs(300);

const NOT_AUTHORIZED: &str = "an administrator has to authorize the application of client_id in the portal, or to install it there";

pub(super) fn not_authorized() -> Error {
    Error::new(ErrorKind::Auth, "the application is not authorized in the portal")
        .with_hint(NOT_AUTHORIZED)
}

pub(super) fn other_portal(known: &MemberId, new: &MemberId) -> Error {
    Error::input(format!("the tokens are of portal {new}, not of {known}"))
        .with_hint("use an account of its own for each portal, or remove the stored tokens first")
}

/// Fetches and applies the tokens.
pub(crate) struct FetchTokens {
    pub(super) host: OAuthHost,
    portal: Arc<Portal>,
}

impl fmt::Debug for FetchTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FetchTokens")
    }
}

impl FetchTokens {
    pub(super) fn new(host: OAuthHost, portal: Arc<Portal>) -> Self {
        Self { host, portal }
    }

    pub(super) async fn request(
        &self,
        cx: &Cx,
        server: &Origin,
        grant: Grant<'_>,
    ) -> Result<TokenResponse> {
        let OAuthHost { client_id, client_secret, .. } = &self.host;
        let (Grant::Code(secret) | Grant::Refresh(secret)) = grant;
        let pipeline = self.host.pipeline(server.clone(), secret);
        let request = RequestTokens { client_id, client_secret, grant };
        pipeline.send(cx, &request).await.map_err(OAuthHost::blame)
    }

    pub(super) fn tokens(
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
            self.portal.adopt(portal.clone());
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

/// Adds `auth` to the body of a request, so that no token is in an address.
fn add_token(token: &Secret, request: &mut HttpRequest) -> Result<()> {
    const JSON: &str = "application/json";
    const FORM: &str = "application/x-www-form-urlencoded";
    if request.method == Method::GET {
        return Err(Error::unsupported("a GET cannot carry the token of an application")
            .with_hint("send a POST: Bitrix24 accepts it for every method"));
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
