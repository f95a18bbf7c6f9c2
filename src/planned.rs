//! The keys of CRMs whose connectors do not exist yet, so that their profiles may stand in a file.

use vochi_crm_core::config::{Key, Kind};

pub(crate) const BITRIX24: &[Key] = &[
    Key::new("url", Kind::Origin, "The portal's address."),
    Key::new("webhook_url", Kind::Secret, "The address of an incoming webhook."),
    Key::new("client_id", Kind::Text, "The code of the application."),
    Key::new("client_secret", Kind::Secret, "The key of the application."),
    Key::new("token_file", Kind::Text, "The file of the tokens."),
    Key::new("oauth_url", Kind::Address, "The address of the authorisation."),
    Key::new("application_token", Kind::Secret, "The token in Bitrix24's requests."),
    Key::new("tariff", Kind::Choice(&["standard", "enterprise"]), "The tariff of the portal."),
];
