//! Checks the content of a CRM against a recording.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use vochi_crm_sandbox::Crm;

use super::host::{Host, known_extension};
use super::mapping::{Aspect, is_exception};
use super::recording::{ExpectedCall, Recording};

/// Returns every difference between a CRM's calls and the expected ones.
pub(super) fn calls(host: &Host, crm: Crm, recording: &Recording) -> Vec<String> {
    let calls = host.calls(crm);
    let mut wrong = Vec::new();
    let mut expected = recording.expected_calls();
    // Only Kontur stores calls without a number.
    expected.retain(|call| crm == Crm::Kontur || call.phone().is_some());
    if calls.len() != expected.len() {
        let (count, stored) = (expected.len(), calls.keys());
        wrong.push(format!("stored calls {stored:?}, expected {count}"));
    }
    for call in expected {
        let id = call.id();
        match calls.get(id) {
            Some(row) => {
                let found = fields(crm, recording, &call, row);
                wrong.extend(found.into_iter().map(|found| format!("{id}: {found}")));
                if crm == Crm::Kontur {
                    wrong.extend(talk_legs(host, &call));
                }
            }
            None => wrong.push(format!("missing call {id}")),
        }
    }
    let named = |wrong: String| format!("{}, {}: {wrong}", recording.name, crm.name());
    wrong.into_iter().map(named).collect()
}

/// Returns every difference between a CRM's calls and those of a report.
pub(super) fn reported_calls(host: &Host, crm: Crm, recording: &Recording) -> Vec<String> {
    let mut rows: Vec<Value> = host.calls(crm).into_values().collect();
    let mut wrong = Vec::new();
    for call in recording.reported_calls() {
        let near = |found: u64| match call.talk {
            None if call.answered => true,
            talk => found.abs_diff(talk.unwrap_or(0)) <= 1,
        };
        let is_it = |row: &Value| {
            row["direction"] == *call.direction
                && call.phone.as_ref().is_none_or(|phone| row["phone"] == *phone.as_str())
                && (row["outcome"] == "answered") == call.answered
                && near(row["talk_seconds"].as_u64().unwrap_or(0))
        };
        match rows.iter().position(is_it) {
            Some(place) => drop(rows.remove(place)),
            None => wrong.push(format!("missing {call:?}")),
        }
    }
    wrong.extend(rows.iter().map(|row| format!("unexpected {row}")));
    let named = |wrong: String| format!("{}, {}: {wrong}", recording.name, crm.name());
    wrong.into_iter().map(named).collect()
}

/// Returns the calls and cards that Bitrix24 still shows.
pub(super) fn open_cards(host: &Host, recording: &Recording) -> Vec<String> {
    let portal = host.sandbox.bitrix24();
    let cards =
        portal.open_cards().into_iter().map(|(call, user)| format!("card of {call} at {user}"));
    let calls = portal.open_calls().into_iter().map(|call| format!("unfinished {call}"));
    cards.chain(calls).map(|open| format!("{}: {open}", recording.name)).collect()
}

/// Returns every refused request, without expected refusals of late events.
pub(super) fn refusals(
    host: &Host,
    crm: Crm,
    recording: &Recording,
    late: LateEvents,
) -> Vec<String> {
    let refused = host.sandbox.refused(crm);
    let unexpected = refused
        .iter()
        .filter(|one| late == LateEvents::Unexpected || one.checks != ["event.before_the_end"]);
    let named = unexpected.map(|one| format!("{}: refused: {}", recording.name, one.why));
    named.collect()
}

/// Whether a host that has lost its state may send events of a finished call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LateEvents {
    Unexpected,
    Expected,
}

fn fields(
    crm: Crm,
    recording: &Recording,
    expected: &ExpectedCall<'_>,
    row: &Value,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |what: &str, wanted: Value| {
        if row[what] != wanted {
            wrong.push(format!("{what} is {} instead of {wanted}", row[what]));
        }
    };
    check("direction", expected.direction.into());
    check("phone", expected.phone().into());
    let is_exempt = |aspect| {
        // In a conference of three the employee who returned ends the live call in Bitrix24 too.
        let concerns = crm == Crm::Kontur || crm == Crm::Bitrix24 && aspect == Aspect::Extension;
        concerns && is_exception(&recording.name, aspect)
    };
    if crm == Crm::Bitrix24 {
        // It knows more of an outcome than a dialplan reports.
        if (row["outcome"] == "answered") != expected.answered() {
            wrong.push(format!("outcome is {}", row["outcome"]));
        }
    } else if crm != Crm::RetailCrm || expected.outcome().is_none() {
        // Kontur and U-ON store no more of an outcome, and a dialplan reports no more.
        let unanswered = if expected.direction == "in" { "missed" } else { "no-answer" };
        let outcome = if expected.answered() { "answered" } else { unanswered };
        check("outcome", outcome.into());
    }
    let near = |what: &str, wanted: Option<u64>| {
        let found = row[what].as_u64();
        let wanted = wanted?;
        let close = found.is_some_and(|found| found.abs_diff(wanted) <= 1);
        (!close).then(|| format!("{what} is {found:?} instead of {wanted}"))
    };
    wrong.extend(near("talk_seconds", expected.talk()));
    // Bitrix24 has no such field.
    if crm != Crm::Bitrix24 && !is_exempt(Aspect::Wait) {
        wrong.extend(near("wait_seconds", expected.wait()));
    }
    // The RetailCRM account has no user for some extensions of the recordings.
    if crm != Crm::RetailCrm && !is_exempt(Aspect::Extension) {
        let found = row["extension"].as_str();
        let talked = expected.talked_with().last().map(|one| known_extension(one));
        let owners: Vec<&str> = match talked {
            Some(last) => vec![last],
            None => expected.rang().into_iter().map(known_extension).collect(),
        };
        if found.is_none_or(|found| !owners.contains(&found))
            && !(found.is_none() && owners.is_empty())
        {
            wrong.push(format!("extension is {found:?} instead of one of {owners:?}"));
        }
    }
    wrong
}

