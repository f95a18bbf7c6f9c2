//! Requests from Kontur: click-to-call, hang-up, schedules and changes of entities.
//!
//! [`parse`] is pure: a host passes the request and gets the reply and the event. Send the reply
//! before processing the event: Kontur's timeout is not documented.
//!
//! It is not certain whether Kontur appends paths to the base URL or to the base URL with
//! `/api/v1/{workspace}`, so a path is matched by its end:
//!
//! | end of the path | request | event kind |
//! | --- | --- | --- |
//! | [`CALL_PATH`] | CALL: a user clicked a number or a colleague | [`ClickToCall`] |
//! | [`HANGUP_PATH`], `communications/{id}/hangup` | HANGUP: a user hung up in Kontur | [`Hangup`] |
//! | `communications/accept`, `…/answer`, also with an id | the button "accept", whose request is not documented | 409 `notSupported` |
//! | [`SYNC_PATH`] | the schedule for reading the PBX's history | [`SyncRequested`] |
//! | [`SETUP_PATH`] | setup of the integration | [`Installed`] |
//! | [`UPGRADE_PATH`] | the schedule for checking whether setup must run again | [`Other`] of this path |
//! | [`EVENTS_PATH`] | an entity changed; our setup registers this webhook | [`CustomerChanged`], [`Other`] |
//! | anything else | | 404 |
//!
//! # The echo
//!
//! Every reply, refusals included, returns the request's [`ECHO`] unchanged; a request without one
//! gets a reply without one. Kontur repeats a webhook whose echo is missing, and eventually stops
//! sending.
//!
//! # Authenticity
//!
//! Kontur signs nothing and publishes no sender addresses. The host compares the secret in the
//! account's inbound URL before it calls this module. This module compares the workspace in the
//! path with the configuration if both are names or both are ids. CALL and HANGUP also carry an
//! access key, passed on as [`InboundEvent::access_key`], with which a host can verify the request
//! at Kontur. They are refused without key or echo. Webhooks and schedules are accepted without
//! them, because only the echo is documented.
//!
//! # Replies
//!
//! | reply | condition |
//! | --- | --- |
//! | 200 `"OK"`, for webhooks and schedules `OK` | accepted |
//! | 400 | a required header or field is missing, the body is not JSON, or the method is not GET or POST (CALL and HANGUP: not POST) |
//! | 403 | another workspace, or a sender outside `allowed_networks` |
//! | 404 | unknown path |
//! | 409 `{"status", "message"}` | valid, but cannot be carried out |
//! | 413 | too large |
//!
//! # Sources
//!
//! The vendor's documentation of telephony (system calls), of webhooks, and the older, fuller page
//! on integrations (schedules). Inferred from them: the echo on refusals, the methods of webhooks
//! and schedules, and every status except 200 and 409 `notSupported`.
//!
//! [`ClickToCall`]: vochi_crm_core::inbound::InboundKind::ClickToCall
//! [`Hangup`]: vochi_crm_core::inbound::InboundKind::Hangup
//! [`SyncRequested`]: vochi_crm_core::inbound::InboundKind::SyncRequested
//! [`Installed`]: vochi_crm_core::inbound::InboundKind::Installed
//! [`CustomerChanged`]: vochi_crm_core::inbound::InboundKind::CustomerChanged
//! [`Other`]: vochi_crm_core::inbound::InboundKind::Other

mod call;
mod payload;
mod redaction;
mod reply;
mod route;
mod webhook;

use http::{HeaderMap, Method, StatusCode};
use vochi_crm_core::inbound::{InboundEvent, InboundReply, InboundRequest};
use vochi_crm_core::{Account, Error, ErrorKind, Result};

use crate::Config;
pub use call::hangup_leg;
use payload::Payload;
use reply::{Outcome, conflict, refused, unreadable};
use route::{Route, RouteKind};

/// The path of a click-to-call.
pub const CALL_PATH: &str = "communications/call";

/// The path of a hang-up; the list of methods has `communications/{id}/hangup` instead.
pub const HANGUP_PATH: &str = "communications/hangup";

/// The path of the schedule for reading the PBX's history, relative to the base URL.
pub const SYNC_PATH: &str = "communications/sync";

/// The path of the schedule for upgrades, relative to the base URL.
pub const UPGRADE_PATH: &str = "setup/upgrade";

/// The path of a setup request.
pub const SETUP_PATH: &str = "setup";

/// The path of webhooks about changed entities, relative to the base URL.
pub const EVENTS_PATH: &str = "crm-callbacks";

/// The header that every reply returns.
pub const ECHO: &str = "X-XCOM-Integration-Echo";

/// The header with the access key of a system call.
const ACCESS_KEY: &str = "X-XCOM-AccessKey";

/// The size limit of a system call, which contains at most four ids.
const LARGEST_CALL: usize = 64 * 1024;

/// The size limit of a webhook: a change contains the entity twice, with custom fields.
const LARGEST_WEBHOOK: usize = 256 * 1024;

