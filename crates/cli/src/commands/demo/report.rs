//! The report of the demonstration: the records of each CRM beside the expected ones.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};
use vochi_crm::{Capabilities, Capability, Direction, Receipt, Warning};

use super::calls::{Call, MORNING, Step};
use crate::output::{Columns, Report, Style, Tone};

/// The library's results, by CRM and call.
#[derive(Default)]
pub(super) struct Results {
    /// Why calls were not recorded.
    why: BTreeMap<(&'static str, &'static str), String>,
    /// The CRMs' ids of calls, for CRMs that do not store the id of the PBX.
    ids: BTreeMap<(&'static str, &'static str), String>,
    /// The clients' names.
    clients: BTreeMap<(&'static str, &'static str), String>,
    /// The CRMs that record only whether a call was answered.
    without_reasons: BTreeSet<&'static str>,
}

impl Results {
    pub(super) fn add_receipt(&mut self, crm: &'static str, call: &'static str, receipt: &Receipt) {
        if let Some(id) = receipt.crm_call_id() {
            self.ids.insert((crm, call), id.to_string());
        }
        if !receipt.recorded() {
            let why = receipt.warnings().iter().map(Warning::text);
            let why = why.collect::<Vec<_>>().join("; ");
            // A missing call without a warning is a defect.
            if !why.is_empty() {
                self.why.insert((crm, call), why);
            }
        }
    }

    /// Adds a CRM. Only what it can record is compared.
    pub(super) fn add_crm(&mut self, crm: &'static str, capabilities: Capabilities) {
        if !capabilities.has(Capability::Reasons) {
            self.without_reasons.insert(crm);
        }
    }

    /// Returns why the CRM's record differs from the expected one, if that is known.
    fn why(&self, crm: &'static str, call: &Call, recorded: Option<&Value>) -> Option<String> {
        let by_outcome_alone = |recorded: &Value| {
            let mut reduced = expected(call);
            reduced["outcome"] = recorded["outcome"].clone();
            let unanswered =
                !call.expected.outcome.is_answered() && recorded["outcome"] != "answered";
            unanswered && !agrees(&expected(call), recorded) && agrees(&reduced, recorded)
        };
        if self.without_reasons.contains(crm) && recorded.is_some_and(by_outcome_alone) {
            return Some(format!("{crm} records only whether a call was answered"));
        }
        self.why.get(&(crm, call.id)).cloned()
    }

    pub(super) fn add_client(&mut self, crm: &'static str, call: &'static str, client: String) {
        self.clients.insert((crm, call), client);
    }
}

/// The report on all CRMs.
#[derive(Serialize)]
pub(super) struct DemoReport {
    ok: bool,
    crms: BTreeMap<&'static str, CrmReport>,
}

/// The report on one CRM.
#[derive(Serialize)]
struct CrmReport {
    url: String,
    live_events: usize,
    refused: usize,
    calls: Vec<Row>,
}

/// One call: the expected record and the CRM's.
#[derive(Serialize)]
struct Row {
    call_id: &'static str,
    title: &'static str,
    /// The client's name in the CRM.
    client: Option<String>,
    /// The expected record; the key is part of the contract.
    really: Value,
    recorded: Value,
    agrees: bool,
    /// Why the records differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

impl DemoReport {
    pub(super) fn new(
        state: &Value,
        addresses: &BTreeMap<&'static str, String>,
        answers: &Results,
    ) -> Self {
        let crms: BTreeMap<_, _> = addresses
            .iter()
            .map(|(crm, url)| (*crm, CrmReport::new(crm, url, state.get(crm), answers)))
            .collect();
        let good = |report: &CrmReport| {
            report.refused == 0 && report.calls.iter().all(|row| row.agrees || row.why.is_some())
        };
        Self { ok: !crms.is_empty() && crms.values().all(good), crms }
    }

