//! Requests of Bitrix24: clicks on numbers, callbacks, calls of the telephony, installations.
//!
//! [`Connector::parse_inbound`](crate::Connector) is pure: a host passes the request, sends the reply
//! at once, and acts on the event. Bitrix24 never repeats a request, and waits for the reply.
//!
//! | event | kind |
//! | --- | --- |
//! | `OnExternalCallStart` | [`ClickToCall`], with the `CALL_ID` that the portal registered already |
//! | `OnExternalCallBackStart` | [`CallbackRequest`]; refused without `default_user` |
//! | `OnAppInstall`, `OnAppUpdate`, the first opening of an application with a page | [`Installed`] |
//! | `OnAppUninstall` | [`Uninstalled`] |
//! | `OnVoximplantCallInit`, `…Start`, `…End`, any other | [`Other`] with the event's name |
//!
//! The portal registered a click: the call is never registered again, and shown by the portal. The
//! host passes the `CALL_ID` with the call's events ([`CallEvent::with_crm_call_id`]).
//!
//! # Authenticity
//!
//! `auth[application_token]` proves the sender, and is compared in constant time: with
//! `application_token` of the configuration, else with the one of the installation or the first event
//! ([`verify_inbound`]). `auth[member_id]` and `auth[domain]` must be the account's portal. The tokens
//! of an installation are confirmed by the OAuth host before they are stored.
//!
//! # Replies
//!
//! | reply | condition |
//! | --- | --- |
//! | 200 `{"ok":true}` | accepted; with `"ignored":true` for an unknown event |
//! | 200 `{"ok":false,"error":"extension_not_configured"}` | a click of a user without extension; the call is finished at once |
//! | 400 | unreadable |
//! | 403 | another portal, a wrong `application_token`, or a sender outside `allowed_networks` |
//! | 404 | unknown path |
//! | 413 | too large |
//! | 422 | a callback without a user to call |
//!
//! [`ClickToCall`]: vochi_crm_core::inbound::InboundKind::ClickToCall
//! [`CallbackRequest`]: vochi_crm_core::inbound::InboundKind::CallbackRequest
//! [`Installed`]: vochi_crm_core::inbound::InboundKind::Installed
//! [`Uninstalled`]: vochi_crm_core::inbound::InboundKind::Uninstalled
//! [`Other`]: vochi_crm_core::inbound::InboundKind::Other
//! [`CallEvent::with_crm_call_id`]: vochi_crm_core::CallEvent::with_crm_call_id
//! [`verify_inbound`]: vochi_crm_core::CrmConnector::verify_inbound

mod fields;
mod payload;

use http::{Method, StatusCode};
use serde_json::json;
use vochi_crm_core::inbound::{InboundEvent, InboundKind, InboundReply, InboundRequest};
use vochi_crm_core::{Account, Error, ErrorKind, Redactor, Result, Secret};

use crate::Client;
use crate::config::{Config, present};
pub(crate) use fields::{Fields, MEMBER};
pub(crate) use payload::Payload;

/// The path of all events, after the account's inbound address.
pub const EVENT_PATH: &str = "/events";

/// The limit of query and body together.
const LARGEST: usize = 256 * 1024;

/// Parses a request; the error names neither account nor CRM.
pub(crate) fn parse(
    account: &Account,
    config: &Config,
    client: &Client,
    request: &InboundRequest,
) -> (InboundReply, Result<InboundEvent>) {
    match read(account, config, client, request) {
        Ok(event) => (success(&event), Ok(event)),
        Err((status, error)) => (InboundReply::new(status), Err(error.with_operation("event"))),
    }
}