/// Parses a request and returns the reply with the event or an error.
///
/// Send the reply in either case. For hosts without a connector: `path` of the request is the part
/// after the base URL known to Kontur, whose secret the host has already compared.
///
/// # A click
///
/// A click is for the extension of `fromUserId`, from the account's directory. `clientPhone` is an
/// outside number, parsed with the account's rules; an unparsed one is kept as received. Without
/// it, `toUserId` is a colleague: `phone` is then their
/// [extension](vochi_crm_core::Party::Extension). A user without an extension gets 409 `notFound`
/// at once, so that Kontur shows it instead of a call that never starts, and the host gets an error
/// that names the user. A host without extensions gives each user a unique value as an extension.
/// The call continues under its `communicationId`, which is in [`InboundEvent::crm_call_id`]; a
/// repeat has the same id and must not ring twice.
///
/// # A hang-up
///
/// [`hangup_leg`] returns the leg, by the id sent with call-event. Hanging up a finished leg is a
/// success.
///
/// # Webhooks and schedules
///
/// A created, changed, deleted or restored contact or company is a changed customer. Any other
/// change has the kind `deal.patch`, of entity and change; a link has `link` or `unlink`, with the
/// client of its two ends as the entity.
///
/// A change has the event's own id, so a repeat is detected by it. The entity's data is in
/// `changeData` of [`InboundEvent::raw`], without texts of more than 4 KiB. A schedule has an id
/// derived from the echo, which differs between requests; without an echo all schedules share one
/// id, so a host must not remember it for longer than the schedule's period.
///
/// ```
/// use http::{HeaderMap, HeaderValue, Method};
/// use vochi_crm_core::AccountConfig;
/// use vochi_crm_core::inbound::{InboundKind, InboundRequest};
/// use vochi_crm_kontur::{Config, inbound};
///
/// # fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let user = "a1b2c3d4-1111-4a4a-8b8b-000000000101";
/// let account: AccountConfig =
///     serde_json::from_str(&format!(r#"{{"extensions": {{"101": "{user}"}}}}"#))?;
/// let account = account.account("office")?;
/// let config: Config = serde_json::from_str(r#"{"workspace": "vochi-demo"}"#)?;
/// let mut headers = HeaderMap::new();
/// headers.insert("x-xcom-accesskey", HeaderValue::from_static("invented-key"));
/// headers.insert(inbound::ECHO, HeaderValue::from_static("echo-1"));
/// let body = format!(
///     r#"{{"communicationId": "3f0c2a54", "fromUserId": "{user}", "clientPhone": "+375291112233"}}"#
/// );
/// let path = "/api/v1/vochi-demo/communications/call";
/// let request = InboundRequest::new(Method::POST, path, "", headers, body);
///
/// let (reply, event) = inbound::parse(&account, &config, &request);
/// let event = event?;
/// assert_eq!(reply.body, "\"OK\"");
/// assert_eq!(reply.headers[inbound::ECHO], "echo-1");
/// assert_eq!(event.kind, InboundKind::ClickToCall);
/// assert_eq!(event.extension.map(|own| own.to_string()).as_deref(), Some("101"));
/// # Ok(())
/// # }
/// # run().unwrap();
/// ```
pub fn parse(
    account: &Account,
    config: &Config,
    request: &InboundRequest,
) -> (InboundReply, Result<InboundEvent>) {
    let route = Route::of(&request.path);
    let (mut reply, event) = match &route {
        None => {
            let error = Error::unsupported("unknown path: Kontur sends nothing to it")
                .with_hint("run setup to register the paths Kontur calls");
            (InboundReply::not_found(), Err(error))
        }
        Some(route) => match read(account, config, route, request) {
            Ok(event) => (route.kind.success_reply(), Ok(event)),
            Err(refusal) => (refusal.reply, Err(refusal.error.with_operation(route.kind.name()))),
        },
    };
    echo(&request.headers, &mut reply.headers);
    let event = event.map_err(|error| error.with_account(crate::CRM, account.name().clone()));
    (reply, event)
}

/// Copies the echo to the reply. All replies pass through here.
fn echo(from: &HeaderMap, to: &mut HeaderMap) {
    for value in from.get_all(ECHO) {
        to.append(ECHO, value.clone());
    }
}

fn read(account: &Account, config: &Config, route: &Route, request: &InboundRequest) -> Outcome {
    if let Err(error) = account.allowed_networks().check(request) {
        return Err(refused(StatusCode::FORBIDDEN, error));
    }
    if route.is_of_another_workspace(&config.workspace) {
        let error =
            Error::new(ErrorKind::Auth, "cannot accept the request: it is for another workspace");
        let error = error.with_hint("if it came from Kontur, check workspace, or run setup again");
        return Err(refused(StatusCode::FORBIDDEN, error));
    }
    let largest = match route.kind {
        RouteKind::Accept => {
            let error = Error::unsupported("cannot accept a call on request of Kontur");
            return Err(conflict("notSupported", "Accepting is not supported", error));
        }
        RouteKind::Call | RouteKind::Hangup => LARGEST_CALL,
        _ => LARGEST_WEBHOOK,
    };
    if request.query.len().saturating_add(request.body.len()) > largest {
        let error = Error::input(format!("request too large: more than {largest} bytes"));
        return Err(refused(StatusCode::PAYLOAD_TOO_LARGE, error));
    }
    let is_system_call = matches!(route.kind, RouteKind::Call | RouteKind::Hangup);
    match request.method {
        Method::POST => {}
        Method::GET if !is_system_call => {}
        _ => return Err(unreadable("invalid method: Kontur does not use it")),
    }
    if is_system_call && !call::has_both_headers(&request.headers) {
        return Err(unreadable(
            "missing or repeated header X-XCOM-AccessKey or X-XCOM-Integration-Echo",
        ));
    }
    let payload = Payload::new(account, config, request);
    match route.kind {
        RouteKind::Call => call::click(payload, &request.headers),
        RouteKind::Hangup => call::hangup(payload, route.call.as_deref(), &request.headers),
        RouteKind::Events => webhook::change(payload),
        _ => Ok(webhook::schedule(route.kind, payload)),
    }
}
