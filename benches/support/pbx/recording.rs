//! Recorded calls, and copies of them.

use std::path::Path;

use serde_json::{Map, Value};
use vochi_crm::Timestamp;
use vochi_crm::asterisk::{EventFile, PbxEvent, Reading};

use super::start;
use super::text::{Names, Shape};

/// Source of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Dialplan,
    Ami,
}

/// A recorded call, prepared for copying.
pub(crate) struct Recording {
    pub(crate) dialect: Dialect,
    /// Number of calls to report to a CRM.
    pub(crate) expected: usize,
    /// Number of events before the client leaves.
    pub(crate) before_the_end: usize,
    pub(crate) moments: Vec<Moment>,
}

/// An event of a recording.
pub(crate) struct Moment {
    /// When it happened, in microseconds from the start of the call.
    pub(crate) at: i64,
    /// When it arrived.
    pub(super) arrived: i64,
    /// Whether it is about a call.
    pub(crate) is_relevant: bool,
    name: String,
    body: Vec<(String, Shape)>,
}

/// Number and tenant of a copy of a recording.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Copy {
    /// Among all copies.
    pub(crate) number: usize,
    pub(crate) tenant: usize,
    /// Among the copies of this tenant.
    pub(crate) of_tenant: usize,
}

impl Copy {
    /// The copy of that number when so many tenants have calls in turn.
    pub(crate) fn new(number: usize, tenants: usize) -> Self {
        Self { number, tenant: number % tenants, of_tenant: number / tenants }
    }
}

/// An event as a host receives it.
pub(crate) struct Rendered {
    pub(crate) at: Timestamp,
    pub(crate) name: String,
    pub(crate) body: Map<String, Value>,
    /// The connection's tenant, if the event does not name one.
    pub(crate) pbx: Option<String>,
}

impl Rendered {
    /// Its line in a recording.
    pub(crate) fn line(&self) -> String {
        let mut line = serde_json::json!({
            "t": self.at.since(start()).as_secs_f64(),
            "type": self.name,
            "data": self.body,
        });
        if let Some(pbx) = &self.pbx {
            line["pbx"] = pbx.as_str().into();
        }
        line.to_string()
    }
}

/// Every recorded call.
pub(crate) fn recordings() -> Vec<Recording> {
    let mut recordings = folder("asterisk", Dialect::Dialplan);
    recordings.extend(folder("asterisk-ami", Dialect::Ami));
    recordings
}

fn folder(name: &str, dialect: Dialect) -> Vec<Recording> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| Recording::read(&std::fs::read_to_string(path).unwrap(), dialect))
        .collect()
}

impl Recording {
    fn read(text: &str, dialect: Dialect) -> Self {
        let whole: Value = serde_json::from_str(text).unwrap();
        let expected = &whole["expected"];
        let client = expected["client_unique_id"]
            .as_str()
            .or_else(|| expected["main_unique_id"].as_str())
            .unwrap();
        let mut file = EventFile::open(text.as_bytes()).unwrap();
        let mut names = Names::default();
        let mut moments: Vec<Moment> = Vec::new();
        let mut before_the_end = None;
        while let Some(event) = file.next_event().unwrap() {
            let event = event.unwrap();
            if before_the_end.is_none() && leaves(event.name(), event.body(), client) {
                before_the_end = Some(moments.len());
            }
            let at = i64::try_from(event.since_start().as_micros()).unwrap();
            let arrived = moments.last().map_or(at, |last| at.max(last.arrived));
            let is_relevant = PbxEvent::read(event.name(), event.body()).unwrap();
            moments.push(Moment {
                at,
                arrived,
                is_relevant: matches!(is_relevant, Reading::Event(_)),
                name: event.name().to_owned(),
                body: event
                    .body()
                    .iter()
                    .map(|(field, value)| (field.clone(), names.shape(value)))
                    .collect(),
            });
        }
        names.check();
        Self {
            dialect,
            expected: usize::try_from(expected["expected_crm_calls"].as_u64().unwrap()).unwrap(),
            before_the_end: before_the_end.unwrap_or(moments.len()),
            moments,
        }
    }

    /// One of its events in a copy that starts so many microseconds after the first call.
    pub(crate) fn render(&self, moment: usize, copy: Copy, begins: i64) -> Rendered {
        let moment = &self.moments[moment];
        Rendered {
            at: Timestamp::from_unix_micros(start().unix_micros() + begins + moment.at),
            name: moment.name.clone(),
            body: moment
                .body
                .iter()
                .map(|(field, shape)| (field.clone(), shape.render(copy)))
                .collect(),
            pbx: (self.dialect == Dialect::Ami).then(|| format!("pbx-{}", copy.tenant)),
        }
    }
}

/// Whether the client leaves the call, or a bridge in it.
fn leaves(name: &str, body: &Map<String, Value>, client: &str) -> bool {
    let ends = matches!(
        name,
        "hangup"
            | "bridge_leave"
            | "Hangup"
            | "HangupRequest"
            | "SoftHangupRequest"
            | "BridgeLeave"
    );
    ends && ["UniqueId", "Uniqueid"]
        .iter()
        .any(|field| body.get(*field).and_then(Value::as_str) == Some(client))
}
