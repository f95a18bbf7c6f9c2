//! Whether what stands in a CRM is what happened.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use vochi_crm_sandbox::Crm;

use super::desk::{Desk, seat};
use super::recording::{Recording, Truth};
use super::words::{Aspect, says_otherwise};

/// Every way in which a CRM holds something else than what happened.
pub(super) fn truth(desk: &Desk, crm: Crm, recording: &Recording) -> Vec<String> {
    let calls = desk.calls(crm);
    let mut wrong = Vec::new();
    let mut truths = recording.truths();
    // RetailCRM has no calls without a number.
    truths.retain(|truth| crm == Crm::Kontur || truth.phone().is_some());
    if calls.len() != truths.len() {
        let (happened, there) = (truths.len(), calls.keys());
        wrong.push(format!("{happened} calls happened, {there:?} stand there"));
    }
    for truth in truths {
        let id = truth.id();
        match calls.get(id) {
            Some(row) => {
                let found = call(crm, recording, &truth, row);
                wrong.extend(found.into_iter().map(|found| format!("{id}: {found}")));
                if crm == Crm::Kontur {
                    wrong.extend(talkers(desk, &truth));
                }
            }
            None => wrong.push(format!("there is no call {id}")),
        }
    }
    let named = |wrong: String| format!("{}, {}: {wrong}", recording.name, crm.name());
    wrong.into_iter().map(named).collect()
}

/// What a CRM refused, but for live events of a call that is over.
pub(super) fn refused(desk: &Desk, crm: Crm, recording: &Recording, late: Late) -> Vec<String> {
    let refused = desk.sandbox.refused(crm);
    let counts =
        refused.iter().filter(|one| late == Late::Never || one.checks != ["event.before_the_end"]);
    let named = counts.map(|one| format!("{}: refused: {}", recording.name, one.why));
    named.collect()
}

/// Whether somebody may tell of a call that is over, because it forgot that it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Late {
    Never,
    Forgotten,
}

fn call(crm: Crm, recording: &Recording, truth: &Truth<'_>, row: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |what: &str, wanted: Value| {
        if row[what] != wanted {
            wrong.push(format!("{what} is {} instead of {wanted}", row[what]));
        }
    };
    check("direction", truth.direction.into());
    check("phone", truth.phone().into());
    let otherwise = |aspect| crm == Crm::Kontur && says_otherwise(&recording.name, aspect);
    if crm == Crm::Kontur || truth.outcome().is_none() {
        // All Kontur knows of an end; a dialplan tells no more either.
        let unanswered = if truth.direction == "in" { "missed" } else { "no-answer" };
        let word = if truth.answered() { "answered" } else { unanswered };
        check("outcome", word.into());
    }
    let near = |what: &str, wanted: Option<u64>| {
        let found = row[what].as_u64();
        let wanted = wanted?;
        let close = found.is_some_and(|found| found.abs_diff(wanted) <= 1);
        (!close).then(|| format!("{what} is {found:?} instead of {wanted}"))
    };
    wrong.extend(near("talk_seconds", truth.talk()));
    if !otherwise(Aspect::Wait) {
        wrong.extend(near("wait_seconds", truth.wait()));
    }
    // Only Kontur's people have a seat for everybody in the recordings.
    if crm == Crm::Kontur && !otherwise(Aspect::Extension) {
        let found = row["extension"].as_str();
        let talked = truth.talked_with().last().map(|one| seat(one));
        let whose: Vec<&str> = match talked {
            Some(last) => vec![last],
            None => truth.rang().into_iter().map(seat).collect(),
        };
        if found.is_none_or(|found| !whose.contains(&found))
            && !(found.is_none() && whose.is_empty())
        {
            wrong.push(format!("the extension is {found:?}, one of {whose:?} had it"));
        }
    }
    wrong
}

