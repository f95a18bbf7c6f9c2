//! The address of a CRM: scheme, host, port and the base path of the API.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use super::ApiRequest;
use crate::error::{Error, Result};

/// The address of a CRM: https, or http for loopback addresses.
///
/// ```
/// use vochi_crm_core::http::Origin;
/// assert_eq!("demo.retailcrm.ru/".parse::<Origin>()?.to_string(), "https://demo.retailcrm.ru");
/// assert!("http://127.0.0.1:8080".parse::<Origin>().is_ok());
/// assert!("http://demo.retailcrm.ru".parse::<Origin>().is_err());
/// # Ok::<(), vochi_crm_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Origin(Url);

impl Origin {
    /// The host, with the port if it is not the scheme's default.
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Appends segments to the base path. They are encoded, so they may contain anything.
    ///
    /// ```
    /// use vochi_crm_core::http::Origin;
    /// let origin = "https://crm.example.test".parse::<Origin>()?.within(["api", "v1", "a shop"]);
    /// assert_eq!(origin.base(), "/api/v1/a%20shop");
    /// # Ok::<(), vochi_crm_core::Error>(())
    /// ```
    #[must_use]
    pub fn within<'a>(mut self, segments: impl IntoIterator<Item = &'a str>) -> Self {
        if let Ok(mut path) = self.0.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        self
    }

    /// The base path; empty if there is none.
    pub fn base(&self) -> &str {
        self.0.path().trim_end_matches('/')
    }

    /// Returns true if the address refers to this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// The URL of a request.
    pub(crate) fn join(&self, request: &ApiRequest) -> Url {
        let mut url = self.0.clone();
        match self.base() {
            "" => url.set_path(request.path()),
            base => url.set_path(&format!("{base}{}", request.path())),
        }
        let query = request.query_pairs();
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }
}

impl FromStr for Origin {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let wrong = |why: &str| {
            Error::config(format!("invalid CRM address: {why}"))
                .with_hint("give scheme and host only, as https://crm.example.test")
        };
        if text.is_empty() {
            return Err(wrong("must not be empty"));
        }
        let with_scheme =
            if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let url = Url::parse(&with_scheme).map_err(|_| wrong("cannot be parsed"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("must not contain a user name or password"));
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("must contain only scheme and host"));
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(wrong("plain http is allowed for loopback addresses only")),
            _ => return Err(wrong("must be https")),
        }
        if url.host().is_none() {
            return Err(wrong("missing host"));
        }
        Ok(Self(url))
    }
}

/// Returns true if an address refers to this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.0.scheme(), self.host())
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Origin({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_must_be_a_host_over_https() {
        for (text, good) in [
            ("https://demo.retailcrm.ru", true),
            ("https://demo.retailcrm.ru/", true),
            ("demo.retailcrm.ru", true),
            ("http://localhost:8080", true),
            ("http://[::1]:8080", true),
            ("http://127.0.0.1", true),
            ("http://192.168.0.1", false),
            ("http://localhost.example.test", false),
            ("ftp://demo.retailcrm.ru", false),
            ("https://demo.retailcrm.ru/api/v5", false),
            ("https://key@demo.retailcrm.ru", false),
            ("https://demo.retailcrm.ru?apiKey=x", false),
            ("", false),
            ("https://", false),
        ] {
            assert_eq!(text.parse::<Origin>().is_ok(), good, "{text:?}");
        }
    }

    #[test]
    fn request_path_is_appended_to_the_base_path() {
        let origin: Origin = "https://crm.example.test".parse().unwrap();
        let request = ApiRequest::get("/files/1").query("download", "true");
        let joined = |origin: &Origin| origin.join(&request).to_string();
        assert_eq!(joined(&origin), "https://crm.example.test/files/1?download=true");
        let within = origin.clone().within(["api", "v1", "x/../y?z"]);
        assert_eq!(
            joined(&within),
            "https://crm.example.test/api/v1/x%2F..%2Fy%3Fz/files/1?download=true"
        );
        assert_eq!(within.to_string(), origin.to_string());
    }

    #[test]
    fn invalid_address_is_not_in_the_error() {
        let error = "https://canary-key@demo.retailcrm.ru".parse::<Origin>().unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}
