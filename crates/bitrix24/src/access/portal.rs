//! The address of a portal, which an administrator may change.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use url::{Host, Url};
use vochi_crm_core::http::Origin;
use vochi_crm_core::{Cx, Error, ErrorKind, Result, WarningKind};

use super::webhook::REST;

/// The present address of a portal, shared by all that send to it.
#[derive(Debug)]
pub(crate) struct Portal(Mutex<Address>);

#[derive(Clone, Debug)]
struct Address {
    origin: Origin,
    rest: Origin,
}

impl Portal {
    pub(crate) fn new(origin: Origin) -> Self {
        let rest = origin.clone().within([REST]);
        Self(Mutex::new(Address { origin, rest }))
    }

    /// Scheme and host.
    pub(crate) fn origin(&self) -> Origin {
        self.lock().origin.clone()
    }

    /// The address of its REST.
    pub(crate) fn rest(&self) -> Origin {
        self.lock().rest.clone()
    }

    pub(super) fn set(&self, origin: Origin) {
        let rest = origin.clone().within([REST]);
        *self.lock() = Address { origin, rest };
    }

    /// Takes the address that is kept with the tokens in place of the configured one.
    pub(super) fn adopt(&self, kept: Origin) {
        let configured = self.origin();
        tracing::warn!(%configured, in_use = %kept, "the portal has another address: correct `url`");
        self.set(kept);
    }

    /// Follows an accepted redirect.
    pub(super) fn rename(&self, cx: &Cx, to: Origin) {
        let from = self.origin();
        if from == to {
            // Another request followed the same redirect.
            return;
        }
        cx.warn(
            WarningKind::AccountMoved,
            format!("the portal {from} is now {to}: correct `url` or `webhook_url`"),
        );
        tracing::warn!(%from, %to, "the portal has another address");
        self.set(to);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Address> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The address that a redirect leads to, without its path.
///
/// # Errors
/// If it is not https.
pub(super) fn target(from: &Origin, to: &Url) -> Result<Origin> {
    let mut origin = to.clone();
    origin.set_path("");
    origin.set_query(None);
    origin.set_fragment(None);
    origin.as_str().parse().map_err(|_| refused(from, to.host_str().unwrap_or_default()))
}

/// The error of a redirect to an unknown host.
pub(super) fn refused(from: &Origin, to: impl fmt::Display) -> Error {
    let from = from.host();
    Error::new(
        ErrorKind::Auth,
        format!("cannot follow the redirect of {from} to {to}: it is not known to be the portal's new address"),
    )
    .with_hint("nothing was sent there; if the portal was renamed, correct url or webhook_url")
}

/// Returns true if both hosts are portals of the same cloud, or the same machine.
pub(super) fn is_sibling(from: &Origin, to: &Origin) -> bool {
    let (Some(from), Some(to)) = (host(from), host(to)) else { return false };
    from == to || cloud(&from).is_some_and(|suffix| cloud(&to) == Some(suffix))
}

fn host(origin: &Origin) -> Option<String> {
    let url = Url::parse(&origin.to_string()).ok()?;
    match url.host()? {
        Host::Domain(name) => Some(name.trim_end_matches('.').to_ascii_lowercase()),
        address => Some(address.to_string()),
    }
}

/// The registrable name of Bitrix24's cloud that a portal's name ends with: `bitrix24.by`,
/// `bitrix24.com.br`.
fn cloud(host: &str) -> Option<&str> {
    let (portal, suffix) = host.split_once('.')?;
    let zone = suffix.strip_prefix("bitrix24.")?;
    let zone = zone.strip_prefix("com.").unwrap_or(zone);
    let is_zone = zone.len() >= 2 && zone.bytes().all(|byte| byte.is_ascii_lowercase());
    (!portal.is_empty() && is_zone).then_some(suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portals_of_one_cloud_are_siblings() {
        for (from, to, sibling) in [
            ("https://one.bitrix24.by", "https://two.bitrix24.by", true),
            ("https://one.bitrix24.com.br", "https://two.bitrix24.com.br", true),
            ("https://one.bitrix24.by", "https://two.bitrix24.ru", false),
            ("https://one.bitrix24.by", "https://two.bitrix24.by.example.test", false),
            ("https://one.bitrix24.by", "https://evilbitrix24.by", false),
            ("https://one.bitrix24.by", "https://a.two.bitrix24.by", false),
            ("https://one.bitrix24.by", "https://bitrix24.by", false),
            ("https://b24.company.test", "https://crm.company.test", false),
            ("https://b24.company.test", "https://b24.company.test:8443", true),
            ("https://x.bitrix24.company.test", "https://y.bitrix24.company.test", false),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8081", true),
            ("http://127.0.0.1:8080", "http://127.0.0.2:8080", false),
        ] {
            let origin = |text: &str| text.parse::<Origin>().unwrap();
            assert_eq!(is_sibling(&origin(from), &origin(to)), sibling, "{from} to {to}");
        }
    }

    #[test]
    fn redirect_to_plain_http_is_refused_and_names_both_hosts() {
        let from = "https://one.bitrix24.by".parse().unwrap();
        let to = "http://two.bitrix24.by/rest/1/canary/profile".parse().unwrap();
        let error = target(&from, &to).unwrap_err().to_string();
        assert!(error.contains("one.bitrix24.by") && error.contains("two.bitrix24.by"), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }
}
