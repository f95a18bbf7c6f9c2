//! Recorded calls: the tracker's updates, and the expected calls.

use std::path::{Path, PathBuf};

use serde_json::Value;
use vochi_crm::asterisk::{CallTracker, CallUpdate, EventFile, PbxEvent, Reading};
use vochi_crm::phone::PhoneReader;
use vochi_crm::{CallEvent, CallRecord, PhoneNumber};

/// A recording of a PBX's events.
pub(super) struct Recording {
    pub(super) name: String,
    direction: String,
    expected: Value,
    /// The calls of a report with several calls.
    several: Vec<Value>,
    /// The tracker's updates, without calls among employees.
    pub(super) updates: Vec<Update>,
}

/// An update of the tracker about a call with a client.
#[derive(Clone)]
pub(super) enum Update {
    Live(CallEvent),
    Finished(CallRecord),
}

/// The expected data of a call.
pub(super) struct ExpectedCall<'a> {
    pub(super) direction: &'a str,
    expected: &'a Value,
}

/// A call of a report, which has no ids.
#[derive(Debug)]
pub(super) struct ReportedCall {
    pub(super) direction: String,
    /// None where the report leaves it open.
    pub(super) phone: Option<String>,
    pub(super) answered: bool,
    pub(super) talk: Option<u64>,
}

/// Reads all recordings, sorted by name.
pub(super) fn all() -> Vec<Recording> {
    let all = of(&["asterisk", "asterisk-ami"]);
    assert!(all.len() > 100, "the recordings exist");
    all
}

/// Reads the inputs built after public reports, sorted by name.
pub(super) fn reports() -> Vec<Recording> {
    let all = of(&["reports"]);
    assert!(all.len() > 10, "the reports exist");
    all
}

fn of(folders: &[&str]) -> Vec<Recording> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut paths: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(fixtures.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
        .collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Recording {
    let text = std::fs::read_to_string(path).unwrap();
    let whole: Value = serde_json::from_str(&text).unwrap();
    let folder = path.parent().unwrap().file_name().unwrap();
    let name = path.file_stem().unwrap();
    Recording {
        name: format!("{}/{}", folder.display(), name.display()),
        direction: whole["direction"].as_str().unwrap().to_owned(),
        expected: whole["expected"].clone(),
        several: whole["expected_calls"].as_array().cloned().unwrap_or_default(),
        updates: updates(&text, &whole["env"]["VOCHI_CRM_PBX_EMPLOYEES"]),
    }
}

fn updates(text: &str, mobiles: &Value) -> Vec<Update> {
    let mut file = EventFile::open(text.as_bytes()).unwrap();
    let mut events = Vec::new();
    while let Some(event) = file.next_event().unwrap() {
        events.push(event.unwrap());
    }
    let zone = "Europe/Minsk".parse().unwrap();
    let written = events.iter().find_map(|event| {
        let at = event.written_at(&zone)?;
        let since = i64::try_from(event.since_start().as_micros()).unwrap();
        Some(vochi_crm::Timestamp::from_unix_micros(at.unix_micros() - since))
    });
    let base = file.started_at().or(written).unwrap();
    let mut calls = CallTracker::builder()
        .phones(PhoneReader::new().with_region("BY".parse().unwrap()))
        .pbx_zone(zone)
        .employees(mobiles.as_str().into_iter().flat_map(|all| all.split(',')).map(number))
        .build();
    let mut all = Vec::new();
    for event in &events {
        if let Reading::Event(read) = PbxEvent::read(event.name(), event.body()).unwrap() {
            all.extend(calls.process(event.at(base).unwrap(), &read));
        }
    }
    all.extend(calls.finish());
    all.into_iter()
        .filter_map(|update| match update {
            CallUpdate::Live(event) => Some(Update::Live(event.event().clone())),
            CallUpdate::Finished(call) if call.is_external() => {
                Some(Update::Finished(call.into_record()))
            }
            _ => None,
        })
        .collect()
}

impl Recording {
    /// Returns the calls of a report with a client.
    pub(super) fn reported_calls(&self) -> Vec<ReportedCall> {
        let one = std::slice::from_ref(&self.expected);
        let all = if self.several.is_empty() { one } else { &self.several };
        let all = all.iter().filter(|_| self.direction != "internal");
        let call = |call: &Value| ReportedCall {
            direction: call["direction"].as_str().unwrap_or(&self.direction).to_owned(),
            phone: call["client_phone"].as_str().map(|phone| format!("+{phone}")),
            answered: call["outcome"] == "answered",
            talk: call["talk_seconds"].as_u64(),
        };
        all.map(call).collect()
    }

    /// Returns the expected number of calls with a client.
    pub(super) fn calls(&self) -> usize {
        let calls = self.expected["expected_crm_calls"].as_u64().unwrap();
        usize::try_from(calls).unwrap()
    }

    /// Returns the expected calls with a client.
    pub(super) fn expected_calls(&self) -> Vec<ExpectedCall<'_>> {
        if self.calls() == 0 {
            return Vec::new();
        }
        let first = ExpectedCall { direction: &self.direction, expected: &self.expected };
        let parallel = self.expected["parallel_calls"].as_array();
        let others = parallel.into_iter().flatten().map(|other| ExpectedCall {
            direction: other["direction"].as_str().unwrap(),
            expected: other,
        });
        let all: Vec<ExpectedCall<'_>> = [first]
            .into_iter()
            .chain(others.filter(|other| other.direction != "internal"))
            .collect();
        assert_eq!(all.len(), self.calls(), "{}", self.name);
        all
    }
}

impl ExpectedCall<'_> {
    pub(super) fn id(&self) -> &str {
        self.expected["main_unique_id"].as_str().unwrap()
    }

    pub(super) fn answered(&self) -> bool {
        self.expected["answered"].as_bool().unwrap()
    }

    /// Returns the client's number in E.164; none if it is hidden.
    pub(super) fn phone(&self) -> Option<String> {
        let phone = self.expected["client_phone"].as_str()?;
        Some(format!("+{}", phone.trim_start_matches('+')))
    }

    /// Returns the extensions that talked with the client, in order.
    pub(super) fn talked_with(&self) -> Vec<&str> {
        texts(&self.expected["talked_with"])
    }

    pub(super) fn rang(&self) -> Vec<&str> {
        texts(&self.expected["extensions"])
    }

    /// Returns the talk time in seconds; none if it is unknown.
    pub(super) fn talk(&self) -> Option<u64> {
        self.expected["talk_seconds"].as_u64()
    }

    pub(super) fn wait(&self) -> Option<u64> {
        self.expected["wait_seconds"].as_u64()
    }

    /// Returns the outcome, if the recording has more than answered or unanswered.
    pub(super) fn outcome(&self) -> Option<&str> {
        self.expected["outcome"].as_str()
    }
}

fn number(text: &str) -> PhoneNumber {
    text.trim().parse().unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|text| text.as_str().unwrap()).collect()
}
