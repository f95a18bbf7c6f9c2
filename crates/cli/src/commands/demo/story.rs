//! What the CRMs recorded, beside what really happened.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};
use vochi_crm::{Capabilities, Capability, Direction, Receipt, Warning};

use super::calls::{Call, MORNING, Step};
use crate::output::{Columns, Paint, Report, Tone};

/// What the library said of calls, by CRM and call.
#[derive(Default)]
pub(super) struct Answers {
    /// Why they were not recorded.
    why: BTreeMap<(&'static str, &'static str), String>,
    /// Who the clients are.
    clients: BTreeMap<(&'static str, &'static str), String>,
    /// The CRMs that tell only whether a call was answered.
    plain: BTreeSet<&'static str>,
}

impl Answers {
    pub(super) fn note(&mut self, crm: &'static str, call: &'static str, receipt: &Receipt) {
        if !receipt.recorded() {
            let why = receipt.warnings().iter().map(Warning::text);
            let why = why.collect::<Vec<_>>().join("; ");
            // A call that is not there for no reason is a call that was lost.
            if !why.is_empty() {
                self.why.insert((crm, call), why);
            }
        }
    }

    /// What this CRM has no words for is no mistake of its history.
    pub(super) fn meet(&mut self, crm: &'static str, capabilities: Capabilities) {
        if !capabilities.has(Capability::Reasons) {
            self.plain.insert(crm);
        }
    }

    /// Why the CRM does not hold the call as it was, where there is a reason.
    fn why(&self, crm: &'static str, call: &Call, recorded: Option<&Value>) -> Option<String> {
        let by_outcome_alone = |recorded: &Value| {
            let mut told = really(call);
            told["outcome"] = recorded["outcome"].clone();
            let unanswered =
                !call.really.outcome.is_answered() && recorded["outcome"] != "answered";
            unanswered && !agrees(&really(call), recorded) && agrees(&told, recorded)
        };
        if self.plain.contains(crm) && recorded.is_some_and(by_outcome_alone) {
            return Some(format!("{crm} tells only whether a call was answered"));
        }
        self.why.get(&(crm, call.id)).cloned()
    }

    pub(super) fn name(&mut self, crm: &'static str, call: &'static str, client: String) {
        self.clients.insert((crm, call), client);
    }
}

/// The end of the demonstration.
#[derive(Serialize)]
pub(super) struct Story {
    ok: bool,
    crms: BTreeMap<&'static str, Chapter>,
}

/// What one CRM made of the morning.
#[derive(Serialize)]
struct Chapter {
    url: String,
    live_events: usize,
    refused: usize,
    calls: Vec<Row>,
}

/// One call, as it was and as it stands in the CRM.
#[derive(Serialize)]
struct Row {
    call_id: &'static str,
    title: &'static str,
    /// Who the CRM says the client is.
    client: Option<String>,
    really: Value,
    recorded: Value,
    agrees: bool,
    /// Why it does not stand there.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

impl Story {
    pub(super) fn new(
        state: &Value,
        addresses: &BTreeMap<&'static str, String>,
        answers: &Answers,
    ) -> Self {
        let crms: BTreeMap<_, _> = addresses
            .iter()
            .map(|(crm, url)| (*crm, Chapter::new(crm, url, state.get(crm), answers)))
            .collect();
        let good = |chapter: &Chapter| {
            chapter.refused == 0 && chapter.calls.iter().all(|row| row.agrees || row.why.is_some())
        };
        Self { ok: !crms.is_empty() && crms.values().all(good), crms }
    }

    /// Whether every CRM holds the truth, as far as it holds anything.
    pub(super) fn ok(&self) -> bool {
        self.ok
    }
}

impl Chapter {
    fn new(crm: &'static str, url: &str, state: Option<&Value>, answers: &Answers) -> Self {
        let list = |name: &str| {
            state.and_then(|state| state.get(name)).and_then(Value::as_array).map(Vec::as_slice)
        };
        let recorded = list("calls").unwrap_or_default();
        let calls = MORNING.iter().map(|call| {
            let found = recorded.iter().find(|row| row["call_id"] == call.id);
            let really = really(call);
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

fn really(call: &Call) -> Value {
    json!({
        "direction": call.direction,
        "outcome": call.really.outcome,
        "extension": call.really.by,
        "talk_seconds": call.really.talk,
        "wait_seconds": call.really.wait,
    })
}

/// Whether a row of the CRM's history says what happened; what the CRM keeps no record of cannot
/// be wrong.
fn agrees(really: &Value, recorded: &Value) -> bool {
    let same = |(key, value): (&String, &Value)| {
        recorded.get(key).is_none_or(|kept| kept.is_null() || kept == value)
    };
    really.as_object().is_some_and(|facts| facts.iter().all(same))
}

/// What happens, in a few words.
pub(super) fn headline(call: &Call, step: &Step) -> String {
    match step {
        Step::Rings(extensions) => match call.direction {
            Direction::Outbound => format!("is called by {}", extensions.join(", ")),
            _ => format!("calls {}", extensions.join(", ")),
        },
        Step::Answered(extension) => format!("talks with {extension}"),
        Step::PassedTo(extension) => format!("is passed to {extension}"),
        Step::Over(..) => "is gone".to_owned(),
    }
}

/// The facts of a row in a few words.
fn facts(row: &Value) -> String {
    let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or("?").to_owned();
    let seconds = |key: &str| row.get(key).and_then(Value::as_u64).unwrap_or_default();
    let times = format!("talk {} s, wait {} s", seconds("talk_seconds"), seconds("wait_seconds"));
    format!("{} {}, {}, {times}", text("direction"), text("outcome"), text("extension"))
}

impl Report for Story {
    fn human(&self, paint: Paint) -> String {
        let mut text = String::new();
        for (crm, chapter) in &self.crms {
            let heading = format!(
                "\n{crm}: {} calls recorded, {} live events, {} requests refused",
                chapter.calls.iter().filter(|row| !row.recorded.is_null()).count(),
                chapter.live_events,
                chapter.refused,
            );
            text.push_str(&paint.tone(Tone::Strong, &heading));
            text.push('\n');
            let mut columns =
                Columns::new(["call", "client", "what happened", "what the CRM holds"]);
            for row in &chapter.calls {
                let recorded = match (&row.why, row.recorded.is_null()) {
                    (_, false) if row.agrees => "the same".to_owned(),
                    (Some(why), false) => format!("{}: {why}", facts(&row.recorded)),
                    (None, false) => facts(&row.recorded),
                    (Some(why), true) => format!("nothing: {why}"),
                    (None, true) => "nothing".to_owned(),
                };
                let client = row.client.as_deref().unwrap_or("-");
                columns.row([row.title, client, &facts(&row.really), &recorded]);
            }
            text.push_str(&columns.to_string());
            text.push('\n');
        }
        text.push_str("\nThe same by hand: vochi-crm sandbox");
        text
    }
}
