//! Names and content types of recording files.

use std::path::Path;

use vochi_crm_core::{LegEnd, LegRecord, Party, Result, Zone};

use super::call_start::CallStart;
use super::legs::Ends as _;
use crate::model::{FileName, PhoneText};

/// The longest part of a file name, because extensions may be arbitrarily long.
const LONGEST: usize = 32;

/// Returns the file name of a leg's recording: `2025-11-20_093835_375291112233_101.mp3`.
///
/// It consists of the time and both participants. The time is UTC: the start of the call, or the
/// answer in a conversation among employees. Non-ASCII letters become `_`.
pub(super) fn name(start: &CallStart, leg: &LegRecord, path: &Path) -> Result<FileName> {
    let (at, caller) = if leg.has_client() {
        (start.began_at, client(start.client.as_ref()))
    } else {
        (leg.answered_at.unwrap_or(start.began_at), end(&leg.from))
    };
    let employee = match &leg.to {
        LegEnd::Client => end(&leg.from),
        to => end(to),
    };
    let moment = Zone::utc().local(at).to_string();
    let moment: String =
        moment.chars().filter(|c| *c != ':').map(|c| if c == ' ' { '_' } else { c }).collect();
    let parts = [Some(moment), Some(caller), Some(employee)];
    let parts: Vec<String> = parts.into_iter().flatten().filter(|it| !it.is_empty()).collect();
    let stem = parts.join("_");
    match ending(path) {
        Some(ending) => FileName::nearest(&format!("{stem}.{ending}")),
        None => FileName::nearest(&stem),
    }
}

fn client(client: Option<&Party>) -> String {
    match client {
        Some(Party::Number(number)) => number.digits().to_owned(),
        Some(Party::Extension(extension)) => cut(extension.as_str()),
        Some(Party::Raw(raw)) => {
            PhoneText::digits_of(raw).map_or_else(String::new, |digits| cut(digits.as_str()))
        }
        Some(Party::Hidden) => "hidden".to_owned(),
        _ => String::new(),
    }
}

fn end(end: &LegEnd) -> String {
    end.extension().map_or_else(String::new, |one| cut(one.as_str()))
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// Returns the lower-case file extension, if it looks like one.
fn ending(path: &Path) -> Option<String> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    let plain = ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (plain && (1..=8).contains(&ending.len())).then_some(ending)
}

/// Returns the content type for a file extension.
pub(super) fn content_type(path: &Path) -> &'static str {
    match ending(path).as_deref() {
        Some("mp3") => "audio/mpeg",
        Some("wav" | "wave") => "audio/wav",
        Some("ogg" | "oga" | "opus") => "audio/ogg",
        Some("m4a" | "mp4") => "audio/mp4",
        Some("aac") => "audio/aac",
        Some("flac") => "audio/flac",
        Some("gsm") => "audio/x-gsm",
        Some("webm") => "audio/webm",
        _ => "application/octet-stream",
    }
}
