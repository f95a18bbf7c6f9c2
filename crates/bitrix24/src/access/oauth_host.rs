//! Requests to Bitrix24's OAuth host.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use vochi_crm_core::ErrorKind::{Auth, Decode, Timeout, Unavailable};
use vochi_crm_core::http::auth::{NoAuth, TokenSecrets};
use vochi_crm_core::http::{
    Access, Advice, ApiRequest, Dialect, Operation, OperationInfo, Origin, Output, Pipeline,
    Refusal, Repeat, Response,
};
use vochi_crm_core::retry::RetryPolicy;
use vochi_crm_core::{AccountName, CrmName, Cx, Effect, Error, Hub, Result, Secret, wire};

use super::tokens::{TokenResponse, origin_of};
use crate::error::code_and_text;

/// Bitrix24's own OAuth hosts.
const HOSTS: [&str; 2] = ["oauth.bitrix24.tech", "oauth.bitrix.info"];

/// How long a response is waited for. A refresh token is used up by a request whose response is given
/// up: then the application has to be authorized again.
const ATTEMPT: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(40);

pub(super) const INVALID_GRANT: &str = "invalid_grant";

const AUTHORIZE: &str = "authorize the application again: the code or token is used, expired, of another region, or the employee who installed it is dismissed";
const CREDENTIALS: &str =
    "check client_id and client_secret: they are unknown, or the application is not installed";
const PAID: &str = "the trial or subscription of the portal or application has ended, or the application was removed";
const REMOVED: &str = "install the application in the portal again, then authorize it";
const SCOPE: &str = "tick the scopes telephony, crm and user on the application's page";
const LATER: &str = "try again later; the tokens are kept";
const CHECK_HOST: &str = "check oauth_url: the response is not that of Bitrix24's OAuth host";

/// Sends to the OAuth hosts, with the application's pair.
#[derive(Clone, Debug)]
pub(super) struct OAuthHost {
    pub(super) hub: Hub,
    pub(super) account: AccountName,
    /// The configured host.
    pub(super) configured: Origin,
    pub(super) client_id: String,
    pub(super) client_secret: Secret,
    pub(super) secrets: TokenSecrets,
}

impl OAuthHost {
    /// Returns the host that a response or redirect names if it may be used, else the configured
    /// one: the application's key goes there.
    pub(super) fn checked(&self, named: Option<Origin>) -> Origin {
        match named {
            Some(named) if self.is_allowed(&named) => named,
            // A redirect names the host without its scheme.
            Some(named) if named.host() == self.configured.host() => self.configured.clone(),
            Some(named) => {
                let configured = &self.configured;
                tracing::warn!(%named, %configured, "an unknown OAuth host is not used");
                configured.clone()
            }
            None => self.configured.clone(),
        }
    }

    /// Asks a host whose an access token is.
    pub(super) async fn installation(
        &self,
        cx: &Cx,
        host: Origin,
        access: &Secret,
    ) -> Result<Installation> {
        let sent = self.pipeline(host, access).send(cx, &GetInstallation(access)).await;
        sent.map_err(Self::blame)
    }

    /// Names the key of the host in an error of reaching it.
    pub(super) fn blame(error: Error) -> Error {
        if error.status().is_some() || !matches!(error.kind(), Unavailable | Timeout) {
            return error;
        }
        let hint = error.hint().unwrap_or_default();
        let hint = if hint.contains("url") {
            hint.replace("url", "oauth_url")
        } else {
            format!("{hint}; the address of the OAuth host is oauth_url")
        };
        error.with_hint(hint)
    }

    fn is_allowed(&self, host: &Origin) -> bool {
        *host == self.configured || HOSTS.contains(&&*host.host())
    }

    /// The pipeline to a host; `secret` is masked too.
    pub(super) fn pipeline(&self, host: Origin, secret: &Secret) -> Pipeline {
        let auth = std::sync::Arc::new(NoAuth::masking(&self.secrets));
        let dialect = std::sync::Arc::new(OAuthDialect);
        Pipeline::builder(&self.hub, self.account.clone(), host, dialect, auth)
            .secrets([self.client_secret.clone(), secret.clone()])
            .retry(RetryPolicy::default())
            .attempt_timeout(ATTEMPT)
            .timeout(LONGEST)
            .build()
    }
}

/// Exchanges a code or a refresh token for tokens (`POST /oauth/token/`, so that no secret is in an
/// address).
pub(super) struct RequestTokens<'a> {
    pub(super) client_id: &'a str,
    pub(super) client_secret: &'a Secret,
    pub(super) grant: Grant<'a>,
}

