//! Requests of U-ON (webhooks): clicks on numbers, changed clients, and every other type.
//!
//! [`Connector::parse_inbound`](crate::Connector) is pure: a host passes the request, sends the
//! reply at once, and acts on the event.
//!
//! | `type_id` | event kind |
//! | --- | --- |
//! | 47, or `method=call` without a type | [`ClickToCall`]; without an extension if U-ON names no mapped user |
//! | 3, 4 | [`CustomerChanged`], the client as [`entity`](vochi_crm_core::inbound::InboundEvent::entity) |
//! | 67 | [`UserStatusChanged`] |
//! | any other | [`Other`] with the [name](crate::model::HookType::name) of the type |
//!
//! # Form
//!
//! Parameters come in a query, a form or JSON, whatever the content type, under English or Russian
//! names, in any case. `client` is an object, brackets or JSON in a text; in
//! [`raw`](vochi_crm_core::inbound::InboundEvent::raw) it has brackets. 0 is no id.
//!
//! # Authenticity
//!
//! U-ON signs nothing. The host compares the secret in the account's inbound URL before it calls
//! this module. `uon_id`, else `uon_subdomain`, must be the configured account; a request without
//! either is refused, also if the host has one account only.
//!
//! # Replies
//!
//! | reply | condition |
//! | --- | --- |
//! | 200 `{"ok":true}` | accepted; with `"ignored":true` for an unknown type |
//! | 200 `{"ok":false,"error":"extension_not_configured"}` | a click, and no extension is known |
//! | 400 | unreadable |
//! | 403 | another account, or a sender outside `allowed_networks` |
//! | 404 | unknown path |
//! | 413 | too large |
//!
//! Never 5xx: U-ON repeats such a request.
//!
//! [`ClickToCall`]: vochi_crm_core::inbound::InboundKind::ClickToCall
//! [`CustomerChanged`]: vochi_crm_core::inbound::InboundKind::CustomerChanged
//! [`UserStatusChanged`]: vochi_crm_core::inbound::InboundKind::UserStatusChanged
//! [`Other`]: vochi_crm_core::inbound::InboundKind::Other

mod fields;
mod payload;

use http::{Method, StatusCode};
use serde_json::json;
use vochi_crm_core::inbound::{InboundEvent, InboundKind, InboundReply, InboundRequest};
use vochi_crm_core::{Account, Error, ErrorKind, Redactor, Result};

use crate::Config;
use crate::config::account_number;
use crate::model::HookType;
use fields::Fields;
use payload::Payload;
pub(crate) use payload::{CLIENT, CLIENT_PHONES, read_phone};

/// The path of all webhooks, after the account's inbound address.
pub const HOOK_PATH: &str = "/hook";

/// The limit of query and body together.
const LARGEST: usize = 256 * 1024;

/// Parses a request; the error names neither account nor CRM.
pub(crate) fn parse(
    account: &Account,
    config: &Config,
    number: Option<u64>,
    request: &InboundRequest,
) -> (InboundReply, Result<InboundEvent>) {
    match read(account, config, number, request) {
        Ok(event) => (success(&event), Ok(event)),
        Err((status, error)) => (InboundReply::new(status), Err(error.with_operation("webhook"))),
    }
}

fn read(
    account: &Account,
    config: &Config,
    number: Option<u64>,
    request: &InboundRequest,
) -> Result<InboundEvent, (StatusCode, Error)> {
    if !["", HOOK_PATH].contains(&request.path.trim_end_matches('/')) {
        let error = Error::unsupported("unknown path: U-ON sends no requests to it")
            .with_hint("U-ON uses the addresses of its webhooks; run setup to correct them");
        return Err((StatusCode::NOT_FOUND, error));
    }
    let forbidden = |error| (StatusCode::FORBIDDEN, error);
    let unreadable = |error| (StatusCode::BAD_REQUEST, error);
    account.allowed_networks().check(request).map_err(forbidden)?;
    if request.query.len().saturating_add(request.body.len()) > LARGEST {
        let error = Error::input(format!("request too large: must be at most {LARGEST} bytes"));
        return Err((StatusCode::PAYLOAD_TOO_LARGE, error));
    }
    if ![Method::GET, Method::POST, Method::PUT, Method::DELETE].contains(&request.method) {
        return Err(unreadable(Error::input("unsupported method: must be GET or POST")));
    }
    let secrets = [&config.api_key, &account.config().inbound_secret];
    let redactor = Redactor::new(secrets.into_iter().flatten().cloned());
    let fields = Fields::read(request, &redactor).map_err(unreadable)?;
    check_account(&fields, number).map_err(forbidden)?;
    Payload { account, fields: &fields }.event().map_err(unreadable)
}

/// Every account that the request names must be the configured one.
fn check_account(fields: &Fields, own: Option<u64>) -> Result<()> {
    let Some(own) = own else {
        return Err(Error::config("missing, so U-ON's requests cannot be assigned to the account")
            .with_key("account_id")
            .with_hint("write the number in the account's address, as 12345 of id12345.u-on.ru"));
    };
    let mut named = 0_usize;
    let mut same = true;
    for value in fields.accounts() {
        named += 1;
        same &= account_number(value) == Some(own);
    }
    let what = match (named, same) {
        (0, _) => "request refused: missing uon_id",
        (_, false) => "request refused: it is from another account of U-ON",
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::Auth, what)
        .with_hint("check account_id, and the address of the webhook in U-ON"))
}

fn success(event: &InboundEvent) -> InboundReply {
    let body = match &event.kind {
        InboundKind::ClickToCall if event.extension.is_none() => {
            json!({"ok": false, "error": "extension_not_configured"})
        }
        InboundKind::Other(name) if !is_known(name) => json!({"ok": true, "ignored": true}),
        _ => json!({"ok": true}),
    };
    InboundReply::json(StatusCode::OK, &body)
}

fn is_known(name: &str) -> bool {
    HookType::ALL.iter().any(|kind| kind.name() == name)
}
