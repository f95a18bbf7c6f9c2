//! Calls of this CRM: a communication with its legs (§6).

use serde_json::{Map, Value, json};

use crate::limits;

use super::ids::{self, ZERO};
use super::seed::{INSTANCE_ID, PREFIX};

/// Stage of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Clicked, without any request about the call yet.
    Expected,
    /// Between call-started and call-finished.
    Live,
    /// After call-finished.
    Finished,
    /// Failed: it could not be placed.
    Failed,
}

/// A recording bound to a leg.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recording {
    /// The id of the upload, no longer valid.
    pub uploaded_id: String,
    /// The id of the bound file.
    pub file_id: String,
    /// The name.
    pub file_name: String,
}

/// A leg between exactly two participants.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Leg {
    /// The PBX's id.
    pub id: String,
    /// Who called: `{"type": "client"}` or `{"type": "user", "userId": …}`.
    pub from: Value,
    /// Who was called.
    pub to: Value,
    /// Time of the answer.
    pub started_at: Option<String>,
    /// Time of the end.
    pub finished_at: Option<String>,
    /// Its recordings.
    pub recordings: Vec<Recording>,
}

impl Leg {
    /// Returns true if the client takes part.
    pub(super) fn with_client(&self) -> bool {
        [&self.from, &self.to].iter().any(|it| it["type"] == "client")
    }

    /// The called user, or the only one.
    pub(super) fn user(&self) -> Option<&str> {
        let mut ends = [&self.to, &self.from].into_iter();
        ends.find_map(|end| end["userId"].as_str())
    }

    fn to_json(&self) -> Value {
        let recordings: Vec<Value> = self
            .recordings
            .iter()
            .map(|it| json!({"fileId": it.file_id, "fileName": it.file_name}))
            .collect();
        let mut item = Map::from_iter([
            ("id".to_owned(), json!(self.id)),
            ("from".to_owned(), self.from.clone()),
            ("to".to_owned(), self.to.clone()),
            ("recordings".to_owned(), json!(recordings)),
        ]);
        let times = [("startedAt", &self.started_at), ("finishedAt", &self.finished_at)];
        for (name, time) in times {
            if let Some(time) = time {
                item.insert(name.into(), json!(time));
            }
        }
        Value::Object(item)
    }
}

/// A call.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Communication {
    /// The CRM's id.
    pub id: String,
    /// The PBX's id, without the prefix.
    pub external_id: Option<String>,
    /// `inbound`, `outbound` or `internal`.
    pub direction: Option<String>,
    /// The outside party, as it was sent.
    pub client_phone: Option<String>,
    /// The company's number, as it was sent.
    pub vats_phone: Option<String>,
    /// Start time of the call in the PBX.
    pub external_created_at: Option<String>,
    /// The linked client.
    pub links: Value,
    /// Its legs, in order of first mention.
    pub legs: Vec<Leg>,
    /// The live events in order.
    pub events: Vec<Value>,
    /// The stage.
    pub stage: Stage,
    /// Whether register-call was received.
    pub registered: bool,
    /// The body of the system call CALL, for a clicked call.
    pub click: Option<Value>,
    created_at: String,
    updated_at: String,
}

/// Strips the prefix of an id, everything up to the first slash.
pub(super) fn raw(external_id: &str) -> &str {
    external_id.split_once('/').map_or(external_id, |(_, raw)| raw)
}

pub(super) fn text(body: &Map<String, Value>, name: &str) -> Option<String> {
    body.get(name)?.as_str().map(str::to_owned)
}

impl Communication {
    pub(super) fn new(id: String) -> Self {
        let now = ids::now();
        Self {
            id,
            external_id: None,
            direction: None,
            client_phone: None,
            vats_phone: None,
            external_created_at: None,
            links: no_links(),
            legs: Vec::new(),
            events: Vec::new(),
            stage: Stage::Live,
            registered: false,
            click: None,
            created_at: now.clone(),
            updated_at: now,
        }
    }

    /// Applies the fields of call-started, call-finished and register-call.
    pub(super) fn apply_facts(&mut self, body: &Map<String, Value>) {
        if let Some(id) = text(body, "externalId") {
            self.external_id = Some(raw(&id).to_owned());
        }
        for (name, field) in [
            ("direction", &mut self.direction),
            ("clientPhone", &mut self.client_phone),
            ("externalVatsPhone", &mut self.vats_phone),
            ("externalCreatedAt", &mut self.external_created_at),
        ] {
            if let Some(value) = text(body, name) {
                *field = Some(value);
            }
        }
        self.updated_at = ids::now();
    }

