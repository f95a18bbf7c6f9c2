//! Incoming webhooks: the key is a part of the address.

use std::sync::Arc;

use url::Url;
use vochi_crm_core::http::auth::PathKey;
use vochi_crm_core::http::{Origin, Relocation};
use vochi_crm_core::{Cx, Error, Result, Secret};

use super::portal::{Portal, is_sibling, refused, target};

/// The path before user and secret.
pub(super) const REST: &str = "rest";

/// What an operator can do about a refused webhook.
const REFUSED: &str = "check webhook_url: the webhook is deleted, expired or has a new secret; copy its address from the portal again";

/// An incoming webhook.
#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    /// Scheme and host of the portal.
    pub(crate) origin: Origin,
    /// The employee that requests act as.
    user: String,
    secret: Secret,
}

impl Webhook {
    /// Parses the address that the portal shows, with or without a method at the end.
    pub(super) fn parse(url: &Secret) -> Result<Self> {
        const COPY: &str = "copy the whole address, as https://portal.bitrix24.by/rest/1/SECRET/";
        let wrong =
            |why: &str| Error::config(format!("invalid webhook address: {why}")).with_hint(COPY);
        let parsed = Url::parse(url.expose().trim()).map_err(|_| wrong("cannot be parsed"))?;
        let path = parsed.path().trim_matches('/');
        let mut segments = path.split('/');
        let (rest, user, secret) = (segments.next(), segments.next(), segments.next());
        if rest != Some(REST) {
            return Err(wrong("its path must begin with /rest/"));
        }
        let user = user.filter(|user| user.parse::<u64>().is_ok_and(|user| user != 0));
        let user = user.ok_or_else(|| wrong("missing the user's number after /rest/"))?;
        let secret = secret.filter(|secret| !secret.is_empty());
        let secret = secret.ok_or_else(|| wrong("missing the secret after the user's number"))?;
        let mut origin = parsed.clone();
        origin.set_path("");
        origin.set_query(None);
        origin.set_fragment(None);
        Ok(Self {
            origin: origin.as_str().parse().map_err(|error: Error| error.with_hint(COPY))?,
            user: user.to_owned(),
            secret: Secret::new(secret),
        })
    }

    /// The credentials of requests to the portal's REST address.
    pub(crate) fn auth(&self, rest: &Origin) -> Result<PathKey> {
        Ok(PathKey::new(rest, [&*self.user], &self.secret)?.with_hint(REFUSED))
    }
}

/// The address of a webhook's portal. A renamed portal of the cloud is followed; any other redirect
/// would give the secret away.
#[derive(Debug)]
pub(crate) struct WebhookPortal(pub(crate) Arc<Portal>);

#[async_trait::async_trait]
impl Relocation for WebhookPortal {
    fn origin(&self) -> Origin {
        self.0.rest()
    }

    async fn moved(&self, cx: &Cx, to: &Url) -> Result<()> {
        let from = self.0.origin();
        let to = target(&from, to)?;
        if !is_sibling(&from, &to) {
            return Err(refused(&from, to.host()));
        }
        self.0.rename(cx, to);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_has_host_user_and_secret() {
        for good in [
            "https://b24-demo.example/rest/1/invented/",
            "https://b24-demo.example/rest/1/invented",
            " https://b24-demo.example/rest/1/invented/profile.json ",
        ] {
            let webhook = Webhook::parse(&Secret::new(good)).unwrap();
            let read = (webhook.origin.to_string(), &*webhook.user, webhook.secret.expose());
            assert_eq!(read, ("https://b24-demo.example".to_owned(), "1", "invented"), "{good}");
        }
    }

    #[test]
    fn wrong_address_is_refused_without_showing_it() {
        for bad in [
            "",
            "canary",
            "https://b24-demo.example",
            "https://b24-demo.example/rest/canary/",
            "https://b24-demo.example/rest/1/",
            "https://b24-demo.example/canary/1/canary/",
            "http://b24-demo.example/rest/1/canary/",
            "https://canary:canary@b24-demo.example/rest/1/canary/",
        ] {
            let error = Webhook::parse(&Secret::new(bad)).expect_err(bad);
            assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
            assert!(error.hint().unwrap().contains("/rest/1/"), "{error}");
        }
    }
}
