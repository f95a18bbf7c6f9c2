//! Recorded calls with their expected results.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde_json::Value;
use vochi_crm_asterisk::{
    CallTracker, CallTrackerBuilder, CallUpdate, EventFile, FinishedCall, PbxEvent, Reading,
};
use vochi_crm_core::phone::PhoneReader;
use vochi_crm_core::{Extension, Line, PhoneNumber, Reason, Seconds, Timestamp, TransferResult};

/// A recorded call.
#[derive(Clone)]
pub(crate) struct Fixture {
    pub(crate) name: String,
    pub(crate) direction: String,
    pub(crate) expected: Value,
    /// Expected result of each call, in order of start.
    pub(crate) expected_calls: Vec<Value>,
    /// Mobiles of employees.
    pub(crate) employees: Vec<PhoneNumber>,
    pub(crate) events: Vec<Event>,
}

impl Fixture {
    /// A tracker with the fixture's configuration.
    pub(crate) fn tracker(&self) -> CallTracker {
        builder().employees(self.employees.iter().copied()).build()
    }
}

/// One event of a fixture.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) t: f64,
    pub(crate) name: String,
    pub(crate) body: serde_json::Map<String, Value>,
}

/// The time of `t` = 0 in tests.
pub(crate) fn base() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().unwrap()
}

pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name)
}

/// Every fixture of a folder, by name. Each folder is read once.
pub(crate) fn all(folder_name: &str) -> &'static [Fixture] {
    static READ: Mutex<BTreeMap<String, &'static [Fixture]>> = Mutex::new(BTreeMap::new());
    let mut folders = READ.lock().unwrap();
    folders.entry(folder_name.to_owned()).or_insert_with(|| {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder(folder_name))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
            .collect();
        paths.sort();
        assert!(paths.len() > 10, "{folder_name}: too few fixtures");
        Vec::leak(paths.iter().map(|path| read(path)).collect())
    })
}

pub(crate) fn one(folder_name: &str, name: &str) -> Fixture {
    read(&folder(folder_name).join(format!("{name}.json")))
}

fn read(path: &Path) -> Fixture {
    let text = std::fs::read_to_string(path).unwrap();
    let whole: Value = serde_json::from_str(&text).unwrap();
    let mut file = EventFile::open(text.as_bytes()).unwrap();
    let mut events = Vec::new();
    while let Some(event) = file.next_event().unwrap() {
        let event = event.unwrap();
        events.push(Event {
            t: event.since_start().as_secs_f64(),
            name: event.name().to_owned(),
            body: event.body().clone(),
        });
    }
    Fixture {
        name: whole["name"].as_str().unwrap().to_owned(),
        direction: whole["direction"].as_str().unwrap().to_owned(),
        expected: whole["expected"].clone(),
        expected_calls: whole["expected_calls"].as_array().cloned().unwrap_or_default(),
        employees: whole["env"]["VOCHI_CRM_PBX_EMPLOYEES"]
            .as_str()
            .map(|number| number.parse().unwrap())
            .into_iter()
            .collect(),
        events,
    }
}

pub(crate) fn tracker() -> CallTracker {
    builder().build()
}

pub(crate) fn builder() -> CallTrackerBuilder {
    CallTracker::builder()
        .phones(PhoneReader::new().with_region("BY".parse().unwrap()))
        .pbx_zone("Europe/Minsk".parse().unwrap())
}

pub(crate) fn at(t: f64) -> Timestamp {
    base().plus(std::time::Duration::from_secs_f64(t))
}

/// Processes one event.
pub(crate) fn process(calls: &mut CallTracker, event: &Event) -> Vec<CallUpdate> {
    match PbxEvent::read(&event.name, &event.body) {
        Ok(Reading::Event(read)) => calls.process(at(event.t), &read),
        Ok(_) => Vec::new(),
        Err(broken) => panic!("{} at {}: {broken}", event.name, event.t),
    }
}

/// All updates for a stream of events.
pub(crate) fn play(events: &[Event]) -> Vec<CallUpdate> {
    play_into(tracker(), events)
}

/// All updates of this tracker for a stream of events.
pub(crate) fn play_into(mut calls: CallTracker, events: &[Event]) -> Vec<CallUpdate> {
    let mut updates: Vec<CallUpdate> =
        events.iter().flat_map(|event| process(&mut calls, event)).collect();
    updates.extend(end(&mut calls, events));
    updates
}

