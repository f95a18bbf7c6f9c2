//! System calls: clicks on buttons in Kontur.

use http::HeaderMap;
use vochi_crm_core::inbound::{InboundEvent, InboundKind};
use vochi_crm_core::{Error, LegId, Party, Secret};

use super::payload::{Payload, text_of};
use super::reply::{Outcome, Refusal, conflict, unreadable};
use super::{ACCESS_KEY, ECHO};
use crate::model::{CommunicationId, UserId};

/// Kontur's name of the leg id field.
const LEG: &str = "realtimeCallItemId";

const NO_EXTENSION: &str = "No extension for user";

/// Returns the leg of a [hang-up](InboundKind::Hangup), by the id sent with call-event.
///
/// It is the field `realtimeCallItemId` among the event's raw fields. `None` if the request
/// contains only the call: the whole call is meant.
///
/// ```
/// use vochi_crm_core::inbound::{InboundEvent, InboundKind};
/// use vochi_crm_kontur::inbound::hangup_leg;
/// let mut event = InboundEvent::new(InboundKind::Hangup, "1");
/// assert_eq!(hangup_leg(&event), None);
/// event.raw.insert("realtimeCallItemId".to_owned(), "1763631515.43".into());
/// assert_eq!(hangup_leg(&event).unwrap().as_str(), "1763631515.43");
/// ```
pub fn hangup_leg(event: &InboundEvent) -> Option<LegId> {
    leg(&text_of(event.raw.get(LEG)?)?)
}

/// Parses a leg id, without a prefix as call ids may have.
fn leg(text: &str) -> Option<LegId> {
    LegId::new(text.split_once('/').map_or(text, |(_, raw)| raw)).ok()
}

/// Returns the single value of a header, if it is non-empty text.
fn single_header(headers: &HeaderMap, name: &str) -> Option<Secret> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.any(|other| other != first) {
        return None;
    }
    let text = first.to_str().ok()?.trim();
    (!text.is_empty()).then(|| Secret::new(text))
}

/// Returns true if a system call has its required headers. The echo may be any non-empty value.
pub(super) fn has_both_headers(headers: &HeaderMap) -> bool {
    let echo = headers.get(ECHO).is_some_and(|echo| !echo.is_empty());
    echo && single_header(headers, ACCESS_KEY).is_some()
}

/// The party a click should reach.
enum Target {
    Outside(Party, String),
    Colleague(UserId),
}

pub(super) fn click(payload: Payload<'_>, headers: &HeaderMap) -> Outcome {
    if payload.body().is_none() {
        return Err(unreadable("invalid click: the body must be a JSON object"));
    }
    let call = payload.text("communicationId").map(CommunicationId::new);
    let Some(Ok(call)) = call else {
        return Err(unreadable("invalid click: missing communicationId"));
    };
    let Some(user) = payload.user("fromUserId") else {
        return Err(unreadable("invalid click: missing fromUserId"));
    };
    let target = target(&payload)?;
    let Some(extension) = payload.extension_of(&user) else {
        return Err(without_extension("clicking user", &user));
    };
    let (phone, raw) = match target {
        Target::Outside(phone, raw) => (phone, Some(raw)),
        Target::Colleague(colleague) => {
            let Some(extension) = payload.extension_of(&colleague) else {
                return Err(without_extension("called user", &colleague));
            };
            (Party::Extension(extension), None)
        }
    };
    let (Ok(user), Ok(crm_call_id)) = (user.to_common(), call.to_common()) else {
        return Err(unreadable("invalid click: invalid ids"));
    };
    let mut event = payload.event_of(InboundKind::ClickToCall, &[call.as_str()]);
    event.phone = Some(phone);
    event.phone_raw = raw;
    event.user_id = Some(user);
    event.extension = Some(extension);
    event.crm_call_id = Some(crm_call_id);
    event.access_key = single_header(headers, ACCESS_KEY);
    Ok(event)
}

/// Returns the clicked party. The documented sample has both a client and a colleague: the client
/// is meant.
fn target(payload: &Payload<'_>) -> Result<Target, Box<Refusal>> {
    let invalid = |message, error| conflict("invalidArgs", message, Error::input(error));
    if let Some(number) = payload.text("clientPhone") {
        let phone = payload.party(&number);
        // Calling the colleague instead would not be what the user clicked.
        if !number.contains(char::is_numeric) || phone == Party::Hidden {
            return Err(invalid(
                "clientPhone is no number",
                "invalid click: clientPhone is not a number",
            ));
        }
        return Ok(Target::Outside(phone, number));
    }
    payload.user("toUserId").map(Target::Colleague).ok_or_else(|| {
        invalid(
            "Neither clientPhone nor toUserId",
            "invalid click: neither clientPhone nor toUserId",
        )
    })
}

fn without_extension(what: &str, user: &UserId) -> Box<Refusal> {
    let error = Error::input(format!("{what} {user} has no extension"))
        .with_hint("add the user to `extensions`: Kontur has no extensions");
    conflict("notFound", NO_EXTENSION, error)
}

pub(super) fn hangup(payload: Payload<'_>, call: Option<&str>, headers: &HeaderMap) -> Outcome {
    if payload.body().is_none() {
        return Err(unreadable("invalid hang-up: the body must be a JSON object"));
    }
    let call = call.and_then(|id| CommunicationId::new(payload.redact(id)).ok());
    let leg = payload.text(LEG).as_deref().and_then(leg);
    if leg.is_none() && payload.has_field(LEG) {
        // Without the leg, the whole call would be hung up.
        return Err(unreadable("invalid hang-up: unreadable leg id"));
    }
    let user = payload.user("userId");
    let extension = user.as_ref().and_then(|user| payload.extension_of(user));
    // A hang-up of one leg has one id, regardless of the URL form.
    let (by, what) = match (&leg, &call) {
        (Some(leg), _) => ("leg", leg.as_str()),
        (None, Some(call)) => ("call", call.as_str()),
        (None, None) => return Err(unreadable("invalid hang-up: neither a leg nor a call id")),
    };
    let mut event = payload.event_of(InboundKind::Hangup, &[by, what]);
    event.user_id = user.and_then(|user| user.to_common().ok());
    event.extension = extension;
    event.crm_call_id = call.as_ref().and_then(|call| call.to_common().ok());
    event.access_key = single_header(headers, ACCESS_KEY);
    Ok(event)
}
