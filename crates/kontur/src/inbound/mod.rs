//! What Kontur sends us: clicks on numbers and "hang up", schedules, changes of its entities.
//!
//! [`parse`] is pure: a host hands over the request and gets the answer Kontur waits for and what
//! the request means. Do the work after answering: how long Kontur waits is told nowhere.
//!
//! Where exactly Kontur calls an integration is not certain (after the base address, or after it and
//! `/api/v1/{workspace}`), so an address is known by its end:
//!
//! | end of the address | what it brings | what it becomes |
//! | --- | --- | --- |
//! | [`CALL_PATH`] | CALL: somebody clicked on a number or a colleague | [`ClickToCall`] |
//! | [`HANGUP_PATH`], `communications/{id}/hangup` | HANGUP: somebody hung up in Kontur | [`Hangup`] |
//! | `communications/accept`, `…/answer`, also with an id | the button "accept", of which no call is documented | 409 `notSupported` |
//! | [`SYNC_PATH`] | the schedule for reading the PBX's history | [`SyncRequested`] |
//! | [`SETUP_PATH`] | the integration is to be set up | [`Installed`] |
//! | [`UPGRADE_PATH`] | the schedule for looking whether setup has to run again | [`Other`] of this path |
//! | [`EVENTS_PATH`] | an entity changed, by the webhook our setup registers | [`CustomerChanged`], [`Other`] |
//! | anything else | | 404 |
//!
//! # The echo
//!
//! Every answer, refusals included, has the request's [`ECHO`] as it came, whatever it holds; a
//! request without one is answered without one. Kontur repeats a webhook whose echo is missing, and
//! at last sends no more.
//!
//! # What proves a request genuine
//!
//! Nothing: Kontur signs nothing and names no addresses of its own. There is the secret in the
//! account's inbound address, which the host compares before this module is asked, and there is the
//! workspace in the path. Where both the path and the configuration have a name, or both an id, they
//! have to be equal; a name cannot be held against an id, so then nothing is compared. CALL and
//! HANGUP carry an access key besides, handed on as [`InboundEvent::access_key`]: whoever wants to be
//! surer asks Kontur with it. They are refused without key or echo. Webhooks and schedules are not:
//! for them only the echo is documented.
//!
//! # Answers
//!
//! | answer | when |
//! | --- | --- |
//! | 200 `"OK"`, for webhooks and schedules `OK` | it was taken |
//! | 400 | a header or a field is missing without which nothing can be done, it is no JSON, or neither GET nor POST (CALL and HANGUP: no POST) |
//! | 403 | another workspace, or a sender outside `allowed_networks` |
//! | 404 | nothing is here |
//! | 409 `{"status", "message"}` | it was understood and cannot be done |
//! | 413 | too large |
//!
//! # Sources
//!
//! The vendor's documentation of telephony (system calls), of webhooks, and the older, fuller page on
//! integrations (schedules). What is inferred from them: that the echo belongs on refusals too, the
//! verbs of webhooks and schedules, and every answer but 200 and 409 `notSupported`.
//!
//! [`ClickToCall`]: vochi_crm_core::inbound::InboundKind::ClickToCall
//! [`Hangup`]: vochi_crm_core::inbound::InboundKind::Hangup
//! [`SyncRequested`]: vochi_crm_core::inbound::InboundKind::SyncRequested
//! [`Installed`]: vochi_crm_core::inbound::InboundKind::Installed
//! [`CustomerChanged`]: vochi_crm_core::inbound::InboundKind::CustomerChanged
//! [`Other`]: vochi_crm_core::inbound::InboundKind::Other

mod answer;
mod call;
mod clean;
mod place;
mod told;
mod webhook;

use http::{HeaderMap, Method, StatusCode};
use vochi_crm_core::inbound::{InboundEvent, InboundReply, InboundRequest};
use vochi_crm_core::{Account, Error, ErrorKind, Result};

use crate::Config;
use answer::{Outcome, conflict, refused, unreadable};
pub use call::hangup_leg;
use place::{Called, Place};
use told::Told;

/// Where a click on a number comes to.
pub const CALL_PATH: &str = "communications/call";

/// Where "hang up" comes to; the list of methods has `communications/{id}/hangup` instead.
pub const HANGUP_PATH: &str = "communications/hangup";

/// Where the schedule for reading the PBX's history comes to: the relative address to register.
pub const SYNC_PATH: &str = "communications/sync";

/// Where the schedule of upgrades comes to: the relative address to register.
pub const UPGRADE_PATH: &str = "setup/upgrade";

/// Where setup comes to.
pub const SETUP_PATH: &str = "setup";

/// Where changes of entities come to: the relative address to register.
pub const EVENTS_PATH: &str = "crm-callbacks";

