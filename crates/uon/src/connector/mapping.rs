//! Maps the common model to U-ON's terms. Texts are in the language of U-ON's users.

use vochi_crm_core::connector::{Customer, CustomerKind};
use vochi_crm_core::{
    CallRecord, CrmUser, Cx, Direction, Error, Outcome, Party, Reason, Seconds, Warning,
    WarningKind,
};

use crate::model::{CallDirection, Digits, User};

/// The direction in the history; internal calls have none.
pub(super) fn direction(direction: Direction) -> Option<CallDirection> {
    match direction {
        Direction::Inbound => Some(CallDirection::Incoming),
        Direction::Outbound => Some(CallDirection::Outgoing),
        _ => None,
    }
}

/// The client's number in the history. `None` is a warning.
pub(super) fn phone(client: &Party, cx: &Cx) -> Option<Digits> {
    let warning = match client {
        Party::Number(number) => return Some(Digits::from(*number)),
        Party::Raw(raw) => match Digits::of(raw) {
            Ok(digits) => {
                cx.warn(
                    WarningKind::UnreadableNumber,
                    format!("invalid number {raw:?}: sent as {}", digits.as_str()),
                );
                return Some(digits);
            }
            Err(_) => Warning::new(
                WarningKind::UnreadableNumber,
                format!("nothing was sent: U-ON requires a number, and {raw:?} is not one"),
            ),
        },
        Party::Extension(extension) => Warning::new(
            WarningKind::NothingToSend,
            format!("internal call not sent: {extension} is an extension"),
        ),
        _ => Warning::new(
            WarningKind::HiddenNumber,
            "nothing was sent: U-ON requires a number, and the caller's is hidden",
        ),
    };
    cx.add_warnings([warning]);
    None
}

/// The duration of a call: the talk time, 0 if it was not answered, 1 if the talk time is unknown.
pub(super) fn duration(record: &CallRecord) -> Seconds {
    match record.talk() {
        _ if !record.outcome().is_answered() => Seconds::ZERO,
        Some(talk) => talk,
        None => Seconds::new(1),
    }
}

/// The note of a call. U-ON has no field for the outcome and none for the call id; the id makes a
/// call findable after a lost response.
pub(super) fn note(record: &CallRecord, id: &str) -> String {
    let unknown_talk = record.outcome().is_answered() && record.talk().is_none();
    let (status, detail) = result(record);
    let detail = detail.map(|detail| format!(" ({detail})")).unwrap_or_default();
    let mut parts = vec![format!("Статус: {status}{detail}.")];
    parts.extend(unknown_talk.then(|| "Длительность разговора неизвестна.".to_owned()));
    parts.extend(record.wait().map(|wait| format!("Ожидание: {} с.", wait.get())));
    parts.push(call_mark(id));
    parts.join(" ")
}

/// The end of a note, which names the call.
pub(super) fn call_mark(id: &str) -> String {
    format!("Вызов {id}")
}

fn result(record: &CallRecord) -> (&'static str, Option<&'static str>) {
    let missed = "неотвеченный";
    match (record.outcome(), record.reason()) {
        (Outcome::Answered, _) => ("отвеченный", None),
        (Outcome::Voicemail, _) => (missed, Some("голосовая почта")),
        (Outcome::Busy, _) => (missed, Some("занято")),
        (Outcome::Failed, _) => (missed, Some("не удалось дозвониться")),
        (Outcome::Cancelled, _) => (missed, Some("отменён")),
        (_, Some(Reason::CallerGaveUp)) => (missed, Some("клиент не дождался")),
        (_, Some(Reason::Busy | Reason::Refused)) => (missed, Some("занято")),
        (_, Some(Reason::Unavailable)) => (missed, Some("недоступен")),
        _ => (missed, None),
    }
}

/// Converts an employee to the common model.
pub(super) fn common_user(user: &User) -> CrmUser {
    CrmUser::new(user.id.into(), user.display_name(), user.is_at_work())
}

/// Converts a client's own fields to the common model.
pub(super) fn common_of(user: &User, url: Option<String>) -> Customer {
    let kind = match user.kind {
        Some(2 | 3) => CustomerKind::Company,
        _ => CustomerKind::Person,
    };
    let mut common = Customer::new(user.id.to_string(), kind);
    common.name = user.full_name().or_else(|| user.company.clone()).or_else(|| user.email.clone());
    common.company.clone_from(&user.company);
    common.url = url;
    common
}

/// The address of a client's card.
pub(super) fn card_url(account: Option<u64>, user: &User) -> Option<String> {
    let id = user.id;
    account.map(|account| format!("https://id{account}.u-on.ru/client_edit.php?client_id={id}"))
}

/// Creates the warning for a part that could not be read.
pub(super) fn incomplete(what: &str, error: &Error) -> Warning {
    Warning::new(WarningKind::Incomplete, format!("cannot read {what}: {}", error.message()))
}
