//! Requests of RetailCRM: clicks on numbers, user statuses, events of the module, triggers.
//!
//! The paths below the account's inbound address, by their last segment. Requests are a GET with a
//! query or a POST with a form, with the same names; RetailCRM guarantees neither, so both are
//! accepted, and a missing parameter is an error only if it is indispensable.
//!
//! | path | request |
//! | --- | --- |
//! | [`MAKE_CALL_PATH`] | a click: `phone`, `code`, `userId`, `externalPhone` |
//! | [`USER_STATUS_PATH`] | a user's status: `userId`, `code`, `status` |
//! | [`ACTIVITY_PATH`] | the module was switched on, off, frozen: `activity`, `systemUrl` |
//! | [`SETTINGS_PATH`] | the account's settings: `settings` |
//! | [`TRIGGER_PATH`] | a trigger of the account, with the template below |
//!
//! Requests are not signed. `clientId`, the account's `client_id`, is the only credential: without
//! it, or with another, the reply is an empty 403. A request from outside the account's
//! `allowed_networks` gets the same reply.
//!
//! # Triggers
//!
//! RetailCRM has no webhooks, but an administrator can add a trigger that sends an HTTP request.
//! The template is a form of these parameters, each optional except the first two:
//!
//! | parameter | value |
//! | --- | --- |
//! | `secret` | the account's `client_id`; `clientId` is accepted too |
//! | `event` | `customer.created` and `customer.changed`, the same with `customer_corporate`, or any other name, as `order.status` |
//! | `customer_id`, `order_id` | the customer or order of the event |
//! | `manager_id` | the responsible user |
//! | `phone` | a number |
//!
//! Other parameters, such as `status` and `site`, are passed on unchanged. Two requests with equal
//! values are one event: add the time of the change to make them distinct.
//!
//! # Sources
//!
//! `makeCallUrl` and `changeUserStatusUrl`: the article on the telephony API in RetailCRM's
//! documentation for developers, and requests of live accounts. Module callbacks:
//! `IntegrationModule` and `Settings` of RetailCRM's PHP client, `Activity` of its Go client.

mod fields;
mod payload;

use http::{Method, StatusCode};
use serde_json::json;
use vochi_crm_core::inbound::{InboundEvent, InboundFields, InboundReply, InboundRequest};
use vochi_crm_core::{Account, Error, ErrorKind, Result, Secret};

use crate::Config;
use payload::Payload;

/// The path of clicks on a number: the end of the module's `makeCallUrl`.
pub const MAKE_CALL_PATH: &str = "/make-call";

/// The path of user statuses: the end of the module's `changeUserStatusUrl`. `/status`, used in
/// some manual registrations, is accepted too.
pub const USER_STATUS_PATH: &str = "/user-status";

/// The path of the module's own state: the action `activity`.
pub const ACTIVITY_PATH: &str = "/activity";

/// The path of the account's settings: the action `settings`.
pub const SETTINGS_PATH: &str = "/settings";

/// The path of triggers.
pub const TRIGGER_PATH: &str = "/trigger";

/// The limit of query and body together: far more than any of these requests needs.
const LARGEST: usize = 64 * 1024;

#[derive(Clone, Copy)]
enum Callback {
    MakeCall,
    UserStatus,
    Activity,
    Settings,
    Trigger,
}

impl Callback {
    /// Only the last segment counts, since the rest depends on the registration.
    fn at(path: &str) -> Option<Self> {
        let tail = path.trim_end_matches('/').rsplit('/').next()?;
        let is = |known: &str| known.trim_start_matches('/') == tail;
        Some(match tail {
            _ if is(MAKE_CALL_PATH) => Self::MakeCall,
            _ if is(USER_STATUS_PATH) || tail == "status" => Self::UserStatus,
            _ if is(ACTIVITY_PATH) => Self::Activity,
            _ if is(SETTINGS_PATH) => Self::Settings,
            _ if is(TRIGGER_PATH) => Self::Trigger,
            _ => return None,
        })
    }

