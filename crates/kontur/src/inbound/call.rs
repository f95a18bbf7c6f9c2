//! System calls: somebody presses a button in Kontur.

use http::HeaderMap;
use vochi_crm_core::inbound::{InboundEvent, InboundKind};
use vochi_crm_core::{Error, LegId, Party, Secret};

use super::answer::{Outcome, Refusal, conflict, unreadable};
use super::told::{Told, text_of};
use super::{ACCESS_KEY, ECHO};
use crate::model::{CommunicationId, UserId};

/// The leg's field, by Kontur's own name.
const LEG: &str = "realtimeCallItemId";

const NO_EXTENSION: &str = "No extension for user";

/// The leg a [hang-up](InboundKind::Hangup) is about, as call-event named it in
/// `realtimeCallItemId`; among the event's own fields it stands under that name. `None` where the
/// request named only the call: then all of it is meant.
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

/// A leg's id; should it come back with a prefix, as ids of calls do, without it.
fn leg(text: &str) -> Option<LegId> {
    LegId::new(text.split_once('/').map_or(text, |(_, raw)| raw)).ok()
}

/// The one value of a header, if it is text and not empty.
fn only(headers: &HeaderMap, name: &str) -> Option<Secret> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.any(|other| other != first) {
        return None;
    }
    let text = first.to_str().ok()?.trim();
    (!text.is_empty()).then(|| Secret::new(text))
}

/// Whether a system call has what every one has. The echo may be anything but nothing.
pub(super) fn has_both_headers(headers: &HeaderMap) -> bool {
    let echo = headers.get(ECHO).is_some_and(|echo| !echo.is_empty());
    echo && only(headers, ACCESS_KEY).is_some()
}

/// Whom the click is to reach.
enum Target {
    Outside(Party, String),
    Colleague(UserId),
}

pub(super) fn click(told: Told<'_>, headers: &HeaderMap) -> Outcome {
    if told.body().is_none() {
        return Err(unreadable("the click is no JSON object"));
    }
    let call = told.text("communicationId").map(CommunicationId::new);
    let Some(Ok(call)) = call else {
        return Err(unreadable("the click has no communicationId"));
    };
    let Some(user) = told.user("fromUserId") else {
        return Err(unreadable("nothing in the click says who clicked"));
    };
    let target = target(&told)?;
    let Some(extension) = told.extension_of(&user) else {
        return Err(without_extension(&user, "clicked"));
    };
    let (phone, raw) = match target {
        Target::Outside(phone, raw) => (phone, Some(raw)),
        Target::Colleague(colleague) => {
            let Some(extension) = told.extension_of(&colleague) else {
                return Err(without_extension(&colleague, "is to be called"));
            };
            (Party::Extension(extension), None)
        }
    };
    let (Ok(user), Ok(crm_call_id)) = (user.to_common(), call.to_common()) else {
        return Err(unreadable("the click has ids that are none"));
    };
    let mut event = told.event_of(InboundKind::ClickToCall, &[call.as_str()]);
    event.phone = Some(phone);
    event.phone_raw = raw;
    event.user_id = Some(user);
    event.extension = Some(extension);
    event.crm_call_id = Some(crm_call_id);
    event.access_key = only(headers, ACCESS_KEY);
    Ok(event)
}

/// The documented sample has both a client and a colleague: then the client is meant.
fn target(told: &Told<'_>) -> Result<Target, Box<Refusal>> {
    let nobody = |message, error| conflict("invalidArgs", message, Error::input(error));
    if let Some(number) = told.text("clientPhone") {
        let phone = told.party(&number);
        // A colleague is not called instead: that is not what was clicked.
        if !number.contains(char::is_numeric) || phone == Party::Hidden {
            return Err(nobody("clientPhone is no number", "what was clicked is no number"));
        }
        return Ok(Target::Outside(phone, number));
    }
    told.user("toUserId").map(Target::Colleague).ok_or_else(|| {
        nobody("Neither clientPhone nor toUserId", "nothing in the click says whom to call")
    })
}

fn without_extension(user: &UserId, what: &str) -> Box<Refusal> {
    let error = Error::input(format!("user {user} {what} and has no extension"))
        .with_hint("give the user one under `extensions`: Kontur itself knows no extensions");
    conflict("notFound", NO_EXTENSION, error)
}

pub(super) fn hangup(told: Told<'_>, call: Option<&str>, headers: &HeaderMap) -> Outcome {
    if told.body().is_none() {
        return Err(unreadable("the hang-up is no JSON object"));
    }
    let call = call.and_then(|id| CommunicationId::new(told.redact(id)).ok());
    let leg = told.text(LEG).as_deref().and_then(leg);
    if leg.is_none() && told.names(LEG) {
        // Without it the whole call would be hung up.
        return Err(unreadable("the leg to hang up cannot be read"));
    }
    let user = told.user("userId");
    let extension = user.as_ref().and_then(|user| told.extension_of(user));
    // One leg is one hang-up, whichever form of the address it came by.
    let (by, what) = match (&leg, &call) {
        (Some(leg), _) => ("leg", leg.as_str()),
        (None, Some(call)) => ("call", call.as_str()),
        (None, None) => return Err(unreadable("nothing in the request says what to hang up")),
    };
    let mut event = told.event_of(InboundKind::Hangup, &[by, what]);
    event.user_id = user.and_then(|user| user.to_common().ok());
    event.extension = extension;
    event.crm_call_id = call.as_ref().and_then(|call| call.to_common().ok());
    event.access_key = only(headers, ACCESS_KEY);
    Ok(event)
}
