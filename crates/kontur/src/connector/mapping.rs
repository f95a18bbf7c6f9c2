//! Maps the common model to Kontur's terms.

use vochi_crm_core::{Cx, Direction, Directory, LegEnd, Party, WarningKind};

use crate::model::{CallDirection, Participant, PhoneForm, PhoneText, UserId};

/// Maps the direction of a call.
pub(super) fn direction(direction: Direction) -> CallDirection {
    direction.into()
}

/// Formats the client's number for Kontur.
///
/// A call with a hidden or unusable number is sent without one, with a warning.
pub(super) fn phone(client: &Party, form: PhoneForm, cx: &Cx) -> Option<PhoneText> {
    let (kind, text, phone) = match client {
        Party::Number(number) => return Some(PhoneText::from(*number).in_form(form)),
        Party::Raw(raw) => match PhoneText::digits_of(raw) {
            Some(digits) => (
                WarningKind::UnreadableNumber,
                format!("invalid client number {raw:?}: only its digits are sent"),
                Some(digits.in_form(form)),
            ),
            None => (
                WarningKind::UnreadableNumber,
                format!("invalid client number {raw:?}: the call is sent without it"),
                None,
            ),
        },
        Party::Hidden => (
            WarningKind::HiddenNumber,
            "the caller's number is hidden; the call is sent without it".to_owned(),
            None,
        ),
        _ => return None,
    };
    cx.warn(kind, text);
    phone
}

/// Maps one end of a leg. An employee missing in the directory is a user without an id.
pub(super) fn participant(end: &LegEnd, directory: &Directory<UserId>, cx: &Cx) -> Participant {
    match end {
        LegEnd::Client => Participant::Client,
        LegEnd::Employee(extension) => match directory.mapped_user(cx, extension) {
            Some(user) => Participant::user(user.clone()),
            None => Participant::unknown_user(),
        },
        _ => Participant::unknown_user(),
    }
}