/// What the tokens are requested for.
#[derive(Clone, Copy)]
pub(super) enum Grant<'a> {
    /// The code of a redirect.
    Code(&'a Secret),
    /// The refresh token of earlier tokens.
    Refresh(&'a Secret),
}

impl Operation for RequestTokens<'_> {
    type Output = NewTokens;
    const NAME: &'static str = "oauth/token";
    /// A refresh token may be used up by a lost response; the second attempt shows it.
    const REPEAT: Repeat = Repeat::Keyed;

    fn request(&self) -> Result<ApiRequest> {
        let (grant, name, secret) = match self.grant {
            Grant::Code(code) => ("authorization_code", "code", code),
            Grant::Refresh(token) => ("refresh_token", "refresh_token", token),
        };
        Ok(ApiRequest::post("/oauth/token/")
            .form("grant_type", grant)
            .form("client_id", self.client_id)
            .form("client_secret", self.client_secret.expose())
            .form(name, secret.expose()))
    }

    fn access(&self) -> Access {
        Access::Read
    }
}

/// New tokens.
pub(super) struct NewTokens;

impl Output for NewTokens {
    type Value = TokenResponse;

    fn decode(response: &Response) -> Result<TokenResponse> {
        response.json()
    }

    fn planned() -> Response {
        Response::ok_json(&json!({"access_token": "<ACCESS_TOKEN>", "member_id": "<MEMBER_ID>"}))
    }
}

/// Asks the OAuth host whose an access token is (`POST /rest/app.info/`).
struct GetInstallation<'a>(&'a Secret);

/// The installation that an access token belongs to.
#[derive(Debug, Deserialize)]
pub(super) struct Installation {
    #[serde(default, deserialize_with = "wire::text_or_none")]
    pub(super) client_id: Option<String>,
    #[serde(default)]
    install: Option<Install>,
}

#[derive(Debug, Deserialize)]
struct Install {
    #[serde(default, deserialize_with = "wire::text_or_none")]
    member_id: Option<String>,
    #[serde(default, deserialize_with = "wire::text_or_none")]
    domain: Option<String>,
    #[serde(default, deserialize_with = "wire::text_or_none")]
    client_endpoint: Option<String>,
}

impl Installation {
    /// The permanent key of the portal.
    pub(super) fn member_id(&self) -> Option<&str> {
        self.install.as_ref()?.member_id.as_deref()
    }

    /// The portal's present address.
    pub(super) fn portal(&self) -> Option<Origin> {
        let install = self.install.as_ref()?;
        let endpoint = install.client_endpoint.as_deref().and_then(origin_of);
        endpoint.or_else(|| install.domain.as_deref()?.parse().ok())
    }
}

impl Operation for GetInstallation<'_> {
    type Output = InResult<Installation>;
    const NAME: &'static str = "oauth/app.info";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        Ok(ApiRequest::post("/rest/app.info/").form("auth", self.0.expose()))
    }
}

/// The field `result`.
pub(super) struct InResult<T>(std::marker::PhantomData<fn() -> T>);

impl Output for InResult<Installation> {
    type Value = Installation;

    fn decode(response: &Response) -> Result<Installation> {
        response.field("result")
    }

    fn planned() -> Response {
        Response::ok_json(&json!({"result": {}}))
    }
}

/// The OAuth host's errors.
#[derive(Debug)]
struct OAuthDialect;

impl Dialect for OAuthDialect {
    fn crm(&self) -> CrmName {
        crate::CRM
    }

    fn judge(&self, _: &OperationInfo, response: &Response) -> Result<(), Refusal> {
        let status = response.status.as_u16();
        let body = serde_json::from_slice::<Value>(&response.body).unwrap_or_default();
        match body.get("error") {
            Some(error) if !error.is_null() => {
                let (code, text) = code_and_text(error, body.get("error_description"));
                Err(refusal(&code, &text, status))
            }
            _ if response.is_success() && body.is_object() => Ok(()),
            _ => Err(without_code(status)),
        }
    }
}

/// The refusal of a code. The application's pair is not wrong because of a fault of the host.
fn refusal(code: &str, text: &str, status: u16) -> Refusal {
    let message = if text.is_empty() { code } else { text };
    let message = format!("the OAuth host refused: {message}");
    let lower = code.to_ascii_lowercase();
    let hint = match &*lower {
        INVALID_GRANT | "bad_verification_code" | "expired_token" | "invalid_token" => AUTHORIZE,
        "invalid_client" | "wrong_client" => CREDENTIALS,
        "payment_required" => PAID,
        "not_installed" | "no_auth_found" | "application_not_found" | "error_oauth" => REMOVED,
        "invalid_scope" | "insufficient_scope" => SCOPE,
        _ if matches!(status, 429 | 500..) => return without_code(status).with_code(code),
        _ => CREDENTIALS,
    };
    Refusal::new(Auth, message).with_code(lower).with_hint(hint)
}

fn without_code(status: u16) -> Refusal {
    match status {
        429 | 408 | 500.. => {
            Refusal::new(Unavailable, format!("the OAuth host failed (HTTP {status})"))
                .with_advice(Advice::Transient)
                .with_effect(Effect::Maybe)
                .with_hint(LATER)
        }
        _ => Refusal::new(Decode, format!("unexpected response of the OAuth host (HTTP {status})"))
            .with_hint(CHECK_HOST),
    }
}