/// Checks which employees talked with the client according to the legs.
fn talk_legs(host: &Host, expected: &ExpectedCall<'_>) -> Option<String> {
    let id = expected.id();
    let communication = host.sandbox.kontur().communication(id);
    let communication = communication.expect("the call is stored");
    let users = host.sandbox.profiles()["kontur"]["extensions"].clone();
    let mut found = BTreeSet::new();
    for leg in communication.legs.iter().filter(|leg| leg.started_at.is_some()) {
        let ends = [&leg.from, &leg.to];
        if ends.iter().any(|end| end["type"] == "client") {
            let mut ids = ends.iter().filter_map(|end| end["userId"].as_str());
            let extension = ids.next().map(|id| {
                let mut users = users.as_object().unwrap().iter();
                users.find(|(_, own)| *own == id).unwrap().0.clone()
            });
            found.insert(extension);
        }
    }
    let talked: BTreeSet<Option<String>> = match expected.talked_with().as_slice() {
        [] if expected.answered() => [None].into(),
        talked => talked.iter().map(|one| Some(known_extension(one).to_owned())).collect(),
    };
    (found != talked).then(|| format!("{id}: {found:?} talked instead of {talked:?}"))
}

/// A live event sent to Kontur.
#[derive(Clone, Debug, PartialEq)]
struct LiveEvent {
    call: String,
    leg: String,
    kind: String,
    at: String,
    ends: (Value, Value),
}

/// The part of a recording that was sent twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeated {
    Nothing,
    /// The start, after an interrupted run: the same events with the same times, which Kontur recognises;
    /// a phone that had stopped ringing rings again.
    Start,
}

/// Returns every error in the requests sent to Kontur.
pub(super) fn requests(host: &Host, recording: &Recording, repeated: Repeated) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut sent: Vec<LiveEvent> = Vec::new();
    let mut finished: BTreeSet<String> = BTreeSet::new();
    let mut registered: BTreeMap<String, Value> = BTreeMap::new();
    for request in host.sandbox.requests(Crm::Kontur) {
        let Some(body) = request.json_body() else {
            continue;
        };
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let call = text("communicationId");
        match request.path.rsplit('/').next() {
            Some("call-event") => {
                let event = LiveEvent {
                    call,
                    leg: text("externalCallItemId"),
                    kind: text("type"),
                    at: text("timestamp"),
                    ends: (body["from"].clone(), body["to"].clone()),
                };
                if finished.contains(&event.call) {
                    wrong.push(format!("sent after the end: {event:?}"));
                }
                if repeated == Repeated::Nothing && sent.contains(&event) {
                    wrong.push(format!("sent twice: {event:?}"));
                }
                sent.push(event);
            }
            Some("call-finished") if !finished.insert(call.clone()) => {
                wrong.push(format!("{call} ended twice"));
            }
            Some("register-call") => {
                for item in body["items"].as_array().into_iter().flatten() {
                    let id = item["id"].as_str().unwrap().to_owned();
                    if registered.insert(id.clone(), item.clone()).is_some() {
                        wrong.push(format!("leg {id} was registered twice"));
                    }
                }
            }
            _ => {}
        }
    }
    let mut legs: BTreeMap<&str, Vec<&LiveEvent>> = BTreeMap::new();
    for event in &sent {
        legs.entry(&event.leg).or_default().push(event);
    }
    let must_match = !is_exception(&recording.name, Aspect::Legs);
    let mut mismatches = Vec::new();
    for (id, events) in legs {
        let connected = events.iter().any(|event| event.kind == "connected");
        let client = [&events[0].ends.0, &events[0].ends.1];
        let client = client.iter().any(|end| end["type"] == "client");
        if events.last().is_some_and(|last| last.kind != "disconnected") {
            wrong.push(format!("leg {id} does not end: {events:?}"));
        }
        if events.iter().any(|event| event.ends != events[0].ends) {
            wrong.push(format!("leg {id} changes its ends: {events:?}"));
        }
        match registered.get(id) {
            Some(item) => {
                if (item["from"].clone(), item["to"].clone()) != events[0].ends {
                    wrong.push(format!("leg {id} was {:?}, registered as {item}", events[0].ends));
                }
                if item["startedAt"].is_string() != connected {
                    mismatches.push(format!("leg {id}: {events:?}, registered as {item}"));
                }
            }
            None if connected && client => mismatches.push(format!("leg {id} is not registered")),
            None => {}
        }
    }
    match (must_match, mismatches.is_empty()) {
        _ if repeated == Repeated::Start => {}
        (true, _) => wrong.extend(mismatches),
        (false, true) => wrong.push("its legs match: remove it from DIFFERENT_LEGS".into()),
        (false, false) => {}
    }
    let named = |wrong: String| format!("{}: {wrong}", recording.name);
    wrong.into_iter().map(named).collect()
}