/// The header every answer has to bring back.
pub const ECHO: &str = "X-XCOM-Integration-Echo";

/// The header with the key of a system call.
const ACCESS_KEY: &str = "X-XCOM-AccessKey";

/// A system call has four ids at most.
const LARGEST_CALL: usize = 64 * 1024;

/// A change holds an entity twice, before and after, with whatever fields people gave it.
const LARGEST_WEBHOOK: usize = 256 * 1024;

/// Reads a request and says what to answer. The answer to what is refused goes out as well; nothing
/// came of the request then. For hosts that have no connector: `path` of the request is what follows
/// the address Kontur knows as the integration's base, whose secret the host has compared.
///
/// # A click
///
/// A click is for the extension of `fromUserId`, which the account's directory knows. With a
/// `clientPhone` it is an outside call, read as the account reads numbers; what is none is kept as it
/// came. Without one, `toUserId` is a colleague: `phone` is then their
/// [extension](vochi_crm_core::Party::Extension). A user without an extension is answered with 409
/// `notFound` at once, so that Kontur says so instead of showing a call that never begins, and the
/// host gets an error that names the user. A host that rings users otherwise than by an inner number
/// gives each of them a mark of its own as an extension. The call goes on under its
/// `communicationId`, which is in [`InboundEvent::crm_call_id`]; a repeat has the same id and must
/// not ring twice.
///
/// # A hang-up
///
/// It names the leg by the id call-event was sent with: [`hangup_leg`]. A leg that is over already is
/// a success.
///
/// # Webhooks and schedules
///
/// A contact or company that was made, changed, deleted or restored is a changed customer. Any other
/// change has the word `deal.patch`, of what it is and what happened; a tie has `link` or `unlink`,
/// and the client among its two ends as the entity.
///
/// A change has the event's own id, so a repeat is known by it; of an entity there is what the event
/// tells (`changeData`, in [`InboundEvent::raw`] without texts of more than 4 KiB). A schedule has none: its id is made of the echo, which differs
/// from request to request; where there is no echo, all of them have one id, and a host must not
/// remember it for longer than the schedule's period.
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
    let place = Place::of(&request.path);
    let (mut reply, event) = match &place {
        None => {
            let error = Error::unsupported("Kontur sends nothing to this address")
                .with_hint("setup registers the addresses Kontur knows");
            (InboundReply::not_found(), Err(error))
        }
        Some(place) => match read(account, config, place, request) {
            Ok(event) => (place.called.yes(), Ok(event)),
            Err(refusal) => (refusal.reply, Err(refusal.error.with_operation(place.called.name()))),
        },
    };
    echo(&request.headers, &mut reply.headers);
    let event = event.map_err(|error| error.with_account(crate::CRM, account.name().clone()));
    (reply, event)
}

/// The one place where an answer gets the echo, so that none can go without it.
fn echo(from: &HeaderMap, to: &mut HeaderMap) {
    for value in from.get_all(ECHO) {
        to.append(ECHO, value.clone());
    }
}

fn read(account: &Account, config: &Config, place: &Place, request: &InboundRequest) -> Outcome {
    if let Err(error) = account.allowed_networks().check(request) {
        return Err(refused(StatusCode::FORBIDDEN, error));
    }
    if place.is_of_another_workspace(&config.workspace) {
        let error = Error::new(ErrorKind::Auth, "the request is for another workspace");
        let error = error.with_hint("if it came from Kontur, check workspace, or run setup again");
        return Err(refused(StatusCode::FORBIDDEN, error));
    }
    let largest = match place.called {
        Called::Accept => {
            let error = Error::unsupported("Kontur asked to accept a call");
            return Err(conflict("notSupported", "Accepting is not supported", error));
        }
        Called::Call | Called::Hangup => LARGEST_CALL,
        _ => LARGEST_WEBHOOK,
    };
    if request.query.len().saturating_add(request.body.len()) > largest {
        let error = Error::input(format!("the request has more than {largest} bytes"));
        return Err(refused(StatusCode::PAYLOAD_TOO_LARGE, error));
    }
    let is_system_call = matches!(place.called, Called::Call | Called::Hangup);
    match request.method {
        Method::POST => {}
        Method::GET if !is_system_call => {}
        _ => return Err(unreadable("the request has a method Kontur does not use")),
    }
    if is_system_call && !call::has_both_headers(&request.headers) {
        return Err(unreadable(
            "the request has no single X-XCOM-AccessKey and X-XCOM-Integration-Echo",
        ));
    }
    let told = Told::new(account, config, request);
    match place.called {
        Called::Call => call::click(told, &request.headers),
        Called::Hangup => call::hangup(told, place.call.as_deref(), &request.headers),
        Called::Events => webhook::change(told),
        _ => Ok(webhook::schedule(place.called, told)),
    }
}