fn read(
    account: &Account,
    config: &Config,
    client: &Client,
    request: &InboundRequest,
) -> Result<InboundEvent, (StatusCode, Error)> {
    if !["", EVENT_PATH].contains(&request.path.trim_end_matches('/')) {
        let error = Error::unsupported("unknown path: Bitrix24 sends no requests to it")
            .with_hint("run setup to correct the addresses of the events");
        return Err((StatusCode::NOT_FOUND, error));
    }
    let forbidden = |error| (StatusCode::FORBIDDEN, error);
    let unreadable = |error| (StatusCode::BAD_REQUEST, error);
    account.allowed_networks().check(request).map_err(forbidden)?;
    if request.query.len().saturating_add(request.body.len()) > LARGEST {
        let error = Error::input(format!("request too large: must be at most {LARGEST} bytes"));
        return Err((StatusCode::PAYLOAD_TOO_LARGE, error));
    }
    if ![Method::GET, Method::POST].contains(&request.method) {
        return Err(unreadable(Error::input("unsupported method: must be POST")));
    }
    let redactor = Redactor::new(secrets(account, config));
    let fields = Fields::read(request, &redactor).map_err(unreadable)?;
    let proof = check_sender(&fields, config, client).map_err(forbidden)?;
    let payload = Payload { account, fields: &fields };
    let mut event = payload.event().map_err(unreadable)?;
    if event.kind == InboundKind::CallbackRequest && event.extension.is_none() {
        let error = Error::config("missing: a callback names no user to call")
            .with_hint("set default_user, and map an extension to it")
            .with_key("default_user");
        return Err((StatusCode::UNPROCESSABLE_ENTITY, error));
    }
    event.access_key = match event.kind {
        InboundKind::Installed => Some(fields.tokens().map_err(unreadable)?),
        _ => proof.is_some().then(|| fields.proof()),
    };
    Ok(event)
}

/// The secrets that a request may contain, also the key of a webhook apart from its address.
fn secrets(account: &Account, config: &Config) -> Vec<Secret> {
    let own = [&config.client_secret, &config.application_token, &account.config().inbound_secret];
    let mut secrets: Vec<Secret> = own.into_iter().flatten().cloned().collect();
    if let Some(url) = &config.webhook_url {
        let parts = url.expose().trim_end_matches('/').split('/').skip(5);
        secrets.extend(parts.filter(|part| !part.is_empty()).map(Secret::new));
        secrets.push(url.clone());
    }
    secrets
}

/// Checks what proves the sender. Returns a token that only the tokens of the installation can
/// confirm.
fn check_sender(fields: &Fields, config: &Config, client: &Client) -> Result<Option<Secret>> {
    let refused = |what: &'static str, hint: &'static str| {
        Err(Error::new(ErrorKind::Auth, what).with_hint(hint))
    };
    let portal = client.portal();
    let other = fields.portals()?.into_iter().any(|host| host != portal.host());
    // A renamed portal keeps its `member_id`, which the stored tokens know.
    let may_be_renamed = client.oauth().is_some() && fields.member()?.is_some();
    if other && !may_be_renamed {
        return refused(
            "request refused: it is from another portal",
            "check url or webhook_url, and the address of the handler in the portal",
        );
    }
    // Two different values prove nothing.
    let Ok(token) = fields.application_token() else {
        return refused(
            "request refused: several values of auth[application_token]",
            "check the address of the handler in the portal",
        );
    };
    // An update brings a new token; the OAuth host confirms the tokens of both before they are kept.
    if fields.is_installation() && client.oauth().is_some() {
        return Ok(None);
    }
    match (present(config.application_token.as_ref()), token) {
        (Some(own), Some(token)) if *own == token => Ok(None),
        (Some(_), Some(_)) => refused(
            "request refused: wrong application_token",
            "copy application_token from the portal; an update of the application changes it",
        ),
        (_, None) => refused(
            "request refused: missing auth[application_token]",
            "only events of an application or an outgoing webhook of the portal are accepted",
        ),
        (None, Some(token)) if client.oauth().is_some() => Ok(Some(token)),
        (None, Some(_)) => Err(Error::config("missing, so Bitrix24's requests cannot be verified")
            .with_hint("copy the token that the portal shows for its outgoing webhook")
            .with_key("application_token")),
    }
}

fn success(event: &InboundEvent) -> InboundReply {
    let body = match &event.kind {
        InboundKind::ClickToCall if event.extension.is_none() => {
            json!({"ok": false, "error": "extension_not_configured"})
        }
        InboundKind::Other(name) if !payload::is_known(name) => {
            json!({"ok": true, "ignored": true})
        }
        _ => json!({"ok": true}),
    };
    InboundReply::json(StatusCode::OK, &body)
}
