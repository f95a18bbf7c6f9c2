//! Maps the common model to RetailCRM's terms.

use vochi_crm_core::{
    CrmUser, Cx, Direction, Directory, Error, Outcome, Party, Reason, Text, Warning, WarningKind,
};

use url::{Host, Url};

use crate::api::SendCallEvent;
use crate::model::{
    CallDirection, CallEventResponse, CallResult, CallUpload, HangupStatus, PhoneText, User, UserId,
};

/// How a live call ended. A message left is no answer to a human.
pub(super) fn hangup_status(outcome: Outcome, reason: Option<Reason>) -> HangupStatus {
    match (outcome, reason) {
        (Outcome::Answered, _) => HangupStatus::Answered,
        (Outcome::Busy, _) => HangupStatus::Busy,
        (Outcome::Cancelled, _) => HangupStatus::Cancel,
        (Outcome::Failed, _) => HangupStatus::Failed,
        (Outcome::Missed | Outcome::NoAnswer, Some(Reason::CallerGaveUp)) => HangupStatus::Cancel,
        (Outcome::Missed | Outcome::NoAnswer, Some(Reason::Busy | Reason::Refused)) => {
            HangupStatus::Busy
        }
        (Outcome::Missed | Outcome::NoAnswer, Some(Reason::Unavailable)) => HangupStatus::Failed,
        _ => HangupStatus::NoAnswered,
    }
}

/// How a call stands in the history. It has no word for a caller who gave up.
pub(super) fn result(outcome: Outcome, reason: Option<Reason>) -> CallResult {
    match (outcome, reason) {
        (Outcome::Answered, _) => CallResult::Answered,
        (Outcome::Busy, _) => CallResult::Busy,
        (Outcome::Failed, _) => CallResult::Failed,
        (Outcome::Missed | Outcome::NoAnswer, Some(Reason::Busy | Reason::Refused)) => {
            CallResult::Busy
        }
        (Outcome::Missed | Outcome::NoAnswer, Some(Reason::Unavailable)) => CallResult::Failed,
        _ => CallResult::NoAnswer,
    }
}

/// The direction in the history; internal calls have none.
pub(super) fn direction(direction: Direction) -> Option<CallDirection> {
    match direction {
        Direction::Inbound => Some(CallDirection::In),
        Direction::Outbound => Some(CallDirection::Out),
        _ => None,
    }
}

/// The client's number as it goes out, or why none does.
pub(super) fn phone(client: &Party, cx: &Cx) -> Option<PhoneText> {
    let warning = match client {
        Party::Number(number) => return Some(PhoneText::from(*number)),
        Party::Raw(raw) => match PhoneText::digits_of(raw) {
            Some(digits) => {
                cx.warn(
                    WarningKind::UnreadableNumber,
                    format!("{raw:?} is no valid number; it went out as {}", digits.as_str()),
                );
                return Some(digits);
            }
            None => Warning::new(
                WarningKind::UnreadableNumber,
                format!("{raw:?} is no number and RetailCRM takes nothing else; nothing was sent"),
            ),
        },
        Party::Extension(extension) => Warning::new(
            WarningKind::NothingToSend,
            format!("{extension} is an extension: an internal call, which RetailCRM is not told"),
        ),
        _ => Warning::new(
            WarningKind::HiddenNumber,
            "the caller hides the number, without which RetailCRM takes no call; nothing was sent",
        ),
    };
    cx.add_warnings([warning]);
    None
}

/// Warns of the extensions and users RetailCRM does not know. An employee is named in an event by
/// extension and by user, and one of the two is enough to be notified.
pub(super) fn unknown_employees(
    request: &SendCallEvent,
    response: &CallEventResponse,
    directory: &Directory<UserId>,
) -> Vec<Warning> {
    let unknown_code = |code: &str| response.unknown_codes.iter().any(|it| it == code);
    let unknown_user = |user: &str| response.unknown_users.iter().any(|it| it == user);
    let codes = response.unknown_codes.iter().map(|code| {
        let extension = request.codes.iter().find(|it| it.as_str() == code.as_str());
        let user = extension.and_then(|extension| directory.user_of(extension));
        let notified = user.filter(|user| !unknown_user(&user.to_string()));
        let notified = notified.map(|user| format!("user {user}"));
        (format!("extension {code}"), notified)
    });
    let users = response.unknown_users.iter().map(|user| {
        let own = request.codes.iter().find(|code| {
            let mapped = directory.user_of(code);
            mapped.is_some_and(|mapped| mapped.to_string() == *user) && !unknown_code(code.as_str())
        });
        (format!("user {user}"), own.map(|code| format!("extension {code}")))
    });
    let warning = |(unknown, notified): (String, Option<String>)| {
        let effect = match notified {
            Some(notified) => format!("the employee was notified as {notified}"),
            None => "no employee was notified for it".to_owned(),
        };
        let text = format!("{unknown} is unknown to RetailCRM; {effect}");
        Warning::new(WarningKind::UnknownToCrm, text)
    };
    codes.chain(users).map(warning).collect()
}

/// Adds the address of the recording. RetailCRM's page is https, and browsers do not play a recording
/// at a plain `http` address in it: such an address is sent with a warning. Loopback counts as https.
pub(super) fn with_recording(call: CallUpload, address: &Url, cx: &Cx) -> CallUpload {
    let is_loopback = match address.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if address.scheme() == "http" && !is_loopback {
        cx.warn(
            WarningKind::InsecureRecording,
            "the recording has a plain http address, which browsers do not play in RetailCRM's \
             page; serve it over https",
        );
    }
    call.record_url(Text::new(address.as_str()).ok())
}

/// A user in the common terms.
pub(super) fn common_user(user: &User) -> CrmUser {
    CrmUser::new(user.id.into(), user.display_name(), user.active.unwrap_or(true))
}

/// The warning for an option that is not of the form RetailCRM takes.
pub(super) fn unusable(name: &str) -> Warning {
    Warning::new(
        WarningKind::UnknownOption,
        format!("option {name} is not of the form RetailCRM takes; left out"),
    )
}

/// The warning for something that could not be read, where the rest could.
pub(super) fn incomplete(what: &str, error: &Error) -> Warning {
    Warning::new(WarningKind::Incomplete, format!("{what} could not be read: {}", error.message()))
}