    /// Drops the oldest events and legs beyond the limits.
    pub(super) fn enforce_limits(&mut self) {
        limits::keep_newest(&mut self.events);
        limits::keep_newest(&mut self.legs);
    }

    pub(super) fn leg(&mut self, id: &str) -> Option<&mut Leg> {
        self.legs.iter_mut().find(|leg| leg.id == id)
    }

    pub(super) fn has_leg(&self, id: &str) -> bool {
        self.legs.iter().any(|leg| leg.id == id)
    }

    fn leg_or_new(&mut self, id: &str, body: &Map<String, Value>) -> Option<&mut Leg> {
        if !self.has_leg(id) {
            self.legs.push(Leg {
                id: id.to_owned(),
                from: Value::Null,
                to: Value::Null,
                started_at: None,
                finished_at: None,
                recordings: Vec::new(),
            });
        }
        let leg = self.leg(id)?;
        for (name, end) in [("from", &mut leg.from), ("to", &mut leg.to)] {
            if let Some(value) = body.get(name) {
                *end = value.clone();
            }
        }
        Some(leg)
    }

    /// Applies a live event; a repeat with the same time counts once.
    pub(super) fn happened(&mut self, body: &Map<String, Value>) -> bool {
        let fields =
            ["externalCallItemId", "realtimeCallItemId", "timestamp", "type", "from", "to"];
        let kept =
            fields.iter().filter_map(|name| Some(((*name).to_owned(), body.get(*name)?.clone())));
        let event = Value::Object(kept.collect());
        if self.events.contains(&event) {
            return false;
        }
        self.events.push(event);
        self.updated_at = ids::now();
        let (Some(id), at) = (text(body, "externalCallItemId"), text(body, "timestamp")) else {
            return true;
        };
        let Some(leg) = self.leg_or_new(&id, body) else {
            return true;
        };
        match body.get("type").and_then(Value::as_str) {
            Some("connected") if leg.started_at.is_none() => leg.started_at = at,
            Some("disconnected") => leg.finished_at = at,
            _ => {}
        }
        true
    }

    /// Applies a leg of register-call without its recordings; it overrides the events.
    pub(super) fn registered_leg(&mut self, item: &Map<String, Value>) {
        let Some(id) = text(item, "id") else {
            return;
        };
        if let Some(leg) = self.leg_or_new(&id, item) {
            leg.started_at = text(item, "startedAt");
            leg.finished_at = text(item, "finishedAt");
        }
    }

    /// When it began, as far as known.
    pub(super) fn since(&self) -> jiff::Timestamp {
        let began = self.external_created_at.as_deref().and_then(ids::moment);
        began.or_else(|| ids::moment(&self.created_at)).unwrap_or_default()
    }

    /// Returns true if the call is over.
    pub(super) fn is_over(&self) -> bool {
        self.stage == Stage::Finished || self.registered
    }

    /// The JSON of the CRM's response.
    pub(super) fn to_json(&self) -> Value {
        let status = if self.is_over() {
            "sealed"
        } else {
            // Assumed: the real value is unknown.
            "live-status-not-documented"
        };
        let items: Vec<Value> =
            self.legs.iter().filter(|_| self.is_over()).map(Leg::to_json).collect();
        let mut call = Map::new();
        for (name, value) in
            [("clientPhone", &self.client_phone), ("externalVatsPhone", &self.vats_phone)]
        {
            if let Some(value) = value {
                call.insert(name.into(), json!(value));
            }
        }
        call.insert("items".into(), json!(items));
        call.insert("events".into(), json!(self.events));
        json!({
            "updateInfo": {
                "updatedAt": self.updated_at,
                "updatedWith": "Integration.vochi",
                "createdAt": self.created_at,
                "createdWith": "Integration.vochi",
            },
            "links": self.links,
            "externalId": format!("{PREFIX}{}", self.external_id.as_deref().unwrap_or_default()),
            "externalCreatedAt": self.external_created_at.as_ref().unwrap_or(&self.created_at),
            "type": "call",
            "direction": self.direction,
            "status": status,
            "integrationId": INSTANCE_ID,
            "data": {"call": call},
            "assignedToGroupId": ZERO,
            "id": self.id,
        })
    }
}

pub(super) fn no_links() -> Value {
    json!({"companyIds": [], "contactIds": [], "dealIds": []})
}