    /// The CRM's own name of the callback.
    fn name(self) -> &'static str {
        match self {
            Self::MakeCall => "makeCallUrl",
            Self::UserStatus => "changeUserStatusUrl",
            Self::Activity => "activity",
            Self::Settings => "settings",
            Self::Trigger => "trigger",
        }
    }

    fn success_reply(self) -> InboundReply {
        match self {
            Self::MakeCall | Self::UserStatus => InboundReply::new(StatusCode::OK),
            _ => InboundReply::json(StatusCode::OK, &json!({"success": true})),
        }
    }

    /// The reply to an unreadable request. Modules get a reason that quotes nothing.
    fn unreadable(self) -> InboundReply {
        match self {
            Self::Activity | Self::Settings => InboundReply::json(
                StatusCode::BAD_REQUEST,
                &json!({"success": false, "errorMsg": "Wrong data"}),
            ),
            _ => InboundReply::new(StatusCode::BAD_REQUEST),
        }
    }

    /// The names of parameters with the account's `client_id`.
    fn credential_names(self) -> &'static [&'static str] {
        match self {
            Self::Trigger => &["clientId", "secret"],
            _ => &["clientId"],
        }
    }
}

/// Parses a request; the error names neither account nor CRM.
pub(crate) fn parse(
    account: &Account,
    config: &Config,
    request: &InboundRequest,
) -> (InboundReply, Result<InboundEvent>) {
    let Some(callback) = Callback::at(&request.path) else {
        let error = Error::unsupported("unknown path: RetailCRM sends no requests to it")
            .with_hint(
                "RetailCRM uses the addresses of its integration module; run setup to correct them",
            );
        return (InboundReply::not_found(), Err(error));
    };
    let (reply, event) = read(callback, account, config, request);
    (reply, event.map_err(|error| error.with_operation(callback.name())))
}

fn read(
    callback: Callback,
    account: &Account,
    config: &Config,
    request: &InboundRequest,
) -> (InboundReply, Result<InboundEvent>) {
    if let Err(error) = account.allowed_networks().check(request) {
        return (InboundReply::new(StatusCode::FORBIDDEN), Err(error));
    }
    if request.query.len().saturating_add(request.body.len()) > LARGEST {
        let error = Error::input(format!("request too large: must be at most {LARGEST} bytes"));
        return (InboundReply::new(StatusCode::PAYLOAD_TOO_LARGE), Err(error));
    }
    if ![Method::GET, Method::POST].contains(&request.method) {
        let error = Error::input("unsupported method: must be GET or POST");
        return (callback.unreadable(), Err(error));
    }
    let fields = match request.fields() {
        Ok(fields) => fields,
        Err(error) => return (callback.unreadable(), Err(error)),
    };
    if let Err(error) = check_client_id(callback, config.client_id.as_ref(), &fields) {
        return (InboundReply::new(StatusCode::FORBIDDEN), Err(error));
    }
    match Payload::new(account, config, &fields).event(callback) {
        Ok(event) => (callback.success_reply(), Ok(event)),
        Err(error) => (callback.unreadable(), Err(error)),
    }
}

/// Every `clientId` of the request must be the account's, so that a wrong one cannot go unnoticed.
fn check_client_id(callback: Callback, own: Option<&Secret>, fields: &InboundFields) -> Result<()> {
    let Some(own) = own.filter(|own| !own.is_empty()) else {
        return Err(Error::config("missing, so RetailCRM's requests cannot be authenticated")
            .with_key("client_id")
            .with_hint("set at least 128 random bits, and run setup"));
    };
    let mut given = 0_usize;
    let mut same = true;
    for name in callback.credential_names() {
        for value in fields.all(name) {
            given += 1;
            same &= Secret::new(value) == *own;
        }
    }
    let what = match (given, same) {
        (0, _) => "request refused: missing clientId",
        (_, false) => "request refused: its clientId is not the account's",
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::Auth, what)
        .with_hint("if it came from RetailCRM, its module has another client_id: run setup again"))
}
