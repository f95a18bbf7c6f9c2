//! `authorization/*`: an access key for an `ApiKey`.

use http::{HeaderName, HeaderValue};
use serde_json::json;
use vochi_crm_core::http::{ApiRequest, Operation, Output, Repeat, Response};
use vochi_crm_core::{Error, Result, Secret, setters};

use super::response::{Object, PLACEHOLDER};
use crate::model::Authorized;

const API_KEY: HeaderName = HeaderName::from_static("x-xcom-integration-apikey");
const SECRET: HeaderName = HeaderName::from_static("x-xcom-integration-secret");

setters! {
    /// Gets an access key for a private integration
    /// (`POST /api/v1/authorization/authorize-private-integration`).
    /// It sends its own credentials and has no body. A repeat returns another key and has no other
    /// effect.
    ///
    /// ```
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_kontur::api::AuthorizePrivate;
    /// let request = AuthorizePrivate::new("invented-key").request()?;
    /// assert_eq!(request.path(), "/authorization/authorize-private-integration");
    /// assert!(!format!("{request:?}").contains("invented-key"));
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    pub struct AuthorizePrivate {
        api_key: Secret,
    }
}

impl Operation for AuthorizePrivate {
    type Output = AccessKey;
    const NAME: &'static str = "authorization/authorize-private-integration";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        let key = header("api_key", &self.api_key)?;
        Ok(ApiRequest::post("/authorization/authorize-private-integration").header(API_KEY, key))
    }
}

setters! {
    /// Gets an access key for a public integration (`POST
    /// /api/v1/authorization/authorize-integration`).
    ///
    /// The secret, written as `id=value`, identifies the workspace.
    ///
    /// ```
    /// use vochi_crm_core::http::Operation;
    /// use vochi_crm_kontur::api::AuthorizePublic;
    /// assert!(AuthorizePublic::new("invented-key", "secretKey=invented").request().is_ok());
    /// assert!(AuthorizePublic::new("invented-key", "invented").request().is_err());
    /// ```
    pub struct AuthorizePublic {
        api_key: Secret,
        secret: Secret,
    }
}

impl Operation for AuthorizePublic {
    type Output = AccessKey;
    const NAME: &'static str = "authorization/authorize-integration";
    const REPEAT: Repeat = Repeat::Safe;

    fn request(&self) -> Result<ApiRequest> {
        let key = header("api_key", &self.api_key)?;
        let (id, value) = self.secret.expose().split_once('=').unwrap_or_default();
        if id.trim().is_empty() || value.trim().is_empty() {
            return Err(Error::config("must have the form id=value")
                .with_key("integration_secret")
                .with_hint("write it as id=value, for example secretKey=…"));
        }
        let secret = header("integration_secret", &self.secret)?;
        let request = ApiRequest::post("/authorization/authorize-integration");
        Ok(request.header(API_KEY, key).header(SECRET, secret))
    }
}

/// Builds a sensitive header value.
fn header(name: &str, secret: &Secret) -> Result<HeaderValue> {
    let wrong = |why: &str| {
        Error::config(format!("{name}: {why}"))
            .with_hint("copy it again from the integration's page, without line breaks")
    };
    if secret.expose().trim().is_empty() {
        return Err(wrong("missing"));
    }
    let mut value = HeaderValue::from_str(secret.expose())
        .map_err(|_| wrong("contains characters not allowed in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// An access key that can be sent as a header.
#[derive(Clone, Copy, Debug)]
pub struct AccessKey;

impl Output for AccessKey {
    type Value = Authorized;

    fn decode(response: &Response) -> Result<Authorized> {
        let authorized = Object::<Authorized>::decode(response)?;
        let key = authorized.access_key.expose();
        if key.trim().is_empty() || HeaderValue::from_str(key).is_err() {
            return Err(response.unreadable("invalid accessKey"));
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
}
