//! The two ways of access: an incoming webhook, or an application with OAuth.

mod webhook;

pub(crate) use webhook::{REST, Webhook};

use vochi_crm_core::{Error, Result, Secret};

use crate::config::{Config, present};

/// How requests of an account are authorized.
#[derive(Clone, Debug)]
pub(crate) enum Access {
    Webhook(Webhook),
    Application,
}

impl Access {
    pub(crate) fn webhook(url: &Secret) -> Result<Self> {
        Webhook::parse(url).map(Self::Webhook).map_err(|error| error.with_key("webhook_url"))
    }

    pub(crate) fn application(config: &Config, _: &str) -> Result<Self> {
        if present(config.client_secret.as_ref()).is_none() {
            return Err(Error::config("missing")
                .with_hint("copy the key of the application from its page in the portal")
                .with_key("client_secret"));
        }
        Ok(Self::Application)
    }
}
