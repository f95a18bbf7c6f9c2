//! Maps the common model to Kontur's terms.

use vochi_crm_core::{Cx, Direction, Directory, LegEnd, Party, WarningKind};

use crate::model::{CallDirection, Participant, PhoneForm, PhoneText, UserId};

/// Who called whom.
pub(super) fn direction(direction: Direction) -> CallDirection {
    direction.into()
}

/// The client's number as Kontur writes numbers. A call of a hidden caller goes out without one, and
/// says so.
pub(super) fn phone(client: &Party, form: PhoneForm, cx: &Cx) -> Option<PhoneText> {
    let (kind, text, phone) = match client {
        Party::Number(number) => return Some(PhoneText::from(*number).in_form(form)),
        Party::Raw(raw) => match PhoneText::digits_of(raw) {
            Some(digits) => (
                WarningKind::UnreadableNumber,
                format!("{raw:?} is no valid number; its digits are sent"),
                Some(digits.in_form(form)),
            ),
            None => (
                WarningKind::UnreadableNumber,
                format!("{raw:?} is no number; the call goes out without one"),
                None,
            ),
        },
        Party::Hidden => (
            WarningKind::HiddenNumber,
            "the caller hides the number; the call goes out without one".to_owned(),
            None,
        ),
        _ => return None,
    };
    cx.warn(kind, text);
    phone
}

/// One end of a leg. An employee the directory does not know is a user without a name.
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
