//! What RetailCRM sends us: clicks on numbers, statuses of users, news of our module, triggers.
//!
//! The addresses behind the account's inbound address, by their last segment. Everything comes as a
//! GET with a query or a POST with a form, under the same names; RetailCRM promises neither, so
//! either is read, and what is missing is missed only where nothing can be done without it.
//!
//! | address | what it brings |
//! | --- | --- |
//! | [`MAKE_CALL_PATH`] | a click: `phone`, `code`, `userId`, `externalPhone` |
//! | [`USER_STATUS_PATH`] | a user's status: `userId`, `code`, `status` |
//! | [`ACTIVITY_PATH`] | our module was switched on, off, frozen: `activity`, `systemUrl` |
//! | [`SETTINGS_PATH`] | the account's settings: `settings` |
//! | [`TRIGGER_PATH`] | whatever a trigger of the account tells, by our template |
//!
//! Nothing is signed. `clientId`, the account's `client_id`, is all that proves a request genuine:
//! without it, or with another, the reply is an empty 403. So it is for a request from outside the
//! account's `allowed_networks`.
//!
//! # Triggers
//!
//! RetailCRM has no webhooks of its own making, but an administrator can add a trigger that sends an
//! HTTP request. Ours is a form of these parameters, each optional except the first two:
//!
//! | parameter | value |
//! | --- | --- |
//! | `secret` | the account's `client_id`; `clientId` is read too |
//! | `event` | `customer.created` and `customer.changed`, the same with `customer_corporate`, or any word of your own, as `order.status` |
//! | `customer_id`, `order_id` | whom or what it is about |
//! | `manager_id` | the responsible user |
//! | `phone` | a number |
//!
//! Others, such as `status` and `site`, are handed on as they are. Two requests with the same values
//! are one event: put the time of the change into one of them.
//!
//! # Sources
//!
//! `makeCallUrl` and `changeUserStatusUrl`: the article on the telephony API in RetailCRM's
//! documentation for developers, and what accounts send. Module callbacks: `IntegrationModule` and
//! `Settings` of RetailCRM's PHP client, `Activity` of its Go client.

mod fields;
mod payload;

use http::{Method, StatusCode};
use serde_json::json;
use vochi_crm_core::inbound::{InboundEvent, InboundFields, InboundReply, InboundRequest};
use vochi_crm_core::{Account, Error, ErrorKind, Result, Secret};

use crate::Config;
use payload::Payload;

/// Where a click on a number comes to: the end of the module's `makeCallUrl`.
pub const MAKE_CALL_PATH: &str = "/make-call";

/// Where a user's new status comes to: the end of the module's `changeUserStatusUrl`. `/status`, as
/// some modules were registered by hand, is understood too.
pub const USER_STATUS_PATH: &str = "/user-status";

/// Where the module's own state comes to: the action `activity`.
pub const ACTIVITY_PATH: &str = "/activity";

/// Where the account's settings come to: the action `settings`.
pub const SETTINGS_PATH: &str = "/settings";

/// Where a trigger by our template sends its request.
pub const TRIGGER_PATH: &str = "/trigger";

/// Query and body together: far more than any of these requests has.
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
    /// By the last segment: how an address begins is the business of whoever registered it.
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

    /// The CRM's own name for it.
    fn name(self) -> &'static str {
        match self {
            Self::MakeCall => "makeCallUrl",
            Self::UserStatus => "changeUserStatusUrl",
            Self::Activity => "activity",
            Self::Settings => "settings",
            Self::Trigger => "trigger",
        }
    }

    fn yes(self) -> InboundReply {
        match self {
            Self::MakeCall | Self::UserStatus => InboundReply::new(StatusCode::OK),
            _ => InboundReply::json(StatusCode::OK, &json!({"success": true})),
        }
    }

    /// The reply to a request that cannot be read. Modules say why, in words that repeat nothing.
    fn unreadable(self) -> InboundReply {
        match self {
            Self::Activity | Self::Settings => InboundReply::json(
                StatusCode::BAD_REQUEST,
                &json!({"success": false, "errorMsg": "Wrong data"}),
            ),
            _ => InboundReply::new(StatusCode::BAD_REQUEST),
        }
    }

    /// Under which names it carries the account's `client_id`.
    fn proofs(self) -> &'static [&'static str] {
        match self {
            Self::Trigger => &["clientId", "secret"],
            _ => &["clientId"],
        }
    }
}

/// Reads a request; the error names neither account nor CRM.
pub(crate) fn parse(
    account: &Account,
    config: &Config,
    request: &InboundRequest,
) -> (InboundReply, Result<InboundEvent>) {
    let Some(callback) = Callback::at(&request.path) else {
        let error = Error::unsupported("RetailCRM sends nothing to this address").with_hint(
            "the addresses RetailCRM knows are in its integration module; setup registers ours",
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
        let error = Error::input(format!("the request has more than {LARGEST} bytes"));
        return (InboundReply::new(StatusCode::PAYLOAD_TOO_LARGE), Err(error));
    }
    if ![Method::GET, Method::POST].contains(&request.method) {
        let error = Error::input("the request is neither a GET nor a POST");
        return (callback.unreadable(), Err(error));
    }
    let fields = match request.fields() {
        Ok(fields) => fields,
        Err(error) => return (callback.unreadable(), Err(error)),
    };
    if let Err(error) = check_proof(callback, config.client_id.as_ref(), &fields) {
        return (InboundReply::new(StatusCode::FORBIDDEN), Err(error));
    }
    match Payload::new(account, config, &fields).event(callback) {
        Ok(event) => (callback.yes(), Ok(event)),
        Err(error) => (callback.unreadable(), Err(error)),
    }
}

/// Every `clientId` of the request has to be the account's, so that none can hide behind another.
fn check_proof(callback: Callback, own: Option<&Secret>, fields: &InboundFields) -> Result<()> {
    let Some(own) = own.filter(|own| !own.is_empty()) else {
        return Err(Error::config(
            "missing: only it proves that a request of RetailCRM is genuine",
        )
        .with_key("client_id")
        .with_hint("set at least 128 random bits, and register the telephony with them"));
    };
    let mut given = 0_usize;
    let mut same = true;
    for name in callback.proofs() {
        for value in fields.all(name) {
            given += 1;
            same &= Secret::new(value) == *own;
        }
    }
    let what = match (given, same) {
        (0, _) => "the request carries no clientId",
        (_, false) => "the request carries a clientId that is not the account's",
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::Auth, what).with_hint(
        "if it came from RetailCRM, its module has another client_id: register the telephony again",
    ))
}
