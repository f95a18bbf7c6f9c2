//! The portal in common terms.

use crate::report::{CallRow, CustomerRow, Employee, LiveCall, Report, Responsible};

use super::portal::{List, Portal, Record, id_of, name_of, number, phones, text_in};
use super::telephony::{Call, OUR_ID};

impl Portal {
    pub(super) fn report(&self) -> Report {
        Report {
            calls: Some(self.list(List::Statistic).iter().rev().map(|it| self.row(it)).collect()),
            live: Some(self.live.iter().rev().cloned().collect()),
            customers: Some(self.customers()),
            modules: None,
            requests: 0,
            refused: Vec::new(),
        }
    }

    /// A finished call in common terms.
    pub(super) fn row(&self, call: &Record) -> CallRow {
        let direction = direction_of(call.get("CALL_TYPE").and_then(number).unwrap_or(0));
        let code = text_in(call, "CALL_FAILED_CODE");
        let text = |name: &str| Some(text_in(call, name)).filter(|it| !it.is_empty());
        let user = call.get("PORTAL_USER_ID").and_then(number);
        let file = self.uploads.iter().find(|it| it.call_id == text_in(call, "CALL_ID"));
        let uploaded = file.map(|it| it.name.clone()).filter(|it| !it.is_empty());
        CallRow {
            call_id: text(OUR_ID),
            direction,
            phone: text("PHONE_NUMBER"),
            extension: user.and_then(|it| self.extension_of(it)),
            outcome: Some(outcome_of(&code, direction)),
            talk_seconds: call
                .get("CALL_DURATION")
                .and_then(number)
                .and_then(|it| u64::try_from(it).ok()),
            wait_seconds: None,
            recording: text("CALL_RECORD_URL").or(uploaded),
            crm_call_id: text("CALL_ID"),
        }
    }

    fn customers(&self) -> Vec<CustomerRow> {
        let lists = [List::Contacts, List::Companies, List::Leads];
        let records = lists.iter().flat_map(|list| self.list(*list).iter().rev());
        let row = |it: &Record| CustomerRow {
            id: text_in(it, "ID"),
            name: name_of(it),
            phones: phones(it).map(str::to_owned).collect(),
            responsible: it.get("ASSIGNED_BY_ID").and_then(number).and_then(|id| {
                let user = self.record(List::Users, id)?;
                Some(Responsible {
                    user_id: id.to_string(),
                    name: name_of(user),
                    extension: self.extension_of(id),
                })
            }),
        };
        records.map(row).collect()
    }

    /// The employees with an extension.
    pub(super) fn employees(&self) -> Vec<Employee> {
        let employee = |user: &Record| {
            let id = id_of(user)?;
            let extension = self.extension_of(id)?;
            self.active_user(id)?;
            let (user_id, name) = (id.to_string(), name_of(user));
            Some(Employee { user_id, name, extension: Some(extension) })
        };
        self.list(List::Users).iter().filter_map(employee).collect()
    }

    /// Calls that are not finished, newest first.
    pub(super) fn live_calls(&self) -> Vec<LiveCall> {
        let employees = self.employees();
        let live = |call: &Call| {
            let client = self.with_phone(&call.phone).into_iter().next();
            let sees = |it: &&Employee| {
                let cards = self.cards.iter().filter(|card| card.call_id == call.id);
                cards.into_iter().any(|card| card.user.to_string() == it.user_id)
            };
            let id = if call.external_id.is_empty() { &call.id } else { &call.external_id };
            LiveCall {
                call_id: id.clone(),
                direction: direction_of(call.kind),
                phone: Some(call.phone.clone()),
                client: client.map(|(_, it)| name_of(it)),
                employees: employees.iter().filter(sees).cloned().collect(),
                since: self.time(call.registered),
            }
        };
        self.calls.iter().rev().map(live).collect()
    }
}

fn direction_of(kind: i64) -> Option<&'static str> {
    match kind {
        1 | 4 | 5 => Some("out"),
        2 | 3 => Some("in"),
        _ => None,
    }
}

/// The outcome of a `STATUS_CODE` (§5).
fn outcome_of(code: &str, direction: Option<&'static str>) -> &'static str {
    match (code, direction) {
        ("200", _) => "answered",
        (_, Some("in")) => "missed",
        ("486", _) => "busy",
        ("304" | "480" | "603", _) => "no-answer",
        ("603-S", _) => "cancelled",
        _ => "failed",
    }
}
