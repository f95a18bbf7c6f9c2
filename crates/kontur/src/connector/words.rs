//! The common words in Kontur's.

use vochi_crm_core::{Direction, Directory, Error, LegEnd, Party, Result, Warning, WarningKind};

use crate::model::{CallDirection, Participant, PhoneForm, PhoneText, UserId};

/// Refuses a directory whose users cannot be Kontur's: it would report whole requests as missing.
pub(super) fn check_directory(directory: &Directory) -> Result<()> {
    let wrong = |key: String, text: &str| {
        Error::config(format!("{key}: {text:?} is no Kontur user id"))
            .with_hint("Kontur's user ids look like a1b2c3d4-1111-4a4a-8b8b-000000000101; `vochi-crm users` lists them")
    };
    for (extension, user) in directory.extensions() {
        if UserId::new(user.as_str()).is_err() {
            return Err(wrong(format!("extensions.{extension}"), user.as_str()));
        }
    }
    let named =
        [("missed_user", directory.missed_user()), ("default_user", directory.default_user())];
    for (key, user) in named {
        if let Some(user) = user.filter(|user| UserId::new(user.as_str()).is_err()) {
            return Err(wrong(key.to_owned(), user.as_str()));
        }
    }
    Ok(())
}

/// Who called whom.
pub(super) fn direction(direction: Direction) -> CallDirection {
    direction.into()
}

/// The client's number as Kontur writes numbers. A call of a hidden caller goes out without one, and
/// says so.
pub(super) fn phone(
    client: &Party,
    form: PhoneForm,
    warnings: &mut Vec<Warning>,
) -> Option<PhoneText> {
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
    warnings.push(Warning::new(kind, text));
    phone
}

/// One end of a leg. An employee the directory does not know is a user without a name.
pub(super) fn participant(
    end: &LegEnd,
    directory: &Directory,
    warnings: &mut Vec<Warning>,
) -> Result<Participant> {
    let LegEnd::Employee(extension) = end else {
        return Ok(match end {
            LegEnd::Client => Participant::Client,
            _ => Participant::unknown_user(),
        });
    };
    if let Some(user) = directory.user_of(extension) {
        return Ok(Participant::user(UserId::new(user.as_str())?));
    }
    warnings.push(Warning::new(
        WarningKind::UnmappedExtension,
        format!("extension {extension} is not in `extensions`"),
    ));
    Ok(Participant::unknown_user())
}
