//! Keys, tokens and secret addresses that are never printed.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The text that every secret prints as.
pub(crate) const MASK: &str = "***";

/// A key, token or secret address, masked in all output.
///
/// `Debug`, `Display` and `Serialize` print `***`; comparison takes constant time; memory is wiped
/// on drop.
///
/// ```
/// use vochi_crm_core::Secret;
/// let key = Secret::new("invented-key");
/// assert_eq!(format!("{key} {key:?}"), "*** Secret(***)");
/// assert_eq!(key.expose(), "invented-key");
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<Box<str>>);

impl Secret {
    /// Wraps a secret.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(Zeroizing::new(secret.into().into_boxed_str()))
    }

    /// The secret in plain text, only for writing it into a request.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns true if the secret is empty.
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        Self::new(secret)
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self::new(secret)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose().as_bytes().ct_eq(other.expose().as_bytes()).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({MASK})")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// A URL with a secret in its path: a webhook of a CRM, or an inbound address of the host.
///
/// `Debug`, `Display` and `Serialize` print scheme and host only.
///
/// ```
/// use vochi_crm_core::SecretUrl;
/// let url = SecretUrl::new("https://pbx.example.test/in/shop/invented-secret");
/// assert_eq!(url.to_string(), "https://pbx.example.test/***");
/// assert_eq!(url.join("/make-call").expose(), "https://pbx.example.test/in/shop/invented-secret/make-call");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(Secret);

impl SecretUrl {
    /// Wraps an address. A trailing slash is dropped.
    pub fn new(url: impl Into<String>) -> Self {
        Self(Secret::new(url.into().trim_end_matches('/')))
    }

    /// The address in plain text, only for writing it into a request.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Appends a path to the address.
    #[must_use]
    pub fn join(&self, path: &str) -> Self {
        Self::new(format!("{}{path}", self.expose()))
    }
}

impl fmt::Display for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parsed = url::Url::parse(self.expose()).ok();
        match parsed.as_ref().and_then(|url| Some((url.scheme(), url.host_str()?, url.port()))) {
            Some((scheme, host, Some(port))) => write!(f, "{scheme}://{host}:{port}/{MASK}"),
            Some((scheme, host, None)) => write!(f, "{scheme}://{host}/{MASK}"),
            None => f.write_str(MASK),
        }
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretUrl({self})")
    }
}

impl Serialize for SecretUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_prints_as_stars_in_every_format() {
        let secret = Secret::new("canary-0001");
        let json = serde_json::to_string(&secret).unwrap();
        assert_eq!(format!("{secret} {secret:?} {secret:#?} {json}").matches("canary").count(), 0);
    }

    #[test]
    fn secret_url_prints_scheme_and_host() {
        for (url, shown) in [
            ("http://127.0.0.1:8080/in/canary", "http://127.0.0.1:8080/***"),
            ("https://user:canary@crm.example.test/rest", "https://crm.example.test/***"),
            ("canary", "***"),
            ("mailto:canary@example.test", "***"),
        ] {
            let url = SecretUrl::new(url);
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), format!("SecretUrl({shown})"));
            assert_eq!(serde_json::to_value(&url).unwrap(), shown);
        }
    }

    #[test]
    fn secrets_compare_by_content() {
        assert_eq!(Secret::new("same"), Secret::new("same"));
        assert_ne!(Secret::new("same"), Secret::new("other"));
        assert_ne!(Secret::new("same"), Secret::new("same-longer"));
    }
}
