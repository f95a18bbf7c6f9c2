//! The redirect that ends an authorization.

use url::Url;
use vochi_crm_core::http::Origin;
use vochi_crm_core::{Error, Result, Secret};

use super::tokens::MemberId;

/// What the portal redirects the administrator's browser with. `Debug` prints no code.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuthorizationRedirect {
    /// The code, valid for 30 seconds, once.
    pub code: Secret,
    /// The text of [`authorize_url`](crate::OAuth::authorize_url). A different one was not asked
    /// for by the caller: do not exchange the code.
    pub state: Option<String>,
    /// The permanent key of the portal.
    pub member_id: Option<MemberId>,
    /// The OAuth host that the portal names.
    pub oauth_host: Option<Origin>,
}

impl AuthorizationRedirect {
    /// Reads the redirect from its whole address, or from its query.
    ///
    /// ```
    /// use vochi_crm_bitrix24::AuthorizationRedirect;
    /// let redirect = AuthorizationRedirect::parse(
    ///     "https://pbx.example.test/?code=invented&state=random&member_id=m1&server_domain=oauth.bitrix.info",
    /// )?;
    /// assert_eq!(redirect.state.as_deref(), Some("random"));
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// `input` without a code.
    pub fn parse(address: &str) -> Result<Self> {
        let address = address.trim();
        let url = Url::parse(address);
        let query = match &url {
            Ok(url) => url.query().unwrap_or_default(),
            Err(_) => address.trim_start_matches('?'),
        };
        let value = |name: &str| {
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            let value = pairs.find_map(|(key, value)| (key == name).then_some(value))?;
            Some(value.into_owned()).filter(|value| !value.trim().is_empty())
        };
        let code = value("code").ok_or_else(|| {
            Error::input("the address has no code")
                .with_hint("copy the whole address that the browser shows after the authorization")
        })?;
        Ok(Self {
            code: Secret::new(code),
            state: value("state"),
            member_id: value("member_id").map(MemberId::new).transpose()?,
            oauth_host: value("server_domain").and_then(|host| host.parse().ok()),
        })
    }
}
