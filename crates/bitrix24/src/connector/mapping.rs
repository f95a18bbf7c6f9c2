//! Maps the common model to Bitrix24's terms. Texts are in the language of the portals' users.

use vochi_crm_core::connector::{Customer, CustomerKind};
use vochi_crm_core::{
    CallRecord, CrmUser, Cx, Direction, Error, Line, Outcome, Party, Reason, Seconds, Text,
    Warning, WarningKind,
};

use super::options::Options;
use crate::model::{CallType, DialString, EntityType, LineNumber, StatusCode, User};

/// The type of a call; internal calls have none.
pub(super) fn call_type(direction: Direction, options: &Options) -> Option<CallType> {
    match direction {
        _ if options.callback => Some(CallType::Callback),
        Direction::Inbound => Some(CallType::Incoming),
        Direction::Outbound => Some(CallType::Outgoing),
        _ => None,
    }
}

/// The client's number. `None` is a warning.
pub(super) fn phone(client: &Party, cx: &Cx) -> Option<DialString> {
    let warning = match client {
        Party::Number(number) => return Some(DialString::from(*number)),
        Party::Raw(raw) => match DialString::of(raw) {
            Ok(number) => {
                let text = format!("invalid number {raw:?}: sent as {}", number.as_str());
                cx.warn(WarningKind::UnreadableNumber, text);
                return Some(number);
            }
            Err(_) => Warning::new(
                WarningKind::UnreadableNumber,
                format!("nothing was sent: Bitrix24 requires a number, and {raw:?} is not one"),
            ),
        },
        Party::Extension(extension) => Warning::new(
            WarningKind::NothingToSend,
            format!("internal call not sent: {extension} is an extension"),
        ),
        _ => Warning::new(
            WarningKind::HiddenNumber,
            "nothing was sent: Bitrix24 requires a number, and the caller's is hidden",
        ),
    };
    cx.add_warnings([warning]);
    None
}

/// The line as it is registered: its outside number, else the PBX's name of it.
pub(super) fn line(
    line: Option<&Line>,
    number: impl FnOnce(&Line) -> Option<vochi_crm_core::PhoneNumber>,
) -> Option<LineNumber> {
    let line = line?;
    let number = number(line).map(|number| number.to_string());
    LineNumber::new(number.unwrap_or_else(|| line.to_string())).ok()
}

/// The talk time of a call: 0 if it was not answered, 1 if it is unknown. Bitrix24 takes a call with a
/// duration for answered.
pub(super) fn duration(record: &CallRecord) -> Seconds {
    match record.talk() {
        _ if !record.outcome().is_answered() => Seconds::ZERO,
        Some(talk) => talk.max(Seconds::new(1)),
        None => Seconds::new(1),
    }
}

/// How a call ended. An unanswered incoming call is a missed one, whatever the reason: the portal's
/// list of missed calls and its automation need that.
pub(super) fn status(record: &CallRecord) -> StatusCode {
    let incoming = record.direction() == Direction::Inbound;
    match (record.outcome(), record.reason()) {
        (Outcome::Answered, _) => StatusCode::Answered,
        _ if incoming => StatusCode::Missed,
        (_, Some(Reason::Refused)) => StatusCode::Declined,
        (Outcome::Busy, _) | (_, Some(Reason::Busy)) => StatusCode::Busy,
        (Outcome::Cancelled, _) => StatusCode::Cancelled,
        (Outcome::Failed, Some(Reason::Unavailable) | None) => StatusCode::NoLine,
        (Outcome::Missed | Outcome::NoAnswer | Outcome::Voicemail, _) => StatusCode::Unavailable,
        _ => StatusCode::Undefined,
    }
}

/// Why a call was not answered.
pub(super) fn reason(record: &CallRecord) -> Option<Text> {
    let text = match (record.outcome(), record.reason()) {
        (Outcome::Answered, _) => return None,
        (Outcome::Voicemail, _) => "голосовая почта",
        (_, Some(Reason::CallerGaveUp)) => "клиент не дождался ответа",
        (_, Some(Reason::Timeout)) => "время ожидания истекло",
        (Outcome::Busy, _) | (_, Some(Reason::Busy)) => "занято",
        (_, Some(Reason::Unavailable)) => "недоступен",
        (_, Some(Reason::Refused)) => "отклонён",
        _ => return None,
    };
    Text::new(text).ok()
}

/// Converts an employee to the common model.
pub(super) fn common_user(user: &User) -> CrmUser {
    CrmUser::new(user.id.into(), user.display_name(), user.active != Some(false))
}

/// The kind of a customer.
pub(super) fn customer_kind(kind: &EntityType) -> CustomerKind {
    match kind {
        EntityType::Contact => CustomerKind::Person,
        EntityType::Company => CustomerKind::Company,
        EntityType::Lead => CustomerKind::Lead,
        other => CustomerKind::Other(other.as_str().to_lowercase()),
    }
}

/// A customer with the address of its card.
pub(super) fn customer(portal: &str, kind: &EntityType, id: u64, name: Option<String>) -> Customer {
    let mut customer = Customer::new(id.to_string(), customer_kind(kind));
    let path = kind.as_str().to_lowercase();
    customer.url = Some(format!("{}/crm/{path}/details/{id}/", portal.trim_end_matches('/')));
    customer.company = name.clone().filter(|_| *kind == EntityType::Company);
    customer.name = name;
    customer
}

/// Creates the warning for a part that could not be read or done.
pub(super) fn incomplete(what: &str, error: &Error) -> Warning {
    Warning::new(WarningKind::Incomplete, format!("{what}: {}", error.message()))
}