/// Whether the legs say of the right people that they talked with the client.
fn talkers(desk: &Desk, truth: &Truth<'_>) -> Option<String> {
    let id = truth.id();
    let communication = desk.sandbox.kontur().communication(id);
    let communication = communication.expect("the call stands there");
    let people = desk.sandbox.profiles()["kontur"]["extensions"].clone();
    let mut there = BTreeSet::new();
    for leg in communication.legs.iter().filter(|leg| leg.started_at.is_some()) {
        let ends = [&leg.from, &leg.to];
        if ends.iter().any(|end| end["type"] == "client") {
            let mut ids = ends.iter().filter_map(|end| end["userId"].as_str());
            let whose = ids.next().map(|id| {
                let mut people = people.as_object().unwrap().iter();
                people.find(|(_, own)| *own == id).unwrap().0.clone()
            });
            there.insert(whose);
        }
    }
    let talked: BTreeSet<Option<String>> = match truth.talked_with().as_slice() {
        [] if truth.answered() => [None].into(),
        talked => talked.iter().map(|one| Some(seat(one).to_owned())).collect(),
    };
    (there != talked).then(|| format!("{id}: {there:?} talked instead of {talked:?}"))
}

/// A live event, as Kontur was sent it.
#[derive(Clone, Debug, PartialEq)]
struct Told {
    call: String,
    leg: String,
    kind: String,
    at: String,
    ends: (Value, Value),
}

/// How often a recording was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Times {
    Once,
    /// Its beginning a second time, after a run that broke off: the same events come again with the
    /// same times, by which Kontur knows them, and a phone that stopped ringing rings anew.
    BeginningTwice,
}

/// What is wrong with the requests Kontur got, whatever came of them.
pub(super) fn requests(desk: &Desk, recording: &Recording, times: Times) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut told: Vec<Told> = Vec::new();
    let mut over: BTreeSet<String> = BTreeSet::new();
    let mut registered: BTreeMap<String, Value> = BTreeMap::new();
    for request in desk.sandbox.requests(Crm::Kontur) {
        let Some(body) = request.json_body() else {
            continue;
        };
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let call = text("communicationId");
        match request.path.rsplit('/').next() {
            Some("call-event") => {
                let event = Told {
                    call,
                    leg: text("externalCallItemId"),
                    kind: text("type"),
                    at: text("timestamp"),
                    ends: (body["from"].clone(), body["to"].clone()),
                };
                if over.contains(&event.call) {
                    wrong.push(format!("told after the end: {event:?}"));
                }
                if times == Times::Once && told.contains(&event) {
                    wrong.push(format!("told twice: {event:?}"));
                }
                told.push(event);
            }
            Some("call-finished") if !over.insert(call.clone()) => {
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
    let mut legs: BTreeMap<&str, Vec<&Told>> = BTreeMap::new();
    for event in &told {
        legs.entry(&event.leg).or_default().push(event);
    }
    let alike = !says_otherwise(&recording.name, Aspect::Legs);
    let mut astray = Vec::new();
    for (id, events) in legs {
        let connected = events.iter().any(|event| event.kind == "connected");
        let client = [&events[0].ends.0, &events[0].ends.1];
        let client = client.iter().any(|end| end["type"] == "client");
        if events.last().is_some_and(|last| last.kind != "disconnected") {
            wrong.push(format!("leg {id} never ends: {events:?}"));
        }
        if events.iter().any(|event| event.ends != events[0].ends) {
            wrong.push(format!("leg {id} changes its ends: {events:?}"));
        }
        match registered.get(id) {
            Some(item) => {
                if (item["from"].clone(), item["to"].clone()) != events[0].ends {
                    wrong.push(format!("leg {id} was {:?}, registered is {item}", events[0].ends));
                }
                if item["startedAt"].is_string() != connected {
                    astray.push(format!("leg {id}: {events:?}, registered is {item}"));
                }
            }
            None if connected && client => astray.push(format!("leg {id} is not registered")),
            None => {}
        }
    }
    match (alike, astray.is_empty()) {
        _ if times == Times::BeginningTwice => {}
        (true, _) => wrong.extend(astray),
        (false, true) => wrong.push("its legs are alike now: take it out of the table".into()),
        (false, false) => {}
    }
    let named = |wrong: String| format!("{}: {wrong}", recording.name);
    wrong.into_iter().map(named).collect()
}
