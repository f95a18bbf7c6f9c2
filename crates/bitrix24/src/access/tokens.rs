//! The tokens of an application in one portal.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use vochi_crm_core::http::Origin;
use vochi_crm_core::{Error, Result, Secret, Text, Timestamp, wire};

/// How long an access token lives if Bitrix24 does not say it.
const LIFETIME: Duration = Duration::from_secs(3600);

/// How long a refresh token lives.
const REFRESH_LIFETIME: Duration = Duration::from_secs(180 * 24 * 3600);

/// The permanent key of a portal, which survives a renaming.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MemberId(Text);

impl MemberId {
    /// Creates the key of a portal.
    ///
    /// # Errors
    /// `input` for a blank text.
    pub fn new(id: impl Into<String>) -> Result<Self> {
        Text::new(id).map(Self)
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The authorization of an application in a portal, without its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Authorization {
    /// The permanent key of the portal.
    pub member_id: MemberId,
    /// The portal's address.
    pub portal: Origin,
    /// The OAuth host.
    pub oauth_host: Origin,
    /// The employee that requests act as, if known.
    pub user_id: Option<u64>,
    /// The granted scopes.
    pub scope: Vec<String>,
    /// The application's state: `L` local, `F` free, `D` demo, `T` trial, `P` paid.
    pub status: Option<String>,
    /// When the access token expires. The next request renews it before.
    pub expires_at: Timestamp,
    /// When the refresh token expires, 180 days after the last renewal: then the application has to
    /// be authorized again. Without a refresh token it is the expiry of the access token.
    pub refresh_until: Timestamp,
}

/// The tokens of an application in one portal. `Debug` prints no token.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(super) access: Secret,
    pub(super) refresh: Option<Secret>,
    /// The token in the portal's requests to us.
    pub(super) application: Option<Secret>,
    pub(super) about: Authorization,
}

/// A response of the OAuth host, or the `auth` of an event.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct TokenResponse {
    access_token: Secret,
    #[serde(default)]
    refresh_token: Option<Secret>,
    #[serde(default, deserialize_with = "wire::integer_or_none")]
    expires_in: Option<i64>,
    #[serde(default, deserialize_with = "wire::text_or_none")]
    client_endpoint: Option<String>,
    #[serde(default, deserialize_with = "wire::text_or_none")]
    server_endpoint: Option<String>,
    #[serde(default, deserialize_with = "wire::text_or_none")]
    member_id: Option<String>,
    #[serde(default, deserialize_with = "wire::text_or_none")]
    scope: Option<String>,
    #[serde(default, deserialize_with = "wire::text_or_none")]
    status: Option<String>,
    #[serde(default, deserialize_with = "wire::integer_or_none")]
    user_id: Option<i64>,
    #[serde(default)]
    application_token: Option<Secret>,
    /// They come from an opened page of the application, so that they are of any employee.
    #[serde(default, deserialize_with = "wire::bool_or_none")]
    pub(super) of_page: Option<bool>,
}

impl TokenResponse {
    /// The tokens of this response, obtained now from `oauth_host`.
    ///
    /// # Errors
    /// `decode` without the portal's key.
    pub(super) fn tokens(
        self,
        now: Timestamp,
        portal: &Origin,
        oauth_host: &Origin,
        before: Option<&Tokens>,
    ) -> Result<Tokens> {
        let member = self.member_id.filter(|id| !id.trim().is_empty());
        let member_id = match (member, before) {
            (Some(id), _) => MemberId::new(id)?,
            (None, Some(before)) => before.about.member_id.clone(),
            (None, None) => {
                let kind = vochi_crm_core::ErrorKind::Decode;
                return Err(Error::new(kind, "the tokens have no member_id"));
            }
        };
        // Whole seconds, as in the token store.
        let now = Timestamp::from_unix_millis(now.unix_millis() / 1000 * 1000);
        let lifetime = self.expires_in.and_then(|seconds| u64::try_from(seconds).ok());
        let lifetime = lifetime.map_or(LIFETIME, Duration::from_secs);
        let endpoint = self.client_endpoint.as_deref().and_then(origin_of);
        let known = || before.map_or_else(|| portal.clone(), |before| before.about.portal.clone());
        let scope = self.scope.as_deref().unwrap_or_default();
        let scope = scope.split([',', ' ']).filter(|one| !one.is_empty()).map(str::to_owned);
        let before_user = before.and_then(|before| before.about.user_id);
        let expires_at = now.plus(lifetime);
        // A response without a refresh token leaves the old one valid.
        let refresh_until = match (&self.refresh_token, before) {
            (Some(_), _) => now.plus(REFRESH_LIFETIME),
            (None, Some(before)) if before.refresh.is_some() => before.about.refresh_until,
            (None, _) => expires_at,
        };
        Ok(Tokens {
            access: self.access_token,
            refresh: self.refresh_token,
            application: self
                .application_token
                .or_else(|| before.and_then(|before| before.application.clone())),
            about: Authorization {
                member_id,
                portal: endpoint.unwrap_or_else(known),
                oauth_host: oauth_host.clone(),
                user_id: self.user_id.and_then(|id| u64::try_from(id).ok()).or(before_user),
                scope: scope.collect(),
                status: self.status,
                expires_at,
                refresh_until,
            },
        })
    }

