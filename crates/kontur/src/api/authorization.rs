//! `authorize-private-integration`, `authorize-integration`: an access key for an `ApiKey`.

use http::{HeaderName, HeaderValue};
use serde_json::json;
use vochi_crm_core::http::{ApiRequest, Endpoint, Repeat, Response};
use vochi_crm_core::{Error, Result, Secret};

use super::done::{self, PLACEHOLDER};
use super::paths;
use crate::model::Authorized;

const API_KEY: HeaderName = HeaderName::from_static("x-xcom-integration-apikey");
const SECRET: HeaderName = HeaderName::from_static("x-xcom-integration-secret");

/// Gets an access key for a private integration
/// (`POST /api/v1/authorization/authorize-private-integration`).
///
/// It carries its own credential and no body. Repeating it gives another key and does nothing else.
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::AuthorizePrivate;
/// let request = AuthorizePrivate::new("invented-key").request()?;
/// assert_eq!(request.path(), "/authorization/authorize-private-integration");
/// assert!(!format!("{request:?}").contains("invented-key"));
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct AuthorizePrivate {
    api_key: Secret,
}

impl AuthorizePrivate {
    /// With this `ApiKey`.
    pub fn new(api_key: impl Into<Secret>) -> Self {
        Self { api_key: api_key.into() }
    }
}

impl Endpoint for AuthorizePrivate {
    type Output = Authorized;

    fn operation(&self) -> &'static str {
        "authorization/authorize-private-integration"
    }

    fn request(&self) -> Result<ApiRequest> {
        let key = header("api_key", &self.api_key)?;
        Ok(ApiRequest::post(paths::AUTHORIZE_PRIVATE).header(API_KEY, key))
    }

    fn decode(&self, answer: &Response) -> Result<Authorized> {
        read(answer)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        planned()
    }
}

/// Gets an access key for a public integration, whose secret says which workspace is meant
/// (`POST /api/v1/authorization/authorize-integration`).
///
/// ```
/// use vochi_crm_core::http::Endpoint;
/// use vochi_crm_kontur::api::AuthorizePublic;
/// assert!(AuthorizePublic::new("invented-key", "secretKey=invented").request().is_ok());
/// assert!(AuthorizePublic::new("invented-key", "invented").request().is_err());
/// ```
#[derive(Clone, Debug)]
pub struct AuthorizePublic {
    api_key: Secret,
    secret: Secret,
}

impl AuthorizePublic {
    /// With this `ApiKey` and this secret, as `id=value`.
    pub fn new(api_key: impl Into<Secret>, secret: impl Into<Secret>) -> Self {
        Self { api_key: api_key.into(), secret: secret.into() }
    }
}

impl Endpoint for AuthorizePublic {
    type Output = Authorized;

    fn operation(&self) -> &'static str {
        "authorization/authorize-integration"
    }

    fn request(&self) -> Result<ApiRequest> {
        let key = header("api_key", &self.api_key)?;
        let (id, value) = self.secret.expose().split_once('=').unwrap_or_default();
        if id.trim().is_empty() || value.trim().is_empty() {
            return Err(Error::config("integration_secret: it is no id and value")
                .with_hint("write it as id=value, as secretKey=…"));
        }
        let secret = header("integration_secret", &self.secret)?;
        Ok(ApiRequest::post(paths::AUTHORIZE_PUBLIC).header(API_KEY, key).header(SECRET, secret))
    }

    fn decode(&self, answer: &Response) -> Result<Authorized> {
        read(answer)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Safe
    }

    fn planned(&self) -> Response {
        planned()
    }
}

/// A secret as a header that does not print.
fn header(name: &str, secret: &Secret) -> Result<HeaderValue> {
    let wrong = |why: &str| {
        Error::config(format!("{name}: {why}"))
            .with_hint("copy it again from the integration's page, without line breaks")
    };
    if secret.expose().trim().is_empty() {
        return Err(wrong("it is missing"));
    }
    let mut value = HeaderValue::from_str(secret.expose())
        .map_err(|_| wrong("it contains characters no key has"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn read(answer: &Response) -> Result<Authorized> {
    let authorized: Authorized = done::object(answer)?;
    // It goes into a header of every later request.
    if HeaderValue::from_str(authorized.access_key.expose()).is_err()
        || authorized.access_key.expose().trim().is_empty()
    {
        return Err(answer.unreadable("accessKey is no key"));
    }
    Ok(authorized)
}

fn planned() -> Response {
    Response::ok_json(&json!({
        "workspace": { "id": PLACEHOLDER },
        "integrationInstance": { "id": PLACEHOLDER },
        "accessKey": "***",
    }))
}
