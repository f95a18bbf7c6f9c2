//! Maps the common model to RetailCRM's terms.

use vochi_crm_core::{
    CrmUser, Cx, Direction, Directory, Error, Outcome, Party, Reason, Warning, WarningKind,
};

use crate::api::SendCallEvent;
use crate::model::{
    CallDirection, CallEventResponse, CallResult, HangupStatus, PhoneText, User, UserId,
};

/// The hangup status of a live call. Voicemail is not an answer.
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

/// The result of a call in the history. There is none for a caller who hung up first.
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

/// The client's number to send. `None` is a warning.
pub(super) fn phone(client: &Party, cx: &Cx) -> Option<PhoneText> {
    let warning = match client {
        Party::Number(number) => return Some(PhoneText::from(*number)),
        Party::Raw(raw) => match PhoneText::digits_of(raw) {
            Some(digits) => {
                cx.warn(
                    WarningKind::UnreadableNumber,
                    format!("invalid number {raw:?}: sent as {}", digits.as_str()),
                );
                return Some(digits);
            }
            None => Warning::new(
                WarningKind::UnreadableNumber,
                format!("nothing was sent: RetailCRM requires a number, and {raw:?} is not one"),
            ),
        },
        Party::Extension(extension) => Warning::new(
            WarningKind::NothingToSend,
            format!("internal call not sent: {extension} is an extension"),
        ),
        _ => Warning::new(
            WarningKind::HiddenNumber,
            "nothing was sent: RetailCRM requires a number, and the caller's is hidden",
        ),
    };
    cx.add_warnings([warning]);
    None
}

/// Warns of extensions and users that RetailCRM does not know. An employee is in an event by
/// extension and by user, and one of the two is enough for the popup.
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

/// Converts a user to the common model.
pub(super) fn common_user(user: &User) -> CrmUser {
    CrmUser::new(user.id.into(), user.display_name(), user.active.unwrap_or(true))
}

/// Creates the warning for an option of an unsupported form.
pub(super) fn unusable(name: &str) -> Warning {
    Warning::new(
        WarningKind::UnknownOption,
        format!("option {name} left out: RetailCRM does not support its form"),
    )
}

/// Creates the warning for a part that could not be read.
pub(super) fn incomplete(what: &str, error: &Error) -> Warning {
    Warning::new(WarningKind::Incomplete, format!("cannot read {what}: {}", error.message()))
}