    /// The OAuth host that the response names.
    pub(super) fn server(&self) -> Option<Origin> {
        self.server_endpoint.as_deref().and_then(origin_of)
    }
}

/// Scheme and host of an address; `None` unless it is https, or on this machine.
pub(super) fn origin_of(address: &str) -> Option<Origin> {
    let mut url = url::Url::parse(address.trim()).ok()?;
    url.set_path("");
    url.set_query(None);
    url.set_fragment(None);
    url.as_str().parse().ok()
}

impl Tokens {
    /// The document of the token store.
    pub(super) fn document(&self) -> Value {
        let Authorization {
            member_id,
            portal,
            oauth_host,
            user_id,
            scope,
            status,
            expires_at,
            refresh_until,
        } = &self.about;
        json!({
            "version": 1,
            "access_token": self.access.expose(),
            "refresh_token": self.refresh.as_ref().map(Secret::expose),
            "application_token": self.application.as_ref().map(Secret::expose),
            "member_id": member_id.as_str(),
            "portal": portal.to_string(),
            "oauth_host": oauth_host.to_string(),
            "user_id": user_id,
            "scope": scope,
            "status": status,
            "expires_at": expires_at.unix_millis() / 1000,
            "refresh_until": refresh_until.unix_millis() / 1000,
        })
    }

    /// Reads a document of the token store.
    pub(super) fn of_document(document: &Value) -> Option<Self> {
        let text = |name: &str| document[name].as_str().filter(|text| !text.is_empty());
        let secret = |name: &str| text(name).map(Secret::new);
        let time = |name: &str| {
            let seconds = document[name].as_i64()?;
            Some(Timestamp::from_unix_millis(seconds.checked_mul(1000)?))
        };
        let scope = document["scope"].as_array().into_iter().flatten();
        Some(Self {
            access: secret("access_token")?,
            refresh: secret("refresh_token"),
            application: secret("application_token"),
            about: Authorization {
                member_id: MemberId::new(text("member_id")?).ok()?,
                portal: text("portal")?.parse().ok()?,
                oauth_host: text("oauth_host")?.parse().ok()?,
                user_id: document["user_id"].as_u64(),
                scope: scope.filter_map(|one| one.as_str().map(str::to_owned)).collect(),
                status: text("status").map(str::to_owned),
                expires_at: time("expires_at")?,
                refresh_until: time("refresh_until")?,
            },
        })
    }

    pub(super) fn secrets(&self) -> Vec<Secret> {
        let all = [Some(&self.access), self.refresh.as_ref(), self.application.as_ref()];
        all.into_iter().flatten().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: Value) -> TokenResponse {
        serde_json::from_value(body).unwrap()
    }

    fn hosts() -> (Origin, Origin) {
        let parse = |text: &str| text.parse().unwrap();
        (parse("https://b24-demo.example"), parse("https://oauth.bitrix24.tech"))
    }

    #[test]
    fn document_keeps_every_value_and_debug_shows_no_token() {
        let (portal, host) = hosts();
        let response = read(json!({
            "access_token": "canary-access", "refresh_token": "canary-refresh",
            "expires_in": "3600", "member_id": "m1", "scope": "crm,telephony user",
            "client_endpoint": "https://other.example/rest/", "status": "L", "user_id": "17",
            "application_token": "canary-application", "domain": "oauth.bitrix24.tech",
        }));
        let now = "2026-05-14T10:00:00Z".parse().unwrap();
        let tokens = response.tokens(now, &portal, &host, None).unwrap();
        assert_eq!(tokens.about.portal.to_string(), "https://other.example");
        assert_eq!(tokens.about.scope, ["crm", "telephony", "user"]);
        let again = Tokens::of_document(&tokens.document()).unwrap();
        assert_eq!(again.about, tokens.about);
        assert_eq!(again.secrets(), tokens.secrets());
        assert!(!format!("{tokens:?}").contains("canary"));
    }

    #[test]
    fn a_refresh_keeps_what_only_the_installation_names() {
        let (portal, host) = hosts();
        let now = "2026-05-14T10:00:00Z".parse().unwrap();
        let first = read(json!({
            "access_token": "a", "refresh_token": "r", "member_id": "m1", "user_id": 17,
            "application_token": "t", "client_endpoint": "https://b24-demo.example/rest/",
        }));
        let first = first.tokens(now, &portal, &host, None).unwrap();
        let next = read(json!({"access_token": "b", "refresh_token": "s"}));
        let next = next.tokens(now, &portal, &host, Some(&first)).unwrap();
        assert_eq!(next.application, Some(Secret::new("t")));
        assert_eq!((&next.about.member_id, next.about.user_id), (&first.about.member_id, Some(17)));
    }
}
