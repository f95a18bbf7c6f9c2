//! The two ways of access: an incoming webhook, or an application with OAuth.

mod application;
mod fetch_tokens;
mod oauth;
mod oauth_host;
mod portal;
mod redirect;
mod tokens;
mod webhook;

pub use oauth::{InstalledTokens, OAuth};
pub use redirect::AuthorizationRedirect;
pub use tokens::{Authorization, MemberId};

pub(crate) use application::Application;
pub(crate) use portal::Portal;
pub(crate) use webhook::{Webhook, WebhookPortal};

use vochi_crm_core::{Result, Secret};

use crate::config::Config;

/// How requests of an account are authorized.
#[derive(Clone, Debug)]
pub(crate) enum Access {
    Webhook(Webhook),
    Application(Application),
}

impl Access {
    pub(crate) fn webhook(url: &Secret) -> Result<Self> {
        Webhook::parse(url).map(Self::Webhook).map_err(|error| error.with_key("webhook_url"))
    }

    pub(crate) fn application(config: &Config, client_id: &str) -> Result<Self> {
        Application::new(config, client_id).map(Self::Application)
    }
}
