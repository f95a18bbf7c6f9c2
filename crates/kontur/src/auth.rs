//! Access keys: obtained with the `ApiKey` and cached in memory for minutes.

use std::fmt;
use std::time::Duration;

use http::{HeaderName, HeaderValue, header};
use vochi_crm_core::http::auth::{CachedToken, FetchToken, HeaderKey, TokenLifetime};
use vochi_crm_core::http::{HttpRequest, Pipeline};
use vochi_crm_core::{Cx, Error, Result, Secret};

use crate::api::{AuthorizePrivate, AuthorizePublic};
use crate::model::Authorized;

/// Kontur's keys live 20 minutes; the next one is obtained before that.
const LIFETIME: TokenLifetime =
    TokenLifetime::new(Duration::from_secs(15 * 60), Duration::from_secs(20 * 60));

const ACCESS_KEY: HeaderName = HeaderName::from_static("x-xcom-accesskey");

/// The operation that obtains an access key.
#[derive(Clone, Debug)]
pub(crate) enum Exchange {
    /// For a private integration.
    Private(AuthorizePrivate),
    /// For a public integration.
    Public(AuthorizePublic),
}

/// The access keys of one account.
pub(crate) type AccessKeys = CachedToken<Authorization>;

/// Kontur's authorization with the `ApiKey`.
pub(crate) struct Authorization {
    exchange: Exchange,
    /// Sends the authorization request, which carries its own credentials.
    pipeline: Pipeline,
}

impl Authorization {
    pub(crate) fn new(exchange: Exchange, pipeline: Pipeline) -> Self {
        Self { exchange, pipeline }
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorization")
    }
}

#[async_trait::async_trait]
impl FetchToken for Authorization {
    type Token = Authorized;

    async fn fetch(&self, cx: &Cx, _: Option<&Authorized>) -> Result<Authorized> {
        match &self.exchange {
            Exchange::Private(request) => self.pipeline.send(cx, request).await,
            Exchange::Public(request) => self.pipeline.send(cx, request).await,
        }
    }

    fn apply(&self, token: &Authorized, request: &mut HttpRequest) -> Result<()> {
        let mut value = HeaderValue::from_str(token.access_key.expose())
            .map_err(|_| Error::internal("the access key is not a valid header value"))?;
        value.set_sensitive(true);
        request.headers.insert(ACCESS_KEY, value);
        Ok(())
    }

    fn lifetime(&self, _: &Authorized) -> TokenLifetime {
        LIFETIME
    }

    fn secrets(&self, token: &Authorized) -> Vec<Secret> {
        vec![token.access_key.clone()]
    }
}

/// The hint when a ready access key from the configuration is refused.
pub(crate) const READY_KEY_EXPIRED: &str = "replace access_key, which is wrong or expired after 20 minutes, or set api_key, which renews keys";

/// The hint when the key of an inbound request is refused.
pub(crate) const INBOUND_KEY_EXPIRED: &str =
    "use the key of a newer inbound request: keys expire after minutes";

const BEARER_REFUSED: &str = "copy `bearer` again from the page of private integrations";

/// Builds the header of an access key that is not renewed.
pub(crate) fn access_key(key: &Secret, hint: &'static str) -> Result<HeaderKey> {
    let key = HeaderKey::new(ACCESS_KEY, key).map_err(|error| error.with_key("access_key"))?;
    Ok(key.with_hint(hint))
}

/// Builds the header of a personal key.
pub(crate) fn bearer(key: &Secret) -> Result<HeaderKey> {
    let bearer = HeaderKey::with_scheme(header::AUTHORIZATION, "Bearer ", key);
    Ok(bearer.map_err(|error| error.with_key("bearer"))?.with_hint(BEARER_REFUSED))
}