    /// Returns true if every CRM's records are as expected, or the difference is explained.
    pub(super) fn ok(&self) -> bool {
        self.ok
    }
}

impl CrmReport {
    fn new(crm: &'static str, url: &str, state: Option<&Value>, answers: &Results) -> Self {
        let list = |name: &str| {
            state.and_then(|state| state.get(name)).and_then(Value::as_array).map(Vec::as_slice)
        };
        let recorded = list("calls").unwrap_or_default();
        let calls = MORNING.iter().map(|call| {
            let crm_call_id = answers.ids.get(&(crm, call.id));
            let found = recorded.iter().find(|row| match row["call_id"].as_str() {
                Some(id) => id == call.id,
                None => crm_call_id.is_some_and(|id| row["crm_call_id"] == id.as_str()),
            });
            let really = expected(call);
            Row {
                call_id: call.id,
                title: call.title,
                client: answers.clients.get(&(crm, call.id)).cloned(),
                agrees: found.is_some_and(|found| agrees(&really, found)),
                really,
                recorded: found.cloned().unwrap_or_default(),
                why: answers.why(crm, call, found),
            }
        });
        Self {
            url: url.to_owned(),
            live_events: list("live").map_or(0, <[Value]>::len),
            refused: list("refused").map_or(0, <[Value]>::len),
            calls: calls.collect(),
        }
    }
}

fn expected(call: &Call) -> Value {
    json!({
        "direction": call.direction,
        "outcome": call.expected.outcome,
        "extension": call.expected.extension,
        "talk_seconds": call.expected.talk,
        "wait_seconds": call.expected.wait,
    })
}

/// Returns true if a row of the CRM's history is as expected. Fields the CRM does not record are not
/// compared.
fn agrees(expected: &Value, recorded: &Value) -> bool {
    let same = |(key, value): (&String, &Value)| {
        recorded.get(key).is_none_or(|held| held.is_null() || held == value)
    };
    expected.as_object().is_some_and(|facts| facts.iter().all(same))
}

/// Describes a step in a few words.
pub(super) fn step_text(call: &Call, step: &Step) -> String {
    match step {
        Step::Ringing(extensions) => match call.direction {
            Direction::Outbound => format!("is called by {}", extensions.join(", ")),
            _ => format!("calls {}", extensions.join(", ")),
        },
        Step::Answered(extension) => format!("talks with {extension}"),
        Step::Transferred(extension) => format!("is transferred to {extension}"),
        Step::Ended(..) => "hangs up".to_owned(),
    }
}

/// Describes a row in a few words.
fn row_text(row: &Value) -> String {
    let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or("?").to_owned();
    let seconds = |key: &str| row.get(key).and_then(Value::as_u64).unwrap_or_default();
    let times = format!("talk {} s, wait {} s", seconds("talk_seconds"), seconds("wait_seconds"));
    format!("{} {}, {}, {times}", text("direction"), text("outcome"), text("extension"))
}

impl Report for DemoReport {
    fn human(&self, style: Style) -> String {
        let mut text = String::new();
        for (crm, report) in &self.crms {
            let heading = format!(
                "\n{crm}: {} calls recorded, {} live events, {} requests refused",
                report.calls.iter().filter(|row| !row.recorded.is_null()).count(),
                report.live_events,
                report.refused,
            );
            text.push_str(&style.tone(Tone::Bold, &heading));
            text.push('\n');
            let mut columns = Columns::new(["call", "client", "expected", "recorded"]);
            for row in &report.calls {
                let recorded = match (&row.why, row.recorded.is_null()) {
                    (_, false) if row.agrees => "the same".to_owned(),
                    (Some(why), false) => format!("{}: {why}", row_text(&row.recorded)),
                    (None, false) => row_text(&row.recorded),
                    (Some(why), true) => why.clone(),
                    (None, true) => "nothing".to_owned(),
                };
                let client = row.client.as_deref().unwrap_or("-");
                columns.row([row.title, client, &row_text(&row.really), &recorded]);
            }
            text.push_str(&columns.to_string());
            text.push('\n');
        }
        text.push_str("\nTo try it yourself: vochi-crm sandbox");
        text
    }
}
