//! Mapping of Kontur's enums to common terms.

use jiff::Timestamp;

use crate::report::CallRow;

use super::communications::{Communication, Leg, Stage};
use super::ids;

/// A call's `direction`.
pub(super) fn direction(kind: &str) -> Option<&'static str> {
    match kind {
        "inbound" => Some("in"),
        "outbound" => Some("out"),
        "internal" => Some("internal"),
        _ => None,
    }
}

/// Outcome of a call: this CRM knows only whether a leg was answered (§6, §14).
pub(super) fn outcome(direction: Option<&str>, answered: bool) -> Option<&'static str> {
    match (direction, answered) {
        (_, true) => Some("answered"),
        (Some("in"), false) => Some("missed"),
        (Some(_), false) => Some("no-answer"),
        (None, false) => None,
    }
}

pub(super) fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

/// Digits for comparing numbers, with a Russian leading 8 as 7 (§4).
pub(super) fn comparable(phone: &str) -> String {
    let digits = digits(phone);
    match digits.strip_prefix('8') {
        Some(rest) if digits.len() == 11 => format!("7{rest}"),
        _ => digits,
    }
}

/// Formats `375291112233` as `+375291112233`.
pub(super) fn e164(phone: &str) -> String {
    format!("+{}", digits(phone))
}

fn moment(text: Option<&String>) -> Option<Timestamp> {
    ids::moment(text?)
}

fn seconds(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<u64> {
    let millis = to?.as_millisecond() - from?.as_millisecond();
    u64::try_from((millis + 500).div_euclid(1000)).ok()
}

/// A call's row in `/state`; `extension` maps a user, `link` a file's URL.
pub(super) fn row(
    call: &Communication,
    extension: impl Fn(&str) -> Option<String>,
    link: impl Fn(&str) -> String,
) -> CallRow {
    let direction = call.direction.as_deref().and_then(direction);
    let internal = direction == Some("internal");
    let legs: Vec<&Leg> = call.legs.iter().filter(|leg| internal || leg.with_client()).collect();
    let mut talks: Vec<&Leg> =
        legs.iter().copied().filter(|leg| leg.started_at.is_some()).collect();
    talks.sort_by_key(|leg| moment(leg.started_at.as_ref()));
    let answered = talks.iter().filter_map(|leg| moment(leg.started_at.as_ref())).min();
    let talked_to = talks.iter().filter_map(|leg| moment(leg.finished_at.as_ref())).max();
    let ended = legs.iter().filter_map(|leg| moment(leg.finished_at.as_ref())).max();
    // The user who talked last with the client, else the one whose phone rang last.
    let last = talks.last().or_else(|| legs.last());
    let user = last.and_then(|leg| leg.user());
    let failed = call.stage == Stage::Failed && !call.registered;
    let recording = call.legs.iter().flat_map(|leg| &leg.recordings).next_back();
    CallRow {
        call_id: call.external_id.clone(),
        direction,
        phone: call.client_phone.as_deref().map(e164),
        extension: user.and_then(extension),
        outcome: if failed { Some("failed") } else { outcome(direction, answered.is_some()) },
        talk_seconds: if answered.is_some() { seconds(answered, talked_to) } else { Some(0) },
        wait_seconds: seconds(moment(call.external_created_at.as_ref()), answered.or(ended)),
        recording: recording.map(|it| link(&it.file_id)),
        crm_call_id: Some(call.id.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcome_is_answered_or_not() {
        for (direction, answered, word) in [
            (Some("in"), true, Some("answered")),
            (Some("out"), true, Some("answered")),
            (Some("in"), false, Some("missed")),
            (Some("out"), false, Some("no-answer")),
            (Some("internal"), false, Some("no-answer")),
            (None, false, None),
        ] {
            assert_eq!(outcome(direction, answered), word, "{direction:?} {answered}");
        }
    }

    #[test]
    fn typed_numbers_equal_sent_numbers() {
        for (typed, sent) in [
            ("8 (962) 791-74-60", "79627917460"),
            ("+375 29 111-22-33", "375291112233"),
            ("80291112233", "70291112233"),
        ] {
            assert_eq!(comparable(typed), comparable(sent), "{typed}");
        }
        assert_eq!(e164("375291112233"), "+375291112233");
    }
}