/// The updates in the day after a stream: calls open then have lost their hangup.
pub(crate) fn end(calls: &mut CallTracker, events: &[Event]) -> Vec<CallUpdate> {
    const A_DAY: f64 = 86_400.0;
    let last = events.iter().map(|event| event.t).fold(0.0, f64::max);
    let updates = calls.pass_time(at(last + A_DAY));
    assert_eq!(calls.finish(), [], "everything was closed before");
    assert_eq!(calls.open_calls(), 0, "no call stays open");
    updates
}

/// The finished calls of a stream.
pub(crate) fn finished(events: &[Event]) -> Vec<FinishedCall> {
    records(play(events))
}

/// The finished calls among the updates.
pub(crate) fn records(updates: Vec<CallUpdate>) -> Vec<FinishedCall> {
    updates
        .into_iter()
        .filter_map(|update| match update {
            CallUpdate::Finished(call) => Some(*call),
            _ => None,
        })
        .collect()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn names(list: &[Extension]) -> Vec<String> {
    list.iter().map(|name| name.as_str().trim_start_matches('+').to_owned()).collect()
}

fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// The whole stream twice in succession.
pub(crate) fn repeated(events: &[Event]) -> Vec<Event> {
    events.iter().chain(events).cloned().collect()
}

/// Every event twice in succession.
pub(crate) fn with_duplicates(events: &[Event]) -> Vec<Event> {
    events.iter().flat_map(|event| [event.clone(), event.clone()]).collect()
}

/// Differences between the finished calls and the expected results.
pub(crate) fn differences(fixture: &Fixture, calls: &[FinishedCall]) -> Vec<String> {
    let mut wrong = Vec::new();
    let external: Vec<&FinishedCall> = calls.iter().filter(|call| call.is_external()).collect();
    let expected = &fixture.expected;
    if expected.is_null() {
        return wrong;
    }
    if let Some(wanted) = expected["expected_crm_calls"].as_u64()
        && wanted != external.len() as u64
    {
        wrong.push(format!(
            "{wanted} external calls happened, {} were found: {:?}",
            external.len(),
            external.iter().map(|call| call.record().call_id()).collect::<Vec<_>>()
        ));
    }
    if expected["expected_crm_calls"] == 0 && fixture.direction != "internal" {
        return wrong;
    }
    if let Some(id) = expected["main_unique_id"].as_str() {
        match calls.iter().find(|call| call.record().call_id().as_str() == id) {
            Some(call) => judge(&fixture.direction, expected, call, &mut wrong),
            None => wrong.push(format!("missing call {id}")),
        }
    } else if fixture.expected_calls.is_empty() {
        match calls {
            [call] => judge(&fixture.direction, expected, call, &mut wrong),
            _ => wrong.push(format!("unexpected number of calls: {}", calls.len())),
        }
    } else {
        let mut external = external;
        external.sort_by_key(|call| call.record().started_at());
        for (expected, call) in fixture.expected_calls.iter().zip(external) {
            let direction = expected["direction"].as_str().unwrap_or(&fixture.direction);
            judge(direction, expected, call, &mut wrong);
        }
    }
    let parallel = expected["parallel_calls"].as_array();
    for other in parallel.into_iter().flatten() {
        let direction = other["direction"].as_str().unwrap();
        if other.get("talked_with").is_some() {
            let id = other["main_unique_id"].as_str().unwrap();
            match calls.iter().find(|call| call.record().call_id().as_str() == id) {
                Some(call) => judge(direction, other, call, &mut wrong),
                None => wrong.push(format!("missing call {id}")),
            }
        }
    }
    wrong
}

/// Compares a call with its expected result; fields without an expectation may have any value.
fn judge(direction: &str, expected: &Value, call: &FinishedCall, wrong: &mut Vec<String>) {
    let record = call.record();
    let id = record.call_id();
    let said = |what: &str| expected.get(what).is_some();
    let mut check = |what: &str, wanted: &dyn std::fmt::Debug, found: &dyn std::fmt::Debug| {
        let (wanted, found) = (format!("{wanted:?}"), format!("{found:?}"));
        if wanted != found {
            wrong.push(format!("{id}: {what}: expected {wanted}, found {found}"));
        }
    };
    check("direction", &direction, &record.direction().as_str());
    if said("answered") {
        let answered = expected["answered"].as_bool();
        check("answered", &answered, &Some(record.outcome().is_answered()));
    }
    if said("answered_by") {
        check(
            "answered_by",
            &expected["answered_by"].as_str(),
            &call.answered_by().map(Extension::as_str),
        );
    }
    if said("talked_with") {
        let talked: Vec<String> = names(record.talked_with());
        check("talked_with", &texts(&expected["talked_with"]), &talked);
    }
    if said("extensions") {
        // Phones of a group ring within a millisecond; their order does not matter.
        let (mut rang, mut wanted) = (names(record.rang()), texts(&expected["extensions"]));
        rang.sort();
        wanted.sort();
        check("extensions", &wanted, &rang);
    }
    if said("line") {
        check("line", &expected["line"].as_str(), &record.line().map(Line::as_str));
    }
    // A dialplan's reasons are the host's own terms.
    if expected["fail_reason"].as_str().is_some_and(|reason| reason.parse::<Reason>().is_ok()) {
        let reason = record.reason().map(Reason::as_str);
        check("reason", &expected["fail_reason"].as_str(), &reason);
    }
    if direction != "internal" && said("client_phone") {
        let client = record.client().number();
        let wanted = expected["client_phone"].as_str().map(digits);
        check("client", &wanted, &client.map(|client| digits(client.e164())));
    }
    for (what, found) in [("talk_seconds", record.talk()), ("wait_seconds", record.wait())] {
        let Some(wanted) = expected[what].as_u64() else {
            if said(what) {
                check(what, &None::<u32>, &found.map(Seconds::get));
            }
            continue;
        };
        let close = found.is_some_and(|found| u64::from(found.get()).abs_diff(wanted) <= 1);
        if !close {
            check(what, &wanted, &found.map(Seconds::get));
        }
    }
    transfer(expected, call, &mut check);
    let outcome = expected["outcome"].as_str();
    let without_hint = expected["outcome_without_hint"].as_str();
    let found_calls = record.outcome().as_str();
    if outcome.is_some() && outcome != Some(found_calls) && without_hint != Some(found_calls) {
        check("outcome", &outcome, &found_calls);
    }
}

fn transfer(
    expected: &Value,
    call: &FinishedCall,
    check: &mut dyn FnMut(&str, &dyn std::fmt::Debug, &dyn std::fmt::Debug),
) {
    let Some(wanted) = expected["transfer"].as_str() else {
        return;
    };
    let transfer = call.record().transfer();
    let mode = transfer.map_or("none", |transfer| transfer.mode.as_str());
    let (word, result) = wanted.split_once('_').unwrap_or((wanted, ""));
    let alternatives = texts(&expected["transfer_alternatives"]);
    if mode != word {
        if !alternatives.iter().any(|other| other == mode) {
            check("transfer", &word, &mode);
        }
        return;
    }
    let result = match (word, result) {
        _ if expected.get("transfer_result").is_some() => expected["transfer_result"].as_str(),
        ("none", _) => None,
        (_, "refused") => Some("refused"),
        (_, "not_answered") => Some("not_answered"),
        _ => Some("accepted"),
    };
    let found = transfer.and_then(|transfer| transfer.result);
    check("transfer result", &result, &found.map(TransferResult::as_str));
    if expected.get("transferred_to").is_some() {
        let to = call.transferred_to();
        check(
            "transferred_to",
            &expected["transferred_to"].as_str(),
            &to.map(|to| to.as_str().trim_start_matches('+')),
        );
    }
}

/// Asserts that modified streams of all fixtures match their expected results.
pub(crate) fn assert_matches(folder: &str, change: impl Fn(&Fixture) -> Vec<Event>) {
    let mut wrong = Vec::new();
    for fixture in all(folder) {
        let calls = records(play_into(fixture.tracker(), &change(fixture)));
        for difference in differences(fixture, &calls) {
            wrong.push(format!("{}: {difference}", fixture.name));
        }
    }
    assert!(wrong.is_empty(), "misunderstood:\n{}", wrong.join("\n"));
}
